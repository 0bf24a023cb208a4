"""What people are told of comparisons and overviews, in English and in Persian, in one table.

Does not: hold other texts; `bot.texts.messages` does.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.texts.messages import Language, fill


class ShapeText(StrEnum):
    """Names of the texts; values are filled as in `bot.texts.messages`."""

    OVERVIEW = "overview"
    COMPARISON = "comparison"
    SIDE_EMPTY = "side_empty"
    MISSED_OUTLETS = "missed_outlets"
    DIFFER = "differ"
    DENIED = "denied"


_ENGLISH: Mapping[ShapeText, str] = {
    ShapeText.OVERVIEW: "Overview of several articles, earliest first",
    ShapeText.COMPARISON: "Comparison, each side from its own articles",
    ShapeText.SIDE_EMPTY: "Here the archive has nothing about it.",
    ShapeText.MISSED_OUTLETS: (
        "Nothing published by {scope} answers; this is from the rest of the archive."
    ),
    ShapeText.DIFFER: "The sources differ: [{first}] says {said}, [{second}] says {other}.",
    ShapeText.DENIED: "The sources differ: of [{first}] and [{second}] one denies the other.",
}

_PERSIAN: Mapping[ShapeText, str] = {
    ShapeText.OVERVIEW: "مرور چند خبر به ترتیب زمان",
    ShapeText.COMPARISON: "مقایسه؛ هر بخش از خبرهای خودش",
    ShapeText.SIDE_EMPTY: "بایگانی در این بخش چیزی دربارهٔ آن ندارد.",
    ShapeText.MISSED_OUTLETS: ("در خبرهای {scope} پاسخی پیدا نشد؛ این پاسخ از بقیهٔ بایگانی است."),
    ShapeText.DIFFER: (
        "منابع یکسان نمی‌گویند: در [{first}] «{said}» آمده است و در [{second}] «{other}»."
    ),
    ShapeText.DENIED: "منابع یکسان نمی‌گویند: از [{first}] و [{second}] یکی دیگری را نفی می‌کند.",
}

SHAPE_TEXTS: Mapping[Language, Mapping[ShapeText, str]] = {
    Language.EN: _ENGLISH,
    Language.FA: _PERSIAN,
}


def say_of_shape(text: ShapeText, language: Language, **values: object) -> str:
    """Return a text with its names filled; whole numbers in the language's digits."""
    return fill(SHAPE_TEXTS[language][text], language, values)
