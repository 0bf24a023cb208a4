"""Memory of conversations: one SQLite file that only its owner may read.

Everything is keyed by the update it came from, so that an update handled twice is stored once.
What is deleted is overwritten (`secure_delete`), with a rollback journal instead of a write-ahead
log, in which deleted text would live on.

Article text and quotes are not stored: an answer is remembered by the places it quoted (see
`bot.session.turns`). Nor are inline questions.
"""

import json
import os
import sqlite3
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from typing import Any, Final

from pydantic import TypeAdapter

from bot.session.turns import Turn
from index import StorageError

_VERSION: Final = 1
_DAY_S: Final = 86_400
_SCHEMA: Final = """
CREATE TABLE secret (key BLOB NOT NULL);
INSERT INTO secret VALUES (randomblob(32));
CREATE TABLE settings (
  chat_id INTEGER, name TEXT, value TEXT NOT NULL, PRIMARY KEY (chat_id, name)
) WITHOUT ROWID;
CREATE TABLE turns (
  number INTEGER PRIMARY KEY, update_id INTEGER UNIQUE NOT NULL, chat_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL, message_id INTEGER NOT NULL, at REAL NOT NULL, record TEXT NOT NULL
);
CREATE INDEX turns_of_chat ON turns (chat_id, number);
CREATE TABLE buttons (
  id TEXT PRIMARY KEY, chat_id INTEGER NOT NULL, at REAL NOT NULL, action TEXT NOT NULL,
  turn INTEGER NOT NULL, place INTEGER NOT NULL, page INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX buttons_of_chat ON buttons (chat_id);
CREATE TABLE votes (
  turn INTEGER, user_id INTEGER, chat_id INTEGER NOT NULL, at REAL NOT NULL,
  vote INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (turn, user_id)
) WITHOUT ROWID;
"""


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

    turn: int
    vote: int
    question: str
    language: str
    article_ids: tuple[str, ...]
    snapshot: str
    encoder: str


class Memory:
    """The file; safe for many threads. Opening it deletes what has outlived its time."""

    def __init__(
        self, path: Path, *, retention_days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Open or make the file at `path`.

        Raises:
            StorageError: If it cannot be opened or is not such a file.
        """
        self._path = path
        self._clock = clock
        self._lock = RLock()
        self.retention_days: Final = retention_days
        with _in_our_words(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            for pragma in ("secure_delete=ON", "journal_mode=DELETE", "synchronous=NORMAL"):
                self._db.execute(f"PRAGMA {pragma}")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={_VERSION};COMMIT;")
            elif version != _VERSION:
                msg = f"Expected version {_VERSION} of {path}, got {version}; move it away."
                raise StorageError(msg)
            (self._key,) = self._db.execute("SELECT key FROM secret").fetchone()
        self.purge()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Run statements as one transaction, one thread at a time."""
        with self._lock, _in_our_words(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, _in_our_words(self._path):
            return self._db.execute(query, values).fetchall()

    def setting(self, chat_id: int, name: str) -> str:
        """Return what a chat chose; empty for nothing."""
        rows = self._rows(
            "SELECT value FROM settings WHERE (chat_id, name) = (?, ?)", chat_id, name
        )
        return str(rows[0][0]) if rows else ""

    def choose(self, chat_id: int, name: str, value: str) -> None:
        """Keep what a chat chose."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (chat_id, name, value))

    def button_id(self, update_id: int, slot: int) -> str:
        """Return the id of a button of a reply: the same for the same place, and not guessable."""
        place = update_id.to_bytes(8, "big") + slot.to_bytes(4, "big")
        return urlsafe_b64encode(blake2b(place, key=self._key, digest_size=12).digest()).decode()

    def keep(self, chat_id: int, turn: ChatTurn | None, buttons: Mapping[str, Press]) -> None:
        """Keep a turn and the buttons of its reply; the same again stands where it stood."""
        at = self._clock()
        rows = [
            (key, chat_id, at, one.action, one.turn, one.place, one.page)
            for key, one in buttons.items()
        ]
        with self._writing() as db:
            if turn is not None:
                # The same update again stands where it stood.
                db.execute(
                    "INSERT INTO turns (update_id, chat_id, user_id, message_id, at, record)"
                    " VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (update_id) DO UPDATE SET record = excluded.record",
                    (
                        turn.update_id,
                        chat_id,
                        turn.user_id,
                        turn.message_id,
                        turn.at,
                        _TURN.dump_json(turn).decode(),
                    ),
                )
            db.executemany("INSERT OR REPLACE INTO buttons VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def turn(self, chat_id: int, update_id: int) -> ChatTurn | None:
        """Return a turn of a chat, or None where it is forgotten."""
        rows = self._rows(
            "SELECT record FROM turns WHERE (chat_id, update_id) = (?, ?)", chat_id, update_id
        )
        return _TURN.validate_json(rows[0][0]) if rows else None

    def recent(self, chat_id: int, *, before: int, n: int) -> list[ChatTurn]:
        """Return the last `n` turns of a chat, newest first, without that of update `before`."""
        rows = self._rows(
            "SELECT record FROM turns WHERE chat_id = ? AND update_id <> ?"
            " ORDER BY number DESC LIMIT ?",
            chat_id,
            before,
            n,
        )
        return [_TURN.validate_json(record) for (record,) in rows]

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

    def vote(self, turn: ChatTurn, user_id: int, vote: int) -> None:
        """Keep what somebody thinks of an answer, instead of what they thought before."""
        kept = Vote(
            turn=turn.update_id,
            vote=vote,
            question=turn.asked,
            language=turn.language,
            article_ids=turn.article_ids,
            snapshot=turn.snapshot,
            encoder=turn.encoder,
        )
        record = json.dumps(asdict(kept), ensure_ascii=False)
        row = (turn.update_id, user_id, turn.chat_id, self._clock(), vote, record)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?)", row)

    def votes(self) -> list[Vote]:
        """Return all votes, in the order of their turns."""
        rows = self._rows("SELECT record FROM votes ORDER BY turn, user_id")
        read = (json.loads(record) for (record,) in rows)
        return [Vote(**one | {"article_ids": tuple(one["article_ids"])}) for one in read]

    def forget(self, chat_id: int) -> None:
        """Delete all that was said in a chat, votes too; its settings stay."""
        with self._writing() as db:
            for table in ("turns", "buttons", "votes"):
                db.execute(f"DELETE FROM {table} WHERE chat_id = ?", (chat_id,))  # noqa: S608  # ours

    def forget_all(self, chat_id: int, user_id: int) -> None:
        """Delete a chat with its settings, and what one person asked or voted anywhere."""
        self.forget(chat_id)
        with self._writing() as db:
            db.execute("DELETE FROM settings WHERE chat_id = ?", (chat_id,))
            for table in ("turns", "votes"):
                db.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))  # noqa: S608  # ours

    def purge(self) -> None:
        """Delete what is older than `retention_days`; settings stay."""
        oldest = self._clock() - self.retention_days * _DAY_S
        with self._writing() as db:
            for table in ("turns", "buttons", "votes"):
                db.execute(f"DELETE FROM {table} WHERE at < ?", (oldest,))  # noqa: S608  # ours


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    """ChatTurn errors of SQLite and the disk into ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        msg = f"Expected to keep conversations in {path}, but {error}; check the disk and the file."
        raise StorageError(msg) from error
