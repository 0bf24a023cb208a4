"""Texts of why an address gave nothing; `index.web` decides it."""

from bot.texts.language import Language, Text, say
from index.web import Failure


class WebFailure(Text):
    """Why an address gave nothing, by the name of a `Problem`."""

    BAD_ADDRESS = ("not an http or https address", "نشانی http یا https نیست")
    PASSWORD = (
        ("an address may not hold a user name or password"),
        ("نشانی نباید نام کاربری یا گذرواژه داشته باشد"),
    )
    PRIVATE = (
        ("leads to a private network; PASOKH_WEB_ALLOW_PRIVATE does not allow it"),
        ("به شبکه‌ای خصوصی می‌رسد که PASOKH_WEB_ALLOW_PRIVATE آن را مجاز نکرده است"),
    )
    PORT = ("port {detail} is neither 80 nor 443", "درگاه {detail} نه ۸۰ است و نه ۴۴۳")
    UNKNOWN_HOST = (
        ("there is no host of this name, or names cannot be looked up now"),
        ("میزبانی با این نام نیست، یا اکنون نمی‌توان نام‌ها را جست‌وجو کرد"),
    )
    NO_CONNECTION = ("no connection: {detail}", "اتصال برقرار نشد: {detail}")
    TIMEOUT = ("not whole after {detail}", "پس از {detail} هنوز کامل نبود")
    BROKEN = (
        ("the reply broke off or made no sense: {detail}"),
        ("پاسخ ناتمام یا نامفهوم بود: {detail}"),
    )
    REFUSED = ("the server refused with status {detail}", "سرور با وضعیت {detail} نپذیرفت")
    BUSY = ("the server is busy, status {detail}", "سرور سرگرم است، وضعیت {detail}")
    RESTING = (
        ("left alone for now, as its server asked"),
        ("به خواست سرور فعلاً به آن مراجعه نمی‌شود"),
    )
    SERVER = ("the server failed with status {detail}", "سرور با وضعیت {detail} از کار ماند")
    REDIRECTS = (
        ("redirected in a circle or too often"),
        ("تغییر مسیرها دور می‌زنند یا بیش از اندازه‌اند"),
    )
    ROBOTS = ("the site's robots.txt forbids it", "robots.txt این سایت اجازه نمی‌دهد")
    ROBOTS_UNKNOWN = (
        ("the site's robots.txt cannot be read now: {detail}"),
        ("robots.txt این سایت اکنون خوانده نمی‌شود: {detail}"),
    )
    TOO_SLOW = (
        ("the site's robots.txt asks for {detail} s between requests: too long"),
        ("robots.txt این سایت میان درخواست‌ها {detail} ثانیه درنگ می‌خواهد: زیاد است"),
    )
    TOO_LONG = ("more than {detail} bytes", "بیش از {detail} بایت")
    KIND = ("no text but {detail}", "متن نیست، {detail} است")
    ENCODING = (
        ("packed in a way that cannot be read: {detail}"),
        ("فشرده‌سازی آن خواندنی نیست: {detail}"),
    )
    EMPTY = ("empty", "خالی است")
    NO_ARTICLE = ("no article found: {detail}", "خبری در آن یافت نشد: {detail}")
    NO_FEED = ("neither a feed nor a sitemap", "نه خوراک است و نه نقشهٔ سایت")
    MISSING = (
        ("there is no such file or folder, and it is no http or https address"),
        ("چنین پرونده یا پوشه‌ای نیست و نشانی http یا https هم نیست"),
    )
    REMOVED = (
        ("it was removed by request and is not kept"),
        ("پیش‌تر به درخواست حذف شده است و نگه داشته نمی‌شود"),
    )
    UNREADABLE = (
        ("the file or folder cannot be read: {detail}"),
        ("پرونده یا پوشه خوانده نمی‌شود: {detail}"),
    )
    OUTSIDE_LINK = (
        ("a link to a file outside the folder; PASOKH_OUTSIDE_LINKS does not allow it"),
        ("پیوند به پرونده‌ای بیرون از پوشه است که PASOKH_OUTSIDE_LINKS آن را مجاز نکرده است"),
    )
    STOPPED = ("stopped", "متوقف شد")


def why(failure: Failure, language: Language) -> str:
    """Put a failure in words."""
    return say(WebFailure[failure.problem.name], language, detail=failure.detail)
