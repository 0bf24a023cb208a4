"""Figures about answers: `eval` and `feedback export`.

Does not: parse arguments, or catch what goes wrong; the command line does both.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.evaluation import EvaluationFiles
from bot.telegram.dialog.feedback import export
from bot.telegram.dialog.memory import Memory
from bot.terminal.ask import to_json
from bot.terminal.context import ExitCode, Surface
from bot.terminal.progress import progress_on
from bot.terminal.screen import Kind, Line
from bot.texts.messages import Key, say
from index import (
    StorageError,
)


def evaluate(surface: Surface, files: EvaluationFiles, *, json_file: Path | None) -> ExitCode:
    """Ask a question set, print what came of it and write it to a file if one is given."""
    with progress_on(surface.stderr, surface.language) as progress:
        record = surface.backend.evaluate(surface.settings, files, progress).record()
    surface.write(*_evaluation_lines(surface, record))
    if json_file is not None:
        _write_json(json_file, record)
        surface.write(surface.line(Key.EVAL_WRITTEN, path=json_file))
    return ExitCode.OK


def export_feedback(surface: Surface, queries: Path, qrels: Path) -> ExitCode:
    """Write what people thought of the Telegram bot's answers as a question set."""
    settings = surface.settings
    memory = Memory(settings.telegram_memory, retention_days=settings.retention_days)
    count = export(memory.votes(), queries, qrels)
    memory.close()
    surface.write(surface.line(Key.FEEDBACK_WRITTEN, count=count, queries=queries, qrels=qrels))
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
    yield surface.line(
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
    yield surface.line(Key.EVAL_QUOTES, share=_figure(quoted), count=record["n_quotes"])
    yield surface.line(
        Key.EVAL_ANSWERED,
        share=_figure(sure["answer_rate"]),
        count=sure["n_answerable"],
        threshold=_figure(sure["threshold"]),
    )
    yield from _refusal_lines(surface, sure)
    for key, name in ((Key.EVAL_RETRIEVAL, "retrieval"), (Key.EVAL_ANSWER, "answer")):
        if times := record["latency_ms"][name]:
            yield surface.line(Key.EVAL_LATENCY, what=say(key, surface.language), **times)


def _refusal_lines(surface: Surface, sure: dict[str, Any]) -> Iterator[Line]:
    """Yield what became of the questions that should be refused."""
    for key, name in ((Key.EVAL_UNANSWERABLE, "unanswerable"), (Key.EVAL_OTHER, "other")):
        if (row := sure[name])["n"]:
            yield surface.line(
                key,
                count=row["n"],
                share=_figure(row["refusal_rate"]),
                at_95=_figure(row["refusal_rate_at_95"]),
                auroc=_figure(row["auroc"]),
            )
    if (related := sure["unanswerable"]["related_found"]) is not None:
        yield surface.line(Key.EVAL_RELATED, share=_figure(related))


def _evaluation_row(language: str, row: dict[str, Any]) -> str:
    """Set one language's figures under `Key.EVAL_COLUMNS`."""
    widths = {"ndcg@10": 9, "recall@10": 11, "mrr": 8, "hit@1": 8, "answer_recall": 15}
    figures = "".join(f"{_figure(row[name]):>{width}}" for name, width in widths.items())
    return f"{language:<9}{row['n']:>7,}{figures}"


def _figure(value: float | None) -> str:
    """Write a share with three decimals, a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"
