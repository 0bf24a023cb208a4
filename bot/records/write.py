"""Answers as JSON objects for programs, stable and described in docs/json.md.

Quotes stay verbatim, control characters included; `to_json` escapes them.
"""

import json
import re
from collections.abc import Iterable
from typing import NotRequired

# pydantic, which describes these for the HTTP API, wants them before Python 3.12.
from typing_extensions import TypedDict

from bot.texts.labels import reason_text
from bot.texts.language import Language
from bot.types import Answer, Citation, Headline, NoAnswer
from index import Moment, Scope


class CitationRecord(TypedDict):
    """A citation as JSON; early versions wrote none of `origin`, `edited` and `earlier`.

    `page` is there where the article has pages.
    """

    number: int
    article_id: str
    headline: str
    source: str
    via: str
    published: str | None
    url: str
    start: int
    end: int
    quote: str
    score: float
    also_in: list["HeadlineRecord"]
    origin: NotRequired[str]
    edited: NotRequired[str | None]
    earlier: NotRequired[list[str]]
    page: NotRequired[int]


class HeadlineRecord(TypedDict):
    """A nearest headline, or another article of the same report, as JSON; likewise."""

    article_id: str
    headline: str
    source: str
    published: str | None
    url: str
    origin: NotRequired[str]


class ScopeRecord(TypedDict):
    """A part of the archive as JSON; null or empty where it is not bounded."""

    since: str | None
    until: str | None
    sources: list[str]
    languages: list[str]


class ClaimRecord(TypedDict):
    """A sentence that a language model worded, and the numbers of its citations, as JSON."""

    text: str
    numbers: list[int]


class SideRecord(TypedDict):
    """A side of a comparison, or one of several questions, and the numbers of its citations."""

    within: ScopeRecord
    numbers: list[int]
    question: NotRequired[str]


class DifferenceRecord(TypedDict):
    """Two quotes that contradict each other, as JSON; `said` is null for a denial."""

    numbers: list[int]
    said: list[str] | None


class Record(TypedDict):
    """An answer or a refusal as JSON; every key is always present, in this order."""

    question: str
    language: str
    answered: bool
    answer: str
    reason: str | None
    confidence: float
    citations: list[CitationRecord]
    nearest: list[HeadlineRecord]
    timings_ms: dict[str, float]
    snapshot: str
    encoder: str
    within: ScopeRecord
    within_missed: bool
    claims: list[ClaimRecord]
    checks: list[str]
    unworded: str | None
    model: str
    prompt: str
    shape: str | None
    sides: list[SideRecord]
    differences: list[DifferenceRecord]
    reply: NotRequired[str]
    unsure: NotRequired[bool]


def record_of(reply: Answer | NoAnswer, language: Language = Language.EN) -> Record:
    """Return the stable JSON object of a reply.

    Args:
        language: That of our own words.
    """
    answer, refusal = (reply, None) if isinstance(reply, Answer) else (None, reply)
    citations = answer.citations if answer else ()
    return {
        "question": reply.question,
        "language": reply.language,
        "answered": answer is not None,
        "answer": answer_text((citation.quote, citation.number) for citation in citations),
        "reason": refusal.reason.value if refusal else None,
        "confidence": round(reply.confidence, 4),
        "citations": [citation_record(citation) for citation in citations],
        "nearest": [headline_record(headline) for headline in refusal.nearest] if refusal else [],
        "timings_ms": {stage: round(ms, 3) for stage, ms in reply.timings_ms.items()},
        "snapshot": reply.fingerprint.snapshot,
        "encoder": reply.fingerprint.encoder,
        "within": scope_record(reply.within),
        "within_missed": reply.is_missed,
        "claims": [
            {"text": claim.text, "numbers": list(claim.numbers)}
            for claim in (answer.claims if answer else ())
        ],
        "checks": [check.value for check in answer.checks] if answer else [],
        "unworded": answer.unworded.value if answer and answer.unworded else None,
        "model": reply.fingerprint.model,
        "prompt": reply.fingerprint.prompt,
        "shape": answer.shape.value if answer else None,
        "sides": [
            {
                "within": scope_record(side.within),
                "numbers": list(side.numbers),
                "question": side.question,
            }
            for side in (answer.sides if answer else ())
        ],
        "differences": [
            {"numbers": list(pair.numbers), "said": list(pair.said) if pair.said else None}
            for pair in (answer.differences if answer else ())
        ],
        "reply": reason_text(refusal, language) if refusal else "",
        "unsure": answer.is_unsure if answer else False,
    }


def answer_text(quotes: Iterable[tuple[str, int]]) -> str:
    """Join quotes, each verbatim and followed by its number: `quote [1]`, one to a line."""
    return "\n".join(f"{quote} [{number}]" for quote, number in quotes)


def citation_record(citation: Citation) -> CitationRecord:
    """Return a citation as JSON."""
    record: CitationRecord = {
        "number": citation.number,
        "article_id": citation.article_id,
        "headline": citation.headline,
        "source": citation.source,
        "via": citation.via,
        "published": iso(citation.published),
        "url": citation.url,
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "score": round(citation.score, 4),
        "also_in": [headline_record(headline) for headline in citation.also_in],
        "origin": citation.origin,
        "edited": iso(citation.edited),
        "earlier": list(citation.earlier),
    }
    if citation.page:
        record["page"] = citation.page
    return record


def headline_record(headline: Headline) -> HeadlineRecord:
    """Return a nearest headline as JSON."""
    return {
        "article_id": headline.article_id,
        "headline": headline.headline,
        "source": headline.source,
        "published": iso(headline.published),
        "url": headline.url,
        "origin": headline.origin,
    }


def scope_record(scope: Scope) -> ScopeRecord:
    """Return a part of the archive as JSON."""
    return {
        "since": scope.since.isoformat(timespec="minutes") if scope.since else None,
        "until": scope.until.isoformat(timespec="minutes") if scope.until else None,
        "sources": sorted(scope.sources),
        "languages": sorted(scope.languages),
    }


def iso(moment: Moment | None) -> str | None:
    """Write a moment as JSON."""
    return moment.isoformat() if moment else None


# Characters a terminal may obey or an encoder refuse: DEL and C1, bidi controls, line and
# paragraph separators, lone surrogates. JSON only requires those below U+0020 to be escaped.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def to_json(record: object, *, indent: int | None = 2) -> str:
    """Write a value as JSON that reads back the same and that no terminal can be steered by."""
    text = json.dumps(record, ensure_ascii=False, indent=indent)
    return _UNSAFE_IN_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", text)
