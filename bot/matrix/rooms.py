"""What the bot keeps of Matrix: how far it has read, and the last turns of each room and thread."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from bot.session.private_file import PrivateFile
from bot.session.turns import Turn
from index import EVERYTHING, Scope

_DAY_S: Final = 86_400
_TABLES: Final = """
CREATE TABLE read (user TEXT PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE talks (
  room TEXT, thread TEXT, at REAL NOT NULL, turns TEXT NOT NULL, scope TEXT NOT NULL,
  PRIMARY KEY (room, thread)
) WITHOUT ROWID;
CREATE TABLE answered (event TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_TURNS: Final = TypeAdapter(tuple[Turn, ...])
_SCOPE: Final = TypeAdapter(Scope)


class Place(NamedTuple):
    """Where something is said: a room, and the event that began its thread, empty for none."""

    room: str
    thread: str = ""


class Rooms(PrivateFile):
    """The file."""

    def __init__(
        self, path: Path, *, retention_days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Open or make the file at `path`.

        Raises:
            StorageError: If it cannot be opened or is no such file.
        """
        super().__init__(path, "conversations", {0: _TABLES, 1: ""}, wait_s=5.0)
        self._retention_s: Final = retention_days * _DAY_S
        self._clock = clock

    def token(self, user: str) -> str | None:
        """Return the sync token up to which everything said to a bot's user was answered."""
        rows = self._rows("SELECT token FROM read WHERE user = ?", user)
        return str(rows[0][0]) if rows else None

    def keep_token(self, user: str, token: str) -> None:
        """Keep it, and delete what was said too long ago."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO read VALUES (?, ?)", (user, token))
            db.execute("DELETE FROM talks WHERE at < ?", (self._clock() - self._retention_s,))
            db.execute("DELETE FROM answered")  # what came before the token comes no more

    def is_answered(self, event: str) -> bool:
        """Tell whether an event that came since the kept token was answered."""
        return bool(self._rows("SELECT 1 FROM answered WHERE event = ?", event))

    def talk(self, place: Place) -> tuple[tuple[Turn, ...], Scope]:
        """Return the turns of a place, newest first, and the part of the archive it asks."""
        query = "SELECT turns, scope FROM talks WHERE (room, thread) = (?, ?)"
        for turns, scope in self._rows(query, *place):
            return _TURNS.validate_json(turns), _SCOPE.validate_json(scope)
        return (), EVERYTHING

    def keep_talk(self, place: Place, turns: tuple[Turn, ...], scope: Scope, event: str) -> None:
        """Keep them, and that an event was answered."""
        kept = (_TURNS.dump_json(turns).decode(), _SCOPE.dump_json(scope).decode())
        with self._writing() as db:
            row = (*place, self._clock(), *kept)
            db.execute("INSERT OR REPLACE INTO talks VALUES (?, ?, ?, ?, ?)", row)
            db.execute("INSERT OR IGNORE INTO answered VALUES (?)", (event,))
