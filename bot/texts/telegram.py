"""What the bot says on Telegram, in English and in Persian, in one table.

Names of values and numbers are filled as in `bot.texts.messages`, whose texts for dates, sources
and reasons the bot uses too.
Does not: hold markup; `markup` puts it around.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.texts.messages import Language, fill


class Phrase(StrEnum):
    """Names of the texts; those of the command menu are `menu_` and the command."""

    START = "start"
    HELP = "help"
    HELP_GROUP = "help_group"
    UNKNOWN = "unknown"
    ASK_USAGE = "ask_usage"
    NO_TEXT = "no_text"
    EDITED = "edited"
    FORWARDED = "forwarded"
    TOO_LONG = "too_long"
    NOTHING_ASKED = "nothing_asked"
    NO_SOURCES = "no_sources"
    ARTICLE_USAGE = "article_usage"
    ARTICLE_GONE = "article_gone"
    ARTICLE_CHANGED = "article_changed"
    PAGE = "page"
    PAGE_BEFORE = "page_before"
    PAGE_AFTER = "page_after"
    MORE_HEAD = "more_head"
    NO_MORE = "no_more"
    BUTTON_MORE = "button_more"
    BUTTON_WHY = "button_why"
    BUTTON_ARTICLE = "button_article"
    BUTTON_FORGET = "button_forget"
    BUTTON_EXPIRED = "button_expired"
    VOTED_UP = "voted_up"
    VOTED_DOWN = "voted_down"
    WHY_HEAD = "why_head"
    WHY_SURE = "why_sure"
    WHY_LIKELY = "why_likely"
    WHY_UNSURE = "why_unsure"
    WHY_REFUSED = "why_refused"
    WHY_FIRST = "why_first"
    WHY_NEAR = "why_near"
    WHY_WEAKER = "why_weaker"
    WHY_AGE = "why_age"
    WHY_CHECKED = "why_checked"
    WHY_ARCHIVE = "why_archive"
    WHY_ARCHIVE_SINCE = "why_archive_since"
    TODAY = "today"
    DAYS_AGO = "days_ago"
    MONTHS_AGO = "months_ago"
    YEARS_AGO = "years_ago"
    TIP_REFUSED = "tip_refused"
    LANG_ASK = "lang_ask"
    LANG_SET = "lang_set"
    LANG_AUTO = "lang_auto"
    LANG_EN = "lang_en"
    LANG_FA = "lang_fa"
    ONLY_SET = "only_set"
    ONLY_ALL = "only_all"
    ONLY_UNREAD = "only_unread"
    RESET_DONE = "reset_done"
    PRIVACY = "privacy"
    FORGOTTEN = "forgotten"
    INLINE_NONE = "inline_none"
    NOT_ALLOWED = "not_allowed"
    SLOW_DOWN = "slow_down"
    BUSY = "busy"
    FAILED = "failed"
    STATS = "stats"
    RELOADED = "reloaded"
    NOT_RELOADED = "not_reloaded"
    MENU_ASK = "menu_ask"
    MENU_SOURCES = "menu_sources"
    MENU_ARTICLE = "menu_article"
    MENU_MORE = "menu_more"
    MENU_ONLY = "menu_only"
    MENU_LANG = "menu_lang"
    MENU_RESET = "menu_reset"
    MENU_PRIVACY = "menu_privacy"
    MENU_HELP = "menu_help"


_ENGLISH: Mapping[Phrase, str] = {
    Phrase.START: (
        "Hello! Ask me about the news, in your own words and your own language.\n"
        "\n"
        "Whatever I answer is quoted word for word, with its headline, agency and date, and one "
        "tap opens the whole article. When the archive has no answer, I say so. "
        "(Articles at hand: {articles}.)\n"
        "\n"
        "Go ahead, type a question. /help shows what else I can do."
    ),
    Phrase.HELP: (
        "Just write your question. You can follow it up, too: “and what did Moscow answer?”\n"
        "\n"
        "/sources - the sources of the last answer\n"
        "/article 1 - the whole article behind source 1\n"
        "/more - further quotes\n"
        "/only since=1402/03 source=Mehr lang=fa - ask a part of the archive; /only off asks all\n"
        "/lang - English or Persian\n"
        "/reset - forget this conversation\n"
        "/privacy - what I keep, and for how long\n"
        "\n"
        "Under each answer, 👍 and 👎 tell us whether it helped."
    ),
    Phrase.HELP_GROUP: (
        "In a group, mention me, reply to one of my messages, or write /ask and your question."
    ),
    Phrase.UNKNOWN: "I don't know {command}. Write a question, or see /help.",
    Phrase.ASK_USAGE: "What would you like to know? Write /ask and your question.",
    Phrase.NO_TEXT: (
        "Thank you, but I can only read text. Write your question in a few words and I will "
        "look it up."
    ),
    Phrase.EDITED: "For your edited question:",
    Phrase.FORWARDED: "I read the forwarded text as a question.",
    Phrase.TOO_LONG: "That was long; I read the first {limit} characters.",
    Phrase.NOTHING_ASKED: "You have not asked me anything yet. What would you like to know?",
    Phrase.NO_SOURCES: "The last question had no answer, so there are no sources.",
    Phrase.ARTICLE_USAGE: "Which source? Write /article and a number from 1 to {last}.",
    Phrase.ARTICLE_GONE: "This article is no longer in the archive.",
    Phrase.ARTICLE_CHANGED: (
        "The article has changed since it was quoted, so the quote cannot be marked."
    ),
    Phrase.PAGE: "Part {page} of {pages}",
    Phrase.PAGE_BEFORE: "◀ Earlier",
    Phrase.PAGE_AFTER: "Read on ▶",
    Phrase.MORE_HEAD: "Further quotes, not as close to your question:",
    Phrase.NO_MORE: "There is nothing further that is worth quoting.",
    Phrase.BUTTON_MORE: "More",
    Phrase.BUTTON_WHY: "Why this?",
    Phrase.BUTTON_ARTICLE: "📄 Article {numbers}",
    Phrase.BUTTON_FORGET: "🗑 Delete everything",
    Phrase.BUTTON_EXPIRED: "This button is too old. Please ask again.",
    Phrase.VOTED_UP: "Glad it helped, thank you!",
    Phrase.VOTED_DOWN: "Thank you. This helps us to do better.",
    Phrase.WHY_HEAD: "Why this answer?",
    Phrase.WHY_SURE: "I am quite sure that these quotes answer your question ({percent}%).",
    Phrase.WHY_LIKELY: "These quotes probably answer your question ({percent}%).",
    Phrase.WHY_UNSURE: (
        "These quotes may answer your question, but I am not sure ({percent}%). Please read them "
        "in their article."
    ),
    Phrase.WHY_REFUSED: (
        "Nothing I found was close enough to be an answer ({percent}% likely), and I would "
        "rather not guess."
    ),
    Phrase.WHY_FIRST: "comes closest to your question in meaning and words",
    Phrase.WHY_NEAR: "comes nearly as close",
    Phrase.WHY_WEAKER: "is further off, but adds something",
    Phrase.WHY_AGE: "The news is from {when}: {date}.",
    Phrase.WHY_CHECKED: (
        "Before you saw them, the quotes were compared letter by letter with their articles."
    ),
    Phrase.WHY_ARCHIVE: "Articles I looked through: {articles} (edition {snapshot}).",
    Phrase.WHY_ARCHIVE_SINCE: (
        "I looked through edition {snapshot} of the archive. There is a newer one since (articles: "
        "{articles}), so asking again may find more."
    ),
    Phrase.TODAY: "the last days",
    Phrase.DAYS_AGO: "about {count} days ago",
    Phrase.MONTHS_AGO: "about {count} months ago",
    Phrase.YEARS_AGO: "about {count} years ago",
    Phrase.TIP_REFUSED: "Other words, a name or a place may help me find it.",
    Phrase.LANG_ASK: "In which language shall I speak with you?",
    Phrase.LANG_SET: "Good, I will speak English with you. Quotes stay in their own language.",
    Phrase.LANG_AUTO: "Good, I will follow the language of your questions.",
    Phrase.LANG_EN: "English",
    Phrase.LANG_FA: "فارسی",
    Phrase.ONLY_SET: (
        "Your questions are asked only of this part of the archive: {scope}\n"
        "/only off asks all of it again."
    ),
    Phrase.ONLY_ALL: (
        "Your questions are asked of the whole archive. To ask a part of it, name what you like "
        "of these:\n"
        "/only since=1402/03 until=2023-06-30 source=Mehr lang=fa"
    ),
    Phrase.ONLY_UNREAD: (
        "I cannot use that: {message}\n"
        "Write it like this: /only since=1402/03 until=2023-06-30 source=Mehr lang=fa"
    ),
    Phrase.RESET_DONE: "Forgotten. What would you like to know?",
    Phrase.PRIVACY: (
        "What I keep, for at most {days} days:\n"
        "• your questions and which articles were quoted, so that you can follow up and open them\n"
        "• your 👍 and 👎, with the question they belong to, so that answers get better; whoever "
        "runs this bot may copy them out, without your number\n"
        "• your Telegram number and that of the chat beside them\n"
        "• a message that waits, until it is answered; then only Telegram's number of it, for two "
        "days\n"
        "\n"
        "Until you delete it, also what you chose with /lang and /only in this chat.\n"
        "\n"
        "I do not keep your name, your photos or what others write in a group without addressing "
        "me. Inline questions are not kept once they are answered.\n"
        "\n"
        "/reset deletes this conversation, but not what you chose with /lang and /only. The button "
        "below deletes everything I have of you and of this chat, at once and for good, and what "
        "you wrote before and still waits."
    ),
    Phrase.FORGOTTEN: "Done. I have nothing of you or of this chat any more.",
    Phrase.INLINE_NONE: "No answer in the archive",
    Phrase.NOT_ALLOWED: (
        "This bot answers only people its operator has named. Your id, for them to add: {user}"
    ),
    Phrase.SLOW_DOWN: "That is a lot of questions at once. Please ask again in {seconds} seconds.",
    Phrase.BUSY: ("Many people are asking just now. Please ask again in {seconds} seconds."),
    Phrase.FAILED: (
        "Something went wrong on our side and this could not be answered. It has been noted; "
        "please try again later."
    ),
    Phrase.STATS: (
        "Waiting: {waiting}, being answered: {busy}\n"
        "Answered since the start: {done}, given up: {dropped}\n"
        "From question to last message: p50 {p50} s, p95 {p95} s\n"
        "Sent again without knowing: {uncertain}\n"
        "Snapshot: {snapshot}\n"
        "Running for {hours} hours"
    ),
    Phrase.RELOADED: "The newest index answers: {snapshot}",
    Phrase.NOT_RELOADED: "The old index still answers; the newest cannot be opened: {message}",
    Phrase.MENU_ASK: "Ask the archive",
    Phrase.MENU_SOURCES: "Sources of the last answer",
    Phrase.MENU_ARTICLE: "Open a source, e.g. /article 1",
    Phrase.MENU_MORE: "Further quotes",
    Phrase.MENU_ONLY: "Ask a part of the archive, e.g. /only source=Mehr",
    Phrase.MENU_LANG: "English or Persian",
    Phrase.MENU_RESET: "Forget this conversation",
    Phrase.MENU_PRIVACY: "What is kept, and how to delete it",
    Phrase.MENU_HELP: "What I can do",
}

_PERSIAN: Mapping[Phrase, str] = {
    Phrase.START: (
        "سلام! هر چه می‌خواهید دربارهٔ خبرها بپرسید، به زبان خودتان و با کلمات خودتان.\n"
        "\n"
        "هر پاسخی که می‌دهم عینِ متن خبر است، با تیتر و خبرگزاری و تاریخ، و با یک لمس می‌توانید متن "
        "کامل را ببینید. اگر پاسخ در بایگانی نباشد، همین را می‌گویم. (تعداد خبرها: {articles})\n"
        "\n"
        "بفرمایید، پرسشتان را بنویسید. راهنمای کامل: /help"
    ),
    Phrase.HELP: (
        "کافی است پرسشتان را بنویسید. می‌توانید دنبالهٔ آن را هم بگیرید: «و مسکو چه پاسخی داد؟»\n"
        "\n"
        "/sources - منابع آخرین پاسخ\n"
        "/article 1 - متن کامل خبرِ منبع ۱\n"
        "/more - نقل‌قول‌های بیشتر\n"
        "/only since=1402/03 source=مهر lang=fa - پرسش از بخشی از بایگانی؛ با /only off از همهٔ آن\n"
        "/lang - فارسی یا انگلیسی\n"
        "/reset - فراموش کردن این گفت‌وگو\n"
        "/privacy - چه چیزی را تا کی نگه می‌دارم\n"
        "\n"
        "با 👍 و 👎 زیر هر پاسخ به ما بگویید که به کارتان آمد یا نه."
    ),
    Phrase.HELP_GROUP: (
        "در گروه، نام مرا بیاورید، به یکی از پیام‌هایم پاسخ دهید، یا جلوی /ask پرسشتان را بنویسید."
    ),
    Phrase.UNKNOWN: "فرمان {command} را نمی‌شناسم. پرسشتان را بنویسید یا راهنما را ببینید: /help",
    Phrase.ASK_USAGE: "چه می‌خواهید بدانید؟ پرسشتان را جلوی /ask بنویسید.",
    Phrase.NO_TEXT: (
        "ممنون، ولی من فقط نوشته می‌خوانم. پرسشتان را در چند کلمه بنویسید تا برایتان پیدا کنم."
    ),
    Phrase.EDITED: "برای پرسش ویرایش‌شدهٔ شما:",
    Phrase.FORWARDED: "متن فرستاده‌شده را به‌جای پرسش خواندم.",
    Phrase.TOO_LONG: "متن بلند بود؛ {limit} نویسهٔ اول آن را خواندم.",
    Phrase.NOTHING_ASKED: "هنوز چیزی از من نپرسیده‌اید. چه می‌خواهید بدانید؟",
    Phrase.NO_SOURCES: "پرسش آخر پاسخی نداشت، پس منبعی هم ندارد.",
    Phrase.ARTICLE_USAGE: "کدام منبع؟ جلوی /article شماره‌ای از ۱ تا {last} بنویسید.",
    Phrase.ARTICLE_GONE: "این خبر دیگر در بایگانی نیست.",
    Phrase.ARTICLE_CHANGED: (
        "متن خبر پس از نقل تغییر کرده است و نمی‌شود جای نقل‌قول را در آن نشان داد."
    ),
    Phrase.PAGE: "بخش {page} از {pages}",
    Phrase.PAGE_BEFORE: "▶ پیش از این",
    Phrase.PAGE_AFTER: "ادامه ◀",
    Phrase.MORE_HEAD: "نقل‌قول‌های بیشتر، کمی دورتر از پرسش شما:",
    Phrase.NO_MORE: "چیز دیگری که به نقل بیرزد پیدا نشد.",
    Phrase.BUTTON_MORE: "بیشتر",
    Phrase.BUTTON_WHY: "چرا این؟",
    Phrase.BUTTON_ARTICLE: "📄 متن خبر {numbers}",
    Phrase.BUTTON_FORGET: "🗑 همه را پاک کن",
    Phrase.BUTTON_EXPIRED: "این دکمه دیگر قدیمی شده است. لطفاً دوباره بپرسید.",
    Phrase.VOTED_UP: "خوشحالم که به کارتان آمد، ممنون!",
    Phrase.VOTED_DOWN: "ممنون که گفتید. کمک می‌کند بهتر شویم.",
    Phrase.WHY_HEAD: "چرا این پاسخ؟",
    Phrase.WHY_SURE: "تقریباً مطمئنم که این نقل‌قول‌ها پاسخ شماست ({percent}٪).",
    Phrase.WHY_LIKELY: "این نقل‌قول‌ها به احتمال زیاد پاسخ شماست ({percent}٪).",
    Phrase.WHY_UNSURE: (
        "شاید این نقل‌قول‌ها پاسخ شما باشد، ولی مطمئن نیستم ({percent}٪). لطفاً آن‌ها را در متن خبر "
        "هم بخوانید."
    ),
    Phrase.WHY_REFUSED: (
        "چیزی که پیدا کردم آن‌قدر به پرسش شما نزدیک نبود که پاسخ باشد (احتمال: {percent}٪) و "
        "نمی‌خواستم حدس بزنم."
    ),
    Phrase.WHY_FIRST: "از نظر معنا و واژه‌ها از همه به پرسش شما نزدیک‌تر است",
    Phrase.WHY_NEAR: "تقریباً به همان اندازه نزدیک است",
    Phrase.WHY_WEAKER: "کمی دورتر است، ولی چیزی می‌افزاید",
    Phrase.WHY_AGE: "خبر مربوط به {when} است: {date}.",
    Phrase.WHY_CHECKED: ("نقل‌قول‌ها پیش از آن‌که ببینید، حرف‌به‌حرف با متن خبر مقایسه شده‌اند."),
    Phrase.WHY_ARCHIVE: "در {articles} خبر گشتم (نسخهٔ {snapshot} بایگانی).",
    Phrase.WHY_ARCHIVE_SINCE: (
        "در نسخهٔ {snapshot} بایگانی گشتم؛ حالا نسخهٔ تازه‌تری با {articles} خبر هست و شاید اگر "
        "دوباره بپرسید چیز بیشتری پیدا شود."
    ),
    Phrase.TODAY: "همین روزها",
    Phrase.DAYS_AGO: "حدود {count} روز پیش",
    Phrase.MONTHS_AGO: "حدود {count} ماه پیش",
    Phrase.YEARS_AGO: "حدود {count} سال پیش",
    Phrase.TIP_REFUSED: "شاید با واژه‌های دیگر، یا نام یک شخص یا جا، پیدایش کنم.",
    Phrase.LANG_ASK: "به چه زبانی با شما صحبت کنم؟",
    Phrase.LANG_SET: "چشم، با شما فارسی صحبت می‌کنم. نقل‌قول‌ها به زبان خودشان می‌مانند.",
    Phrase.LANG_AUTO: "چشم، به زبان پرسش‌های شما پاسخ می‌دهم.",
    Phrase.LANG_EN: "English",
    Phrase.LANG_FA: "فارسی",
    Phrase.ONLY_SET: (
        "پرسش‌هایتان فقط از این بخش بایگانی پرسیده می‌شود: {scope}\n"
        "برای برگشتن به همهٔ بایگانی: /only off"
    ),
    Phrase.ONLY_ALL: (
        "پرسش‌هایتان از همهٔ بایگانی پرسیده می‌شود. برای پرسش از بخشی از آن، هر کدام از این‌ها را که "
        "خواستید بنویسید:\n"
        "/only since=1402/03 until=1402/06 source=مهر lang=fa"
    ),
    Phrase.ONLY_UNREAD: (
        "این را نتوانستم به کار ببرم: {message}\n"
        "این‌طور بنویسید: /only since=1402/03 until=1402/06 source=مهر lang=fa"
    ),
    Phrase.RESET_DONE: "همه را فراموش کردم. چه می‌خواهید بدانید؟",
    Phrase.PRIVACY: (
        "آنچه نگه می‌دارم، حداکثر تا {days} روز:\n"
        "• پرسش‌های شما و این‌که از کدام خبر نقل شد، تا بتوانید دنبالهٔ آن را بگیرید و "
        "خبر را باز کنید\n"
        "• 👍 و 👎 شما با پرسشی که به آن مربوط است، تا پاسخ‌ها بهتر شود؛ گردانندهٔ ربات می‌تواند "
        "از آن‌ها بی شمارهٔ شما رونوشت بردارد\n"
        "• شمارهٔ تلگرامی شما و این گفت‌وگو در کنار آن‌ها\n"
        "• پیامی که در انتظار است، تا پاسخ بگیرد؛ پس از آن فقط شماره‌ای که تلگرام به آن داده، "
        "تا دو روز\n"
        "\n"
        "و آنچه در این گفت‌وگو با /lang و /only برگزیده‌اید، تا وقتی پاکش کنید.\n"
        "\n"
        "نام و عکس شما، و آنچه دیگران در گروه بی‌آن‌که با من باشند می‌نویسند، نزد من نمی‌ماند. "
        "پرسش‌های درون‌خطی هم پس از پاسخ نمی‌ماند.\n"
        "\n"
        "/reset این گفت‌وگو را پاک می‌کند، ولی نه آنچه را با /lang و /only برگزیده‌اید. دکمهٔ زیر "
        "هر چه را از شما و این گفت‌وگو دارم، همین حالا و برای همیشه پاک می‌کند؛ آنچه را پیش‌تر "
        "نوشته‌اید و هنوز در انتظار است هم."
    ),
    Phrase.FORGOTTEN: "انجام شد. دیگر چیزی از شما و این گفت‌وگو ندارم.",
    Phrase.INLINE_NONE: "در بایگانی پاسخی نیست",
    Phrase.NOT_ALLOWED: (
        "این ربات فقط به کسانی پاسخ می‌دهد که گرداننده‌اش نام برده است. شناسهٔ شما برای افزودن: {user}"
    ),
    Phrase.SLOW_DOWN: ("پرسش‌های شما پشت سر هم زیاد شد. لطفاً {seconds} ثانیهٔ دیگر دوباره بپرسید."),
    Phrase.BUSY: ("همین حالا افراد زیادی می‌پرسند. لطفاً {seconds} ثانیهٔ دیگر دوباره بپرسید."),
    Phrase.FAILED: (
        "اشکالی از سمت ما پیش آمد و این پرسش بی‌پاسخ ماند. اشکال ثبت شد؛ لطفاً کمی بعد دوباره بپرسید."
    ),
    Phrase.STATS: (
        "در انتظار: {waiting}، در حال پاسخ: {busy}\n"
        "پاسخ‌داده از آغاز: {done}، رهاشده: {dropped}\n"
        "از پرسش تا آخرین پیام: p50 {p50} ثانیه، p95 {p95} ثانیه\n"
        "فرستاده‌شده دوباره بی‌اطمینان از بار نخست: {uncertain}\n"
        "نسخه: {snapshot}\n"
        "مدت کار: {hours} ساعت"
    ),
    Phrase.RELOADED: "تازه‌ترین نمایه پاسخ می‌دهد: {snapshot}",
    Phrase.NOT_RELOADED: "تازه‌ترین نمایه باز نشد و همان پیشین پاسخ می‌دهد: {message}",
    Phrase.MENU_ASK: "از بایگانی بپرسید",
    Phrase.MENU_SOURCES: "منابع آخرین پاسخ",
    Phrase.MENU_ARTICLE: "متن کامل یک منبع، با شمارهٔ آن",
    Phrase.MENU_MORE: "نقل‌قول‌های بیشتر",
    Phrase.MENU_ONLY: "پرسش از بخشی از بایگانی، مثلاً /only source=مهر",
    Phrase.MENU_LANG: "فارسی یا انگلیسی",
    Phrase.MENU_RESET: "فراموش کردن این گفت‌وگو",
    Phrase.MENU_PRIVACY: "چه چیزی نگه داشته می‌شود و چگونه پاک می‌شود",
    Phrase.MENU_HELP: "چه کارهایی از من برمی‌آید",
}

PHRASES: Mapping[Language, Mapping[Phrase, str]] = {
    Language.EN: _ENGLISH,
    Language.FA: _PERSIAN,
}


def tell(phrase: Phrase, language: Language, **values: object) -> str:
    """Return a text with its names filled; whole numbers in the language's digits."""
    return fill(PHRASES[language][phrase], language, values)
