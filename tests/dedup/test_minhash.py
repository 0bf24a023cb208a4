"""Signatures of articles: spellings, edits, short texts, and how good the estimates are."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dedup.minhash import (
    N_PERMUTATIONS,
    Signature,
    buckets_of,
    find_wording,
    is_same_report,
    shingles,
    signature_of,
    similarities,
)
from index.text.clean import clean
from index.types import Article, ArticleId, Span

NUMBERS = [
    "دو",
    "سه",
    "چهار",
    "پنج",
    "شش",
    "هفت",
    "هشت",
    "نه",
    "ده",
    "یازده",
    "دوازده",
    "سیزده",
    "چهارده",
    "پانزده",
]


def words(rng: random.Random, count: int) -> list[str]:
    """Return made-up words."""
    return ["".join(rng.choices("بپتجدرزسشفقکگلمن", k=6)) for _ in range(count)]


def signed(text: str) -> Signature:
    """Return the signature of a text that is long enough."""
    signature = signature_of(text)
    assert signature is not None
    return signature


def similarity(one: str, other: str) -> float:
    """Return the estimated similarity of two texts."""
    return float(similarities(signed(one), [signed(other).values])[0])


def test_spellings_make_no_difference() -> None:
    """Arabic letters, digits of any script, joiners, signs and breaks change no signature."""
    persian = (
        "وزیر خارجهٔ ایران گفت ۲۵ کشتی می‌آیند و بی‌سابقه‌ترین جت‌های جنگی دیده شدند.\n"
        "یک مقام کاخ سفید ۱۲ روز پیش از همکاری دفاعی دو کشور سخن گفته بود."
    )
    respelt = (
        "وزير خارجه ايران گفت 25 كشتي می آيند و بي سابقه ترين جت های جنگي ديده شدند! "
        "يك مقام كاخ سفيد «12 روز» پيش از همكاري دفاعي دو كشور سخن گفته بود"
    )
    assert signed(persian).n_shingles > 10
    assert (signed(persian).values == signed(respelt).values).all()


def test_estimates_are_right_on_average_and_close() -> None:
    """Over 300 pairs of known similarity the mean error is under .01 and the spread under .05."""
    rng = random.Random(0)  # noqa: S311 - repeatable
    errors = []
    for _ in range(300):
        base, size = words(rng, 200), rng.randint(20, 180)
        one, other = " ".join(base), " ".join(base[:size] + words(rng, 200 - size))
        first, second = set(shingles(one).tolist()), set(shingles(other).tolist())
        errors.append(similarity(one, other) - len(first & second) / len(first | second))
    assert abs(np.mean(errors)) < 0.01
    assert np.std(errors) < 0.05


def test_like_texts_share_buckets_and_others_do_not() -> None:
    """A copy with a third of its words new shares buckets; another article shares none."""
    rng = random.Random(1)  # noqa: S311 - repeatable
    base = words(rng, 150)
    one = set(buckets_of(signed(" ".join(base))))
    copy = set(buckets_of(signed(" ".join(base[:100] + words(rng, 50)))))
    other = set(buckets_of(signed(" ".join(words(rng, 150)))))
    assert one & copy
    assert not one & other


def test_keys_are_those_of_the_index_written_before() -> None:
    """The keys of a known text are fixed: another release of the library must not change them."""
    keys = buckets_of(signed(" ".join(NUMBERS)))
    assert all(-(1 << 63) <= key < 1 << 63 for key in keys)
    assert keys[:2] == [4597239901014440032, 7631028927959326691]


def test_a_text_of_a_few_words_is_not_compared() -> None:
    """What many photo pages hold, and texts without words, have no signature."""
    for text in ("", "خبرگزاری فارس: ...", "؟!، «» ...", " ".join(NUMBERS[:6])):
        assert signature_of(text) is None
    assert signature_of(" ".join(NUMBERS[:7])) is not None


def test_prices_of_two_days_are_two_reports() -> None:
    """Short texts that differ in their numbers are not one report, a respelt one is."""
    monday = (
        "قیمت هر قطعه سکه تمام بهار آزادی طرح جدید امروز دوشنبه ۸ اردیبهشت به ۶ میلیون و ۴۶۰ هزار "
        "تومان رسید."
    )
    friday = (
        "قیمت هر قطعه سکه تمام بهار آزادی طرح جدید امروز چهارشنبه ۱۰ اردیبهشت به ۶ میلیون و ۵۰۰ "
        "هزار تومان رسید."
    )
    assert signed(monday).is_short
    assert not is_same_report(similarity(monday, friday), is_short=True, is_same_outlet=False)
    assert is_same_report(
        similarity(monday, monday.replace("ی", "ي")), is_short=True, is_same_outlet=False
    )


def test_background_that_an_outlet_repeats_is_no_copy() -> None:
    """Half a text in common makes one report of two outlets', and two reports of one outlet."""
    rng = random.Random(2)  # noqa: S311 - repeatable
    background = words(rng, 150)
    alike = similarity(" ".join(words(rng, 60) + background), " ".join(words(rng, 60) + background))
    assert is_same_report(alike, is_short=False, is_same_outlet=False)
    assert not is_same_report(alike, is_short=False, is_same_outlet=True)


@given(st.text(max_size=300))
def test_any_text_can_be_compared(text: str) -> None:
    """No text breaks a signature, and each is wholly like itself."""
    found = signature_of(text)
    if found is not None:
        assert found.values.shape == (N_PERMUTATIONS,)
        assert similarities(found, [found.values])[0] == 1.0
        assert len(buckets_of(found)) == len(set(buckets_of(found)))


BODY = "او گفت: «۲۵ كشتي مي‌آيند».\nبیست‌وپنج نفر رفتند."


@given(st.sampled_from(["25 کشتی می آیند", "کشتی می‌آیند", "نفر رفتند.", 'او گفت: "۲۵ کشتی']))
def test_wording_is_found_in_other_letters(quote: str) -> None:
    """A place is found whatever letters, digits, quotes and joiners either side uses."""
    article = Article(
        id=ArticleId("1"),
        headline="",
        text=f"head {BODY}",
        body=(Span(5, 5 + len(BODY)),),
        language="fa",
    )
    place = find_wording(article, quote)
    assert place is not None
    assert clean(place.cut(article.text)).text == clean(quote).text


@pytest.mark.parametrize(
    "quote", ["", " ", "شتی می‌آیند", "کشتی می‌آی", "رفتند نفر", "head", "۲۵ کشتی رفتند"]
)
def test_other_words_are_not_found(quote: str) -> None:
    """Parts of words, other words, other orders and what is no body are not found."""
    article = Article(
        id=ArticleId("1"),
        headline="",
        text=f"head {BODY}",
        body=(Span(5, 5 + len(BODY)),),
        language="fa",
    )
    assert find_wording(article, quote) is None
