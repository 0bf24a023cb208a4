"""Additions: a cause or a circumstance in a claim that its quotes do not have.

A cause ("because of", «به دلیل») must be one that the quote gives as a cause. A circumstance, a
phrase behind a preposition, is at fault where the quote, in the same language, has no word of it.

Does not: know synonyms; a phrase is only at fault where no word of it is in the quotes.
"""

import re
from collections.abc import Sequence
from typing import Final

from index.text import clean_text, tokens

_CAUSE: Final = re.compile(
    r"(?<!\w)(?:because(?: of)?|due to|thanks to|owing to|as a (?:result|consequence) of|caused by"
    r"|on account of|in (?:response|retaliation) (?:to|for)|in protest (?:at|against|over)"
    r"|به (?:دلیل|علت|خاطر|سبب|واسطه|لطف|جهت)|بر اثر|در اثر|در پی|در نتیجه|در واکنش به|در اعتراض به"
    r"|ناشی از|چون|زیرا|چرا ?که)(?!\w)"
)
_REASONS: Final = re.compile(
    r"(?<!\w)(?:because|due|thanks|owing|result\w*|consequen\w*|caus\w+|led|leads?|leading|so"
    r"|since"
    r"|therefore|thus|after|following|over|reasons?|amid|as|if|unless|without|blam\w+|attributed?"
    r"|attributes"
    r"|trigger\w*|prompt\w*|for|response|protest\w*|from|stem\w*|با|پس از|بعد از|منجر|موجب|باعث|سبب"
    r"|نتیجه|دلیل|علت|خاطر|اثر|پی|ناشی|واسطه|لطف|جهت|چون|زیرا|چرا|واکنش|اعتراض|عامل|برای|اگر"
    r"|بنابراین|آنجا)"
    r"(?!\w)"
)
_ADJUNCT: Final = re.compile(
    r"(?<!\w)(?:with|after|during|amid|despite|following|in order to|through|alongside"
    r"|together with"
    r"|in the presence of|by (?!\d)"
    r"|با|پس از|بعد از|پیش از|در جریان|برای|به منظور|توسط|با حضور|به همراه|همراه با|علی ?رغم"
    r"|با وجود|به وسیله)"
    r"(?!\w)"
)
_PHRASE_END: Final = re.compile(
    r"[,،.;؛:!?؟\d()\"“”«»]|(?<!\w)(?:and|but|that|which|who|while|to|the (?:minister|director"
    r"|official)"
    r" said|said|که|و|را|اما|به|از|در)(?!\w)"
)
_CLAUSE_END: Final = re.compile(r"[,،.;؛:!?؟\d]")
_LONGEST: Final = 6
_CAUSE_WORDS: Final = 7
_LEAST: Final = 2
_STEM: Final = 4


def is_added(claim: str, language: str, quotes: Sequence[str], quoted_in: Sequence[str]) -> bool:
    """Tell whether a claim gives a cause or circumstance that its quotes do not.

    Args:
        quoted_in: Language of each quote.
    """
    if not {language, *quoted_in} <= {"en", "fa"}:
        return False
    text = clean_text(claim).text.casefold()
    told = "\n".join(clean_text(quote).text.casefold() for quote in quotes)
    is_one_language = {language} == set(quoted_in)
    causes = [text[match.end() :] for match in _CAUSE.finditer(text)]
    if causes and not _REASONS.search(told):
        return True
    if not is_one_language:
        return False
    known = tokens(told)
    given = [
        tokens(_CLAUSE_END.split(told[match.end() :])[0])[:_CAUSE_WORDS]
        for match in _CAUSE.finditer(told)
    ]
    for cause in causes:
        words = _phrase(cause)
        if words and not _shares(words, known):
            return True
        if words and given and not any(_shares(words, one) for one in given):
            return True
    adjuncts = (_phrase(text[match.end() :]) for match in _ADJUNCT.finditer(text))
    return any(len(words) >= _LEAST and not _shares(words, known) for words in adjuncts)


def _phrase(text: str) -> list[str]:
    """Return the tokens of a phrase that begins a text; numbers left out."""
    words = tokens(_PHRASE_END.split(text)[0])[:_LONGEST]
    return [word for word in words if not word.isdecimal()]


def _shares(words: Sequence[str], known: Sequence[str]) -> bool:
    """Tell whether one of the words is known, but for its ending."""
    return any(
        word[:_STEM] == other[:_STEM] or word in other or other in word
        for word in words
        for other in known
    )
