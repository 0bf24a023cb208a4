"""Reading: question and sentences read together by a network trained to tell answers.

Cosines and words say that a sentence is about what was asked; only reading both together tells
whether it answers. It costs some 20 ms of processor a window, so only the best sentences are read,
each with as many of its neighbours as a window takes.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from index import Hit, Reader, Span, Window
from index.arrays import Scores

_WINDOWS: Final = 4
"""Windows read; six put no answer first that four do not, two lose a fifth of the gain across
languages."""
_CHARS: Final = 240
"""Characters of a window, about 60 tokens; a single sentence may be longer."""


class Read(NamedTuple):
    """What was read of sentences, higher is better; one not read has the least of those read.

    Attributes:
        spans: How likely the answer stands in each, shape (n,).
        answers: Logit that the window around each answers, shape (n,).
    """

    spans: Scores
    answers: Scores


def read_best(
    question: str, places: Sequence[tuple[Hit, Span]], scores: Scores, reader: Reader
) -> Read:
    """Read the best sentences with their neighbours.

    Args:
        question: As it is searched.
        places: Sentences of passages, those of a passage together and in their order; at least one.
        scores: How good each seems before, shape (n,).
        reader: What reads.

    Raises:
        EncoderError: If the reader fails.
    """
    texts = [span.cut(hit.article.text) for hit, span in places]
    runs: list[range] = []
    for row in map(int, np.argsort(-scores, kind="stable")):
        if len(runs) == _WINDOWS:
            break
        if not any(row in run for run in runs):
            runs.append(_around(row, places, texts))
    windows = [
        Window(places[run[0]][0].article.headline, tuple(texts[run.start : run.stop]))
        for run in runs
    ]
    readings = reader.read(question, windows)
    spans = np.full(len(places), -np.inf, np.float32)
    answers = np.full(len(places), -np.inf, np.float32)
    for run, reading in zip(runs, readings, strict=True):
        rows = slice(run.start, run.stop)
        spans[rows] = np.maximum(spans[rows], reading.sentences)
        answers[rows] = np.maximum(answers[rows], reading.answers)
    for values in (spans, answers):
        known = np.isfinite(values)
        values[~known] = values[known].min() if known.any() else 0.0
    return Read(spans, answers)


def _around(row: int, places: Sequence[tuple[Hit, Span]], texts: Sequence[str]) -> range:
    """Return the sentences of one passage around a sentence that a window takes."""
    first, end, size = row, row + 1, len(texts[row])
    hit = places[row][0]

    def fits(other: int) -> bool:
        return (
            0 <= other < len(places)
            and places[other][0] is hit
            and size + len(texts[other]) <= _CHARS
        )

    while True:
        if fits(end):
            size += len(texts[end])
            end += 1
        elif fits(first - 1):
            first -= 1
            size += len(texts[first])
        else:
            return range(first, end)
