"""Translation of quotes by a model, checked by code before it is shown.

A translation is checked as a claim whose one piece of evidence is the quote, so that a number,
date or name that the quote does not support is never shown. A supported one is stored on disk.
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
        is_removed: Callable[[ArticleId], bool],
    ) -> None:
        """Translate with `generator`, check with `grounder`, and store in `kept`.

        Args:
            is_removed: Tells whether an article has been removed by request.
        """
        self._generator = generator
        self._grounder = grounder
        self._kept = kept
        self._is_removed = is_removed
        self._lock = Lock()
        self._running: dict[str, Future[Translation]] = {}

    def translate(self, citation: Citation, language: str) -> Translation:
        """Return a quote in a language; see `bot.session.protocols.Translating`."""
        model = self._generator.name
        key = key_of(citation.quote, language, model, TRANSLATION_VERSION)
        if text := self._kept.get(key):
            return Translation(text=text, model=model)
        # A translation that another thread is making already is waited for.
        mine: Future[Translation] = Future()
        with self._lock:
            running = self._running.setdefault(key, mine)
        if running is not mine:
            return running.result()
        try:
            made = self._make(key, citation, language)
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
        """Ask the model, check what it writes and store what is supported."""
        started, text, missing, detail = time.perf_counter(), "", None, ""
        try:
            messages = translation_messages(citation, language=language)
            text = parse_translation(self._generator.write(messages, schema=TRANSLATION_SCHEMA))
        except Unwritten as failure:
            missing, detail = failure.why, str(failure)
        else:
            claim = Claim(text=text, numbers=(citation.number,))
            (verdict,) = self._grounder.check((claim,), (citation,), language=language)
            # A quotation within the quote is translated with it, and so is verbatim nowhere.
            allowed = {Fault.QUOTE} if quotations(citation.quote) else set()
            if faults := [fault for fault in verdict.faults if fault not in allowed]:
                text, missing, detail = "", Unworded.UNSUPPORTED, " ".join(faults)
            else:
                self._kept.put(key, citation.article_id, text)
                # Subtle: asked after writing. Whoever removes an article says so first and deletes
                # its translations then, so that one of the two deletions always comes last.
                if self._is_removed(citation.article_id):
                    self._kept.forget(citation.article_id)
        fields = {  # without a word of the quote
            "model": self._generator.name,
            "prompt": TRANSLATION_VERSION,
            "ms": round((time.perf_counter() - started) * 1e3),
            "trouble": missing.value if missing else "",
            "detail": detail,
        }
        _log.info(EVENT_TRANSLATED, extra={"fields": fields})
        return Translation(text=text, model=self._generator.name, missing=missing)
