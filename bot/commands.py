"""What each command of `pasokh` does, given settings, streams and something that answers.

Does not: parse arguments, or catch what goes wrong; the command line does both.
"""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TextIO

from bot.answering import Answering, OpenArchive
from bot.bidi import safe
from bot.evaluation import Evaluation, EvaluationFiles
from bot.logs import log_reply
from bot.messages import Key, Language, localize_number, say, ui_language
from bot.progress import progress_on
from bot.render import record_of, reply_lines
from bot.repl import Chat, pager, typed_lines
from bot.scope import check_scope
from bot.screen import Kind, Line, Screen, paint
from bot.settings import Settings, screen_of
from bot.telegram.desk import Conversation
from bot.telegram.feedback import export
from bot.telegram.memory import Memory
from bot.types import Answer, NoAnswer
from index import (
    BuildReport,
    Manifest,
    Progress,
    Reject,
    RemovalReport,
    Scope,
    Step,
    StorageError,
    VerifyReport,
    Watching,
)

_SHOWN_ORIGINS = 3


class ExitCode(IntEnum):
    """What the commands tell the shell; the command line adds those of its own."""

    OK = 0
    ERROR = 1
    NO_ANSWER = 3


class Backend(Protocol):
    """What the commands stand on: the module `bot.wire`, or anything like it."""

    def open_answerer(self, settings: Settings, *, progress: Progress | None = None) -> Answering:
        """Open the index, building it first where there is none."""
        ...

    def open_conversation(self, settings: Settings, username: str) -> Conversation:
        """Open what answers on Telegram for the bot of that name."""
        ...

    def build(self, settings: Settings, progress: Progress | None = None) -> BuildReport:
        """Build the index."""
        ...

    def info(self, settings: Settings) -> Manifest:
        """Read what the index is."""
        ...

    def verify(self, settings: Settings) -> VerifyReport:
        """Check every file of the index."""
        ...

    def remove(
        self, settings: Settings, article_id: str, reason: str, progress: Progress | None = None
    ) -> RemovalReport:
        """Take one article out of the index for good."""
        ...

    def evaluate(
        self, settings: Settings, files: EvaluationFiles, progress: Progress
    ) -> Evaluation:
        """Ask a whole question set."""
        ...

    def gather(self, settings: Settings, places: Sequence[str]) -> Iterator[Step]:
        """Take addresses, files and folders in; the index is built by `build`."""
        ...

    def open_watcher(
        self, settings: Settings, feeds: Sequence[str], stop: threading.Event
    ) -> AbstractContextManager[Watching]:
        """Be the one watcher of the index until `stop` is set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Where a command runs: its settings, its streams and what it stands on."""

    settings: Settings
    backend: Backend
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    @property
    def language(self) -> Language:
        """The language before any question was asked."""
        return ui_language("", self.settings.language)

    def screen(self) -> Screen:
        """What standard output can show now; a window may be resized."""
        return screen_of(self.stdout, self.settings)

    def write(self, *lines: Line) -> None:
        """Write lines to standard output."""
        self.stdout.write(paint(lines, self.screen()))

    def notice(self, key: Key, **values: object) -> None:
        """Write one of our texts at once, for what takes long tells of it by lines."""
        self.write(_notice(self, key, **values))
        self.stdout.flush()

    def open_answerer(self) -> Answering:
        """Open the answerer, showing how far a first build is."""
        with progress_on(self.stderr, self.language) as progress:
            return self.backend.open_answerer(self.settings, progress=progress)


def ask(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a person."""
    reply = _reply(surface, question, k, within)
    language = ui_language(reply.language, surface.settings.language)
    surface.write(*reply_lines(reply, language))
    return _exit_code(reply)


def ask_json(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a program."""
    reply = _reply(surface, question, k, within)
    surface.stdout.write(f"{to_json(record_of(reply))}\n")
    return _exit_code(reply)


def _reply(surface: Surface, question: str, k: int | None, within: Scope) -> Answer | NoAnswer:
    """Answer one question and log that it was asked."""
    k = k or surface.settings.max_quotes
    answerer = surface.open_answerer()
    reply = answerer.answer(question, k=k, within=_checked(within, answerer.snapshot))
    log_reply(reply, k)
    return reply


def _checked(within: Scope, archive: OpenArchive) -> Scope:
    """Refuse outlets and languages that the archive does not have."""
    return check_scope(within, archive.outlets, archive.manifest.languages)


def _exit_code(reply: Answer | NoAnswer) -> ExitCode:
    """Tell answers and refusals apart."""
    return ExitCode.OK if isinstance(reply, Answer) else ExitCode.NO_ANSWER


# Characters a terminal may obey or an encoder refuse: DEL and C1, bidi controls, line and
# paragraph separators, lone surrogates. JSON only requires those below U+0020 to be escaped.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def to_json(record: object) -> str:
    """Write a value as JSON that reads back the same and that no terminal can be steered by."""
    text = json.dumps(record, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", text)


def chat(surface: Surface, *, within: Scope) -> ExitCode:
    """Talk until the questions end."""
    settings = surface.settings
    answerer = surface.open_answerer()
    is_terminal = surface.stdin.isatty() and surface.stdout.isatty()
    conversation = Chat(
        answerer=answerer,
        out=surface.stdout,
        screen=surface.screen,
        choice=settings.language,
        max_quotes=settings.max_quotes,
        within=_checked(within, answerer.snapshot),
        log_file=settings.log_file,
        page=pager(surface.stdout) if is_terminal else None,
    )

    def warn() -> None:
        surface.write(_notice(surface, Key.CHAT_NO_HISTORY, path=settings.history_file))

    lines = typed_lines(settings.history_file, warn) if is_terminal else iter(surface.stdin)
    conversation.run(lines)
    return ExitCode.OK


def serve(surface: Surface) -> ExitCode:
    """Answer on Telegram until a signal says to stop."""
    from bot.telegram.app import serve as serve_telegram  # half a second that only this needs

    settings, backend = surface.settings, surface.backend

    def tell(text: str) -> None:
        surface.stderr.write(f"{safe(text)}\n")
        surface.stderr.flush()

    serve_telegram(settings, partial(backend.open_conversation, settings), tell)
    return ExitCode.OK


def build(surface: Surface) -> ExitCode:
    """Build the index and say how it went."""
    with progress_on(surface.stderr, surface.language) as progress:
        report = surface.backend.build(surface.settings, progress)
    surface.write(*_build_lines(surface, report))
    return ExitCode.OK


def _build_lines(surface: Surface, report: BuildReport) -> Iterator[Line]:
    """Yield the summary of a build."""
    head = Key.BUILT if report.changed else Key.UNCHANGED
    yield _notice(surface, head, snapshot=report.snapshot)
    yield _notice(surface, Key.BUILD_ARTICLES, count=report.n_articles)
    yield _notice(
        surface,
        Key.BUILD_CHANGES,
        added=report.n_added,
        changed=report.n_changed,
        removed=report.n_removed,
        kept=report.n_kept,
    )
    yield _notice(surface, Key.BUILD_DUPLICATES, count=report.n_duplicates)
    yield _notice(surface, Key.BUILD_REJECTS, count=len(report.rejects))
    yield from _reject_lines(surface, report.rejects)
    if report.missing:
        yield _notice(surface, Key.BUILD_MISSING)
    for name, count in report.missing.items():
        yield _notice(surface, Key.BUILD_MISSING_FIELD, field=name, count=count)
    yield _notice(
        surface,
        Key.BUILD_PASSAGES,
        passages=report.n_passages,
        sentences=report.n_sentences,
        encoded=report.n_encoded,
    )
    seconds = localize_number(round(report.seconds, 1), surface.language)
    yield _notice(surface, Key.BUILD_COST, seconds=seconds, size=report.size_bytes)


def _reject_lines(surface: Surface, rejects: tuple[Reject, ...]) -> Iterator[Line]:
    """Yield the rejects by reason, the most frequent first, with the first few places."""
    groups: defaultdict[str, list[Reject]] = defaultdict(list)
    for reject in rejects:
        groups[reject.reason].append(reject)
    for reason, group in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield _notice(surface, Key.BUILD_REJECT_REASON, count=len(group), reason=reason)
        for reject in group[:_SHOWN_ORIGINS]:
            origin = f"{reject.origin} ({reject.detail})" if reject.detail else reject.origin
            yield _notice(surface, Key.BUILD_REJECT_ORIGIN, origin=origin)
        if (more := len(group) - _SHOWN_ORIGINS) > 0:
            yield _notice(surface, Key.BUILD_REJECT_MORE, count=more)


def info(surface: Surface) -> ExitCode:
    """Say what the index is."""
    manifest = surface.backend.info(surface.settings)
    languages = ", ".join(f"{tag} {count}" for tag, count in manifest.languages.items())
    surface.write(
        _notice(
            surface,
            Key.INFO,
            snapshot=manifest.snapshot,
            schema=manifest.schema,
            encoder=f"{manifest.encoder.name} {manifest.encoder.revision}",
            dim=manifest.encoder.dim,
            articles=manifest.n_articles,
            passages=manifest.n_passages,
            sentences=manifest.n_sentences,
            languages=languages,
            files=len(manifest.files),
            size=manifest.size_bytes,
        )
    )
    return ExitCode.OK


def remove(surface: Surface, article_id: str, *, reason: str) -> ExitCode:
    """Take an article out of the index and say where it may still be."""
    with progress_on(surface.stderr, surface.language) as progress:
        report = surface.backend.remove(surface.settings, article_id, reason, progress)
    surface.write(_notice(surface, Key.REMOVED, article=report.article))
    if not report.snapshot:
        surface.write(_notice(surface, Key.REMOVED_LAST))
    for origin in report.unlinked:
        surface.write(_notice(surface, Key.REMOVED_FILE, origin=origin))
    for origin in report.still_in:
        surface.write(_notice(surface, Key.REMOVED_STILL_IN, origin=origin))
    return ExitCode.OK


def verify(surface: Surface) -> ExitCode:
    """Check every file of the index and say what is wrong."""
    report = surface.backend.verify(surface.settings)
    if report.n_withdrawn:
        surface.write(_notice(surface, Key.VERIFY_REMOVED, count=report.n_withdrawn))
    for origin in report.still_in:
        surface.write(_notice(surface, Key.REMOVED_STILL_IN, origin=origin))
    if not report.problems:
        surface.write(
            _notice(
                surface,
                Key.VERIFIED,
                snapshot=report.snapshot,
                files=report.n_files,
                articles=report.n_articles,
                passages=report.n_passages,
            )
        )
        return ExitCode.OK
    surface.write(_notice(surface, Key.VERIFY_FAILED, snapshot=report.snapshot))
    surface.write(*(Line(Kind.BODY, f"- {problem}") for problem in report.problems))
    return ExitCode.ERROR


def evaluate(surface: Surface, files: EvaluationFiles, *, json_file: Path | None) -> ExitCode:
    """Ask a question set, print what came of it and write it to a file if one is given."""
    with progress_on(surface.stderr, surface.language) as progress:
        record = surface.backend.evaluate(surface.settings, files, progress).record()
    surface.write(*_evaluation_lines(surface, record))
    if json_file is not None:
        _write_json(json_file, record)
        surface.write(_notice(surface, Key.EVAL_WRITTEN, path=json_file))
    return ExitCode.OK


def export_feedback(surface: Surface, queries: Path, qrels: Path) -> ExitCode:
    """Write what people thought of the Telegram bot's answers as a question set."""
    settings = surface.settings
    memory = Memory(settings.telegram_memory, retention_days=settings.retention_days)
    count = export(memory.votes(), queries, qrels)
    memory.close()
    surface.write(_notice(surface, Key.FEEDBACK_WRITTEN, count=count, queries=queries, qrels=qrels))
    return ExitCode.OK


def _write_json(path: Path, record: dict[str, Any]) -> None:
    """Write figures to a file, after all were shown: a full disk costs only the file."""
    try:
        path.write_text(f"{to_json(record)}\n", encoding="utf-8")
    except OSError as error:
        msg = f"Expected to write {path}, but {error.strerror or error}; choose another place."
        raise StorageError(msg) from error


def _evaluation_lines(surface: Surface, record: dict[str, Any]) -> Iterator[Line]:
    """Yield the summary of an evaluation."""
    yield _notice(
        surface,
        Key.EVAL_SET,
        name=record["set"],
        questions=record["n_questions"],
        articles=record["n_articles"],
        passages=record["n_passages"],
    )
    yield Line(Kind.BODY, say(Key.EVAL_COLUMNS, surface.language), rtl=False)
    rows = dict(record["by_language"])
    if len(rows) > 1:
        rows[say(Key.EVAL_ALL, surface.language)] = record["overall"]
    for language, row in rows.items():
        yield Line(Kind.BODY, _evaluation_row(language, row), rtl=False)
    quoted, sure = record["quotes_verified"], record["abstention"]
    yield _notice(surface, Key.EVAL_QUOTES, share=_figure(quoted), count=record["n_quotes"])
    yield _notice(
        surface,
        Key.EVAL_ANSWERED,
        share=_figure(sure["answer_rate"]),
        count=sure["n_answerable"],
        threshold=_figure(sure["threshold"]),
    )
    yield from _refusal_lines(surface, sure)
    for key, name in ((Key.EVAL_RETRIEVAL, "retrieval"), (Key.EVAL_ANSWER, "answer")):
        if times := record["latency_ms"][name]:
            yield _notice(surface, Key.EVAL_LATENCY, what=say(key, surface.language), **times)


def _refusal_lines(surface: Surface, sure: dict[str, Any]) -> Iterator[Line]:
    """Yield what became of the questions that should be refused."""
    for key, name in ((Key.EVAL_UNANSWERABLE, "unanswerable"), (Key.EVAL_OTHER, "other")):
        if (row := sure[name])["n"]:
            yield _notice(
                surface,
                key,
                count=row["n"],
                share=_figure(row["refusal_rate"]),
                at_95=_figure(row["refusal_rate_at_95"]),
                auroc=_figure(row["auroc"]),
            )
    if (related := sure["unanswerable"]["related_found"]) is not None:
        yield _notice(surface, Key.EVAL_RELATED, share=_figure(related))


def _evaluation_row(language: str, row: dict[str, Any]) -> str:
    """Set one language's figures under `Key.EVAL_COLUMNS`."""
    widths = {"ndcg@10": 9, "recall@10": 11, "mrr": 8, "hit@1": 8, "answer_recall": 15}
    figures = "".join(f"{_figure(row[name]):>{width}}" for name, width in widths.items())
    return f"{language:<9}{row['n']:>7,}{figures}"


def _figure(value: float | None) -> str:
    """Write a share with three decimals, a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"


def _notice(surface: Surface, key: Key, **values: object) -> Line:
    """Make a line of one of our texts."""
    language = surface.language
    return Line(Kind.NOTICE, say(key, language, **values), rtl=language is Language.FA)
