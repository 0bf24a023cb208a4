"""One spelling for many: text made ready for matching and for the encoder.

The cleaned text is never shown; `Cleaned.to_original` maps every range of it back to the words
as they were printed. What changes:

- Unicode is composed (NFC), which the encoder's tokenizer expects and does not do itself;
  Arabic presentation forms (U+FB50.., left over from old page layouts) become plain letters.
- Arabic and Urdu letter forms become Persian ones: ي and ى are ی, ك is ک, ة and ۀ are ه; but not
  in text said to be in Arabic, Urdu or another language of its own: the encoder knows those
  languages by these letters (folding Arabic questions took recall@10 over Persian paragraphs from
  0.87 to 0.74 on parsquad-x2fa). For Persian it pays: PQuAD questions spelt with ي and ك found
  their paragraph at mean reciprocal rank 0.83, folded at 0.90. For lexical matching the language
  is left out, so that both sides of a comparison are folded alike.
- Arabic-Indic and Persian digits and their separators become ASCII.
- Vowel signs, tatweel, soft hyphens, bidi controls and other invisible characters go.
- The joiner U+200C becomes a space, as in the encoder's own training text («بی‌سابقه» is then
  «بی سابقه»). A joiner that a page has lost («بیسابقه») cannot be put back here: the lexical
  tokenizer bridges the spellings by also matching neighbouring words written together.
- Quotation marks become " and ', hyphens -, each run of white space one space.

Case and the forms of alef and hamza stay: the encoder uses them.
Sources: Unicode 16 annexes 15 (NFC) and 9 (bidi); the letter pairs are those of Lucene's
PersianNormalizer, in the other direction because the encoder has read more Persian in ی and ک.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from index.types import Span

_LETTERS = {
    **dict.fromkeys("يىۍېے", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ەةۀہۂۃھ", "ه"),
    "ۓ": "ی",
}
_DIGITS = {
    **{chr(0x0660 + digit): str(digit) for digit in range(10)},
    **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
    "٪": "%",
    "٫": ".",
    "٬": ",",
}
_QUOTES = {**dict.fromkeys("«»“”„‟‹›〝〞＂", '"'), **dict.fromkeys("‘’‚‛＇", "'")}
_HYPHENS = dict.fromkeys("\u2010\u2011\u2212", "-")
_SPACES = dict.fromkeys(
    "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\u200c"
    + "".join(map(chr, range(0x2000, 0x200B))),
    " ",
)
_SIGNS = tuple((_DIGITS | _QUOTES | _HYPHENS | _SPACES).items())
_SIGNS_AND_LETTERS = (*_LETTERS.items(), *_SIGNS)
_PERSIAN = frozenset({"fa", "und"})

_DROPPED = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff"  # Arabic vowel and Koranic signs
    "\u0640"  # tatweel, a stretch and not a letter
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200d-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"  # controls, bidi marks, variation selectors
)
# U+06DD, U+06DE and U+06E9 are signs of their own in the middle of the range of marks; like the
# small waw and yeh (U+06E5, U+06E6) they occur in the Koran only and are dropped with the rest.
# One set in front lets the regex engine skip at full speed to the next candidate.
_SURPLUS = re.compile(rf"[ {_DROPPED}](?:[ {_DROPPED}]+|(?<=[^ ])|(?<=\A.)|\Z)")
_LEADING_DROPPED = re.compile(f"[{_DROPPED}]*")
_PRESENTATION_FORM = re.compile("[\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]")
_WORD = re.compile(r"\S+")
_JAMO = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")


class _Piece(NamedTuple):
    """A stretch of cleaned text beginning at `at`, made from [start, end) of the text before.

    Its characters follow the older ones one by one; what is left over on either side belongs
    to the last character.
    """

    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One rewriting of a text and the way back."""

    pieces: tuple[_Piece, ...]
    starts: tuple[int, ...]

    def back(self, span: Span) -> Span:
        """Return the range that the characters of `span` came from."""
        if len(span) == 0:
            place = self._origin(span.end - 1)[1] if span.end else self._origin(0)[0]
            return Span(place, place)
        return Span(self._origin(span.start)[0], self._origin(span.end - 1)[1])

    def _origin(self, position: int) -> tuple[int, int]:
        """Return the range that one character came from."""
        row = bisect_right(self.starts, position) - 1
        piece = self.pieces[row]
        start = min(piece.start + position - piece.at, max(piece.start, piece.end - 1))
        is_last = row + 1 < len(self.starts) and position + 1 == self.starts[row + 1]
        return start, piece.end if is_last else min(start + 1, piece.end)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text for matching, and the place of each of its characters in the original."""

    text: str
    _steps: tuple[_Step, ...] = ()

    def to_original(self, start: int, end: int) -> Span:
        """Return the range of the original text behind [start, end) of the cleaned text.

        Marks dropped after a letter belong to it, so a range never ends inside a grapheme.
        Ranges grow with their ends: a later place never maps before an earlier one.

        Raises:
            ValueError: If the range does not lie in the cleaned text.
        """
        if not 0 <= start <= end <= len(self.text):
            msg = f"[{start}, {end}) does not lie in a cleaned text of {len(self.text)} characters"
            raise ValueError(msg)
        span = Span(start, end)
        for step in reversed(self._steps):
            span = step.back(span)
        return span


def clean(text: str, language: str = "fa") -> Cleaned:
    """Fold spellings, digits, quotes and white space; see the module for the list.

    Letters are folded to Persian ones unless `language` (BCP 47) is another; text for the
    encoder is cleaned with its language, text for lexical matching without.

    Pure and idempotent: cleaning a cleaned text changes nothing. Linear time; text that is
    already composed, nearly all of it, is rewritten by two passes of C code. Short texts are
    remembered, so that a question is cleaned once in a language however many ask for it.
    """
    return (_remembered if len(text) <= _MAX_REMEMBERED_CHARS else _clean)(text, language)


def _clean(text: str, language: str) -> Cleaned:
    steps: list[_Step] = []
    if not unicodedata.is_normalized("NFC", text) or _PRESENTATION_FORM.search(text):
        text = _rewritten(text, _compositions(text), steps)
    # str.translate looks every character up in a dict; 87 searches by memchr, nearly all in vain,
    # were 14 times as fast on Persian news.
    for old, new in _SIGNS_AND_LETTERS if language in _PERSIAN else _SIGNS:
        if old in text:
            text = text.replace(old, new)
    text = _rewritten(text, _surplus(text), steps)
    if not unicodedata.is_normalized("NFC", text):  # an invisible sign stood between two parts
        text = _rewritten(text, _compositions(text), steps)
    return Cleaned(text, tuple(steps))


_MAX_REMEMBERED_CHARS = 2_000
_remembered = lru_cache(maxsize=256)(_clean)


_Edit: TypeAlias = tuple[int, int, str]


def _rewritten(text: str, edits: Iterator[_Edit], steps: list[_Step]) -> str:
    """Apply ordered edits (start, end, new text) and note the way back in `steps`."""
    parts: list[str] = []
    pieces: list[_Piece] = []
    length = done = 0
    for start, end, new in edits:
        if start > done:
            pieces.append(_Piece(length, done, start))
            parts.append(text[done:start])
            length += start - done
        if new:
            pieces.append(_Piece(length, start, end))
            parts.append(new)
            length += len(new)
        elif pieces and " " not in text[start:end]:  # white space belongs to no letter
            pieces[-1] = _Piece(pieces[-1].at, pieces[-1].start, end)
        done = end
    if done == 0:
        return text
    parts.append(text[done:])
    # The last piece is written even when empty: it holds the end of the text.
    pieces.append(_Piece(length, done, len(text)))
    steps.append(_Step(tuple(pieces), tuple(piece.at for piece in pieces)))
    return "".join(parts)


def _surplus(text: str) -> Iterator[_Edit]:
    """Yield the removal of invisible characters and surplus spaces."""
    last = len(text)
    for match in _SURPLUS.finditer(text):
        start, end = match.span()
        leading = _LEADING_DROPPED.match(text, start, end)
        middle = leading.end() if leading else start
        if middle > start:
            yield start, middle, ""
        if end > middle:
            is_edge = start == 0 or end == last
            yield middle, end, "" if is_edge else " "


def _compositions(text: str) -> Iterator[_Edit]:
    """Yield each cluster that composes to other characters, and those characters."""
    for word in _WORD.finditer(text):
        if _composed(word[0]) == word[0]:
            continue
        start, end = word.span()
        for border in range(start + 1, end + 1):
            # A mark or jamo may compose with what stands before it; composition crosses no border.
            if border < end and (
                unicodedata.category(text[border])[0] == "M" or _JAMO.match(text[border])
            ):
                continue
            cluster = text[start:border]
            composed = _composed(cluster)
            if composed != cluster:
                yield start, border, composed
            start = border


def _composed(text: str) -> str:
    """Return the NFC form with presentation forms spelt out."""
    plain = _PRESENTATION_FORM.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text)
    return unicodedata.normalize("NFC", plain)
