"""The reader: what it says of windows, from the weights that ship."""

import math
from pathlib import Path

import pytest

from index.encoders import BundledConfig, Reader, Window, open_reader

HEADLINE = "افتتاح پل تازه در بندر"
ASKED = "پل تازه چند متر طول دارد؟"
TELLING = "طول این پل ۳۴۰ متر است."
BESIDE = "مردم شهر از افتتاح آن خوشحال شدند."
FURTHER = "شهردار گفت کار ساخت دو سال پیش آغاز شده بود."


@pytest.fixture(scope="session")
def reader(cache_dir: Path) -> Reader:
    """Return the reader, open."""
    return open_reader(BundledConfig(cache_dir=cache_dir / "encoder"))


def test_a_window_that_answers_counts_more_than_its_neighbours(reader: Reader) -> None:
    """The length asked for stands in one sentence: that window, and in it that sentence, lead."""
    both, without = reader.read(
        ASKED, [Window(HEADLINE, (BESIDE, TELLING)), Window(HEADLINE, (BESIDE, FURTHER))]
    )

    assert both.answers > without.answers
    assert both.sentences[1] > max(both.sentences[0], *without.sentences)


def test_another_question_reads_the_same_window_otherwise(reader: Reader) -> None:
    """Who rejoiced is told by the other sentence of the same window."""
    (read,) = reader.read("چه کسانی خوشحال شدند؟", [Window(HEADLINE, (BESIDE, TELLING))])

    assert read.sentences[0] > read.sentences[1]


def test_what_is_read_does_not_hang_on_what_is_read_with_it(reader: Reader) -> None:
    """A window gets the same numbers alone and among others of its length and of other lengths."""
    windows = [Window(HEADLINE, (BESIDE, TELLING)), Window("", (BESIDE,)), Window("", (FURTHER,))]
    together = reader.read(ASKED + " ", windows)
    alone = [reader.read(ASKED + "  ", [window])[0] for window in windows]

    for one, other in zip(together, alone, strict=True):
        assert one.answers == pytest.approx(other.answers, abs=1e-3)
        assert one.sentences == pytest.approx(other.sentences, abs=1e-3)


def test_of_a_long_window_the_end_is_not_read(reader: Reader) -> None:
    """Sentences beyond the bound get no number of their own, and nothing fails."""
    (read,) = reader.read(ASKED, [Window(HEADLINE, (*[FURTHER] * 40, TELLING))])

    assert math.isfinite(read.sentences[0])
    assert read.sentences[-1] == -math.inf


@pytest.mark.parametrize("question", ["", " ", "?" * 5000, "\ud800", "<s></s><mask>"])
def test_odd_questions_are_read(question: str, reader: Reader) -> None:
    """Whatever is asked, and with no sentence at all, numbers come back."""
    (read,) = reader.read(question, [Window("", ("",))])

    assert math.isfinite(read.answers)
    assert reader.read(question, []) == []
