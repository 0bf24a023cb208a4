"""Daily budget of a model's tokens, counted in a file that all processes share.

A day is one of UTC. Answers under way when the budget ends are finished, so a day may use as many
answers more as are asked at the same time.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from filelock import FileLock

from bot.llm.types import Unwritten
from bot.types import Unworded

_now: Final = partial(datetime.now, UTC)


class DailyBudget:
    """Counts tokens; safe for many threads and processes."""

    def __init__(
        self, file: Path, tokens_per_day: int, *, clock: Callable[[], datetime] = _now
    ) -> None:
        """Count in `file`, which need not exist, up to `tokens_per_day`."""
        self._file = file
        self._limit = tokens_per_day
        self._clock = clock

    def check(self) -> None:
        """Refuse where today's tokens are used up.

        Raises:
            Unwritten: Likewise where they cannot be counted.
        """
        used = self._change(0)
        if used >= self._limit:
            raise Unwritten(Unworded.OVER_BUDGET, f"{used} of {self._limit} tokens used today")

    def spend(self, tokens: int) -> None:
        """Count tokens as used.

        Raises:
            Unwritten: If they cannot be counted.
        """
        self._change(tokens)

    def _change(self, more: int) -> int:
        """Return the tokens used today, `more` among them."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock"):
                today = self._clock().astimezone(UTC).date().isoformat()
                used = more
                # A file of another day, or broken by a crash, counts as empty.
                with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
                    stored = json.loads(self._file.read_bytes())
                    used += int(stored["tokens"]) if stored["day"] == today else 0
                if more:
                    fresh = self._file.with_name(f"{self._file.name}.new")
                    fresh.write_text(json.dumps({"day": today, "tokens": used}), encoding="utf-8")
                    fresh.replace(self._file)
        except OSError as error:
            detail = f"{self._file} cannot be used: {error.strerror}"
            raise Unwritten(Unworded.OVER_BUDGET, detail) from error
        return used
