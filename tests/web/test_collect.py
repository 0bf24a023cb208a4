"""Articles kept beside the index: what is damaged there is told and never indexed as it is."""

import json
from pathlib import Path

import pytest

from index.config import ReadConfig
from index.corpus.intake import scan
from index.disk.file_stamps import Stamps
from index.disk.json_lines import SUM
from index.sources import RejectReason, read_bytes, read_file
from index.types import Article, Reject
from index.web.address import Address, read_address
from index.web.collect import Collection
from index.web.problems import Failure
from index.web.steps import Kept

_RECORD = {"id": "1", "title": "Rain", "text": "It rained in Ahvaz.", "date": "2023-06-09"}


@pytest.fixture
def address() -> Address:
    """Return the address of an article."""
    address = read_address("https://news.example/1")
    assert not isinstance(address, Failure)
    return address


def _article(text: str) -> Article:
    (article,) = read_bytes(json.dumps(_RECORD | {"text": text}).encode(), "a.jsonl")
    assert isinstance(article, Article)
    return article


def _found(home: Path) -> list[Article | Reject]:
    """Read the collection as a build does."""
    files = scan([home / "collected"], Stamps(), ReadConfig())
    return [item for file in files for item in read_file(file.source)]


def test_a_changed_bit_in_a_kept_article_is_noticed(tmp_path: Path, address: Address) -> None:
    """Of any bit: the line is a reject, or the article the same; fetched again it is whole."""
    collection, article = Collection(tmp_path, None), _article("It rained in Ahvaz.")
    assert Kept.ADDED == collection.keep_article(article, address)
    (path,) = (tmp_path / "collected").glob("*/*.json")
    whole = path.read_bytes()
    (kept,) = read_bytes(whole, "x.json")

    for at in range(0, len(whole) * 8, 3):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        for item in read_bytes(bytes(changed), "x.json"):
            assert isinstance(item, Reject) or kept == item
    path.write_bytes(whole.replace(b"Ahvaz", b"Ahvar"))
    (damaged,) = _found(tmp_path)
    assert isinstance(damaged, Reject)
    assert (RejectReason.DAMAGED, "its checksum is another; add it again") == (
        damaged.reason,
        damaged.detail,
    )
    assert Kept.CHANGED == collection.keep_article(article, address)
    assert whole == path.read_bytes()


def test_what_earlier_versions_kept_is_read(tmp_path: Path, address: Address) -> None:
    """A line without a checksum is an article, the page unchanged, and a newer one comes after."""
    collection, article = Collection(tmp_path, None), _article("It rained in Ahvaz.")
    collection.keep_article(article, address)
    (path,) = (tmp_path / "collected").glob("*/*.json")
    record = json.loads(path.read_bytes())
    del record[SUM]
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")

    assert Kept.UNCHANGED == collection.keep_article(article, address)
    assert Kept.CHANGED == collection.keep_article(_article("It rained in Ahvaz again."), address)
    assert [Article, Article] == [type(item) for item in _found(tmp_path)]


def test_a_changed_bit_in_a_copied_file_is_noticed(tmp_path: Path) -> None:
    """A file that is not as it was copied is a reject that says what to do."""
    source = tmp_path / "a.txt"
    source.write_text("The harbour was opened on Monday.", encoding="utf-8")
    collection = Collection(tmp_path / "home", None)
    collection.keep_file(source)
    home = tmp_path / "home"
    (copy,) = (home / "collected" / "files").iterdir()

    def found() -> Article | Reject:
        (file,) = scan([tmp_path / "a.txt", home / "collected"], Stamps(), ReadConfig())[1:]
        (item,) = read_file(file.source)
        return item

    assert isinstance(found(), Article)
    copy.write_bytes(copy.read_bytes().replace(b"Monday", b"Mooday"))
    damaged = found()
    assert isinstance(damaged, Reject)
    assert RejectReason.DAMAGED == damaged.reason
    assert "delete it and add it again" in damaged.detail
