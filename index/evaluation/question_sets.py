"""Question sets in three forms, read from files; the first line of its questions tells the form.

Judged questions:

    queries.jsonl   {"id", "text", "lang"?, "answers"?, "answerable"?}, one a line
    qrels.tsv       question id, record id, relevance; 0 says that the record does not answer
    related.tsv     question id, record id: the text an unanswerable question was written for

Questions with patterns, each of which a quote that holds the answer matches:

    questions.jsonl {"id", "kind", "text", "lang"?, "answer"?}, one a line

Dialogues, each on an article of its own, which stands in the same line:

    dialogues.jsonl {"id", "title", "text", "turns"}, one a line, of each turn {"question",
                    "rewritten", "answers"?}, of each answer {"start", "end", "text"?} in
                    characters of the dialogue's text

A record is a line of the corpus, known by its `id`. Indexing may drop a record that repeats
another or rename one whose id was taken, so `find_articles` maps records to articles.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, TypeVar

from index.config import ReadConfig
from index.disk.atomic import storage_errors
from index.errors import QuestionSetError
from index.snapshot.snapshot import Snapshot
from index.sources import corpus_files, read_articles
from index.types import ArticleId, Reject, Span

UNKNOWN_LANGUAGE: Final = "und"
_SHOWN: Final = 3

Qrels = Mapping[str, Mapping[str, int]]
_Record = dict[str, Any]


class Form(StrEnum):
    """What a file of questions holds."""

    JUDGED = "judged questions"
    ASKED = "questions with patterns"
    DIALOGUES = "dialogues"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuestion:
    """A question and what is known of its answer.

    Attributes:
        language: As the file states it, "und" where it does not.
        answers: Any of them is right, verbatim from the record; empty where none are given.
        is_answerable: Whether the corpus holds the answer.
    """

    id: str
    language: str
    text: str
    answers: tuple[str, ...]
    is_answerable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question as somebody types it, or what else people type to a bot.

    Attributes:
        kind: What is tried with it, e.g. "typed polite", whose first word names a wider kind.
        pattern: What a quote that holds the answer matches; None where there is no answer.
    """

    id: str
    language: str
    kind: str
    text: str
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueTurn:
    """One question of a dialogue.

    Attributes:
        question: As it was asked, after those before it.
        rewritten: The same as people wrote it to be understood alone.
        answers: Places in the dialogue's text, any of which is right; () where it has no answer.
    """

    question: str
    rewritten: str
    answers: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Questions on one article, in the order they were asked; `id` is also the article's record."""

    id: str
    title: str
    text: str
    turns: tuple[DialogueTurn, ...]


_Item = TypeVar("_Item")
_Identified = TypeVar("_Identified", JudgedQuestion, AskedQuestion, Dialogue)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """Questions in the order of their file, and judgements by question id.

    Attributes:
        qrels: Question id to record id to relevance; more than 0 is relevant.
        related: Unanswerable question id to the record ids it was written for.
    """

    name: str
    questions: tuple[JudgedQuestion, ...]
    qrels: Qrels
    related: Mapping[str, frozenset[str]]

    @property
    def record_ids(self) -> frozenset[str]:
        """Every record that a judgement names."""
        judged = {record for row in self.qrels.values() for record in row}
        return frozenset(judged.union(*self.related.values()))


def read_question_set(
    queries: Path, qrels: Path, related: Path | None = None, *, limit: int | None = None
) -> QuestionSet:
    """Read a set, named after the folder of its questions.

    Args:
        queries: Questions, JSON Lines.
        qrels: Judgements, tab separated.
        related: Records of unanswerable questions, tab separated.
        limit: Keep so many questions, evenly spaced through the file.

    Raises:
        QuestionSetError: If a file or a line of it cannot be read, or a judgement names an
            unknown question.
    """
    questions = read_questions(queries)
    known = {question.id for question in questions}
    judged: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for origin, (question, record, relevance) in _rows(qrels, ("id", "id", "relevance"), known):
        try:
            judged[question][record] = int(relevance)
        except ValueError as error:
            raise QuestionSetError(
                f"{origin}: expected a whole number, got {relevance!r}"
            ) from error
    linked: defaultdict[str, set[str]] = defaultdict(set)
    for _, (question, record) in _rows(related, ("id", "id"), known) if related else ():
        linked[question].add(record)
    return QuestionSet(
        name=queries.absolute().parent.name,
        questions=evenly(questions, limit),
        qrels=dict(judged),
        related={question: frozenset(records) for question, records in linked.items()},
    )


def form_of(path: Path) -> Form:
    """Tell what a file of questions holds, by the keys of its first line.

    Raises:
        QuestionSetError: If it cannot be read or holds nothing.
    """
    for origin, line in _lines(path):
        keys = _record(line, origin).keys()
        if "turns" in keys:
            return Form.DIALOGUES
        return Form.ASKED if "kind" in keys else Form.JUDGED
    raise _holds_nothing(path)


def read_questions(path: Path) -> tuple[JudgedQuestion, ...]:
    """Read judged questions, in order.

    Raises:
        QuestionSetError: If the file, a line of it or an id used twice stops us.
    """
    return _read(path, _question)


def read_asked_questions(path: Path) -> tuple[AskedQuestion, ...]:
    """Read questions with patterns, in order; raises as `read_questions` does."""
    return _read(path, _asked_question)


def read_dialogues(path: Path) -> tuple[Dialogue, ...]:
    """Read dialogues, in order; raises as `read_questions` does."""
    return _read(path, _dialogue)


def evenly(items: tuple[_Item, ...], limit: int | None) -> tuple[_Item, ...]:
    """Keep at most `limit` questions or dialogues, evenly spaced over the whole file."""
    if limit is None or limit >= len(items):
        return items
    return tuple(items[row * len(items) // limit] for row in range(limit))


def join_corpora(corpora: Sequence[Path], folder: Path) -> Path:
    """Return one path that reads as all of `corpora`, in the order given.

    Several are linked into a folder of their own below `folder`, the same for the same paths.

    Raises:
        CorpusError: If one of them is missing.
        StorageError: If the links cannot be written.
    """
    if len(corpora) == 1:
        return corpora[0]
    files = [
        (file.path.absolute(), f"{number:03d}-{file.origin.replace('/', '-')}")
        for number, corpus in enumerate(corpora)
        for file in corpus_files(corpus)
        if not file.unread
    ]
    digest = blake2b("\0".join(str(path.absolute()) for path in corpora).encode(), digest_size=8)
    joined = folder / digest.hexdigest()
    with storage_errors(folder):
        joined.mkdir(parents=True, exist_ok=True)
        # Subtle: a correct link stays, because another evaluation may be reading it.
        wanted = {joined / name: file for file, name in files}
        right = {
            link
            for link in joined.iterdir()
            if link.is_symlink() and wanted.get(link) == link.readlink()
        }
        for link in set(joined.iterdir()) - right:
            link.unlink()
        for link in set(wanted) - right:
            link.symlink_to(wanted[link])
    return joined


def find_articles(
    corpus: Path, snapshot: Snapshot, records: Collection[str]
) -> dict[str, ArticleId]:
    """Find the article in which each record's text was indexed.

    A record that was rejected keeps its own id, which no search can find. The first record with
    an id owns it; the same id in a later file is another record that no judgement means.

    Args:
        corpus: What `snapshot` was built from.
        snapshot: The index.
        records: Ids to find.

    Raises:
        QuestionSetError: If the corpus holds no such record.
    """
    articles = {record: ArticleId(record) for record in records}
    absent = {record for record in records if snapshot.article(ArticleId(record)) is None}
    if not absent:
        return articles
    # The corpus is read again to find the records that repeat another.
    first_by_text: dict[tuple[str, str], ArticleId] = {}
    repeated: dict[str, ArticleId] = {}
    n_rejected = 0
    for item in read_articles(corpus, ReadConfig(outside_links=True)):  # see `join_corpora`
        if isinstance(item, Reject):
            n_rejected += 1
            continue
        first = first_by_text.setdefault((item.headline, item.text), item.id)
        if item.id in absent:
            repeated.setdefault(item.id, first)
    unknown = sorted(absent - repeated.keys())
    if len(unknown) > n_rejected:  # a rejected record has no id that we could read
        raise QuestionSetError(
            f"Expected every judged record in the corpus, but it lacks {len(unknown):,}: "
            f"{', '.join(map(repr, unknown[:_SHOWN]))}...; give its file with --corpus."
        )
    return articles | repeated


def _read(path: Path, parse: Callable[[_Record, str], _Identified]) -> tuple[_Identified, ...]:
    """Read the lines of a file with `parse`, which takes a line and its origin for messages."""
    items: dict[str, _Identified] = {}
    for origin, line in _lines(path):
        item = parse(_record(line, origin), origin)
        if item.id in items:
            raise QuestionSetError(f"{origin}: expected each id once, {item.id!r} came before")
        items[item.id] = item
    if not items:
        raise _holds_nothing(path)
    return tuple(items.values())


def _holds_nothing(path: Path) -> QuestionSetError:
    return QuestionSetError(f"Expected questions in {path}, but it holds none.")


def _record(line: str, origin: str) -> _Record:
    """Read a line as a JSON object."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise QuestionSetError(f"{origin}: expected a JSON object, but {error}") from error
    if not isinstance(record, dict):
        raise QuestionSetError(f"{origin}: expected a JSON object, got {type(record).__name__}")
    return record


def _question(record: _Record, origin: str) -> JudgedQuestion:
    return JudgedQuestion(
        id=_text(record, "id", origin),
        language=str(record.get("lang") or UNKNOWN_LANGUAGE),
        text=_text(record, "text", origin),
        answers=tuple(map(str, _list(record, "answers", origin))),
        is_answerable=bool(record.get("answerable", True)),
    )


def _asked_question(record: _Record, origin: str) -> AskedQuestion:
    answer = record.get("answer") or ""
    try:
        pattern = re.compile(answer) if answer else None
    except (re.error, TypeError) as error:
        raise QuestionSetError(
            f"{origin}: expected a regular expression under 'answer', got {answer!r}: {error}"
        ) from error
    return AskedQuestion(
        id=_text(record, "id", origin),
        language=str(record.get("lang") or UNKNOWN_LANGUAGE),
        kind=_text(record, "kind", origin),
        text=_text(record, "text", origin),
        pattern=pattern,
    )


def _dialogue(record: _Record, origin: str) -> Dialogue:
    text = _text(record, "text", origin)
    turns = _list(record, "turns", origin)
    return Dialogue(
        id=_text(record, "id", origin),
        title=_text(record, "title", origin),
        text=text,
        turns=tuple(
            _turn(turn, text, f"{origin}, turn {number}")
            for number, turn in enumerate(turns, start=1)
        ),
    )


def _turn(turn: object, text: str, origin: str) -> DialogueTurn:
    """Read a turn of a dialogue on `text`."""
    if not isinstance(turn, dict):
        raise QuestionSetError(f"{origin}: expected a JSON object, got {turn!r}")
    answers = []
    for answer in _list(turn, "answers", origin):
        try:
            span = Span(answer["start"], answer["end"])
            quoted = span.cut(text)
            is_there = 0 < len(span) == len(quoted) and answer.get("text", quoted) == quoted
        except (AttributeError, LookupError, TypeError, ValueError):
            is_there = False
        if not is_there:
            raise QuestionSetError(
                f"{origin}: expected the 'start' and 'end' of an answer in 'text', got {answer!r}"
            )
        answers.append(span)
    return DialogueTurn(
        question=_text(turn, "question", origin),
        rewritten=_text(turn, "rewritten", origin),
        answers=tuple(answers),
    )


def _text(record: _Record, key: str, origin: str) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        raise QuestionSetError(f"{origin}: expected a text under {key!r}, got {value!r}")
    return value


def _list(record: _Record, key: str, origin: str) -> list[Any]:
    value = record.get(key) or []
    if not isinstance(value, list):
        raise QuestionSetError(f"{origin}: expected a list under {key!r}, got {value!r}")
    return value


def _rows(
    path: Path, names: tuple[str, ...], known: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield each line's origin, for messages, and columns; the first is a `known` question."""
    for origin, line in _lines(path):
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) < len(names):
            raise QuestionSetError(
                f"{origin}: expected {len(names)} columns ({', '.join(names)}) separated by tabs, "
                f"got {line!r}"
            )
        if columns[0] not in known:
            raise QuestionSetError(f"{origin}: expected the id of a question, got {columns[0]!r}")
        yield origin, columns[: len(names)]


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of a file that are not blank, each with its origin for messages."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"Expected to read {path} as UTF-8 text, but {error}.") from error
    # Subtle: not splitlines(), which also breaks at U+2028 and U+0085 inside a JSON string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{path.name}:{number}", line.rstrip("\r")
