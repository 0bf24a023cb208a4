"""Pages of six outlets as scrapes have them, and prose that only looks like a page's frame."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources import page_text
from index.types import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's text and what is to be read from it."""

    text: str
    headline: str
    date: str
    code: str
    source: str
    via: str = ""
    url: str = ""
    begins: str
    ends: str


MEHR = Page(
    text="""خبرگزاری مهر
صفحه نخست > اقتصاد > آب و انرژی
۱۲ مهر ۱۴۰۱، ۹:۰۵
سد تازه استان تا پایان سال آبگیری میشود
سد تازه استان تا پایان سال آبگیری میشود

یزد - مدیرعامل آب منطقهای گفت: کار ساخت بدنه سد به پایان رسیده و آبگیری آن پیش از زمستان آغاز میشود.

به گزارش خبرنگار مهر، او امروز در جمع خبرنگاران گفت: این سد سالانه ۴۰ میلیون متر مکعب آب ذخیره میکند

وی افزود: جاده دسترسی هم تا ماه آینده آسفالت میشود

کد خبر 5601234

برچسبها
سد
آب منطقهای
استان یزد
نظر شما
شما در حال پاسخ به نظر «» هستید.
  • نظرات حاوی توهین و هرگونه نسبت ناروا به اشخاص حقیقی و حقوقی منتشر نمیشود.
  • captcha""",
    headline="سد تازه استان تا پایان سال آبگیری میشود",
    date="2022-10-04T09:05+03:30",
    code="5601234",
    source="Mehr",
    url="https://www.mehrnews.com/news/5601234",
    begins="یزد - مدیرعامل",
    ends="ماه آینده آسفالت میشود",
)
FARS = Page(
    text="""گروه : اقتصادی
حوزه : بازار سرمایه
شماره : 14000512000123
تاریخ : 1400/05/12 - 11:30
شاخص بورس با رشد ۱۲ هزار واحدی بسته شد
شاخص کل بورس تهران در پایان دادوستدهای امروز با رشدی نزدیک به ۱۲ هزار واحد به کار خود پایان داد.
به گزارش خبرنگار بورس خبرگزاری فارس به نقل از رویترز، بهای نفت نیز در بازارهای جهانی بالا رفت.
کارشناسان این رشد را نتیجه خرید سهامداران حقیقی می‌دانند.
انتهای پیام/۴۰۳۲/ح
لینک کوتاه: http://fna.ir/3a4b5
اشتراک گذاری
تلگرام
واتساپ
ایمیل
""",
    headline="شاخص بورس با رشد ۱۲ هزار واحدی بسته شد",
    date="2021-08-03T11:30+04:30",
    code="14000512000123",
    source="Fars",
    via="Reuters",
    url="http://fna.ir/3a4b5",
    begins="شاخص کل بورس تهران",
    ends="سهامداران حقیقی می‌دانند.",
)
ISNA = Page(
    text="""ایسنا
جمعه / ۱۹ خرداد ۱۴۰۲ / ۱۸:۱۵
دسته‌بندی: علمی و دانشگاهی
کد خبر: 1402031911568
خبرنگار : 71451
برداشت تازه‌ای از ماه کامل در رصدخانه ملی
گروهی از پژوهشگران رصدخانه ملی از ماه کامل عکسی گرفتند که ریزترین دهانه‌های آن را نشان می‌دهد.
به گزارش ایسنا و به نقل از بی‌بی‌سی، این عکس از کنار هم نهادن ۲۰۰ هزار قاب به دست آمده است.
سرپرست گروه گفت: «این کار سه شب طول کشید.»
انتهای پیام
برچسب‌ها: رصدخانه ملی، ماه کامل، نجوم
لینک کوتاه: isna.ir/xdPqRs
نظرات
لطفا عدد مقابل را در جعبه متن وارد کنید
""",
    headline="برداشت تازه‌ای از ماه کامل در رصدخانه ملی",
    date="2023-06-09T18:15+03:30",
    code="1402031911568",
    source="ISNA",
    via="BBC",
    url="https://isna.ir/xdPqRs",
    begins="گروهی از پژوهشگران",
    ends="سه شب طول کشید.»",
)
IRNA = Page(
    text="""کاشت ده هزار نهال در جنگل‌های شمال
۲۰ اسفند ۱۴۰۱، ۱۴:۲۷
کد خبر: 85055321
ساری - ایرنا - رییس اداره منابع طبیعی شهرستان از کاشت ده هزار نهال در جنگل‌های این منطقه خبر داد.
او روز شنبه گفت: نهال‌ها بلوط و افرا هستند
داوطلبان محلی از هفته پیش در این کار همراه شده‌اند
اخبار مرتبط
روز درختکاری در پارک شهر گرامی داشته شد
برچسب‌ها
نهال
جنگل
نظر شما
""",
    headline="کاشت ده هزار نهال در جنگل‌های شمال",
    date="2023-03-11T14:27+03:30",
    code="85055321",
    source="IRNA",
    url="https://www.irna.ir/news/85055321",
    begins="ساری - ایرنا - رییس",
    ends="در این کار همراه شده‌اند",
)
TASNIM = Page(
    text="""خبرگزاری تسنیم
خانه » ورزشی » فوتبال ایران
تیم ملی جوانان با دو گل برنده شد
18 آبان 1399 - 21:40 | شناسه خبر: 2386541
- اخبار ورزشی -
تیم ملی فوتبال جوانان در نخستین دیدار خود در مسابقه‌های آسیایی با دو گل از سد حریف گذشت.
به گزارش خبرگزاری تسنیم، گل‌ها را در نیمه دوم شماره‌های ۹ و ۱۱ زدند.
دیدار بعدی این تیم سه‌شنبه است.
انتهای پیام/+
واژه های کاربردی مرتبط
فوتبال
پربیننده‌ترین اخبار ورزشی
سرمربی تازه تیم والیبال معرفی شد و از برنامه‌های خود برای لیگ گفت.
""",
    headline="تیم ملی جوانان با دو گل برنده شد",
    date="2020-11-08T21:40+03:30",
    code="2386541",
    source="Tasnim",
    url="https://www.tasnimnews.com/fa/news/1399/08/18/2386541",
    begins="تیم ملی فوتبال جوانان",
    ends="این تیم سه‌شنبه است.",
)
HAMSHAHRI = Page(
    text="""همشهری آنلاین
دوشنبه ۷ آذر ۱۴۰۱ - ۰۷:۵۰ | کد مطلب: 724466 | 0 نظر
اتوبوس‌های برقی به خط یک می‌رسند
نویسنده: مریم نمونه‌ای
زمان مطالعه: ۲ دقیقه
معاون حمل‌ونقل شهرداری می‌گوید نخستین اتوبوس‌های برقی از هفته آینده در خط یک تندرو به راه می‌افتند.
به گزارش همشهری‌آنلاین به نقل از ایرنا، هر اتوبوس با یک بار پر شدن ۲۵۰ کیلومتر می‌رود.
برچسب: اتوبوس برقی | شهرداری
منبع: همشهری آنلاین
کپی شد
بیشتر بخوانید
متروی تهران در روزهای تعطیل تا نیمه‌شب کار می‌کند
""",
    headline="اتوبوس‌های برقی به خط یک می‌رسند",
    date="2022-11-28T07:50+03:30",
    code="724466",
    source="Hamshahri",
    via="IRNA",
    url="https://www.hamshahrionline.ir/news/724466",
    begins="معاون حمل‌ونقل",
    ends="۲۵۰ کیلومتر می‌رود.",
)
PAGES = {
    "mehr": MEHR, "fars": FARS, "isna": ISNA, "irna": IRNA, "tasnim": TASNIM,
    "hamshahri": HAMSHAHRI,
}  # fmt: skip


def article(text: str) -> Article:
    """Return the article of a text."""
    found = page_text.article_of(text, "x")
    assert isinstance(found, Article), found
    return found


def body_of(text: str) -> str:
    """Return the report in a text."""
    return "\n".join(span.cut(text) for span in article(text).body)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_page_gives_every_field(page: Page) -> None:
    """Headline, date, code, outlet, quoted outlet and address, each in the outlet's own way."""
    found = article(page.text)

    assert found.published is not None
    assert (page.headline, page.date) == (found.headline, found.published.isoformat())
    assert (page.code, page.source, page.via) == (found.code, found.source, found.via)
    assert page.url == found.url


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_page_gives_its_report_and_nothing_else(page: Page) -> None:
    """The body runs from the first paragraph to the last, without the headline or the frame."""
    body = body_of(page.text)

    assert body.startswith(page.begins)
    assert body.endswith(page.ends)
    assert page.text.partition(page.begins)[2].startswith(body.removeprefix(page.begins))


PROSE = """نویسنده: همه از من می‌پرسند که این کتاب را از کجا آغاز کردم
موضوع آن یک روزنامه است که خوانندگانش به آن نامه می‌نویسند
هر صبح زیر هر خبر جایی بود به نام «نظر شما» که پر می‌شد
برچسب‌ها را با دست روی بسته‌های روزنامه می‌چسباندند
بعدها برچسب‌ها به صفحه‌های وب رسیدند و نام تازه‌ای گرفتند
کسی از لینک کوتاه سر در نمی‌آورد تا آن که چاپخانه بسته شد
لینک کوتاه را نخست در پیام‌های تلفنی دیدیم
نظر شما درباره آن روزها چیست
خبرنگار: آیا هنوز هم نامه می‌رسد
منبع: نامه‌های خوانندگان
انتهای پیام او همیشه یک شعر بود
نظرات خوانندگان را دسته می‌کردیم و می‌شمردیم
کد خبر را هم کسی نمی‌دانست چیست
آخرین اخبار را از رادیو می‌گرفتیم
پیشنهاد سردبیر این بود که روزنامه نازک‌تر شود
۱۲ مرداد ۱۳۵۸
بیشتر بخوانید و کمتر بنویسید، این را هم او گفت
اشتراک گذاری خبر آن روزها با تلفن بود
شماره: ۱۲۳۴۵۶۷۸
امروز همه در این شبکه‌ها هستند
تلگرام
ایتا"""


@pytest.mark.parametrize("stop", ["", "."], ids=["no stops", "stops"])
@pytest.mark.parametrize("wide", [1, 3], ids=["lines", "paragraphs"])
def test_prose_about_a_pages_frame_loses_nothing(stop: str, wide: int) -> None:
    """Every line of prose in which such words stand is body, in short lines or in paragraphs."""
    lines = [f"{line}{stop}" for line in PROSE.splitlines()]
    text = "\n".join(" ".join(lines[row : row + wide]) for row in range(0, len(lines), wide))
    found = article(text)
    report = "\n".join(span.cut(text) for span in found.body)

    assert text == f"{found.headline}\n{report}".strip()


SHORT = "وزیر نیرو گفت که خط دوم انتقال آب به شهر امروز راه افتاده است"
RULES = """شما در حال پاسخ به نظر «» هستید.
  • نظرات حاوی توهین و هرگونه نسبت ناروا به اشخاص حقیقی و حقوقی منتشر نمیشود.
  • نظراتی که غیر از زبان فارسی یا غیر مرتبط با خبر باشد منتشر نمیشود.
  • captcha"""


@pytest.mark.parametrize("head", ["", "آب به شهر رسید\n", "۱۹ خرداد ۱۴۰۲\nآب به شهر رسید\n"])
@pytest.mark.parametrize(
    "tail",
    [
        f"برچسبها\nآب\nنظر شما\n{RULES}",
        f"نظر شما\n{RULES}",
        f"برچسب‌ها: آب، شهر\nآخرین اخبار\n{SHORT} و دیروز هم\nنظر شما\n{RULES}",
    ],
    ids=["tags", "form", "list"],
)
def test_short_news_without_stop_or_code_ends_before_the_frame(head: str, tail: str) -> None:
    """One sentence without a stop is the whole body; its page's frame does not follow it."""
    assert body_of(f"{head}{SHORT}\n\n{tail}") == SHORT


@pytest.mark.parametrize(
    "text",
    [
        f"آب به شهر رسید\nنظر شما\n{SHORT}",
        f"سیاسی\nآخرین اخبار\nآب به شهر رسید\n{SHORT}\nبرچسب‌ها\nآب",
        f"آب به شهر رسید\nبرچسب‌ها\nآب\n{SHORT}.",
        f"آب به شهر رسید\nنظر شما\n{RULES}\n{SHORT}، {SHORT}.",
    ],
    ids=["buttons above", "menu above", "tags above", "form above"],
)
def test_frame_above_short_news_ends_nothing(text: str) -> None:
    """Where a heading of the frame comes first, what may be report below it stays."""
    assert SHORT in body_of(text)


@pytest.mark.parametrize(
    "end", ["انتهاي\u200cپيام/م*", "انتهای پیام/86011/ت10/ض1002", "انتهای پیام/.", "انتهای پیام"]
)
def test_signature_ends_the_report(end: str) -> None:
    """The editors' signs behind «انتهای پیام» belong to the frame, whatever they are."""
    assert body_of(f"آب به شهر رسید\n{SHORT}.\n{end}\nفوتبال\n") == f"{SHORT}."


_LINES = [line for page in PAGES.values() for line in page.text.splitlines()] + PROSE.splitlines()


@given(st.lists(st.sampled_from(_LINES), max_size=30))
def test_paragraphs_are_never_lost_before_the_tail(lines: list[str]) -> None:
    """Lines of frames in any order: a paragraph above the first heading or code is kept."""
    found = page_text.article_of("\n".join(lines), "x")
    headings = ("برچسب", "نظر", "انتهای", "کد", "لینک", "واژه", "بیشتر", "اخبار", "شناسه", "•")
    ends = [row for row, line in enumerate(lines) if line.lstrip().startswith(headings)]
    above = lines[: ends[0]] if ends else lines

    assert isinstance(found, Article) or not any(len(line) > 80 for line in above)
    if isinstance(found, Article):
        body = "\n".join(span.cut(found.text) for span in found.body)
        kept = (found.headline, body)
        assert all(any(line.strip() in one for one in kept) for line in above if len(line) > 80)
