"""Addresses and files taken into the collection, one step reported after the other.

The content at an address decides what it is: a feed or sitemap lists pages, anything else is a
page and should hold an article. No failure of a server is an exception here.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.config import ReadConfig
from index.errors import CorpusError
from index.retry import backoff_s
from index.sources import (
    LEFT_OUT,
    RejectReason,
    corpus_files,
    feeds,
    html_page,
    telegram,
)
from index.sources.markup import is_feed, text_of
from index.sources.rejects import MAX_BYTES, Refused
from index.types import TelegramPost
from index.web.address import Address, canonical, own_address, read_address, shown
from index.web.collect import Collection
from index.web.config import WebConfig
from index.web.fetch import Fetcher, Page
from index.web.problems import Failure, Problem
from index.web.steps import Kept, ListFound, Step

MAX_TRIES: Final = 3
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_DEEPEST = 2  # a sitemap index may list sitemaps, which list pages
_WEB = re.compile(r"\A[a-z][a-z0-9+.-]*+://", re.IGNORECASE)
# RSS 2.0: minutes that the channel may be kept.
_TTL = re.compile(rb"<ttl>\s*(\d{1,5})\s*</ttl>")
_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Listing:
    """Addresses in a feed or sitemap, and how long it asks to be left alone.

    Attributes:
        links: Pages in the order of the file, each with its time of publication in seconds since
            1970, None where it is not stated.
    """

    links: Mapping[Address, float | None]
    sitemaps: tuple[Address, ...]
    ttl_s: float = 0.0


def gather_articles(
    places: Sequence[str], home: Path, config: WebConfig, reading: ReadConfig | None
) -> Iterator[Step]:
    """Do what `index.web.gather_articles` says."""
    gatherer = Gatherer(Fetcher(config), Collection(home, reading))
    for place in places:
        yield from gatherer.add(place)


def keep_post(post: TelegramPost, home: Path) -> Kept | Failure:
    """Do what `index.web.keep_post` says."""
    article = telegram.article_of(post, "")
    if article is None:
        return Failure(Problem.NO_ARTICLE, "no text but links, names and tags")
    address = read_address(article.url)
    if isinstance(address, Failure):
        return address
    return Collection(home, None).keep_article(article, address)


class Gatherer:
    """Takes addresses, files and folders into one collection."""

    def __init__(self, fetcher: Fetcher, collection: Collection) -> None:
        self._fetcher = fetcher
        self._collection = collection

    def add(self, place: str) -> Iterator[Step]:
        """Take in an address, a file or a folder, and all that a feed or sitemap there lists.

        Raises:
            StorageError: If something cannot be kept.
        """
        if _WEB.match(place.strip()):
            address = read_address(place)
            if isinstance(address, Failure):
                yield Step(shown(place), address)
            else:
                yield from self._add_address(address, set(), depth=0)
            return
        try:
            yield from self._add_path(Path(place))
        except CorpusError as error:
            failure = Failure(Problem.MISSING)
            if isinstance(error.__cause__, OSError):
                failure = Failure(Problem.UNREADABLE, error.__cause__.strerror or "")
            yield Step(place, failure)

    def _add_address(self, address: Address, seen: set[Address], *, depth: int) -> Iterator[Step]:
        """Fetch an address and what it lists, each once."""
        if address in seen:
            return
        seen.add(address)
        page = self._fetch_patiently(address)
        if isinstance(page, Failure):
            yield Step(shown(str(address)), page)
            return
        listing = listing_of(page.data, page.charset, page.address)
        if listing is None:
            yield Step(shown(str(address)), self._keep_page(page))
        else:
            yield Step(shown(str(address)), ListFound(len(listing.links) + len(listing.sitemaps)))
            yield from self._add_listed(listing, seen, depth=depth)

    def _add_listed(self, listing: Listing, seen: set[Address], *, depth: int) -> Iterator[Step]:
        """Fetch what a feed or sitemap lists; a list behind one of its links is not followed."""
        for address in map(canonical, listing.links):
            if address in seen:
                continue
            seen.add(address)
            page = self._fetch_patiently(address)
            outcome = page if isinstance(page, Failure) else self._keep_page(page)
            yield Step(shown(str(address)), outcome)
        if depth < _DEEPEST:
            for address in listing.sitemaps:
                yield from self._add_address(address, seen, depth=depth + 1)

    def _add_path(self, path: Path) -> Iterator[Step]:
        """Copy a file, or every corpus file below a folder; fetch what a feed there lists.

        Raises:
            CorpusError: If nothing is there, or the folder cannot be listed.
        """
        seen: set[Address] = set()
        for source in corpus_files(path, self._collection.reading):
            file, origin = source.path, source.origin
            if source.unread:
                if source.unread.reason is RejectReason.OUTSIDE_LINK:
                    yield Step(origin, Failure(Problem.OUTSIDE_LINK))
                elif source.unread.reason not in LEFT_OUT:
                    yield Step(origin, Failure(Problem.UNREADABLE, source.unread.detail))
                continue
            try:
                listing = None
                if file.is_file():
                    with file.open("rb") as stream:
                        head = stream.read(_HEAD_BYTES)
                        if is_feed(head):
                            listing = listing_of(head + stream.read(MAX_BYTES), "", None)
                outcome = ListFound(len(listing.links)) if listing else None
                yield Step(origin, outcome or self._collection.keep_file(file))
            except OSError as error:
                yield Step(origin, Failure(Problem.UNREADABLE, error.strerror or ""))
                continue
            if listing is not None:
                yield from self._add_listed(listing, seen, depth=0)

    def fetch_article(self, address: Address) -> Kept | Failure:
        """Fetch one page, by one try, and keep its article."""
        page = self._fetcher.fetch(address)
        return self._keep_page(page) if isinstance(page, Page) else page

    def _fetch_patiently(self, address: Address) -> Page | Failure:
        """Fetch a page, and again after a pause where that may help."""
        for n_failed in range(1, MAX_TRIES + 1):
            page = self._fetcher.fetch(address)
            if isinstance(page, Page) or not page.is_passing or n_failed == MAX_TRIES:
                return page
            pause_s = backoff_s(n_failed, _FIRST_PAUSE_S) if page.wait_s is None else page.wait_s
            if pause_s > _LONGEST_PAUSE_S:
                return page
            time.sleep(pause_s)
        raise AssertionError  # the last try returns

    def _keep_page(self, page: Page) -> Kept | Failure:
        """Take the article out of a page and keep it."""
        try:
            text = text_of(page.data, page.charset)
            article = html_page.article_of(text, shown(str(page.address)))
        except Refused as refusal:
            return Failure(Problem.NO_ARTICLE, f"{refusal.reason}: {refusal.detail}")
        return self._collection.keep_article(article, own_address(article.url, page.address))


def listing_of(data: bytes, charset: str, base: Address | None) -> Listing | None:
    """Return what a feed or sitemap lists, None for what is neither or cannot be read.

    Args:
        base: Where it came from; None for a file, whose relative links lead nowhere.
    """
    if not is_feed(data[:_HEAD_BYTES]):
        return None
    try:
        listed = feeds.links(data, charset)
    except Refused:
        return None
    ttl = _TTL.search(data[:_HEAD_BYTES])
    links: dict[Address, float | None] = {}
    for link in listed.links:
        for address in _addresses([link.url], base):
            links.setdefault(address, link.published.at.timestamp() if link.published else None)
    return Listing(
        links=links,
        sitemaps=_addresses(listed.nested, base),
        ttl_s=60.0 * int(ttl[1]) if ttl else 0.0,
    )


def _addresses(urls: Iterable[str], base: Address | None) -> tuple[Address, ...]:
    """Return the usable addresses of a list, each once, in its order."""
    read = (read_address(url, base) for url in urls)
    return tuple(dict.fromkeys(address for address in read if isinstance(address, Address)))
