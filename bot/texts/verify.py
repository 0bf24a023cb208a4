"""Texts of `pasokh verify`."""

from bot.texts.language import Text


class VerifyText(Text):
    """Texts.

    Those of quotes are `QUOTE_` and the name of a `Standing`, those of faults `FAULT_` and the
    name of a `Fault`, those of what an answer was made with `MADE_` and its key.
    """

    QUESTION = ("{position}. {question} (line {line})", "{position}. {question} (سطر {line})")
    REFUSAL = (
        ("no answer was given, so there is nothing to hold against the archive"),
        ("پاسخی داده نشده بود و چیزی برای سنجیدن با بایگانی نیست"),
    )
    MADE_SNAPSHOT = ("index", "نمایه")
    MADE_ENCODER = ("encoder", "رمزگذار")
    MADE_MODEL = ("language model", "مدل زبانی")
    MADE_PROMPT = ("prompt", "دستور مدل")
    SAME = ("{what}: {was}, the same now", "{what}: {was}، اکنون هم همان")
    OTHER = ("{what}: {was}, now {now}", "{what}: {was}، اکنون {now}")
    NONE_NOW = ("{what}: {was}, none is set now", "{what}: {was}، اکنون هیچ")
    NOT_THE_QUOTES = (
        ("NOT SO: `answer` is not made of the quotes in `citations`"),
        ("نادرست: `answer` از نقل‌قول‌های `citations` ساخته نشده است"),
    )
    QUOTE_STANDS = (
        ("[{number}] stands: {article}, characters {start}-{end}"),
        ("[{number}] درست: {article}، نویسه‌های {start} تا {end}"),
    )
    QUOTE_MOVED = (
        ("[{number}] NOT THERE: {article} says it elsewhere, at characters {start}-{end}"),
        ("[{number}] جابه‌جا: {article} آن را جای دیگری گفته است، نویسه‌های {start} تا {end}"),
    )
    QUOTE_CHANGED = (
        ("[{number}] NOT SO: {article} does not say this"),
        ("[{number}] نادرست: {article} چنین نمی‌گوید"),
    )
    QUOTE_OUTSIDE = (
        ("[{number}] NOT SO: {article} has it outside its body, at characters {start}-{end}"),
        ("[{number}] نادرست: در {article} بیرون از متن خبر است، نویسه‌های {start} تا {end}"),
    )
    QUOTE_HEAD = (
        ("[{number}] stands, BUT NOT its head: {article} differs in {differs}"),
        ("[{number}] نقل درست، شناسنامه نادرست: تفاوت {article} در {differs}"),
    )
    QUOTE_EMPTY = (
        ("[{number}] NOT SO: a quote of {article} without a letter or digit"),
        ("[{number}] نادرست: نقلی از {article} بی هیچ حرف و رقمی"),
    )
    QUOTE_GONE = (
        ("[{number}] GONE: {article} is not in the index"),
        ("[{number}] ناپدید: {article} در نمایه نیست"),
    )
    QUOTE_CORRECTED = (
        ("[{number}] CORRECTED SINCE: {article} is an earlier version of {successor}{still}"),
        ("[{number}] سپس اصلاح شد: {article} نسخه پیشین {successor} است{still}"),
    )
    STILL_SAID = (
        (", which still says it, at characters {start}-{end}"),
        (" که هنوز همین را می‌گوید، نویسه‌های {start} تا {end}"),
    )
    NOT_SAID = (", which does not say this", " که دیگر چنین نمی‌گوید")
    QUOTE_REMOVED = (
        ("[{number}] GONE: {article} was removed by request"),
        ("[{number}] ناپدید: {article} به درخواست حذف شده است"),
    )
    CLAIM_STANDS = ("supported: {text} {numbers}", "مستند: {text} {numbers}")
    CLAIM_FAULTY = (
        ("NOT SUPPORTED ({faults}): {text} {numbers}"),
        ("نامستند ({faults}): {text} {numbers}"),
    )
    FAULT_DEAD_CITATION = ("a quote it names does not stand", "نقلی که به آن تکیه دارد درست نیست")
    FAULT_NUMBER = ("a number", "عدد")
    FAULT_DATE = ("a date", "تاریخ")
    FAULT_QUOTE = ("a quotation", "نقل‌قول")
    FAULT_NAME = ("a name", "نام")
    FAULT_NEGATION = ("a negation", "نفی")
    FAULT_COUNT = ("what a number counts", "آنچه عدد می‌شمارد")
    FAULT_OPPOSITE = ("an opposite", "واژهٔ متضاد")
    FAULT_ROLE = ("who said or did it", "گوینده یا کننده")
    FAULT_HEDGE = ("how sure it is", "قطعیت")
    FAULT_ADDED = ("something added", "چیزی افزوده")
    FAULT_MEANING = ("its meaning", "معنا")
    FAULT_LANGUAGE = ("its language", "زبان")
    FAULT_UNSAFE = (
        ("an address or order that is in no quote"),
        ("نشانی یا دستوری که در هیچ نقلی نیست"),
    )
    ALL_STANDS = (
        ("Everything stands: quotes {quotes}, sentences {claims}."),
        ("همه درست است: {quotes} نقل‌قول، {claims} جمله."),
    )
    NOT_ALL_STANDS = (
        (
            "NOT everything stands: {quotes} of {all_quotes:quote|quotes} and "
            "{claims} of {all_claims:sentence|sentences} do."
        ),
        (
            "همه درست نیست: {quotes} از {all_quotes} نقل‌قول و {claims} از {all_claims} جمله درست است."
        ),
    )
