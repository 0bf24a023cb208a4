"""Who said what: does a question ask for somebody's words, and does a sentence report them.

Does not: tell which of several people in a sentence speaks; a name and a verb of saying together
are taken as a sign that its bearer does.
"""

import re
from typing import Final

# A question word and a verb of saying, as news readers put it in the languages we meet most.
_ASKS: Final = re.compile(
    r"\b(what|how)\b.*\b(say|said|says|tell|told|claim\w*|state[ds]?|announce\w*|warn\w*|think"
    r"|comment\w*|respon\w*|react\w*)\b"
    r"|\baccording to\b"
    r"|چه (گفت|می ?گو|اظهار|اعلام|ادعا|واکنش|نظر|پاسخ)|چی (گفت|می ?گ)|(گفت|گفته|اعلام کرد)\W*$"
    r"|\b(ماذا|بماذا|ما الذی|ما الذي) (قال|صرح|أعلن|اعلن|زعم|حذر|رد)"
    r"|\b(что|как) .*\b(сказал|заявил|говорит|говорил|сообщил|ответил|предупредил)"
    r"|\bwas .*\b(sag(t|te|ten|en)|gesagt|erklärt\w*|behauptet\w*|warnte)\b"
    r"|\bne (dedi|diyor|söyled\w*|açıklad\w*)|\bqué .*\b(dijo|dice|declaró|afirmó)\b"
    r"|\bqu\W?.*\b(a dit|dit|déclaré|affirmé)\b",
    re.IGNORECASE,
)

_REPORTS: Final = re.compile(
    r"(?<!\w)(گفت|گفته|می ?گوید|افزود|اظهار|اظهارات|تاکید|تصریح|اعلام|هشدار|خاطر ?نشان|مدعی|ادعا"
    r"|بیان کرد|یادآور|توضیح داد|پاسخ داد|ابراز|عنوان کرد)(?!\w)"
    r"|\b(said|says|told|stated|added|warned|claimed|announced|noted|stressed|according to)\b"
    r"|(?<!\w)(قال|قالت|صرح|صرحت|اضاف|أضاف|اعلن|أعلن|حذر|اكد|أكد)(?!\w)",
    re.IGNORECASE,
)


def asks_for_words(question: str) -> bool:
    """Tell whether a question asks what somebody said, e.g. "what did Kirby say about ...?"."""
    return _ASKS.search(question) is not None


def reports_words(sentence: str) -> bool:
    """Tell whether a cleaned sentence holds a verb of saying."""
    return _REPORTS.search(sentence) is not None
