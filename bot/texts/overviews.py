"""Texts of comparisons and overviews."""

from bot.texts.language import Text


class ShapeText(Text):
    """Texts of comparisons and overviews."""

    OVERVIEW = ("Overview of several articles, earliest first", "مرور چند خبر به ترتیب زمان")
    LATEST = ("What was published last, latest first", "تازه‌ترین خبرها، اول تازه‌ترین")
    STATEMENTS = ("Said by {name}, earliest first", "گفته‌های {name} به ترتیب زمان")
    STATEMENTS_SHOWN = (
        ("The latest {shown} of {count}; /export has all of them."),
        ("تازه‌ترین {shown} گفته از {count}؛ همه را ‎/export می‌دهد."),
    )
    TIMELINE = ("Timeline: {topic}", "گاه‌شمار: {topic}")
    TIMELINE_SHOWN = (
        ("The latest {shown} of {count} events; /export has all of them."),
        ("تازه‌ترین {shown} رویداد از {count}؛ همه را ‎/export می‌دهد."),
    )
    COMPARISON = ("Comparison, each side from its own articles", "مقایسه؛ هر بخش از خبرهای خودش")
    SIDE_EMPTY = (
        ("Here the archive has nothing about it."),
        ("بایگانی در این بخش چیزی دربارهٔ آن ندارد."),
    )
    MISSED_OUTLETS = (
        ("Nothing published by {scope} answers; this is from the rest of the archive."),
        ("در خبرهای {scope} پاسخی پیدا نشد؛ این پاسخ از بقیهٔ بایگانی است."),
    )
    DIFFER = (
        ("The sources differ: [{first}] says {said}, [{second}] says {other}."),
        ("منابع یکسان نمی‌گویند: در [{first}] «{said}» آمده است و در [{second}] «{other}»."),
    )
    DENIED = (
        ("The sources differ: of [{first}] and [{second}] one denies the other."),
        ("منابع یکسان نمی‌گویند: از [{first}] و [{second}] یکی دیگری را نفی می‌کند."),
    )
