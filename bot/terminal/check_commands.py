"""Commands that check answers: `verify FILE`, `eval` and `feedback export`.

`index verify`, which checks the files of the index itself, stands in `index_commands`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.evaluation import EvaluationFiles
from bot.records.read import ExportError, read_records
from bot.records.recheck import ClaimCheck, Making, QuoteCheck, Recheck, Standing
from bot.records.write import Record
from bot.telegram.dialog.feedback import export
from bot.telegram.dialog.memory import Memory
from bot.terminal.ask import to_json
from bot.terminal.context import ExitCode, Surface
from bot.terminal.progress import progress_on
from bot.terminal.screen import BLANK, Kind, Line
from bot.texts.language import Language, localize_digits, say
from bot.texts.messages import Key
from bot.texts.verify import VerifyText
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


_STDIN = Path("-")
_INDENT = 4


@dataclass(frozen=True, slots=True)
class _Checked:
    """An answer, the line of the file it begins on, and what became of it."""

    line: int
    record: Record
    found: Recheck


def verify(surface: Surface, file: Path, *, as_json: bool) -> ExitCode:
    """Say whether the answers of a file stand.

    Raises:
        ExportError: If the file cannot be read, or is not what `pasokh ask --json` prints.
    """
    records = read_records(_read(surface, file), "standard input" if file == _STDIN else str(file))
    rechecker = surface.backend.open_rechecker(surface.settings)
    checked = [_Checked(line, record, rechecker.check(record)) for line, record in records]
    if as_json:
        surface.stdout.write(f"{to_json(_report(checked, dict(rechecker.making)))}\n")
    else:
        surface.write(*_lines(checked, surface.language))
    return ExitCode.OK if _stand(checked) else ExitCode.NOT_VERIFIED


def _read(surface: Surface, file: Path) -> str:
    """Return the text of a file or of standard input."""
    try:
        return surface.stdin.read() if file == _STDIN else file.read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"Expected to read {file}, but: {error.strerror or error}."
    except UnicodeDecodeError as error:
        msg = f"Expected UTF-8 in {file}, but: {error.reason} at byte {error.start}."
    raise ExportError(msg)


def _stand(checked: Sequence[_Checked]) -> bool:
    """Tell whether everything stands."""
    return all(one.found.stands for one in checked)


def _report(checked: Sequence[_Checked], making: dict[str, str]) -> dict[str, Any]:
    """Return the object that docs/verifying.md describes."""
    return {
        "stands": _stand(checked),
        "now": making,
        "answers": [_answer_record(one) for one in checked],
    }


def _answer_record(checked: _Checked) -> dict[str, Any]:
    """Return what became of one answer."""
    found = checked.found
    return {
        "line": checked.line,
        "question": found.question,
        "stands": found.stands,
        "made_with": [asdict(one) | {"same": one.was == one.now} for one in found.making],
        "answer_is_quotes": found.is_text_same,
        "citations": [_quote_record(one) for one in found.quotes],
        "claims": [
            {"text": one.text, "numbers": one.numbers, "faults": one.faults} for one in found.claims
        ],
    }


def _quote_record(quote: QuoteCheck) -> dict[str, Any]:
    """Return what became of one quote."""
    return {
        "number": quote.number,
        "article_id": quote.article_id,
        "standing": quote.standing,
        "start": quote.found.start if quote.found else None,
        "end": quote.found.end if quote.found else None,
        "differs": quote.differs,
    }


def _lines(checked: Sequence[_Checked], language: Language) -> Iterator[Line]:
    """Yield what became of each answer, and the sum."""
    for position, one in enumerate(checked, start=1):
        question = " ".join(one.found.question.split())
        values = {"position": position, "question": question, "line": one.line}
        yield _line(VerifyText.QUESTION, language, 0, **values)
        yield from _answer_lines(one.found, language)
        yield BLANK
    quotes = [quote for one in checked for quote in one.found.quotes]
    claims = [claim for one in checked for claim in one.found.claims]
    yield _line(
        VerifyText.ALL_STANDS if _stand(checked) else VerifyText.NOT_ALL_STANDS,
        language,
        0,
        quotes=sum(one.standing is Standing.STANDS for one in quotes),
        claims=sum(not one.faults for one in claims),
        all_quotes=len(quotes),
        all_claims=len(claims),
    )


def _answer_lines(found: Recheck, language: Language) -> Iterator[Line]:
    """Yield what became of one answer."""
    for made in found.making:
        yield _making_line(made, language)
    if not found.is_text_same:
        yield _line(VerifyText.NOT_THE_QUOTES, language)
    elif not found.quotes:
        yield _line(VerifyText.REFUSAL, language)
    for quote in found.quotes:
        yield _quote_line(quote, language)
    for claim in found.claims:
        yield _claim_line(claim, language)


def _making_line(made: Making, language: Language) -> Line:
    """Say whether one of the things that an answer was made with is the same now."""
    what = say(VerifyText[f"MADE_{made.key.upper()}"], language)
    if not made.now:
        return _line(VerifyText.NONE_NOW, language, what=what, was=made.was)
    text = VerifyText.SAME if made.was == made.now else VerifyText.OTHER
    return _line(text, language, what=what, was=made.was, now=made.now)


def _quote_line(quote: QuoteCheck, language: Language) -> Line:
    """Say what became of a quote."""
    place = quote.found
    return _line(
        VerifyText[f"QUOTE_{quote.standing.name}"],
        language,
        number=localize_digits(quote.number, language),
        article=quote.article_id,
        start=localize_digits(place.start, language) if place else "",
        end=localize_digits(place.end, language) if place else "",
        differs=", ".join(quote.differs),
    )


def _claim_line(claim: ClaimCheck, language: Language) -> Line:
    """Say what the checks of a claim found."""
    faults = (say(VerifyText[f"FAULT_{one.name}"], language) for one in claim.faults)
    return _line(
        VerifyText.CLAIM_FAULTY if claim.faults else VerifyText.CLAIM_STANDS,
        language,
        text=" ".join(claim.text.split()),
        numbers=" ".join(f"[{localize_digits(one, language)}]" for one in claim.numbers),
        faults=("، " if language is Language.FA else ", ").join(faults),
    )


def _line(text: VerifyText, language: Language, indent: int = _INDENT, /, **values: object) -> Line:
    """Make a line of one of our texts."""
    rtl = language is Language.FA
    return Line(Kind.BODY, say(text, language, **values), indent, rtl=rtl)
