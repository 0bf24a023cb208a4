"""Hedges: a claim states as done what its quotes plan, expect or allow for.

In English a hedge is tied to the verb that follows it ("plans to hold", "might have even
invaded"); the claim must not have that verb without a hedge. In Persian, whose verbs come last, a
claim without any hedge on a quote with one is at fault where it tells of the past; across languages
where it also has a number of the hedged clause.

Does not: weigh one hedge against another, or know other languages.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bot.grounding.numbers import find_numbers
from bot.grounding.verbs import root
from index.text import clean_text

_HEDGE_EN: Final = re.compile(
    r"(?<!\w)(?:may(?! \d)|might|could|would|will|shall|should|must|can|(?:plans?|planned"
    r"|planning) to"
    r"|(?:is|are|was|were|be) (?:(?:widely )?expected|planned|scheduled|set|due|likely|to|about"
    r"|supposed|poised|projected|forecast|predicted|believed|thought|ready|willing|able) to"
    r"|(?:expect|predict|forecast|project|estimat)(?:s|ed|ing)?|(?:intend|aim|hope|want|wish|seek"
    r"|propose|vow|pledge|promise|threaten|agree|decide|try|tries|offer|prepare|call on)"
    r"(?:s|d|ed|ing)? (?:\w+ )?to|urg(?:e|es|ed|ing) \w+ to|sought to|tried to|allegedly|reportedly"
    r"|probably|possibly|perhaps|likely to|unlikely to|considering)(?!\w)"
)
_SOFTENED_EN: Final = re.compile(
    r"(?<!\w)(?:possib\w+|potential\w*|prospect\w*|plan\w*|expect\w*|predict\w*|forecast\w*"
    r"|likel\w+"
    r"|propos\w+|suggest\w*|intend\w*|intention\w*|aim\w*|hop(?:e|es|ed|ing)|call\w* (?:for|on)"
    r"|urg\w+"
    r"|demand\w*|want\w*|ask\w*|request\w*|seek\w*|sought|pledg\w+|vow\w*|promises?|promised"
    r"|promising|threat\w*"
    r"|warn\w*"
    r"|if|unless|whether|due|upcoming|scheduled|risk\w*|capab\w+|able|allow\w*|ready|prepar\w+"
    r"|makes?|to be|project\w*)"
    r"(?!\w)"
)
_HEDGE_FA: Final = re.compile(
    r"(?<!\w)(?:پیش ?بینی|احتمال\w*|محتمل|ممکن|شاید|قرار (?:است|بود|شد)|بنا است|قصد|خواه(?:د|ند|یم"
    r"|م|ی|ید)|خواستار|خواهان|پیشنهاد|انتظار|برنامه ?ریزی|در نظر دارد|امیدوار\w*|وعده|تهدید|تصمیم"
    r"|در صورت|چنانچه|در صدد|درصدد|مصمم|بتوان\w*|می ?توان\w*|باید)(?!\w)"
)
_SOFTENED_FA: Final = re.compile(
    r"(?<!\w)(?:برنامه|طرح|هدف|امکان\w*|اگر|آماده\w*|هشدار|درخواست|خواست\w*|می ?خواه\w*|شود|کند"
    r"|کنند"
    r"|شوند|یابد|باشد|باشند|توان\w*|آینده|تلاش|لازم|نیاز|مدعی|ادعا\w*|گویا|ظاهرا|تواند|نماید|نمایند"
    r"|بگیر\w*|برسد|بده\w*|ب\w{2,}د)(?!\w)"
)
_PAST_FA: Final = re.compile(
    r"(?<!\w)(?P<verb>(?:کرد|شد|یافت|داد|گرفت|رسید|رفت|داشت|ساخت|بست|برد|باخت|خرید|فروخت|گذاشت"
    r"|پذیرفت"
    r"|کشت|گشت|گردید|نمود|پیوست|آورد|زد|ماند|افتاد|درآمد|آمد)(?:ند|ه است|ه اند)?)[ .!؟]*$"
)
_PAST_EN: Final = re.compile(
    r"(?<!\w)(?:\w{3,}ed|has|have|had|was|were|fell|rose|grew|held|met|won|lost|took|made|went|came"
    r"|gave|got|cut|sold|bought|built|began|left|signed|sent|paid|became|hit|reached|dropped)(?!\w)"
)
_SKIPPED_LIST: Final = """
to be been being have has had also even not never soon then now still already again both each the a
an its his her their all he she it they we i you further jointly finally
"""
_SKIPPED: Final = frozenset(_SKIPPED_LIST.split())
_CLAUSE: Final = re.compile(r"[,،](?!\d)|[;؛:.](?!\d)")
_NEAR: Final = 5
_LONGEST: Final = 40


def is_unhedged(claim: str, language: str, quote: str, quoted_in: str) -> bool:
    """Tell whether a claim states as a fact what a quote only plans, expects or allows for."""
    text, told = (clean_text(one).text.casefold() for one in (claim, quote))
    if _is_surer(text, language, told, quoted_in):
        return True
    if language == quoted_in == "en":
        if _is_finished(text, told):
            return True
        governed = set(_governed(told))
        return any(
            root(word) in governed and not is_hedged and _is_past(text, word)
            for word, is_hedged in _stated(text)
        ) and not any(root(word) in governed for word, is_hedged in _stated(told) if not is_hedged)
    hedge, softened = _HEDGES.get(quoted_in), _SOFTENED.get(language)
    own = _HEDGES.get(language)
    if hedge is None or softened is None or own is None or len(told.split()) > _LONGEST:
        return False
    if not hedge.search(told) or own.search(text) or softened.search(text):
        return False
    if language == quoted_in:
        past = _PAST_FA.search(text)
        return past is not None and not re.search(rf"(?<!\w){past['verb']}(?!\w)", told)
    # Across languages only of what is said with a number, in the clause that has it.
    values = {value for number in find_numbers(claim) for value in number.readings}
    return _PAST_EN.search(text) is not None and any(
        hedge.search(clause)
        and any(not values.isdisjoint(number.readings) for number in find_numbers(clause))
        for clause in _CLAUSE.split(told)
    )


_FINISHED: Final = frozenset(
    map(root, ("signed", "concluded", "approved", "adopted", "completed", "finished", "bought"))
)


def _is_finished(text: str, told: str) -> bool:
    """Tell whether a claim has done what its quote, without such a verb, only seeks or weighs."""
    done = {root(word) for word in _WORD.findall(text)} & _FINISHED
    is_open = _SOFTENED_EN.search(told) or _HEDGE_EN.search(told)
    return bool(
        done
        and is_open
        and not done & {root(word) for word in _WORD.findall(told)}
        and not _SOFTENED_EN.search(text)
        and not _HEDGE_EN.search(text)
    )


_MAYBE: Final = {
    "en": re.compile(r"(?<!\w)(?:may|might|could|possibly|perhaps|probably|likely)(?!\w)"),
    "fa": re.compile(r"(?<!\w)(?:ممکن|احتمال\w*|محتمل|شاید)(?!\w)"),
}
_SURE: Final = {
    "en": re.compile(r"(?<!\w)(?:will|shall|is going to|are going to|certainly|definitely)(?!\w)"),
    "fa": re.compile(r"(?<!\w)(?:خواه(?:د|ند)|قطعا|حتما|بی ?شک)(?!\w)"),
}


def _is_surer(text: str, language: str, told: str, quoted_in: str) -> bool:
    """Tell whether a claim says "will" where a quote says nothing but "may"."""
    if not {language, quoted_in} <= set(_MAYBE):
        return False
    is_sure = _SURE[language].search(text) and not _MAYBE[language].search(text)
    return bool(
        is_sure
        and _MAYBE[quoted_in].search(told)
        and not _SURE[quoted_in].search(told)
        and not _SOFTENED[language].search(text)
    )


_HEDGES: Final = {"en": _HEDGE_EN, "fa": _HEDGE_FA}
_SOFTENED: Final = {"en": _SOFTENED_EN, "fa": _SOFTENED_FA}
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def _is_past(text: str, word: str) -> bool:
    """Tell whether a form of a verb tells of the past: "on Sunday it meets" may be to come."""
    is_form = word.endswith("ed") or (root(word) != word and not word.endswith(("s", "ing")))
    return is_form or bool(re.search(rf"(?<!\w)(?:has|have|had|was|were) {word}(?!\w)", text))


def _governed(text: str) -> Iterator[str]:
    """Yield the roots of the verbs that hedges govern."""
    for match in _HEDGE_EN.finditer(text):
        for word in _WORD.findall(text[match.end() : match.end() + 60])[:_NEAR]:
            if word not in _SKIPPED and not word.endswith("ly"):
                yield root(word)
                break


@lru_cache(maxsize=256)
def _stated(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the words of a text and whether a hedge stands shortly before each."""
    hedged = [match.end() for match in _HEDGE_EN.finditer(text)]
    softened = [match.end() for match in _SOFTENED_EN.finditer(text)]
    found = []
    for match in _WORD.finditer(text):
        near = [end for end in (*hedged, *softened) if end <= match.start()]
        is_hedged = any(text[end : match.start()].count(" ") <= _NEAR for end in near)
        found.append((match[0], is_hedged))
    return tuple(found)
