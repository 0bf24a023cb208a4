"""The words by which a question asks for several articles at once, as patterns. Data.

All are for text that `index.text.clean` has cleaned: Persian letters, ASCII digits, a space for the
joiner; ` ?` stands where a joiner may have been lost.
Does not: tell what is compared; `overview` does.
"""

from typing import Final

_PLEASE_EN = r"^(?:(?:please|(?:can|could|would) you|now|and|then)[, ]+)*"
_PLEASE_FA = r"^(?:(?:لطفا|لطف کنید و|می ?شود|می ?توانید|حالا|و)[، ]+)*"
_GIVE = r"(?:(?:give|show|tell|write)(?: me)? |make |what (?:is|was) )?(?:an? |the )?"
_SHORT = r"(?:(?:short|brief|quick) )?"
# What can be summed up of the news; of a book or a film the summary is an answer like any other.
_OF_NEWS = (
    r"(?:اظهار|سخن|صحبت|حرف|گفته|مواضع|موضع|نظر|دیدگاه|واکنش|خبر|اخبار|گزارش|رویداد|رخداد|تحول"
    r"|اتفاق|ماجرا|وقایع|حوادث|آن ?چه|هر ?چه)"
)

COMPARE: Final = (
    rf"{_PLEASE_EN}(?:compare|contrast)\b",
    rf"{_PLEASE_EN}{_GIVE}(?:comparison (?:of|between)|differences? between)\b",
    r"(?: (?:را|رو))?(?: (?:با ?هم|با یکدیگر))? مقایسه (?:کن|کنید|بکن|بکنید)\b",
    rf"{_PLEASE_FA}مقایسه (?:کن|کنید|بکن|بکنید|بین|میان)\b",
    rf"{_PLEASE_FA}مقایسه(?: ?ی)?(?! ای\b)\b",
)
"""Orders to compare; what they match is no part of the question."""

CHANGE: Final = (
    (
        r"^(?:and |so )?(?:what|how)\b.*\b(?:chang(?:ed?|es|ing)|differ(?:s|ed|ent|ently)?"
        r"|evolved?|develop(?:ed)?|shift(?:ed)?)\b"
    ),
    r"(?:چه|چقدر|چگونه|چطور) (?:[^ ]+ ){0,2}?(?:تغییر|تفاوت|فرق|تحول)",
)
"""Questions about a change, which stay as they are."""

SUM_UP: Final = (
    rf"{_PLEASE_EN}(?:summari[sz]e|sum up|recap)\b",
    (
        rf"{_PLEASE_EN}{_GIVE}{_SHORT}(?:summary|overview|timeline|chronology|recap)"
        r" (?:of|on|about|for)\b"
        r"(?: (?:all )?(?:the )?(?:latest )?(?:news|reports|articles|coverage) (?:of|on|about)\b)?"
    ),
    (
        rf"{_PLEASE_FA}(?:(?:یک|به) )?(?:خلاصه|چکیده|جمع ?بندی|مرور)(?: ?ا?ی)?(?: (?:از|بر))?"
        rf"(?= {_OF_NEWS})(?: (?:خبر ?ها|اخبار|گزارش ?ها|رویداد ?ها)(?: ?ی)?\b(?: درباره\b)?)?"
    ),
    r"(?: (?:را|رو))?(?: برایم| برای من)? (?:خلاصه|جمع ?بندی|مرور) (?:کن|کنید|بکن|بکنید)\b",
    rf"{_PLEASE_FA}(?:یک )?(?:گاه ?شمار|خط زمانی|روز ?شمار|سیر تحولات?|سیر زمانی)(?: ?ی)?\b",
)
"""Orders to sum up or to tell in order of time; what they match is no part of the question."""

REPORTING: Final = (
    r"\b(?:said|says?|report(?:s|ed|ing)?|wr[io]te|written|writes|cover(?:s|ed|age)?|accounts?"
    r"|versions?|told|stories|articles|news|gave|give)\b"
    r"|گفت|گفته|نوشت|گزارش|روایت|پوشش|خبر|اعلام|موضع|مواضع|دیدگاه"
)
"""Without one of these «مهر» is a month, «فارس» a province and "France" a country."""

BETWEEN_OUTLETS: Final = (
    r"[, ]*(?:'s)?[, ]*(?:and|versus|vs\.?|with|against|or|و|با|،|in|in the|در|از)?"
    r"(?: (?:the|by|in|of|در|از|خبرگزاری|روزنامه|سایت))* *"
)
"""What may stand between the names of two outlets that are compared."""

AROUND_OUTLETS: Final = (
    r"\b(?:what|how) (?:did |do |does |have |has )?(?:(?:said|say|says|reported|report|reports|"
    r"wrote|write|writes|covered|cover|gave)\b ?)?(?:(?:about|on|of)\b)?"
    r"|\b(?:the )?(?:reports?|coverage|accounts?|versions?|stories|articles|news) ?"
    r"(?:by|of|in|from)?\b(?: (?:on|about|of)\b)?"
    r"|\bdiffer(?:s|ed|ent|ently)?\b(?: (?:on|about|in)\b)?"
    r"|(?:گزارش|روایت|پوشش|خبر)(?: ?ها)?(?: ?ی)?(?: خبرگزاری(?: ?های?)?)?"
)
"""What is said of outlets beside what they report."""

EMPTY: Final = """
compare comparison contrast difference differences change changed changes changing differ differed
different differently evolve evolved develop developed shift shifted say said says report reported
reports news article articles people officials about between over time since then now everything
all thing things happened happen us me it
مقایسه تغییر تغییری تغییرات تفاوت تفاوتی فرق فرقی تحول تحولات گفت گفتند گفته خبر اخبار گزارش
رویداد رویدادها درباره دربارهٔ مورد همه چیز مقامات اظهارات سخنان ماجرا اتفاق اتفاقات
"""
"""Words that by themselves are nothing to look for."""
