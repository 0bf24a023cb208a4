"""Why an address gave nothing, in English and in Persian.

Does not: decide it; `index` does.
"""

from collections.abc import Mapping

from bot.texts.messages import Language
from index.web import Failure, Problem

_ENGLISH: Mapping[Problem, str] = {
    Problem.BAD_ADDRESS: "not an http or https address",
    Problem.PASSWORD: "an address may not hold a user name or password",
    Problem.PRIVATE: "leads to a private network; PASOKH_WEB_ALLOW_PRIVATE does not allow it",
    Problem.PORT: "port {detail} is neither 80 nor 443",
    Problem.UNKNOWN_HOST: "there is no host of this name, or names cannot be looked up now",
    Problem.NO_CONNECTION: "no connection: {detail}",
    Problem.TIMEOUT: "not whole after {detail}",
    Problem.BROKEN: "the reply broke off or made no sense: {detail}",
    Problem.REFUSED: "the server refused with status {detail}",
    Problem.BUSY: "the server is busy, status {detail}",
    Problem.RESTING: "left alone for now, as its server asked",
    Problem.SERVER: "the server failed with status {detail}",
    Problem.REDIRECTS: "redirected in a circle or too often",
    Problem.ROBOTS: "the site's robots.txt forbids it",
    Problem.ROBOTS_UNKNOWN: "the site's robots.txt cannot be read now: {detail}",
    Problem.TOO_SLOW: "the site's robots.txt asks for {detail} s between requests: too long",
    Problem.TOO_LONG: "more than {detail} bytes",
    Problem.KIND: "no text but {detail}",
    Problem.ENCODING: "packed in a way that cannot be read: {detail}",
    Problem.EMPTY: "empty",
    Problem.NO_ARTICLE: "no article found: {detail}",
    Problem.NO_FEED: "neither a feed nor a sitemap",
    Problem.MISSING: "there is no such file or folder, and it is no http or https address",
    Problem.REMOVED: "it was removed by request and is not kept",
    Problem.UNREADABLE: "the file or folder cannot be read: {detail}",
    Problem.STOPPED: "stopped",
}

_PERSIAN: Mapping[Problem, str] = {
    Problem.BAD_ADDRESS: "نشانی http یا https نیست",
    Problem.PASSWORD: "نشانی نباید نام کاربری یا گذرواژه داشته باشد",
    Problem.PRIVATE: "به شبکه‌ای خصوصی می‌رسد که PASOKH_WEB_ALLOW_PRIVATE آن را مجاز نکرده است",
    Problem.PORT: "درگاه {detail} نه ۸۰ است و نه ۴۴۳",
    Problem.UNKNOWN_HOST: "میزبانی با این نام نیست، یا اکنون نمی‌توان نام‌ها را جست‌وجو کرد",
    Problem.NO_CONNECTION: "اتصال برقرار نشد: {detail}",
    Problem.TIMEOUT: "پس از {detail} هنوز کامل نبود",
    Problem.BROKEN: "پاسخ ناتمام یا نامفهوم بود: {detail}",
    Problem.REFUSED: "سرور با وضعیت {detail} نپذیرفت",
    Problem.BUSY: "سرور سرگرم است، وضعیت {detail}",
    Problem.RESTING: "به خواست سرور فعلاً به آن مراجعه نمی‌شود",
    Problem.SERVER: "سرور با وضعیت {detail} از کار ماند",
    Problem.REDIRECTS: "تغییر مسیرها دور می‌زنند یا بیش از اندازه‌اند",
    Problem.ROBOTS: "robots.txt این سایت اجازه نمی‌دهد",
    Problem.ROBOTS_UNKNOWN: "robots.txt این سایت اکنون خوانده نمی‌شود: {detail}",
    Problem.TOO_SLOW: "robots.txt این سایت میان درخواست‌ها {detail} ثانیه درنگ می‌خواهد: زیاد است",
    Problem.TOO_LONG: "بیش از {detail} بایت",
    Problem.KIND: "متن نیست، {detail} است",
    Problem.ENCODING: "فشرده‌سازی آن خواندنی نیست: {detail}",
    Problem.EMPTY: "خالی است",
    Problem.NO_ARTICLE: "خبری در آن یافت نشد: {detail}",
    Problem.NO_FEED: "نه خوراک است و نه نقشهٔ سایت",
    Problem.MISSING: "چنین پرونده یا پوشه‌ای نیست و نشانی http یا https هم نیست",
    Problem.REMOVED: "پیش‌تر به درخواست حذف شده است و نگه داشته نمی‌شود",
    Problem.UNREADABLE: "پرونده یا پوشه خوانده نمی‌شود: {detail}",
    Problem.STOPPED: "متوقف شد",
}

WHY: Mapping[Language, Mapping[Problem, str]] = {Language.EN: _ENGLISH, Language.FA: _PERSIAN}


def why(failure: Failure, language: Language) -> str:
    """Put a failure in words."""
    return WHY[language][failure.problem].format(detail=failure.detail)
