"""Lexical tokens: one tokenizer for passages and for questions.

A text is cleaned, folded, cut into words by script and each word is cut to a stem, so that
«بی‌سابقه», «بی سابقه» and «بیسابقه» give the same token, and so do «جت‌های», «جت های» and «جتهای».

Only scripts count here, not languages; no positions are kept. Words written together are matched
in `lexical.index`, spellings in other scripts in `lexical.names`.
Sources: of the Persian rules, stop words and the endings ها, ات and ی helped on four question sets
(DECISIONS.md); the joins of می, بی and تر and the article ال gained nothing there that could be
told from chance, and stand for spellings that must match. A list of words to leave whole («تنها»,
«المپیک») moved no question and parted «المپیک» from «المپیکی», so there is none.
The English plural is the S stemmer of D. Harman, "How effective is suffixing?", JASIS 42 (1991);
pairs of characters for scripts without spaces follow Lucene's CJKBigramFilter.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from index.text.clean import clean
from index.text.memo import Recurring

MAX_WORD_CHARS = 64
"""Longer runs of letters are cut: nobody asks for them, and tantivy drops terms over 64 KiB."""

# Suffixes written apart stand here, because joined to their word the stemmer would cut them off.
# Question words stand here because passages answer; they seldom ask.
_STOP_FA = """
و در به از که این ان را با است برای یک بود شد چه چی چیست کدام ایا کجا کجاست کی کیست چرا چگونه
چطور چند چقدر هر تا یا بر هم نیز اما اگر خود می نمی شده کرد کرده شود کند باشد اند ایم اید ام ات
اش ای ها های هایی هایش هایشان هایم هایمان هایت هایتان انها وی او ما من هستند بودند دارد داشت ی
"""
_STOP_EN = """
a an and are as at be been by did do does for from had has have how in is it its of on or s that
the their this to was were what when where which who whom whose why will with
"""
_STOP_AR = "في فی من علی الی عن ما ماذا هو هی هل متی این کیف لماذا التی الذی هذا هذه کان کانت"
STOP_WORDS = frozenset(f"{_STOP_FA} {_STOP_EN} {_STOP_AR}".split())

# «می گوید» is «میگوید», «بی سابقه» is «بیسابقه», «بزرگ تر» is «بزرگتر».
_JOINS_NEXT = re.compile("(?<![^\\W_])(ن?می|بی) (?=[\u0621-\u06cc])")
_JOINS_PREVIOUS = re.compile("(?<=[\u0621-\u06cc]) (?=تر(?:ین|ی)?(?![^\\W_]))")

_ACCENTS = re.compile("[\u0300-\u036f\u0653-\u0655]+")
_UNSPACED = (
    "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
# Vowel signs are letters here: the marks of Brahmic scripts are none to `re`.
_BRAHMIC = "\u0900-\u0963\u0971-\u0dff\u0f40-\u0fbc\u1000-\u103f\u1780-\u17d3"
_RUN = re.compile(
    r"(?:\d{1,3}(?:,\d{3}){1,20}+(?![\d,])|\d+)"
    f"|[{_UNSPACED}]+"
    f"|(?:(?![{_UNSPACED}])(?:[^\\W\\d_]|[{_BRAHMIC}]))+"
)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_PERSIAN_PLURAL = re.compile("(?<=..)ها(?:ی(?:ی|ش|شان|م|مان|ت|تان)?)?$")
_MIN_STEM = 3


class Word(NamedTuple):
    """A word as it is written, folded, and the token it is found by."""

    surface: str
    token: str


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in its order, stop words left out.

    The same for a text before and after `clean`; empty for a text without letters and digits.
    """
    return [word.token for word in _words(text)]


@lru_cache(maxsize=1 << 12)
def token_set(sentence: str) -> frozenset[str]:
    """Return the distinct tokens of a sentence; those of the latest 4,096 are remembered.

    One question looks at each sentence twice, and many questions look at the same ones.
    """
    return frozenset(tokens(sentence))


def words(text: str) -> list[Word]:
    """Return the words behind `tokens`, for those who need them unstemmed."""
    return list(_words(text))


def _words(text: str) -> Iterator[Word]:
    """Yield the words of a text; what stands between two spaces is worked out once."""
    parts = _folded(clean(text).text).split(" ")
    return chain.from_iterable(map(_PARTS.__getitem__, parts))


def token_of(word: str) -> str:
    """Return the token of one folded word of letters, e.g. two written together."""
    first = next(iter(_words_of(word)), None)
    return first.token if first else word


def _folded(text: str) -> str:
    """Fold case, accents and hamza; write together what only a lost joiner kept apart."""
    text = text.casefold()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFD", text)
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text))
    # NFD takes the hamza off an Arabic yeh, which `clean` no longer sees.
    text = text.replace("ي", "ی").replace("ı", "i")
    text = _JOINS_NEXT.sub(r"\1", text)
    return _JOINS_PREVIOUS.sub("", text) if " تر" in text else text


@lru_cache(maxsize=1 << 16)
def _words_of(run: str) -> tuple[Word, ...]:
    """Return the words of one run of digits, of an unspaced script, or of letters."""
    first = run[0]
    if first.isdecimal():  # in ASCII digits, without thousands separators
        digits = run.replace(",", "")
        if not digits.isascii():
            digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
        number = digits[:MAX_WORD_CHARS]
        return (Word(number, number),)
    if _IS_UNSPACED.match(first):  # overlapping pairs, or the one character
        pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        return tuple(Word(pair, pair) for pair in pairs)
    if run in STOP_WORDS:
        return ()
    surface = run[:MAX_WORD_CHARS]
    if "\u0600" <= first <= "\u06ff":
        return (Word(surface, _persian_stem(surface)),)
    return (Word(surface, _english_stem(surface) if surface.isascii() else surface),)


def _words_between(part: str) -> tuple[Word, ...]:
    """Return the words of what stands between two spaces of a folded text."""
    return tuple(chain.from_iterable(map(_words_of, _RUN.findall(part))))


# 40 MB at most, reached by builds of a million passages. Scripts without spaces have long parts
# that never recur.
_PARTS = Recurring(_words_between, limit=1 << 16, longest=40)


def _persian_stem(word: str) -> str:
    """Cut the article and the light endings of a Persian or Arabic word.

    A plural leaves two letters at least («جت», «سد»), the other rules three.
    """
    word = _PERSIAN_PLURAL.sub("", word)
    if word.startswith("ال") and len(word) > _MIN_STEM + 1:
        word = word[2:]
    if word.endswith("ات") and len(word) > _MIN_STEM + 1:
        word = word[:-2]
    return word[:-1] if word.endswith("ی") and len(word) > _MIN_STEM else word


def _english_stem(word: str) -> str:
    """Cut an English plural: the S stemmer, whose first rule that applies ends it."""
    if len(word) <= _MIN_STEM:
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith(("us", "ss")) else word
