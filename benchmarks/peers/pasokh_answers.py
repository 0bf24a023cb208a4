"""Pasokh itself, asked as its peers are: whole answers, quotes chosen and verified.

Usage: `warm QUESTIONS`; the settings are the environment's.
"""

import sys

from timing import warm

from bot import wire
from bot.question.question import read_question
from bot.records.write import record_of
from bot.settings import read_settings
from index import open_encoder


class Asking:
    """The opened archive."""

    def __init__(self) -> None:
        """Open it, and the encoder once more to be timed alone."""
        settings = read_settings()
        self._encoder = open_encoder(wire.encoder_config(settings))
        self._answerer = wire.open_answerer(settings)

    def encode(self, question: str) -> object:
        """Encode a question: float32 (1, dim)."""
        return self._encoder.encode_queries([question])

    def ask(self, question: str) -> list[str]:
        """Return the answer's text."""
        return [record_of(self._answerer.answer(read_question(question)))["answer"]]


if __name__ == "__main__":
    warm(Asking(), sys.argv[2])
