"""Texts of the pages that `pasokh web` serves."""

from bot.texts.language import Text


class WebText(Text):
    """Texts of the pages; those of refused requests are `PROBLEM_` and the HTTP status."""

    NAME = ("Pasokh", "پاسخ")
    ABOUT = (
        ("Each sentence of an answer is a quote that you can open in its article."),
        ("هر جملهٔ پاسخ نقل‌قولی است که می‌توانید در متن خبرش باز کنید."),
    )
    SKIP = ("Skip to the content", "رفتن به محتوا")
    ASK = ("Ask", "پرسش")
    ARCHIVE = ("Archive", "بایگانی")
    PAGES = ("Pages", "صفحه‌ها")
    OTHER_LANGUAGE = ("فارسی", "English")
    QUESTION = ("Your question to the archive", "پرسش شما از بایگانی")
    ARTICLES = ("{count:article|articles}", "{count} خبر")
    SEND = ("Ask", "بپرس")
    WAITING = ("Looking in the archive …", "در حال جست‌وجو در بایگانی …")
    FAILED = (
        ("The answer did not arrive. Try again."),
        ("پاسخ نرسید. دوباره بفرستید."),
    )
    ANSWERS = ("Questions and answers", "پرسش‌ها و پاسخ‌ها")
    FOLLOW_UP = (
        ("You can ask on: “{question}”"),
        ("می‌توانید ادامه دهید: «{question}»"),
    )
    NEW_CONVERSATION = ("Start anew", "گفت‌وگوی تازه")
    MORE = ("More quotes", "نقل‌قول‌های بیشتر")
    SCOPE = ("Ask only a part of the archive", "پرسش از بخشی از بایگانی")
    SINCE = ("From (day, month or year)", "از (روز، ماه یا سال)")
    UNTIL = ("Up to and including", "تا پایان")
    OUTLETS = ("Outlets, with commas between", "رسانه‌ها، با ویرگول میانشان")
    LANGUAGES = ("Languages of the articles, e.g. fa, en", "زبان خبرها، مثلاً fa، en")
    WHO_SAID = ("Who said what", "چه کسی چه گفت")
    SPEAKER = ("Whose words, e.g. Kirby", "گفته‌های چه کسی، مثلاً کربی")
    ABOUT_TOPIC = ("About what (may be empty)", "دربارهٔ چه (می‌تواند خالی باشد)")
    TIMELINE = ("Timeline", "گاه‌شمار")
    TOPIC = ("The events of what, e.g. Karun dam", "رویدادهای چه، مثلاً سد کارون")
    SHOW = ("Show", "نشان بده")
    PICTURE = ("The timeline as a picture", "گاه‌شمار به شکل تصویر")
    AT_OUTLET = ("at the outlet", "در سایت رسانه")
    NUMBERED = ("quote {number}, in its article", "نقل‌قول {number}، در متن خبر")
    CLAIM_NUMBERED = ("to quote {number}", "به نقل‌قول {number}")

    FACTS = ("About this article", "دربارهٔ این خبر")
    OUTLET = ("Outlet", "رسانه")
    PUBLISHED = ("Published", "انتشار")
    EDITED = ("Edited", "ویرایش")
    LANGUAGE = ("Language", "زبان")
    ADDRESS = ("Address", "نشانی")
    FILE = ("File", "پرونده")
    VERSIONS = ("Earlier versions", "نسخه‌های پیشین")
    MARKED = ("Marked quote", "نقل‌قول نشان‌دار")
    TO_MARK = ("Go to the marked quote", "رفتن به نقل‌قول نشان‌دار")
    NO_MARK = (
        ("The article has no text at the place that the link names; it may have changed."),
        ("خبر در جایی که پیوند نشان می‌دهد متنی ندارد؛ شاید تغییر کرده باشد."),
    )
    SAME_REPORT = ("The same report elsewhere", "همین گزارش در جاهای دیگر")
    CITE = ("Cite this", "استناد")
    TEXT = ("Text of the article", "متن خبر")
    REPLACED = ("A newer version of this article is here:", "نسخهٔ تازه‌تر این خبر این‌جاست:")

    HOLDINGS = ("What is in the archive", "آنچه در بایگانی هست")
    UPDATED = ("Last update", "آخرین به‌روزرسانی")
    BY_MONTH = ("Articles by month", "خبرها به تفکیک ماه")
    BY_YEAR = ("Articles by year", "خبرها به تفکیک سال")
    BY_OUTLET = ("Articles by outlet", "خبرها به تفکیک رسانه")
    BY_LANGUAGE = ("Articles by language", "خبرها به تفکیک زبان")
    AS_TABLE = ("As a table", "به شکل جدول")
    PERIOD = ("Time", "زمان")
    COUNT = ("Articles", "خبرها")
    UNDATED = ("date unknown or vague", "تاریخ نامعلوم یا نادقیق")
    UNNAMED = ("outlet unknown", "رسانهٔ نامعلوم")
    OTHERS = ("{count} others", "{count} مورد دیگر")
    NOT_SEARCHED = ("What is not searched", "آنچه جست‌وجو نمی‌شود")
    ALL_SEARCHED = ("Everything that was read is searched.", "هر چه خوانده شد جست‌وجو می‌شود.")
    FATE = ("What became of it", "سرنوشت")
    REASON = ("Reason", "دلیل")
    ITEMS = ("Items", "موردها")

    PROBLEM = ("This did not work", "نشد")
    PROBLEM_400 = ("The request cannot be read.", "این درخواست خوانا نیست.")
    PROBLEM_404 = ("There is no such page or article.", "چنین صفحه یا خبری نیست.")
    PROBLEM_405 = ("This page cannot be asked in this way.", "این صفحه را این‌طور نمی‌شود خواست.")
    PROBLEM_413 = ("That is too long; shorten it.", "این بیش از اندازه بلند است؛ کوتاهش کنید.")
    PROBLEM_429 = (
        ("You ask faster than this server answers; wait a minute."),
        ("تندتر از توان این کارساز می‌پرسید؛ یک دقیقه صبر کنید."),
    )
    PROBLEM_500 = (
        ("Something went wrong here; it is in the server's log."),
        ("خطایی این‌جا رخ داد؛ در گزارش کارساز ثبت شد."),
    )
    PROBLEM_503 = (
        ("Too many people are asking just now; try again in a moment."),
        ("اکنون پرسندگان بسیارند؛ اندکی بعد دوباره بپرسید."),
    )
    BACK = ("To the first page", "به صفحهٔ نخست")

    SERVING = (
        ("Answering at {address}; Ctrl-C stops it."),
        ("پاسخ‌گویی در {address}؛ پایان با Ctrl-C"),
    )
    KEY_MADE = (
        ("The key of {name}, shown this once: {key}"),
        ("کلید {name} که تنها همین یک بار نشان داده می‌شود: {key}"),
    )
    KEY_LINE = ("For the settings (docs/web.md):", "برای تنظیمات (docs/web.md):")
