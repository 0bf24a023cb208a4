"""Quotes in the asker's language: a model translates, code decides whether that is shown.

A translation is checked as a claim whose one piece of evidence is the quote, so that a number,
date or name that the quote does not bear out is never shown. One that stands is kept on the disk.

Does not: choose what is translated, or show it; the quote stays beside it wherever that is done.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Final

from bot.grounding.types import Checking, Fault
from bot.grounding.wording import quotations
from bot.llm.parse import parse_translation
from bot.llm.prompt import TRANSLATION_SCHEMA, TRANSLATION_VERSION, translation_messages
from bot.llm.translations import Translations, key_of
from bot.llm.types import Generator, Unwritten
from bot.types import Citation, Claim, Translation, Unworded
from index import ArticleId

EVENT_TRANSLATED: Final = "translated"

_log = logging.getLogger(__name__)


class Translator:
    """Translates quotes; safe for many threads as far as its parts are."""

    def __init__(
        self,
        generator: Generator,
        grounder: Checking,
        kept: Translations,
        *,
        is_withdrawn: Callable[[ArticleId], bool],
    ) -> None:
        """Translate with `generator` what `grounder` lets stand, and keep it in `kept`.

        Args:
            is_withdrawn: Tells whether an article has been removed by request.
        """
        self._generator = generator
        self._grounder = grounder
        self._kept = kept
        self._is_withdrawn = is_withdrawn
        self._lock = Lock()
        self._running: dict[str, Future[Translation]] = {}

    def translate(self, citation: Citation, language: str) -> Translation:
        """Return a quote in a language; see `bot.session.protocols.Translating`."""
        model = self._generator.name
        key = key_of(citation.quote, language, model, TRANSLATION_VERSION)
        if text := self._kept.get(key):
            return Translation(text=text, model=model)
        return self._once(key, lambda: self._make(key, citation, language))

    def _once(self, key: str, make: Callable[[], Translation]) -> Translation:
        """Make something, or wait for whoever is making it."""
        mine: Future[Translation] = Future()
        with self._lock:
            running = self._running.setdefault(key, mine)
        if running is not mine:
            return running.result()
        try:
            made = make()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(made)
            return made
        finally:
            with self._lock:
                del self._running[key]

    def _make(self, key: str, citation: Citation, language: str) -> Translation:
        """Ask the model, check what it writes and keep what stands."""
        started, text, missing, detail = time.perf_counter(), "", None, ""
        try:
            messages = translation_messages(citation, language=language)
            written = self._generator.write(messages, schema=TRANSLATION_SCHEMA)
            text = parse_translation(written)
        except Unwritten as failure:
            missing, detail = failure.why, str(failure)
        else:
            if faults := self._faults(text, citation, language):
                text, missing, detail = "", Unworded.UNSUPPORTED, " ".join(faults)
            else:
                self._keep(key, citation.article_id, text)
        self._log(missing, detail, started)
        return Translation(text=text, model=self._generator.name, missing=missing)

    def _keep(self, key: str, article_id: ArticleId, text: str) -> None:
        """Keep a translation, unless its article has been removed.

        Subtle: that is asked after writing. Whoever removes an article says so first and deletes
        what was kept of it then, so that one of the two always comes last.
        """
        self._kept.put(key, article_id, text)
        if self._is_withdrawn(article_id):
            self._kept.forget(article_id)

    def _faults(self, text: str, citation: Citation, language: str) -> list[Fault]:
        """Return what is wrong with a translation.

        A quotation within the quote is translated with it, and so is verbatim nowhere.
        """
        claim = Claim(text=text, numbers=(citation.number,))
        (verdict,) = self._grounder.check((claim,), (citation,), language=language)
        is_quoting = bool(quotations(citation.quote))
        return [one for one in verdict.faults if not (is_quoting and one is Fault.QUOTE)]

    def _log(self, missing: Unworded | None, detail: str, started: float) -> None:
        """Leave one line for each translation that was asked for, without a word of it."""
        fields = {
            "model": self._generator.name,
            "prompt": TRANSLATION_VERSION,
            "ms": round((time.perf_counter() - started) * 1e3),
            "trouble": missing.value if missing else "",
            "detail": detail,
        }
        _log.info(EVENT_TRANSLATED, extra={"fields": fields})
