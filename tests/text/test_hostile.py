"""200 kB of any repetition are read, divided and tokenised in seconds of processor time."""

import time
from pathlib import Path

import pytest

from index.config import ChunkConfig
from index.encoders import BundledConfig, open_encoder
from index.sources import read_bytes
from index.text.chunk import split
from index.text.tokenize import tokens
from index.types import Article

N_BYTES = 200_000
MOST_S = 6.0  # they take up to a second and a half on a free machine, and took half a minute
UNITS = (
    "a", "'a", "a@", "a-", "&amp;", "http://", "[a](b)", "![a](b)", "<p>", "<![CDATA[", "0,000,",
    "a\n", "ج. ", "ا", "می روم ", "«a! b", "漢", "ก", "a\u0301",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_long_repetitions_take_seconds(unit: str, cache_dir: Path) -> None:
    """All that a build does with a text before it encodes, with a tokenizer that knows nothing.

    It is read as text and as a page; what both give is divided once.
    """
    data = (unit * (N_BYTES // len(unit.encode()))).encode()
    articles: dict[str, Article] = {}
    for name in ("file.txt", "file.html"):
        started = time.process_time()
        for item in read_bytes(data, name):
            if isinstance(item, Article):
                articles[item.text] = item
        assert time.process_time() - started < MOST_S
    for article in articles.values():
        encoder = open_encoder(BundledConfig(cache_dir=cache_dir / "encoder"))
        encoder.count_tokens("warm")
        started = time.process_time()
        for passage in split(article, ChunkConfig(), count_tokens=encoder.count_tokens):
            tokens(passage.text)
        assert time.process_time() - started < MOST_S


def test_a_tag_of_many_attributes_is_refused() -> None:
    """The parser compares each attribute with all others: 40,000 took 13 seconds."""
    tag = "<p " + " ".join(f"a{number}=b" for number in range(40_000)) + ">"

    started = time.process_time()
    (item,) = read_bytes(f"<html><body>{tag}A report.</body></html>".encode(), "file.html")

    assert not isinstance(item, Article)
    assert item.reason == "too_long"
    assert time.process_time() - started < MOST_S
