"""Rewriting of questions that need context: by a model, checked by code.

A question that is understandable by itself is left alone without a call. A model's version is taken
only if it asks the same, in the same language, with no name or number that the conversation did
not have; else the version by rule is.

Does not: decide which questions need context, or resolve them by rule; `bot.question.followup`
does.
"""

import logging
import time
from collections.abc import Sequence
from typing import Final

from bot.grounding.names import Evidence, unsupported_names
from bot.grounding.numbers import find_numbers, is_supported
from bot.grounding.wording import is_unsafe
from bot.llm.parse import parse_question
from bot.llm.prompt import REWRITE_SCHEMA, rewrite_messages
from bot.llm.types import Generator, Unwritten
from bot.question.followup import Resolved, needs_context
from index.text import clean_text, detect, token_set

EVENT_REWRITTEN: Final = "rewritten"

_MOST_CHARS: Final = 300
_MOST_BEFORE: Final = 3
_MOST_SHOWN: Final = 8
_LEAST_KEPT: Final = 0.3
"""Least share of the words that remain: of "How many of them are there?" a third does."""

_log = logging.getLogger(__name__)


class Rewriter:
    """Rewrites questions; safe for many threads as far as its model is."""

    def __init__(self, generator: Generator) -> None:
        """Rewrite with `generator`."""
        self._generator = generator

    def rewrite(
        self, question: str, *, before: Sequence[str], shown: Sequence[str], by_rule: Resolved
    ) -> Resolved:
        """Return a question that is understood by itself; see `bot.question.followup.Rewriting`."""
        if not before or not needs_context(question):
            return by_rule
        started = time.perf_counter()
        recent, seen = before[:_MOST_BEFORE], shown[:_MOST_SHOWN]
        try:
            text = self._generator.write(
                rewrite_messages(question, recent, seen), schema=REWRITE_SCHEMA
            )
            rewritten = parse_question(text)
        except Unwritten as failure:
            outcome, resolved = failure.why.value, by_rule
        else:
            is_taken = _is_faithful(rewritten, question, [*recent, *seen])
            outcome = "taken" if is_taken else "refused"
            resolved = Resolved(text=rewritten, was_resolved=True) if is_taken else by_rule
        took_ms = round((time.perf_counter() - started) * 1e3)
        fields = {"model": self._generator.name, "ms": took_ms, "outcome": outcome}
        _log.info(EVENT_REWRITTEN, extra={"fields": fields})
        return resolved


def _is_faithful(rewritten: str, question: str, conversation: Sequence[str]) -> bool:
    """Tell whether a rewritten question asks the same and adds nothing to the conversation."""
    known = clean_text("\n".join([question, *conversation])).text
    words, rewritten_words = token_set(question), token_set(rewritten)
    language = detect(question).tag.partition("-")[0]
    languages = [language, *(detect(text).tag.partition("-")[0] for text in conversation)]
    evidence = Evidence(text=known, languages=tuple(dict.fromkeys(languages)), quotes=known)
    return (
        len(rewritten) <= _MOST_CHARS
        and not needs_context(rewritten)
        and len(words & rewritten_words) >= _LEAST_KEPT * len(words)
        and detect(rewritten).tag.partition("-")[0] == language
        and not is_unsafe(rewritten, known)
        and all(is_supported(number, find_numbers(known)) for number in find_numbers(rewritten))
        and not unsupported_names(rewritten, language, evidence, ())
    )
