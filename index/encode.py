"""The vectors of an archive: every passage and every sentence encoded and written to files.

A passage is encoded with its headline and date as context, a sentence alone: ranking by both
beats either, and evidence is found best by sentences encoded alone (DECISIONS.md).
Does not: encode what the cache knows, or hold the vectors of more sentences than a shard's.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from index.archive import Archive
from index.calibration import VectorSpace
from index.chunk import encoder_text
from index.clean import clean
from index.config import ChunkConfig
from index.dense import write_dense
from index.types import Article, Passage
from index.vectors import VectorCache

_SHARD = 512
"""Passages read, encoded and written at a time."""


def write_vectors(
    archive: Archive,
    passages_file: Path,
    sentences_file: Path,
    *,
    cache: VectorCache,
    space: VectorSpace,
    config: ChunkConfig,
    progress: Callable[[int, int], None],
) -> int:
    """Write a FAISS index over the passages and an array of the sentences, in archive order.

    Args:
        progress: Called with the number of texts done and their total.

    Returns:
        How many texts went through the encoder.

    Raises:
        OSError: If a file cannot be written in full.
    """
    total = archive.n_passages + archive.n_sentences
    passages = np.empty((archive.n_passages, space.dim), np.float32)
    done = n_encoded = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress(done, total)

    with sentences_file.open("wb") as file:
        _write_header(file, (archive.n_sentences, space.dim))
        for start in range(0, archive.n_passages, _SHARD):
            shard = archive.passages(range(start, min(start + _SHARD, archive.n_passages)))
            texts, languages = _texts([(passage, article) for passage, article, _ in shard], config)
            vectors, n_new = cache.encode(texts, progress=count)
            n_encoded += n_new
            placed = space.passages(vectors.astype(np.float32), languages)
            passages[start : start + len(shard)] = placed[: len(shard)]
            # Subtle: plain writes, not a memory map, which a full disk would end with SIGBUS.
            file.write(placed[len(shard) :].astype(np.float16).tobytes())
    write_dense(passages_file, passages)
    return n_encoded


def _texts(
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
