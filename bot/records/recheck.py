"""An answer of earlier held against the archive of now: its quotes, its claims, its making.

A quote stands if its article says exactly this at exactly this place of its body and still has the
head it was cited with. A claim stands if the checks of `grounding` pass on those of its quotes
that stand. That index, encoder, model or prompt are others now is told and is no fault.
Does not: read files, or answer the question again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.answer.cite import cite, head
from bot.grounding.types import Checking, Fault
from bot.records.write import CitationRecord, Record, answer_text, citation_record, headline_record
from bot.types import Citation, Claim
from index import Article, ArticleId, Span

_UNKNOWN: Final = "und"
_HEAD: Final = ("headline", "source", "via", "published", "url")


class Standing(StrEnum):
    """What became of a quote."""

    STANDS = "stands"
    MOVED = "moved"
    """The body says it elsewhere."""
    CHANGED = "changed"
    """The article does not say it any more, or never did."""
    OUTSIDE = "outside"
    """It stands where it should, but in what frames the article, not in its body."""
    HEAD = "head"
    """The quote stands, but what is said about its article is not so."""
    EMPTY = "empty"
    """It holds no letter and no digit."""
    GONE = "gone"
    WITHDRAWN = "withdrawn"
    """The article was removed by request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCheck:
    """What became of one quote.

    Attributes:
        differs: Keys of docs/json.md whose values are not the archive's; only with `HEAD`.
        found: Where the quote stands now; only with `STANDS`, `HEAD`, `OUTSIDE` and `MOVED`.
    """

    number: int
    article_id: str
    standing: Standing
    differs: tuple[str, ...] = ()
    found: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """What the checks of a claim found; it stands without faults."""

    text: str
    numbers: tuple[int, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """One of the things an answer was made with: then and now, empty where there is none."""

    key: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What became of one answer or refusal.

    Attributes:
        is_text_same: Whether the key `answer` is made of the citations' quotes and nothing else.
    """

    question: str
    making: tuple[Making, ...]
    is_text_same: bool
    quotes: tuple[QuoteCheck, ...]
    claims: tuple[ClaimCheck, ...]

    @property
    def stands(self) -> bool:
        """Whether everything does."""
        return (
            self.is_text_same
            and all(one.standing is Standing.STANDS for one in self.quotes)
            and not any(one.faults for one in self.claims)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecker:
    """Holds answers against one archive.

    Attributes:
        making: What an answer is made with now, by key of docs/json.md.
        withdrawn: Ids of the articles removed by request.
        open_grounding: Opens the checks of claims, where there is one to check.
    """

    find_article: Callable[[ArticleId], Article | None]
    making: Mapping[str, str]
    withdrawn: Collection[str]
    open_grounding: Callable[[], Checking]

    def check(self, record: Record) -> Recheck:
        """Return what became of an answer."""
        quotes = tuple(self._quote(one) for one in record["citations"])
        return Recheck(
            question=record["question"],
            making=tuple(self._making(record)),
            is_text_same=record["answer"] == _text_of(record["citations"]),
            quotes=quotes,
            claims=self._claims(record, quotes),
        )

    def _making(self, record: Record) -> Iterator[Making]:
        """Yield what the answer was made with beside what is so now."""
        made = {
            "snapshot": record["snapshot"],
            "encoder": record["encoder"],
            "model": record["model"],
            "prompt": record["prompt"],
        }
        for key, was in made.items():
            if was:
                yield Making(key=key, was=was, now=self.making.get(key, ""))

    def _quote(self, was: CitationRecord) -> QuoteCheck:
        """Return what became of a quote."""
        article = self.find_article(ArticleId(was["article_id"]))
        if article is None:
            is_withdrawn = was["article_id"] in self.withdrawn
            return _check(was, Standing.WITHDRAWN if is_withdrawn else Standing.GONE)
        if not any(char.isalnum() for char in was["quote"]):
            return _check(was, Standing.EMPTY)
        span = _span_of(was)
        if span is None or span.cut(article.text) != was["quote"]:
            found = _find(article, was["quote"])
            return _check(was, Standing.MOVED if found else Standing.CHANGED, found=found)
        if not any(part.start <= span.start and span.end <= part.end for part in article.body):
            return _check(was, Standing.OUTSIDE, found=span)
        differs = (*_differing(was, article, span), *self._lost_copies(was))
        standing = Standing.HEAD if differs else Standing.STANDS
        return _check(was, standing, differs=differs, found=span)

    def _lost_copies(self, was: CitationRecord) -> tuple[str, ...]:
        """Return the key of the other articles named, where one is not as it was."""
        for named in was["also_in"]:
            article = self.find_article(ArticleId(named["article_id"]))
            if article is None or headline_record(head(article)) != named:
                return ("also_in",)
        return ()

    def _claims(self, record: Record, quotes: Sequence[QuoteCheck]) -> tuple[ClaimCheck, ...]:
        """Check the claims against the quotes that stand."""
        if not record["claims"]:
            return ()
        claims = [
            Claim(text=one["text"], numbers=tuple(one["numbers"])) for one in record["claims"]
        ]
        evidence = list(self._evidence(quotes))
        asked = None if record["language"] == _UNKNOWN else record["language"]
        verdicts = self.open_grounding().check(claims, evidence, language=asked)
        return tuple(
            ClaimCheck(text=claim.text, numbers=claim.numbers, faults=verdict.faults)
            for claim, verdict in zip(claims, verdicts, strict=True)
        )

    def _evidence(self, quotes: Sequence[QuoteCheck]) -> Iterator[Citation]:
        """Yield the quotes that stand, from the archive."""
        for one in quotes:
            article = self.find_article(ArticleId(one.article_id))
            if article and one.found and one.standing in {Standing.STANDS, Standing.HEAD}:
                yield cite(article, one.found, number=one.number, score=0)


def _check(
    was: CitationRecord,
    standing: Standing,
    *,
    differs: tuple[str, ...] = (),
    found: Span | None = None,
) -> QuoteCheck:
    return QuoteCheck(
        number=was["number"],
        article_id=was["article_id"],
        standing=standing,
        differs=differs,
        found=found,
    )


def _span_of(was: CitationRecord) -> Span | None:
    """Return the place of a quote, None for numbers that are no place."""
    is_place = 0 <= was["start"] <= was["end"]
    return Span(was["start"], was["end"]) if is_place else None


def _find(article: Article, quote: str) -> Span | None:
    """Return the first place of the body that says exactly this."""
    for part in article.body:
        at = article.text.find(quote, part.start, part.end)
        if at >= 0:
            return Span(at, at + len(quote))
    return None


def _differing(was: CitationRecord, article: Article, span: Span) -> Iterator[str]:
    """Yield the keys of the head that are not the article's."""
    now = dict(citation_record(cite(article, span, number=was["number"], score=0)))
    then = dict(was)
    for key in _HEAD:
        if now[key] != then[key]:
            yield key


def _text_of(citations: Sequence[CitationRecord]) -> str:
    """Return what the key `answer` says of these."""
    return answer_text([(one["quote"], one["number"]) for one in citations])
