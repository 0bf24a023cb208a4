"""Commands that check answers: `verify FILE`, `eval` and `feedback export`.

`index verify`, which checks the files of the index itself, is in `index_commands`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.files import EvaluationFiles
from bot.records.read import ExportError, read_records
from bot.records.recheck import Recheck, Standing, report_of
from bot.records.write import Record, to_json
from bot.telegram.dialog.feedback import export
from bot.telegram.dialog.memory import Memory
from bot.terminal.context import ExitCode, Surface
from bot.terminal.progress import progress_on
from bot.terminal.screen import BLANK, Kind, Line
from bot.texts.language import Language, localize_digits, say
from bot.texts.messages import Key
from bot.texts.verify import VerifyText
from index import StorageError

_STDIN = Path("-")
_INDENT = 4
# Columns of `Key.EVAL_COLUMNS`, `Key.EVAL_KIND_COLUMNS` and `Key.EVAL_WAY_COLUMNS`.
_WIDTHS = {"n": 7, "ndcg@10": 9, "recall@10": 11, "mrr": 8, "hit@1": 8, "answer_recall": 15}
_KIND_WIDTHS = {
    "n": 6,
    "answered": 10,
    "some_quote": 12,
    "first_quote": 13,
    "refused": 9,
    "small_talk": 12,
}
_WAY_WIDTHS = {
    "n": 7,
    "answered": 10,
    "answer_recall": 15,
    "f1": 8,
    "n_unanswerable": 14,
    "refused": 9,
}


def evaluate(surface: Surface, files: EvaluationFiles, *, json_file: Path | None) -> ExitCode:
    """Ask a question set, print the figures and write them to a file if one is given."""
    with progress_on(surface.stderr, surface.language) as progress:
        record = surface.backend.evaluate(surface.settings, files, progress).record()
    surface.write(*_evaluation_lines(surface, record))
    if json_file is not None:  # after all was shown: a full disk costs only the file
        try:
            json_file.write_text(f"{to_json(record)}\n", encoding="utf-8")
        except OSError as error:
            reason = error.strerror or error
            msg = f"Expected to write {json_file}, but {reason}; choose another place."
            raise StorageError(msg) from error
        surface.write(surface.line(Key.EVAL_WRITTEN, path=json_file))
    return ExitCode.OK


def export_feedback(surface: Surface, queries: Path, qrels: Path) -> ExitCode:
    """Write the votes on the Telegram bot's answers as a question set."""
    settings = surface.settings
    memory = Memory(settings.telegram_memory, retention_days=settings.retention_days)
    count = export(memory.votes(), queries, qrels)
    memory.close()
    surface.write(surface.line(Key.FEEDBACK_WRITTEN, count=count, queries=queries, qrels=qrels))
    return ExitCode.OK


def _evaluation_lines(surface: Surface, record: dict[str, Any]) -> Iterator[Line]:
    """Yield the summary of an evaluation, whatever the form of its questions."""
    yield surface.line(
        Key.EVAL_SET,
        name=record["set"],
        questions=record["n_questions"],
        articles=record["n_articles"],
        passages=record["n_passages"],
    )
    if "by_kind" in record:
        yield Line(Kind.BODY, say(Key.EVAL_KIND_COLUMNS, surface.language), rtl=False)
        for kind, row in record["by_kind"].items():
            yield _row(f"{kind:<28}", row, _KIND_WIDTHS)
    elif "by_turn" in record:
        yield from _dialogue_lines(surface, record)
    else:
        yield from _judged_lines(surface, record)


def _dialogue_lines(surface: Surface, record: dict[str, Any]) -> Iterator[Line]:
    """Yield how the turns of dialogues were answered, all of them and those after the first."""
    yield Line(Kind.BODY, say(Key.EVAL_WAY_COLUMNS, surface.language), rtl=False)
    for turns in ("all", "later"):
        ways = dict(record[turns])
        gold, titled = (_figure(ways.pop(f"share_of_{way}")) for way in ("gold", "titled"))
        for way, row in ways.items():
            yield _row(f"{turns:<8}{way:<8}", row, _WAY_WIDTHS)
        yield surface.line(Key.EVAL_SHARES, gold=gold, titled=titled)


def _row(name: str, row: dict[str, Any], widths: dict[str, int]) -> Line:
    """Return the named columns of a row: counts as they are, shares by `_figure`."""
    cells = (
        f"{value:>{width},}" if isinstance(value := row[key], int) else f"{_figure(value):>{width}}"
        for key, width in widths.items()
    )
    return Line(Kind.BODY, name + "".join(cells), rtl=False)


def _judged_lines(surface: Surface, record: dict[str, Any]) -> Iterator[Line]:
    """Yield how judged questions were answered."""
    yield Line(Kind.BODY, say(Key.EVAL_COLUMNS, surface.language), rtl=False)
    rows = dict(record["by_language"])
    if len(rows) > 1:
        rows[say(Key.EVAL_ALL, surface.language)] = record["overall"]
    for language, row in rows.items():
        yield _row(f"{language:<9}", row, _WIDTHS)
    share, abstention = _figure(record["quotes_verified"]), record["abstention"]
    yield surface.line(Key.EVAL_QUOTES, share=share, count=record["n_quotes"])
    yield surface.line(
        Key.EVAL_ANSWERED,
        share=_figure(abstention["answer_rate"]),
        count=abstention["n_answerable"],
        threshold=_figure(abstention["threshold"]),
    )
    for key, name in ((Key.EVAL_UNANSWERABLE, "unanswerable"), (Key.EVAL_OTHER, "other")):
        if (row := abstention[name])["n"]:
            yield surface.line(
                key,
                count=row["n"],
                share=_figure(row["refusal_rate"]),
                at_95=_figure(row["refusal_rate_at_95"]),
                auroc=_figure(row["auroc"]),
            )
    if (related := abstention["unanswerable"]["related_found"]) is not None:
        yield surface.line(Key.EVAL_RELATED, share=_figure(related))
    for key, name in ((Key.EVAL_RETRIEVAL, "retrieval"), (Key.EVAL_ANSWER, "answer")):
        if times := record["latency_ms"][name]:
            yield surface.line(Key.EVAL_LATENCY, what=say(key, surface.language), **times)


def _figure(value: float | None) -> str:
    """Write a share with three decimals, None as a dash."""
    return "-" if value is None else f"{value:.3f}"


@dataclass(frozen=True, slots=True)
class _Checked:
    """An answer, the line of the file it begins on, and the result of its check."""

    line: int
    record: Record
    recheck: Recheck


def verify(surface: Surface, file: Path, *, as_json: bool) -> ExitCode:
    """Check whether the answers in a file still stand.

    Raises:
        ExportError: If the file cannot be read, or is not what `pasokh ask --json` prints.
    """
    try:
        text = surface.stdin.read() if file == _STDIN else file.read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"Expected to read {file}, but: {error.strerror or error}."
        raise ExportError(msg) from None
    except UnicodeDecodeError as error:
        msg = f"Expected UTF-8 in {file}, but: {error.reason} at byte {error.start}."
        raise ExportError(msg) from None
    records = read_records(text, "standard input" if file == _STDIN else str(file))
    rechecker = surface.backend.open_rechecker(surface.settings)
    checked = [_Checked(line, record, rechecker.check(record)) for line, record in records]
    stands = all(answer.recheck.stands for answer in checked)
    if as_json:
        results = [(answer.line, answer.recheck) for answer in checked]
        surface.stdout.write(f"{to_json(report_of(results, rechecker.making))}\n")
    else:
        surface.write(*_lines(checked, surface.language, stands=stands))
    return ExitCode.OK if stands else ExitCode.NOT_VERIFIED


def _lines(checked: Sequence[_Checked], language: Language, *, stands: bool) -> Iterator[Line]:
    """Yield the results of all answers, and the sum."""
    for position, answer in enumerate(checked, start=1):
        question = " ".join(answer.recheck.question.split())
        values = {"position": position, "question": question, "line": answer.line}
        yield _line(VerifyText.QUESTION, language, 0, **values)
        yield from _answer_lines(answer.recheck, language)
        yield BLANK
    quotes = [quote for answer in checked for quote in answer.recheck.quotes]
    claims = [claim for answer in checked for claim in answer.recheck.claims]
    yield _line(
        VerifyText.ALL_STANDS if stands else VerifyText.NOT_ALL_STANDS,
        language,
        0,
        quotes=sum(quote.standing is Standing.STANDS for quote in quotes),
        claims=sum(not claim.faults for claim in claims),
        all_quotes=len(quotes),
        all_claims=len(claims),
    )


def _answer_lines(recheck: Recheck, language: Language) -> Iterator[Line]:
    """Yield the result of one answer: what it was made with, its quotes, its claims."""
    for part in recheck.making:
        what = say(VerifyText[f"MADE_{part.key.upper()}"], language)
        if not part.now:
            yield _line(VerifyText.NONE_NOW, language, what=what, was=part.was)
        else:
            text = VerifyText.SAME if part.was == part.now else VerifyText.OTHER
            yield _line(text, language, what=what, was=part.was, now=part.now)
    if not recheck.is_text_same:
        yield _line(VerifyText.NOT_THE_QUOTES, language)
    elif not recheck.quotes:
        yield _line(VerifyText.REFUSAL, language)
    for quote in recheck.quotes:
        span = quote.found
        place = {
            "start": localize_digits(span.start, language) if span else "",
            "end": localize_digits(span.end, language) if span else "",
        }
        yield _line(
            VerifyText[f"QUOTE_{quote.standing.name}"],
            language,
            number=localize_digits(quote.number, language),
            article=quote.article_id,
            differs=", ".join(quote.differs),
            successor=quote.successor,
            still=say(VerifyText.STILL_SAID if span else VerifyText.NOT_SAID, language, **place),
            **place,
        )
    for claim in recheck.claims:
        faults = (say(VerifyText[f"FAULT_{fault.name}"], language) for fault in claim.faults)
        yield _line(
            VerifyText.CLAIM_FAULTY if claim.faults else VerifyText.CLAIM_STANDS,
            language,
            text=" ".join(claim.text.split()),
            numbers=" ".join(f"[{localize_digits(n, language)}]" for n in claim.numbers),
            faults=("، " if language is Language.FA else ", ").join(faults),
        )


def _line(text: VerifyText, language: Language, indent: int = _INDENT, /, **values: object) -> Line:
    """Make a line of one of our texts."""
    rtl = language is Language.FA
    return Line(Kind.BODY, say(text, language, **values), indent, rtl=rtl)
