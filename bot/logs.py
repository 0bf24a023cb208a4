"""Logging set up by the entry points: JSON Lines in a file, or nothing.

Question text is logged at DEBUG only and secrets never: they are replaced in every line.
"""

import json
import logging
import os
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from urllib.parse import quote
from uuid import uuid4

from bot.texts.direction import safe
from bot.texts.language import Language, say
from bot.texts.messages import Key
from bot.types import Answer, NoAnswer
from index import PasokhError, StorageError
from index.errors import refusal_of_system

EVENT_QUESTION = "question"
EVENT_FAILURE = "failure"

_REDACTED = "***"
# A part of a secret that is shorter than this could be part of any word.
_MIN_SECRET_PART = 8
# httpx writes whole addresses at INFO, and an address can hold a token; openai whole questions.
# So may what mcp logs of a tool's error.
_QUIET = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "mcp",
    "openai",
    "telegram",
    "tornado",
    "uvicorn",
)
# Their messages and errors may quote what a person wrote.
_PRIVATE = ("telegram.", "tornado.", "uvicorn.", "bot.telegram.")

_logger = logging.getLogger(__name__)


class _Formatter(logging.Formatter):
    """Formats a record as one JSON object, without secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; values given as `fields` stand beside the event."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["traceback"] = _traceback(record)
        return _redact(json.dumps(entry, ensure_ascii=False, default=str), self._secrets)


def _traceback(record: logging.LogRecord) -> str:
    """Return where an error came from; of private loggers without its message."""
    assert record.exc_info, "asked only where there is one"  # noqa: S101
    kind, error, trace = record.exc_info
    if record.name.startswith(_PRIVATE):
        return f"{''.join(traceback.format_tb(trace))}{kind.__name__ if kind else ''}"
    return "".join(traceback.format_exception(kind, error, trace)).rstrip("\n")


def _event(record: logging.LogRecord) -> str:
    """Return a record's message; of private loggers without its arguments."""
    return record.msg if record.name.startswith(_PRIVATE) else record.getMessage()


class _TerminalFormatter(_Formatter):
    """Formats a record for reading, without secrets and without control characters."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text that is safe to show."""
        fields = getattr(record, "fields", None)
        text = f"{record.levelname} {record.name} {_event(record)}"
        text += f"\n{_traceback(record)}" if record.exc_info else ""
        text += f" {fields}" if fields else ""
        return _redact(safe(text), self._secrets)


def _redact(text: str, secrets: Sequence[str]) -> str:
    """Replace every secret, also as JSON or an address writes it, and what follows its colon."""
    for secret in secrets:
        _, colon, last = secret.rpartition(":")
        forms = (
            secret,
            quote(secret, safe=""),
            last if colon and len(last) >= _MIN_SECRET_PART else secret,
        )
        for form in forms:
            text = text.replace(form, _REDACTED)
            text = text.replace(json.dumps(form, ensure_ascii=False)[1:-1], _REDACTED)
    return text


def set_up(
    level: str,
    log_file: Path | None,
    *,
    secrets: Sequence[str] = (),
    debug: TextIO | None = None,
    journal: TextIO | None = None,
) -> None:
    """Send records to `log_file` and, for debugging, all of them to a stream as well.

    Args:
        journal: Takes the lines of the log where there is no `log_file`, as under systemd.

    Raises:
        StorageError: If the file cannot be opened for writing.
    """
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if log_file is not None:
        try:
            log_file.parent.mkdir(parents=True, exist_ok=True)
            # Only its owner may read it.
            os.close(os.open(log_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
            to_file = logging.FileHandler(log_file, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            msg = f"PASOKH_LOG_FILE: {log_file} cannot be written: {error.strerror}"
            raise StorageError(msg) from error
        handlers.append(_lines_to(to_file, secrets))
    elif journal is not None:
        to_journal = _lines_to(logging.StreamHandler(journal), secrets)
        to_journal.addFilter(lambda record: not _is_told(record))
        handlers.append(to_journal)
    if debug is not None:
        to_terminal = logging.StreamHandler(debug)
        to_terminal.setFormatter(_TerminalFormatter(secrets))
        handlers.append(to_terminal)
    logging.basicConfig(handlers=handlers, level="DEBUG" if debug else level, force=True)
    # What is asked on Telegram is logged at no level.
    _logger.setLevel(logging.NOTSET if journal is None else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_told(record: logging.LogRecord) -> bool:
    """Tell whether a record repeats with a traceback what the journal says in a line anyway.

    These are errors with a message for people, and what the library's logger "telegram.ext" says
    of a call's last failure before it raises that.
    """
    has_message = record.exc_info and isinstance(record.exc_info[1], PasokhError)
    return bool(has_message) or record.name == "telegram.ext"


def _lines_to(handler: logging.Handler, secrets: Sequence[str]) -> logging.Handler:
    """Let a handler write JSON Lines without secrets."""
    handler.setFormatter(_Formatter(secrets))
    return handler


def log_reply(reply: Answer | NoAnswer, k: int) -> None:
    """Write the one line that every question leaves; its text only at DEBUG."""
    question_id = uuid4().hex[:12]
    fields = {
        "question_id": question_id,
        "language": reply.language,
        "k": k,
        "outcome": "answered" if isinstance(reply, Answer) else reply.reason.value,
        "n_quotes": len(reply.citations) if isinstance(reply, Answer) else 0,
        "confidence": reply.confidence,
        "timings_ms": reply.timings_ms,
        "snapshot": reply.fingerprint.snapshot,
        "encoder": reply.fingerprint.encoder,
    }
    _logger.info(EVENT_QUESTION, extra={"fields": fields})
    text = {"question_id": question_id, "question": reply.question}
    _logger.debug(EVENT_QUESTION, extra={"fields": text})


def report_failure(error: BaseException, language: Language, log_file: Path | None) -> str:
    """Log a failure whole and return the text that a person is shown for it."""
    _logger.error(EVENT_FAILURE, exc_info=error)
    error = refusal_of_system(error) or error
    if isinstance(error, PasokhError):
        return say(Key.ERROR, language, message=str(error))
    kind = type(error).__name__
    if log_file is None:
        return say(Key.INTERNAL_ERROR, language, kind=kind)
    return say(Key.INTERNAL_ERROR_LOGGED, language, kind=kind, log_file=log_file)


def log_failure(what: str, error: BaseException, **fields: object) -> None:
    """Log where an error came from, without its words: they may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    entry = {"what": what, "error": type(error).__name__, "where": where, **fields}
    _logger.error(EVENT_FAILURE, extra={"fields": entry})
