"""Memory of conversations.

Everything is keyed by its chat and the update it came from, so that an update handled twice is
stored once. A topic (thread) of a chat has its own turns and settings; 0 is a chat without topics.

Article text and quotes are not stored: an answer is remembered by the places it quoted (see
`bot.session.turns`). Nor are inline questions.
"""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from bot.session.private_file import PrivateFile
from bot.session.turns import Turn
from bot.telegram.types import FIRST_ALERT

_VERSION: Final = 2
_DAY_S: Final = 86_400
_WAIT_S: Final = 5.0  # then the answer is tried again
_KEY: Final = """
CREATE TABLE secret (key BLOB NOT NULL);
INSERT INTO secret VALUES (randomblob(32));
"""
_TABLES: Final = """
CREATE TABLE settings (
  chat_id INTEGER, thread_id INTEGER, name TEXT, value TEXT NOT NULL,
  PRIMARY KEY (chat_id, thread_id, name)
) WITHOUT ROWID;
CREATE TABLE turns (
  number INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL,
  update_id INTEGER NOT NULL, user_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
  at REAL NOT NULL, record TEXT NOT NULL, UNIQUE (chat_id, update_id)
);
CREATE INDEX turns_of_topic ON turns (chat_id, thread_id, number);
CREATE TABLE buttons (
  chat_id INTEGER, id TEXT, thread_id INTEGER NOT NULL, at REAL NOT NULL, action TEXT NOT NULL,
  turn INTEGER NOT NULL, place INTEGER NOT NULL, page INTEGER NOT NULL, PRIMARY KEY (chat_id, id)
) WITHOUT ROWID;
CREATE TABLE votes (
  chat_id INTEGER, turn INTEGER, user_id INTEGER, thread_id INTEGER NOT NULL, at REAL NOT NULL,
  vote INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (chat_id, turn, user_id)
) WITHOUT ROWID;
"""
_FROM_VERSION_1: Final = f"""
ALTER TABLE settings RENAME TO old_settings;
ALTER TABLE turns RENAME TO old_turns;
ALTER TABLE buttons RENAME TO old_buttons;
ALTER TABLE votes RENAME TO old_votes;
{_TABLES}
INSERT INTO settings SELECT chat_id, 0, name, value FROM old_settings;
INSERT INTO turns
  SELECT number, chat_id, 0, update_id, user_id, message_id, at, record FROM old_turns;
INSERT INTO buttons SELECT chat_id, id, 0, at, action, turn, place, page FROM old_buttons;
INSERT INTO votes SELECT chat_id, turn, user_id, 0, at, vote, record FROM old_votes;
DROP TABLE old_settings;
DROP TABLE old_turns;
DROP TABLE old_buttons;
DROP TABLE old_votes;
"""  # noqa: S608  # ours
_CHANGES: Final = {0: _KEY + _TABLES, 1: _FROM_VERSION_1, _VERSION: ""}
"""What makes the tables of this version out of those of another; 0 is a new file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn(Turn):
    """A turn in a chat.

    Attributes:
        update_id: The update that asked.
        message_id: The message that asked; an edited one keeps its number.
        at: Seconds since 1970, UTC.
    """

    update_id: int
    chat_id: int
    user_id: int
    message_id: int
    at: float


def chat_turn(
    turn: Turn, *, update_id: int, chat_id: int, user_id: int, message_id: int, at: float
) -> ChatTurn:
    """Return a turn with where and when it was asked."""
    values = {field.name: getattr(turn, field.name) for field in fields(turn)}
    return ChatTurn(
        **values,
        update_id=update_id,
        chat_id=chat_id,
        user_id=user_id,
        message_id=message_id,
        at=at,
    )


_TURN: Final = TypeAdapter(ChatTurn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a button means: an action on a turn, and the numbers that the action takes."""

    action: str
    turn: int = 0
    place: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What somebody thought of an answer: 1 is good, 0 is not."""

    chat_id: int
    turn: int
    vote: int
    question: str
    language: str
    article_ids: tuple[str, ...]
    snapshot: str
    encoder: str


class Memory(PrivateFile):
    """The file. Opening it deletes what has outlived its time."""

    def __init__(
        self, path: Path, *, retention_days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Open or make the file at `path`.

        Raises:
            StorageError: If it cannot be opened or is not such a file.
        """
        super().__init__(path, "conversations", _CHANGES, wait_s=_WAIT_S)
        self._clock = clock
        self.retention_days: Final = retention_days
        ((self._key,),) = self._rows("SELECT key FROM secret")
        self.purge()

    def setting(self, chat_id: int, name: str, *, thread_id: int = 0) -> str:
        """Return what was chosen in a topic; empty for nothing."""
        rows = self._rows(
            "SELECT value FROM settings WHERE (chat_id, thread_id, name) = (?, ?, ?)",
            chat_id,
            thread_id,
            name,
        )
        return str(rows[0][0]) if rows else ""

    def choose(self, chat_id: int, name: str, value: str, *, thread_id: int = 0) -> None:
        """Keep what was chosen in a topic."""
        row = (chat_id, thread_id, name, value)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?, ?)", row)

    def button_id(self, chat_id: int, update_id: int, slot: int) -> str:
        """Return the id of a button of a reply: the same for the same place, and not guessable."""
        place = f"{chat_id} {update_id} {slot}".encode()
        return urlsafe_b64encode(blake2b(place, key=self._key, digest_size=12).digest()).decode()

    def keep(
        self,
        chat_id: int,
        turn: ChatTurn | None,
        buttons: Mapping[str, Press],
        *,
        thread_id: int = 0,
    ) -> None:
        """Keep a turn and the buttons of its reply; the same again stands where it stood."""
        at = self._clock()
        rows = [
            (chat_id, key, thread_id, at, one.action, one.turn, one.place, one.page)
            for key, one in buttons.items()
        ]
        with self._writing() as db:
            if turn is not None:
                db.execute(
                    "INSERT INTO turns"
                    " (chat_id, thread_id, update_id, user_id, message_id, at, record)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (chat_id, update_id) DO UPDATE SET record = excluded.record",
                    (
                        chat_id,
                        thread_id,
                        turn.update_id,
                        turn.user_id,
                        turn.message_id,
                        turn.at,
                        _TURN.dump_json(turn).decode(),
                    ),
                )
            db.executemany("INSERT OR REPLACE INTO buttons VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def turn(self, chat_id: int, update_id: int) -> ChatTurn | None:
        """Return a turn of a chat, or None where it is forgotten."""
        rows = self._rows(
            "SELECT record FROM turns WHERE (chat_id, update_id) = (?, ?)", chat_id, update_id
        )
        return _TURN.validate_json(rows[0][0]) if rows else None

    def recent(self, chat_id: int, *, before: int, n: int, thread_id: int = 0) -> list[ChatTurn]:
        """Return the last `n` turns of a topic, newest first, without that of update `before`.

        Alerts, which nobody asked for just then, are none of them.

        The last that was answered comes behind them where none of them was.
        """
        query = (
            "SELECT record FROM turns WHERE (chat_id, thread_id) = (?, ?) AND update_id <> ?"
            " AND update_id < ? {condition} ORDER BY number DESC LIMIT ?"
        )
        topic, is_answered = (
            (chat_id, thread_id, before, FIRST_ALERT),
            "AND record ->> '$.places[0]' NOT NULL",
        )
        rows = self._rows(query.format(condition=""), *topic, n)
        turns = [_TURN.validate_json(record) for (record,) in rows]
        if not any(turn.places for turn in turns):
            rows = self._rows(query.format(condition=is_answered), *topic, 1)
            turns += [_TURN.validate_json(record) for (record,) in rows]
        return turns

    def pressed(self, chat_id: int, button_id: str) -> Press | None:
        """Return what a button of a chat means; None for any other id."""
        rows = self._rows(
            "SELECT action, turn, place, page FROM buttons WHERE (chat_id, id) = (?, ?)",
            chat_id,
            button_id,
        )
        if not rows:
            return None
        action, turn, place, page = rows[0]
        return Press(action=action, turn=turn, place=place, page=page)

    def vote(self, turn: ChatTurn, user_id: int, vote: int, *, thread_id: int = 0) -> None:
        """Keep what somebody thinks of an answer, instead of what they thought before."""
        kept = Vote(
            chat_id=turn.chat_id,
            turn=turn.update_id,
            vote=vote,
            question=turn.asked,
            language=turn.language,
            article_ids=turn.article_ids,
            snapshot=turn.snapshot,
            encoder=turn.encoder,
        )
        record = json.dumps(asdict(kept), ensure_ascii=False)
        row = (turn.chat_id, turn.update_id, user_id, thread_id, self._clock(), vote, record)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def votes(self) -> list[Vote]:
        """Return all votes, in the order of their turns."""
        rows = self._rows("SELECT chat_id, record FROM votes ORDER BY turn, chat_id, user_id")
        read = ({"chat_id": chat_id} | json.loads(record) for chat_id, record in rows)
        return [Vote(**one | {"article_ids": tuple(one["article_ids"])}) for one in read]

    def forget(self, chat_id: int, *, thread_id: int = 0) -> None:
        """Delete all that was said in a topic, votes too; settings stay."""
        with self._writing() as db:
            for table in ("turns", "buttons", "votes"):
                query = f"DELETE FROM {table} WHERE (chat_id, thread_id) = (?, ?)"  # noqa: S608  # ours
                db.execute(query, (chat_id, thread_id))

    def forget_chat(self, chat_id: int) -> None:
        """Delete all that was said in a chat, votes too, and its settings."""
        with self._writing() as db:
            for table in ("turns", "buttons", "votes", "settings"):
                db.execute(f"DELETE FROM {table} WHERE chat_id = ?", (chat_id,))  # noqa: S608  # ours

    def forget_person(self, user_id: int, *, chat_id: int | None = None) -> None:
        """Delete what a person asked, with all votes on it, and voted, in one chat or in all."""
        of_person = "user_id = :user AND (:chat IS NULL OR chat_id = :chat)"
        names = {"user": user_id, "chat": chat_id}
        with self._writing() as db:
            db.execute(
                f"DELETE FROM votes WHERE {of_person} OR (chat_id, turn) IN"  # noqa: S608  # ours
                f" (SELECT chat_id, update_id FROM turns WHERE {of_person})",
                names,
            )
            db.execute(f"DELETE FROM turns WHERE {of_person}", names)  # noqa: S608  # ours

    def move(self, moved_from: int, chat_id: int) -> None:
        """Keep all that is known of a chat under another number; what that has already stays."""
        with self._writing() as db:
            for table in ("turns", "votes"):
                db.execute(
                    f"UPDATE {table} SET record = json_set(record, '$.chat_id', ?)"  # noqa: S608  # ours
                    " WHERE chat_id = ?",
                    (chat_id, moved_from),
                )
            # Messages are numbered anew in the new chat.
            db.execute(
                "UPDATE turns SET message_id = 0, record = json_set(record, '$.message_id', 0)"
                " WHERE chat_id = ?",
                (moved_from,),
            )
            for table in ("turns", "buttons", "votes", "settings"):
                db.execute(
                    f"UPDATE OR IGNORE {table} SET chat_id = ? WHERE chat_id = ?",  # noqa: S608  # ours
                    (chat_id, moved_from),
                )
                db.execute(f"DELETE FROM {table} WHERE chat_id = ?", (moved_from,))  # noqa: S608  # ours

    def purge(self) -> None:
        """Delete what is older than `retention_days`; settings stay."""
        oldest = self._clock() - self.retention_days * _DAY_S
        with self._writing() as db:
            for table in ("turns", "buttons", "votes"):
                db.execute(f"DELETE FROM {table} WHERE at < ?", (oldest,))  # noqa: S608  # ours
