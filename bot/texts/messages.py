"""Every text shown to people, in English and in Persian, in one table.

A text is looked up by its key and filled with named values; the tests hold both languages to
the same keys and the same names.
Does not: hold help texts of the command line (they stand beside the options) or messages of
exceptions, both of which are English only.
"""

from collections.abc import Mapping
from enum import StrEnum


class Key(StrEnum):
    """Names of the texts; those of reasons are `reason_` and the value of a `Reason`."""

    SOURCES = "sources"
    RELAYED = "relayed"
    DATES = "dates"
    NO_DATE = "no_date"
    NO_HEADLINE = "no_headline"
    CHARACTERS = "characters"
    SAME_REPORT = "same_report"
    SAME_REPORT_AGAIN = "same_report_again"
    CONFIDENCE = "confidence"
    UNDERSTOOD = "understood"
    WITHIN = "within"
    MISSED = "missed"
    PERIOD = "period"
    PERIOD_SINCE = "period_since"
    PERIOD_UNTIL = "period_until"
    NEAREST = "nearest"
    REASON_EMPTY_QUESTION = "reason_empty_question"
    REASON_NOTHING_FOUND = "reason_nothing_found"
    REASON_NOT_IN_ARCHIVE = "reason_not_in_archive"
    REASON_UNVERIFIED = "reason_unverified"
    REASON_MODEL_FOUND_NONE = "reason_model_found_none"
    ERROR = "error"
    INTERNAL_ERROR = "internal_error"
    INTERNAL_ERROR_LOGGED = "internal_error_logged"
    CHAT_WELCOME = "chat_welcome"
    CHAT_HELP = "chat_help"
    CHAT_UNKNOWN = "chat_unknown"
    CHAT_BYE = "chat_bye"
    CHAT_STOPPED = "chat_stopped"
    CHAT_NO_ANSWER_YET = "chat_no_answer_yet"
    CHAT_OPEN_USAGE = "chat_open_usage"
    CHAT_LANGUAGE_SET = "chat_language_set"
    CHAT_LANGUAGE_USAGE = "chat_language_usage"
    CHAT_ONLY_ALL = "chat_only_all"
    CHAT_NO_HISTORY = "chat_no_history"
    CHAT_ARTICLE_GONE = "chat_article_gone"
    CHAT_ARTICLE_CHANGED = "chat_article_changed"
    BUILT = "built"
    UNCHANGED = "unchanged"
    BUILD_ARTICLES = "build_articles"
    BUILD_CHANGES = "build_changes"
    BUILD_DUPLICATES = "build_duplicates"
    BUILD_REJECTS = "build_rejects"
    BUILD_REJECT_REASON = "build_reject_reason"
    BUILD_REJECT_ORIGIN = "build_reject_origin"
    BUILD_REJECT_MORE = "build_reject_more"
    BUILD_MISSING = "build_missing"
    BUILD_MISSING_FIELD = "build_missing_field"
    BUILD_PASSAGES = "build_passages"
    BUILD_COST = "build_cost"
    STAGE_WAIT = "stage_wait"
    STAGE_READ = "stage_read"
    STAGE_WORDS = "stage_words"
    STAGE_ENCODE = "stage_encode"
    STAGE_REJECTS = "stage_rejects"
    STAGE_QUESTIONS = "stage_questions"
    STAGE_ASK = "stage_ask"
    EVAL_SET = "eval_set"
    EVAL_COLUMNS = "eval_columns"
    EVAL_ALL = "eval_all"
    EVAL_QUOTES = "eval_quotes"
    EVAL_ANSWERED = "eval_answered"
    EVAL_UNANSWERABLE = "eval_unanswerable"
    EVAL_OTHER = "eval_other"
    EVAL_RELATED = "eval_related"
    EVAL_LATENCY = "eval_latency"
    EVAL_RETRIEVAL = "eval_retrieval"
    EVAL_ANSWER = "eval_answer"
    EVAL_WRITTEN = "eval_written"
    BUILD_STAGE = "build_stage"
    BUILD_STAGE_OF = "build_stage_of"
    GATHER_ADDED = "gather_added"
    GATHER_CHANGED = "gather_changed"
    GATHER_UNCHANGED = "gather_unchanged"
    GATHER_LISTED = "gather_listed"
    GATHER_FAILED = "gather_failed"
    GATHER_NOTHING_NEW = "gather_nothing_new"
    GATHER_NOTHING = "gather_nothing"
    WATCHING = "watching"
    INFO = "info"
    VERIFIED = "verified"
    VERIFY_FAILED = "verify_failed"
    VERIFY_REMOVED = "verify_removed"
    VERIFY_CACHED = "verify_cached"
    REMOVED = "removed"
    REMOVED_LAST = "removed_last"
    REMOVED_FILE = "removed_file"
    REMOVED_STILL_IN = "removed_still_in"
    REMOVED_SHARED = "removed_shared"
    FEEDBACK_WRITTEN = "feedback_written"


__all__ = [
    "TEXTS",
    "Key",
    "Language",
    "LanguageChoice",
    "fill",
    "localize_digits",
    "localize_number",
    "say",
    "ui_language",
]


class Language(StrEnum):
    """A language we speak to people."""

    EN = "en"
    FA = "fa"


class LanguageChoice(StrEnum):
    """The setting behind `ui_language`: a fixed language, or that of the question."""

    AUTO = "auto"
    EN = "en"
    FA = "fa"


_ENGLISH: Mapping[Key, str] = {
    Key.SOURCES: "Sources",
    Key.RELAYED: "{source}, reporting {via}",
    Key.DATES: "{gregorian} ({jalali})",
    Key.NO_DATE: "date unknown",
    Key.NO_HEADLINE: "(no headline)",
    Key.CHARACTERS: "characters {start}-{end}",
    Key.SAME_REPORT: "same report in {count} outlets: {outlets}",
    Key.SAME_REPORT_AGAIN: "other articles with the same report: {count}",
    Key.CONFIDENCE: "Confidence: {percent}%",
    Key.UNDERSTOOD: "Understood as: {question}",
    Key.WITHIN: "Asked of: {scope}",
    Key.MISSED: (
        "Nothing in the time asked about ({scope}) answers; this is from the rest of the archive."
    ),
    Key.PERIOD: "from {first} to {last}",
    Key.PERIOD_SINCE: "since {first}",
    Key.PERIOD_UNTIL: "until {last}",
    Key.NEAREST: "Nearest headlines",
    Key.REASON_EMPTY_QUESTION: "Please ask a question.",
    Key.REASON_NOTHING_FOUND: "Nothing in the archive is close to this question.",
    Key.REASON_NOT_IN_ARCHIVE: "The archive does not answer this question.",
    Key.REASON_UNVERIFIED: "Something was found, but no quote could be verified, so none is shown.",
    Key.REASON_MODEL_FOUND_NONE: (
        "Something near was found, but the language model sees no answer to this question in it."
    ),
    Key.ERROR: "Error: {message}",
    Key.INTERNAL_ERROR: (
        "Internal error ({kind}). Run again with --debug to see it whole, or set "
        "PASOKH_LOG_FILE to keep it."
    ),
    Key.INTERNAL_ERROR_LOGGED: "Internal error ({kind}). Details are in {log_file}",
    Key.CHAT_WELCOME: "Ask the archive: {articles} articles. /help lists the commands.",
    Key.CHAT_HELP: (
        "Type a question, or:\n"
        "/sources        the sources of the last answer, and where else each report stands\n"
        "/open N         the whole article behind source N, its quote marked\n"
        "/lang en|fa|auto  the language of labels and dates\n"
        "/only since=1402/03 until=TIME source=Mehr lang=fa  ask a part of the archive\n"
        "/only           what part is asked; /only off asks all of it\n"
        "/help           this list\n"
        "/quit           leave (or Ctrl-D)\n"
        "Ctrl-C stops the question that is running."
    ),
    Key.CHAT_UNKNOWN: "There is no command {command}.",
    Key.CHAT_BYE: "Goodbye.",
    Key.CHAT_STOPPED: "Stopped.",
    Key.CHAT_NO_ANSWER_YET: "There is no answer with sources yet.",
    Key.CHAT_OPEN_USAGE: "/open needs the number of a source, from 1 to {last}.",
    Key.CHAT_LANGUAGE_SET: "Language: {choice}",
    Key.CHAT_LANGUAGE_USAGE: "/lang needs one of: {choices}",
    Key.CHAT_ONLY_ALL: "Questions are asked of the whole archive.",
    Key.CHAT_NO_HISTORY: "Questions are not kept: {path} cannot be written.",
    Key.CHAT_ARTICLE_GONE: "Article {article} is not in the index any more.",
    Key.CHAT_ARTICLE_CHANGED: "Article {article} has changed since this answer; ask again.",
    Key.STAGE_WAIT: "waiting for another process to build the index",
    Key.STAGE_READ: "reading articles",
    Key.STAGE_WORDS: "indexing the words of articles",
    Key.STAGE_ENCODE: "encoding texts",
    Key.STAGE_REJECTS: "rejected (`pasokh index build` lists them)",
    Key.STAGE_QUESTIONS: "encoding questions",
    Key.STAGE_ASK: "asking questions",
    Key.EVAL_SET: "{name}: {questions} questions, {articles} articles, {passages} passages",
    Key.EVAL_COLUMNS: ("language       n  nDCG@10  recall@10     MRR   hit@1  answer recall"),
    Key.EVAL_ALL: "all",
    Key.EVAL_QUOTES: "quotes found verbatim: {share} of {count}",
    Key.EVAL_ANSWERED: "answerable: {share} of {count} answered, at confidence {threshold}",
    Key.EVAL_UNANSWERABLE: (
        "unanswerable: {share} of {count} refused, {at_95} where 95% of the answerable are "
        "answered, AUROC {auroc}"
    ),
    Key.EVAL_OTHER: (
        "about something else: {share} of {count} refused, {at_95} where 95% of the answerable are "
        "answered, AUROC {auroc}"
    ),
    Key.EVAL_RELATED: "unanswerable questions that found their own article: {share}",
    Key.EVAL_LATENCY: "{what}: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms",
    Key.EVAL_RETRIEVAL: "retrieval without encoding",
    Key.EVAL_ANSWER: "whole answer",
    Key.EVAL_WRITTEN: "Written to {path}",
    Key.BUILT: "Built {snapshot}",
    Key.UNCHANGED: "Nothing to do: the corpus has not changed since {snapshot}",
    Key.BUILD_ARTICLES: "articles    {count}",
    Key.BUILD_CHANGES: (
        "            {added} added, {changed} changed, {removed} removed, {kept} kept"
    ),
    Key.BUILD_DUPLICATES: "duplicates  {count}",
    Key.BUILD_REJECTS: "rejected    {count}",
    Key.BUILD_REJECT_REASON: "  {count} x {reason}",
    Key.BUILD_REJECT_ORIGIN: "    {origin}",
    Key.BUILD_REJECT_MORE: "    and {count} more",
    Key.BUILD_MISSING: "missing fields",
    Key.BUILD_MISSING_FIELD: "  {field}: {count} articles",
    Key.BUILD_PASSAGES: "passages    {passages}, {sentences} sentences, {encoded} encoded",
    Key.BUILD_COST: "cost        {seconds} s, {size} bytes",
    Key.BUILD_STAGE: "{stage}: {done}",
    Key.BUILD_STAGE_OF: "{stage}: {done} of {total}",
    Key.GATHER_ADDED: "added      {place}",
    Key.GATHER_CHANGED: "changed    {place}",
    Key.GATHER_UNCHANGED: "unchanged  {place}",
    Key.GATHER_LISTED: "lists {count} addresses: {place}",
    Key.GATHER_FAILED: "rejected   {place}: {why}",
    Key.GATHER_NOTHING_NEW: "Nothing new: the index stays as it is.",
    Key.GATHER_NOTHING: "Nothing could be added.",
    Key.WATCHING: "Watching {count} feeds; Ctrl-C ends it.",
    Key.INFO: (
        "snapshot   {snapshot}\n"
        "schema     {schema}\n"
        "encoder    {encoder}, {dim} dimensions\n"
        "articles   {articles}\n"
        "passages   {passages}\n"
        "sentences  {sentences}\n"
        "languages  {languages}\n"
        "vectors    in {store}\n"
        "search     finds {recall}% of the nearest 10 by meaning, measured when built\n"
        "files      {files}, {size} bytes"
    ),
    Key.VERIFIED: "{snapshot} is whole: {files} files, {articles} articles, {passages} passages",
    Key.VERIFY_FAILED: "{snapshot} is damaged; run `pasokh index build`",
    Key.VERIFY_REMOVED: "removed by request and looked for everywhere: {count} articles",
    Key.VERIFY_CACHED: "the vector cache holds {count} vectors of {article}, a removed article, "
    "again, as another index or article has the same text; `pasokh index remove {article}` "
    "deletes them",
    Key.REMOVED: "{article} is removed and will not be indexed again",
    Key.REMOVED_LAST: "It was the last article: there is no index any more.",
    Key.REMOVED_FILE: "deleted {origin}",
    Key.REMOVED_STILL_IN: "{origin} still holds a removed article; take it out there yourself",
    Key.REMOVED_SHARED: "{path}, a collected file, still holds a removed article; delete the file "
    "and run `pasokh index build`: the other articles in it go along",
    Key.FEEDBACK_WRITTEN: "Judged questions: {count}, written to {queries} and {qrels}",
}

_PERSIAN: Mapping[Key, str] = {
    Key.SOURCES: "منابع",
    Key.RELAYED: "{source}، به نقل از {via}",
    Key.DATES: "{jalali} ({gregorian})",
    Key.NO_DATE: "تاریخ نامعلوم",
    Key.NO_HEADLINE: "(بدون تیتر)",
    Key.CHARACTERS: "نویسه‌های {start} تا {end}",
    Key.SAME_REPORT: "همین گزارش در {count} رسانه: {outlets}",
    Key.SAME_REPORT_AGAIN: "خبرهای دیگر با همین گزارش: {count}",
    Key.CONFIDENCE: "اطمینان: {percent}٪",
    Key.UNDERSTOOD: "این‌طور فهمیدم: {question}",
    Key.WITHIN: "محدوده: {scope}",
    Key.MISSED: ("در زمانی که پرسیدید ({scope}) پاسخی پیدا نشد؛ این پاسخ از بقیهٔ بایگانی است."),
    Key.PERIOD: "از {first} تا {last}",
    Key.PERIOD_SINCE: "از {first} به بعد",
    Key.PERIOD_UNTIL: "تا {last}",
    Key.NEAREST: "نزدیک‌ترین تیترها",
    Key.REASON_EMPTY_QUESTION: "لطفاً پرسشی بنویسید.",
    Key.REASON_NOTHING_FOUND: "چیزی نزدیک به این پرسش در بایگانی پیدا نشد.",
    Key.REASON_NOT_IN_ARCHIVE: "پاسخ این پرسش در بایگانی نیست.",
    Key.REASON_UNVERIFIED: "چیزی پیدا شد، اما درستی هیچ نقل‌قولی تأیید نشد و چیزی نشان داده نمی‌شود.",
    Key.REASON_MODEL_FOUND_NONE: (
        "مطلبی نزدیک به این پرسش پیدا شد، اما مدل زبانی پاسخ آن را در آن ندید."
    ),
    Key.ERROR: "خطا: {message}",
    Key.INTERNAL_ERROR: (
        "خطای درونی ({kind}). برای دیدن همهٔ آن با --debug دوباره اجرا کنید، یا برای نگه‌داشتنش "
        "PASOKH_LOG_FILE را تنظیم کنید."
    ),
    Key.INTERNAL_ERROR_LOGGED: "خطای درونی ({kind}). جزئیات در {log_file}",
    Key.CHAT_WELCOME: "از بایگانی بپرسید: {articles} خبر. فهرست فرمان‌ها: /help",
    Key.CHAT_HELP: (
        "پرسش خود را بنویسید، یا یکی از این‌ها:\n"
        "/sources منابع آخرین پاسخ، و جاهای دیگری که هر گزارش آمده است\n"
        "/open N متن کامل خبرِ منبع N، با نقل‌قولِ نشان‌دار\n"
        "/lang en|fa|auto زبان برچسب‌ها و تاریخ‌ها\n"
        "/only since=1402/03 until=TIME source=Mehr lang=fa پرسش از بخشی از بایگانی\n"
        "/only محدودهٔ پرسش‌ها؛ /only off پرسش از همهٔ بایگانی\n"
        "/help همین فهرست\n"
        "/quit خروج (یا Ctrl-D)\n"
        "Ctrl-C پرسش در حال اجرا را متوقف می‌کند."
    ),
    Key.CHAT_UNKNOWN: "فرمان {command} وجود ندارد.",
    Key.CHAT_BYE: "خدانگهدار.",
    Key.CHAT_STOPPED: "متوقف شد.",
    Key.CHAT_NO_ANSWER_YET: "هنوز پاسخی با منبع داده نشده است.",
    Key.CHAT_OPEN_USAGE: "/open شمارهٔ یک منبع را می‌خواهد، از ۱ تا {last}.",
    Key.CHAT_LANGUAGE_SET: "زبان: {choice}",
    Key.CHAT_LANGUAGE_USAGE: "/lang یکی از این‌ها را می‌خواهد: {choices}",
    Key.CHAT_ONLY_ALL: "پرسش‌ها از همهٔ بایگانی پرسیده می‌شوند.",
    Key.CHAT_NO_HISTORY: "پرسش‌ها نگه داشته نمی‌شوند: در {path} نمی‌توان نوشت.",
    Key.CHAT_ARTICLE_GONE: "خبر {article} دیگر در نمایه نیست.",
    Key.CHAT_ARTICLE_CHANGED: "خبر {article} پس از این پاسخ تغییر کرده است؛ دوباره بپرسید.",
    Key.STAGE_WAIT: "در انتظار پردازه‌ای دیگر که نمایه را می‌سازد",
    Key.STAGE_READ: "خواندن خبرها",
    Key.STAGE_WORDS: "نمایه‌سازی واژه‌های خبرها",
    Key.STAGE_ENCODE: "رمزگذاری متن‌ها",
    Key.STAGE_REJECTS: "پذیرفته‌نشده (فهرست: `pasokh index build`)",
    Key.STAGE_QUESTIONS: "رمزگذاری پرسش‌ها",
    Key.STAGE_ASK: "پرسیدن پرسش‌ها",
    Key.EVAL_SET: "{name}: {questions} پرسش، {articles} خبر، {passages} بند",
    Key.EVAL_COLUMNS: ("language       n  nDCG@10  recall@10     MRR   hit@1  answer recall"),
    Key.EVAL_ALL: "همه",
    Key.EVAL_QUOTES: "نقل‌قول‌هایی که عیناً در متن هستند: {share} از {count}",
    Key.EVAL_ANSWERED: "پاسخ داده شد: {share} از {count} پرسش پاسخ‌دار، با اطمینان {threshold}",
    Key.EVAL_UNANSWERABLE: (
        "بی‌پاسخ‌ها: {share} از {count} رد شد، {at_95} جایی که ۹۵٪ پاسخ‌دارها پاسخ می‌گیرند، "
        "AUROC {auroc}"
    ),
    Key.EVAL_OTHER: (
        "دربارهٔ چیز دیگر: {share} از {count} رد شد، {at_95} جایی که ۹۵٪ پاسخ‌دارها پاسخ می‌گیرند، "
        "AUROC {auroc}"
    ),
    Key.EVAL_RELATED: "پرسش‌های بی‌پاسخی که خبر خود را یافتند: {share}",
    Key.EVAL_LATENCY: "{what}: p50 {p50} ms، p95 {p95} ms، p99 {p99} ms",
    Key.EVAL_RETRIEVAL: "بازیابی بدون رمزگذاری",
    Key.EVAL_ANSWER: "پاسخ کامل",
    Key.EVAL_WRITTEN: "نوشته شد در {path}",
    Key.BUILT: "ساخته شد: {snapshot}",
    Key.UNCHANGED: "کاری لازم نیست: بایگانی از {snapshot} تا کنون تغییر نکرده است",
    Key.BUILD_ARTICLES: "خبرها: {count}",
    Key.BUILD_CHANGES: "    {added} تازه، {changed} تغییرکرده، {removed} حذف‌شده، {kept} بی‌تغییر",
    Key.BUILD_DUPLICATES: "تکراری‌ها: {count}",
    Key.BUILD_REJECTS: "پذیرفته‌نشده: {count}",
    Key.BUILD_REJECT_REASON: "  {count} مورد: {reason}",
    Key.BUILD_REJECT_ORIGIN: "    {origin}",
    Key.BUILD_REJECT_MORE: "    و {count} مورد دیگر",
    Key.BUILD_MISSING: "فیلدهای نامعلوم",
    Key.BUILD_MISSING_FIELD: "  {field}: {count} خبر",
    Key.BUILD_PASSAGES: "بندها: {passages}، {sentences} جمله، {encoded} رمزگذاری‌شده",
    Key.BUILD_COST: "هزینه: {seconds} ثانیه، {size} بایت",
    Key.BUILD_STAGE: "{stage}: {done}",
    Key.BUILD_STAGE_OF: "{stage}: {done} از {total}",
    Key.GATHER_ADDED: "افزوده شد: {place}",
    Key.GATHER_CHANGED: "تغییر کرد: {place}",
    Key.GATHER_UNCHANGED: "بدون تغییر: {place}",
    Key.GATHER_LISTED: "فهرستی از {count} نشانی: {place}",
    Key.GATHER_FAILED: "پذیرفته نشد: {place}: {why}",
    Key.GATHER_NOTHING_NEW: "چیز تازه‌ای نبود؛ نمایه همان است که بود.",
    Key.GATHER_NOTHING: "هیچ چیز افزوده نشد.",
    Key.WATCHING: "زیر نظر گرفتن {count} خوراک؛ پایان با Ctrl-C",
    Key.INFO: (
        "نسخه: {snapshot}\n"
        "طرح: {schema}\n"
        "رمزگذار: {encoder}، {dim} بُعد\n"
        "خبرها: {articles}\n"
        "بندها: {passages}\n"
        "جمله‌ها: {sentences}\n"
        "زبان‌ها: {languages}\n"
        "بردارها: در {store}\n"
        "جست‌وجو: {recall}٪ از ۱۰ بند نزدیک‌تر در معنا را می‌یابد (سنجیده هنگام ساخت)\n"
        "پرونده‌ها: {files}، {size} بایت"
    ),
    Key.VERIFIED: "{snapshot} سالم است: {files} پرونده، {articles} خبر، {passages} بند",
    Key.VERIFY_FAILED: "{snapshot} آسیب دیده است؛ `pasokh index build` را اجرا کنید",
    Key.VERIFY_REMOVED: "خبرهایی که به درخواست حذف شده‌اند و همه‌جا جست‌وجو شدند: {count}",
    Key.VERIFY_CACHED: "حافظهٔ بردارها باز {count} بردار از خبر حذف‌شدهٔ {article} دارد، چون "
    "نمایه یا خبر دیگری همان متن را دارد؛ `pasokh index remove {article}` آن‌ها را پاک می‌کند",
    Key.REMOVED: "خبر {article} حذف شد و دیگر نمایه نمی‌شود",
    Key.REMOVED_LAST: "این آخرین خبر بود و دیگر نمایه‌ای در کار نیست.",
    Key.REMOVED_FILE: "{origin} پاک شد",
    Key.REMOVED_STILL_IN: "خبر حذف‌شده هنوز در {origin} هست؛ خودتان از آن‌جا برش دارید",
    Key.REMOVED_SHARED: "خبر حذف‌شده هنوز در پروندهٔ گردآوری‌شدهٔ {path} هست؛ این پرونده را پاک و "
    "`pasokh index build` را اجرا کنید: خبرهای دیگر آن نیز با آن می‌روند",
    Key.FEEDBACK_WRITTEN: "پرسش‌های داوری‌شده: {count}، نوشته شد در {queries} و {qrels}",
}

TEXTS: Mapping[Language, Mapping[Key, str]] = {Language.EN: _ENGLISH, Language.FA: _PERSIAN}

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def say(key: Key, language: Language, **values: object) -> str:
    """Return the text of `key`, its names filled; whole numbers in the language's digits."""
    return fill(TEXTS[language][key], language, values)


def fill(text: str, language: Language, values: Mapping[str, object]) -> str:
    """Fill the names of a text of any table; whole numbers in the language's digits."""
    filled = {
        name: localize_number(value, language) if isinstance(value, int) else value
        for name, value in values.items()
    }
    return text.format(**filled)


def localize_number(number: float, language: Language) -> str:
    """Write a number with thousands separated and in the digits of the language."""
    if language is Language.FA:
        return f"{number:,}".translate(_PERSIAN_DIGITS).replace(",", "٬").replace(".", "٫")
    return f"{number:,}"


def localize_digits(number: int, language: Language) -> str:
    """Write a label such as a citation's number in the digits of the language, unseparated."""
    return str(number).translate(_PERSIAN_DIGITS) if language is Language.FA else str(number)


def ui_language(question_language: str, choice: LanguageChoice) -> Language:
    """Choose the language of labels: the chosen one, or Persian for Persian questions.

    Args:
        question_language: BCP 47 tag; a region or script after the tag is ignored.
        choice: What the user set.
    """
    match choice:
        case LanguageChoice.EN:
            return Language.EN
        case LanguageChoice.FA:
            return Language.FA
        case LanguageChoice.AUTO:
            is_persian = question_language.partition("-")[0].lower() == "fa"
            return Language.FA if is_persian else Language.EN
