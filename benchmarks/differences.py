"""Contradictions between quotes: share of planted ones reported, and reports on real pairs.

Planted: a sentence of real news that counts something, beside a copy in another article of the same
day from which a third of the words were removed, away from the number. In the copy the number is
another one (to be reported), the same in other digits, or rounded behind "about" (neither is to be
reported). Real: all sentences of two articles that share at least half of their words, whatever
their dates and with dates within three days of each other; reported pairs are printed to be read.

    python benchmarks/differences.py [--planted N]

Writes `benchmarks/results/differences.json`.
Does not: know which real pairs contradict each other; somebody has to read them.
"""

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from bot.answer.contradictions import differences
from bot.grounding.contradiction import different_numbers
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.times import find_times
from bot.types import Citation
from index import ArticleId, Moment, Span
from index.text import clean_text, parse_date, token_set
from index.text.sentences import sentences

ROOT = Path(__file__).resolve().parent.parent
NEWS = ROOT.parent / "shared" / "eval" / "news-fa.jsonl"
RESULT = ROOT / "benchmarks" / "results" / "differences.json"
TODAY = parse_date("2023-06-09")
_ABOUT = "حدود"
_TO_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_AROUND = 6
_COMMON = 60
_LEAST = 12
_WORDS = re.compile(r"\w+")
_DIGITS = re.compile(r"\d{2,6}")
_WORD_AFTER = re.compile(r" [^\W\d_]")


def main() -> None:
    """Plant, look at real pairs, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--planted", type=int, default=500, help="Sentences to plant in.")
    options = parser.parse_args()
    news = list(read_news())
    result = {"planted": planted(news, options.planted), "real": real(news)}
    RESULT.write_text(f"{json.dumps(result, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


def read_news() -> Iterator[tuple[int, Moment | None, str]]:
    """Yield article, date and text of each sentence."""
    with NEWS.open(encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            for span in sentences(row["text"], "fa"):
                text = span.cut(row["text"])
                if 25 < len(text) < 400:  # noqa: PLR2004  # neither titles nor whole reports
                    yield number, parse_date(row["date"]), text


def planted(news: Sequence[tuple[int, Moment | None, str]], n: int) -> dict[str, Any]:
    """Return how often each kind of copy is reported as differing."""
    rng = random.Random(0)  # noqa: S311  # no secret
    told: Counter[str] = Counter()
    asked = 0
    for _, _, text in rng.sample(list(news), len(news)):
        line = clean_text(text).text
        number = a_count(line)
        if number is None:
            continue
        asked += 1
        for kind, said in twins_of(number).items():
            pair = (quote(line, 1), quote(twin(line, number, said, rng), 2))
            told[kind] += bool(differences(pair))
        if asked == n:
            break
    return {"sentences": asked, "told to differ": {kind: told[kind] / asked for kind in KINDS}}


KINDS = ("another number", "the same in other digits", "about the same")


def a_count(line: str) -> Number | None:
    """Return the first whole number from 13 on that is in digits before a word, if any."""
    dates = [(one.start, one.end) for one in find_times(line)]
    fit = (
        one
        for one in find_numbers(line, apart=dates)
        if _DIGITS.fullmatch(line[one.start : one.end]) and _WORD_AFTER.match(line[one.end :])
    )
    return next((one for one in fit if min(one.readings) > _LEAST), None)


def twins_of(number: Number) -> dict[str, str]:
    """Return the replacement of the number in each copy."""
    value = int(min(number.readings))
    return {
        KINDS[0]: str(2 * value + 7),
        KINDS[1]: str(value).translate(_TO_PERSIAN),
        KINDS[2]: f"{_ABOUT} {round(value, 1 - len(str(value)))}",
    }


def twin(line: str, number: Number, said: str, rng: random.Random) -> str:
    """Return a sentence with another number and without a third of the words far from it.

    Words of its other numbers stay.
    """
    before, after = line[: number.start].split(), line[number.end :].split()
    words = (*before, *after)
    counted = {word for one in find_numbers(line) for word in line[one.start : one.end].split()}
    far = [
        at
        for at, word in enumerate(words)
        if abs(at - len(before)) > _AROUND and counted.isdisjoint(_WORDS.findall(word))
    ]
    lost = set(rng.sample(far, len(far) // 3))
    head = (word for at, word in enumerate(before) if at not in lost)
    tail = (word for at, word in enumerate(after, start=len(before)) if at not in lost)
    return " ".join((*head, said, *tail))


def quote(text: str, number: int, published: Moment | None = TODAY) -> Citation:
    """Return a sentence as the quote of an article."""
    return Citation(
        number=number,
        article_id=ArticleId(str(number)),
        headline="",
        source="",
        via="",
        published=published,
        url="",
        span=Span(0, len(text)),
        quote=text,
        score=1.0,
    )


def real(news: Sequence[tuple[int, Moment | None, str]]) -> dict[str, Any]:
    """Return how many pairs of sentences are similar, and those reported as differing."""
    words = [frozenset(w for w in token_set(text) if not w[0].isdigit()) for _, _, text in news]
    alike = [
        (news[one], news[other])
        for one, other in near(words)
        if news[one][0] != news[other][0]
        and 2 * len(words[one] & words[other]) >= min(len(words[one]), len(words[other]))
    ]
    any_date = [pair for pair in alike if differences([quote(pair[0][2], 1), quote(pair[1][2], 2)])]
    dated = [
        pair
        for pair in alike
        if differences([quote(text, at, when) for at, (_, when, text) in enumerate(pair, start=1)])
    ]
    together = sum(is_together(one[1], other[1]) for one, other in alike)
    for one, other in any_date:
        print(different_numbers(one[2], other[2]), one[1:], other[1:], sep="\n  ")
    return {
        "pairs that share half of their words": len(alike),
        "of these dated within three days": together,
        "told to differ, dates left aside": len(any_date),
        "told to differ": len(dated),
    }


def is_together(one: Moment | None, other: Moment | None) -> bool:
    """Tell whether two articles are known to be of the same days."""
    return bool(one and other) and abs(one.at - other.at) <= timedelta(days=3)


def near(words: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Return pairs of sentences that share two words that are not common."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for at, held in enumerate(words):
        for word in held:
            holders[word].append(at)
    rows = (rows for rows in holders.values() if len(rows) <= _COMMON)
    shared = Counter(pair for found in rows for pair in combinations(found, 2))
    return [pair for pair, count in shared.items() if count > 1]


if __name__ == "__main__":
    main()
