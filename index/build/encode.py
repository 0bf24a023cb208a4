"""Vectors of a new part: new passages are encoded, those of an older part are copied.

A passage is encoded with its headline and date as context, a sentence alone: ranking by both
beats either, and evidence is found best by sentences encoded alone (DECISIONS.md). Texts in the
vector cache are not encoded again, and only one shard of vectors is in memory at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from index.arrays import Rows
from index.config import ChunkConfig
from index.corpus.archive import Archive
from index.encoders import Encoder
from index.encoders.space import VectorSpace
from index.encoders.vector_cache import VectorCache
from index.snapshot.snapshot import FileSnapshot
from index.text.chunk import encoder_text
from index.text.clean import clean
from index.types import Article, Passage
from index.vectors.store import Shard

_SHARD = 512
"""Passages read, encoded and written at a time."""


def encoded(
    archive: Archive,
    n_passages: int,
    *,
    encoder: Encoder,
    cache_dir: Path,
    space: VectorSpace,
    config: ChunkConfig,
    progress: Callable[[int, int], None],
) -> Iterator[Shard]:
    """Yield the vectors of the first `n_passages` passages of an archive.

    Args:
        archive: The new part's archive.
        n_passages: How many of its passages are new; the others are copied.
        encoder: Makes the vectors that the cache lacks.
        cache_dir: The vector cache.
        space: The centred embedding space of the index.
        config: How much context a passage is encoded with.
        progress: Called with the number of texts done and their total.
    """
    done, total = 0, n_passages + archive.sentences_before(n_passages)

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress(done, total)

    with VectorCache(cache_dir, encoder) as cache:
        for start in range(0, n_passages, _SHARD):
            shard = archive.passages(range(start, min(start + _SHARD, n_passages)))
            texts, languages = texts_of(shard, config)
            vectors, n_new = cache.encode(texts, progress=count)
            centred = space.passages(vectors.astype(np.float32), languages)
            passages, sentences = centred[: len(shard)], centred[len(shard) :].astype(np.float16)
            counts = np.array([len(passage.sentences) for passage, _ in shard], np.int64)
            yield Shard(passages, sentences, counts, n_new)


def copied(snapshot: FileSnapshot, rows: Rows) -> Iterator[Shard]:
    """Yield the vectors that a snapshot has for its passages `rows`, shape (n,)."""
    for start in range(0, len(rows), _SHARD):
        shard = rows[start : start + _SHARD]
        sentences = snapshot.vectors.sentences(shard)
        counts = np.array([len(vectors) for vectors in sentences], np.int64)
        yield Shard(snapshot.vectors.passages(shard), np.concatenate(sentences), counts)


def texts_of(
    shard: Sequence[tuple[Passage, Article]], config: ChunkConfig
) -> tuple[list[str], list[str]]:
    """Return the texts to encode, passages before sentences, and the language of each."""
    texts = [encoder_text(article, passage, config) for passage, article in shard]
    languages = [passage.language for passage, _ in shard]
    for passage, article in shard:
        texts += [
            clean(span.cut(article.text), passage.language).text for span in passage.sentences
        ]
        languages += [passage.language] * len(passage.sentences)
    return texts, languages
