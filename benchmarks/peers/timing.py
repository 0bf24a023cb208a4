"""Parts that all peers share: the corpus as texts, and timed questions to an open system."""

import json
import time
from pathlib import Path
from typing import Protocol


class Asked(Protocol):
    """An opened index of a peer."""

    def encode(self, question: str, /) -> object:
        """Encode a question."""
        ...

    def ask(self, question: str, /) -> list[str]:
        """Return what is found, as text."""
        ...


def texts_of(corpus: str) -> list[str]:
    """Return the text of every file in `corpus`, by name."""
    return [path.read_text(encoding="utf-8") for path in sorted(Path(corpus).glob("*.txt"))]


def paragraphs_of(corpus: str) -> list[str]:
    """Return every paragraph of every file in `corpus`."""
    return [
        paragraph
        for text in texts_of(corpus)
        for paragraph in text.split("\n\n")
        if paragraph.strip()
    ]


def warm(asked: Asked, questions: str) -> None:
    """Ask each line of the file `questions`; print the milliseconds of each as JSON.

    `total_ms` is from the text of the question to what is shown, `encode_ms` that of the encoder
    alone, measured apart. The first ten questions are not counted.
    """
    told: dict[str, list[float]] = {"total_ms": [], "encode_ms": []}
    for question in Path(questions).read_text(encoding="utf-8").splitlines():
        for name, step in (("encode_ms", asked.encode), ("total_ms", asked.ask)):
            started = time.perf_counter()
            step(question)
            told[name].append((time.perf_counter() - started) * 1e3)
    print(json.dumps({name: values[10:] for name, values in told.items()}))
