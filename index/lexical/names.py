"""Names across scripts: a question's «Kirby», «Кирби» or «Κίρμπι» leads to the archive's «کربی».

Every word of the archive is filed under its consonants (see `phones`). A name in a question is
looked up by its own, and the words found are compared by their vowels. So names are bridged by
the archive's own vocabulary, whatever its scripts, without a list of names.

The file has a line per word and the consonants that it may have, sorted by bytes: consonants, word,
token, number of passages, and how it may sound with these consonants, parted by tabs. It is
memory-mapped and searched by halving: opening costs nothing.

Does not: translate («Germany» is not found in «آلمان»), rank passages, or know Chinese, Japanese,
Korean and Thai spellings.
"""

import mmap
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
"""Of a capitalised word; 0.65 and 0.85 changed nDCG@10 of parsquad-en2fa by less than 0.003."""
MIN_LIKENESS_UNSURE: Final = 0.85
"""Of other words, among which loanwords are found («oxygen» is «اکسیژن»)."""
MAX_TERMS: Final = 6

_NEAR_BEST = 0.12
_MIN_CONSONANTS = 2
_MIN_CONSONANTS_UNSURE = 3
_MIN_LETTERS = 3
# weight = likeness ** 3 / n ** 0.25 for n terms: nDCG@10 of parsquad-en2fa went from 0.273
# (likeness alone) to 0.277 and 0.283.
_SHARPNESS = 3.0
_SHARING = 0.25
# Words with letters of Arabic origin are seldom names from elsewhere.
_NATIVE = re.compile("[عحصضظذث]")
_NATIVE_COST = 0.1
_HEADER = b"#pasokh names 2\n"
_ASKED = re.compile(r"\d+|[^\W\d_](?:['’]?[^\W\d_]|[\u0900-\u0963])*")
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


_Line: TypeAlias = tuple[str, str, str]
"""Word, token, and how it may sound, parted by spaces."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name or number of a question and the archive's terms for it, likeliest first.

    `terms` pairs a token with a weight in (0, 1]; empty when the archive has no such name.
    """

    asked: str
    terms: tuple[tuple[str, float], ...]


class NameBridgeBuilder:
    """Counts the words of passages and writes the file that `NameBridge` opens."""

    def __init__(self) -> None:
        """Start empty."""
        self._passages: Counter[Word] = Counter()
        self._merged: Counter[str] = Counter()

    def add(self, passage: Iterable[Word]) -> None:
        """Count the words of one passage, each once."""
        self._passages.update(set(passage))

    def counted(self) -> dict[str, int]:
        """Return how many passages have each word: surface and token, parted by a tab."""
        return {f"{word.surface}\t{word.token}": n for word, n in self._passages.items()}

    def merge(self, counted: Mapping[str, int]) -> None:
        """Count the words of passages that were counted elsewhere."""
        self._merged.update(counted)

    def write(self, path: Path) -> None:
        """Write the file; the same words give the same bytes."""
        self.merge(self.counted())
        self._passages.clear()
        lines = sorted(
            f"{key}\t{word}\t{count}\t{' '.join(ways)}\n".encode()
            for word, count in self._merged.items()
            for key, ways in _filed(word.partition("\t")[0]).items()
        )
        with path.open("wb") as file:
            file.write(_HEADER)
            file.writelines(lines)


class NameBridge:
    """The words of an archive by their consonants; immutable, safe for many threads."""

    def __init__(self, *files: mmap.mmap | bytes) -> None:
        """Wrap the bytes of files that `NameBridgeBuilder` wrote, one for each part."""
        self._files = files

    @classmethod
    def open(cls, *paths: Path) -> Self:
        """Memory-map the files at `paths`.

        Raises:
            SnapshotCorrupt: If one is missing or not such a file.
        """
        return cls(*map(_mapped, paths))

    def expand(self, question: str) -> list[Name]:
        """Return the names and numbers of a question, in its order, each once.

        Names are the capitalised words, or, where nothing but the first word is, all words that
        say something. A word that the archive spells as it is asked for is no matter of names
        unless it is capitalised.
        """
        arabic = bool(_ARABIC_ONLY.search(question))
        found: dict[str, Name] = {}
        for asked, is_sure in _candidates(clean(question).text):
            if asked.isdecimal():
                found[asked] = Name(asked, ((asked, 1.0),))
            elif asked not in found:
                name = self._name(asked, arabic=arabic, is_sure=is_sure)
                if name is not None:
                    found[asked] = name
        return list(found.values())

    def _name(self, asked: str, *, arabic: bool, is_sure: bool) -> Name | None:
        """Look one word up; None when it is hardly a name."""
        is_arabic = arabic and script_of(asked) == "persian"
        for spelling in _spellings(asked, arabic=is_arabic):
            terms = self._terms(spelling, arabic=is_arabic, is_sure=is_sure)
            own = tokens(spelling)
            if not is_sure and any(token in own for token, _ in terms):
                return None
            if terms:
                return Name(asked, terms)
        return Name(asked, ()) if is_sure else None

    def _terms(self, asked: str, *, arabic: bool, is_sure: bool) -> tuple[tuple[str, float], ...]:
        """Return the archive's tokens that may be this name, likeliest first."""
        floor, fewest = _bounds(is_sure=is_sure)
        best: dict[str, float] = {}
        for sounds in readings(asked, arabic=arabic):
            key = skeleton(sounds)
            if len(key) < fewest:
                continue
            for surface, token, ways in self._lines(key):
                alike = _likeness(asked, sounds, surface, ways.split(" "))
                best[token] = max(alike, best.get(token, 0.0))
        floor = max(floor, max(best.values(), default=0.0) - _NEAR_BEST)
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        kept = [(token, alike) for token, alike in ranked if alike >= floor][:MAX_TERMS]
        own = tokens(asked)
        return tuple(
            (token, 1.0 if token in own else alike**_SHARPNESS / len(kept) ** _SHARING)
            for token, alike in kept
        )

    def _lines(self, key: str) -> set[_Line]:
        """Return what is filed under some consonants."""
        return {found for data in self._files for found in _lines(data, key)}


def bridged(name: str, text: str) -> float:
    """Return how surely a text names somebody or something: a likeness in [0, 1], 1 for the same.

    Args:
        name: One word, in any script.
        text: In any script; two neighbouring words count as one, too («نیو یورک»).
    """
    asked = clean(name).text.casefold().replace(" ", "")
    found = [
        max(_likeness(spelling, sounds, surface, ways), _heard_likeness(spelling, sounds, surface))
        for spelling in _heard_spellings(asked)
        for sounds in readings(spelling)
        for surface, ways in _heard(text).get(skeleton(sounds), {}).items()
    ]
    return max(found, default=0.0)


def _heard_spellings(word: str) -> list[str]:
    """Return a word, what is left without an ending, and its last letter as it is spoken."""
    spoken = _UNVOICED.get(word[-1:])
    found = _spellings(word, arabic=False)
    return [*found, word[:-1] + spoken] if spoken else list(found)


def _heard_likeness(asked: str, sounds: str, surface: str) -> float:
    """Compare the other way round: the vowels that `asked` leaves unwritten may stand there."""
    if not is_abjad(asked) or is_abjad(surface):
        return 0.0
    key = skeleton(sounds)
    return max(
        likeness(other, sounds, abjad=True) for other in readings(surface) if skeleton(other) == key
    )


@lru_cache(maxsize=256)
def _heard(text: str) -> dict[str, dict[str, list[str]]]:
    """Return the words of a text, single and in twos, by their consonants, with their sounds."""
    found: dict[str, dict[str, list[str]]] = {}
    spelt = [match[0].casefold() for match in _ASKED.finditer(clean(text).text)]
    twos = ["".join(pair) for pair in pairwise(spelt)]
    for words, fewest in ((spelt, _MIN_CONSONANTS), (twos, _MIN_CONSONANTS_UNSURE)):
        for word in words:
            for spelling in _heard_spellings(word):
                for sounds in readings(spelling):
                    if len(key := skeleton(sounds)) >= fewest:
                        found.setdefault(key, {}).setdefault(spelling, []).append(sounds)
    return found


def _mapped(path: Path) -> mmap.mmap:
    """Memory-map one file."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # an empty file cannot be mapped
        msg = f"Expected names at {path}, but {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
    if data[: len(_HEADER)] != _HEADER or data[-1:] != b"\n":
        msg = f"Expected names at {path}, but it is cut or altered; run `pasokh index build`."
        raise SnapshotCorrupt(msg)
    return data


def _lines(data: mmap.mmap | bytes, key: str) -> Iterator[_Line]:
    """Yield what one file has under some consonants."""
    wanted = f"{key}\t".encode()
    at = _first(data, wanted)
    while data[at : at + len(wanted)] == wanted:
        end = data.find(b"\n", at)
        _, surface, token, _, ways = data[at:end].decode().split("\t")
        yield surface, token, ways
        at = end + 1


def _first(data: mmap.mmap | bytes, wanted: bytes) -> int:
    """Return where the first line stands that is not less than `wanted`."""
    low, high = len(_HEADER), len(data)
    while low < high:
        middle = data.rfind(b"\n", len(_HEADER) - 1, (low + high) // 2) + 1
        middle = max(middle, low)
        end = data.find(b"\n", middle) + 1
        if data[middle:end] < wanted:
            low = end
        else:
            high = middle
    return low


def _bounds(*, is_sure: bool) -> tuple[float, int]:
    """Return the least likeness and the fewest consonants that are believed."""
    if is_sure:
        return MIN_LIKENESS, _MIN_CONSONANTS
    return MIN_LIKENESS_UNSURE, _MIN_CONSONANTS_UNSURE


def _filed(surface: str) -> dict[str, list[str]]:
    """Return the consonants that a word of the archive is filed under, each with its sounds."""
    found: dict[str, list[str]] = {}
    if len(surface) >= _MIN_LETTERS and surface.isalpha():
        for sounds in readings(surface):
            found.setdefault(skeleton(sounds), []).append(sounds)
    return {key: ways for key, ways in found.items() if len(key) >= _MIN_CONSONANTS}


def _likeness(asked: str, sounds: str, surface: str, ways: Sequence[str]) -> float:
    """Compare a reading of what is asked with a word of the archive that may sound in `ways`."""
    if surface == asked:
        return 1.0
    abjad = is_abjad(surface)
    alike = max(likeness(sounds, other, abjad=abjad) for other in ways)
    native = len(_NATIVE.findall(surface)) if script_of(asked) != "persian" else 0
    return alike - _NATIVE_COST * native


def _candidates(question: str) -> Iterator[tuple[str, bool]]:
    """Yield the words, folded, that may be names, and whether their capital says so."""
    runs = [match[0] for match in _ASKED.finditer(question)]
    has_capitals = any(run[0].isupper() for run in runs[1:])
    for at, run in enumerate(runs):
        if run.isdecimal():
            yield "".join(tokens(run)), True
            continue
        folded = run.casefold()
        if folded in STOP_WORDS or len(folded) < _MIN_LETTERS:
            continue
        elif run[0].isupper() and at:
            yield folded, True
        elif not run[0].islower() or not has_capitals:
            yield folded, False


def _spellings(asked: str, *, arabic: bool) -> Sequence[str]:
    """Return a word and what is left without an ending or an Arabic prefix."""
    bare = re.sub("^[وبلک]?ال", "", asked) if arabic and len(asked) > _MIN_LETTERS + 2 else asked
    found = [asked, bare]
    ending = _ENDINGS.get(script_of(bare))
    if ending is not None:
        found.append(ending.sub("", bare))
    return [one for one in dict.fromkeys(found) if len(one) >= _MIN_LETTERS]
