"""An encoder spread over a Ray cluster; the only importer of ray.

Texts are cut into small pieces of like length, each worker encodes one at a time, and whoever is
free takes the next: a slow node delays nobody. A piece whose worker dies is encoded by another,
which Ray starts in its place. Questions and token counts stay on this machine.
Does not: start or size a cluster beyond this machine, or send code: each node has the same version
of this package installed, and a worker with another vector space is refused.

Source: Moritz et al., "Ray: A Distributed Framework for Emerging AI Applications",
arXiv 1712.05889; actors' `max_restarts` and `max_task_retries` as Ray documents them.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import numpy as np
import ray
from numpy.typing import NDArray
from ray.actor import ActorHandle
from ray.exceptions import RayError

from index.encoders.config import BundledConfig, ClusterConfig, EncoderConfig
from index.encoders.opening import open_encoder
from index.encoders.protocol import Encoder, EncoderIdentity, Progress, Vectors
from index.errors import EncoderError

LOCAL: Final = "local"
"""Stands for a cluster of this machine alone, started for the purpose and ended with it."""

Rows = NDArray[np.int64]

_PIECE: Final = 64
"""Texts that a worker encodes at a time: about two seconds of a processor, and what is done again
when it dies."""
_PIECES_AT_ONCE: Final = 8
"""Pieces for each worker between two commits, so that few workers wait for the last."""

_KNOCK_S: Final = 10.0


class _Worker:
    """An encoder in a process of the cluster."""

    def __init__(self, config: EncoderConfig) -> None:
        self._encoder = open_encoder(config)

    def identity(self) -> EncoderIdentity:
        """Return the vector space."""
        return self._encoder.identity

    def encode(self, texts: list[str]) -> Vectors:
        """Encode passages: float32 (n, dim)."""
        return self._encoder.encode_passages(texts)


class ClusterEncoder:
    """The passage side of an encoder on many machines; a context manager, for one thread."""

    def __init__(self, config: ClusterConfig, encoder: Encoder) -> None:
        """Join the cluster and start the workers, each of which opens the encoder.

        Args:
            config: The cluster, and how a worker opens what `encoder` is.
            encoder: What answers here for everything but passages.

        Raises:
            EncoderError: If ray is not installed, the cluster cannot be reached or a worker has
                another vector space.
        """
        self._encoder = encoder
        self._config = config
        _join(config)
        try:
            self._workers = self._start()
        except BaseException:
            ray.shutdown()
            raise

    def __enter__(self) -> Self:
        """Return the encoder itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the workers and leave the cluster."""
        ray.shutdown()

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space, that of the encoder spread."""
        return self._encoder.identity

    @property
    def max_tokens(self) -> int:
        """Tokens one text may have."""
        return self._encoder.max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts that keep all workers busy."""
        return len(self._workers) * _PIECES_AT_ONCE * _PIECE

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
            EncoderError: If a worker cannot encode, or no piece comes back in `timeout_s`.
        """
        rows = np.zeros((len(texts), self.identity.dim), np.float32)
        by_length = np.argsort([-len(text) for text in texts], kind="stable")
        pieces = [by_length[at : at + _PIECE] for at in range(0, len(texts), _PIECE)]
        free, waiting = list(self._workers), pieces[::-1]
        running: dict[ray.ObjectRef, ActorHandle] = {}
        places: dict[ray.ObjectRef, Rows] = {}
        while waiting or running:
            while free and waiting:
                worker, piece = free.pop(), waiting.pop()
                reference = worker.encode.remote([texts[at] for at in piece])
                running[reference], places[reference] = worker, piece
            done, worker = self._next(running)
            piece = places.pop(done)
            rows[piece] = self._result(done)
            free.append(worker)
            if progress:
                progress(len(piece))
        return rows

    def _next(self, running: dict[ray.ObjectRef, ActorHandle]) -> tuple[ray.ObjectRef, ActorHandle]:
        """Wait for a piece to be over; return it with its worker, which is free then."""
        done, _ = ray.wait(list(running), num_returns=1, timeout=self._config.timeout_s)
        if not done:
            msg = (
                f"Expected a worker of the cluster {self._config.address!r} to encode {_PIECE} "
                f"texts in {self._config.timeout_s:g} s, but none did; look at `ray status`."
            )
            raise EncoderError(msg)
        return done[0], running.pop(done[0])

    def _result(self, reference: ray.ObjectRef) -> Any:  # noqa: ANN401  # whatever was asked
        """Return what a worker made."""
        try:
            return ray.get(reference)
        except RayError as error:
            raise self._error(error) from None

    def _error(self, error: Exception) -> EncoderError:
        """Say in one line what a worker met."""
        cause = getattr(error, "cause", None) or error
        if isinstance(cause, EncoderError):
            return cause
        lines = str(cause).strip().splitlines() or [type(cause).__name__]
        msg = (
            f"Expected the cluster {self._config.address!r} to encode, but a worker failed: "
            f"{lines[-1]}; every node needs this version of pasokh."
        )
        return EncoderError(msg)

    def _start(self) -> list[ActorHandle]:
        """Start the workers and check that all encode into the one vector space."""
        config = self._config
        actor = ray.remote(
            max_restarts=-1, max_task_retries=-1, num_cpus=1, num_gpus=config.gpus_per_worker
        )(_Worker)
        alone = _on_one_processor(config.encoder)
        workers = [actor.remote(alone) for _ in range(self._count())]
        waiting = {worker.identity.remote(): worker for worker in workers}
        while waiting:
            done, _ = self._next(waiting)
            came = self._result(done)
            if came != self.identity:
                msg = (
                    f"Expected workers with the encoder {self.identity.fingerprint}, found one "
                    f"with {came.fingerprint}; install the same version of pasokh on every node."
                )
                raise EncoderError(msg)
        return workers

    def _count(self) -> int:
        """Return how many workers there are to be."""
        if self._config.workers:
            return self._config.workers
        resources = ray.cluster_resources()
        free = resources.get("CPU", 1.0)
        if self._config.gpus_per_worker:
            free = min(free, resources.get("GPU", 0.0) / self._config.gpus_per_worker)
        return max(int(free), 1)


def _join(config: ClusterConfig) -> None:
    """Join a cluster, or start that of this machine."""
    # Ray tells its makers of every cluster it starts unless this says no.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    _knock(config.address)
    own = {"num_cpus": config.workers, "include_dashboard": False}
    given = own if config.address == LOCAL else {}
    try:
        ray.init(address=config.address, log_to_driver=False, logging_level="error", **given)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise _unreachable(config.address, lines[0]) from None


def _knock(address: str) -> None:
    """Raise where nothing listens at HOST:PORT: Ray itself would wait for minutes.

    Raises:
        EncoderError: If no connection can be made.
    """
    place = urlsplit(address if "//" in address else f"//{address}")
    try:
        if place.hostname and place.port:
            socket.create_connection((place.hostname, place.port), _KNOCK_S).close()
    except (OSError, ValueError) as error:
        raise _unreachable(address, str(error)) from None


def _unreachable(address: str, why: str) -> EncoderError:
    """Say that there is no cluster, and what to give."""
    msg = (
        f"Expected a Ray cluster at {address!r}, but: {why}; give {LOCAL!r}, 'auto' on a node of "
        "the cluster, or ray://HOST:PORT."
    )
    return EncoderError(msg)


def _on_one_processor(config: EncoderConfig) -> EncoderConfig:
    """Keep a worker to the processor it has."""
    return replace(config, threads=1) if isinstance(config, BundledConfig) else config
