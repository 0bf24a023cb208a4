"""Closeness of a claim with its quotes, for an encoder with fitted weights and for one without."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from bot.grounding.meaning import SUPPORTED_FROM, Closeness
from index import Encoder, EncoderIdentity
from index.arrays import Vectors

QUOTE = "ایران ۲۴ فروند جنگنده سوخو ۳۵ از روسیه می‌خرد."
CLAIM = "Iran is buying 24 Sukhoi Su-35 fighter jets from Russia."
OTHER = "The museum will open its new wing to visitors in spring."


@dataclass(frozen=True, slots=True)
class Renamed:
    """The bundled encoder by a name for which nothing is stored."""

    inner: Encoder

    @property
    def identity(self) -> EncoderIdentity:
        """Return the same space by another name."""
        return replace(self.inner.identity, name="an-unknown-encoder")

    @property
    def max_tokens(self) -> int:
        """As the encoder."""
        return self.inner.max_tokens

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """As the encoder."""
        return self.inner.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """As the encoder."""
        return self.inner.encode_passages(texts, progress=progress)

    def count_tokens(self, text: str, /) -> int:
        """As the encoder."""
        return self.inner.count_tokens(text)


@pytest.mark.parametrize("is_fitted", [True, False])
def test_a_claim_is_nearer_to_what_it_renders(encoder: Encoder, *, is_fitted: bool) -> None:
    """Across languages, with stored weights and with none."""
    closeness = Closeness(encoder if is_fitted else Renamed(encoder))
    near, far = closeness.meanings([CLAIM, OTHER], [[QUOTE], [QUOTE]])
    assert near >= SUPPORTED_FROM > far


def test_a_claim_without_quotes_means_nothing(encoder: Encoder) -> None:
    """Zero, and no error; no claims give no numbers."""
    assert Closeness(encoder).meanings([CLAIM], [[]]) == [0.0]
    assert Closeness(encoder).meanings([], []) == []
