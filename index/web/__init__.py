"""Articles from the web: fetched politely, kept as files, polled from feeds."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from index.config import ReadConfig
from index.types import TelegramPost
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
    "keep_post",
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
    from index.web import gathering  # the HTTP client and readers of pages: no question needs them

    return gathering.gather_articles(places, home, config, reading)


def keep_post(post: TelegramPost, home: Path) -> Kept | Failure:
    """Take a post of a Telegram channel into the collection under `home`.

    Raises:
        StorageError: If it cannot be kept.
    """
    from index.web import gathering  # likewise

    return gathering.keep_post(post, home)


def watch_feeds(
    feeds: Sequence[str],
    home: Path,
    config: WebConfig,
    *,
    interval_s: float,
    stop: threading.Event,
    reading: ReadConfig | None = None,
) -> AbstractContextManager[Watching]:
    """Watch feeds for the index under `home`, as its only watcher, until `stop` is set.

    Args:
        feeds: Addresses of feeds and sitemaps, at least one.
        interval_s: Least time between two requests for one feed.
        reading: As for `gather_articles`.

    Raises:
        CorpusError: If one of `feeds` is no address.
        WatchLocked: If another process watches there.
        StorageError: If the state cannot be written.
    """
    from index.web import watch  # likewise

    return watch.watch_feeds(feeds, home, config, interval_s=interval_s, stop=stop, reading=reading)
