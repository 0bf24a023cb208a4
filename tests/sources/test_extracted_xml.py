"""XML that trafilatura writes: its own and TEI, made by trafilatura itself."""

import pytest
from exported import FIRST, SECOND, body, day, read
from trafilatura import extract

PAGE = f"""<html lang="fa"><head><title>پل تازه</title><meta property="og:site_name" content="شهر">
<meta property="article:published_time" content="2023-06-09"><meta property="og:title"
content="پل تازه"><link rel="canonical" href="https://city.example/1"></head><body><article>
<h1>پل تازه</h1><p>{FIRST}</p><ul><li>{SECOND}</li></ul></article></body></html>"""


@pytest.mark.parametrize("kind", ["xml", "xmltei"])
def test_article_is_read_with_its_facts(kind: str) -> None:
    """Headline, day, address and outlet are those that trafilatura wrote."""
    written = extract(PAGE, output_format=kind, with_metadata=True)
    assert written is not None
    (article,), rejects = read(written, "out.xml")

    assert not rejects
    assert ("پل تازه", "2023-06-09", "https://city.example/1", "شهر") == (
        article.headline, day(article), article.url, article.source
    )  # fmt: skip
    assert [FIRST, SECOND] == [line.removeprefix("- ") for line in body(article).split("\n")]
