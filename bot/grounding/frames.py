"""Replaced words: a claim repeats a quote of its own language, but for a rare word.

Where the words before and after are the quote's and those between are not, a word was replaced:
«توافق با ترامپ امضا شد» for «توافق با روحانی امضا شد». In scripts without capitals no better sign
marks a name. A frequent word or a verb may be replaced or put in: rewording does that.

Does not: look at claims that share no such context with a quote.
"""

import re
from difflib import SequenceMatcher
from typing import Final

from index.encoders import Vocabulary
from index.evaluation import folded
from index.text import tokens

FREQUENT_FROM: Final = -12.5
"""Log probability of words that may be replaced: 50 % of the running words of Persian news and
6 % of the names of 70 public figures are as frequent."""

_LONGEST = 4
_STEM = 4
_VERB = re.compile(
    r"^(?:ن?می)|(?:کرد|کرده|کند|کنند|کردند|شد|شده|شود|شوند|شدند|است|بود|بودند|داشت|داشتند|دارد|دارند"
    r"|داد|دادند|دهد|دهند|گفت|گفتند|افزود|یافت|گرفت|گیرد|گشت|گردد|گردید|نمود|نماید|رفت|رود|رسید|رسد|ند|یم|ید)$"
)
_LIGHT_VERB = re.compile(
    r"(?:ن?می ?)?(?:کرد|شد|داد|داشت|گرفت|یافت|زد|خورد|بود|کن|ده|گیر|شو|دار)"
    r"(?:ه|م|ی|د|یم|ید|ند|ه ?اند)?"
)
_ENDING = re.compile(r"(?<=...)(?:هایی|های|ها|ی)$")
_SAYING = (
    "اظهار بیان تاکید تأکید تصریح عنوان اعلام خاطرنشان یادآور ابراز اشاره ادامه هشدار مدعی اذعان"
)
_SAYING_TOKENS: Final = frozenset(tokens(_SAYING))


def replaced_words(claim: str, quotes: list[str], known: str, vocabulary: Vocabulary) -> list[str]:
    """Return the words of a claim that stand where a quote has others.

    Args:
        quotes: In the claim's language.
        known: All that the words of a claim may come from: quotes, headlines, outlets.
    """
    known_tokens, claim_tokens = frozenset(tokens(known)), frozenset(tokens(claim))
    claim_words = _words(claim)
    replacements = []
    for quote in quotes:
        quote_words = _words(quote)
        matcher = SequenceMatcher(None, quote_words, claim_words, autojunk=False)
        steps = matcher.get_opcodes()
        for position, (step, first, last, start, end) in enumerate(steps):
            if step != "replace" or end - start > _LONGEST or last - first > _LONGEST:
                continue
            # The same words on either side, or the end of the claim.
            is_led = position > 0 or start == 0
            is_followed = position + 1 < len(steps) or end == len(claim_words)
            if is_led and is_followed and _rare(quote_words[first:last], claim_tokens, vocabulary):
                # The noun of a compound verb («تحویل داد») is no name.
                following = claim_words[start + 1 : end + 1]
                nouns = {
                    word
                    for word, after in zip(claim_words[start:end], following, strict=False)
                    if _VERB.fullmatch(after) or _LIGHT_VERB.fullmatch(after)
                }
                words = [word for word in claim_words[start:end] if word not in nouns]
                replacements += _rare(words, known_tokens, vocabulary)
    return replacements


def _rare(words: list[str], known: frozenset[str], vocabulary: Vocabulary) -> list[str]:
    """Return the words that are no verbs, not frequent, and not among the known tokens."""
    return [
        word
        for word in words
        if (word_tokens := frozenset(tokens(word)))
        and not word_tokens & (known | _SAYING_TOKENS)
        and not any(word[:_STEM] == token[:_STEM] for token in known)
        and not _VERB.search(word)
        and max(map(vocabulary.weight, {word, _ENDING.sub("", word)})) < FREQUENT_FROM
    ]


def _words(text: str) -> list[str]:
    return [word for word in folded(text).split() if not word.isdecimal()]
