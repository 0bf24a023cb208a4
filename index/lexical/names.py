"""Names across scripts: a question's «Kirby», «Кирби» or «Κίρμπι» finds the archive's «کربی».

Every word of the archive is indexed by its consonants (see `phonetics`). A name in a question is
looked up by its consonants, and the words found are compared by their vowels. So names are matched
with the archive's own vocabulary, in any of its scripts, without a list of names.

The file has a line per word and the consonants that it may have, sorted by bytes: consonants, word,
token, number of passages, and how it may sound with these consonants, separated by tabs. It is
memory-mapped and read by binary search: opening costs nothing.

Does not: translate («Germany» is not found in «آلمان»), rank passages, or know Chinese, Japanese,
Korean and Thai spellings.
"""

import math
import mmap
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Self, TypeAlias

from index.errors import SnapshotCorrupt
from index.lexical.phonetics import is_abjad, likeness, readings, script_of, skeleton
from index.text.clean import clean
from index.text.tokenize import STOP_WORDS, Word, tokens

MIN_LIKENESS: Final = 0.75
"""Least likeness of a capitalised word; 0.65 and 0.85 changed nDCG@10 of parsquad-en2fa by less
than 0.003."""
MIN_LIKENESS_UNSURE: Final = 0.85
"""Least likeness of other words, among which loanwords are found («oxygen» is «اکسیژن»)."""
MAX_TERMS: Final = 6

_NEAR_BEST = 0.12
_MIN_CONSONANTS = 2
_MIN_CONSONANTS_UNSURE = 3
_MIN_LETTERS = 3
# weight = likeness ** 3 / n ** 0.25 for n terms: nDCG@10 of parsquad-en2fa went from 0.273
# (likeness alone) to 0.277 and 0.283.
_SHARPNESS = 3.0
_SHARING = 0.25
# What a word e times as frequent may sound less alike. By hand, on questions in Latin letters.
_COMMONER = 0.02
# Words with letters of Arabic origin are seldom names from elsewhere.
_NATIVE = re.compile("[عحصضظذث]")
_NATIVE_COST = 0.1
_HEADER = b"#pasokh names 2\n"
_WORD = re.compile(r"\d+|[^\W\d_](?:['’]?[^\W\d_]|[\u0900-\u0963])*")
_ENDINGS = {
    "latin": re.compile("(?:['’].*|ian|ean|an|s|en|er|lar|ler|larin|lerin|in|n)$"),
    "cyrillic": re.compile("(?:ами|ями|ов|ев|ом|ем|ой|ах|ях|ам|ского|ский|ская|ских|цы|ц)$"),
    "greek": re.compile("(?:ων|ους|ης|ου|ες|ς|ν)$"),
    "persian": re.compile("(?:یه|ین|ون|ات)$"),
    "hebrew": re.compile("(?:ים|ית|ות)$"),
    "devanagari": re.compile("(?:स|ों)$"),
}
_UNVOICED = {"v": "f", "d": "t"}  # «لاوروف» is Lavrov, «اشمیت» is Schmid
_ARABIC_ONLY = re.compile("[يىكةأإؤئ]|\\bال")


Line: TypeAlias = tuple[str, str, int, str]
"""Word, token, number of passages, and how it may sound, separated by spaces."""


@dataclass(frozen=True, slots=True)
class Name:
    """Name or number of a question and the archive's terms for it, likeliest first.

    `terms` are pairs of a token and a weight in (0, 1]; none when the archive has no such name.
    """

    word: str
    terms: tuple[tuple[str, float], ...]


class NameIndexBuilder:
    """Counts the words of passages and writes the file that `NameIndex` opens."""

    def __init__(self) -> None:
        """Start empty."""
        self._passages: Counter[Word] = Counter()
        self._merged: Counter[str] = Counter()

    def add(self, passage: Iterable[Word]) -> None:
        """Count the words of one passage, each once."""
        self._passages.update(set(passage))

    def counted(self) -> dict[str, int]:
        """Return how many passages have each word: surface and token, separated by a tab."""
        return {f"{word.surface}\t{word.token}": n for word, n in self._passages.items()}

    def merge(self, counted: Mapping[str, int]) -> None:
        """Add counts that another builder's `counted` returned."""
        self._merged.update(counted)

    def write(self, path: Path) -> None:
        """Write the file; the same words give the same bytes."""
        lines = [f"{key}\t{line}\n".encode() for key, line in self.lines()]
        lines.sort()
        with path.open("wb") as file:
            file.write(_HEADER)
            file.writelines(lines)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield consonants with the rest of the line of each word that may have them."""
        self.merge(self.counted())
        self._passages.clear()
        for word, count in self._merged.items():
            surface, by_consonants = word.partition("\t")[0], dict[str, list[str]]()
            if len(surface) >= _MIN_LETTERS and surface.isalpha():
                for sounds in readings(surface):
                    if len(key := skeleton(sounds)) >= _MIN_CONSONANTS:
                        by_consonants.setdefault(key, []).append(sounds)
            for key, ways in by_consonants.items():
                yield key, f"{word}\t{count}\t{' '.join(ways)}"


class NameIndex:
    """Words of an archive by their consonants; immutable, safe for many threads."""

    def __init__(
        self, *files: mmap.mmap | bytes, frequency: Callable[[str], int] | None = None
    ) -> None:
        """Wrap the bytes of files that `NameIndexBuilder` wrote, one for each part.

        Args:
            frequency: Counts the passages that hold a token; words in none are passed over. None
                for what the files say.
        """
        self._files = files
        self._frequency = frequency

    @classmethod
    def open(cls, *paths: Path) -> Self:
        """Memory-map the files at `paths`.

        Raises:
            SnapshotCorrupt: If one is missing or not such a file.
        """
        files = []
        for path in paths:
            try:
                with path.open("rb") as file:
                    data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except (OSError, ValueError) as error:  # an empty file cannot be mapped
                msg = f"Expected names at {path}, but {error}; run `pasokh index build`."
                raise SnapshotCorrupt(msg) from error
            if data[: len(_HEADER)] != _HEADER or data[-1:] != b"\n":
                msg = (
                    f"Expected names at {path}, but it is cut or altered; run `pasokh index build`."
                )
                raise SnapshotCorrupt(msg)
            files.append(data)
        return cls(*files)

    def only(self, frequency: Callable[[str], int]) -> "NameIndex":
        """Return the words of some passages, of which `frequency` counts those with a token."""
        return NameIndex(*self._files, frequency=frequency)

    def expand(self, question: str) -> list[Name]:
        """Return the names and numbers of a question, in its order, each once.

        Names are the capitalised words, or, if no word but the first is capitalised, all words
        except stop words. An uncapitalised word that the archive spells as in the question is no
        name.
        """
        arabic = bool(_ARABIC_ONLY.search(question))
        names: dict[str, Name] = {}
        for word, is_sure in _candidates(clean(question).text):
            if word.isdecimal():
                names[word] = Name(word, ((word, 1.0),))
            elif word not in names:
                is_arabic = arabic and script_of(word) == "persian"
                tried = (
                    (spelling, self._terms(spelling, arabic=is_arabic, is_sure=is_sure))
                    for spelling in _spellings(word, arabic=is_arabic)
                )
                spelling, terms = next((pair for pair in tried if pair[1]), (word, ()))
                same = tokens(spelling)
                if is_sure or (terms and not any(token in same for token, _ in terms)):
                    names[word] = Name(word, terms)
        return list(names.values())

    def spell(self, word: str) -> str:
        """Return the archive's word in another script that sounds like a word in lower case.

        Words in many passages are likelier; empty for none.
        """
        script = script_of(word)
        best: dict[str, float] = {}
        for sounds in readings(word):
            key = skeleton(sounds)
            for surface, _, count, ways in self._lines(key) if key else ():
                if script_of(surface) != script:
                    alike = _likeness(word, sounds, surface, ways.split(" "))
                    alike += _COMMONER * math.log(count)
                    best[surface] = max(alike, best.get(surface, -math.inf))
        return max(best, key=lambda surface: (best[surface], surface), default="")

    def _lines(self, key: str) -> Iterator[Line]:
        """Yield the words with some consonants."""
        for surface, token, count, ways in self._stored(key):
            known = count if self._frequency is None else min(count, self._frequency(token))
            if known:
                yield surface, token, known, ways

    def _stored(self, key: str) -> Iterator[Line]:
        for file in self._files:
            yield from _lines(file, key)

    def _terms(self, word: str, *, arabic: bool, is_sure: bool) -> tuple[tuple[str, float], ...]:
        """Return the archive's tokens that may be this name, likeliest first."""
        floor = MIN_LIKENESS if is_sure else MIN_LIKENESS_UNSURE
        fewest = _MIN_CONSONANTS if is_sure else _MIN_CONSONANTS_UNSURE
        best: dict[str, float] = {}
        for sounds in readings(word, arabic=arabic):
            key = skeleton(sounds)
            if len(key) < fewest:
                continue
            for surface, token, _, ways in self._lines(key):
                alike = _likeness(word, sounds, surface, ways.split(" "))
                best[token] = max(alike, best.get(token, 0.0))
        floor = max(floor, max(best.values(), default=0.0) - _NEAR_BEST)
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        kept = [(token, alike) for token, alike in ranked if alike >= floor][:MAX_TERMS]
        same = tokens(word)
        return tuple(
            (token, 1.0 if token in same else alike**_SHARPNESS / len(kept) ** _SHARING)
            for token, alike in kept
        )


def line_of(text: str) -> Line:
    """Read the rest of a line behind the consonants."""
    surface, token, count, ways = text.split("\t")
    return surface, token, int(count), ways


def _lines(file: mmap.mmap | bytes, key: str) -> Iterator[Line]:
    """Yield the lines of a file with some consonants."""
    prefix = f"{key}\t".encode()
    # Binary search for the first line that is not less than the prefix.
    low, high = len(_HEADER), len(file)
    while low < high:
        middle = max(file.rfind(b"\n", len(_HEADER) - 1, (low + high) // 2) + 1, low)
        end = file.find(b"\n", middle) + 1
        if file[middle:end] < prefix:
            low = end
        else:
            high = middle
    while file[low : low + len(prefix)] == prefix:
        end = file.find(b"\n", low)
        yield line_of(file[low:end].decode().partition("\t")[2])
        low = end + 1


def name_likeness(name: str, text: str) -> float:
    """Return the likeness in [0, 1] of a name and the likest word of a text, 1 for the same.

    Args:
        name: One word, in any script.
        text: In any script; two neighbouring words also count as one («نیو یورک»).
    """
    highest = 0.0
    words = _words_by_consonants(text)
    for spelling in _spoken_spellings(clean(name).text.casefold().replace(" ", "")):
        for sounds in readings(spelling):
            key = skeleton(sounds)
            for surface, ways in words.get(key, {}).items():
                highest = max(highest, _likeness(spelling, sounds, surface, ways))
                if is_abjad(spelling) and not is_abjad(surface):
                    # The other way round: the vowels that the name leaves unwritten may be there.
                    highest = max(
                        highest,
                        *(
                            likeness(other, sounds, abjad=True)
                            for other in readings(surface)
                            if skeleton(other) == key
                        ),
                    )
    return highest


def _spoken_spellings(word: str) -> list[str]:
    """Return a word, the word without an ending, and the word with its last letter as spoken."""
    spoken = _UNVOICED.get(word[-1:])
    spellings = _spellings(word, arabic=False)
    return [*spellings, word[:-1] + spoken] if spoken else list(spellings)


@lru_cache(maxsize=256)
def _words_by_consonants(text: str) -> dict[str, dict[str, list[str]]]:
    """Return the words of a text, and pairs of neighbours, by consonants, with their sounds."""
    by_consonants: dict[str, dict[str, list[str]]] = {}
    single = [match[0].casefold() for match in _WORD.finditer(clean(text).text)]
    joined = ["".join(pair) for pair in pairwise(single)]
    for words, fewest in ((single, _MIN_CONSONANTS), (joined, _MIN_CONSONANTS_UNSURE)):
        for word in words:
            for spelling in _spoken_spellings(word):
                for sounds in readings(spelling):
                    if len(key := skeleton(sounds)) >= fewest:
                        by_consonants.setdefault(key, {}).setdefault(spelling, []).append(sounds)
    return by_consonants


def _likeness(name: str, sounds: str, surface: str, ways: Sequence[str]) -> float:
    """Compare a name, read as `sounds`, with a word of the archive that may sound in `ways`."""
    if surface == name:
        return 1.0
    abjad = is_abjad(surface)
    alike = max(likeness(sounds, other, abjad=abjad) for other in ways)
    native = len(_NATIVE.findall(surface)) if script_of(name) != "persian" else 0
    return alike - _NATIVE_COST * native


def _candidates(question: str) -> Iterator[tuple[str, bool]]:
    """Yield the words, folded, that may be names, and whether a capital letter makes it sure."""
    words = [match[0] for match in _WORD.finditer(question)]
    has_capitals = any(word[0].isupper() for word in words[1:])
    for position, word in enumerate(words):
        folded = word.casefold()
        if word.isdecimal():
            yield "".join(tokens(word)), True
        elif folded in STOP_WORDS or len(folded) < _MIN_LETTERS:
            continue
        elif word[0].isupper() and position:
            yield folded, True
        elif not word[0].islower() or not has_capitals:
            yield folded, False


def _spellings(word: str, *, arabic: bool) -> Sequence[str]:
    """Return a word, and the word without an Arabic prefix or an ending."""
    bare = re.sub("^[وبلک]?ال", "", word) if arabic and len(word) > _MIN_LETTERS + 2 else word
    spellings = [word, bare]
    ending = _ENDINGS.get(script_of(bare))
    if ending is not None:
        spellings.append(ending.sub("", bare))
    return [spelling for spelling in dict.fromkeys(spellings) if len(spelling) >= _MIN_LETTERS]
