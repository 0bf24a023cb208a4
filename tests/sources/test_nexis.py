"""Downloads from Nexis and Factiva: each article with its headline, outlet and day."""

from pathlib import Path

import pytest

from index.sources import read_articles
from index.types import Article

SHARED = Path(__file__).parents[3] / "shared" / "cases" / "ingest" / "25-nexis-txt"
REPORT = (
    "The reservoir above the town fell to a third of its volume in August, the water board said.\n"
    "Gardens may be watered before eight in the morning only."
)
NUMBERED = f"""\
                               1 of 2 DOCUMENTS

                     Copyright 2021 Hill Courier Ltd
                              All Rights Reserved

                               Hill Courier

                     August 19, 2021 Thursday 10:00 AM GMT
                               Final Edition

Reservoir falls to a third as the
dry summer goes on

BYLINE: Ann Other and
 B. Writer

SECTION: NEWS; Pg. 1

LENGTH: 1,024 words

DATELINE: HILLTOWN

{REPORT}

A second paragraph.

SUBJECT: DROUGHT (90%); WATER (80%)

LOAD-DATE: August 20, 2021

LANGUAGE: ENGLISH

                               2 of 2 DOCUMENTS

                               Dale News

                     3 May 2019

Ferry sold

LENGTH: 20 words

The ferry was sold to a museum on the mainland.

LANGUAGE: ENGLISH
"""
UNI = f"""\
Page 1 of 2
Reservoir falls to a third

Reservoir falls to a third
Hill Courier
August 19, 2021 Thursday

Copyright 2021 Hill Courier Ltd All Rights Reserved

Section: NEWS; Pg. 1
Length: 1024 words
Byline: Ann Other

Body

{REPORT}

Classification

Language: ENGLISH
Publication-Type: Newspaper
Subject: DROUGHT (90%)
Load-Date: August 20, 2021

End of Document

Ferry sold
Dale News
3 May 2019

Length: 20 words

Body

The ferry was sold to a museum on the mainland.

Load-Date: May 4, 2019

End of Document
"""
CODED = f"""\
SE  News
HD  Reservoir falls to a third
BY  Ann Other
WC  1,024 words
PD  19 August 2021
ET  05:00
SN  Hill Courier
SC  HILL
LA  English
CY  (c) 2021 Hill Courier Ltd

LP
{REPORT}

TD
A second paragraph.

CO  watbrd : Water Board
IN  i924 : Water Supply
AN  Document HILL000020210819eh8j00001

HD  Ferry sold
WC  20 words
PD  3 May 2019
SN  Dale News
LA  English
LP
The ferry was sold to a museum on the mainland.
TD
None
AN  Document DALE000020190503ef5300002
"""
DISPLAYED = f"""\
Reservoir falls to a third

Ann Other
1,024 words
19 August 2021
05:00
Hill Courier
HILL
English
(c) 2021 Hill Courier Ltd

{REPORT}

Document HILL000020210819eh8j00001

Ferry sold

20 words
3 May 2019
Dale News
DALE
English
Copyright 2019 Dale News

The ferry was sold to a museum on the mainland.

Document DALE000020190503ef5300002
"""


def read(path: Path) -> list[Article]:
    """Read a file or folder that gives articles only."""
    found = list(read_articles(path))
    assert all(isinstance(one, Article) for one in found), found
    return [one for one in found if isinstance(one, Article)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    "text", [NUMBERED, UNI, CODED, DISPLAYED], ids=["numbered", "uni", "coded", "displayed"]
)
def test_each_article_of_a_download_is_an_article(text: str, encoding: str, tmp_path: Path) -> None:
    """Every article has its own headline, outlet and day, and only its report as body."""
    (tmp_path / "download.txt").write_bytes(text.encode(encoding))
    first, second = read(tmp_path)

    assert first.headline.startswith("Reservoir falls to a third")
    assert ("Hill Courier", "2021-08-19") == (
        first.source, first.published and first.published.isoformat()
    )  # fmt: skip
    assert ("Ferry sold", "Dale News", "2019-05-03") == (
        second.headline, second.source, second.published and second.published.isoformat()
    )  # fmt: skip
    body = "\n".join(span.cut(first.text) for span in first.body)
    assert body.startswith(REPORT.replace("\n", " "))
    assert body.removeprefix(REPORT.replace("\n", " ")).strip() in {"", "A second paragraph."}
    assert ["The ferry was sold to a museum on the mainland."] == [
        span.cut(second.text) for span in second.body
    ]


def test_wrapped_headline_is_one_line(tmp_path: Path) -> None:
    """A headline over two lines, and lines of a paragraph, are joined."""
    (tmp_path / "download.txt").write_text(NUMBERED, encoding="utf-8")
    first, _ = read(tmp_path)

    assert "Reservoir falls to a third as the dry summer goes on" == first.headline


def test_text_about_documents_is_no_download(tmp_path: Path) -> None:
    """A report that mentions documents and lengths is one article."""
    text = f"Papers found\n\nThe court listed 1 of 3 DOCUMENTS as missing.\n\n{REPORT}\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")

    assert ["Papers found"] == [one.headline for one in read(tmp_path)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/cases")
def test_shared_downloads() -> None:
    """Three articles and two, with outlet and day."""
    found = read(SHARED)

    assert 5 == len(found)
    assert all(one.headline and one.source and one.published for one in found)
    text = "\n".join(span.cut(one.text) for one in found for span in one.body)
    assert not any(word in text for word in ("DOCUMENTS", "LENGTH", "LOAD-DATE", "All Rights"))
