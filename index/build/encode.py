"""The vectors of a part: what is new is encoded, what stood in an older part is copied.

A passage is encoded with its headline and date as context, a sentence alone: ranking by both
beats either, and evidence is found best by sentences encoded alone (DECISIONS.md).
Does not: encode what the cache knows, or hold the vectors of more sentences than a shard's.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from index.arrays import Rows
from index.config import ChunkConfig
from index.corpus.archive import Archive
from index.encoders.space import VectorSpace
from index.encoders.vector_cache import VectorCache
from index.snapshot.snapshot import Snapshot
from index.text.chunk import encoder_text
from index.text.clean import clean
from index.types import Article, Passage
from index.vectors.store import Shard

_SHARD = 512
"""Passages read, encoded and written at a time."""


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
        texts, languages = texts_of(shard, config)
        vectors, n_new = cache.encode(texts, progress=count)
        placed = space.passages(vectors.astype(np.float32), languages)
        counts = np.array([len(passage.sentences) for passage, _ in shard], np.int64)
        yield Shard(placed[: len(shard)], placed[len(shard) :].astype(np.float16), counts, n_new)


def copied(snapshot: Snapshot, rows: Rows) -> Iterator[Shard]:
    """Yield the vectors that a snapshot has for its passages `rows`, shape (n,)."""
    for start in range(0, len(rows), _SHARD):
        some = rows[start : start + _SHARD]
        sentences = snapshot.vectors.sentences(some)
        counts = np.array([len(own) for own in sentences], np.int64)
        yield Shard(snapshot.vectors.passages(some), np.concatenate(sentences), counts)


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
