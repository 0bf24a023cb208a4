"""Tests of the measures."""

import math
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.evaluation import (
    Ranked,
    auroc,
    folded,
    holds_answer,
    paired_interval,
    percentiles,
    rank_measures,
    share_at_least,
    threshold_at,
    token_f1,
)

ARTICLES = [f"a{n}" for n in range(15)]


def test_measures_of_one_ranking() -> None:
    """Gains of nDCG are linear, recall counts all relevant, the reciprocal rank the first."""
    qrels = {"q": {"a": 2, "b": 1, "c": 1, "d": 0}}
    found = rank_measures(qrels, {"q": ["d", "a", "x", "b"]})["q"]

    ideal = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    ours = 2 / math.log2(3) + 1 / math.log2(5)
    assert found == Ranked(
        ndcg=pytest.approx(ours / ideal), recall=pytest.approx(2 / 3), mrr=0.5, hit=0.0
    )


def test_what_ranks_below_the_tenth_is_not_seen() -> None:
    """An article at rank ten counts, one at rank eleven does not."""
    run = {"in": ARTICLES[:10], "out": ARTICLES[:11]}
    found = rank_measures({"in": {"a9": 1}, "out": {"a10": 1}}, run)

    assert (found["in"].recall, found["in"].mrr) == (1.0, pytest.approx(0.1))
    assert found["out"] == Ranked(ndcg=0.0, recall=0.0, mrr=0.0, hit=0.0)


def test_questions_without_ranking_count_and_without_judgement_do_not() -> None:
    """A question that found nothing is 0; one with nothing relevant is not measured."""
    found = rank_measures({"none": {"a": 1}, "empty": {"a": 1}, "zero": {"a": 0}}, {"empty": []})

    assert set(found) == {"none", "empty"}
    assert {one.ndcg for one in found.values()} == {0.0}
    assert rank_measures({"zero": {"a": 0}}, {"zero": ["a"]}) == {}


@given(
    st.dictionaries(st.sampled_from(ARTICLES), st.integers(0, 3), min_size=1),
    st.permutations(ARTICLES),
)
def test_measures_agree_with_their_definitions(grades: dict[str, int], ranking: list[str]) -> None:
    """For any grades and order the measures are those of the textbook, ties or not."""
    found = rank_measures({"q": grades}, {"q": ranking})
    relevant = {article for article, grade in grades.items() if grade > 0}
    if not relevant:
        assert found == {}
        return
    top = ranking[:10]
    discounts = [1 / math.log2(rank + 1) for rank in range(1, 11)]
    best = sorted(grades.values(), reverse=True)[:10]
    gain = sum(d * grades.get(one, 0) for d, one in zip(discounts, top, strict=True))
    ideal = sum(d * grade for d, grade in zip(discounts, best, strict=False))
    first = next((rank for rank, one in enumerate(top, start=1) if one in relevant), None)
    assert found["q"] == Ranked(
        ndcg=pytest.approx(gain / ideal),
        recall=pytest.approx(len(relevant & set(top)) / len(relevant)),
        mrr=pytest.approx(1 / first if first else 0.0),
        hit=float(top[0] in relevant),
    )


@pytest.mark.parametrize(
    ("quote", "answer"),
    [
        ("این «همکاری دفاعی بی‌سابقه» است.", "همکاري دفاعي بیسابقه"),
        ("به‌نظر می‌رسد", "به نظر می رسد"),
        ("در ۱۳۹۵ برگزار شد", "1395"),
        ("in ٢٠١٦, it was", "2016"),
        ("پایتخت آن مَدریـد است", "مادرید".replace("ا", "", 1)),
        ("The Café Society, (1939)", "cafe society 1939"),
        ("أمريكا", "امریکا"),
    ],
)
def test_an_answer_is_found_in_another_spelling(quote: str, answer: str) -> None:
    """Letter forms, joiners, marks, digits, case, punctuation and white space do not matter."""
    assert holds_answer([quote], [answer])


@pytest.mark.parametrize(
    ("quote", "answer"),
    [
        ("in 1945", "45"),
        ("in 1945", "5"),
        ("سال ۱۳۹۵", "139"),
        ("Madrid", "Barcelona"),
        ("anything", "..."),
        ("anything", ""),
    ],
)
def test_an_answer_that_is_not_there_is_not_found(quote: str, answer: str) -> None:
    """Other words, parts of numbers and answers without letters are not found."""
    assert not holds_answer([quote], [answer])


def test_an_answer_stands_in_one_quote() -> None:
    """Any answer will do, but no answer is put together from two quotes."""
    assert holds_answer(["one", "two"], ["three", "two"])
    assert not holds_answer(["on", "e"], ["one"])
    assert not holds_answer([], ["one"])
    assert not holds_answer(["one"], [])


@given(st.text())
@example("ئ")
def test_folding_is_idempotent(text: str) -> None:
    """What was folded stays as it is."""
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("در سال ۱۳۹۵ بود", ["سال 1395"], 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("a b", ["c", "B, a!"], 1.0),
        ("a a", ["a"], 2 / 3),
        ("a", ["b"], 0.0),
        ("", [""], 0.0),
        ("a", [], 0.0),
    ],
)
def test_token_f1(text: str, answers: list[str], expected: float) -> None:
    """Words are folded and counted as often as they stand; the answer that fits best counts."""
    assert token_f1(text, answers) == pytest.approx(expected)


scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=20)


@given(scores, scores)
def test_auroc_counts_pairs(positive: list[float], negative: list[float]) -> None:
    """The area is the share of pairs in the right order, ties half."""
    pairs = list(product(positive, negative))
    right = sum((p > n) + (p == n) / 2 for p, n in pairs)
    assert auroc(positive, negative) == pytest.approx(right / len(pairs))
    assert auroc(positive, []) is None
    assert auroc([], negative) is None


@given(scores, st.sampled_from([0.05, 0.5, 0.9, 0.95, 1.0]))
def test_threshold_keeps_the_rate(positive: list[float], rate: float) -> None:
    """The threshold keeps at least the rate, and no higher score of them does."""
    threshold = threshold_at(positive, rate)
    kept = share_at_least(positive, threshold)
    assert kept is not None
    assert kept >= rate - 1e-9
    for higher in {one for one in positive if one > threshold}:
        fewer = share_at_least(positive, higher)
        assert fewer is not None
        assert fewer < rate


def test_no_scores_have_no_share() -> None:
    """Of nothing there is no share and no percentile."""
    assert share_at_least([], 0.5) is None
    assert percentiles([]) == {}
    assert percentiles([1.0, 2.0, 3.0]) == {"p50": 2.0, "p95": 2.9, "p99": 2.98}


def test_interval_of_a_paired_difference() -> None:
    """A constant gain has no width; a noisy one about that of the normal theory; seeds repeat."""
    assert paired_interval([0.6, 0.8], [0.5, 0.7]) == pytest.approx((0.1, 0.1, 0.1))

    first = [float(n % 2) for n in range(400)]
    mean, low, high = paired_interval(first, [0.0] * 400)
    half = 1.96 * 0.5 / math.sqrt(400)
    assert mean == 0.5
    assert (mean - low, high - mean) == (pytest.approx(half, rel=0.1), pytest.approx(half, rel=0.1))
    assert paired_interval(first, [0.0] * 400) == (mean, low, high)
