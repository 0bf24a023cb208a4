"""Training of the reader, on a few pairs of our own: same every time, resumable, exported whole."""

import pickle
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the sentence-transformers extra")

import torch
from e5_export import tokenizer_json
from tokenizers import Tokenizer

from index.encoders import BundledConfig, Window, open_reader
from index.encoders.e5 import reader as shipped
from training import export, train
from training.data import Exchange, Reading, comprehension, judged
from training.lexicon import build_lexicon, put
from training.network import Reader

pytestmark = pytest.mark.sentence_transformers

TEXT = (
    "The new bridge was opened on Monday. It is 340 metres long and carries two tracks. "
    "The mayor said that its builders had worked for two years. A choir sang at the quay."
)
ANSWERS = {
    "How long is the new bridge?": "340 metres",
    "When was the bridge opened?": "Monday",
    "How long did the builders work?": "two years",
    "What carries two tracks?": "It",
}
RANK = 2
NAMES = ("Aster", "Velden", "Corvo", "Dunmore", "Ellery")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Return the encoder's tokenizer with the places of tokens."""
    return Tokenizer.from_str(tokenizer_json())


def _rows() -> list[dict[str, object]]:
    rows = [
        {
            "source": "own",
            "lang": "en",
            "question": question,
            "title": "A bridge",
            "passage": TEXT,
            "answers": [{"text": answer, "start": TEXT.index(answer)}],
            "answerable": True,
        }
        for question, answer in ANSWERS.items()
    ]
    other = "A library was closed. It held 20,000 books on ships, and a film of the harbour."
    return [
        *rows,
        {
            **rows[0],
            "question": "How many books did the library hold?",
            "title": "A library",
            "passage": other,
            "answers": [{"text": "20,000", "start": other.index("20,000")}],
        },
    ]


def test_pairs_hold_the_answer_where_they_say(tokenizer: Tokenizer) -> None:
    """The tokens marked are those of the answer; a window that does not answer lacks it."""
    groups = list(comprehension(Reading(tokenizer, seed=1), _rows()))

    assert len(groups) == len(ANSWERS) + 1
    for group, answer in zip(groups, [*ANSWERS.values(), "20,000"], strict=True):
        told, *others = group.pairs
        assert answer in tokenizer.decode(told.ids[told.start : told.end + 1])
        assert told.answers
        assert others
        assert not any(one.answers for one in others)
        asked = _question(tokenizer, told.ids)
        same = [one for one in others if _question(tokenizer, one.ids) == asked]
        assert not any(answer in tokenizer.decode(one.ids) for one in same if len(answer) > 2)


def _question(tokenizer: Tokenizer, ids: list[int]) -> str:
    return tokenizer.decode(ids[: ids.index(tokenizer.token_to_id("</s>"))])


def test_a_question_is_asked_about_another() -> None:
    """A word or number of the window is exchanged for one that it has not; common words stay."""
    questions = [f"How long is the {name} bridge of {1800 + n}?" for n, name in enumerate(NAMES)]
    exchange = Exchange(questions)
    window = "The Velden bridge of 1801 is 340 metres long."

    random = Random(1)  # noqa: S311  # nothing is secret
    made = {exchange(questions[1], window, random) for _ in range(20)}

    assert len(made) > 5
    for text in made:
        assert text is not None
        assert text.startswith("How long is the ")
        assert text != questions[1]
        assert "Velden" not in text or "1801" not in text
    assert exchange("How long is it?", window, random) is None


def test_questions_are_put_into_english(tmp_path: Path) -> None:
    """Words of the two languages that mean the same are paired, what is left stays."""
    persian = "پل رودخانه شهردار زلزله دانشگاه بیمارستان قطار"
    english = "bridge river mayor earthquake university hospital train window sugar"
    lexicon = build_lexicon(
        [persian] * 2, [english] * 2, BundledConfig(cache_dir=tmp_path / "cache")
    )

    assert put(lexicon, "قطار بیمارستان چند متر است؟") == "train hospital how many متر is?"


def test_of_judged_passages_the_nearest_are_a_bag(tokenizer: Tokenizer) -> None:
    """Where one of ten passages answers and which is not known, windows of several are one bag."""
    passages = [{"title": "A bridge", "text": sentence} for sentence in TEXT.split(". ")]
    row = {"lang": "en", "question": "How long is the bridge?", "passages": passages}
    reading = Reading(tokenizer, seed=1)
    answered, not_answered = judged(
        reading, [{**row, "answerable": True}, {**row, "answerable": False}]
    )

    assert (answered.is_bag, not_answered.is_bag) == (True, False)
    assert len(answered.pairs) > 1
    assert not any(pair.answers for pair in not_answered.pairs)


def _train(monkeypatch: pytest.MonkeyPatch, pairs: Path, out: Path, most: int) -> Path:
    monkeypatch.setattr(
        sys,
        "argv",
        ["train", str(pairs), str(out), "--rank", str(RANK), "--frozen", "10", "--most", str(most)],
    )
    train.main()
    return max(out.glob("[0-9]*.pt"), key=lambda path: int(path.stem))


def test_a_training_is_repeatable_and_resumable_and_its_graph_says_the_same(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the same weights, also with a stop between; the 8-bit graph reads as torch does."""
    pairs = tmp_path / "pairs.pkl"
    groups = list(comprehension(Reading(tokenizer, seed=1), _rows()))
    pairs.write_bytes(pickle.dumps(groups))
    whole = _train(monkeypatch, pairs, tmp_path / "whole", 40)
    _train(monkeypatch, pairs, tmp_path / "parts", 12)
    parts = _train(monkeypatch, pairs, tmp_path / "parts", 40)

    one, other = (torch.load(path)["average"] for path in (whole, parts))
    assert whole.stem == parts.stem
    assert all(torch.equal(one[name], other[name]) for name in one)

    monkeypatch.setattr(export, "PARAMS", tmp_path)
    # The mean of the same weights twice is those weights.
    both = [str(whole), str(parts), "--shares", "0.25", "0.75"]
    monkeypatch.setattr(sys, "argv", ["export", str(pairs), *both, "--rank", str(RANK)])
    export.main()
    with np.load(tmp_path / shipped.ADDITIONS) as arrays:
        additions = {name: arrays[name].astype(np.float32) for name in arrays.files}
    monkeypatch.setattr(shipped, "_additions", lambda: additions)
    monkeypatch.setattr(shipped, "_digest", lambda: "test")
    question, sentences = "How long is the new bridge?", tuple(TEXT.split(". ")[:2])
    (read,) = open_reader(BundledConfig(cache_dir=tmp_path)).read(
        question, [Window("A bridge", sentences)]
    )
    network = Reader(RANK).eval()
    network.load_state_dict(one, strict=False)
    ids = [
        0,
        *tokenizer.encode(question, add_special_tokens=False).ids,
        2,
        2,
        *tokenizer.encode("A bridge", add_special_tokens=False).ids,
        2,
        *(
            token
            for text in sentences
            for token in tokenizer.encode(text, add_special_tokens=False).ids
        ),
        2,
    ]
    with torch.no_grad():
        answers, _ = network(torch.tensor([ids]), None)
    assert read.answers == pytest.approx(float(answers[0]), abs=0.3)
