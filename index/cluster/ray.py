"""Ray cluster that works on pieces of a build; the only importer of ray.

Each worker is a process of some node and does one piece at a time: a function that can be imported
there, called with what was sent, which is all it needs. A piece whose worker dies is repeated by
the worker that Ray starts in its place. A worker with other code than this process refuses.
Does not: start or size a cluster beyond this machine, or send code.

Source: Moritz et al., "Ray: A Distributed Framework for Emerging AI Applications",
arXiv 1712.05889; actors' `max_restarts` and `max_task_retries` as Ray documents them.
"""

import os
import pickle
import socket
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import cycle, islice
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from index.cluster.code import code_digest
from index.config import ClusterConfig
from index.errors import ClusterError, PasokhError

LOCAL: Final = "local"
"""Address that means a cluster of this machine alone, started and ended with the build."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_CONNECT_S: Final = 10.0


class _Worker:
    """A process of the cluster."""

    def do(self, code: str, work: bytes) -> Any:  # noqa: ANN401  # the work's own result
        """Do a piece of work, if it was sent by the same version."""
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
        # Without this, Ray sends usage statistics to its makers.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        options: dict[str, Any] = {}
        if config.address == LOCAL:
            options = {"num_cpus": config.workers, "include_dashboard": False}
        try:
            # Subtle: connected to first, as Ray waits minutes where nothing listens at HOST:PORT.
            url = urlsplit(config.address if "//" in config.address else f"//{config.address}")
            if url.hostname and url.port:
                socket.create_connection((url.hostname, url.port), _CONNECT_S).close()
            ray.init(address=config.address, log_to_driver=False, logging_level="error", **options)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            msg = (
                f"Expected a Ray cluster at {config.address!r}, but: {lines[0]}; give {LOCAL!r}, "
                "'auto' on a node of the cluster, or ray://HOST:PORT."
            )
            raise ClusterError(msg) from None
        try:
            # Subtle: bound to their nodes while these live, but reserving no processor once they
            # run (Ray's default): so workers of a lost node find room on nodes that are full.
            share = config.gpus_per_worker
            reserved = {"num_cpus": 0, "num_gpus": share} if share else {}
            actor = ray.remote(_Worker)
            nodes = _node_of_each_worker(config)
            self._workers = [
                actor.options(
                    max_restarts=-1,
                    max_task_retries=-1,
                    scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True),
                    **reserved,
                ).remote()
                for node in islice(cycle(nodes), config.workers or len(nodes))
            ]
            self._running: list[list[_Piece[Any]]] = [[] for _ in self._workers]
            self.each(os.getpid)  # so that a worker with other code fails at once
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
        """Send a piece to the worker that has the fewest.

        Its result raises our own errors unchanged, and all others as ClusterError, also when
        nothing comes back in `timeout_s`.
        """
        if kwargs:
            msg = f"a piece is called with positional arguments only, got {kwargs!r}"
            raise TypeError(msg)
        self._running = [
            [piece for piece in running if not piece.done()] for running in self._running
        ]
        idlest = min(range(self.n_workers), key=lambda worker: len(self._running[worker]))
        return self._send(idlest, function, *args)

    def each(self, function: Callable[..., _T], *sent: object) -> list[_T]:
        """Call a function on every worker; return their results."""
        pieces = [self._send(worker, function, *sent) for worker in range(self.n_workers)]
        return [piece.result() for piece in pieces]

    def first(self, pieces: Collection[Future[_T]]) -> Future[_T]:
        """Wait for a piece that is finished, and return it.

        Raises:
            ClusterError: If nothing comes back in `timeout_s`.
        """
        done, _ = wait(pieces, self._config.timeout_s, FIRST_COMPLETED)
        if not done:
            raise _silent(self._config)
        return done.pop()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # as Executor has it
        """End the workers without waiting for their pieces, and leave the cluster."""
        ray.shutdown()

    def _send(self, worker: int, function: Callable[..., _T], *sent: object) -> "_Piece[_T]":
        # Subtle: pickled here, as for processes: Ray's own pickling breaks bound methods.
        work = pickle.dumps((function, sent), pickle.HIGHEST_PROTOCOL)
        reference = self._workers[worker].do.remote(code_digest(), work)
        piece: _Piece[_T] = _Piece(reference, self._config)
        self._running[worker].append(piece)
        return piece


class _Piece(Future[_T]):
    """Result of a piece; its errors are ours."""

    def __init__(self, reference: Any, config: ClusterConfig) -> None:  # noqa: ANN401  # ray has no types
        super().__init__()
        self._config = config
        reference.future().add_done_callback(self._take)

    def result(self, timeout: float | None = None) -> _T:
        """Wait for the result, at most `timeout_s` of the configuration if `timeout` is None."""
        try:
            return super().result(self._config.timeout_s if timeout is None else timeout)
        except TimeoutError:
            raise _silent(self._config) from None

    def _take(self, done: "Future[Any]") -> None:
        """Take over the result or error; called by a thread of Ray's."""
        error = done.exception()
        if error is None:
            self.set_result(done.result())
        else:
            self.set_exception(_failure(self._config, error))


def _node_of_each_worker(config: ClusterConfig) -> list[str]:
    """Return a node id for every processor, or share of a GPU, of the cluster."""
    nodes: list[str] = []
    for node in ray.nodes():
        room = node["Resources"].get("CPU", 0.0) if node["Alive"] else 0.0
        if config.gpus_per_worker:
            room = min(room, node["Resources"].get("GPU", 0.0) / config.gpus_per_worker)
        nodes += [node["NodeID"]] * int(room)
    if not nodes:
        wanted = f"{config.gpus_per_worker:g} of a GPU" if config.gpus_per_worker else "a processor"
        msg = (
            f"Expected nodes with {wanted} in the cluster {config.address!r}, found none; start "
            "some (`ray start`), or set PASOKH_CLUSTER_GPUS to what a node has."
        )
        raise ClusterError(msg)
    return nodes


def _failure(config: ClusterConfig, error: BaseException) -> PasokhError:
    """Describe a worker's failure in one line; our own errors stay as they are."""
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
    """Make the error for a worker from which nothing came in time."""
    msg = (
        f"Expected a worker of the cluster {config.address!r} to be done with a piece in "
        f"{config.timeout_s:g} s, but none was; look at `ray status`, and build again: what was "
        "encoded is kept."
    )
    return ClusterError(msg)
