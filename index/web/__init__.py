"""Articles from the web: fetched politely, kept as files, polled from feeds.

Does not: load the HTTP client before something is fetched.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from index.config import ReadConfig
from index.web.config import EVERY_NETWORK, Network, WebConfig
from index.web.problems import Failure, Problem
from index.web.steps import Kept, ListFound, Step, Watching

__all__ = [
    "EVERY_NETWORK",
    "Failure",
    "Kept",
    "ListFound",
    "Network",
    "Problem",
    "Step",
    "Watching",
    "WebConfig",
    "gather_articles",
    "watch_feeds",
]


def gather_articles(
    places: Sequence[str], home: Path, config: WebConfig, reading: ReadConfig | None = None
) -> Iterator[Step]:
    """Take addresses, files and folders into the collection under `home`.

    Args:
        reading: How a build reads the files, to tell what was removed by request.

    Raises:
        StorageError: If something cannot be kept.
    """
    from index.web.collect import Collection
    from index.web.fetch import Fetcher
    from index.web.gathering import Gatherer

    gatherer = Gatherer(Fetcher(config), Collection(home, reading))
    for place in places:
        yield from gatherer.add(place)


@contextmanager
def watch_feeds(
    feeds: Sequence[str],
    home: Path,
    config: WebConfig,
    *,
    interval_s: float,
    stop: threading.Event,
    reading: ReadConfig | None = None,
) -> Iterator[Watching]:
    """Be the one watcher of the index under `home`, until `stop` is set.

    Args:
        feeds: Addresses of feeds and sitemaps, at least one.
        interval_s: Least time between two requests for one feed.
        reading: As for `gather_articles`.

    Raises:
        CorpusError: If one of `feeds` is no address.
        WatchLocked: If another process watches there.
        StorageError: If the state cannot be written.
    """
    from index.web.collect import Collection
    from index.web.fetch import Fetcher
    from index.web.gathering import Gatherer
    from index.web.state import WatchState
    from index.web.watch import Watcher, feed_addresses, watch_lock

    roots = feed_addresses(feeds)
    fetcher = Fetcher(config, stop)
    with watch_lock(home), closing(WatchState(home)) as state:
        gatherer = Gatherer(fetcher, Collection(home, reading))
        yield Watcher(roots, interval_s, fetcher, gatherer, state)
