"""Number words of English and Persian, and the magnitudes and percent signs of more languages.

Sources: magnitudes of other languages are CLDR's compact forms, in the spellings newspapers use.
"""

from fractions import Fraction
from typing import Final


def _table(rules: str) -> dict[str, int]:
    """Read `value=word,word ...`."""
    pairs = (rule.split("=") for rule in rules.split())
    return {word: int(value) for value, words in pairs for word in words.split(",")}


_CARDINALS_EN = _table(
    "0=zero 1=one 2=two 3=three 4=four 5=five 6=six 7=seven 8=eight 9=nine 10=ten 11=eleven "
    "12=twelve 13=thirteen 14=fourteen 15=fifteen 16=sixteen 17=seventeen 18=eighteen "
    "19=nineteen 20=twenty 30=thirty 40=forty 50=fifty 60=sixty 70=seventy 80=eighty "
    "90=ninety"
)
_CARDINALS_FA = _table(
    "0=صفر 1=یک 2=دو 3=سه 4=چهار 5=پنج 6=شش,شیش 7=هفت 8=هشت 9=نه 10=ده 11=یازده 12=دوازده "
    "13=سیزده 14=چهارده 15=پانزده,پونزده 16=شانزده,شونزده 17=هفده,هیفده 18=هجده,هیجده,هژده "
    "19=نوزده 20=بیست 30=سی 40=چهل 50=پنجاه 60=شصت 70=هفتاد 80=هشتاد 90=نود 100=صد,یکصد "
    "200=دویست 300=سیصد 400=چهارصد 500=پانصد,پونصد 600=ششصد 700=هفتصد 800=هشتصد 900=نهصد"
)
CARDINALS: Final = _CARDINALS_EN | _CARDINALS_FA

_IRREGULAR = _table(
    "1=first,اول,اولین,نخست,نخستین,یکم,یکمین 2=second,دوم,دومین,دوّم 3=third,thirds,سوم,سومین "
    "5=fifth,fifths 8=eighth,eighths 9=ninth,ninths 12=twelfth,twelfths 30=سیام,سیم,سیامین"
)


_STEMS_EN = {
    f"{word[:-1]}ie" if word.endswith("y") else word: value for word, value in _CARDINALS_EN.items()
}
ORDINALS: Final = {
    **{f"{stem}{end}": value for stem, value in _STEMS_EN.items() for end in ("th", "ths")},
    **{f"{word}{end}": value for word, value in _CARDINALS_FA.items() for end in ("م", "مین")},
    **_IRREGULAR,
}
HUNDRED: Final = frozenset({"hundred", "hundredth"})
"""Words that multiply what precedes them, in English only: Persian has a word for each hundred."""

MAGNITUDES: Final = _table(
    "12=dozen,دوجین "
    "1000=thousand,thousandth,هزار,هزارم,هزارمین,الف,الاف,tausend,mille,mil,тысяч,тысяча,тысячи,"
    "тыс,bin,k "
    "1000000=million,millions,millionth,میلیون,ملیون,ملایین,millionen,mio,millón,millones,milhões,"
    "milione,milioni,миллион,миллиона,миллионов,млн,milyon,mn "
    "1000000000=billion,billions,bn,میلیارد,ملیار,ملیارات,milliarde,milliarden,milliard,milliards,"
    "mrd,миллиард,миллиарда,миллиардов,млрд,milyar,بیلیون,miliardi,miliardo "
    "1000000000000=trillion,trillions,tr,tn,تریلیون,ترلیون,billionen,триллион,трлн,trilyon"
)
"""`clean` has made ة a ه and ي a ی; `mil` is also the Spanish thousand."""

LETTER_MAGNITUDES: Final = _table("1000=k 1000000=m,mn 1000000000=bn,b 1000000000000=tr,tn")
"""Letters written on to a numeral: "5m" may be metres, so this is one of two readings."""

HALVES: Final = {
    "half": Fraction(1, 2), "نیم": Fraction(1, 2), "نصف": Fraction(1, 2),
    "نیمی": Fraction(1, 2), "halved": Fraction(1, 2), "halving": Fraction(1, 2),
    "halves": Fraction(1, 2), "quarter": Fraction(1, 4), "ربع": Fraction(1, 4),
}  # fmt: skip
IMPLIED: Final = {
    **dict.fromkeys(("both", "twice", "double", "doubled", "couple", "pair", "bilateral"), 2),
    **dict.fromkeys(("هردو", "دوبار", "دوباره", "دوبرابر", "دوطرف", "دوجانبه", "جفت", "دوتا"), 2),
    **dict.fromkeys(("once", "single", "یکی", "یکبار", "تنها", "واحد", "only"), 1),
    **dict.fromkeys(("triple", "thrice", "سهگانه", "trilateral"), 3),
    **dict.fromkeys(("dozens", "دهها"), 12),
    **dict.fromkeys(("zero", "هیچ"), 0),
}  # fmt: skip
"""Words of a quote that support a number without stating it; in a claim they need no support."""

DOUBTFUL: Final = frozenset({"one", "یک", "نه", "سی", "second", "k", "tr", "mil", "bin"})
"""Words with another meaning as well: they need support only within a longer number, or before what
is counted, or for «نه» and «سی» where no other meaning fits."""

_NOT_NINE_LIST = "تنها فقط این به در از بلکه که خیر را بر با برای چندان"
NOT_NINE: Final = frozenset(_NOT_NINE_LIST.split())
_LETTER_LIST = "بی سی دی ان اف جی آی ام اس تی وی پی ای ال یو"
LETTERS: Final = frozenset(_LETTER_LIST.split())
"""Before a word of `NOT_NINE` «نه» is "not"; beside one of `LETTERS` «سی» is the letter C."""

_COUNTED_LIST = """
percent per درصد نفر تن کشور سال ماه روز هفته ساعت دقیقه ثانیه بار مورد عدد تومان ریال دلار یورو
کیلومتر متر کیلوگرم واحد دستگاه شهر استان نماینده کشته زخمی مجروح مسافر سرباز گل امتیاز نشان
people years year months month days day hours hour minutes weeks week times countries men women
killed injured wounded soldiers points goals dollars euros kilometers kilometres meters
"""
COUNTED: Final = frozenset(_COUNTED_LIST.split())

PERCENT: Final = (
    r"(?:%|درصدی?|فیصد|در ?صد|percent|per cent|percentage|pct|prozent|pour cent|por ciento|"
    r"процент\w*|بالمئه|بالمائه|فی المئه|فی المائه|yüzde)"
)
