"""The vectors of a part: what is new is encoded, what stood in an older part is copied.

A passage is encoded with its headline and date as context, a sentence alone: ranking by both
beats either, and evidence is found best by sentences encoded alone (DECISIONS.md).
Does not: encode what the cache knows, or hold the vectors of more sentences than a shard's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.calibration import VectorSpace
from index.chunk import encoder_text
from index.clean import clean
from index.config import ChunkConfig
from index.dense import write_dense
from index.snapshot import Snapshot
from index.types import Article, Passage
from index.vectors import VectorCache

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
Half = NDArray[np.float16]

_SHARD = 512
"""Passages read, encoded and written at a time."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Placed vectors of consecutive passages and of their sentences, in order.

    `n_encoded` texts of them went through the encoder.
    """

    passages: Vectors
    sentences: Half
    n_encoded: int = 0


def encoded(  # what is encoded, by what, and who is told
    archive: Archive,
    n_passages: int,
    *,
    cache: VectorCache,
    space: VectorSpace,
    config: ChunkConfig,
    progress: Callable[[int, int], None],
) -> Iterator[Shard]:
    """Yield the vectors of the first `n_passages` passages of an archive.

    Args:
        progress: Called with the number of texts done and their total.
    """
    done, total = 0, n_passages + archive.sentences_before(n_passages)

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress(done, total)

    for start in range(0, n_passages, _SHARD):
        shard = archive.passages(range(start, min(start + _SHARD, n_passages)))
        texts, languages = texts_of([(passage, article) for passage, article, _ in shard], config)
        vectors, n_new = cache.encode(texts, progress=count)
        placed = space.passages(vectors.astype(np.float32), languages)
        yield Shard(placed[: len(shard)], placed[len(shard) :].astype(np.float16), n_new)


def copied(snapshot: Snapshot, rows: Rows) -> Iterator[Shard]:
    """Yield the vectors that a snapshot has for its passages `rows`, shape (n,)."""
    for start in range(0, len(rows), _SHARD):
        some = rows[start : start + _SHARD]
        numbers, _ = snapshot.layout.sentences(some)
        yield Shard(snapshot.dense.vectors(some), snapshot.sentence_vectors.vectors(numbers))


def write_vectors(
    passages_file: Path, sentences_file: Path, shards: Iterable[Shard], shape: tuple[int, int]
) -> int:
    """Write a FAISS index over the passages and an array of the sentences.

    Args:
        passages_file: The index.
        sentences_file: The array.
        shards: The vectors of the whole part, in order.
        shape: Of the array.

    Returns:
        How many texts went through the encoder.

    Raises:
        OSError: If a file cannot be written in full.
    """
    n_encoded = 0
    with sentences_file.open("wb") as file:
        _write_header(file, shape)

        def passages() -> Iterator[Vectors]:
            nonlocal n_encoded
            for shard in shards:
                n_encoded += shard.n_encoded
                # Subtle: plain writes, not a memory map, which a full disk would end with SIGBUS.
                file.write(shard.sentences.tobytes())
                yield shard.passages

        write_dense(passages_file, passages(), shape[1])
    return n_encoded


def texts_of(
    shard: Sequence[tuple[Passage, Article]], config: ChunkConfig
) -> tuple[list[str], list[str]]:
    """Return what is encoded, passages before sentences, and the language of each."""
    texts = [encoder_text(article, passage, config) for passage, article in shard]
    languages = [passage.language for passage, _ in shard]
    for passage, article in shard:
        texts += [
            clean(span.cut(article.text), passage.language).text for span in passage.sentences
        ]
        languages += [passage.language] * len(passage.sentences)
    return texts, languages


def _write_header(file: BinaryIO, shape: tuple[int, int]) -> None:
    """Begin an .npy file of half-precision rows; the format is NumPy's version 1.0."""
    header = {"descr": "<f2", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
