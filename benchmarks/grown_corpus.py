"""Synthetic articles made from real ones, any number: no two alike, with a realistic vocabulary.

An article is made from its number alone (so that a larger corpus begins with the smaller one):

1. A real article of ../shared/eval (news-fa, news-en, hamshahri-fa, each by its share) is drawn;
   it gives the number of sentences, the outlet and the headline; a day of 2003 to 2023 is drawn.
2. Three more of the same outlet and language are drawn. The n-th sentence is taken from the four
   in turn, from about the position that it has in the new article. So no two share many sentences.
3. In the headline and in each sentence every number is replaced by another of as many digits, and
   .3 of the words outside the commonest 300 by one drawn from the same language's running text
   without those 300: by the real distribution. The same word is replaced alike within an article.
4. So that the vocabulary goes on growing beyond that of the real articles, words outside the
   commonest are replaced by a new spelling, the first half of one drawn word and the last of
   another, at the rate of Heaps' law, V = K N^b: after N words of a language a next word is new
   with probability K b N^(b-1). K and b are fitted to the real articles of the language, in an
   order drawn once, by least squares of the logarithms at twelve lengths. Of these new words the
   share 1 - exp(-N / M) is made, M being the words of the real articles: the others are words of
   real sentences drawn for the first time. `words_of` tells how near that comes.

The articles make no sense: grammar is half right, and sentences do not follow from each other.
"""

import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.text.sentences import sentences

EVAL = Path(__file__).parent.parent.parent / "shared" / "eval"
SOURCES = {
    "news-fa": (EVAL / "news-fa.jsonl", "fa"),
    "news-en": (EVAL / "news-en.jsonl", "en"),
    "hamshahri-fa": (EVAL / "hamshahri-fa" / "corpus.jsonl", "fa"),
}
RECORDS_A_FILE = 1000
COMMON = 300
EXCHANGED = 0.3
DONORS = 3
FIRSTS = 3.0
"""The rate is of all words; a third of them are outside the commonest and not seen before in their
article."""
_DATES = ((2003, 2024), (1, 13), (1, 29))
_WORD = re.compile(r"[^\W_]+")
_HOST = re.compile(r"https?://[^/]+")


@dataclass(frozen=True)
class Heaps:
    """V = k N^b: distinct words among N."""

    k: float
    b: float

    def rate(self, n: float) -> float:
        """Return the share of new ones among the next words."""
        return self.k * self.b * n ** (self.b - 1)


@dataclass(frozen=True)
class _Tongue:
    """The words of one language: measured counts, and the running text without the commonest."""

    heaps: Heaps
    n_words: int
    common: frozenset[str]
    tail: Sequence[str]


@dataclass(frozen=True)
class _Source:
    """A real article of one outlet: its record and its sentences."""

    record: dict[str, str]
    group: str
    language: str
    sentences: Sequence[str]


class GrownCorpus:
    """Makes articles by number; everything real is read and counted once."""

    def __init__(self) -> None:
        """Read the real articles."""
        self.real = [one for name in SOURCES for one in _read(name)]
        self.groups: dict[str, list[_Source]] = {}
        for one in self.real:
            self.groups.setdefault(one.group, []).append(one)
        self.tongues = {
            tag: _tongue([one for one in self.real if one.language == tag]) for tag in ("fa", "en")
        }

    def article(self, number: int) -> dict[str, str]:
        """Return the record of an article."""
        rng = random.Random(number)  # noqa: S311  # a corpus, no secret
        frame = rng.choice(self.real)
        donors = [frame, *rng.choices(self.groups[frame.group], k=DONORS)]
        exchange = _Exchange(rng, self._tongue_at(frame.language, number), {})
        count = max(len(frame.sentences), 1)
        text = [
            exchange.applied(donor.sentences[at * len(donor.sentences) // count])
            for at in range(count)
            if (donor := donors[at % len(donors)]).sentences
        ]
        site = _HOST.match(frame.record.get("url", ""))
        return {
            "id": f"made-{number}",
            "title": exchange.applied(frame.record.get("title", "")),
            "date": "-".join(f"{rng.randrange(*edges):02}" for edges in _DATES),
            "url": f"{site[0]}/news/{9_000_000_000 + number}" if site else "",
            "text": "\n".join(" ".join(text[at : at + 3]) for at in range(0, len(text), 3)),
        }

    def _tongue_at(self, language: str, number: int) -> tuple[_Tongue, float]:
        """Return the words of a language and the rate of new ones at an article."""
        tongue = self.tongues[language]
        n = (number + 1) * tongue.n_words / len(self.real)  # its share of the articles before
        return tongue, tongue.heaps.rate(n) * (1 - math.exp(-n / tongue.n_words))


@dataclass(frozen=True)
class _Exchange:
    """Replacements for the words of one article."""

    rng: random.Random
    of: tuple[_Tongue, float]
    known: dict[str, str]

    def applied(self, text: str) -> str:
        """Replace words of a text."""
        return _WORD.sub(self._other, text)

    def _other(self, match: re.Match[str]) -> str:
        word = match[0]
        if word.isdecimal():
            return self._number(word)
        tongue, rate = self.of
        if word in tongue.common:
            return word
        if word not in self.known:
            drawn = self.rng.random()
            if drawn < FIRSTS * rate:
                one, two = self.rng.choices(tongue.tail, k=2)
                self.known[word] = one[: (len(one) + 1) // 2] + two[len(two) // 2 :]
            else:
                is_other = drawn < FIRSTS * rate + EXCHANGED
                self.known[word] = self.rng.choice(tongue.tail) if is_other else word
        return self.known[word]

    def _number(self, word: str) -> str:
        zero = ord(word[0]) - int(word[0])
        digits = [self.rng.randrange(1, 10), *(self.rng.randrange(10) for _ in word[1:])]
        return "".join(chr(zero + digit) for digit in digits)


def _read(name: str) -> Iterator[_Source]:
    path, language = SOURCES[name]
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        site = _HOST.match(record.get("url", ""))
        text = record["text"]
        cut = [span.cut(text) for span in sentences(text, language)]
        yield _Source(record, f"{name} {site[0] if site else ''}", language, cut)


def _tongue(sources: Sequence[_Source]) -> _Tongue:
    order = list(sources)
    random.Random(1).shuffle(order)  # noqa: S311  # a corpus, no secret
    running = [word for one in order for text in one.sentences for word in _words(text)]
    common = frozenset(word for word, _ in Counter(running).most_common(COMMON))
    return _Tongue(
        heaps=fit_heaps(running),
        n_words=len(running),
        common=common,
        tail=[word for word in running if word not in common],
    )


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isdecimal()]


def fit_heaps(words: Sequence[str]) -> Heaps:
    """Fit Heaps' law to running words by least squares of the logarithms."""
    marks = np.geomspace(len(words) / 100, len(words), 12).astype(int).tolist()
    seen: set[str] = set()
    counts, at = [], 0
    for mark in marks:
        seen.update(words[at:mark])
        counts.append(len(seen))
        at = mark
    b, log_k = np.polyfit(np.log(marks), np.log(counts), 1)
    return Heaps(k=float(np.exp(log_k)), b=float(b))


def write_corpus(corpus: GrownCorpus, folder: Path, articles: int) -> None:
    """Write the first `articles`, a thousand records a file; a file that is there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, articles, RECORDS_A_FILE):
        path = folder / f"{start // RECORDS_A_FILE:05d}.jsonl"
        if path.exists():
            continue
        numbers = range(start, min(start + RECORDS_A_FILE, articles))
        lines = [json.dumps(corpus.article(number), ensure_ascii=False) for number in numbers]
        draft = folder / ".draft"
        draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
        draft.replace(path)


def words_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the words and the distinct words of a written corpus, by language."""
    counts: dict[str, int] = {"fa": 0, "en": 0}
    seen: dict[str, set[str]] = {"fa": set(), "en": set()}
    for path in sorted(folder.glob("0*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = _words(json.loads(line)["text"])
            tag = "en" if words and words[0].isascii() else "fa"
            counts[tag] += len(words)
            seen[tag].update(words)
    return {tag: (counts[tag], len(seen[tag])) for tag in counts}
