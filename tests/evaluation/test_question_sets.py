"""Tests of reading question sets."""

from pathlib import Path

import pytest

from index import CorpusError, QuestionSetError, Span
from index.evaluation import (
    Form,
    JudgedQuestion,
    evenly,
    form_of,
    join_corpora,
    read_asked_questions,
    read_dialogues,
    read_question_set,
    read_questions,
)

_EVAL = Path(__file__).parents[3] / "shared" / "eval"


def test_a_set_is_read_whole(folder: Path) -> None:
    """Questions keep their order; judgements and relations are by question; folders name sets."""
    found = read_question_set(
        folder / "queries.jsonl", folder / "qrels.tsv", folder / "related.tsv"
    )

    assert found.name == "seed-set"
    assert [one.id for one in found.questions] == ["en-1", "fa-1", "fa-2", "fa-3"]
    assert [one.is_answerable for one in found.questions] == [True, True, False, False]
    assert found.qrels["fa-1"] == {"again": 1}
    assert set(found.related) == {"fa-2"}
    assert found.record_ids == {"again", *found.qrels["en-1"], *found.related["fa-2"]}


def test_what_a_question_leaves_out(tmp_path: Path) -> None:
    """A question without language is "und", without `answerable` it has an answer."""
    path = tmp_path / "queries.jsonl"
    path.write_text('\ufeff{"id": "q", "text": "a\u2028b?"}\r\n\n', encoding="utf-8")

    assert read_questions(path) == (
        JudgedQuestion(id="q", language="und", text="a\u2028b?", answers=(), is_answerable=True),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "x", "text": ', "queries.jsonl:5: expected a JSON object, but"),
        ("[]", "queries.jsonl:5: expected a JSON object, got list"),
        ('{"text": "?"}', "queries.jsonl:5: expected a text under 'id', got None"),
        ('{"id": "x", "text": " "}', "queries.jsonl:5: expected a text under 'text', got ' '"),
        ('{"id": "x", "text": "?", "answers": "a"}', "queries.jsonl:5: expected a list"),
        ('{"id": "en-1", "text": "?"}', "queries.jsonl:5: expected each id once, 'en-1'"),
    ],
)
def test_a_broken_question_is_named(folder: Path, line: str, message: str) -> None:
    """An unusable line of questions is an error that names file and line."""
    with (folder / "queries.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)

    with pytest.raises(QuestionSetError) as caught:
        read_questions(folder / "queries.jsonl")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("en-1\tp0", "qrels.tsv:4: expected 3 columns (id, id, relevance)"),
        ("en-1\tp0\thigh", "qrels.tsv:4: expected a whole number, got 'high'"),
        ("nobody\tp0\t1", "qrels.tsv:4: expected the id of a question, got 'nobody'"),
    ],
)
def test_a_broken_judgement_is_named(folder: Path, line: str, message: str) -> None:
    """An unusable judgement is an error that names file and line."""
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}")

    with pytest.raises(QuestionSetError) as caught:
        read_question_set(folder / "queries.jsonl", folder / "qrels.tsv")
    assert message in str(caught.value)


def test_the_form_is_told_by_the_file(folder: Path) -> None:
    """Turns make a dialogue, a kind a question with a pattern; an empty file is an error."""
    assert form_of(folder / "queries.jsonl") is Form.JUDGED
    assert form_of(folder / "questions.jsonl") is Form.ASKED
    assert form_of(folder / "dialogues.jsonl") is Form.DIALOGUES
    (folder / "queries.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(QuestionSetError, match="holds none"):
        form_of(folder / "queries.jsonl")


def test_questions_with_patterns(folder: Path) -> None:
    """A question has a kind, and a pattern where it has an answer."""
    plain, *_, signs = read_asked_questions(folder / "questions.jsonl")

    assert (plain.id, plain.language, plain.kind) == ("plain", "en", "answerable")
    assert plain.pattern is not None
    assert plain.pattern.search("the Sukhoi jets")
    assert (signs.text, signs.language, signs.pattern) == ("?!", "und", None)


def test_dialogues(folder: Path) -> None:
    """A dialogue holds its article, and the places of its answers there."""
    anvar, lola = read_dialogues(folder / "dialogues.jsonl")

    assert lola.title == "lola opens a bakery"
    assert [turn.question for turn in anvar.turns][1:] == ["and when was it?"]
    assert [turn.rewritten for turn in anvar.turns][1:] == ["When did Anvar Karimov open a bakery?"]
    (place,) = anvar.turns[1].answers
    assert place.cut(anvar.text) == "in the year 2012"
    assert [turn.answers for turn in lola.turns] == [()]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "x", "text": "?"}', "questions.jsonl:6: expected a text under 'kind', got None"),
        (
            '{"id": "x", "kind": "k", "text": "?", "answer": "(a"}',
            "questions.jsonl:6: expected a regular expression under 'answer', got '(a'",
        ),
        (
            '{"id": "x", "kind": "k", "text": "?", "answer": ["a"]}',
            "questions.jsonl:6: expected a regular expression under 'answer', got ['a']",
        ),
        ('{"id": "bread", "kind": "k", "text": "?"}', "questions.jsonl:6: expected each id once"),
    ],
)
def test_a_broken_question_with_a_pattern_is_named(folder: Path, line: str, message: str) -> None:
    """An unusable line is an error that names file and line."""
    with (folder / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)

    with pytest.raises(QuestionSetError) as caught:
        read_asked_questions(folder / "questions.jsonl")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        ("7", "dialogues.jsonl:1, turn 1: expected a JSON object, got 7"),
        ('{"question": "?"}', "turn 1: expected a text under 'rewritten', got None"),
        (
            '{"question": "?", "rewritten": "?", "answers": [{"start": 0, "end": 9}]}',
            "turn 1: expected the 'start' and 'end' of an answer in 'text', got {",
        ),
        ('{"question": "?", "rewritten": "?", "answers": [{"start": 2, "end": 1}]}', "'start' and"),
        ('{"question": "?", "rewritten": "?", "answers": [[0, 1]]}', "'start' and"),
        (
            '{"question": "?", "rewritten": "?", "answers": [{"start": 0, "end": 1, "text": "b"}]}',
            "'start' and 'end' of an answer in 'text', got {'start': 0, 'end': 1, 'text': 'b'}",
        ),
    ],
)
def test_a_broken_turn_is_named(tmp_path: Path, turn: str, message: str) -> None:
    """An unusable turn, or an answer that is not at its place, names file, line and turn."""
    path = tmp_path / "dialogues.jsonl"
    path.write_text(
        f'{{"id": "d", "title": "t", "text": "abc", "turns": [{turn}]}}', encoding="utf-8"
    )

    with pytest.raises(QuestionSetError) as caught:
        read_dialogues(path)
    assert message in str(caught.value)


def test_an_answer_needs_no_copy_of_its_text(tmp_path: Path) -> None:
    """The place of an answer is enough, up to the end of the text."""
    path = tmp_path / "dialogues.jsonl"
    turn = '{"question": "?", "rewritten": "?", "answers": [{"start": 1, "end": 3}]}'
    path.write_text(
        f'{{"id": "d", "title": "t", "text": "abc", "turns": [{turn}]}}', encoding="utf-8"
    )

    assert read_dialogues(path)[0].turns[0].answers == (Span(1, 3),)


@pytest.mark.skipif(not _EVAL.exists(), reason="needs ../shared/eval")
def test_the_sets_beside_are_read() -> None:
    """Every question of the sets made by others is read, in the form that it has."""
    asked, held = _EVAL / "asked" / "questions.jsonl", _EVAL / "pcoqa" / "dialogues.jsonl"

    assert (form_of(asked), form_of(held)) == (Form.ASKED, Form.DIALOGUES)
    assert form_of(_EVAL / "nomiracl-fa" / "queries.jsonl") is Form.JUDGED
    assert len(read_asked_questions(asked)) == asked.read_text("utf-8").count("\n")
    dialogues = read_dialogues(held)
    assert len(dialogues) == held.read_text("utf-8").count("\n")
    assert all(dialogue.turns for dialogue in dialogues)


def test_files_that_cannot_be_read(folder: Path) -> None:
    """A missing file, one that is not UTF-8 and one without questions are errors of their own."""
    with pytest.raises(QuestionSetError, match=r"nowhere\.jsonl"):
        read_questions(folder / "nowhere.jsonl")
    (folder / "queries.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(QuestionSetError, match="UTF-8"):
        read_questions(folder / "queries.jsonl")
    (folder / "queries.jsonl").write_bytes(b"\n")
    with pytest.raises(QuestionSetError, match="holds none"):
        read_questions(folder / "queries.jsonl")


def test_a_limit_is_spread_over_the_file(folder: Path) -> None:
    """A limited set asks questions from all parts of the file, in order."""
    found = read_question_set(folder / "queries.jsonl", folder / "qrels.tsv", limit=2)

    assert [one.id for one in found.questions] == ["en-1", "fa-2"]
    assert evenly(found.questions, 9) == found.questions


def test_several_corpora_read_as_one(tmp_path: Path) -> None:
    """Files and folders are joined in the order given, the same place for the same paths."""
    (tmp_path / "b").mkdir()
    for name in ("a.jsonl", "b/1.jsonl", "b/2.jsonl"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    corpora = [tmp_path / "b", tmp_path / "a.jsonl"]
    joined = join_corpora(corpora, tmp_path / "joined")

    texts = [path.read_text(encoding="utf-8") for path in sorted(joined.iterdir())]
    assert texts == ["b/1.jsonl", "b/2.jsonl", "a.jsonl"]
    assert join_corpora(corpora, tmp_path / "joined") == joined
    (tmp_path / "b/2.jsonl").rename(tmp_path / "b/3.jsonl")
    changed = sorted(join_corpora(corpora, tmp_path / "joined").iterdir())
    assert [path.name for path in changed] == ["000-1.jsonl", "000-3.jsonl", "001-a.jsonl"]
    assert join_corpora(corpora[:1], tmp_path / "joined") == corpora[0]
    with pytest.raises(CorpusError):
        join_corpora([*corpora, tmp_path / "nowhere"], tmp_path / "joined")
