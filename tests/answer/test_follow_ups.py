"""Follow-ups asked with what the conversation added to them and without."""

import pytest

from bot.answer.answerer import Answerer, merged
from bot.question.followup import resolve_by_rule
from bot.question.question import read_question
from bot.types import Answer
from index import Retriever, Snapshot, VectorSpace
from index.encoders import Encoder

BRIDGE = "When did work on the Northern Bridge begin?"
TRAIN = "در حادثه قطار سمنان چند نفر مجروح شدند؟"


@pytest.fixture(scope="module")
def retriever(dated: Snapshot, encoder: Encoder) -> Retriever:
    """Search the archive of these tests."""
    return Retriever(dated, encoder, space=VectorSpace(encoder.identity))


@pytest.mark.parametrize(
    ("first", "second", "article"),
    [
        (BRIDGE, "And why did it become dearer?", "bridge"),
        (BRIDGE, "And where did chess players meet?", "chess"),
        (TRAIN, "و علت آن چیست؟", "train"),
        (TRAIN, "و ذخیره آب سد کرج چقدر است؟", "dam"),
    ],
)
def test_a_follow_up_may_stay_or_turn(
    first: str, second: str, article: str, answerer: Answerer
) -> None:
    """A follow-up is answered from what the first was about, a new topic from its own article."""
    resolved = resolve_by_rule(second, [first])
    answer = answerer.answer(read_question(resolved.text, typed=second))

    assert resolved.was_resolved
    assert isinstance(answer, Answer)
    assert answer.citations[0].article_id.startswith(article)


def test_asking_twice_the_same_changes_nothing(retriever: Retriever) -> None:
    """Both ways alike give what one way gives."""
    found = retriever.retrieve("What does the northern bridge cost?", language="en")

    assert merged(found, found) == found


def test_scores_of_both_ways_are_added(retriever: Retriever) -> None:
    """Each passage has the mean of its two scores, the least found where one way missed it."""
    one = retriever.retrieve("What does the northern bridge cost?", language="en", k=4)
    other = retriever.retrieve("Where did chess players meet?", language="en", k=4)
    both = merged(one, other)

    scores = [{hit.passage.id: hit.score for hit in found.hits} for found in (one, other)]
    assert [hit.rank for hit in both.hits] == [1, 2, 3, 4]
    for hit in both.hits:
        wanted = sum(found.get(hit.passage.id, min(found.values())) for found in scores) / 2
        assert hit.score == pytest.approx(wanted)
    ordered = [hit.score for hit in both.hits]
    assert ordered == sorted(ordered, reverse=True)
    assert both.vector is one.vector


def test_words_that_were_added_do_not_change_the_language(answerer: Answerer) -> None:
    """The question's own words say its language, whatever was added to them."""
    seen = answerer.consider(
        read_question("How many were injured? (حادثه قطار سمنان)", typed="How many were injured?")
    )

    assert seen.language == "en"
