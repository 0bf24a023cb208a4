"""Whether a claim denies what the quotes say, or the other way round, in English and Persian.

Each word of negation is tied to what it negates: "did not agree" to agree, «توافق نکرد» to توافق
and کرد. A claim is at fault when it negates something and the quotes negate nothing at all, when
it states without a "not" what the quotes state with one, or the other way round.

Does not: know other languages (they pass), double negations, irony or the scope of "not all".
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from index import clean_text

_NOT_EN: Final = re.compile(
    r"\b(?:not|never|no longer|cannot|neither|nor|nobody|nothing|none|nowhere|without)\b"
    r"|\bno\b(?! one of)"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_DENIES_EN: Final = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|refus\w+|reject\w+|fail\w*|lack\w*|absen\w+|unable|unlikely"
    r"|prevent\w*"
    r"|ban\w*|prohibit\w*|avoid\w*|hardly|barely|rarely|few|little|only|except|instead|rather"
    r"|unless|until"
    r"|but|free|stop\w*|un\w{4,}|in(?:cap|suf|adeq|val|aud|vis|eff|def|dep)\w+|im(?:poss"
    r"|pot)\w*|ir(?:re|ra)\w+"
    r"|dis\w{4,}|non\w*|less|\w+less|any\w*|against|beyond|out of|far from|too|ever|yet"
    r"|although|though"
    r"|despite|however|missing|miss\w*|illegal|oppos\w+|dismiss\w*|exclu\w+|end\w*|zero|void"
    r"|ignor\w+"
    r"|declin\w+|cancel\w*|lost|lose\w*|contrary|difficult|hard|impossible|extinct|nor|opposite)\b",
    re.IGNORECASE,
)
# A negated Persian verb: the prefix and the stems that newspapers use most, present and past.
_STEMS_FA: Final = (
    "کرد|کن|شد|شو|بود|باش|دار|داشت|خواه|خواست|خور|گفت|گو|گرفت|گیر|داد|ده|رسید|رس|رفت|رو|آمد|امد"
    "|آی|ای"
    "|یافت|یاب|توان|توانست|دید|بین|دان|دانست|پذیرفت|پذیر|گذاشت|گذار|آورد|اور|زد|زن|ماند|مان|برد"
    "|بر|کشید|کش"
    "|ساخت|ساز|افتاد|افت|انداخت|شناخت|شناس|فهمید|شنید|گشت|گرد|گذشت|نشست|فروخت|خرید|خواند|نوشت"
    "|گنج|فرست"
    "|فرستاد|بست|بند|پرداخت|پرداز|بایست|باید|شای|گردید|نمود|نما|ورزید|مود|ایستاد|پسند|انجام"
)
_ENDINGS_FA: Final = (
    "(?:ه|م|ی|د|یم|ید|ند|ست|ست(?:م|ی|یم|ید|ند)|ه ?(?:است|اند|ام|ای|ایم|اید|بود|شد))?"
)
_NEGATED_FA: Final = re.compile(
    rf"(?<!\w)(?:نمی ?(?P<present>\w{{2,}})|ن(?P<past>(?:{_STEMS_FA}){_ENDINGS_FA})"
    rf"|نی(?P<olden>افت|فتاد|امد|اورد)\w*"
    r"|(?P<is>نیست|نیستند|نیستیم|نیستم|نباید|نخواهد|نخواهند|نخواهیم))(?!\w)"
)
_OTHER_FA: Final = re.compile(
    r"(?<!\w)(?:هیچ\w*|هرگز|بدون|عدم|فاقد|نه|تکذیب|رد کرد\w*|غیر\w*|نا\w{3,}|بی ?\w{2,}"
    r"|مخالف\w*|خودداری|امتناع|مانع"
    r"|جلوگیری|ممنوع\w*|به ?جز|جز|مگر|تنها|فقط|اما|ولی|بلکه|کمتر|کم|اندک|محدود|ضد|منع|قطع|توقف"
    r"|متوقف|لغو|فارغ|عاری|دور از"
    r"|سلب|منتفی|نفی|محروم|خالی|ناتوان|سخت|دشوار|علیه|ترک|از دست|مخالفت|نبود\w*|نداشتن|نکردن"
    r"|نشدن|باز ?داشت\w*|نسبتا)(?!\w)"
)
_POSITIVE_FA: Final = {
    "نیست": "است", "نیستند": "هستند", "نیستیم": "هستیم", "نیستم": "هستم", "نباید": "باید",
    "نخواهد": "خواهد", "نخواهند": "خواهند", "نخواهیم": "خواهیم",
}  # fmt: skip
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LIGHT_LIST = """
is are was were be been being do does did has have had will would can could may might must
should shall to a an the any yet ever also still even it there so
"""
_LIGHT: Final = frozenset(_LIGHT_LIST.split())
_NEAR: Final = 2


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a text negates.

    Attributes:
        negated: Heads, as pairs of tokens or single tokens, that stand under a negation.
        stated: The same that stand without one.
        is_plain: Whether nothing in it negates, not even «بدون», "fail" or a prefix.
        n_strong: Plain words of negation.
    """

    negated: frozenset[tuple[str, ...]]
    stated: frozenset[tuple[str, ...]]
    is_plain: bool
    n_strong: int


_KNOWN: Final = frozenset({"en", "fa"})


def is_contradicted(claim: str, language: str, quotes: str, quoted_in: str) -> bool:
    """Tell whether a claim and the quotes it cites differ in what they negate."""
    if not {language, quoted_in} <= _KNOWN:
        return False
    mine, theirs = polarity(claim, language), polarity(quotes, quoted_in)
    if mine.n_strong and theirs.is_plain:
        return True
    if language != quoted_in:
        return mine.is_plain and bool(theirs.n_strong) and _is_short(quotes)
    flipped = (mine.negated & theirs.stated) - theirs.negated
    dropped = (mine.stated & theirs.negated) - theirs.stated - mine.negated
    return bool(flipped or dropped)


_SHORT_WORDS: Final = 30


def _is_short(quotes: str) -> bool:
    """Tell whether quotes have no other clause that a claim may be about."""
    return len(quotes.split()) <= _SHORT_WORDS


@lru_cache(maxsize=512)
def polarity(text: str, language: str) -> Polarity:
    """Return what a text in English or Persian negates."""
    line = clean_text(text).text
    return _persian(line) if language == "fa" else _english(line)


def _english(line: str) -> Polarity:
    """Tie each "not" to the next words that say something."""
    words = [(match.start(), match[0].casefold()) for match in _WORDS.finditer(line)]
    marks = [match.end() for match in _NOT_EN.finditer(line)]
    negated: set[tuple[str, ...]] = set()
    taken: set[int] = set()
    for end in marks:
        following = [(at, word) for at, word in words if at >= end and word not in _LIGHT]
        for at, word in following[:1]:
            negated.add(_heads(word))
            taken.add(at)
    stated = {
        _heads(word)
        for at, word in words
        if at not in taken and word not in _LIGHT and not _NOT_EN.fullmatch(word)
    }
    return Polarity(
        frozenset(negated), frozenset(stated), not marks and not _DENIES_EN.search(line), len(marks)
    )


def _heads(word: str) -> tuple[str, ...]:
    """Return a verb's root, roughly, so that "agree" is "agreed"."""
    root = re.sub(r"(?:ies|ied|ying|ing|ed|es|e|s|y)$", "", word) if len(word) > _NEAR + 2 else word
    return (root,)


def _persian(line: str) -> Polarity:
    """Tie each negated verb to itself without «ن» and the word before it."""
    negated: set[tuple[str, ...]] = set()
    pieces: list[str] = []
    last = 0
    for match in _NEGATED_FA.finditer(line):
        pieces.append(line[last : match.start()])
        positive = _positive(match)
        pieces.append(f"\u0001{positive} ")
        last = match.end()
    pieces.append(line[last:])
    words = re.findall(r"\u0001?\w+(?: ?ماه)?", "".join(pieces).replace("می ", "می"))
    stated: set[tuple[str, ...]] = set()
    for before, word in zip(["", *words], words, strict=False):
        pair = (before.strip("\u0001"), word.strip("\u0001"))
        (negated if word.startswith("\u0001") else stated).add(pair)
    n_strong = len(negated)
    return Polarity(
        frozenset(negated), frozenset(stated), not n_strong and not _OTHER_FA.search(line), n_strong
    )


def _positive(match: re.Match[str]) -> str:
    """Return a negated verb without its negation."""
    if match["present"]:
        return f"می{match['present']}"
    if match["is"]:
        return _POSITIVE_FA[match["is"]]
    return match["past"] or f"ی{match['olden']}"
