"""Tables of news outlets: names, addresses and the fixed words of their pages.

Sources: the outlets' public pages; address templates from links in ../shared/eval/news-fa.jsonl
(Fars, Hamshahri, Varzesh3, Radio Farda). Those of Tasnim, IRNA and ISNA are from general
knowledge and were not checked against the sites.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from index.text.calendars import jalali_parts
from index.text.clean import clean
from index.types import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One agency or newspaper.

    Attributes:
        slug: Short name for article ids.
        name: English name, shown in citations.
        names: Persian and other names, as they stand in «به گزارش ...»; the first is shown.
        hosts: Hosts of its pages, without "www.".
        address: Template of a page address with {code}, and {date} as 1402/03/19 where the
            address needs the Jalali day; empty for outlets only ever relayed.
        code: Pattern that finds the code in the path of such an address.
    """

    slug: str
    name: str
    names: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    address: str = ""
    code: str = r"/(?:news|photo|video|x)/(\d+)"


OUTLETS = (
    Outlet(
        slug="mehr", name="Mehr", names=("مهر",), hosts=("mehrnews.com",),
        address="https://www.mehrnews.com/news/{code}",
    ),
    Outlet(
        slug="fars", name="Fars", names=("فارس",), hosts=("farsnews.ir", "farsnews.com"),
        address="https://www.farsnews.ir/news/{code}",
    ),
    Outlet(
        slug="isna", name="ISNA", names=("ایسنا", "دانشجویان ایران"), hosts=("isna.ir",),
        address="https://www.isna.ir/news/{code}",
    ),
    Outlet(
        slug="irna", name="IRNA", names=("ایرنا", "جمهوری اسلامی"), hosts=("irna.ir",),
        address="https://www.irna.ir/news/{code}",
    ),
    Outlet(
        slug="tasnim", name="Tasnim", names=("تسنیم",), hosts=("tasnimnews.com", "tasnimnews.ir"),
        address="https://www.tasnimnews.com/fa/news/{date}/{code}",
        code=r"/news/\d{4}/\d{2}/\d{2}/(\d+)",
    ),
    Outlet(
        slug="hamshahri", name="Hamshahri", names=("همشهری آنلاین", "همشهری"),
        hosts=("hamshahrionline.ir",), address="https://www.hamshahrionline.ir/news/{code}",
    ),
    Outlet(slug="varzesh3", name="Varzesh3", names=("ورزش سه",), hosts=("varzesh3.com",)),
    Outlet(slug="tehrantimes", name="Tehran Times", names=("تهران تایمز",),
           hosts=("tehrantimes.com",)),
    Outlet(slug="radiofarda", name="Radio Farda", names=("رادیو فردا",), hosts=("radiofarda.com",),
           code=r"/a/(?:[^/]+/)?(\d+)"),
    Outlet(slug="aljazeera", name="Al Jazeera", names=("الجزیره",)),
    Outlet(slug="reuters", name="Reuters", names=("رویترز",)),
    Outlet(slug="ap", name="Associated Press", names=("آسوشیتدپرس", "آسوشیتد پرس")),
    Outlet(slug="afp", name="AFP", names=("خبرگزاری فرانسه", "فرانسه")),
    Outlet(slug="bbc", name="BBC", names=("بی بی سی",)),
    Outlet(slug="cnn", name="CNN", names=("سی ان ان",)),
    Outlet(slug="sputnik", name="Sputnik", names=("اسپوتنیک",)),
    Outlet(slug="tass", name="TASS", names=("تاس",)),
    Outlet(slug="rt", name="RT", names=("راشاتودی", "راشا تودی")),
    Outlet(slug="xinhua", name="Xinhua", names=("شینهوا",)),
    Outlet(slug="anadolu", name="Anadolu", names=("آناتولی",)),
    Outlet(slug="almayadeen", name="Al Mayadeen", names=("المیادین",)),
    Outlet(slug="alarabiya", name="Al Arabiya", names=("العربیه",)),
    Outlet(slug="almanar", name="Al-Manar", names=("المنار",)),
    Outlet(slug="sana", name="SANA", names=("سانا",)),
    Outlet(slug="guardian", name="The Guardian", names=("گاردین",)),
    Outlet(slug="nyt", name="The New York Times", names=("نیویورک تایمز",)),
    Outlet(slug="wapost", name="The Washington Post", names=("واشنگتن پست",)),
)  # fmt: skip

# Headings that begin the tail of a page: nothing after them is report. Compared by `key`.
TAIL_HEADINGS = (
    "برچسب‌ها", "برچسب", "برچسب‌های خبر", "کلیدواژه‌ها", "کلید واژه", "واژه‌های کاربردی مرتبط",
    "نظر شما", "ارسال نظر", "نظرات", "نظرات کاربران", "دیدگاه شما", "دیدگاه‌ها", "نظر بدهید",
    "ثبت نظر", "لینک کوتاه", "لینک کوتاه کپی شد", "انتهای پیام", "captcha",
)  # fmt: skip
# Headings of lists of other reports: in the tail, and in the menu above the report.
LISTS = (
    "اخبار مرتبط", "مطالب مرتبط", "خبرهای مرتبط", "بیشتر بخوانید", "پربازدیدترین", "پربازدیدها",
    "آخرین اخبار", "پیشنهاد سردبیر",
)  # fmt: skip
# Lines of a page's frame that may stand anywhere; only the line itself is dropped.
FRAME_LINES = (
    "اشتراک‌گذاری", "به اشتراک بگذارید", "چاپ", "پرینت", "دانلود", "ذخیره", "کپی لینک", "کپی شد",
    "صفحه نخست", "خانه", "اندازه قلم", "تبلیغات", "آگهی",
)  # fmt: skip
# Networks to share a report on: frame when they follow another line of the frame.
SHARE_LINES = (
    "تلگرام", "واتساپ", "واتس‌اپ", "ایمیل", "توییتر", "فیسبوک", "فیس‌بوک", "لینکدین", "بله", "ایتا",
    "سروش", "روبیکا", "telegram", "whatsapp", "email", "twitter", "x", "facebook", "linkedin",
)  # fmt: skip

# The words between «به گزارش» and the next stop; the name is its last words:
# «خبرنگار اقتصادی ایرنا», «خبرگزاری فارس از تبریز».
_PHRASE = r'"?(?P<phrase>[^،,.؛:("\n]{2,60}?)"?(?=[،,.؛:("]|\s*$|(?: و)? به نقل| از | در | گزارش)'
_REPORTED = re.compile(rf"به گزارش {_PHRASE}")
_SIGNED = re.compile(r"^(?P<phrase>(?:[\w-]+ )?خبرگزاری \w+)(?= ?[:،,-])")
_QUOTING = re.compile(rf"به نقل از {_PHRASE}")
_DATELINE = re.compile(r"^[\w ،]{2,30}[-–] ?(?P<phrase>ایرنا|ایسنا) ?[-–]")  # «ساری - ایرنا -»
_MAX_NAME_WORDS = 3
_LEAD_CHARS = 1_500  # the reporting outlet is named in the first paragraphs


def key(text: str) -> str:
    """Return letters and digits only, so that lost joiners and spaces make no difference."""
    return "".join(filter(str.isalnum, clean(text).text)).lower()


_BY_NAME = {key(name): outlet for outlet in OUTLETS for name in (*outlet.names, outlet.name)}
_BY_HOST = {host: outlet for outlet in OUTLETS for host in outlet.hosts}
_ORDINARY = frozenset(("مهر", "فارس", "همشهری"))  # a month, a province, a citizen
TAIL_KEYS = frozenset(map(key, TAIL_HEADINGS))
LIST_KEYS = frozenset(map(key, LISTS))
FRAME_KEYS = frozenset(map(key, FRAME_LINES))
SHARE_KEYS = frozenset(map(key, SHARE_LINES))


def by_url(url: str) -> Outlet | None:
    """Return the outlet whose page an address is."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # e.g. an unclosed bracket where an IPv6 host would stand
        return None
    return _BY_HOST.get(host.removeprefix("www."))


def by_name(name: str) -> Outlet | None:
    """Return the outlet of a Persian or English name, joiners and spaces aside."""
    return _BY_NAME.get(key(name))


def masthead(line: str) -> Outlet | None:
    """Return the outlet whose name, and nothing else, is a line: «خبرگزاری مهر», «ایسنا»."""
    name = line.removeprefix("خبرگزاری ").strip()
    outlet = by_name(name) if name != line or name not in _ORDINARY else None
    return outlet if outlet and outlet.hosts else None


def code_in(url: str) -> str:
    """Return the news code in a page address of a known outlet, or nothing."""
    outlet = by_url(url)
    match = re.search(outlet.code, urlsplit(url).path) if outlet else None
    return match[1] if match else ""


def address(outlet: Outlet, code: str, published: Moment | None) -> str:
    """Return the page address of a code, or nothing where it is unknown."""
    if not (outlet.address and code):
        return ""
    if "{date}" not in outlet.address:
        return outlet.address.format(code=code)
    if published is None:
        return ""
    year, month, day = jalali_parts(published)
    return outlet.address.format(code=code, date=f"{year}/{month:02}/{day:02}")


def reporting(text: str) -> Outlet | None:
    """Return the outlet that the first paragraphs name as the reporter («به گزارش ایسنا»)."""
    lead = _lead(text[:_LEAD_CHARS])
    return _named(_REPORTED, lead) or _named(_SIGNED, lead) or _named(_DATELINE, lead)


def relayed(text: str) -> str:
    """Return the name of the known outlet that a report quotes (به نقل از), or nothing."""
    outlet = _named(_QUOTING, _lead(text[:_LEAD_CHARS]))
    return outlet.name if outlet else ""


@lru_cache(maxsize=1)  # of one article after the other, each asked for twice
def _lead(text: str) -> str:
    return clean(text).text


def _named(pattern: re.Pattern[str], lead: str) -> Outlet | None:
    """Return the first known outlet in a phrase of the kind."""
    for match in pattern.finditer(lead):
        words = match["phrase"].split()
        for count in range(_MAX_NAME_WORDS, 0, -1):
            outlet = by_name(" ".join(words[-count:]))
            if outlet:
                return outlet
    return None


def outlet_name(name: str, language: str) -> str:
    """Return an outlet's name as readers of a language know it, e.g. «مهر» for Mehr in "fa".

    A name that is not in the table is returned as it is.
    """
    if language != "fa":
        return name
    return next((outlet.names[0] for outlet in OUTLETS if outlet.name == name), name)
