"""Labels of articles: by where they lie, or by the site or channel they were gathered from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.labels import folded, labels_of


@pytest.mark.parametrize(
    ("origin", "url", "labels"),
    [
        ("private/2024/a.txt", "https://paper.example/1", ("private",)),
        ("Private/a.zip!b/c.jsonl:2", "", ("private",)),
        ("a.txt", "", (".",)),
        ("a.zip!private/b.txt", "", (".",)),
        ("محرمانه/a.txt", "", ("محرمانه",)),
        ("Cafe\u0301/a.txt", "", ("café",)),
        ("collected/ab/0.json:1", "https://www.Paper.example/1", ("paper.example", "example")),
        ("collected/ab/0.json:1", "https://t.me/Harbour_News/12", ("@harbour_news", "t.me", "me")),
        ("collected/ab/0.json:1", "https://t.me/c/1234567/12", ("-1001234567", "t.me", "me")),
        ("collected/files/0-a.json:1", "https://paper.example/1", ()),
        ("collected/ab/0.json:1", "http://[", ()),
        ("collected/ab/0.json:1", "", ()),
    ],
)
def test_labels(origin: str, url: str, labels: tuple[str, ...]) -> None:
    """The most specific comes first; whatever was gathered is called so in the end."""
    gathered = ("collected",) if origin.startswith("collected/") else ()

    assert labels_of(origin, url) == (*labels, *gathered)


@given(origin=st.text(max_size=60), url=st.text(max_size=60))
def test_whatever_an_article_says_it_has_labels(origin: str, url: str) -> None:
    """At least one, as labels are compared; an address of the corpus' own article has no say."""
    labels = labels_of(origin, url)

    assert labels
    assert list(map(folded, labels)) == list(labels)
    if not origin.startswith("collected/"):
        assert labels == labels_of(origin, "")
