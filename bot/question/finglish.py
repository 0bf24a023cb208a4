"""Persian in Latin letters: «کربی درباره سوخو چه گفت» typed as "kerbi darbare sukhoi che goft".

Function words are known here, in their usual spellings; all others are looked up by sound among the
words of the archive, by whoever has it (`index.lexical`). Two function words tell such a text from
other languages in Latin letters.

Does not: read texts that mix it with English.
"""

import re
from collections.abc import Callable
from typing import Final

_TABLE: Final = """
چه che,chi | چیست chist,chiye,chie | کی key,ki | کیست kist,kie,kiye,kieh | کجا koja
کجاست kojast | چرا chera | چند chand,chan | چقدر cheghadr,cheqadr,chghadr,cheghad
چطور chetor,chetori | چگونه chegune,chegoone | کدام kodam,kodum | آیا aya
در dar,tu,too | از az | به be | با ba | را ra,ro | و va,o | که ke | این in | آن an,oon
برای baraye,bara,vase | درباره darbare,darbareh,darbareye | تا ta | یا ya | هم ham
بر bar | روی rooye | گفت goft | گفته gofte | گفتند goftan,goftand | شد shod | شده shode
شدند shodan,shodand | بود bood,bud | بودند boodand,boodan | است ast,hast,e
هستند hastand,hastan | کرد kard | کرده karde | کردند kardand,kardan
می‌کند mikone,mikonad | می‌شود mishe,mishavad | دارد dare,darad | داشت dasht | زد zad
رفت raft | آمد amad,umad | داد dad | خواهد khahad | نفر nafar | سال sal | روز rooz,ruz
ماه mah | امروز emrooz,emruz | دیروز dirooz,diruz | چیزی chizi | کسی kasi | خبر khabar
آخرین akharin | درصد darsad | نیست nist | نشد nashod
"""
_KNOWN: Final = {
    latin: persian
    for entry in _TABLE.replace("\n", " | ").split(" | ")
    if entry.strip()
    for persian, latins in [entry.split()]
    for latin in latins.split(",")
}
_AMBIGUOUS: Final = frozenset(
    [
        "in",
        "an",
        "be",
        "key",
        "bar",
        "bud",
        "too",
        "tu",
        "ham",
        "ra",
        "ro",
        "ya",
        "ta",
        "e",
        "o",
        "va",
    ]
)
"""Words of other languages, too; they tell nothing."""
_OTHERS: Final = frozenset(
    [
        "the",
        "of",
        "is",
        "was",
        "what",
        "who",
        "when",
        "where",
        "which",
        "how",
        "why",
        "did",
        "does",
        "do",
        "are",
        "were",
        "to",
        "and",
        "about",
    ]
)
_LEAST: Final = 2
_WORD: Final = re.compile(r"[A-Za-z]+")


def is_latin_persian(text: str) -> bool:
    """Tell whether a text is Persian in Latin letters."""
    words = [word.lower() for word in _WORD.findall(text)]
    known = {word for word in words if word in _KNOWN and word not in _AMBIGUOUS}
    return text.isascii() and len(known) >= _LEAST and _OTHERS.isdisjoint(words)


def in_persian(text: str, spell: Callable[[str], str]) -> str:
    """Return such a text in Persian letters.

    Args:
        spell: Returns the archive's word that sounds like a Latin one; empty for none.
    """
    words = _WORD.sub(lambda match: _KNOWN.get(match[0].lower()) or spell(match[0].lower()), text)
    return " ".join(words.replace("?", "؟").split())
