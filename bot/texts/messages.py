"""Texts of the terminal, and those that all surfaces share.

Does not: hold help texts of the command line (they stand beside the options) or messages of
exceptions, both of which are English only.
"""

from bot.texts.language import Text


class Key(Text):
    """Texts of the terminal and those that all surfaces share.

    Those of reasons are `REASON_` and the name of a `Reason`.
    """

    SOURCES = ("Sources", "منابع")
    RELAYED = ("{source}, reporting {via}", "{source}، به نقل از {via}")
    DATES = ("{gregorian} ({jalali})", "{jalali} ({gregorian})")
    NO_DATE = ("date unknown", "تاریخ نامعلوم")
    NO_HEADLINE = ("(no headline)", "(بدون تیتر)")
    FILE = ("file: {origin}", "پرونده: {origin}")
    PAGE = ("page {page}", "صفحهٔ {page}")
    CHARACTERS = ("characters {start}-{end}", "نویسه‌های {start} تا {end}")
    SAME_REPORT = (
        ("same report in {count} outlets: {outlets}"),
        ("همین گزارش در {count} رسانه: {outlets}"),
    )
    EDITED = ("edited {dates}", "ویرایش: {dates}")
    OTHER_VERSION = (
        ("another version, not quoted: {origin}"),
        ("نسخه‌ای دیگر که نقل نمی‌شود: {origin}"),
    )
    EARLIER_VERSION = (
        ("an earlier version, not quoted: {origin}"),
        ("نسخه پیشین که نقل نمی‌شود: {origin}"),
    )
    SAME_REPORT_AGAIN = (
        ("other articles with the same report: {count}"),
        ("خبرهای دیگر با همین گزارش: {count}"),
    )
    CONFIDENCE = ("Confidence: {percent}%", "اطمینان: {percent}٪")
    PERHAPS = (
        ("Perhaps this; I am not sure that it answers the question:"),
        ("شاید این باشد؛ مطمئن نیستم که پاسخ پرسش باشد:"),
    )
    CONTINUES = (
        ("Read as going on from “{question}”"),
        ("این را دنبالهٔ «{question}» خواندم"),
    )
    UNDERSTOOD = ("Understood as: {question}", "این‌طور فهمیدم: {question}")
    WITHIN = ("Asked of: {scope}", "محدوده: {scope}")
    MISSED = (
        (
            "Nothing in the time asked about ({scope}) answers; this is from the rest of the archive."
        ),
        ("در زمانی که پرسیدید ({scope}) پاسخی پیدا نشد؛ این پاسخ از بقیهٔ بایگانی است."),
    )
    PERIOD = ("from {first} to {last}", "از {first} تا {last}")
    PERIOD_SINCE = ("since {first}", "از {first} به بعد")
    PERIOD_UNTIL = ("until {last}", "تا {last}")
    NEAREST = ("Nearest headlines", "نزدیک‌ترین تیترها")
    REASON_EMPTY_QUESTION = ("Please ask a question.", "لطفاً پرسشی بنویسید.")
    REASON_SMALL_TALK = ("Ask me something about the news.", "پرسشی دربارهٔ خبرها بنویسید.")
    REASON_OVER_ARCHIVE = (
        ("I quote what articles say; I cannot count them. Ask about what happened instead."),
        ("من آنچه خبرها می‌گویند نقل می‌کنم و شمردن خبرها از من برنمی‌آید. دربارهٔ خود رویداد بپرسید."),
    )
    REASON_MISSING = (
        ("No article that mentions {names} answers this question."),
        ("هیچ خبری که {names} در آن آمده باشد به این پرسش پاسخ نمی‌دهد."),
    )
    REASON_NOT_SAID = (
        ("The archive has no such words of whom you asked about."),
        ("در بایگانی چنین سخنی از کسی که پرسیدید نیست."),
    )
    NOT_SAID_BY = (
        ("The archive has no words of {names} on this."),
        ("در بایگانی سخنی از {names} در این باره نیست."),
    )
    REASON_NOTHING_FOUND = (
        ("Nothing in the archive is close to this question."),
        ("چیزی نزدیک به این پرسش در بایگانی پیدا نشد."),
    )
    REASON_NOT_IN_ARCHIVE = (
        ("The archive does not answer this question."),
        ("پاسخ این پرسش در بایگانی نیست."),
    )
    REASON_UNVERIFIED = (
        ("Something was found, but no quote could be verified, so none is shown."),
        ("چیزی پیدا شد، اما درستی هیچ نقل‌قولی تأیید نشد و چیزی نشان داده نمی‌شود."),
    )
    REASON_MODEL_FOUND_NONE = (
        ("Something near was found, but the language model sees no answer to this question in it."),
        ("مطلبی نزدیک به این پرسش پیدا شد، اما مدل زبانی پاسخ آن را در آن ندید."),
    )
    ERROR = ("Error: {message}", "خطا: {message}")
    INTERNAL_ERROR = (
        (
            "Internal error ({kind}). Run again with --debug to see it whole, or set "
            "PASOKH_LOG_FILE to keep it."
        ),
        (
            "خطای درونی ({kind}). برای دیدن همهٔ آن با --debug دوباره اجرا کنید، یا برای نگه‌داشتنش "
            "PASOKH_LOG_FILE را تنظیم کنید."
        ),
    )
    INTERNAL_ERROR_LOGGED = (
        ("Internal error ({kind}). Details are in {log_file}"),
        ("خطای درونی ({kind}). جزئیات در {log_file}"),
    )
    CHAT_WELCOME = (
        ("Ask the archive: {articles:article|articles}. /help lists the commands."),
        ("از بایگانی بپرسید: {articles} خبر. فهرست فرمان‌ها: /help"),
    )
    CHAT_HELP = (
        (
            "Type a question, or:\n"
            "/sources        the sources of the last answer, and where else each report stands\n"
            "/open N         the whole article behind source N, its quote marked\n"
            "/more           further quotes\n"
            "/export FORMAT [all]  the last answer, or all, as csv, markdown, ris, bibtex, csl-json\n"
            "/quotes NAME [about TOPIC]  what a person says, in order of time\n"
            "/timeline TOPIC  the events of a topic, one line each\n"
            "/lang en|fa|auto  the language of labels and dates\n"
            "/only since=1402/03 until=TIME source=Mehr lang=fa  ask a part of the archive\n"
            "/only           what part is asked; /only off asks all of it\n"
            "/help           this list\n"
            "/quit           leave (or Ctrl-D)\n"
            "Ctrl-C stops the question that is running."
        ),
        (
            "پرسش خود را بنویسید، یا یکی از این‌ها:\n"
            "/sources منابع آخرین پاسخ، و جاهای دیگری که هر گزارش آمده است\n"
            "/open N متن کامل خبرِ منبع N، با نقل‌قولِ نشان‌دار\n"
            "/more نقل‌قول‌های بیشتر\n"
            "/export FORMAT [all] آخرین پاسخ یا همهٔ گفت‌وگو در پرونده: csv، markdown، ris، bibtex، csl-json\n"
            "/quotes NAME [درباره TOPIC] گفته‌های یک نفر به ترتیب زمان\n"
            "/timeline TOPIC رویدادهای یک موضوع به ترتیب زمان\n"
            "/lang en|fa|auto زبان برچسب‌ها و تاریخ‌ها\n"
            "/only since=1402/03 until=TIME source=Mehr lang=fa پرسش از بخشی از بایگانی\n"
            "/only محدودهٔ پرسش‌ها؛ /only off پرسش از همهٔ بایگانی\n"
            "/help همین فهرست\n"
            "فرمان‌ها را به فارسی هم می‌شود نوشت: /منابع، /خبر ۱، /بیشتر، /فقط، /زبان، /کمک، /خروج\n"
            "/quit خروج (یا Ctrl-D)\n"
            "Ctrl-C پرسش در حال اجرا را متوقف می‌کند."
        ),
    )
    QUOTES_USAGE = (
        ("Whose words? For example /quotes Kirby, or /quotes Kirby about fighter jets."),
        ("گفته‌های چه کسی؟ برای نمونه ‎/quotes کربی‎ یا ‎/quotes کربی درباره جنگنده‌ها‎."),
    )
    TIMELINE_USAGE = (
        ("The events of what? For example /timeline Karun dam."),
        ("رویدادهای چه چیزی؟ برای نمونه ‎/timeline سد کارون‎."),
    )
    CHAT_UNKNOWN = ("There is no command {command}.", "فرمان {command} وجود ندارد.")
    CHAT_BYE = ("Goodbye.", "خدانگهدار.")
    CHAT_STOPPED = ("Stopped.", "متوقف شد.")
    CHAT_NO_ANSWER_YET = (
        ("There is no answer with sources yet."),
        ("هنوز پاسخی با منبع داده نشده است."),
    )
    EARLIER = (
        ("The last question had no answer; this is about: {question}"),
        ("پرسش آخر پاسخی نداشت؛ این دربارهٔ پرسش پیش از آن است: {question}"),
    )
    FOLLOWED = (
        (
            "Saved. `pasokh follow` tells what is new on it; it is forgotten after {days:day|days}, "
            "unless you follow it again."
        ),
        (
            "نگه داشته شد. `pasokh follow` می‌گوید چه چیز تازه‌ای دربارهٔ آن هست؛ پس از {days} روز فراموش "
            "می‌شود، مگر دوباره دنبالش کنید."
        ),
    )
    FOLLOW_NEWS = ("New on “{question}”", "تازه دربارهٔ «{question}»")
    CHAT_OPEN_USAGE = (
        ("/open needs the number of a source, from 1 to {last}."),
        ("/open شمارهٔ یک منبع را می‌خواهد، از ۱ تا {last}."),
    )
    EXPORT_USAGE = (
        ('/export needs a format: {formats}; "all" behind it takes the whole conversation.'),
        ("/export یک قالب می‌خواهد: {formats}؛ با all پس از آن همهٔ گفت‌وگو."),
    )
    EXPORT_SNAPSHOT = ("Index: {snapshot}", "نمایه: {snapshot}")
    MORE_HEAD = (
        ("Further quotes, not as close to your question:"),
        ("نقل‌قول‌های بیشتر، کمی دورتر از پرسش شما:"),
    )
    NO_MORE = (
        ("There is nothing further that is worth quoting."),
        ("چیز دیگری که به نقل بیرزد پیدا نشد."),
    )
    CHAT_LANGUAGE_SET = ("Language: {choice}", "زبان: {choice}")
    CHAT_LANGUAGE_USAGE = (
        ("/lang needs one of: {choices}"),
        ("/lang یکی از این‌ها را می‌خواهد: {choices}"),
    )
    CHAT_ONLY_ALL = (
        ("Questions are asked of the whole archive."),
        ("پرسش‌ها از همهٔ بایگانی پرسیده می‌شوند."),
    )
    CHAT_NO_HISTORY = (
        ("Questions are not kept: {path} cannot be written."),
        ("پرسش‌ها نگه داشته نمی‌شوند: در {path} نمی‌توان نوشت."),
    )
    MCP_WAITS = (
        ("An assistant's program starts this itself (docs/mcp.md); Ctrl-C ends it."),
        ("برنامهٔ دستیار خودش این را اجرا می‌کند (docs/mcp.md)؛ پایان با Ctrl-C."),
    )
    CHAT_SOURCES_GONE = (
        ("What the last answer quoted is not in the index any more; ask again."),
        ("آنچه در پاسخ آخر نقل شد دیگر در نمایه نیست؛ دوباره بپرسید."),
    )
    CHAT_ARTICLE_GONE = (
        ("Article {article} is not in the index any more."),
        ("خبر {article} دیگر در نمایه نیست."),
    )
    CHAT_ARTICLE_CHANGED = (
        ("Article {article} has changed since this answer; ask again."),
        ("خبر {article} پس از این پاسخ تغییر کرده است؛ دوباره بپرسید."),
    )
    STAGE_WAIT = (
        ("waiting for another process to build the index"),
        ("در انتظار پردازه‌ای دیگر که نمایه را می‌سازد"),
    )
    STAGE_READ = ("reading articles", "خواندن خبرها")
    STAGE_WORDS = ("indexing the words of articles", "نمایه‌سازی واژه‌های خبرها")
    STAGE_ENCODE = ("encoding texts", "رمزگذاری متن‌ها")
    STAGE_REJECTS = (
        ("rejected (`pasokh index build` lists them)"),
        ("پذیرفته‌نشده (فهرست: `pasokh index build`)"),
    )
    STAGE_QUESTIONS = ("encoding questions", "رمزگذاری پرسش‌ها")
    STAGE_ASK = ("asking questions", "پرسیدن پرسش‌ها")
    EVAL_SET = (
        (
            "{name}: {questions:question|questions}, {articles:article|articles}, "
            "{passages:passage|passages}"
        ),
        ("{name}: {questions} پرسش، {articles} خبر، {passages} بند"),
    )
    EVAL_COLUMNS = (
        ("language       n  nDCG@10  recall@10     MRR   hit@1  answer recall"),
        ("language       n  nDCG@10  recall@10     MRR   hit@1  answer recall"),
    )
    EVAL_KIND_COLUMNS = (
        (
            "kind                             n  answered  some quote  first quote  refused  small talk"
        ),
        (
            "kind                             n  answered  some quote  first quote  refused  small talk"
        ),
    )
    EVAL_WAY_COLUMNS = (
        ("turns   asked         n  answered  answer recall      F1  unanswerable  refused"),
        ("turns   asked         n  answered  answer recall      F1  unanswerable  refused"),
    )
    EVAL_SHARES = (
        (
            "answer recall with the history, of that with the gold rewrites {gold}, with titles {titled}"
        ),
        (
            "پاسخ درست با گفت‌وگوی پیشین، نسبت به بازنویسی انسانی {gold}، نسبت به پرسش با عنوان {titled}"
        ),
    )
    EVAL_ALL = ("all", "همه")
    EVAL_QUOTES = (
        ("quotes found verbatim: {share} of {count}"),
        ("نقل‌قول‌هایی که عیناً در متن هستند: {share} از {count}"),
    )
    EVAL_ANSWERED = (
        ("answerable: {share} of {count} answered, at confidence {threshold}"),
        ("پاسخ داده شد: {share} از {count} پرسش پاسخ‌دار، با اطمینان {threshold}"),
    )
    EVAL_UNANSWERABLE = (
        (
            "unanswerable: {share} of {count} refused, {at_95} where 95% of the answerable are "
            "answered, AUROC {auroc}"
        ),
        (
            "بی‌پاسخ‌ها: {share} از {count} رد شد، {at_95} جایی که ۹۵٪ پاسخ‌دارها پاسخ می‌گیرند، "
            "AUROC {auroc}"
        ),
    )
    EVAL_OTHER = (
        (
            "about something else: {share} of {count} refused, {at_95} where 95% of the answerable are "
            "answered, AUROC {auroc}"
        ),
        (
            "دربارهٔ چیز دیگر: {share} از {count} رد شد، {at_95} جایی که ۹۵٪ پاسخ‌دارها پاسخ می‌گیرند، "
            "AUROC {auroc}"
        ),
    )
    EVAL_RELATED = (
        ("unanswerable questions that found their own article: {share}"),
        ("پرسش‌های بی‌پاسخی که خبر خود را یافتند: {share}"),
    )
    EVAL_LATENCY = (
        ("{what}: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms"),
        ("{what}: p50 {p50} ms، p95 {p95} ms، p99 {p99} ms"),
    )
    EVAL_RETRIEVAL = ("retrieval without encoding", "بازیابی بدون رمزگذاری")
    EVAL_ANSWER = ("whole answer", "پاسخ کامل")
    EVAL_WRITTEN = ("Written to {path}", "نوشته شد در {path}")
    BUILT = ("Built {snapshot}", "ساخته شد: {snapshot}")
    UNCHANGED = (
        ("Nothing to do: the corpus has not changed since {snapshot}"),
        ("کاری لازم نیست: بایگانی از {snapshot} تا کنون تغییر نکرده است"),
    )
    BUILD_ARTICLES = ("articles    {count}", "خبرها: {count}")
    BUILD_CHANGES = (
        ("            {added} added, {changed} changed, {removed} removed, {kept} kept"),
        ("    {added} تازه، {changed} تغییرکرده، {removed} حذف‌شده، {kept} بی‌تغییر"),
    )
    BUILD_DUPLICATES = ("duplicates  {count}", "تکراری‌ها: {count}")
    BUILD_VERSIONS = ("earlier versions  {count}", "نسخه‌های پیشین: {count}")
    BUILD_LEFT_OUT = ("left out    {count} ({reasons})", "کنارگذاشته: {count} ({reasons})")
    PREVIEW = (
        ("Nothing is built: {read} of {files:file|files} read in {seconds} s."),
        ("چیزی ساخته نشد: {read} از {files} پرونده در {seconds} ثانیه خوانده شد."),
    )
    PREVIEW_CUT = (
        ("Of {count:file|files} only the first items were read."),
        ("از {count} پرونده تنها خبرهای نخست خوانده شد."),
    )
    PREVIEW_KIND = (
        ("{kind}: {files:file|files}, {articles:article|articles}"),
        ("{kind}: {files} پرونده، {articles} خبر"),
    )
    FATE_REJECTED = ("rejected", "پذیرفته‌نشده")
    FATE_LEFT_OUT = ("left out", "کنارگذاشته")
    FATE_DUPLICATE = ("duplicates", "تکراری")
    FATE_VERSION = ("earlier versions", "نسخه‌های پیشین")
    REPEATS = ("of {article}, {origin}", "از {article}، {origin}")
    BUILD_MORE = (
        ("`pasokh index report` lists every one."),
        ("«pasokh index report» همه را یک‌به‌یک می‌گوید."),
    )
    BUILD_REJECTS = ("rejected    {count}", "پذیرفته‌نشده: {count}")
    BUILD_REJECT_REASON = ("  {count} x {reason}", "  {count} مورد: {reason}")
    BUILD_REJECT_ORIGIN = ("    {origin}", "    {origin}")
    BUILD_REJECT_MORE = ("    and {count} more", "    و {count} مورد دیگر")
    BUILD_MISSING = ("missing fields", "فیلدهای نامعلوم")
    BUILD_MISSING_FIELD = ("  {field}: {count:article|articles}", "  {field}: {count} خبر")
    BUILD_PASSAGES = (
        ("passages    {passages}, {sentences:sentence|sentences}, {encoded} encoded"),
        ("بندها: {passages}، {sentences} جمله، {encoded} رمزگذاری‌شده"),
    )
    BUILD_COST = ("cost        {seconds} s, {size} bytes", "هزینه: {seconds} ثانیه، {size} بایت")
    BUILD_STAGE = ("{stage}: {done}", "{stage}: {done}")
    BUILD_STAGE_OF = ("{stage}: {done} of {total}", "{stage}: {done} از {total}")
    GATHER_ADDED = ("added      {place}", "افزوده شد: {place}")
    GATHER_CHANGED = ("changed    {place}", "تغییر کرد: {place}")
    GATHER_UNCHANGED = ("unchanged  {place}", "بدون تغییر: {place}")
    GATHER_LISTED = ("lists {count:address|addresses}: {place}", "فهرستی از {count} نشانی: {place}")
    GATHER_FAILED = ("rejected   {place}: {why}", "پذیرفته نشد: {place}: {why}")
    GATHER_NOTHING_NEW = (
        ("Nothing new: the index stays as it is."),
        ("چیز تازه‌ای نبود؛ نمایه همان است که بود."),
    )
    GATHER_NOTHING = ("Nothing could be added.", "هیچ چیز افزوده نشد.")
    WATCHING = (
        ("Watching {count:feed|feeds}; Ctrl-C ends it."),
        ("زیر نظر گرفتن {count} خوراک؛ پایان با Ctrl-C"),
    )
    INFO = (
        (
            "snapshot   {snapshot}\n"
            "schema     {schema}\n"
            "encoder    {encoder}, {dim} dimensions\n"
            "articles   {articles}\n"
            "passages   {passages}\n"
            "sentences  {sentences}\n"
            "languages  {languages}\n"
            "served     from {store}\n"
            "search     finds {recall}% of the nearest 10 by meaning, measured when built\n"
            "files      {files}, {size} bytes"
        ),
        (
            "نسخه: {snapshot}\n"
            "طرح: {schema}\n"
            "رمزگذار: {encoder}، {dim} بُعد\n"
            "خبرها: {articles}\n"
            "بندها: {passages}\n"
            "جمله‌ها: {sentences}\n"
            "زبان‌ها: {languages}\n"
            "پاسخ از: {store}\n"
            "جست‌وجو: {recall}٪ از ۱۰ بند نزدیک‌تر در معنا را می‌یابد (سنجیده هنگام ساخت)\n"
            "پرونده‌ها: {files}، {size} بایت"
        ),
    )
    VERIFIED = (
        (
            "{snapshot} is whole: {files:file|files}, {articles:article|articles}, "
            "{passages:passage|passages}"
        ),
        ("{snapshot} سالم است: {files} پرونده، {articles} خبر، {passages} بند"),
    )
    VERIFY_FAILED = (
        ("{snapshot} is damaged; run `pasokh index build`"),
        ("{snapshot} آسیب دیده است؛ `pasokh index build` را اجرا کنید"),
    )
    VERIFY_REMOVED = (
        ("removed by request and looked for everywhere: {count:article|articles}"),
        ("خبرهایی که به درخواست حذف شده‌اند و همه‌جا جست‌وجو شدند: {count}"),
    )
    VERIFY_CACHED = (
        (
            "the vector cache holds {count:vector|vectors} of {article}, a removed article, "
            "again, as another index or article has the same text; `pasokh index remove {article}` "
            "deletes them"
        ),
        (
            "حافظهٔ بردارها باز {count} بردار از خبر حذف‌شدهٔ {article} دارد، چون "
            "نمایه یا خبر دیگری همان متن را دارد؛ `pasokh index remove {article}` آن‌ها را پاک می‌کند"
        ),
    )
    REMOVED = (
        ("{article} is removed and will not be indexed again"),
        ("خبر {article} حذف شد و دیگر نمایه نمی‌شود"),
    )
    REMOVED_LAST = (
        ("It was the last article: there is no index any more."),
        ("این آخرین خبر بود و دیگر نمایه‌ای در کار نیست."),
    )
    REMOVED_FILE = ("deleted {origin}", "{origin} پاک شد")
    REMOVED_STILL_IN = (
        ("{origin} still holds a removed article; take it out there yourself"),
        ("خبر حذف‌شده هنوز در {origin} هست؛ خودتان از آن‌جا برش دارید"),
    )
    REMOVED_SHARED = (
        (
            "{path}, a collected file, still holds a removed article; delete the file "
            "and run `pasokh index build`: the other articles in it go along"
        ),
        (
            "خبر حذف‌شده هنوز در پروندهٔ گردآوری‌شدهٔ {path} هست؛ این پرونده را پاک و "
            "`pasokh index build` را اجرا کنید: خبرهای دیگر آن نیز با آن می‌روند"
        ),
    )
    FEEDBACK_WRITTEN = (
        ("Judged questions: {count}, written to {queries} and {qrels}"),
        ("پرسش‌های داوری‌شده: {count}، نوشته شد در {queries} و {qrels}"),
    )
