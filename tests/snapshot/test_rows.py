"""The layout against a literal expansion of an archive's passages."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.archive import Archive, ArchiveWriter
from index.errors import SnapshotCorrupt
from index.snapshot.rows import (
    LANGUAGES,
    OUTLETS,
    OWNERS,
    PUBLISHED,
    REMOVED,
    STARTS,
    TABLES,
    open_layout,
    write_layout,
)
from index.types import Article, ArticleId, Passage, Span, passage_id

_TAGS = ("ar", "en", "fa", "und", "zh-Hant")


def _write(folder: Path, passages: list[tuple[int, str]]) -> None:
    """Write the layout of passages given as (number of sentences, language)."""
    article = Article(id=ArticleId("a"), headline="", text="x" * 9, body=(), language="fa")
    made = [
        Passage(
            id=passage_id(article.id, Span(0, 9)),
            article_id=article.id,
            span=Span(0, 9),
            text=article.text,
            language=tag,
            sentences=tuple(Span(at, at + 1) for at in range(count)),
        )
        for count, tag in passages
    ]
    with ArchiveWriter(folder / "archive.db") as writer:
        writer.add(article, made)
    with closing(Archive(folder / "archive.db")) as archive:
        write_layout(folder, archive)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(_TAGS)), min_size=1, max_size=12),
    st.data(),
)
def test_sentences_and_languages_of_rows(
    passages: list[tuple[int, str]], data: st.DataObject
) -> None:
    """Any rows in any order give their own languages, and sentences are numbered through."""
    rows = data.draw(st.lists(st.integers(0, len(passages) - 1)))
    starts = np.cumsum([0, *(count for count, _ in passages)])
    with TemporaryDirectory() as folder:
        _write(Path(folder), passages)
        layout = open_layout(Path(folder), n_passages=len(passages))
        asked = np.array(rows, np.int64)
        found = layout.starts.tolist()
        spoken = {tag: layout.is_language(asked, tag).tolist() for tag in (*_TAGS, "xx")}

    assert starts.tolist() == found
    assert {tag: [passages[row][1] == tag for row in rows] for tag in (*_TAGS, "xx")} == spoken


ARRAYS = (STARTS, LANGUAGES, OWNERS, PUBLISHED, OUTLETS, REMOVED)


@pytest.mark.parametrize("name", [*ARRAYS, TABLES])
@pytest.mark.parametrize(
    "content",
    [None, b"", b"garbage", b"\x93NUMPY\x01\x00"],
    ids=["missing", "empty", "garbage", "cut"],
)
def test_open_when_an_array_is_damaged(name: str, content: bytes | None, tmp_path: Path) -> None:
    """An array that cannot be read is corrupt, and named."""
    _write(tmp_path, [(1, "fa"), (2, "en")])
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(SnapshotCorrupt, match=name):
        open_layout(tmp_path, n_passages=2)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize(
    "array",
    [np.zeros((9, 9), np.int32), np.zeros(2, np.float64), np.array([{}] * 3, object)],
    ids=["shape", "type", "pickle"],
)
def test_open_when_an_array_is_of_another_form(
    name: str, array: np.ndarray, tmp_path: Path
) -> None:
    """Another length or type is corrupt; a pickle is never loaded."""
    _write(tmp_path, [(1, "fa"), (2, "en")])
    np.save(tmp_path / name, array)

    with pytest.raises(SnapshotCorrupt, match=name):
        open_layout(tmp_path, n_passages=2)
