"""Negation in a claim and in its quotes, in English and Persian.

Each word of negation is tied to what it negates: "did not agree" to agree, «توافق نکرد» to توافق
and کرد. A claim is at fault when it negates something and the quotes negate nothing at all, when
it states without a "not" what the quotes state with one, or the other way round; also when it
states what the quotes tell only as a report that somebody denied.

Does not: know other languages (they pass), double negations, irony or the scope of "not all".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from index.text import STOP_WORDS, clean_text, tokens

_NOT_EN: Final = re.compile(
    r"\b(?:not|never|no longer|cannot|neither|nor|nobody|nothing|none|nowhere)\b"
    r"|\bno\b(?! one of| (?:more|less|fewer|later) than)"
    r"|n['’]t\b",
    re.IGNORECASE,
)
# Words that deny without a "not", counted against the negated verbs of the other language.
_DENIES_EN: Final = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|refus\w+|reject\w+|fail\w*|lack\w*|absen\w+|unlikely|prevent\w*"
    r"|ban\w*|prohibit\w*|avoid\w*|hardly|barely|rarely|except|unless|until|un\w{4,}|non\w*|out"
    r"|in(?:cap|suf|adeq|val|aud|vis|eff|def|dep)\w+|im(?:poss|pot)\w*|dis\w{4,}|\w+less|against"
    r"|missing|illegal|without|exempt\w*|free of|free from|oppos\w+|exclu\w+|declin\w+|lost"
    r"|contrary|extinct|although|though|same)\b",
    re.IGNORECASE,
)
# A negated Persian verb: the prefix and the stems that newspapers use most, present and past.
# Left out are those with which it makes another word: «نبرد», «نزد», «نمود», «نای».
_STEMS_FA: Final = (
    "کرد|کن|شد|شو|بود|باش|دار|داشت|خواه|خواست|خور|گفت|گو|گرفت|گیر|داد|ده|رسید|رس|رفت|رو|آمد|امد"
    "|یافت|یاب|توان|توانست|دید|بین|دان|دانست|پذیرفت|پذیر|گذاشت|گذار|آورد|اور|زن|ماند|مان|کشید|کش"
    "|ساخت|ساز|افتاد|انداخت|شناخت|شناس|فهمید|شنید|گشت|گرد|گذشت|نشست|فروخت|خرید|خواند|نوشت|فرست"
    "|فرستاد|بست|بند|پرداخت|پرداز|بایست|باید|گردید|ورزید|ایستاد"
)
_ENDINGS_FA: Final = (
    "(?:ه|م|ی|د|یم|ید|ند|ست|ست(?:م|ی|یم|ید|ند)|ه ?(?:است|اند|ام|ای|ایم|اید|بود|شد))?"
)
_NEGATED_FA: Final = re.compile(
    rf"(?<!\w)(?:نمی ?(?P<present>\w{{2,}})|ن(?P<past>(?:{_STEMS_FA}){_ENDINGS_FA})"
    rf"|نی(?P<olden>افت|فتاد|امد|اورد)\w*"
    r"|(?P<is>نیست|نیستند|نیستیم|نیستم|نباید|نخواهد|نخواهند|نخواهیم))(?!\w)"
)
_DENIES_FA: Final = re.compile(
    r"(?<!\w)(?:هرگز|بدون|عدم|فاقد|نه|تکذیب|رد (?=کرد)|غیر\w*|نا\w{3,}|بی ?\w{2,}|مخالف\w*|خودداری"
    r"|امتناع|مانع|جلوگیری|ممنوع\w*|معاف\w*|به ?جز|جز|مگر|ضد|منتفی|محروم|ناتوان|نبود\w*|نداشتن"
    r"|نکردن|نشدن)"
    r"(?!\w)"
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
_SHORT: Final = 4


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a text negates and what it states.

    Attributes:
        negated: Negated words: roots in English, pairs of a word and the verb in Persian.
        stated: Words or pairs of the same form without a negation.
        n_negated: Plain negations.
        n_denied: Words that deny otherwise: «بدون», "fail", "unhurt".
    """

    negated: frozenset[tuple[str, ...]]
    stated: frozenset[tuple[str, ...]]
    n_negated: int
    n_denied: int

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it negates."""
        return not self.n_negated and not self.n_denied


_KNOWN: Final = frozenset({"en", "fa"})


def is_contradicted(claim: str, language: str, quotes: Sequence[str], quoted_in: str) -> bool:
    """Tell whether a claim and the quotes it cites differ in what they negate.

    Args:
        quotes: All in the language `quoted_in`.
    """
    if not {language, quoted_in} <= _KNOWN:
        return False
    mine, theirs = polarity(claim, language), polarity("\n".join(quotes), quoted_in)
    if mine.n_negated > theirs.n_negated + theirs.n_denied:
        return True
    if language != quoted_in:
        # Only of a claim about all of its one quote: another may tell a clause without negation.
        n_words = sum(len(quote.split()) for quote in quotes)
        is_whole = len(quotes) == 1 and len(claim.split()) >= _WHOLE * n_words <= _WHOLE * _LONGEST
        return is_whole and not mine.n_negated and theirs.n_negated > mine.n_denied
    flipped = (mine.negated & theirs.stated) - theirs.negated
    dropped = (mine.stated & theirs.negated) - theirs.stated - mine.negated
    return bool(flipped or dropped) or (not mine.n_negated and _is_denied(claim, language, quotes))


_LONGEST: Final = 35
_WHOLE: Final = 0.7


_REPORTS_EN: Final = (
    r"(?:reports?|claims?|allegations?|accusations?|charges?|rumou?rs?|suggestions?)"
)
_REPORTS_FA: Final = r"(?:خبر\w*|گزارش\w*|ادعا\w*|شایع\w*|اتهام\w*)"
_REPORT: Final = re.compile(rf"(?<!\w)(?:{_REPORTS_EN}|{_REPORTS_FA})(?!\w)", re.IGNORECASE)
_DENIED_EN: Final = re.compile(
    rf"\b(?:(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?) "
    rf"(?:(?:\w+ )?{_REPORTS_EN} (?:that|of|about)|that|having|being)"
    r"|rul(?:es?|ed|ing) out that)\b",
    re.IGNORECASE,
)
_DENIED_FA: Final = re.compile(r"(?<!\w)(?P<verb>تکذیب|رد) (?:کرد|می ?کن|نمود|شد)\w*")
_CLAUSE: Final = re.compile(r"[,;:.!?،؛؟](?!\d)|(?<!\w)(?:and|but|while|و|اما|ولی)(?!\w)")
_CARRIES_NOTHING_LIST: Final = """
کرد کرده شد شده داد داده است بود بوده اند دارد داشت می شود کند در به از که را و با این آن
"""
_CARRIES_NOTHING: Final = STOP_WORDS | _LIGHT | frozenset(_CARRIES_NOTHING_LIST.split())
_STEM: Final = 4
_MOST: Final = 0.75
_LEAST: Final = 2


def _is_denied(claim: str, language: str, quotes: Sequence[str]) -> bool:
    """Tell whether a claim states what quotes tell as a report that somebody denied."""
    text = clean_text(claim).text.casefold()
    said = {word[:_STEM] for word in tokens(text) if word not in _CARRIES_NOTHING}
    if len(said) < _LEAST or _REPORT.search(text):
        return False
    pattern, denies = (_DENIED_FA, _DENIES_FA) if language == "fa" else (_DENIED_EN, _DENIES_EN)
    for quote in quotes:
        for clause in _CLAUSE.split(clean_text(quote).text.casefold()):
            if not (denied := pattern.search(clause)):
                continue
            told = clause[denied.end() :]
            if language == "fa":
                *_, told = _REPORT.split(clause[: denied.start()], maxsplit=1)
                if denied["verb"] == "رد" and not _REPORT.search(clause):
                    continue
            known = {word[:_STEM] for word in tokens(told)}
            if len(said & known) >= _MOST * len(said) and all(
                word in told for word in denies.findall(text)
            ):
                return True
    return False


@lru_cache(maxsize=512)
def polarity(text: str, language: str) -> Polarity:
    """Return what a text in English or Persian negates."""
    line = clean_text(text).text
    return _persian(line) if language == "fa" else _english(line)


def _english(line: str) -> Polarity:
    """Tie each "not" to the next word of content."""
    words = [(match.start(), match[0].casefold()) for match in _WORDS.finditer(line)]
    content = [(start, word) for start, word in words if word not in _LIGHT]
    marks = [match.end() for match in _NOT_EN.finditer(line)]
    following = (next((item for item in content if item[0] >= end), None) for end in marks)
    targets = {item for item in following if item}
    stated = {item for item in content if item not in targets and not _NOT_EN.fullmatch(item[1])}
    return Polarity(
        frozenset((_root(word),) for _, word in targets),
        frozenset((_root(word),) for _, word in stated),
        len(marks),
        len(_DENIES_EN.findall(line)),
    )


def _root(word: str) -> str:
    """Return a verb's root, roughly, so that "agree" is "agreed"."""
    return re.sub(r"(?:ies|ied|ying|ing|ed|es|e|s|y)$", "", word) if len(word) > _SHORT else word


def _persian(line: str) -> Polarity:
    """Tie each negated verb to itself without «ن» and the word before it."""
    negated: set[tuple[str, ...]] = set()
    pieces: list[str] = []
    last = 0
    for match in _NEGATED_FA.finditer(line):
        if match["present"]:
            positive = f"می{match['present']}"
        elif match["is"]:
            positive = _POSITIVE_FA[match["is"]]
        else:
            positive = match["past"] or f"ی{match['olden']}"
        pieces += [line[last : match.start()], f"\u0001{positive} "]
        last = match.end()
    pieces.append(line[last:])
    words = re.findall(r"\u0001?\w+(?: ?ماه)?", "".join(pieces).replace("می ", "می"))
    stated: set[tuple[str, ...]] = set()
    for before, word in zip(["", *words], words, strict=False):
        pair = (before.strip("\u0001"), word.strip("\u0001"))
        (negated if word.startswith("\u0001") else stated).add(pair)
    denied = len(_DENIES_FA.findall("".join(pieces)))
    return Polarity(frozenset(negated), frozenset(stated), len(negated), denied)
