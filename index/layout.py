"""Which sentences and which language each passage has, memory-mapped by row.

    sentence_starts.npy   int64 (n_passages + 1,): sentences of row r are [starts[r], starts[r+1])
    languages.npy         uint16 (n_passages,): position in the manifest's languages, by tag

Ranking looks at hundreds of passages a question; this spares it reading their texts.
Does not: hold text or vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.errors import SnapshotCorrupt

STARTS: Final = "sentence_starts.npy"
LANGUAGES: Final = "languages.npy"

Rows = NDArray[np.int64]
_Number = TypeVar("_Number", np.int64, np.uint16)


@dataclass(frozen=True, slots=True)
class Layout:
    """The opened arrays, and the language tags that the codes stand for."""

    starts: NDArray[np.int64]
    codes: NDArray[np.uint16]
    tags: tuple[str, ...]

    def sentences(self, rows: Rows) -> tuple[Rows, Rows]:
        """Return the sentences of passages.

        Args:
            rows: Passage rows, shape (n,).

        Returns:
            Sentence numbers, and the position in `rows` of each one's passage, both (m,).
        """
        starts = self.starts[rows]
        counts = self.starts[rows + 1] - starts
        owners = np.repeat(np.arange(len(rows)), counts)
        firsts = np.repeat(np.cumsum(counts) - counts, counts)
        return np.arange(len(owners)) - firsts + starts[owners], owners

    def is_language(self, rows: Rows, tag: str) -> NDArray[np.bool_]:
        """Tell which passages are in a language, shape (n,)."""
        code = self.tags.index(tag) if tag in self.tags else -1
        return np.asarray(self.codes[rows] == code)


def write_layout(folder: Path, archive: Archive) -> None:
    """Write both arrays for an archive."""
    codes = {tag: code for code, tag in enumerate(sorted(archive.languages()))}
    starts = np.empty(archive.n_passages + 1, np.int64)
    languages = np.empty(archive.n_passages, np.uint16)
    for row, (first_sentence, language) in enumerate(archive.places()):
        starts[row], languages[row] = first_sentence, codes[language]
    starts[-1] = archive.n_sentences
    for name, array in ((STARTS, starts), (LANGUAGES, languages)):
        with (folder / name).open("wb") as file:
            np.save(file, array, allow_pickle=False)


def open_layout(folder: Path, *, n_passages: int, tags: Sequence[str]) -> Layout:
    """Open what `write_layout` wrote.

    Raises:
        SnapshotCorrupt: If an array is missing or not of the expected form.
    """
    return Layout(
        _open(folder / STARTS, n_passages + 1, np.int64),
        _open(folder / LANGUAGES, n_passages, np.uint16),
        tuple(sorted(tags)),
    )


def _open(path: Path, length: int, kind: type[_Number]) -> NDArray[_Number]:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        msg = f"Expected an array at {path}, but {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
    if array.shape != (length,) or array.dtype != kind:
        msg = (
            f"Expected {length} numbers of type {kind.__name__} at {path}, but found "
            f"{array.dtype} {array.shape}; run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return array  # type: ignore[no-any-return]  # np.load is untyped; checked above
