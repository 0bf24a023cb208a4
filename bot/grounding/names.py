"""Names in a claim and whether the quotes have them, in whatever script.

In scripts with capitals a name is a capitalised word; at the head of a sentence only one that the
vocabulary does not know as a word. In the others it is the name of a country, or a word that the
vocabulary does not know, or one beside a person's title or a verb of saying. It is supported by the
same word, by a word that sounds alike (`index.lexical`), by another name of the same
country or city (`places`), or by its letters read out («اف‌بی‌آی» is FBI).

Does not: tell persons of one name apart, or find common words that are somebody's name («روحانی»
but for the places above; "Rice" in another script than the quote's).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from bot.grounding import places
from bot.grounding.frames import FREQUENT_FROM, replaced_words
from bot.grounding.generic import is_generic
from index.encoders import Vocabulary
from index.evaluation import folded
from index.lexical import name_likeness
from index.text import STOP_WORDS, clean_text, tokens

MIN_LIKENESS: Final = 0.7
"""Least likeness by sound to a name; a little less than retrieval's, which ranks what it finds."""
_MIN_SAME_SCRIPT = 0.85
"""Least likeness of another spelling in the same script: "Soleimani" is "Suleimani"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Texts in which the names of a claim are looked up.

    Attributes:
        text: Quotes, headlines and outlets, cleaned.
        languages: Of the quotes.
        quotes: The quotes alone, cleaned.
        same_language: The quotes that are in the language of the claim.
    """

    text: str
    languages: tuple[str, ...]
    quotes: str
    same_language: tuple[str, ...] = ()


Spans = Sequence[tuple[int, int]]

_WORD = re.compile(r"[^\W\d_](?:[.'’]?[^\W\d_]|[\u0900-\u0963\u200d])*")
# A mark that ends a sentence or begins a quotation, then spaces, quotes and brackets to the end.
_AFTER_MARK = r"\s\"'“”«»‘’(\["
_SENTENCE_END = re.compile(
    rf"(?:^|[.!?:;؟…¿¡-]|(?<![{_AFTER_MARK}])(?=[{_AFTER_MARK}]*?[\"“«(\[\n]))[{_AFTER_MARK}]*+$"
)
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


def unsupported_names(
    claim: str,
    language: str,
    evidence: Evidence,
    apart: Spans = (),
    *,
    may_be_translated: bool = True,
) -> list[str]:
    """Return the names of a claim that the evidence does not have.

    Args:
        apart: Stretches of the cleaned claim without names, such as dates.
        may_be_translated: Whether common words with a capital are let through across scripts.
    """
    line = clean_text(claim).text
    missing = list(unnamed_places(line, language, evidence, apart))
    is_cased = _has_capitals(line)
    if is_cased:
        names = _capitalised(line, language)
    elif language == _PERSIAN:
        adverbs = frozenset(folded(word) for word in _ADVERB_FA.findall(claim))
        names = (name for name in _uncapitalised(line, evidence) if name[2][0] not in adverbs)
        quotes = list(evidence.same_language)
        set_apart = {word for start, end in apart for word in folded(line[start:end]).split()}
        replaced = replaced_words(line, quotes, evidence.text, vocabulary())
        missing += [word for word in replaced if word not in set_apart]
    else:
        return missing
    for start, end, words in names:
        if any(first < end and start < last for first, last in apart):
            continue
        # Any word has a capital at the head of a sentence. `_is_name_word` has looked up English
        # ones among common words.
        may_be_word = is_cased and language != _ENGLISH and _SENTENCE_END.search(line[:start])
        checked = words[1:] if may_be_word else words
        missing += [
            word
            for word in checked
            if not _is_named(word, words, language, evidence, may_be_translated=may_be_translated)
        ]
    return missing


def _has_capitals(line: str) -> bool:
    """Tell whether the script of a line distinguishes capitals from small letters."""
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
    """Yield the runs of capitalised words: where each begins and ends, and the words."""
    if language.startswith("de"):
        return  # every noun has a capital
    matches = list(_WORD.finditer(line))
    first = 0
    while first < len(matches):
        after = first
        while after < len(matches) and _is_name_word(matches, after, line, begun=after > first):
            after += 1
        if after > first:
            run = matches[first:after]
            yield run[0].start(), run[-1].end(), tuple(_bare(word[0], language) for word in run)
        first = max(after, first + 1)


def _bare(word: str, language: str) -> str:
    """Remove what an apostrophe separates from a name: "Kirby's", "Londra'ya", "L'Iran"."""
    ending = _SUFFIX_TR if language == "tr" else _POSSESSIVE
    start = _ELIDED if language in _ELIDING else _NOTHING
    return ending.sub("", start.sub("", word)) or word


_SUFFIX_TR = re.compile(r"['’]\w*$")
_ELIDED = re.compile(r"^(?:[dlDL]|[Qq]u)['’](?=\w)")
_NOTHING = re.compile(r"^(?!)")
_ELIDING: Final = frozenset({"fr", "it", "ca"})


def _is_name_word(matches: Sequence[re.Match[str]], row: int, line: str, *, begun: bool) -> bool:
    """Tell whether a word is (part of) a name by its capital; `begun` if the one before is."""
    match = matches[row]
    word = _POSSESSIVE.sub("", match[0])
    if not word[0].isupper() or word.casefold() in STOP_WORDS | _TITLES:
        return False
    if begun:
        gap = line[matches[row - 1].end() : match.start()]
        return gap in (" ", "-", ". ")
    if not _SENTENCE_END.search(line[: match.start()]):
        return True
    is_followed = row + 1 < len(matches) and line[match.end() : matches[row + 1].start()] == " "
    following = matches[row + 1][0] if is_followed else ""
    if is_common_word(word):
        # "Putin said": the speaker is a person, unless the word is commoner without its capital.
        is_speaker = following.casefold() in _SAYS and not word.endswith("s")
        return is_speaker and not is_common_word(word, margin=0.0)
    return word.isupper() or following[:1].isupper() or following.casefold() in _AFTER_NAME


@lru_cache(maxsize=1 << 12)
def is_common_word(word: str, *, margin: float = 1.2) -> bool:
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
    word: str,
    whole: Sequence[str],
    language: str,
    evidence: Evidence,
    *,
    may_be_translated: bool,
) -> bool:
    """Tell whether the evidence has a word of a name, or may have it in translation."""
    is_alone = len(whole) == 1
    is_cased = _has_capitals(word)
    is_same_script = is_cased == _has_capitals(evidence.quotes)
    if _holds(word, evidence.text):
        return True

    # By sound: the word or the whole name, with or without an ending of its case.
    spellings = [word] if is_alone else [word, "".join(whole)]
    if word.endswith("c"):
        spellings.append(f"{word}h")  # "Marković" is «مارکوویچ»
    if language == "ru":
        spellings += [_CASE_RU.sub("", spelling) for spelling in spellings]
    least = _MIN_SAME_SCRIPT if is_same_script else MIN_LIKENESS
    if any(name_likeness(spelling, evidence.text) >= least for spelling in spellings):
        return True

    # By another name of the same place.
    parts = (
        whole[first : first + size]
        for size in range(min(len(whole), places.LONGEST), 0, -1)
        for first in range(len(whole) - size + 1)
    )
    codes = [places.codes(folded(" ".join(part)), language) for part in parts if word in part]
    codes.append(places.inflected_codes(folded(word), language))
    if any(known and _names_place(known, evidence) for known in codes):
        return True

    is_acronym = word.isupper()
    if is_acronym:  # by the Persian names of its letters, or by words with these initials
        letters = "".join(_LETTERS_FA.get(letter, letter) for letter in word.casefold())
        run_together = folded(evidence.text).replace(" ", "")
        if letters.replace("آ", "ا") in run_together.replace("آ", "ا"):
            return True
        capitalised = (match for match in _WORD.findall(evidence.text) if match[0].isupper())
        if word in "".join(match[0] for match in capitalised):
            return True

    if is_same_script:
        return False
    # Across scripts, what is too short to compare by sound or may be translated is let through.
    is_short = is_acronym or len(_VOWELS.sub("", word.casefold())) < _MIN_CONSONANTS
    is_common = is_common_word(word, margin=0.0) if is_alone else is_common_word(word)
    return is_short or is_generic(word, language) or (may_be_translated and is_cased and is_common)


_CASE_RU = re.compile(r"(?<=\w{3})(?:[аеиоуыюя]|[ео]й|[ео]м|ым|[ая]ми?|[ая]х|[иы]х|[ое]го)$")


def _holds(word: str, text: str) -> bool:
    """Tell whether a text has a word, by its stem."""
    stems = tokens(word)
    return not stems or _text_tokens(text).issuperset(stems)


@lru_cache(maxsize=256)
def _text_tokens(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


_VOWELS = re.compile("[aeiouhywàâáäãåéèêëíìîïıóòôöúùûüаеёиоуыэюяйьъ]")
_MIN_CONSONANTS = 2


def _names_place(codes: frozenset[str], evidence: Evidence) -> bool:
    text = folded(evidence.text)
    return any(places.are_named(codes, text, language) for language in evidence.languages)


def unnamed_places(
    line: str, language: str, evidence: Evidence, apart: Spans = ()
) -> Iterator[str]:
    """Yield the countries and cities of a cleaned text that the evidence names by no name."""
    is_cased = _has_capitals(line)
    matches = list(_WORD.finditer(line))
    first = 0
    while first < len(matches):
        step = 1
        for size in range(places.LONGEST, 0, -1):
            part = matches[first : first + size]
            start, end = part[0].start(), part[-1].end()
            name = line[start:end]
            if len(part) < size or (is_cased and not part[0][0][0].isupper()):
                continue
            bare = _bare(name, language)
            if bare.casefold() in STOP_WORDS or (len(bare) <= _LETTERS and not bare.isupper()):
                continue  # "Un" is not the UN
            known = places.codes(folded(bare), language)
            known = frozenset(code for code in known if not code.startswith("lang:")) or known
            if not known or any(a < end and start < b for a, b in apart):
                continue
            step = size
            # Languages have names that are words as well («ترکی»): those are no sure places.
            is_place = any(
                len(code) <= _CODE and (code.isupper() or code in _CONTINENTS) for code in known
            )
            if is_place and not (
                _names_place(known, evidence)
                or _holds(name, evidence.text)
                or name_likeness(name, evidence.text) >= MIN_LIKENESS
            ):
                yield name
            break
        first += step


_CODE = 3
_LETTERS = 2
_CONTINENTS: Final = frozenset({"002", "003", "005", "019", "142", "145", "150"})
"""Codes of CLDR's numbered regions; the others have no common name."""


def _uncapitalised(line: str, evidence: Evidence) -> Iterator[Name]:
    """Yield the words of a claim in a script without capitals that are or may be names."""
    marked: set[int] = set()  # where words begin that name a person by their position
    for match in _TITLED_FA.finditer(line):
        marked |= {match.start("name") + word.start() for word in _WORD.finditer(match["name"])}
    for match in _SPEAKER_FA.finditer(line):
        group = "subject" if match["subject"] else "source"
        marked |= {match.start(group) + word.start() for word in _WORD.finditer(match[group])}
    is_same_script = not _has_capitals(evidence.quotes)
    known = vocabulary()
    for match in _WORD.finditer(line):
        word = match[0]
        stems = tokens(word)
        if not stems or _GENERIC_FA.issuperset(stems):
            continue
        weight = known.weight(word)
        is_marked = is_same_script and match.start() in marked and weight < FREQUENT_FROM
        if is_marked or (weight == -math.inf and not _is_derived(word, evidence)):
            yield *match.span(), (word,)


_STEM = 4


def _is_derived(word: str, evidence: Evidence) -> bool:
    """Tell whether a word is one of the evidence or a known one with endings, or a verb."""
    known = vocabulary()
    stem = _ENDINGS_FA.sub("", word)
    forms = (word, stem, _ENDINGS_FA.sub("", stem), _COMPOUND_FA.sub("", word))
    if any(known.weight(form) > -math.inf for form in forms):
        return True
    if _VERB_FA.search(word) or len(word) < _STEM:
        return True
    return any(token.startswith(word[:_STEM]) for token in _text_tokens(evidence.text))


_ADVERB_FA = re.compile(r"(?<!\w)\w++(?:(?<=ا)\u064b|\u064b(?=ا))")
_COMPOUND_FA = re.compile(
    r"(?<=..)(?:نا)?(?:گذار|ساز|پذیر|آمیز|انگیز|دهنده|کننده|پرداز|آور|نما|مدت)(?:ی|ان|انه|ها|تر|ترین)?$"
)
"""What makes an adjective or a trade of a known word."""
_ENDINGS_FA = re.compile(
    r"(?<=..)(?:ترین|تر|هایی|های|ها|ان|ات|شان|مان|تان|ش|ت|م|ی|ه|ند|یم|ید|د|ای|گی|انه|مند|گر|گران|چی|دار"
    r"|کننده|شده|(?<=[او])ی)$"
)
_VERB_FA = re.compile(r"^(?:ن?می|ب)\w{3,}(?:م|ی|د|یم|ید|ند)$|(?:ند|یم|ید)$")
