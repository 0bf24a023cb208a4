"""Roles: who said it and who did it, where the frame of the quote shows that.

A claim gives the words to somebody whom the quote names, but not as the speaker; makes the source
of the report ("according to X") do what is reported; goes "from A to B" where the quote goes from
B to A; or puts before a verb one whom the quote has elsewhere, while the quote has another before
the same verb.

Does not: resolve pronouns, or tell objects from one another; in Persian only speakers and sources.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bot.grounding.verbs import root
from index.text import STOP_WORDS, clean_text, tokens

_SAID: Final = (
    r"(?:said|says|say|told|tells|stated|states|noted|notes|added|adds|announced|announces|stressed"
    r"|claimed|claims|warned|warns|explained|declared|pointed out|remarked|underlined|emphasi[sz]ed"
    r"|reported|reports|reporting|insisted|argued|replied|commented|mentioned|highlighted"
    r"|reiterated"
    r"|praised|criticised|criticized|condemned|urged|tweeted|wrote|confirmed|predicted)"
)
_AUXILIARIES: Final = (
    r"(?:(?:has|have|had|also|further|later|then|earlier|once|again|\w{2,12}ly) ){0,3}"
)
_SAYS_EN: Final = re.compile(rf"(?<!\w){_AUXILIARIES}{_SAID}(?!\w)")
_ACCORDING_EN: Final = re.compile(
    r"(?<!\w)(?:according to|in the words of|as reported by|as quoted by|citing|quoting|(?:said"
    r"|told"
    r"|stated|announced|reported) by)(?!\w)"
)
_PRONOUN: Final = re.compile(r"(?<!\w)(?:he|she|they|it|i|we|who|وی|او|ایشان|آنها|آن ها)(?!\w)")
_SAYS_FA: Final = re.compile(
    r"(?<!\w)(?:گفت(?:ه|ند|ه است|ه اند)?|می ?گوی(?:د|ند)|افزود(?:ند)?|(?:اظهار|تاکید|تصریح|اعلام"
    r"|بیان|عنوان"
    r"|ابراز|اضافه|اذعان|اعلان|خاطرنشان|خاطر نشان) (?:داشت|کرد|کرده|کردند)\w*|یادآور شد|مدعی شد\w*"
    r"|هشدار داد\w*|خبر داد\w*|توضیح داد\w*|گزارش (?:داد|کرد)\w*|نوشت\w*|ادامه داد)(?!\w)"
)
_ACCORDING_FA: Final = re.compile(
    r"(?<!\w)(?:به (?:گفته|نقل از|گزارش|نوشته|اعلام)|بر ?اساس (?:گزارش|اعلام|گفته)|بنا ?(?:بر|به)"
    r" (?:گزارش|اعلام|گفته)|از قول|از زبان)(?!\w)"
)
_STOP: Final = re.compile(r"[.;؛:!?؟\n\"“”«»]")
_COMMA: Final = re.compile(r"[,،]")
_LONGEST: Final = 4_000
_FEW: Final = 4
_SEVERAL: Final = 8
_MANY: Final = 14


def is_misattributed(claim: str, language: str, quote: str, quoted_in: str) -> bool:
    """Tell whether a claim names another speaker or doer than its quote, both in one language."""
    if language != quoted_in or language not in _READERS:
        return False
    text, told = (clean_text(one).text[:_LONGEST] for one in (claim, quote))
    speakers = _READERS[language]
    mine, _ = speakers(text, is_claim=True)
    theirs, sources = speakers(told, is_claim=False)
    known = frozenset(tokens(told))
    if mine and theirs and not mine & theirs and mine <= known:
        return True
    if not mine and sources:
        head = frozenset(tokens(" ".join(text.split()[:2])))
        elsewhere = known - sources
        if head and head <= sources and not head & elsewhere and not _REPORTS.search(text):
            return True
    if _ways(text) & {(end, start) for start, end in _ways(told)}:
        return True
    return language == "en" and _is_exchanged(text, told)


_REPORTS: Final = re.compile(rf"{_SAID}|report|data|گزارش|خبر|{_SAYS_FA.pattern}", re.IGNORECASE)


_WAY: Final = re.compile(r"(?<!\w)(?:from|از) (?P<start>[^\W\d_]+) (?:to|به) (?P<end>[^\W\d_]+)")


def _ways(text: str) -> set[tuple[str, str]]:
    """Return what leads from where to where, word by word."""
    return {(match["start"], match["end"]) for match in _WAY.finditer(text)}


def _english(text: str, *, is_claim: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Return the tokens of the speakers and those of sources alone; none where one is a pronoun."""
    lower = text.casefold()
    speakers: set[str] = set()
    sources: set[str] = set()
    for match in _SAYS_EN.finditer(lower):
        sentence = _STOP.split(lower[: match.start()])[-1]
        parts = _COMMA.split(sentence)
        said_by = parts[-1]
        if len(parts) > 1 and (not said_by.strip() or not is_claim):
            # "Kirby, a spokesman, said": the name stands before its apposition.
            nearest = text[match.start() - len(said_by) : match.start()].split()
            is_named = any(word[0].isupper() for word in nearest)
            said_by = " ".join(parts[-1:] if is_named else parts[-3:])
        following = " ".join(lower[match.end() :].split()[:_FEW]) if not said_by.strip() else ""
        if _PRONOUN.search(said_by):
            return frozenset(), frozenset()
        speakers |= set(tokens(" ".join([*said_by.split()[-_MANY:], following])))
    for match in _ACCORDING_EN.finditer(lower):
        named = " ".join(
            _STOP.split(lower[match.end() :])[0].split()[: _SEVERAL if is_claim else _MANY]
        )
        speakers |= set(tokens(_COMMA.split(named)[0] if is_claim else named))
        sources |= set(tokens(_COMMA.split(named)[0]))
    return frozenset(speakers), frozenset(sources)


def _persian(text: str, *, is_claim: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Likewise; a subject stands at the head of its sentence, long before its verb."""
    speakers: set[str] = set()
    sources: set[str] = set()
    for match in _SAYS_FA.finditer(text):
        words = _STOP.split(text[: match.start()])[-1].split()
        if is_claim and len(words) > _SEVERAL:
            continue
        if _PRONOUN.search(" ".join(words[:2])):
            return frozenset(), frozenset()
        speakers |= set(tokens(" ".join(words[:_FEW] if is_claim else words[:_MANY])))
    for match in _ACCORDING_FA.finditer(text):
        named = " ".join(_STOP.split(_COMMA.split(text[match.end() :])[0])[0].split()[:_FEW])
        speakers |= set(tokens(named))
        sources |= set(tokens(named))
    return frozenset(speakers), frozenset(sources)


_READERS: Final = {"en": _english, "fa": _persian}

_BE: Final = frozenset({"is", "are", "was", "were", "be", "been"})
_NO_SUBJECT_LIST: Final = """
to by for with from into over under about after before during not no than more less also who that
which and or but if when while because said says told new other all some any its their his her our
your up down out off against between among per via would will
"""
_NO_SUBJECT: Final = STOP_WORDS | frozenset(_NO_SUBJECT_LIST.split())
_AUXILIARY_LIST: Final = """
has have had will would may might could can should must did does do also even never not already
then later once just been be is are was were
"""
_AUXILIARY_WORDS: Final = frozenset(_AUXILIARY_LIST.split())
_NOUNS: Final = 4
_CHAIN: Final = 6


def _is_exchanged(claim: str, quote: str) -> bool:
    """Tell whether a verb of a claim has another doer than in its quote, who is elsewhere there."""
    mine, theirs = _subjects(claim), _subjects(quote)
    said, told = frozenset(tokens(claim)), frozenset(tokens(quote))
    for verb, subject in mine.items():
        other = theirs.get(verb)
        if other and subject <= told and not subject & other and other & said:
            return True
    return False


@lru_cache(maxsize=256)
def _subjects(text: str) -> dict[str, frozenset[str]]:
    """Return the words right before each word of the past or with an auxiliary, by its root."""
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]|\d+", text)
    found: dict[str, frozenset[str]] = {}
    for at, word in enumerate(words):
        first = at
        while (
            first > at - _CHAIN
            and first
            and (words[first - 1] in _AUXILIARY_WORDS or words[first - 1].endswith("ly"))
        ):
            first -= 1
        chain = words[first:at]
        is_finite = chain or word.endswith("ed")
        if not is_finite or _BE & set(chain) or not word.islower() or word in _AUXILIARY_WORDS:
            continue
        subject = list(_noun_phrase(words[:first]))
        if subject:
            found.setdefault(root(word), frozenset(tokens(" ".join(subject))))
    return found


def _noun_phrase(words: list[str]) -> Iterator[str]:
    """Yield the words of a noun phrase, backwards from its end."""
    for word in reversed(words[-_NOUNS:]):
        if not word[0].isalpha() or word.casefold() in _NO_SUBJECT:
            return
        yield word
