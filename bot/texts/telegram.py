"""Texts of the Telegram bot, without markup: `markup` puts it around."""

from bot.texts.language import Text


class Phrase(Text):
    """Names of the texts; those of the command menu are `menu_` and the command."""

    START = (
        (
            "Hello! Ask me about the news, in your own words and your own language.\n"
            "\n"
            "Whatever I answer is quoted word for word, with its headline, agency and date, and one "
            "tap opens the whole article. When the archive has no answer, I say so. "
            "(Articles at hand: {articles}.)\n"
            "\n"
            "Go ahead, type a question. /help shows what else I can do."
        ),
        (
            "سلام! هر چه می‌خواهید دربارهٔ خبرها بپرسید، به زبان خودتان و با کلمات خودتان.\n"
            "\n"
            "هر پاسخی که می‌دهم عینِ متن خبر است، با تیتر و خبرگزاری و تاریخ، و با یک لمس می‌توانید متن "
            "کامل را ببینید. اگر پاسخ در بایگانی نباشد، همین را می‌گویم. (تعداد خبرها: {articles})\n"
            "\n"
            "بفرمایید، پرسشتان را بنویسید. راهنمای کامل: /help"
        ),
    )
    HELP = (
        (
            "Just write your question. You can follow it up, too: “and what did Moscow answer?”\n"
            "\n"
            "/sources - the sources of the last answer\n"
            "/article 1 - the whole article behind source 1\n"
            "/more - further quotes\n"
            "/export - the last answer as a file for a spreadsheet, an article, a reference manager\n"
            "/quotes Kirby about fighter jets - what a person says, in order of time\n"
            "/timeline Karun dam - the events of a topic\n"
            "/follow and a question - tell me when there is news on it; /following, /unfollow 1\n"
            "/digest 8:00 - such news once a day; /digest now, /quiet 23-7\n"
            "/only since=1402/03 source=Mehr lang=fa - ask a part of the archive; /only off asks all\n"
            "/lang - English or Persian\n"
            "/reset - forget this conversation\n"
            "/privacy - what I keep, and for how long\n"
            "\n"
            "Under each answer, 👍 and 👎 tell us whether it helped."
        ),
        (
            "کافی است پرسشتان را بنویسید. می‌توانید دنبالهٔ آن را هم بگیرید: «و مسکو چه پاسخی داد؟»\n"
            "\n"
            "/sources - منابع آخرین پاسخ\n"
            "/article 1 - متن کامل خبرِ منبع ۱\n"
            "/more - نقل‌قول‌های بیشتر\n"
            "/export - آخرین پاسخ در پرونده‌ای برای صفحه‌گسترده، مقاله یا برنامهٔ ارجاع‌دهی\n"
            "/quotes کربی درباره سوخو - گفته‌های یک نفر به ترتیب زمان\n"
            "/timeline سد کارون - رویدادهای یک موضوع\n"
            "/follow و یک پرسش - هر وقت خبر تازه‌ای دربارهٔ آن رسید بگو؛ /following، /unfollow 1\n"
            "/digest 8:00 - این خبرها روزی یک بار؛ /digest now، /quiet 23-7\n"
            "/only since=1402/03 source=مهر lang=fa - پرسش از بخشی از بایگانی؛ با /only off از همهٔ آن\n"
            "/lang - فارسی یا انگلیسی\n"
            "/reset - فراموش کردن این گفت‌وگو\n"
            "/privacy - چه چیزی را تا کی نگه می‌دارم\n"
            "به فارسی هم می‌شود نوشت: /منابع، /خبر ۱، /بیشتر، /دنبال، /فقط، /زبان، /ازنو، /حریم، /کمک\n"
            "\n"
            "با 👍 و 👎 زیر هر پاسخ به ما بگویید که به کارتان آمد یا نه."
        ),
    )
    HELP_GROUP = (
        (
            "In a group, mention me, reply to one of my messages, or write /ask and your question. "
            "Mention me in a reply to somebody's message, and I look up what the archive says of it."
        ),
        (
            "در گروه، نام مرا بیاورید، به یکی از پیام‌هایم پاسخ دهید، یا جلوی /ask پرسشتان را بنویسید. "
            "اگر در پاسخ به پیام کسی نام مرا بیاورید، می‌گویم بایگانی دربارهٔ آن چه دارد."
        ),
    )
    UNKNOWN = (
        ("I don't know {command}. Write a question, or see /help."),
        ("فرمان {command} را نمی‌شناسم. پرسشتان را بنویسید یا راهنما را ببینید: /help"),
    )
    ASK_USAGE = (
        ("What would you like to know? Write /ask and your question."),
        ("چه می‌خواهید بدانید؟ پرسشتان را جلوی /ask بنویسید."),
    )
    NO_TEXT = (
        (
            "Thank you, but I can only read text. Write your question in a few words and I will "
            "look it up."
        ),
        ("ممنون، ولی من فقط نوشته می‌خوانم. پرسشتان را در چند کلمه بنویسید تا برایتان پیدا کنم."),
    )
    EDITED = ("For your edited question:", "برای پرسش ویرایش‌شدهٔ شما:")
    FORWARDED = (
        ("I read the forwarded text as a question."),
        ("متن فرستاده‌شده را به‌جای پرسش خواندم."),
    )
    ABOUT = (
        ("About the message you replied to:"),
        ("دربارهٔ پیامی که به آن پاسخ دادید:"),
    )
    TOO_LONG = (
        ("That was long; I read the first {limit} characters."),
        ("متن بلند بود؛ {limit} نویسهٔ اول آن را خواندم."),
    )
    NOTHING_ASKED = (
        ("You have not asked me anything yet. What would you like to know?"),
        ("هنوز چیزی از من نپرسیده‌اید. چه می‌خواهید بدانید؟"),
    )
    NO_SOURCES = (
        ("The last question had no answer, so there are no sources."),
        ("پرسش آخر پاسخی نداشت، پس منبعی هم ندارد."),
    )
    ARTICLE_USAGE = (
        ("Which source? Write /article and a number from 1 to {last}."),
        ("کدام منبع؟ جلوی /article شماره‌ای از ۱ تا {last} بنویسید."),
    )
    ARTICLE_GONE = ("This article is no longer in the archive.", "این خبر دیگر در بایگانی نیست.")
    ARTICLE_CHANGED = (
        ("The article has changed since it was quoted, so the quote cannot be marked."),
        ("متن خبر پس از نقل تغییر کرده است و نمی‌شود جای نقل‌قول را در آن نشان داد."),
    )
    PAGE = ("Part {page} of {pages}", "بخش {page} از {pages}")
    PAGE_BEFORE = ("◀ Earlier", "▶ پیش از این")
    PAGE_AFTER = ("Read on ▶", "ادامه ◀")
    BUTTON_MORE = ("More", "بیشتر")
    BUTTON_WHY = ("Why this?", "چرا این؟")
    BUTTON_ARTICLE = ("📄 Article {numbers}", "📄 متن خبر {numbers}")
    BUTTON_PAGE = ("🔗 On its page {numbers}", "🔗 در صفحه‌اش {numbers}")
    BUTTON_FORGET = ("🗑 Delete everything", "🗑 همه را پاک کن")
    BUTTON_EXPIRED = (
        ("This button is too old. Please ask again."),
        ("این دکمه دیگر قدیمی شده است. لطفاً دوباره بپرسید."),
    )
    VOTED_UP = ("Glad it helped, thank you!", "خوشحالم که به کارتان آمد، ممنون!")
    VOTED_DOWN = (
        ("Thank you. This helps us to do better."),
        ("ممنون که گفتید. کمک می‌کند بهتر شویم."),
    )
    WHY_HEAD = ("Why this answer?", "چرا این پاسخ؟")
    WHY_SURE = (
        ("I am quite sure that these quotes answer your question ({percent}%)."),
        ("تقریباً مطمئنم که این نقل‌قول‌ها پاسخ شماست ({percent}٪)."),
    )
    WHY_LIKELY = (
        ("These quotes probably answer your question ({percent}%)."),
        ("این نقل‌قول‌ها به احتمال زیاد پاسخ شماست ({percent}٪)."),
    )
    WHY_UNSURE = (
        (
            "These quotes may answer your question, but I am not sure ({percent}%). Please read them "
            "in their article."
        ),
        (
            "شاید این نقل‌قول‌ها پاسخ شما باشد، ولی مطمئن نیستم ({percent}٪). لطفاً آن‌ها را در متن خبر "
            "هم بخوانید."
        ),
    )
    WHY_REFUSED = (
        (
            "Nothing I found was close enough to be an answer ({percent}% likely), and I would "
            "rather not guess."
        ),
        (
            "چیزی که پیدا کردم آن‌قدر به پرسش شما نزدیک نبود که پاسخ باشد (احتمال: {percent}٪) و "
            "نمی‌خواستم حدس بزنم."
        ),
    )
    WHY_FIRST = (
        ("comes closest to your question in meaning and words"),
        ("از نظر معنا و واژه‌ها از همه به پرسش شما نزدیک‌تر است"),
    )
    WHY_NEAR = ("comes nearly as close", "تقریباً به همان اندازه نزدیک است")
    WHY_WEAKER = ("is further off, but adds something", "کمی دورتر است، ولی چیزی می‌افزاید")
    WHY_AGE = ("The news is from {when}: {date}.", "خبر مربوط به {when} است: {date}.")
    WHY_CHECKED = (
        ("Before you saw them, the quotes were compared letter by letter with their articles."),
        ("نقل‌قول‌ها پیش از آن‌که ببینید، حرف‌به‌حرف با متن خبر مقایسه شده‌اند."),
    )
    WHY_ARCHIVE = (
        ("Articles I looked through: {articles} (edition {snapshot})."),
        ("در {articles} خبر گشتم (نسخهٔ {snapshot} بایگانی)."),
    )
    WHY_ARCHIVE_SINCE = (
        (
            "I looked through edition {snapshot} of the archive. There is a newer one since (articles: "
            "{articles}), so asking again may find more."
        ),
        (
            "در نسخهٔ {snapshot} بایگانی گشتم؛ حالا نسخهٔ تازه‌تری با {articles} خبر هست و شاید اگر "
            "دوباره بپرسید چیز بیشتری پیدا شود."
        ),
    )
    TODAY = ("the last days", "همین روزها")
    DAYS_AGO = ("about {count} days ago", "حدود {count} روز پیش")
    MONTHS_AGO = ("about {count} months ago", "حدود {count} ماه پیش")
    YEARS_AGO = ("about {count} years ago", "حدود {count} سال پیش")
    TIP_REFUSED = (
        ("Other words, a name or a place may help me find it."),
        ("شاید با واژه‌های دیگر، یا نام یک شخص یا جا، پیدایش کنم."),
    )
    EXPORT_ASK = (
        (
            "In which form shall I send the last answer with its sources? Write “all” for the whole "
            "conversation, e.g. /export csv all."
        ),
        (
            "آخرین پاسخ را با منابعش در چه قالبی بفرستم؟ برای همهٔ گفت‌وگو all هم بنویسید، مثلاً "
            "/export csv all"
        ),
    )
    EXPORTED = (
        ("Quotes: {quotes}, questions: {questions}"),
        ("نقل‌قول‌ها: {quotes}، پرسش‌ها: {questions}"),
    )
    FOLLOWED = (
        (
            "I will tell you when the archive has something new on {question}.\n"
            "/following lists what you follow here. I forget it after {days:day|days}, unless you "
            "follow it again."
        ),
        (
            "هر وقت چیز تازه‌ای دربارهٔ {question} به بایگانی برسد خبرتان می‌کنم.\n"
            "فهرست آنچه اینجا دنبال می‌کنید: /following. پس از {days} روز فراموشش می‌کنم، مگر دوباره "
            "دنبالش کنید."
        ),
    )
    FOLLOW_FULL = (
        (
            "I already follow {count:question|questions} here, as many as I can. Stop one: /following"
        ),
        (
            "اینجا همین حالا {count} پرسش را دنبال می‌کنم و بیش از این نمی‌شود. یکی را بردارید: /following"
        ),
    )
    FOLLOW_USAGE = (
        (
            "What shall I watch out for? Write /follow and your question, or press the button under "
            "an answer."
        ),
        ("چه چیزی را دنبال کنم؟ پرسشتان را جلوی /follow بنویسید، یا دکمهٔ زیر یک پاسخ را بزنید."),
    )
    FOLLOWING_NONE = (
        ("Nothing is followed here. Write /follow and your question."),
        ("اینجا چیزی دنبال نمی‌شود. پرسشتان را جلوی /follow بنویسید."),
    )
    FOLLOWING_HEAD = ("What is followed here:", "آنچه اینجا دنبال می‌شود:")
    UNFOLLOWED = (
        ("Stopped. I will tell no more of {question}."),
        ("برداشته شد. دیگر دربارهٔ {question} خبر نمی‌دهم."),
    )
    UNFOLLOW_USAGE = (
        ("Which one? Write /unfollow and its number in /following."),
        ("کدام را؟ جلوی /unfollow شماره‌ای را که در /following دارد بنویسید."),
    )
    UNFOLLOW_OTHERS = (
        ("Only who followed this, or an administrator of the group, can stop it."),
        ("این را فقط کسی که دنبالش کرده یا مدیر گروه می‌تواند بردارد."),
    )
    ALERT = ("🔔 New on {question}", "🔔 خبر تازه دربارهٔ {question}")
    ALERTS = (
        ("🔔 News on {count:question|questions} followed here"),
        ("🔔 خبر تازه دربارهٔ {count} پرسشی که اینجا دنبال می‌شود"),
    )
    AT_ONCE = (
        ("I tell news at once. /digest 8:00 tells it once a day, /quiet 23-7 not at night."),
        (
            "خبر تازه را همان وقت می‌گویم. با /digest 8:00 روزی یک بار می‌گویم و با /quiet 23-7 شب‌ها نه."
        ),
    )
    DIGEST = (
        ("I tell news once a day, at {time} ({zone}). /digest now tells it at once."),
        ("خبرهای تازه را روزی یک بار، ساعت {time} ({zone})، می‌گویم. برای همان وقت: /digest now"),
    )
    QUIET = (
        (
            "I tell news at once, but from {first} to {last} ({zone}) only after. /quiet off ends that."
        ),
        (
            "خبر تازه را همان وقت می‌گویم، ولی آنچه از {first} تا {last} ({zone}) برسد پس از آن. "
            "برای پایان سکوت: /quiet off"
        ),
    )
    SCHEDULE_USAGE = (
        (
            "I cannot read that. Write it like this: /digest 8:00, /digest 8:00 Europe/Berlin, "
            "/digest now, /quiet 23-7 or /quiet off"
        ),
        (
            "این را نتوانستم بخوانم. این‌طور بنویسید: /digest 8:00، /digest 8:00 Europe/Berlin، "
            "/digest now، /quiet 23-7 یا /quiet off"
        ),
    )
    BUTTON_FOLLOW = ("🔔 Tell me of news on this", "🔔 خبرهای تازهٔ این را بگو")
    BUTTON_UNFOLLOW = ("🔕 Stop", "🔕 دیگر نگو")
    LANG_ASK = ("In which language shall I speak with you?", "به چه زبانی با شما صحبت کنم؟")
    LANG_SET = (
        ("Good, I will speak English with you. Quotes stay in their own language."),
        ("چشم، با شما فارسی صحبت می‌کنم. نقل‌قول‌ها به زبان خودشان می‌مانند."),
    )
    LANG_AUTO = (
        ("Good, I will follow the language of your questions."),
        ("چشم، به زبان پرسش‌های شما پاسخ می‌دهم."),
    )
    LANG_EN = ("English", "English")
    LANG_FA = ("فارسی", "فارسی")
    ONLY_SET = (
        (
            "Your questions are asked only of this part of the archive: {scope}\n"
            "/only off asks all of it again."
        ),
        (
            "پرسش‌هایتان فقط از این بخش بایگانی پرسیده می‌شود: {scope}\n"
            "برای برگشتن به همهٔ بایگانی: /only off"
        ),
    )
    ONLY_ALL = (
        (
            "Your questions are asked of the whole archive. To ask a part of it, name what you like "
            "of these:\n"
            "/only since=1402/03 until=2023-06-30 source=Mehr lang=fa"
        ),
        (
            "پرسش‌هایتان از همهٔ بایگانی پرسیده می‌شود. برای پرسش از بخشی از آن، هر کدام از این‌ها را که "
            "خواستید بنویسید:\n"
            "/only since=1402/03 until=1402/06 source=مهر lang=fa"
        ),
    )
    ONLY_UNREAD = (
        (
            "I cannot use that: {message}\n"
            "Write it like this: /only since=1402/03 until=2023-06-30 source=Mehr lang=fa"
        ),
        (
            "این را نتوانستم به کار ببرم: {message}\n"
            "این‌طور بنویسید: /only since=1402/03 until=1402/06 source=مهر lang=fa"
        ),
    )
    RESET_DONE = (
        ("Forgotten. What would you like to know?"),
        ("همه را فراموش کردم. چه می‌خواهید بدانید؟"),
    )
    RESET_OWN = (
        (
            "Forgotten what you asked here. The rest of this group's conversation is for its administrators."
        ),
        ("پرسش‌های شما در این گروه را فراموش کردم. بقیهٔ گفت‌وگو را مدیران گروه می‌توانند پاک کنند."),
    )
    PRIVACY = (
        (
            "What I keep, for at most {days:day|days}:\n"
            "• your questions and which articles were quoted, so that you can follow up and open them\n"
            "• your 👍 and 👎, with the question they belong to, so that answers get better; whoever "
            "runs this bot may copy them out, without your number\n"
            "• the questions you follow, and which articles you were told of\n"
            "• your Telegram number and that of the chat beside them\n"
            "• a message that waits, until it is answered; then only Telegram's number of it, for two "
            "days\n"
            "\n"
            "Until you delete it, also what you chose with /lang, /only, /digest and /quiet in this "
            "chat.\n"
            "\n"
            "I do not keep your name, your photos or what others write in a group without addressing "
            "me, unless somebody asks me about it in a reply. Inline questions are not kept once they "
            "are answered.\n"
            "\n"
            "/reset deletes this conversation, but not what you chose or follow. The button "
            "below deletes everything I have of you and of this chat, at once and for good, and what "
            "you wrote before and still waits. In a group, what others said and the group's choices "
            "are deleted only for its administrators."
        ),
        (
            "آنچه نگه می‌دارم، حداکثر تا {days} روز:\n"
            "• پرسش‌های شما و این‌که از کدام خبر نقل شد، تا بتوانید دنبالهٔ آن را بگیرید و "
            "خبر را باز کنید\n"
            "• 👍 و 👎 شما با پرسشی که به آن مربوط است، تا پاسخ‌ها بهتر شود؛ گردانندهٔ ربات می‌تواند "
            "از آن‌ها بی شمارهٔ شما رونوشت بردارد\n"
            "• پرسش‌هایی که دنبال می‌کنید و این‌که از کدام خبر آگاهتان کردم\n"
            "• شمارهٔ تلگرامی شما و این گفت‌وگو در کنار آن‌ها\n"
            "• پیامی که در انتظار است، تا پاسخ بگیرد؛ پس از آن فقط شماره‌ای که تلگرام به آن داده، "
            "تا دو روز\n"
            "\n"
            "و آنچه در این گفت‌وگو با /lang، /only، /digest و /quiet برگزیده‌اید، تا وقتی پاکش کنید.\n"
            "\n"
            "نام و عکس شما، و آنچه دیگران در گروه بی‌آن‌که با من باشند می‌نویسند، نزد من نمی‌ماند، مگر "
            "کسی در پاسخ به آن از من بپرسد. "
            "پرسش‌های درون‌خطی هم پس از پاسخ نمی‌ماند.\n"
            "\n"
            "/reset این گفت‌وگو را پاک می‌کند، ولی نه آنچه را برگزیده‌اید یا دنبال می‌کنید. دکمهٔ زیر "
            "هر چه را از شما و این گفت‌وگو دارم، همین حالا و برای همیشه پاک می‌کند؛ آنچه را پیش‌تر "
            "نوشته‌اید و هنوز در انتظار است هم. در گروه، گفته‌های دیگران و تنظیم‌های گروه را فقط "
            "مدیرانش می‌توانند پاک کنند."
        ),
    )
    FORGOTTEN = (
        ("Done. I have nothing of you or of this chat any more."),
        ("انجام شد. دیگر چیزی از شما و این گفت‌وگو ندارم."),
    )
    FORGOTTEN_OWN = (
        (
            "Done. I have nothing of you any more. What others asked in this group can be deleted by "
            "its administrators."
        ),
        (
            "انجام شد. دیگر چیزی از شما ندارم. آنچه را دیگران در این گروه پرسیده‌اند مدیران گروه "
            "می‌توانند پاک کنند."
        ),
    )
    INLINE_NONE = ("No answer in the archive", "در بایگانی پاسخی نیست")
    NOT_ALLOWED = (
        ("This bot answers only people its operator has named. Your id, for them to add: {user}"),
        (
            "این ربات فقط به کسانی پاسخ می‌دهد که گرداننده‌اش نام برده است. شناسهٔ شما برای افزودن: {user}"
        ),
    )
    SLOW_DOWN = (
        ("That is a lot of questions at once. Please ask again in {seconds:second|seconds}."),
        ("پرسش‌های شما پشت سر هم زیاد شد. لطفاً {seconds} ثانیهٔ دیگر دوباره بپرسید."),
    )
    BUSY = (
        ("Many people are asking just now. Please ask again in {seconds:second|seconds}."),
        ("همین حالا افراد زیادی می‌پرسند. لطفاً {seconds} ثانیهٔ دیگر دوباره بپرسید."),
    )
    FAILED = (
        (
            "Something went wrong on our side and this could not be answered. It has been noted; "
            "please try again later."
        ),
        (
            "اشکالی از سمت ما پیش آمد و این پرسش بی‌پاسخ ماند. اشکال ثبت شد؛ لطفاً کمی بعد دوباره بپرسید."
        ),
    )
    STATS = (
        (
            "Waiting: {waiting}, being answered: {busy}\n"
            "Answered since the start: {done}, given up: {dropped}\n"
            "From question to last message: p50 {p50} s, p95 {p95} s\n"
            "Sent again without knowing: {uncertain}\n"
            "Snapshot: {snapshot}\n"
            "Running for {hours:hour|hours}"
        ),
        (
            "در انتظار: {waiting}، در حال پاسخ: {busy}\n"
            "پاسخ‌داده از آغاز: {done}، رهاشده: {dropped}\n"
            "از پرسش تا آخرین پیام: p50 {p50} ثانیه، p95 {p95} ثانیه\n"
            "فرستاده‌شده دوباره بی‌اطمینان از بار نخست: {uncertain}\n"
            "نسخه: {snapshot}\n"
            "مدت کار: {hours} ساعت"
        ),
    )
    RELOADED = ("The newest index answers: {snapshot}", "تازه‌ترین نمایه پاسخ می‌دهد: {snapshot}")
    NOT_RELOADED = (
        ("The old index still answers; the newest cannot be opened: {message}"),
        ("تازه‌ترین نمایه باز نشد و همان پیشین پاسخ می‌دهد: {message}"),
    )
    REMOVED = (
        ("Removed for good: {article}. A file of the corpus that holds it stays as it is."),
        ("برای همیشه حذف شد: {article}. پرونده‌ای که آن را دارد دست‌نخورده می‌ماند."),
    )
    REMOVE_WHAT = (
        ("Write the id or the address of the article after /remove; /sources shows the addresses."),
        ("پس از /remove شناسه یا نشانی خبر را بنویسید؛ نشانی‌ها در /sources است."),
    )
    MENU_ASK = ("Ask the archive", "از بایگانی بپرسید")
    MENU_SOURCES = ("Sources of the last answer", "منابع آخرین پاسخ")
    MENU_ARTICLE = ("Open a source, e.g. /article 1", "متن کامل یک منبع، با شمارهٔ آن")
    MENU_MORE = ("Further quotes", "نقل‌قول‌های بیشتر")
    MENU_EXPORT = ("The last answer as a file", "آخرین پاسخ در یک پرونده")
    MENU_QUOTES = ("What a person says, e.g. /quotes Kirby", "گفته‌های یک نفر، مثلاً /quotes کربی")
    MENU_TIMELINE = ("The events of a topic", "رویدادهای یک موضوع")
    MENU_FOLLOW = (
        ("Tell me of news on a question"),
        ("خبرهای تازهٔ یک پرسش را بگو"),
    )
    MENU_FOLLOWING = ("What is followed here", "آنچه اینجا دنبال می‌شود")
    MENU_ONLY = (
        ("Ask a part of the archive, e.g. /only source=Mehr"),
        ("پرسش از بخشی از بایگانی، مثلاً /only source=مهر"),
    )
    MENU_LANG = ("English or Persian", "فارسی یا انگلیسی")
    MENU_RESET = ("Forget this conversation", "فراموش کردن این گفت‌وگو")
    MENU_PRIVACY = (
        ("What is kept, and how to delete it"),
        ("چه چیزی نگه داشته می‌شود و چگونه پاک می‌شود"),
    )
    MENU_HELP = ("What I can do", "چه کارهایی از من برمی‌آید")
