"""Feeds and sitemaps polled in rounds; every link they list is fetched once.

A round asks each feed that is due, with the etag and date of the last time, then fetches links
that wait, up to a limit, so that a long sitemap is indexed by and by. All is remembered
(`index.web.state`): a watcher killed at any moment goes on where it was.

Does not: build the index; the caller does, when `index.needs_build`.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from index.config import ReadConfig
from index.disk.atomic import storage_errors
from index.errors import CorpusError, WatchLocked
from index.retry import backoff_s
from index.web.address import canonical, read_address, shown
from index.web.collect import Collection
from index.web.config import WebConfig
from index.web.fetch import Fetcher, NotModified
from index.web.gathering import Gatherer, listing_of
from index.web.problems import Failure, Problem
from index.web.state import FeedState, LinkState, WaitingLink, WatchState
from index.web.steps import Kept, ListFound, Step

LINKS_A_ROUND: Final = 100
MAX_TRIES: Final = 5
_LOCK = "watch.lock"
_LONGEST_PAUSE_S = 24 * 3_600.0
_MAX_SITEMAPS = 500


@contextmanager
def watch_feeds(
    feeds: Sequence[str],
    home: Path,
    config: WebConfig,
    *,
    interval_s: float,
    stop: threading.Event,
    reading: ReadConfig | None,
) -> Iterator["Watcher"]:
    """Do what `index.web.watch_feeds` says."""
    roots = feed_addresses(feeds)
    fetcher = Fetcher(config, stop)
    with watch_lock(home), closing(WatchState(home)) as state:
        gatherer = Gatherer(fetcher, Collection(home, reading))
        yield Watcher(roots, interval_s, fetcher, gatherer, state)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Runs the rounds; whoever made it holds the watcher's lock."""

    roots: tuple[str, ...]
    interval_s: float
    _fetcher: Fetcher
    _gatherer: Gatherer
    _state: WatchState

    def round(self) -> Iterator[Step]:
        """Do what is due now and yield each step; ends early when told to stop."""
        polled: set[str] = set()
        while True:
            now = time.time()
            due = [
                feed
                for feed in self._state.feeds(self.roots)
                if feed.url not in polled
                # A due time that no pause explains is the clock's fault.
                and (feed.due <= now or feed.due > now + 2 * _LONGEST_PAUSE_S)
            ]
            if not due:
                break
            # One at a time, since sitemaps that one lists are asked in the same round.
            polled.add(due[0].url)
            if (step := self._poll(due[0])) is None:
                return
            yield step
        for link in self._state.waiting(LINKS_A_ROUND):
            if (step := self._try(link)) is None:
                return
            yield step

    def pause_s(self) -> float:
        """Return the seconds until something is due, at least 0."""
        dues = [feed.due for feed in self._state.feeds(self.roots)]
        if (link := self._state.next_link_due()) is not None:
            dues.append(link)
        return min(max(min(dues) - time.time(), 0.0), _LONGEST_PAUSE_S)

    def _poll(self, feed: FeedState) -> Step | None:
        """Ask one feed and keep what it lists; None when told to stop."""
        address = read_address(feed.url)
        if isinstance(address, Failure):
            return self._failed(feed, address)
        page = self._fetcher.fetch_newer(address, etag=feed.etag, last_modified=feed.last_modified)
        if isinstance(page, Failure):
            return None if page.problem is Problem.STOPPED else self._failed(feed, page)
        if isinstance(page, NotModified):
            self._state.keep_feed(feed._replace(due=self._due(self.interval_s), failures=0))
            return Step(shown(feed.url), Kept.UNCHANGED)
        listing = listing_of(page.data, page.charset, page.address)
        if listing is None:
            return self._failed(feed, Failure(Problem.NO_FEED))
        self._state.keep_feed(
            feed._replace(
                etag=page.etag,
                last_modified=page.last_modified,
                due=self._due(max(self.interval_s, listing.ttl_s)),
                failures=0,
            ),
            links={str(canonical(link)): at for link, at in listing.links.items()},
            sitemaps=map(str, listing.sitemaps[:_MAX_SITEMAPS]),
        )
        return Step(shown(feed.url), ListFound(len(listing.links) + len(listing.sitemaps)))

    def _failed(self, feed: FeedState, failure: Failure) -> Step:
        """Leave a feed alone for longer with every failure."""
        n_failed = feed.failures + 1
        pause_s = max(backoff_s(n_failed, self.interval_s), failure.wait_s or 0.0)
        self._state.keep_feed(feed._replace(due=self._due(pause_s), failures=n_failed))
        return Step(shown(feed.url), failure)

    def _try(self, link: WaitingLink) -> Step | None:
        """Fetch one link and keep where it stands; None when told to stop."""
        address = read_address(link.url)
        outcome = address if isinstance(address, Failure) else self._gatherer.fetch_article(address)
        if isinstance(outcome, Kept):
            self._state.keep_link(link, LinkState.COLLECTED)
        elif outcome.problem is Problem.STOPPED:
            return None
        elif not outcome.is_passing:
            self._state.keep_link(link, LinkState.REJECTED, problem=outcome.problem)
        else:
            # Tried again later, unless too often. A host that rests was not asked: no try.
            tries = link.tries + (outcome.problem is not Problem.RESTING)
            state = LinkState.GIVEN_UP if tries >= MAX_TRIES else LinkState.WAITING
            pause_s = max(backoff_s(max(tries, 1), self.interval_s), outcome.wait_s or 0.0)
            due = self._due(pause_s)
            tried = link._replace(tries=tries)
            self._state.keep_link(tried, state, problem=outcome.problem, due=due)
        return Step(shown(link.url), outcome)

    def _due(self, pause_s: float) -> float:
        """Return the time after a pause, a tenth later at most: not all feeds at once."""
        jitter = random.uniform(1.0, 1.1)  # noqa: S311 (no secret)
        return time.time() + min(pause_s, _LONGEST_PAUSE_S) * jitter


def feed_addresses(feeds: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of feeds in their one spelling, each once.

    Raises:
        CorpusError: If there is none, or one is no address.
    """
    addresses: dict[str, None] = {}
    for feed in feeds:
        address = read_address(feed)
        if isinstance(address, Failure):
            msg = (
                "Expected the address of a feed or sitemap, http:// or https:// and without a "
                f"password, got {shown(feed)!r}; correct it, or take it out of PASOKH_FEEDS."
            )
            raise CorpusError(msg)
        addresses[str(address)] = None
    if not addresses:
        msg = (
            "Expected addresses of feeds to watch, got none; name them after the command, or "
            "set PASOKH_FEEDS to them, separated by commas."
        )
        raise CorpusError(msg)
    return tuple(addresses)


@contextmanager
def watch_lock(home: Path) -> Iterator[None]:
    """Hold the one watcher's lock of `home`; the system frees it when the process dies.

    Raises:
        WatchLocked: If another process holds it.
        StorageError: If it cannot be made.
    """
    lock = FileLock(home / _LOCK, timeout=0)
    with storage_errors(home):
        home.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            msg = (
                f"Expected to be the only watcher of {home}, but another process watches there; "
                "stop it, or give its feeds to that one."
            )
            raise WatchLocked(msg) from error
    try:
        yield
    finally:
        lock.release()
