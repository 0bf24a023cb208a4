"""From what a model wrote to claims, however it was written.

Strict JSON, JSON within prose or code fences, with commas too many, broken off, or plain sentences
with `[1]` behind them: each gives the claims that are whole.

Does not: check what a claim says; `bot.grounding` does.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.llm.types import Unwritten
from bot.types import Claim, Unworded

_MOST_CLAIMS: Final = 8
_MOST_CHARS: Final = 600
_MOST_NUMBERS: Final = 8
_MOST_OBJECTS: Final = 100
"""Braces looked at: each that opens nothing whole is read to the end."""

_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_SPARE_COMMA: Final = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)
_ANSWERED: Final = re.compile(r'"answered"\s*:\s*(true|false)\b')
_NUMBERS: Final = r"\[\s*\d+(?:\s*[,،;]\s*\d+)*\s*\]"
_MARKS: Final = re.compile(rf"\s*(?:{_NUMBERS}\s*)+")
_MARK_AFTER_STOP: Final = re.compile(rf"([.!?؟。])[ \t]*((?:{_NUMBERS}[ \t]*)+)")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?؟。])\s+")
_BULLET: Final = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_EMPHASIS: Final = re.compile(r"\*\*|__|`")


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote.

    Attributes:
        claims: Each once, in its order; numbers as the model gave them, unchecked.
        has_answer: False where the model says that the evidence does not answer.
        n_unusable: Claims left out for their form.
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
    sentences = [_claim(said) for said in _marked(_THOUGHT.sub("", text))]
    claims = _each_once(sentences)
    if not claims:
        raise Unwritten(Unworded.MALFORMED, f"no claim in {len(text)} characters")
    return Written(claims, has_answer=True, n_unusable=sentences.count(None))


def parse_so_far(text: str) -> Written:
    """Read the claims that are whole in JSON that may not have ended; none is no error."""
    said = _SPARE_COMMA.sub(lambda found: found[1] or "", _THOUGHT.sub("", text))
    found = [_claim(one) for one in _claim_objects(said)]
    return Written(_each_once(found), has_answer=_has_answer(said), n_unusable=found.count(None))


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
    for one in _objects(_THOUGHT.sub("", text)):
        if isinstance(one.get(key), str) and (said := tidy(one[key])):
            return said
    raise Unwritten(Unworded.MALFORMED, f"no {key} in {len(text)} characters")


def tidy(text: str) -> str:
    """Return a text on one line, without signs that are not seen and without emphasis."""
    return " ".join(_EMPHASIS.sub("", _UNSEEN.sub(" ", text)).split())


def _has_answer(said: str) -> bool:
    """Tell whether a model found an answer; `"claims": []` says no as well."""
    told = _ANSWERED.search(said)
    return not (told and told[1] == "false") and not re.search(r'"claims"\s*:\s*\[\s*\]', said)


def _objects(said: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text that are whole, an object within another not by itself."""
    reader, at = json.JSONDecoder(strict=False), 0
    for _ in range(_MOST_OBJECTS):
        at = said.find("{", at)
        if at < 0:
            return
        try:
            value, at = reader.raw_decode(said, at)
        except (ValueError, RecursionError):
            at += 1
        else:
            yield value


def _claim_objects(said: str) -> Iterator[Mapping[str, Any]]:
    for one in _objects(said):
        inner = one.get("claims")
        if isinstance(inner, list):
            yield from (claim for claim in inner if isinstance(claim, dict))
        elif "text" in one:
            yield one


def _claim(one: Mapping[str, Any]) -> Claim | None:
    """Return a claim; None where its form is of no use."""
    text, numbers = one.get("text"), one.get("numbers")
    if not isinstance(text, str):
        return None
    named = [*_numbers(numbers), *_numbers(_MARKS.findall(text))]
    said = tidy(_MARKS.sub(" ", text))
    said = re.sub(r"\s+(?=[.!?؟،,;؛:])", "", said)
    if not any(map(str.isalnum, said)) or len(said) > _MOST_CHARS:
        return None
    return Claim(text=said, numbers=tuple(dict.fromkeys(named))[:_MOST_NUMBERS])


def _numbers(given: object) -> list[int]:
    """Read numbers given as numbers, as texts such as "[1, 2]", or one by itself."""
    listed = given if isinstance(given, list) else [given]
    return [
        int(number)
        for one in listed
        if isinstance(one, (int, str)) and not isinstance(one, bool)
        for number in re.findall(r"(?<!\d)\d{1,3}(?!\d)", str(one))
    ]


def _each_once(found: list[Claim | None]) -> tuple[Claim, ...]:
    """Keep the usable claims, each text once."""
    claims: dict[str, Claim] = {}
    for claim in filter(None, found):
        claims.setdefault(claim.text, claim)
    return tuple(claims.values())[:_MOST_CLAIMS]


def _marked(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the sentences that name evidence; one that names none goes with the next.

    Subtle: what looks like a sentence's end may be that of "U.S.".
    """
    for line in _MARK_AFTER_STOP.sub(r" \2\1 ", text).splitlines():
        before = ""
        for sentence in _SENTENCE_END.split(_BULLET.sub("", line)):
            before = f"{before} {sentence}".strip()
            if _MARKS.search(before):
                yield {"text": before}
                before = ""
