"""Protocols of what turns text into numbers.

An encoder: text in, unit vectors out, and an identity of their vector space. A reader: a question
and passages in, and how likely each answers.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from index.arrays import Vectors

Progress = Callable[[int], None]

TEXTS_AT_ONCE: Final = 256
"""A second or two of work for two processors; sorted by length, more would not be faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderIdentity:
    """Identity of an encoder's vector space; vectors of two identities are never compared.

    Attributes:
        name: Readable name, e.g. "multilingual-e5-small".
        revision: Changes whenever the same text would get another vector.
        dim: Length of a vector.
    """

    name: str
    revision: str
    dim: int

    @property
    def fingerprint(self) -> str:
        """All three in a short stable string that is safe as a file name."""
        whole = f"{self.name}\0{self.revision}\0{self.dim}".encode()
        readable = re.sub(r"[^A-Za-z0-9]+", "-", self.name).strip("-").lower()[-40:]
        return f"{readable or 'encoder'}-{blake2b(whole, digest_size=8).hexdigest()}"


class Encoder(Protocol):
    """Text to unit vectors of one space; query and passage prefixes are added inside."""

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space."""
        ...

    @property
    def max_tokens(self) -> int:
        """Most tokens of one text, prefix and markers included, without loss of context."""
        ...

    @property
    def texts_at_once(self) -> int:
        """Texts per call that keep the encoder busy; a killed build may lose their vectors."""
        ...

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions: float32 (n, dim), unit rows in the order given; (0, dim) for none.

        Raises:
            EncoderError: If no usable vectors could be made.
        """
        ...

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages as `encode_queries` does; `progress` gets the number newly done."""
        ...

    def count_tokens(self, text: str, /) -> int:
        """Count the tokens of `text` alone, without prefix and markers."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences that follow each other in an article.

    Attributes:
        headline: Of the article.
        sentences: Their texts, at least one.
    """

    headline: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a window.

    Attributes:
        answers: Logit that the window answers the question.
        sentences: For each sentence, how likely the answer starts and ends in it: the sum of its
            highest logits, comparable between windows of one question; -inf for a sentence of which
            nothing was read.
    """

    answers: float
    sentences: tuple[float, ...]


class Reader(Protocol):
    """Reads a question and sentences of articles together."""

    def read(self, question: str, windows: Sequence[Window], /) -> list[Reading]:
        """Read each window beside the question.

        Raises:
            EncoderError: If the network fails.
        """
        ...


def unit_rows(rows: NDArray[np.float32]) -> Vectors:
    """Return `rows` (n, dim) with each scaled to length 1; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
