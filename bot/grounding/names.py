"""The names of a claim and whether the quotes name them, in whatever script.

In scripts with capitals a name is a capitalised word; at the head of a sentence only one that the
vocabulary does not know as a word. In the others it is the name of a country, or a word that the
vocabulary does not know, or that stands where a person is named: after a title, or before a verb of
saying. It is borne out by the same word, by a word that sounds alike (`index.lexical`), by another
name of the same country or city (`places`), or by its letters read out («اف‌بی‌آی» is FBI).

Does not: tell persons of one name apart, or find common words that are somebody's name («روحانی»
outside the places above; "Rice" in another script than the quote's).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from bot.grounding import places
from bot.grounding.frames import FREQUENT_FROM, exchanged
from bot.grounding.generic import is_generic
from index.encoders import Vocabulary
from index.evaluation import folded
from index.lexical import name_likeness
from index.text import STOP_WORDS, clean_text, tokens

MIN_LIKENESS: Final = 0.7
"""Of a word that sounds like a name; a little less than retrieval's, which ranks what it finds."""
_MIN_SAME_SCRIPT = 0.85
"""Of another spelling in the same script: "Soleimani" is "Suleimani"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What names are looked for in.

    Attributes:
        text: Quotes, headlines and outlets, cleaned.
        languages: Of the quotes.
        quotes: The quotes alone, cleaned.
        spoken: The quotes that are in the language of the claim.
    """

    text: str
    languages: tuple[str, ...]
    quotes: str
    spoken: tuple[str, ...] = ()


Spans = Sequence[tuple[int, int]]

_WORD = re.compile(r"[^\W\d_](?:[.'’]?[^\W\d_]|[\u0900-\u0963\u200d])*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;؟…\"“«(\[-]|\n)[\s\"'“”«»‘’(\[]*$")
_POSSESSIVE = re.compile(r"['’]s?$")
_LETTER_NAMES = (
    "ای بی سی دی ای اف جی اچ آی جی کی ال ام ان او پی کیو ار اس تی یو وی دبلیو ایکس وای زد"
)
_LETTERS_FA: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
_TITLES_LIST = """
mr mrs ms dr sir president minister prime general professor lord lady king queen prince princess
spokesman spokeswoman foreign secretary chairman governor ambassador senator judge colonel
captain ayatollah hojatoleslam brigadier commander leader supreme state the i
"""
_TITLES: Final = frozenset(_TITLES_LIST.split())
_AFTER_NAME_LIST = """
said says told added warned claimed announced noted stressed is was has had will also who
"""
_AFTER_NAME: Final = frozenset(_AFTER_NAME_LIST.split())
_SAYS: Final = _AFTER_NAME - frozenset(["is", "was", "has", "had", "will", "also", "who"])
_TITLES_FA: Final = (
    r"(?:آقای|خانم|دکتر|مهندس|سردار|سرلشکر|سرتیپ|سرهنگ|امیر|آیت ?الله|حجت ?الاسلام|سید|شیخ|حاج|شهید"
    r"|مرحوم|استاد|پروفسور|ژنرال|سناتور|جناب|محمد|علی|حسن|حسین|رضا|مهدی|احمد|محمود|عباس|جواد)"
)
_SAYING_FA: Final = (
    r"(?:گفته? ?(?:است|اند|بود)?|گفتند|می ?گوید|می ?گویند|افزود|اظهار (?:داشت|کرد)|تاکید کرد"
    r"|تأکید کرد|تصریح کرد"
    r"|اعلام کرد|هشدار داد|مدعی شد|یادآور شد|خاطرنشان کرد|بیان کرد|عنوان کرد|خبر داد"
    r"|ابراز (?:کرد|داشت))"
)
_SPEAKER_FA = re.compile(
    rf"(?:^|[.؛،:] ?)(?P<subject>(?:\w+ ){{1,7}}?)(?:(?:نیز|هم|همچنین|با|در|روز"
    rf"|امروز) .{{0,60}}?)?{_SAYING_FA}"
    rf"|به (?:گفته|نقل از|گزارش) (?P<source>(?:\w+ ?){{1,3}})"
)
_TITLED_FA = re.compile(rf"(?<!\w){_TITLES_FA} (?P<name>\w+(?: \w+)?)")
_GENERIC_FA: Final = frozenset(
    tokens(
        "وی او این آن ایشان آنها مقام مقامات مقام‌ها مسئول مسئولان رئیس رییس وزیر سخنگو سخنگوی"
        " معاون نماینده فرمانده"
        " کارشناس کارشناسان عضو مدیر دبیر استاندار جمهور جمهوری دولت مجلس وزارت سازمان شورا"
        " شورای خبرگزاری"
        " همچنین نیز روز امروز دیروز ادامه پایان گزارش خبر نقل گفته مورد زمینه باره درباره خصوص"
        " رابطه نشست"
        " گفتگو گفت‌وگو مصاحبه سخنرانی مراسم جلسه اشاره بیان تاکید خارجه کشور سابق پیشین ارشد جدید"
    )
)


def unborne_names(claim: str, language: str, evidence: Evidence, apart: Spans) -> list[str]:
    """Return the names of a claim that the evidence does not have.

    Args:
        apart: Stretches of the cleaned claim without names, such as dates.
    """
    line = clean_text(claim).text
    found = list(_unnamed_places(line, language, evidence, apart))
    if _has_capitals(line):
        names = _capitalised(line, language)
    elif language == _PERSIAN:
        names = _uncapitalised(line, evidence)
        found += exchanged(line, list(evidence.spoken), evidence.text, vocabulary())
    else:
        return found
    for start, end, words in names:
        if any(first < end and start < last for first, last in apart):
            continue
        for word in words[_begins(line, start, language) :]:
            is_alone = len(words) == 1
            if not _is_named(word, words, language, evidence, is_alone=is_alone):
                found.append(word)
    return found


def _begins(line: str, start: int, language: str) -> bool:
    """Tell whether a word may have its capital only from the sentence that it begins.

    English ones are looked up among common words (`_is_name_word`).
    """
    if language == _ENGLISH or not _has_capitals(line):
        return False
    return _SENTENCE_END.search(line[:start]) is not None


def _has_capitals(line: str) -> bool:
    """Tell whether the script of a line distinguishes them."""
    cased = sum(char.lower() != char.upper() for char in line)
    return cased * 2 > sum(char.isalpha() for char in line)


@cache
def vocabulary() -> Vocabulary:
    """Open the vocabulary, once."""
    return Vocabulary()


Name = tuple[int, int, tuple[str, ...]]
_PERSIAN: Final = "fa"
_ENGLISH: Final = "en"


def _capitalised(line: str, language: str) -> Iterator[Name]:
    """Yield the runs of capitalised words: their place and the words."""
    if language.startswith("de"):
        return  # every noun has a capital
    matches = list(_WORD.finditer(line))
    at = 0
    while at < len(matches):
        after = at
        while after < len(matches) and _is_name_word(matches, after, line, begun=after > at):
            after += 1
        if after > at:
            run = matches[at:after]
            yield run[0].start(), run[-1].end(), tuple(_bare(one[0], language) for one in run)
        at = max(after, at + 1)


def _bare(word: str, language: str) -> str:
    """Take off what an apostrophe parts from a name: "Kirby's", "Londra'ya", "L'Iran"."""
    ending = _SUFFIX_TR if language == "tr" else _POSSESSIVE
    start = _ELIDED if language in _ELIDING else _NOTHING
    return ending.sub("", start.sub("", word)) or word


_SUFFIX_TR = re.compile(r"['’]\w*$")
_ELIDED = re.compile(r"^(?:[dlDL]|[Qq]u)['’](?=\w)")
_NOTHING = re.compile(r"^(?!)")
_ELIDING: Final = frozenset({"fr", "it", "ca"})


def _is_name_word(matches: Sequence[re.Match[str]], at: int, line: str, *, begun: bool) -> bool:
    """Tell whether a word is (part of) a name by its capital."""
    word = _POSSESSIVE.sub("", matches[at][0])
    if not word[0].isupper() or word.casefold() in STOP_WORDS | _TITLES:
        return False
    if begun:
        gap = line[matches[at - 1].end() : matches[at].start()]
        return gap in (" ", "-", ". ")
    if not _SENTENCE_END.search(line[: matches[at].start()]):
        return True
    is_followed = at + 1 < len(matches) and line[matches[at].end() : matches[at + 1].start()] == " "
    following = matches[at + 1][0] if is_followed else ""
    if _is_word(word):
        # "Putin said": what speaks is somebody, unless the word is commoner without its capital.
        is_speaker = following.casefold() in _SAYS and not word.endswith("s")
        return is_speaker and not _is_word(word, margin=0.0)
    return word.isupper() or following[:1].isupper() or following.casefold() in _AFTER_NAME


@lru_cache(maxsize=1 << 12)
def _is_word(word: str, *, margin: float = 1.2) -> bool:
    """Tell whether a word or what is left without an ending is a common one.

    Args:
        word: With or without its capital.
        margin: How much likelier it may be with a capital, as a logarithm.
    """
    known = vocabulary()
    lower = word.casefold()
    stems = [lower, *(lower[: -len(end)] for end in _ENDINGS if lower.endswith(end))]
    return any(
        known.weight(stem) > max(_RARE, known.weight(stem.capitalize()) - margin)
        for stem in (*stems, *(f"{stem}e" for stem in stems[1:]))
    )


_ENDINGS: Final = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "al", "ion", "ions", "ment")
_RARE = -16.0


def _is_named(
    word: str, whole: Sequence[str], language: str, evidence: Evidence, *, is_alone: bool
) -> bool:
    """Tell whether the evidence has a name."""
    is_same_script = _has_capitals(word) == _has_capitals(evidence.quotes)
    least = _MIN_SAME_SCRIPT if is_same_script else MIN_LIKENESS
    spelt = [word] if is_alone else [word, "".join(whole)]
    if _holds(word, evidence.text) or _sounds(spelt, language, evidence.text) >= least:
        return True
    if _stands_for_place(word, whole, language, evidence):
        return True
    if word.isupper() and _is_spelt_out(word, evidence.text):
        return True
    return not _is_told_apart(word, language, evidence, is_alone=is_alone)


def _sounds(spelt: Sequence[str], language: str, text: str) -> float:
    """Return how surely a text has a name in one of its spellings, with or without an ending."""
    bare = [_CASE_RU.sub("", one) for one in spelt] if language == "ru" else []
    return max(name_likeness(one, text) for one in (*spelt, *bare))


_CASE_RU = re.compile(r"(?<=\w{3})(?:[аеиоуыюя]|[ео]й|[ео]м|ым|[ая]ми?|[ая]х|[иы]х|[ое]го)$")


def _holds(word: str, text: str) -> bool:
    """Tell whether a text has a word, by its stem."""
    own = tokens(word)
    return not own or _text_tokens(text).issuperset(own)


@lru_cache(maxsize=256)
def _text_tokens(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


def _is_told_apart(word: str, language: str, evidence: Evidence, *, is_alone: bool) -> bool:
    """Tell whether a word that was not found is missing, and not merely translated."""
    if _has_capitals(word) == _has_capitals(evidence.quotes):
        return True
    is_acronym = word.isupper()
    is_short = is_acronym or len(_VOWELS.sub("", word.casefold())) < _MIN_CONSONANTS
    is_common = _is_word(word, margin=0.0) if is_alone else _is_word(word)
    is_translated = is_generic(word, language) or (_has_capitals(word) and is_common)
    return not (is_short or is_translated)


_VOWELS = re.compile("[aeiouhywàâáäãåéèêëíìîïıóòôöúùûüаеёиоуыэюяйьъ]")
_MIN_CONSONANTS = 2


def _stands_for_place(word: str, whole: Sequence[str], language: str, evidence: Evidence) -> bool:
    """Tell whether a word belongs to the name of a place that the evidence names otherwise."""
    for size in range(min(len(whole), places.LONGEST), 0, -1):
        for at in range(len(whole) - size + 1):
            part = whole[at : at + size]
            known = places.codes(folded(" ".join(part)), language) if word in part else None
            if known and _names_place(known, evidence):
                return True
    return _names_place(places.inflected_codes(folded(word), language), evidence)


def _names_place(codes: frozenset[str], evidence: Evidence) -> bool:
    text = folded(evidence.text)
    return any(places.are_named(codes, text, language) for language in evidence.languages)


def _unnamed_places(line: str, language: str, evidence: Evidence, apart: Spans) -> Iterator[str]:
    """Yield the countries and cities of a claim that the evidence names by no name."""
    matches = list(_WORD.finditer(line))
    at = 0
    while at < len(matches):
        step = 1
        for size in range(places.LONGEST, 0, -1):
            part = matches[at : at + size]
            name = line[part[0].start() : part[-1].end()]
            if len(part) < size or (_has_capitals(line) and not part[0][0][0].isupper()):
                continue
            bare = _bare(name, language)
            if bare.casefold() in STOP_WORDS or (len(bare) <= _LETTERS and not bare.isupper()):
                continue  # "Un" is no UN
            known = places.codes(folded(bare), language)
            known = frozenset(code for code in known if not code.startswith("lang:")) or known
            if not known or any(a < part[-1].end() and part[0].start() < b for a, b in apart):
                continue
            step = size
            if _is_place(known) and not (
                _names_place(known, evidence)
                or _holds(name, evidence.text)
                or name_likeness(name, evidence.text) >= MIN_LIKENESS
            ):
                yield name
            break
        at += step


def _is_place(codes: frozenset[str]) -> bool:
    """Tell whether a name is surely one: languages have names that are words («ترکی»)."""
    return any(len(code) <= _CODE and (code.isupper() or code in _CONTINENTS) for code in codes)


_CODE = 3
_LETTERS = 2
_CONTINENTS: Final = frozenset({"002", "003", "005", "019", "142", "145", "150"})
"""Of the regions that CLDR numbers; the others have no name that everybody uses."""


def _is_spelt_out(acronym: str, text: str) -> bool:
    """Tell whether a text has an acronym's letters by their names, or words that begin so."""
    spoken = "".join(_LETTERS_FA.get(letter, letter) for letter in acronym.casefold())
    if spoken.replace("آ", "ا") in folded(text).replace(" ", "").replace("آ", "ا"):
        return True
    initials = "".join(word[0] for word in _WORD.findall(text) if word[0].isupper())
    return acronym in initials


def _uncapitalised(line: str, evidence: Evidence) -> Iterator[Name]:
    """Yield the words of a claim in a script without capitals that are or may be names."""
    marked: set[int] = set()
    for match in _TITLED_FA.finditer(line):
        marked |= {match.start("name") + one.start() for one in _WORD.finditer(match["name"])}
    for match in _SPEAKER_FA.finditer(line):
        group = "subject" if match["subject"] else "source"
        marked |= {match.start(group) + one.start() for one in _WORD.finditer(match[group])}
    same_script = not _has_capitals(evidence.quotes)
    for one in _WORD.finditer(line):
        word = one[0]
        own = tokens(word)
        if not own or _GENERIC_FA.issuperset(own):
            continue
        weight = vocabulary().weight(word)
        is_marked = same_script and one.start() in marked and weight < FREQUENT_FROM
        if is_marked or (weight == -math.inf and not _is_derived(word, evidence)):
            yield one.start(), one.end(), (word,)


_STEM = 4


def _is_derived(word: str, evidence: Evidence) -> bool:
    """Tell whether a word is one of the evidence or a known one with endings, or a verb."""
    known = vocabulary()
    stems = {word, _ENDINGS_FA.sub("", word), _ENDINGS_FA.sub("", _ENDINGS_FA.sub("", word))}
    if any(known.weight(stem) > -math.inf for stem in stems) or _VERB_FA.search(word):
        return True
    return len(word) < _STEM or any(
        held.startswith(word[:_STEM]) for held in _text_tokens(evidence.text)
    )


_ENDINGS_FA = re.compile(
    r"(?<=..)(?:ترین|تر|هایی|های|ها|ان|ات|شان|مان|تان|ش|ت|م|ی|ه|ند|یم|ید|د|ای|گی|انه|مند|گر|گران|چی|دار"
    r"|کننده|شده)$"
)
_VERB_FA = re.compile(r"^(?:ن?می|ب)\w{3,}(?:م|ی|د|یم|ید|ند)$|(?:ند|یم|ید)$")
