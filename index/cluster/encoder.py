"""Encoder whose passages are encoded on a cluster.

Texts are cut into small pieces of similar length, and a free worker takes the next: a slow node
delays none of the others. Questions and token counts stay on this machine. A worker whose encoder
has another vector space is refused.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from index.arrays import Rows, Vectors
from index.cluster.ray import Cluster
from index.encoders.config import BundledConfig, EncoderConfig
from index.encoders.opening import open_encoder
from index.encoders.protocol import Encoder, EncoderIdentity, Progress
from index.errors import EncoderError

_PIECE: Final = 64
"""Texts that a worker encodes at a time, and that are lost when it dies: about two seconds."""
_PIECES_AT_ONCE: Final = 8
"""Pieces for each worker between two commits, so that few workers wait for the last."""


class ClusterEncoder:
    """An encoder whose passages are encoded on many machines; for one thread."""

    def __init__(self, cluster: Cluster, config: EncoderConfig, encoder: Encoder) -> None:
        """Let each worker open the encoder.

        Args:
            cluster: Its workers.
            config: How a worker opens what `encoder` is; paths in it are paths of its node.
            encoder: Used on this machine for everything but passages.

        Raises:
            ClusterError: If a worker fails.
            EncoderError: If a worker cannot open the encoder or has another vector space.
        """
        self._cluster = cluster
        self._encoder = encoder
        # A worker has one processor only.
        self._config = replace(config, threads=1) if isinstance(config, BundledConfig) else config
        self._encode = _Encode(self._config, encoder.identity)
        cluster.each(self._encode, [])

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the encoder that a worker has open."""
        return _opened, (self._config,)

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space, that of the local encoder."""
        return self._encoder.identity

    @property
    def max_tokens(self) -> int:
        """Tokens one text may have."""
        return self._encoder.max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts that keep all workers busy."""
        return self._cluster.n_workers * _PIECES_AT_ONCE * _PIECE

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions, here: float32 (n, dim)."""
        return self._encoder.encode_queries(texts)

    def count_tokens(self, text: str, /) -> int:
        """Count the tokens of `text` alone, here."""
        return self._encoder.count_tokens(text)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages on the cluster: float32 (n, dim), unit rows in the order given.

        Raises:
            ClusterError: If a worker fails, or no piece comes back in time.
            EncoderError: If a worker cannot encode.
        """
        rows = np.zeros((len(texts), self.identity.dim), np.float32)
        by_length = np.argsort([-len(text) for text in texts], kind="stable")
        waiting = [by_length[start : start + _PIECE] for start in range(0, len(texts), _PIECE)]
        waiting.reverse()
        running: dict[Future[Vectors], Rows] = {}
        while waiting or running:
            while waiting and len(running) < self._cluster.n_workers:
                piece = waiting.pop()
                sent = [texts[row] for row in piece]
                running[self._cluster.submit(self._encode, sent)] = piece
            done = self._cluster.first(running)
            piece = running.pop(done)
            rows[piece] = done.result()
            if progress:
                progress(len(piece))
        return rows


@dataclass(frozen=True, slots=True)
class _Encode:
    """Encodes by the encoder of a worker, if it has the expected vector space."""

    config: EncoderConfig
    identity: EncoderIdentity

    def __call__(self, texts: list[str]) -> Vectors:
        """Encode passages: float32 (n, dim)."""
        encoder = _opened(self.config)
        if encoder.identity != self.identity:
            msg = (
                f"Expected workers with the encoder {self.identity.fingerprint}, found one with "
                f"{encoder.identity.fingerprint}; install the same version of pasokh on every node."
            )
            raise EncoderError(msg)
        return encoder.encode_passages(texts)


@lru_cache(maxsize=1)
def _opened(config: EncoderConfig) -> Encoder:
    """Open an encoder, once for all pieces of a worker."""
    return open_encoder(config)
