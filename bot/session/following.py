"""Following: saved questions, asked again over what is new whenever a snapshot is published.

What is new is told exactly: every wording of an article is kept as a digest, with the number of
the edition (snapshot) that had it first, and of a corrected article digests of the sentences it had
before. A saved question knows the edition it was last asked of. So
it does not matter how parts of the index were merged or how many snapshots came in between.

An alert is stored in the transaction that moves its question on, and stays until whoever sends it
says that it was told: a process that ends anywhere in between loses nothing. Which alerts one
message tells is stored before it is sent. Quotes are kept as places (see `turns`).
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter

from bot.answer.cite import digest_of
from bot.question.question import read_question
from bot.session.private_file import PrivateFile
from bot.session.protocols import Answering
from bot.session.turns import Turn, turn_of
from bot.types import Answer
from index import ArticleId, Scope

TERMINAL: Final = 0
"""The chat of questions that are followed at a terminal."""

Topic: TypeAlias = tuple[int, int]
"""A chat and a thread of it."""

_DAY_S: Final = 86_400
_WAIT_S: Final = 60.0  # the terminal and the bot share the file
_TABLES: Final = """
CREATE TABLE editions (number INTEGER PRIMARY KEY AUTOINCREMENT, snapshot TEXT UNIQUE);
CREATE TABLE articles (
  wording BLOB PRIMARY KEY, id TEXT NOT NULL, edition INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_by_edition ON articles (edition);
CREATE TABLE former (id TEXT, sentence TEXT, PRIMARY KEY (id, sentence)) WITHOUT ROWID;
CREATE TABLE saved (
  number INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL, language TEXT NOT NULL, question TEXT NOT NULL, scope TEXT NOT NULL,
  edition INTEGER NOT NULL, asked REAL NOT NULL, at REAL NOT NULL,
  UNIQUE (chat_id, thread_id, question, scope)
);
CREATE TABLE alerts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  saved INTEGER NOT NULL REFERENCES saved (number) ON DELETE CASCADE,
  at REAL NOT NULL, is_told INTEGER NOT NULL DEFAULT 0, record TEXT NOT NULL, message INTEGER
);
CREATE INDEX alerts_of_saved ON alerts (saved);
"""
_CHANGES: Final = {0: _TABLES, 1: "ALTER TABLE alerts ADD COLUMN message INTEGER;", 2: ""}
_SCOPE: Final = TypeAdapter(Scope)
_TURN: Final = TypeAdapter(Turn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved question.

    Attributes:
        number: Its own for good; lists shown to people count from 1.
        user_id: Who saved it.
        language: Of our words about it, as it was asked: en or fa.
        edition: The newest it was asked of.
        asked: When it was last asked, in seconds since 1970; `at`: when it was saved.
    """

    number: int = 0
    chat_id: int
    thread_id: int = 0
    user_id: int
    language: str
    question: str
    scope: Scope
    edition: int = 0
    asked: float = 0.0
    at: float = 0.0

    @property
    def topic(self) -> Topic:
        """Where it was saved: chat and thread."""
        return self.chat_id, self.thread_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is new on a saved question, found at `at`; `message` tells of it, 0 for none yet."""

    number: int
    message: int
    saved: Saved
    at: float
    turn: Turn


class Following(PrivateFile):
    """The file."""

    def __init__(
        self,
        path: Path,
        *,
        most: int,
        retention_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open or make the file at `path`.

        Args:
            most: Saved questions of one chat.
            retention_days: Days after which a question that was not saved again is deleted.

        Raises:
            StorageError: If it cannot be opened or is no such file.
        """
        super().__init__(path, "saved questions", _CHANGES, wait_s=_WAIT_S)
        self.most: Final = most
        self.retention_days: Final = retention_days
        self._clock = clock

    def take_up(self, answering: Answering) -> int:
        """Enter the articles of what is published; return the number of that edition."""
        with answering.edition() as snapshot, self._writing() as db:
            name = snapshot.manifest.snapshot
            newest = db.execute("SELECT max(number), snapshot FROM editions").fetchone()
            if newest[1] == name:
                return int(newest[0])
            inserted = db.execute("INSERT OR REPLACE INTO editions (snapshot) VALUES (?)", (name,))
            number = inserted.lastrowid or 0
            known = "SELECT 1 FROM articles WHERE wording = ?"
            brought = [
                (wording, article_id, number)
                for article_id, wording in snapshot.wordings()
                if not db.execute(known, (wording,)).fetchone()
            ]
            of = {
                former: article_id
                for _, article_id, _ in brought
                if newest[0]
                for former in (article_id, *snapshot.former_ids(article_id))
            }
            had = "SELECT wording FROM articles WHERE id = ?"
            wordings = {one: {row[0] for row in db.execute(had, (one,))} for one in of}
            db.executemany("INSERT INTO articles VALUES (?, ?, ?)", brought)
            db.executemany(
                "INSERT OR IGNORE INTO former VALUES (?, ?)",
                (
                    (of[one], digest_of(sentence))
                    for one, sentence in snapshot.former_sentences(wordings)
                ),
            )
        return number

    def follow(self, answering: Answering, saved: Saved, turn: Turn) -> int | None:
        """Save a question with what was answered to it; one saved before begins its time anew.

        Returns:
            Its number; None where the chat has as many as it may.
        """
        rows = self._rows("SELECT number FROM editions WHERE snapshot = ?", turn.snapshot)
        edition = rows[0][0] if rows else self.take_up(answering)
        now, scope = self._clock(), _SCOPE.dump_json(saved.scope).decode()
        key = (saved.chat_id, saved.thread_id, saved.question, scope)
        with self._writing() as db:
            again = db.execute(
                "UPDATE saved SET at = ? WHERE (chat_id, thread_id, question, scope)"
                " = (?, ?, ?, ?) RETURNING number",
                (now, *key),
            ).fetchone()
            if again:
                return int(again[0])
            of_chat = "SELECT count(*) FROM saved WHERE chat_id = ?"
            if db.execute(of_chat, (saved.chat_id,)).fetchone()[0] >= self.most:
                return None
            number = db.execute(
                "INSERT INTO saved (chat_id, thread_id, question, scope, user_id, language,"
                " edition, asked, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, saved.user_id, saved.language, edition, now, now),
            ).lastrowid
            _keep(db, number, now, turn, is_told=True)
        return number

    def of_topic(self, chat_id: int, thread_id: int = 0) -> list[Saved]:
        """Return the saved questions of a topic, oldest first."""
        return self._saved("(chat_id, thread_id) = (?, ?)", chat_id, thread_id)

    def all(self) -> list[Saved]:
        """Return the saved questions of all chats, oldest first."""
        return self._saved("true")

    def _saved(self, condition: str, *values: object) -> list[Saved]:
        query = f"SELECT * FROM saved WHERE {condition} ORDER BY number"  # noqa: S608  # ours
        return [_read(row) for row in self._rows(query, *values)]

    def ask(
        self,
        answering: Answering,
        saved: Iterable[Saved],
        *,
        k: int = 3,
        seen_by: Callable[[Saved], Answering] | None = None,
    ) -> None:
        """Ask saved questions over what is new to each; keep what answers them as alerts.

        Args:
            answering: All of the archive.
            k: Most quotes.
            seen_by: Returns what of it the chat of a question may see; None for all.
        """
        edition = self.take_up(answering)
        groups: defaultdict[tuple[int, Answering], list[Saved]] = defaultdict(list)
        for one in saved:
            groups[one.edition, seen_by(one) if seen_by else answering].append(one)
        for (before, archive), group in groups.items():
            questions = [read_question(one.question, scope=one.scope) for one in group]
            replies = archive.news(questions, self._new(before, edition), k=k)
            now = self._clock()
            with self._writing() as db:
                for one, reply in zip(group, replies, strict=True):
                    # Subtle: it may have been stopped meanwhile, or asked by another process.
                    moved = db.execute(
                        "UPDATE saved SET edition = ?, asked = ? WHERE (number, edition) = (?, ?)",
                        (edition, now, one.number, before),
                    )
                    if moved.rowcount and reply is not None:
                        _tell_once(db, one, now, reply)

    def _new(self, before: int, edition: int) -> dict[ArticleId, set[str]]:
        """Return the articles that came after an edition, see `bot.answer.news`."""
        came = "FROM articles {} WHERE edition > ? AND edition <= ?"
        rows = self._rows(f"SELECT id {came.format('')}", before, edition)
        new: dict[ArticleId, set[str]] = {ArticleId(article_id): set() for (article_id,) in rows}
        joined = f"SELECT id, sentence {came.format('JOIN former USING (id)')}"
        for article_id, sentence in self._rows(joined, before, edition):
            new[ArticleId(article_id)].add(sentence)
        return new

    def pending(
        self, *, together: Collection[Topic] = (), held: Collection[Topic] = ()
    ) -> list[list[Alert]]:
        """Return the alerts that were not told yet, those of one message together, oldest first.

        A message is known by the number of its first alert, and stays the same until it is told.

        Args:
            together: Topics whose alerts of one person go into one message.
            held: Topics whose alerts wait.
        """
        waiting = [
            alert
            for alert in self._alerts("NOT is_told AND message IS NULL")
            if alert.saved.topic not in held
        ]
        if waiting:
            firsts: dict[tuple[Topic, int], int] = {}
            with self._writing() as db:
                for alert in waiting:
                    saved, message = alert.saved, alert.number
                    if saved.topic in together:
                        message = firsts.setdefault((saved.topic, saved.user_id), message)
                    query = "UPDATE alerts SET message = ? WHERE number = ? AND message IS NULL"
                    db.execute(query, (message, alert.number))
        messages: defaultdict[int, list[Alert]] = defaultdict(list)
        for alert in self._alerts("NOT is_told AND message NOT NULL"):
            messages[alert.message].append(alert)
        return [messages[number] for number in sorted(messages)]

    def message(self, number: int) -> list[Alert]:
        """Return the alerts that a message tells, without those of questions saved no more."""
        return self._alerts("message = ?", number)

    def _alerts(self, condition: str, *values: object) -> list[Alert]:
        query = (
            "SELECT alerts.number, message, alerts.at, record, saved.* FROM alerts"  # noqa: S608  # ours
            f" JOIN saved ON saved.number = saved WHERE {condition} ORDER BY alerts.number"
        )
        return [
            Alert(
                number=number,
                message=message or 0,
                at=at,
                turn=_TURN.validate_json(record),
                saved=_read(row),
            )
            for number, message, at, record, *row in self._rows(query, *values)
        ]

    def told(self, message: int) -> None:
        """Keep that a message was told."""
        with self._writing() as db:
            db.execute("UPDATE alerts SET is_told = 1 WHERE message = ?", (message,))

    def stop(self, number: int) -> None:
        """Delete a saved question and its alerts."""
        with self._writing() as db:
            db.execute("DELETE FROM saved WHERE number = ?", (number,))

    def forget(self, *, chat_id: int | None = None, user_id: int | None = None) -> None:
        """Delete the saved questions of a chat or of a person."""
        with self._writing() as db:
            db.execute("DELETE FROM saved WHERE chat_id = ? OR user_id = ?", (chat_id, user_id))

    def move(self, moved_from: int, chat_id: int) -> None:
        """Keep the saved questions of a chat under another number."""
        with self._writing() as db:
            query = "UPDATE OR REPLACE saved SET chat_id = ? WHERE chat_id = ?"
            db.execute(query, (chat_id, moved_from))

    def purge(self) -> None:
        """Delete what is older than `retention_days`."""
        oldest = self._clock() - self.retention_days * _DAY_S
        with self._writing() as db:
            db.execute("DELETE FROM saved WHERE at < ?", (oldest,))
            db.execute("DELETE FROM alerts WHERE at < ? AND is_told", (oldest,))


def _read(row: Sequence[Any]) -> Saved:
    """Return a saved question as it stands in the file."""
    number, chat_id, thread_id, user_id, language, question, scope, edition, asked, at = row
    return Saved(
        number=number,
        chat_id=chat_id,
        thread_id=thread_id,
        user_id=user_id,
        language=language,
        question=question,
        scope=_SCOPE.validate_json(scope),
        edition=edition,
        asked=asked,
        at=at,
    )


def _tell_once(db: sqlite3.Connection, saved: Saved, now: float, reply: Answer) -> None:
    """Keep an alert of the quotes that its question was not told before."""
    rows = db.execute("SELECT record FROM alerts WHERE saved = ?", (saved.number,))
    told = {place.digest for (record,) in rows for place in _TURN.validate_json(record).places}
    fresh = [cited for cited in reply.citations if digest_of(cited.quote) not in told]
    if fresh:
        numbered = tuple(replace(one, number=number) for number, one in enumerate(fresh, 1))
        turn = turn_of(saved.question, replace(reply, citations=numbered), saved.scope)
        _keep(db, saved.number, now, turn, is_told=False)


def _keep(
    db: sqlite3.Connection, saved: int | None, at: float, turn: Turn, *, is_told: bool
) -> None:
    """Keep what was answered to a saved question."""
    db.execute(
        "INSERT INTO alerts (saved, at, is_told, record) VALUES (?, ?, ?, ?)",
        (saved, at, is_told, _TURN.dump_json(turn).decode()),
    )
