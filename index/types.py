"""Values that pass between modules: articles, spans, passages and hits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType, assert_never

ArticleId = NewType("ArticleId", str)
PassageId = NewType("PassageId", str)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of characters (code points) in an article's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse ranges that cannot exist."""
        if not 0 <= self.start <= self.end:
            msg = f"a span needs 0 <= start <= end, got [{self.start}, {self.end})"
            raise ValueError(msg)

    def __len__(self) -> int:
        """Number of characters covered."""
        return self.end - self.start

    def cut(self, text: str) -> str:
        """Return the characters of `text` that this span covers."""
        return text[self.start : self.end]


class Precision(StrEnum):
    """The finest part of a moment that the source stated."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Moment:
    """An aware time and how much of it is known; the unknown parts are the earliest possible."""

    at: datetime
    precision: Precision = Precision.MINUTE

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        if self.at.tzinfo is None:
            msg = f"a moment needs an aware time, got {self.at!r}"
            raise ValueError(msg)

    def isoformat(self) -> str:
        """Write the known parts after ISO 8601, e.g. `2023-06-09T18:15+03:30` or `2023-06-09`."""
        match self.precision:
            case Precision.MINUTE:
                return self.at.isoformat(timespec="minutes")
            case Precision.DAY:
                return f"{self.at:%Y-%m-%d}"
            case Precision.MONTH:
                return f"{self.at:%Y-%m}"
            case Precision.YEAR:
                return f"{self.at:%Y}"
        assert_never(self.precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One news item, its text exactly as it was read.

    Attributes:
        id: Stable across rebuilds: agency and news code where known, else a content hash.
        headline: The headline once, verbatim; empty when none was found.
        text: The source text verbatim (for a text file, the whole decoded file), so every
            offset can be checked against the file itself.
        body: Ordered, disjoint spans of `text` that hold the report; whatever lies outside
            (date line, repeated headline, page furniture) never becomes a passage.
        language: BCP 47 tag of the body, "und" when it could not be told.
        published: Moment of publication, or None when the source does not say.
        edited: Moment of the last change that the source states, or None.
        source: Agency or outlet that published it, e.g. "Mehr"; empty when unknown.
        via: Outlet whose report it relays, e.g. "Al Jazeera"; empty when none is named.
        code: The outlet's own number for the item; empty when unknown.
        url: Page address; empty when unknown.
        origin: Where it was read from: a path relative to the corpus, with the member of an
            archive and a line number for files that hold many, e.g. `a.zip!b.jsonl:2`.
        unread: Names of fields that the source states in a way that is not understood; only where
            it was just read.
    """

    id: ArticleId
    headline: str
    text: str
    body: tuple[Span, ...]
    language: str
    published: Moment | None = None
    edited: Moment | None = None
    source: str = ""
    via: str = ""
    code: str = ""
    url: str = ""
    origin: str = ""
    unread: tuple[str, ...] = field(default=(), compare=False)

    def page_of(self, span: Span) -> int:
        """Return the page on which a span begins, from 1; 0 where the text has no pages.

        Pages begin after form feeds.
        """
        return self.text.count("\f", 0, span.start) + 1 if "\f" in self.text else 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the fields that could not be found, in the order they are declared.

        After them those that are stated but were not understood, as `published_unread`.
        """
        wanted = ("headline", "published", "source", "code", "url")
        lacking = tuple(name for name in wanted if not getattr(self, name))
        return (*lacking, *(f"{name}_unread" for name in self.unread))


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPost:
    """One message on Telegram: of a channel, group or conversation.

    Attributes:
        text: All of it, as it was written.
        n_bold: How many of its first characters are bold, or tags and signs before that.
        number: Its number in the chat; 0 where it is not known.
        chat: Name of the chat, or of who wrote where the chat has none.
        chat_id: Number of the channel without "-100"; empty where posts have no address.
        username: Public name of the channel without "@"; empty for none.
        via: Whose post it forwards.
    """

    text: str
    n_bold: int = 0
    number: int = 0
    chat: str = ""
    chat_id: str = ""
    username: str = ""
    published: Moment | None = None
    edited: Moment | None = None
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Part of the archive that a question is asked of; the default is all of it.

    Attributes:
        since: Articles published at this aware time or later; None for no bound. Of a moment
            known by its day, month or year any part may lie within.
        until: Articles published before this aware time; None for no bound.
        sources: Names of outlets, case-folded; empty for all.
        languages: BCP 47 tags of passages; empty for all.

    An article without a date lies in no scope that has a bound.
    """

    since: datetime | None = None
    until: datetime | None = None
    sources: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse naive times and bounds that leave nothing."""
        for bound in (self.since, self.until):
            if bound is not None and bound.tzinfo is None:
                msg = f"a scope needs aware times, got {bound!r}"
                raise ValueError(msg)
        if self.since and self.until and self.since >= self.until:
            msg = f"a scope needs since < until, got {self.since} and {self.until}"
            raise ValueError(msg)


EVERYTHING: Final = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Which articles somebody may see, by their labels (see `index.corpus.labels`).

    Attributes:
        shown: Labels whose articles are seen.
        hidden: Labels whose articles are not.
        others: Whether articles are seen none of whose labels is named here.
    """

    shown: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    others: bool = True

    def may_see(self, labels: Sequence[str]) -> bool:
        """Tell whether an article of these labels is seen: the first that is named decides."""
        named = self.shown | self.hidden
        return next((label in self.shown for label in labels if label in named), self.others)


ALL_RIGHTS: Final = Rights()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An item of the corpus that is not an article, and the reason."""

    origin: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The unit of retrieval: whole sentences of one article.

    `article.text[span.start:span.end] == text`; `sentences` are ordered, disjoint spans of the
    article's text, all inside `span`.
    """

    id: PassageId
    article_id: ArticleId
    span: Span
    text: str
    language: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """Parts of a hit's score; see `fuse` for the scales."""

    dense: float
    lexical: float
    names: float
    is_same_language: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found for one query: higher `score` is better, `rank` starts at 1.

    `row` numbers the passage in the snapshot.
    """

    passage: Passage
    article: Article
    row: int
    score: float
    rank: int
    parts: ScoreParts


def passage_id(article_id: ArticleId, span: Span) -> PassageId:
    """Name a passage by its place, e.g. `mehr-5805672:240-812`."""
    return PassageId(f"{article_id}:{span.start}-{span.end}")


def join_spans(spans: Sequence[Span]) -> Span:
    """Return the smallest span that covers all of `spans`, which must not be empty."""
    return Span(min(span.start for span in spans), max(span.end for span in spans))
