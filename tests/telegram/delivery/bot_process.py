"""The bot as a real process."""

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patience import scaled
from warm import WarmProcess


@dataclass
class Bot:
    """The bot as a process, its settings and all that it wrote."""

    command: list[str]
    environment: dict[str, str]
    output: Path
    process: subprocess.Popen[bytes] | WarmProcess | None = None

    def start(self, *, is_fork: bool = True, **settings: object) -> None:
        """Start it; settings as `telegram_rate_per_minute=3`."""
        given = {f"PASOKH_{name.upper()}": str(value) for name, value in settings.items()}
        self.environment |= given
        if is_fork:
            arguments = self.command[3:]  # after `python -m bot`
            self.process = WarmProcess(arguments, env=self.environment, stdout=self.output)
            return
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=output, stderr=output
            )

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(scaled(40))

    def ends(self) -> int:
        """Wait for it to end by itself and return its exit code."""
        assert self.process is not None
        return self.process.wait(scaled(60))

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def written(self) -> str:
        """Its log and everything else it wrote."""
        return self.output.read_text(encoding="utf-8")

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of its log, read."""
        return [json.loads(line) for line in self.written.splitlines() if line.startswith("{")]

    @property
    def memory(self) -> Path:
        """File of its conversations."""
        return Path(self.environment["PASOKH_DATA_DIR"], "telegram-memory-4242.db")

    @property
    def store(self) -> Path:
        """File of its queue."""
        return Path(self.environment["PASOKH_DATA_DIR"], "telegram-queue-4242.db")
