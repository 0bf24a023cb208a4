"""Who said what: does a question ask for somebody's words, and does a sentence report them.

Does not: tell which of several people in a sentence speaks; a name and a verb of saying together
are taken as a sign that its bearer does.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Final

from index import tokens

# A question word and a verb of saying, as news readers put it in the languages we meet most.
_ASKS: Final = re.compile(
    r"\b(what|how)\b.*\b(say|said|says|tell|told|claim\w*|state[ds]?|announce\w*|warn\w*|think"
    r"|comment\w*|respon\w*|react\w*)\b"
    r"|\baccording to\b"
    r"|چه (گفت|می.?گو|اظهار|اعلام|ادعا|واکنش|نظر|پاسخ)|چی (گفت|می.?گ)|(گفت|گفته|اعلام کرد)\W*$"
    r"|\b(ماذا|بماذا|ما الذي) (قال|صرح|أعلن|اعلن|زعم|حذر|رد)"
    r"|\b(что|как) .*\b(сказал|заявил|говорит|говорил|сообщил|ответил|предупредил)"
    r"|\bwas .*\b(sag(t|te|ten|en)|gesagt|erklärt\w*|behauptet\w*|warnte)\b"
    r"|\bne (dedi|diyor|söyled\w*|açıklad\w*)|\bqué .*\b(dijo|dice|declaró|afirmó)\b"
    r"|\bqu\W?.*\b(a dit|dit|déclaré|affirmé)\b",
    re.IGNORECASE,
)

_SAYING: Final = frozenset(
    tokens(
        "گفت گفته گفتند می‌گوید می‌گویند افزود اظهار اظهارات تاکید تصریح اعلام هشدار مدعی ادعا"
        " یادآور خاطرنشان ابراز بیان عنوان said says told stated added warned claimed announced"
        " noted stressed قال قالت صرح أضاف أعلن حذر أكد"
    )
)


def asks_for_words(question: str) -> bool:
    """Tell whether a question asks what somebody said, e.g. "what did Kirby say about ...?"."""
    return _ASKS.search(question) is not None


def reports_words(sentence: AbstractSet[str]) -> bool:
    """Tell whether the tokens of a sentence hold a verb of saying."""
    return not _SAYING.isdisjoint(sentence)
