"""Encoder with a cache of questions on disk, so that a second evaluation takes seconds.

Vectors change only by the cache's half precision.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from index.arrays import Vectors
from index.encoders import Encoder, EncoderIdentity
from index.encoders.protocol import Progress
from index.encoders.vector_cache import VectorCache
from index.text.clean import clean


@dataclass(frozen=True, slots=True)
class _QuestionsAsPassages:
    """Encoder whose passages are another's questions, so that `VectorCache` can cache them."""

    encoder: Encoder

    @property
    def identity(self) -> EncoderIdentity:
        inner = self.encoder.identity
        return replace(inner, name=f"{inner.name}-questions")

    @property
    def max_tokens(self) -> int:
        return self.encoder.max_tokens

    @property
    def texts_at_once(self) -> int:
        return self.encoder.texts_at_once

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        return self.encoder.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        vectors = self.encoder.encode_queries(texts)
        if progress:
            progress(len(texts))
        return vectors

    def count_tokens(self, text: str, /) -> int:
        return self.encoder.count_tokens(text)


class RememberingEncoder(AbstractContextManager["RememberingEncoder"]):
    """Encoder with its question vectors cached in a file; a context manager.

    To be used only by the thread that opened it.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Open the cache in `folder`, beside the passage vectors."""
        self.encoder: Final = encoder
        self._cache = VectorCache(folder, _QuestionsAsPassages(encoder))

    def __exit__(self, *error: object) -> None:
        """Close the file."""
        self._cache.__exit__(*error)

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space of the given encoder."""
        return self.encoder.identity

    @property
    def max_tokens(self) -> int:
        """Tokens one text may have."""
        return self.encoder.max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts per call that keep it busy."""
        return self.encoder.texts_at_once

    def prepare(
        self, questions: Sequence[tuple[str, str]], *, progress: Callable[[int], None]
    ) -> int:
        """Encode (question, its language) ahead, many at a time; return how many were new."""
        texts = [clean(question, language).text for question, language in questions]
        return self._cache.encode(texts, progress=progress)[1]

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Look questions up, encoding those that are not cached."""
        return self._cache.encode(texts)[0].astype(np.float32)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages as the encoder does."""
        return self.encoder.encode_passages(texts, progress=progress)

    def count_tokens(self, text: str, /) -> int:
        """Count the tokens of `text` alone."""
        return self.encoder.count_tokens(text)
