"""Pairs of question and window for the reader, made of ../shared/train.

A group is what one question gives: windows that answer it and windows that do not. Windows are
runs of sentences, as the answering program reads them. Negatives are, first of all, the nearest:
other windows of the same passage, and windows of other passages that share most with the question
(cosine of character n-grams, no answer of the question in them). Where ten judged passages are
given of which at least one answers, the four windows nearest to the question are a bag: one of
them is to answer, whichever does.

Of most answered questions there is one more negative: the same window beside a question in which
one telling word or number is exchanged for another's (as people's unanswerable questions are made,
and as Jia & Liang, arXiv 1707.07328, alter questions by program).

Sentences beside their translation are a task of their own: the first part of a sentence in one
language is the question, and the window answers if it holds the other.
"""

import gzip
import json
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from tokenizers import Tokenizer

from index.text import split_sentences

SHARED: Final = Path(__file__).parents[2] / "shared"

QUESTION_TOKENS: Final = 40
HEADLINE_TOKENS: Final = 12
WINDOW_TOKENS: Final = (32, 72)
"""Least and most tokens of a window; each is drawn."""

_BAG: Final = 4
_RARE: Final = 1_000
"""A word in fewer of so many questions is a telling one."""
_WORDS: Final = re.compile(r"\w++")


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens of a question with a window.

    Attributes:
        ids: Markers included.
        answers: 1 where it answers, 0 where not.
        start, end: First and last token of the answer in `ids`; -1 where none is known.
    """

    ids: list[int]
    answers: int
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs of one question.

    Attributes:
        source, language: Where it comes from.
        is_bag: Whether of the pairs one answers, and which is not known.
    """

    source: str
    language: str
    pairs: list[Pair]
    is_bag: bool = False


@dataclass(slots=True)
class _Passage:
    """Sentences of a passage with their tokens."""

    headline: list[int]
    text: str
    spans: list[tuple[int, int]]
    tokens: list[list[int]]
    offsets: list[list[tuple[int, int]]] = field(repr=False)


class Reading:
    """Turns texts into pairs; the same seed gives the same pairs."""

    def __init__(self, tokenizer: Tokenizer, seed: int) -> None:
        self._tokenizer = tokenizer
        self.random = random.Random(seed)
        self._bos, self._eos = (tokenizer.token_to_id(mark) for mark in ("<s>", "</s>"))

    def passage(self, headline: str, text: str, language: str) -> _Passage:
        """Divide a passage into sentences."""
        spans = [(span.start, span.end) for span in split_sentences(text, language)]
        encoded = self._tokenizer.encode_batch(
            [headline, *(text[start:end] for start, end in spans)], add_special_tokens=False
        )
        return _Passage(
            headline=encoded[0].ids[:HEADLINE_TOKENS],
            text=text,
            spans=spans,
            tokens=[one.ids for one in encoded[1:]],
            offsets=[one.offsets for one in encoded[1:]],
        )

    def question(self, text: str) -> list[int]:
        """Return a question's tokens."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids[:QUESTION_TOKENS]

    def windows(self, passage: _Passage) -> list[tuple[int, int]]:
        """Cut a passage into runs of sentences, first and behind the last."""
        found, first, room = [], 0, self._room()
        size = 0
        for number, tokens in enumerate(passage.tokens):
            if number > first and size + len(tokens) > room:
                found.append((first, number))
                first, size, room = number, 0, self._room()
            size += len(tokens)
        return [*found, (first, len(passage.tokens))] if passage.tokens else []

    def around(self, passage: _Passage, sentence: int) -> tuple[int, int]:
        """Return a window that holds a sentence, which may stand anywhere in it."""
        room = self._room() - len(passage.tokens[sentence])
        first, end = sentence, sentence + 1
        while True:
            before = first > 0 and len(passage.tokens[first - 1]) <= room
            after = end < len(passage.tokens) and len(passage.tokens[end]) <= room
            if not before and not after:
                return first, end
            if before and (not after or self.random.random() < 0.5):  # noqa: PLR2004
                first -= 1
                room -= len(passage.tokens[first])
            else:
                room -= len(passage.tokens[end])
                end += 1

    def _room(self) -> int:
        return self.random.randint(*WINDOW_TOKENS)

    def pair(
        self,
        question: list[int],
        passage: _Passage,
        window: tuple[int, int],
        *,
        answers: int,
        answer: tuple[int, int] | None = None,
    ) -> Pair:
        """Join tokens; `answer` are characters of the passage, and must lie in the window."""
        headline = passage.headline if self.random.random() < 0.8 else []  # noqa: PLR2004
        head = [self._bos, *question, self._eos, self._eos, *headline, self._eos]
        ids, start, end = [*head], -1, -1
        for number in range(*window):
            at = passage.spans[number][0]
            for token, (left, right) in zip(
                passage.tokens[number], passage.offsets[number], strict=True
            ):
                if answer and left + at < answer[1] and right + at > answer[0]:
                    start = len(ids) if start < 0 else start
                    end = len(ids)
                ids.append(token)
        limit = len(head) + 2 * WINDOW_TOKENS[1]
        if len(ids) > limit:  # a sentence of great length
            cut = (
                max(0, min(start - len(head) - WINDOW_TOKENS[1], len(ids) - limit))
                if start > 0
                else 0
            )
            ids = [*ids[: len(head)], *ids[len(head) + cut : limit + cut]]
            start, end = (start - cut, min(end - cut, len(ids) - 1)) if start > 0 else (-1, -1)
        return Pair([*ids, self._eos], answers, start, end)


class Exchange:
    """Puts another's telling word into a question.

    Args:
        questions: Of one language; telling words are those that few of them have.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        counts = Counter(word for text in questions for word in set(_WORDS.findall(text)))
        most = max(2, len(questions) // _RARE)
        self._rare = sorted(
            word
            for word, n in counts.items()
            if n <= most and len(word) > 2  # noqa: PLR2004
        )
        self._known = set(self._rare)

    def __call__(self, question: str, window: str | None, rng: random.Random) -> str | None:
        """Return the question about another; None where it has no telling word.

        Args:
            question: Answered by the window.
            window: Has the word that is exchanged, and has not the new one; None for a window in
                another language, which is not looked at.
            rng: Chooses.
        """
        held = None if window is None else {word.lower() for word in _WORDS.findall(window)}
        telling = [
            found
            for found in _WORDS.finditer(question)
            if (found[0] in self._known or any(letter.isdigit() for letter in found[0]))
            and (held is None or found[0].lower() in held)
        ]
        if not telling or not self._rare:
            return None
        found = rng.choice(telling)
        for _ in range(8):
            if found[0].isdigit():
                last = int(found[0][-1])
                zero = ord(found[0][-1]) - last
                new = found[0][:-1] + chr(zero + (last + rng.randint(1, 9)) % 10)
            else:
                new = rng.choice(self._rare)
                if new[0].isupper() != found[0][0].isupper() or new == found[0]:
                    continue
            if held is None or new.lower() not in held:
                return question[: found.start()] + new + question[found.end() :]
        return None


def nearest(questions: Sequence[str], windows: Sequence[str], most: int) -> Iterator[np.ndarray]:
    """Yield the windows that share most with each question, best first."""
    vectors = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32
    )
    table = vectors.fit_transform(windows).T.tocsr()
    asked = vectors.transform(questions)
    for first in range(0, len(questions), 64):
        block = (asked[first : first + 64] @ table).toarray()
        best = np.argpartition(-block, min(most, block.shape[1] - 1), axis=1)[:, :most]
        for row, columns in zip(block, best, strict=True):
            yield columns[np.argsort(-row[columns])]


def lines(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines, compressed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def comprehension(
    reading: Reading,
    rows: Sequence[dict[str, Any]],
    translate: Callable[[str], str] | None = None,
) -> Iterator[Group]:
    """Make groups of questions with a passage and the answer's place.

    Args:
        reading: Makes the pairs.
        rows: Of ../shared/train/reading-comprehension.
        translate: Half of the questions are asked as this puts them.
    """
    by_language = defaultdict(list)
    for row in rows:
        by_language[row["lang"].partition("-")[0]].append(row)
    for language, asked in sorted(by_language.items()):
        texts = {(row["title"], row["passage"]): None for row in asked}
        passages = {key: reading.passage(*key, language) for key in texts}
        cut = [(key, window) for key in texts for window in reading.windows(passages[key])]
        shown = [
            passages[key].text[passages[key].spans[first][0] : passages[key].spans[end - 1][1]]
            for key, (first, end) in cut
        ]
        near = nearest([row["question"] for row in asked], shown, 30)
        exchange = Exchange([row["question"] for row in asked])
        for row, found in zip(asked, near, strict=True):
            key = (row["title"], row["passage"])
            nearby = [(cut[one], shown[one]) for one in found]
            put = translate if translate and reading.random.random() < 0.5 else str  # noqa: PLR2004
            group = _asked(reading, row, passages, key, nearby, exchange, put)
            if group:
                yield Group(row["source"], language, group)


def _asked(
    reading: Reading,
    row: dict[str, Any],
    passages: dict[tuple[str, str], _Passage],
    key: tuple[str, str],
    near: Sequence[tuple[tuple[tuple[str, str], tuple[int, int]], str]],
    exchange: Exchange,
    put: Callable[[str], str],
) -> list[Pair]:
    """Return the pairs of a question; none where the answer does not stand at its place."""
    question, own = reading.question(put(row["question"])), passages[key]
    texts = [answer["text"].strip() for answer in row["answers"] if answer["text"].strip()]
    pairs = []
    if row["answerable"]:
        answer = row["answers"][0]
        start = answer["start"]
        if own.text[start : start + len(answer["text"])] != answer["text"]:
            return []
        place = (start, start + len(answer["text"].rstrip()))
        holding = [n for n, (left, right) in enumerate(own.spans) if left <= place[0] < right]
        if not holding:
            return []
        window = reading.around(own, holding[0])
        pairs.append(reading.pair(question, own, window, answers=1, answer=place))
        text = own.text[own.spans[window[0]][0] : own.spans[window[1] - 1][1]]
        other = exchange(row["question"], f"{row['title']} {text}", reading.random)
        if other:
            pairs.append(reading.pair(reading.question(put(other)), own, window, answers=0))
    candidates = [
        (other, window) for (other, window), text in near if not any(a in text for a in texts)
    ]
    same = [(other, window) for other, window in candidates if other == key]
    others = [(other, window) for other, window in candidates if other != key]
    if not row["answerable"]:
        others = []
    wanted = 1 + (not pairs)
    taken = (
        same[:wanted]
        + others[:1]
        + ([reading.random.choice(others[:20])] if others and len(pairs) + len(same) < 2 else [])  # noqa: PLR2004
    )
    pairs += [reading.pair(question, passages[other], window, answers=0) for other, window in taken]
    return pairs


def judged(reading: Reading, rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """Make groups of questions with ten judged passages."""
    for row in rows:
        passages = [
            reading.passage(one["title"], one["text"], row["lang"]) for one in row["passages"]
        ]
        cut = [(one, window) for one in passages for window in reading.windows(one)]
        shown = [one.text[one.spans[first][0] : one.spans[end - 1][1]] for one, (first, end) in cut]
        if not shown:
            continue
        (found,) = nearest([row["question"]], shown, 12)
        question = reading.question(row["question"])
        if row["answerable"]:
            chosen = found[:_BAG]
        else:
            chosen = [*found[:2], reading.random.choice(found[2:] if len(found) > 2 else found)]  # noqa: PLR2004
        pairs = [
            reading.pair(question, *cut[one], answers=int(row["answerable"])) for one in chosen
        ]
        yield Group("nomiracl", row["lang"], pairs, is_bag=row["answerable"])


def translated(reading: Reading, rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """Make groups of a sentence's beginning and windows of the other language."""
    for source, some in _by_source(rows):
        texts = {tag: [row[tag].strip() for row in some] for tag in ("en", "fa")}
        for asked, told in (("en", "fa"), ("fa", "en")):
            exchange = Exchange(texts[asked])
            for number in range(len(some)):
                first = max(0, min(number - reading.random.randint(0, 2), len(some) - 3))
                run = texts[told][first : first + 3]
                at = sum(len(one) + 1 for one in run[: number - first])
                whole = reading.passage("", " ".join(run), told)
                place = (at, at + len(texts[told][number]))
                holding = [
                    n for n, (left, right) in enumerate(whole.spans) if left <= place[0] < right
                ]
                if not holding:
                    continue
                words = texts[asked][number].split()
                part = words[: max(3, reading.random.randint(len(words) // 2, len(words)))]
                question = reading.question(" ".join(part))
                other = first + 3 if first + 6 <= len(some) else max(0, first - 3)
                beside = reading.passage("", " ".join(texts[told][other : other + 3]), told)
                window = reading.around(whole, holding[0])
                pairs = [
                    reading.pair(question, whole, window, answers=1, answer=place),
                    reading.pair(question, beside, (0, min(2, len(beside.spans))), answers=0),
                ]
                another = exchange(" ".join(part), None, reading.random)
                if another:
                    other_pair = reading.pair(reading.question(another), whole, window, answers=0)
                    pairs.append(other_pair)
                yield Group(source, f"{asked}>{told}", pairs)


def _by_source(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    found = defaultdict(list)
    for row in rows:
        found[row["source"]].append(row)
    yield from found.items()


def is_trained_on(article: str) -> bool:
    """Tell whether questions on this article of PQuAD are trained on; the others measure."""
    return zlib.crc32(article.encode()) % 3 > 0


def pquad(reading: Reading, folder: Path, translate: Callable[[str], str]) -> Iterator[Group]:
    """Make groups of PQuAD's questions; those that its paragraph does not answer too.

    Args:
        reading: Makes the pairs.
        folder: Of the set; two thirds of its articles are used (`is_trained_on`).
        translate: Puts a Persian question into English words.
    """
    corpus = {row["id"]: row for row in lines(folder / "corpus.jsonl")}
    places = [
        line.split("\t")[:2]
        for name in ("qrels.tsv", "related.tsv")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]
    home = {query: article for query, article in places if article in corpus}
    rows = []
    for query in lines(folder / "queries.jsonl"):
        article = corpus.get(home.get(query["id"], ""))
        if article is None or not is_trained_on(article["id"]):
            continue
        found = [(text, article["text"].find(text)) for text in query["answers"]]
        answers = [{"text": text, "start": start} for text, start in found if start >= 0]
        if query["answerable"] and not answers:
            continue
        rows.append(
            {
                "source": "pquad",
                "lang": "fa",
                "question": query["text"],
                "title": article["title"],
                "passage": article["text"],
                "answers": answers[:1],
                "answerable": query["answerable"],
            }
        )
    yield from comprehension(reading, rows, translate)
