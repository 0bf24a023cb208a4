"""Question sets with relevance judgements, read from files.

    queries.jsonl   {"id", "text", "lang"?, "answers"?, "answerable"?}, one a line
    qrels.tsv       question id, record id, relevance; 0 says that the record does not answer
    related.tsv     question id, record id: the text an unanswerable question was written for

A record is a line of the corpus, known by its `id`. Indexing may drop a record that repeats
another or rename one whose id was taken, so `find_articles` maps records to articles.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from index.disk.atomic import storage_errors
from index.errors import QuestionSetError
from index.snapshot.snapshot import Snapshot
from index.sources import corpus_files, read_articles
from index.types import ArticleId, Reject

UNKNOWN_LANGUAGE: Final = "und"
_SHOWN: Final = 3

Qrels = Mapping[str, Mapping[str, int]]


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


def read_questions(path: Path) -> tuple[JudgedQuestion, ...]:
    """Read questions, in order.

    Raises:
        QuestionSetError: If the file, a line of it or an id used twice stops us.
    """
    questions: dict[str, JudgedQuestion] = {}
    for origin, line in _lines(path):
        question = _question(line, origin)
        if question.id in questions:
            raise QuestionSetError(f"{origin}: expected each id once, {question.id!r} came before")
        questions[question.id] = question
    if not questions:
        raise QuestionSetError(f"Expected questions in {path}, but it holds none.")
    return tuple(questions.values())


def evenly(questions: tuple[JudgedQuestion, ...], limit: int | None) -> tuple[JudgedQuestion, ...]:
    """Keep at most `limit` questions, evenly spaced over the whole file."""
    if limit is None or limit >= len(questions):
        return questions
    return tuple(questions[row * len(questions) // limit] for row in range(limit))


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
        (file.absolute(), f"{number:03d}-{origin.replace('/', '-')}")
        for number, corpus in enumerate(corpora)
        for file, origin in corpus_files(corpus)
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
    for item in read_articles(corpus):
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


def _question(line: str, origin: str) -> JudgedQuestion:
    """Read a line of a file of questions; `origin` names it in messages."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise QuestionSetError(f"{origin}: expected a JSON object, but {error}") from error
    if not isinstance(record, dict):
        raise QuestionSetError(f"{origin}: expected a JSON object, got {type(record).__name__}")
    answers = record.get("answers") or []
    if not isinstance(answers, list):
        raise QuestionSetError(f"{origin}: expected a list under 'answers', got {answers!r}")
    for key in ("id", "text"):
        value = record.get(key)
        if not isinstance(value, str) or not value.strip():
            raise QuestionSetError(f"{origin}: expected a text under {key!r}, got {value!r}")
    return JudgedQuestion(
        id=record["id"],
        language=str(record.get("lang") or UNKNOWN_LANGUAGE),
        text=record["text"],
        answers=tuple(map(str, answers)),
        is_answerable=bool(record.get("answerable", True)),
    )


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
