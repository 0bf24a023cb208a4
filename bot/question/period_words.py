"""Words of time in questions, English and Persian, as pieces of patterns. Data.

All are for text that `index.text.clean_text` has cleaned: Persian letters, ASCII digits, a space
for the zero-width non-joiner; ` ?` stands where that may have been lost.
"""

from typing import Final

from index.text import MONTH_NAMES


def _any(*words: str) -> str:
    """Return a pattern of any of these words, longer ones first, a lost space allowed."""
    longest_first = sorted({word.replace(" ", " ?") for word in words}, key=len, reverse=True)
    return f"(?:{'|'.join(longest_first)})"


MONTH: Final = rf"(?:{_any(*MONTH_NAMES)}(?: ?ماه)?)"
_ONES = ("یکم", "دوم", "سوم", "چهارم", "پنجم", "ششم", "هفتم", "هشتم", "نهم")
_TEENS = ("دهم", "یازدهم", "دوازدهم", "سیزدهم", "چهاردهم", "پانزدهم", "شانزدهم", "هفدهم",
          "هجدهم", "نوزدهم", "بیستم")  # fmt: skip
ORDINALS: Final = {
    word: day
    for day, word in enumerate(
        (*_ONES, *_TEENS, *(f"بیست و {one}" for one in _ONES), "سی ام", "سی و یکم"), start=1
    )
} | {"اول": 1, "هیجدهم": 18}
DAY: Final = rf"(?:\d{{1,2}}(?:st|nd|rd|th| ?ام|م)?|{_any(*ORDINALS)})"
YEAR: Final = r"[12]\d{3}"
ERA: Final = (
    r"(?: ?(?P<era>هجری شمسی|هجری خورشیدی|هجری قمری|شمسی|خورشیدی|میلادی|قمری"
    r"|ه\.? ?ش|ه\.? ?ق|[مشق])(?!\w)\.?)?"
)
SEASONS: Final = (
    ("spring", "بهار"),
    ("summer", "تابستان"),
    ("autumn", "fall", "پاییز", "پائیز"),
    ("winter", "زمستان"),
)
"""Names of the seasons from spring on."""
SEASON: Final = _any(*(name for names in SEASONS for name in names))

UNITS: Final = {
    "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year",
    "ساعت": "hour", "روز": "day", "شبانه روز": "day", "هفته": "week", "ماه": "month",
    "سال": "year",
}  # fmt: skip
NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30,
    "یک": 1, "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9,
    "ده": 10, "یازده": 11, "دوازده": 12, "پانزده": 15, "بیست": 20, "سی": 30,
}  # fmt: skip
# Not preceded by the rest of a longer number: "2.5 years", «بیست و پنج سال», "twenty-five".
NUMBER: Final = rf"(?<![\w.,-])(?<! و )(?<!and )(?P<count>\d{{1,3}}|{_any(*NUMBERS)})"
# What makes «سال پیش» something else than last year.
NOT_COUNTED: Final = "".join(
    f"(?<!{word} )"
    for word in (
        "چند", "چندین", "هزار", "هزاران", "صد", "صدها", "میلیون", "میلیارد", "سیصد", "چهارصد",
        "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد", "دویست", "ده", "بیست", "سی", "چهل", "پنجاه",
        "شصت", "هفتاد", "هشتاد", "نود", "پنج", "چهار", "شش", "هفت", "هشت", "نه", "دو", "سه", "یک",
    )
) + r"(?<!\d )(?<!\d)"  # fmt: skip

WEEKDAYS: Final = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5,
    "sunday": 6, "دوشنبه": 0, "سه شنبه": 1, "چهارشنبه": 2, "پنجشنبه": 3, "جمعه": 4, "شنبه": 5,
    "یکشنبه": 6, "دو شنبه": 0, "چهار شنبه": 2, "پنج شنبه": 3, "یک شنبه": 6, "سهشنبه": 1,
}  # fmt: skip
WEEKDAY: Final = _any(*WEEKDAYS)

# Not «سال پیش از انقلاب», not «چند سال گذشته است».
_NOT_BEFORE = r"(?! ?(?:از|است|اند|بود)\b)"
PAST: Final = rf"(?:گذشته|پیش|قبل){_NOT_BEFORE}"
PAST_ONLY: Final = rf"گذشته{_NOT_BEFORE}"
MARK: Final = (
    r"\d|\b(?:today|tonight|yesterday|last|past|previous|this|ago|امروز|امشب|دیروز|دیشب|پریروز"
    r"|پریشب|امسال|پارسال|گذشته|پیش|قبل|اخیر|جاری|حاضر|کنونی|این|همین)\b|(?:[اتجرشهوک]م|اول)\b"
)
"""Without one of these a text names no time: most questions need no rules."""
THIS_YEAR: Final = r"(?:this year|امسال|سال جاری)"
LAST_YEAR: Final = r"(?:last year|پارسال|سال گذشته|سال پیش|سال قبل)"

# Words before a time that tell which part of it is meant.
_PART = (
    r"(?: ?(?:early|mid|late|the (?:beginning|start|end|middle|first half|second half) of"
    r"|ابتدای|آغاز|اول|آخر|پایان|اوایل|اواسط|اواخر|نیمه (?:اول|دوم|نخست)))?"
    r"(?: ?the)?(?: ?(?:month of|day|تاریخ|روز|ماه))?"
)
LINKS: Final = tuple(
    (name, rf"(?<!\w)(?:{words}){_PART} ?$")
    for name, words in (
        ("after", r"after|following|پس از|بعد از"),
        ("before", r"before|prior to|(?:تا )?(?:قبل|پیش) از"),
        ("until", r"until|till|up to|up until|through|تا(?: به)?"),
        ("between", r"between|بین|میان|مابین"),
        ("from", r"from"),
        ("since", r"since|از"),
        ("within", r"in|on|during|در|طی|طول|مورخ|ظرف"),
    )
)
"""Patterns of the words before a time, by how they bound it; the first that matches counts."""
OPEN_END: Final = (
    r"^ ?(?:به بعد|به این سو|تا ?کنون|تا به حال|تا حالا|تا الان|onwards?|(?:to|until|till) now)\b"
)
"""Words after a time that is only the start of a period."""
JOINER: Final = r"(?:to|until|till|through|and|تا|لغایت|الی|و|[-–—])"
"""Words between the two ends of a period."""
BESIDE: Final = r"(?:with|versus|vs\.?|against|با)"
"""Words between two times that are compared."""
MAY_JOIN: Final = rf"^ ?(?P<joiner>{JOINER}){_PART} ?$"
ONLY_BETWEEN: Final = frozenset({"and", "و"})
"""Joiners that make a period only after "between"."""

# A bare year or a day without a year counts only where one of these, a stop or the end follows;
# before a noun it is a quantity ("in 2000 villages") or part of a name ("the 7 October attack").
MAY_FOLLOW: Final = r"^ ?(?:$|[?!.,;:،؛؟)\"'-]|" + _any(
    "and", "or", "by", "for", "to", "with", "at", "on", "in", "of", "that", "which", "who", "whom",
    "was", "were", "is", "are", "did", "do", "does", "has", "have", "had", "will", "would", "can",
    "could", "compared", "than", "after", "before", "when", "while", "the", "a", "an", "according",
    "from", "between", "about", "against", "as", "because", "but", "how", "what", "where", "why",
    "if", "until", "onwards", "under", "over",
    "چه", "چند", "چرا", "کجا", "کی", "چگونه", "چطور", "چقدر", "کدام", "آیا", "در", "به", "از", "تا",
    "با", "بر", "برای", "که", "و", "یا", "را", "رو", "است", "بود", "شد", "هم", "نیز", "توسط",
    "بین", "میان", "درباره", "علیه", "نسبت", "میلادی", "شمسی", "خورشیدی", "چیست", "کیست", "هست",
) + r"\b)"  # fmt: skip

# A date after one of these is a name: «خیابان ۱۷ شهریور», «میدان ۲۲ بهمن ۱۳۵۷».
NAMED_AFTER: Final = r"(?<!\w)" + _any(
    "خیابان", "میدان", "میدون", "بلوار", "بزرگراه", "اتوبان", "پل", "بیمارستان", "دانشگاه", "پارک",
    "مدرسه", "دبیرستان", "دبستان", "ایستگاه", "متروی", "مترو", "شهرک", "پادگان", "سد", "ورزشگاه",
    "استادیوم", "سازمان", "بنیاد", "گروه", "جنبش", "حزب", "کوچه", "محله", "فرودگاه", "تیپ", "لشکر",
    "کتاب", "فیلم", "رمان", "سریال", "خبرگزاری", "روزنامه", "انقلاب", "کودتای", "قیام", "واقعه",
    "عملیات", "حملات", "حمله", "street", "avenue", "square", "road", "film", "movie", "book",
    "novel", "windows", "office", "article", "resolution",
) + r" ?$"  # fmt: skip
# Dates that are the name of an event.
NAMED_DAYS: Final = frozenset({
    "11 september", "11 سپتامبر", "7 october", "7 اکتبر", "6 january", "6 ژانویه", "4 july",
    "22 بهمن", "12 بهمن", "17 شهریور", "15 خرداد", "14 خرداد", "13 آبان", "9 دی", "19 دی",
    "16 آذر", "28 مرداد", "30 تیر", "7 تیر", "8 شهریور", "12 فروردین", "18 تیر", "3 خرداد",
    "29 اسفند", "2 خرداد",
})  # fmt: skip
BEFORE_CHRIST: Final = r"^ ?(?:(?:قبل|پیش) از میلاد|ق\.? ?م\b|پ\.? ?م\b|bce?\b)"
# «دنیای امروز» is the present age, "USA Today" a newspaper.
NOT_TODAY: Final = (
    r"(?<!\w)(?:دنیای|جهان|جامعه|عصر|انسان|ایران|بشر|زندگی|نسل|نسبت به|world|use|known|is) $"
)
