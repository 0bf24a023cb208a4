"""Parser of model output into claims, whatever its form.

Strict JSON, JSON within prose or code fences, with commas too many, broken off, or plain sentences
with `[1]` behind them: each gives the claims that are complete.

Does not: check the content of a claim; `bot.grounding` does.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.llm.types import Unwritten
from bot.types import Claim, Unworded

MOST_CLAIMS: Final = 8
_MOST_READ: Final = 5 * MOST_CLAIMS
"""Most claims looked at, those of unusable form among them."""
_MOST_CHARS: Final = 600
_MOST_NUMBERS: Final = 8
_MOST_OBJECTS: Final = 100
"""Most braces tried: one that opens no complete object is read to the end of the text."""

_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_SPARE_COMMA: Final = re.compile(r'("(?:\\.|[^"\\])*+"?)|,(?=\s*[}\]])', re.DOTALL)
_ANSWERED: Final = re.compile(r'"answered"\s*:\s*(true|false)\b')
_NUMBERS: Final = r"\[\s*\d+(?:\s*[,،;]\s*\d+)*\s*\]"
_MARKS: Final = re.compile(rf"(?:{_NUMBERS}\s*)+")
_MARK_AFTER_STOP: Final = re.compile(rf"([.!?؟。])[ \t]*((?:{_NUMBERS}[ \t]*)+)")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?؟。])\s+")
_BULLET: Final = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_EMPHASIS: Final = re.compile(r"\*\*|__|`")


@dataclass(frozen=True, slots=True)
class Written:
    """Claims read from model output.

    Attributes:
        claims: Each once, in the order written; numbers as the model gave them, unchecked.
        has_answer: False where the model says that the evidence does not answer.
        n_unusable: Claims left out because of their form.
    """

    claims: tuple[Claim, ...]
    has_answer: bool
    n_unusable: int = 0


def parse(text: str) -> Written:
    """Read all that a model wrote.

    Raises:
        Unwritten: If there is neither a claim nor a word about whether there is an answer.
    """
    written = parse_so_far(text)
    if written.claims or not written.has_answer or written.n_unusable:
        return written
    sentences: list[Claim | None] = []
    for line in _MARK_AFTER_STOP.sub(r" \2\1 ", _THOUGHT.sub("", text)).splitlines():
        # A sentence without numbers goes with the next: it may end at the stop of "U.S.".
        pending = ""
        for sentence in _SENTENCE_END.split(_BULLET.sub("", line)):
            pending = f"{pending} {sentence}".strip()
            if _MARKS.search(pending):
                sentences.append(_claim({"text": pending}))
                pending = ""
    claims = _each_once(sentences)
    if not claims:
        raise Unwritten(Unworded.MALFORMED, f"no claim in {len(text)} characters")
    return Written(claims, has_answer=True, n_unusable=sentences.count(None))


def parse_so_far(text: str) -> Written:
    """Read the complete claims of JSON that may not have ended; none is no error."""
    json_text = _SPARE_COMMA.sub(lambda match: match[1] or "", _THOUGHT.sub("", text))
    raw: list[Mapping[str, Any]] = []
    for value in _objects(json_text):
        inner = value.get("claims")
        if isinstance(inner, list):
            raw += [claim for claim in inner if isinstance(claim, dict)]
        elif "text" in value:
            raw.append(value)
    claims = [_claim(value) for value in raw[:_MOST_READ]]
    answered = _ANSWERED.search(json_text)
    is_denied = answered is not None and answered[1] == "false"
    has_answer = not is_denied and not re.search(r'"claims"\s*:\s*\[\s*\]', json_text)
    return Written(_each_once(claims), has_answer=has_answer, n_unusable=claims.count(None))


class Finding(StrEnum):
    """What a judge finds about a claim."""

    SUPPORTED = "supported"
    NOT = "not"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of one claim, and the words of a quote that it rests on; unchecked."""

    finding: Finding
    words: str


def parse_judgements(text: str, n_claims: int) -> dict[int, Judgement]:
    """Read what a judge wrote, by the number of the claim, from 1.

    Only what is exactly of the form asked for is read. A claim that is judged twice in different
    ways is `NOT` supported; one that is left out is not among the results.

    Raises:
        Unwritten: If there is no judgement.
    """
    judgements: dict[int, Judgement] = {}
    for value in _objects(_SPARE_COMMA.sub(lambda match: match[1] or "", _THOUGHT.sub("", text))):
        listed = value.get("judgements")
        for one in listed[:_MOST_OBJECTS] if isinstance(listed, list) else ():
            if not isinstance(one, dict):
                continue
            claim, finding, words = one.get("claim"), one.get("finding"), one.get("words")
            if not isinstance(claim, int) or isinstance(claim, bool) or not 1 <= claim <= n_claims:
                continue
            if finding not in set(Finding):
                continue
            read = Judgement(Finding(finding), tidy(words) if isinstance(words, str) else "")
            if judgements.setdefault(claim, read).finding is not read.finding:
                judgements[claim] = Judgement(Finding.NOT, "")
    if not judgements:
        raise Unwritten(Unworded.MALFORMED, f"no judgement in {len(text)} characters")
    return judgements


def parse_question(text: str) -> str:
    """Read a rewritten question.

    Raises:
        Unwritten: If there is none.
    """
    return _value(text, "question")


def parse_translation(text: str) -> str:
    """Read a translated quote.

    Raises:
        Unwritten: If there is none.
    """
    return _value(text, "translation")


def _value(text: str, key: str) -> str:
    """Return the text of a key of the first object that has it."""
    for candidate in _objects(_THOUGHT.sub("", text)):
        if isinstance(candidate.get(key), str) and (value := tidy(candidate[key])):
            return value
    raise Unwritten(Unworded.MALFORMED, f"no {key} in {len(text)} characters")


def tidy(text: str) -> str:
    """Return a text on one line, without invisible characters and without emphasis."""
    return " ".join(_EMPHASIS.sub("", _UNSEEN.sub(" ", text)).split())


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the complete outermost JSON objects in a text."""
    decoder, position = json.JSONDecoder(strict=False), 0
    for _ in range(_MOST_OBJECTS):
        position = text.find("{", position)
        if position < 0:
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
        else:
            yield value


def _claim(raw: Mapping[str, Any]) -> Claim | None:
    """Return a claim; None where its form is unusable."""
    text, numbers = raw.get("text"), raw.get("numbers")
    if not isinstance(text, str):
        return None
    cited = dict.fromkeys([*_numbers(numbers), *_numbers(_MARKS.findall(text))])
    sentence = re.sub(r" (?=[.!?؟،,;؛:])", "", tidy(_MARKS.sub(" ", text)))
    if not any(map(str.isalnum, sentence)) or len(sentence) > _MOST_CHARS:
        return None
    return Claim(text=sentence, numbers=tuple(cited)[:_MOST_NUMBERS])


def _numbers(given: object) -> list[int]:
    """Read numbers given as numbers, as texts such as "[1, 2]", or a single one."""
    listed = given if isinstance(given, list) else [given]
    return [
        int(number)
        for item in listed
        if isinstance(item, (int, str)) and not isinstance(item, bool)
        for number in re.findall(r"(?<!\d)\d{1,3}(?!\d)", str(item))
    ]


def _each_once(read: list[Claim | None]) -> tuple[Claim, ...]:
    """Keep the usable claims, each text once."""
    claims: dict[str, Claim] = {}
    for claim in filter(None, read):
        claims.setdefault(claim.text, claim)
    return tuple(claims.values())[:MOST_CLAIMS]
