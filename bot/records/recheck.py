"""Verification of an earlier answer against the archive of today: quotes, claims, and versions.

A quote stands if its article has exactly this text at exactly this span of its body and still has
the metadata it was cited with. A claim is supported if the checks of `grounding` pass on those of
its quotes that stand. An index, encoder, model or prompt other than today's is reported and is no
fault.

Does not: read files, or answer the question again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from bot.answer.cite import cite, head
from bot.grounding.types import Checking, Fault
from bot.records.write import CitationRecord, Record, answer_text, citation_record, headline_record
from bot.types import Claim
from index import Article, ArticleId, Span

_UNKNOWN: Final = "und"
_PLACE: Final = {"origin": ""}
_HEAD: Final = ("headline", "source", "via", "published", "url")


class Standing(StrEnum):
    """Result of checking a quote."""

    STANDS = "stands"
    MOVED = "moved"
    """The body has it at another span."""
    CHANGED = "changed"
    """The article does not have it any more, or never did."""
    OUTSIDE = "outside"
    """It is at its span, but in the text around the article's body."""
    HEAD = "head"
    """The quote stands, but the metadata of its article differ."""
    EMPTY = "empty"
    """It has no letter and no digit."""
    GONE = "gone"
    CORRECTED = "corrected"
    """The article has a newer version; it may still have the quote."""
    REMOVED = "withdrawn"
    """The article was removed by request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCheck:
    """Result of checking one quote.

    Attributes:
        differs: Keys of docs/json.md whose values are not the archive's; only with `HEAD`.
        found: Span of the quote today; only with `STANDS`, `HEAD`, `OUTSIDE`, `MOVED`, and maybe
            `CORRECTED`.
        successor: Id of the newer version; only with `CORRECTED`.
    """

    number: int
    article_id: str
    standing: Standing
    differs: tuple[str, ...] = ()
    found: Span | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """Result of checking a claim; it is supported if there are no faults."""

    text: str
    numbers: tuple[int, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Version of a part that made the answer, then and now; empty where there is none."""

    key: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Result of checking one answer or refusal.

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
            and all(quote.standing is Standing.STANDS for quote in self.quotes)
            and not any(claim.faults for claim in self.claims)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecker:
    """Checks answers against one archive.

    Attributes:
        making: Versions that make an answer today, by key of docs/json.md.
        removed: Ids of the articles removed by request.
        find_successor: Returns the id of the article whose earlier version had an id.
        open_grounding: Opens the checks of claims, where there is one to check.
    """

    find_article: Callable[[ArticleId], Article | None]
    making: Mapping[str, str]
    removed: Collection[str]
    find_successor: Callable[[ArticleId], ArticleId | None]
    open_grounding: Callable[[], Checking]

    def check(self, record: Record) -> Recheck:
        """Check an answer."""
        citations = record["citations"]
        quotes = tuple(self._quote(citation) for citation in citations)
        made = {
            "snapshot": record["snapshot"],
            "encoder": record["encoder"],
            "model": record["model"],
            "prompt": record["prompt"],
        }
        text = answer_text((citation["quote"], citation["number"]) for citation in citations)
        return Recheck(
            question=record["question"],
            making=tuple(
                Making(key=key, was=was, now=self.making.get(key, ""))
                for key, was in made.items()
                if was
            ),
            is_text_same=record["answer"] == text,
            quotes=quotes,
            claims=self._claims(record, quotes),
        )

    def _quote(self, was: CitationRecord) -> QuoteCheck:
        """Check a quote, and the metadata of its article where it stands."""
        check = check_quote(
            (was["article_id"], was["start"], was["end"], was["quote"]),
            number=was["number"],
            find_article=self.find_article,
            find_successor=self.find_successor,
            removed=self.removed,
        )
        article = self.find_article(ArticleId(was["article_id"]))
        if check.standing is not Standing.STANDS or check.found is None or article is None:
            return check
        now = dict(citation_record(cite(article, check.found, number=was["number"], score=0)))
        then = dict(was)
        differs = [key for key in _HEAD if now[key] != then[key]]
        for named in was["also_in"]:
            other = self.find_article(ArticleId(named["article_id"]))
            # Where it was read from may change: files are renamed and get more lines.
            if other is None or {**headline_record(head(other)), **_PLACE} != {**named, **_PLACE}:
                differs.append("also_in")
                break
        return replace(check, standing=Standing.HEAD, differs=tuple(differs)) if differs else check

    def _claims(self, record: Record, quotes: Sequence[QuoteCheck]) -> tuple[ClaimCheck, ...]:
        """Check the claims against the quotes that stand, as the archive has them."""
        if not record["claims"]:
            return ()
        claims = [
            Claim(text=claim["text"], numbers=tuple(claim["numbers"])) for claim in record["claims"]
        ]
        evidence = [
            cite(article, quote.found, number=quote.number, score=0)
            for quote in quotes
            if quote.found and quote.standing in {Standing.STANDS, Standing.HEAD}
            if (article := self.find_article(ArticleId(quote.article_id)))
        ]
        language = None if record["language"] == _UNKNOWN else record["language"]
        verdicts = self.open_grounding().check(claims, evidence, language=language)
        return tuple(
            ClaimCheck(text=claim.text, numbers=claim.numbers, faults=verdict.faults)
            for claim, verdict in zip(claims, verdicts, strict=True)
        )


def report_of(checked: Iterable[tuple[int, Recheck]], now: Mapping[str, str]) -> dict[str, Any]:
    """Return results as the JSON object of docs/verifying.md.

    Args:
        checked: Each with the line of the file that its answer begins on.
        now: Versions that make an answer today, as a `Rechecker` has them.
    """
    answers = [
        {
            "line": line,
            "question": recheck.question,
            "stands": recheck.stands,
            "made_with": [asdict(part) | {"same": part.was == part.now} for part in recheck.making],
            "answer_is_quotes": recheck.is_text_same,
            "citations": [
                {
                    "number": quote.number,
                    "article_id": quote.article_id,
                    "standing": quote.standing,
                    "start": quote.found.start if quote.found else None,
                    "end": quote.found.end if quote.found else None,
                    "differs": quote.differs,
                    "successor": quote.successor,
                }
                for quote in recheck.quotes
            ],
            "claims": [
                {"text": claim.text, "numbers": claim.numbers, "faults": claim.faults}
                for claim in recheck.claims
            ],
        }
        for line, recheck in checked
    ]
    return {
        "stands": all(answer["stands"] for answer in answers),
        "now": dict(now),
        "answers": answers,
    }


def check_quote(
    place: tuple[str, int, int, str],
    *,
    number: int = 1,
    find_article: Callable[[ArticleId], Article | None],
    find_successor: Callable[[ArticleId], ArticleId | None],
    removed: Collection[str] = (),
) -> QuoteCheck:
    """Check whether an article has a quote at its place; its metadata are not looked at.

    Args:
        place: Id of the article, start and end of the quote in its text, and the quote.
        number: That of the quote.
        find_article, find_successor, removed: As those of a `Rechecker`.
    """
    article_id, start, end, quote = place

    def result(standing: Standing, *, found: Span | None = None, successor: str = "") -> QuoteCheck:
        return QuoteCheck(
            number=number,
            article_id=article_id,
            standing=standing,
            found=found,
            successor=successor,
        )

    article = find_article(ArticleId(article_id))
    if article is None and article_id in removed:
        return result(Standing.REMOVED)
    successor = find_successor(ArticleId(article_id))
    newer = find_article(successor) if successor else None
    if article is None and newer is None:
        return result(Standing.GONE)
    if not any(char.isalnum() for char in quote):
        return result(Standing.EMPTY)
    span = Span(start, end) if 0 <= start <= end else None
    if article is None or span is None or span.cut(article.text) != quote:
        if newer is not None:
            return result(Standing.CORRECTED, found=_place(quote, newer), successor=newer.id)
        found = _place(quote, article) if article else None
        return result(Standing.MOVED if found else Standing.CHANGED, found=found)
    if not any(part.start <= span.start and span.end <= part.end for part in article.body):
        return result(Standing.OUTSIDE, found=span)
    return result(Standing.STANDS, found=span)


def _place(quote: str, article: Article) -> Span | None:
    """Return where an article's body has a quote, None where it has not."""
    starts = (article.text.find(quote, part.start, part.end) for part in article.body)
    start = next((start for start in starts if start >= 0), None)
    return None if start is None else Span(start, start + len(quote))
