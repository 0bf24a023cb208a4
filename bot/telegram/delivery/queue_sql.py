"""SQL of the durable queue: updates, the calls that answer them, and how far each has got.

An update is `waiting`, then `answered` (its calls are stored), then `done` or `dropped`, or never
answered but `superseded`, as an inline question by what its asker typed next; a call is
`waiting`, then `sent` or `dropped`. It is not stored which updates are being handled, only how
often an answer was tried, so that after a crash all of them wait again. What people wrote and
what was answered is erased once an update is settled; its key (chat and number) stays, to
recognise a repeat.
Bodies are JSON: the fields of an update, or the class name of a call and its fields.

Every function is a few statements inside the caller's transaction (`queue_store`).
"""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import TypeAdapter

from bot.telegram.types import (
    AnswerButton,
    AnswerInline,
    EditMessage,
    EraseQueued,
    Incoming,
    Key,
    Kind,
    Outgoing,
    SendDocument,
    SendMessage,
)

_INCOMING: Final = TypeAdapter(Incoming)
_CALLS: Final[dict[str, TypeAdapter[Any]]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (SendMessage, SendDocument, EditMessage, AnswerButton, AnswerInline, EraseQueued)
}

KEPT_DAYS: Final = 2
"""How long a settled update's number is kept; Telegram repeats none after 24 hours.

Source: https://core.telegram.org/bots/api#getting-updates.
"""

_TABLES: Final = """
CREATE TABLE updates (
    chat_id   INTEGER NOT NULL,
    update_id INTEGER NOT NULL,
    body      TEXT NOT NULL,
    state     TEXT NOT NULL DEFAULT 'waiting',
    tries     INTEGER NOT NULL DEFAULT 0,
    received  REAL NOT NULL,
    settled   REAL,
    PRIMARY KEY (chat_id, update_id)
) STRICT;
CREATE INDEX updates_by_state ON updates (state);
CREATE TABLE calls (
    chat_id    INTEGER NOT NULL,
    update_id  INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    body       TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'waiting',
    message_id INTEGER,
    uncertain  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, update_id, position),
    FOREIGN KEY (chat_id, update_id) REFERENCES updates ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE moves (
    moved_from INTEGER PRIMARY KEY,
    chat_id    INTEGER NOT NULL
) STRICT;
"""
# Settled updates had no chat; what they are kept for, a repeat, does not come days later.
_WITHOUT_CHATS: Final = f"""
DROP INDEX updates_by_state;
ALTER TABLE updates RENAME TO old_updates;
ALTER TABLE calls RENAME TO old_calls;
{_TABLES}
INSERT INTO updates
    SELECT body ->> 'chat_id', update_id, body, state, tries, received, settled
    FROM old_updates WHERE settled IS NULL;
INSERT INTO calls
    SELECT chat_id, update_id, position, old_calls.body, old_calls.state, message_id, uncertain
    FROM old_calls JOIN updates USING (update_id);
DROP TABLE old_calls;
DROP TABLE old_updates;
"""  # noqa: S608  # ours
_VERSION: Final = 1


def prepare(database: sqlite3.Connection) -> None:
    """Make the tables, out of those of an earlier version where there are any."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == 0:
        is_old = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'updates'").fetchone()
        tables = _WITHOUT_CHATS if is_old else _TABLES
        database.executescript(f"BEGIN;{tables}PRAGMA user_version={_VERSION};COMMIT;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an update has got.

    Attributes:
        received: When it arrived, in seconds since 1970.
        calls: Calls that remain to be made, by position; None if it is not answered yet.
    """

    received: float
    calls: Mapping[int, Outgoing] | None


def add(database: sqlite3.Connection, incoming: Incoming) -> bool:
    """Store an update; return whether it is new."""
    row = (*incoming.key, json.dumps(asdict(incoming)), time.time())
    statement = (
        "INSERT OR IGNORE INTO updates (chat_id, update_id, body, received) VALUES (?, ?, ?, ?)"
    )
    return database.execute(statement, row).rowcount > 0


def unsettled(database: sqlite3.Connection) -> list[Incoming]:
    """Return the updates that are neither done nor dropped, by update id.

    Chats with an update that was tried come last: else the same few would be tried at each of many
    kills in a row, and be taken for what ends the process.

    The next call of each may have been made when the process ended: it is marked uncertain.
    """
    database.execute(
        "UPDATE calls SET uncertain = uncertain + 1 WHERE (chat_id, update_id, position) IN ("
        " SELECT chat_id, update_id, min(position)"
        " FROM calls JOIN updates USING (chat_id, update_id)"
        " WHERE calls.state = 'waiting' AND updates.state = 'answered'"
        " GROUP BY chat_id, update_id)"
    )
    return _unsettled(database)


def _unsettled(database: sqlite3.Connection) -> list[Incoming]:
    """Return the same without marking calls."""
    rows = database.execute(
        "SELECT body FROM updates WHERE state IN ('waiting', 'answered')"
        " ORDER BY body ->> 'kind' <> 'moved',"  # what was said since belongs to the old lane
        " max(tries * (state = 'waiting')) OVER (PARTITION BY chat_id), update_id"
    )
    return [_INCOMING.validate_json(body) for (body,) in rows]


def progress(database: sqlite3.Connection, key: Key) -> Progress:
    """Return how far an update has got."""
    state, received = database.execute(
        "SELECT state, received FROM updates WHERE (chat_id, update_id) = (?, ?)", key
    ).fetchone()
    if state == "waiting":
        return Progress(received=received, calls=None)
    rows = database.execute(
        "SELECT position, body FROM calls"
        " WHERE (chat_id, update_id) = (?, ?) AND state = 'waiting' ORDER BY position",
        key,
    )
    calls: dict[int, Outgoing] = {}
    for position, body in rows:
        name, fields = json.loads(body)
        calls[position] = _CALLS[name].validate_python(fields)
    return Progress(received=received, calls=calls)


def count_try(database: sqlite3.Connection, key: Key) -> int:
    """Count a try of an answer before it is made; return the number of tries, this one included."""
    row = database.execute(
        "UPDATE updates SET tries = tries + 1 WHERE (chat_id, update_id) = (?, ?) RETURNING tries",
        key,
    ).fetchone()
    return int(row[0])


def answer(database: sqlite3.Connection, key: Key, calls: Sequence[Outgoing]) -> None:
    """Store all calls that answer an update."""
    rows = [
        (*key, position, json.dumps([type(call).__name__, asdict(call)]))
        for position, call in enumerate(calls)
    ]
    database.executemany(
        "INSERT INTO calls (chat_id, update_id, position, body) VALUES (?, ?, ?, ?)", rows
    )
    database.execute(
        "UPDATE updates SET state = 'answered' WHERE (chat_id, update_id) = (?, ?)", key
    )


def mark_sent(
    database: sqlite3.Connection, key: Key, position: int, message_id: int | None
) -> None:
    """Mark a call as made, with the message it became, and erase its body."""
    database.execute(
        "UPDATE calls SET state = 'sent', body = '', message_id = ?"
        " WHERE (chat_id, update_id, position) = (?, ?, ?)",
        (message_id, *key, position),
    )


def mark_uncertain(database: sqlite3.Connection, key: Key, position: int) -> None:
    """Mark a call that may have been made although no answer to it came."""
    database.execute(
        "UPDATE calls SET uncertain = uncertain + 1"
        " WHERE (chat_id, update_id, position) = (?, ?, ?)",
        (*key, position),
    )


def settle(database: sqlite3.Connection, key: Key, *, state: str) -> None:
    """End an update as `done`, `dropped` or `superseded`; erase what was asked and answered."""
    database.execute(
        "UPDATE calls SET state = 'dropped', body = ''"
        " WHERE (chat_id, update_id) = (?, ?) AND state = 'waiting'",
        key,
    )
    database.execute(
        "UPDATE updates SET state = ?, body = '', settled = ? WHERE (chat_id, update_id) = (?, ?)",
        (state, time.time(), *key),
    )


def erase(database: sqlite3.Connection, before: int, *, chat_id: int | None, user_id: int) -> None:
    """Drop the unsettled updates of a chat, and of a person anywhere, that came before an update.

    Alerts too, whatever their number.

    Subtle: a task that handles one of them finds nothing left to send.
    """
    for update in _unsettled(database):
        is_before = update.update_id < before or update.kind is Kind.ALERT
        if is_before and (update.chat_id == chat_id or update.user_id == user_id):
            settle(database, update.key, state="dropped")


def expire(database: sqlite3.Connection, before: float) -> None:
    """Drop the updates that arrived before a time and are still unsettled."""
    rows = database.execute(
        "SELECT chat_id, update_id FROM updates WHERE settled IS NULL AND received < ?", (before,)
    )
    for key in rows.fetchall():
        settle(database, key, state="dropped")


def prune(database: sqlite3.Connection, before: float) -> int:
    """Delete the numbers of updates settled before a time; return how many."""
    return database.execute("DELETE FROM updates WHERE settled < ?", (before,)).rowcount


def move(database: sqlite3.Connection, moved_from: int, chat_id: int) -> None:
    """Keep that a chat is another now, for as long as lists of chats name the old one."""
    database.execute("INSERT OR REPLACE INTO moves VALUES (?, ?)", (moved_from, chat_id))


def moves(database: sqlite3.Connection) -> dict[int, int]:
    """Return the chats that are others now, by what they were."""
    return dict(database.execute("SELECT moved_from, chat_id FROM moves"))


def counts(database: sqlite3.Connection) -> dict[str, int]:
    """Count updates by state."""
    return dict(database.execute("SELECT state, count(*) FROM updates GROUP BY state"))
