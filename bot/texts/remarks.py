"""What is said to small talk and to remarks about an answer that there is not."""

from bot.texts.language import Text


class RemarkText(Text):
    """Replies to remarks, each by the name of its `Remark`; none is about the news."""

    GREETING = (
        ("Hello! Ask me something about the news in this archive, in any language."),
        ("سلام! دربارهٔ خبرهای این بایگانی هرچه می‌خواهید بپرسید، به هر زبانی."),
    )
    HOW_ARE_YOU = (
        ("Fine, thank you, and ready. What would you like to know from the archive?"),
        ("خوبم، ممنون، و آماده‌ام. چه چیزی از بایگانی می‌خواهید بدانید؟"),
    )
    WHO_ARE_YOU = (
        (
            "I am Pasokh, a program. I look for the answer to your question in an archive of news "
            "and show it in the articles' own words, with the place where each stands."
        ),
        (
            "من «پاسخ» هستم، یک برنامه. جواب پرسش شما را در بایگانی خبر پیدا می‌کنم و با جمله‌های خودِ "
            "خبرها و نشانیِ جای هرکدام نشان می‌دهم."
        ),
    )
    WHAT_CAN_YOU_DO = (
        (
            "Ask a question about the news in this archive, for example: what did the minister say "
            "about gas exports? Every sentence I answer with is a quote that you can look up; when "
            "the archive does not have the answer, I say so. /help lists the commands."
        ),
        (
            "پرسشی دربارهٔ خبرهای این بایگانی بنویسید، مثلاً: وزیر دربارهٔ صادرات گاز چه گفت؟ هر جملهٔ "
            "پاسخ نقل‌قولی است که می‌توانید جایش را ببینید؛ اگر پاسخ در بایگانی نباشد همین را می‌گویم. "
            "فهرست فرمان‌ها: /help"
        ),
    )
    THANKS = ("You are welcome.", "خواهش می‌کنم.")
    AGREEMENT = ("Good. Ask whenever you like.", "بسیار خوب. هر وقت خواستید بپرسید.")
    GOODBYE = ("Goodbye!", "خدانگهدار!")
    PRAISE = ("Thank you, that is kind.", "ممنون، لطف دارید.")
    ABUSE = (
        ("I am sorry that I was no help. Put the question in other words and I will look again."),
        ("متأسفم که کمکی نکردم. پرسش را با واژه‌های دیگری بنویسید تا دوباره بگردم."),
    )
    COMPLAINT = (
        ("Sorry about that. Put the question in other words, with names, and I will look again."),
        ("ببخشید. پرسش را با واژه‌های دیگر و با نام‌ها بنویسید تا دوباره بگردم."),
    )
    STOP = (
        ("There is nothing to stop here. /following lists what is followed on Telegram."),
        ("اینجا چیزی در جریان نیست. ‎/following‎ در تلگرام آنچه را دنبال می‌شود فهرست می‌کند."),
    )
    CONFIDENCE = (
        (
            "The percentage says how likely the quotes are to answer your question, judged by how "
            "near they are to it. Below 50 % I say perhaps, below 25 % I do not answer. Whether the "
            "articles are right it does not say: read the quotes in their articles."
        ),
        (
            "درصد می‌گوید چقدر احتمال دارد که نقل‌قول‌ها جواب پرسش شما باشند، از روی نزدیکی‌شان به پرسش. "
            "کمتر از ۵۰ درصد را «شاید» می‌گویم و کمتر از ۲۵ درصد را جواب نمی‌دهم. درستیِ خودِ خبرها را "
            "نشان نمی‌دهد: نقل‌قول‌ها را در خبرشان بخوانید."
        ),
    )
    OTHER_WORDS = (
        (
            "I answer in the articles' own words and neither sum up, explain nor translate them; "
            "where a language model is set up, /translate translates. /more shows further quotes."
        ),
        (
            "من با جمله‌های خودِ خبرها جواب می‌دهم و آنها را خلاصه، توضیح یا ترجمه نمی‌کنم؛ اگر مدل زبانی "
            "تنظیم شده باشد /translate ترجمه می‌کند. نقل‌قول‌های بیشتر: /more"
        ),
    )
    SIZE = (
        "Articles in this archive: {articles}. Ask what stands in them.",
        "این بایگانی {articles} خبر دارد. دربارهٔ آنچه در آنهاست بپرسید.",
    )
    LATEST = (
        (
            "Articles in this archive: {articles}; I list none without a topic. Name one, for "
            "example: latest news about gas exports. /timeline TOPIC lists what happened in order."
        ),
        (
            "این بایگانی {articles} خبر دارد و بدون موضوع فهرستشان نمی‌کنم. موضوعی بنویسید، مثلاً: آخرین خبر "
            "دربارهٔ صادرات گاز. رویدادهای یک موضوع به ترتیب زمان: ‎/timeline موضوع‎"
        ),
    )
    BESIDE = (
        ("That I cannot tell: I only know what stands in the articles of this archive."),
        ("این را نمی‌دانم: فقط آنچه در خبرهای این بایگانی آمده از من برمی‌آید."),
    )
    EMOJI = ("🙂 Ask me something about the news.", "🙂 پرسشی دربارهٔ خبرها بنویسید.")
    SOURCES = (
        ("There is no answer yet whose sources I could show. Ask a question first."),
        ("هنوز پاسخی نداده‌ام که منبعش را نشان دهم. اول پرسشی بنویسید."),
    )
    MORE = (
        ("There is no answer yet that I could say more about. Ask a question first."),
        ("هنوز پاسخی نداده‌ام که بیشترش را نشان دهم. اول پرسشی بنویسید."),
    )
    IS_TRUE = (
        ("There is no answer yet to check. Ask a question first."),
        ("هنوز پاسخی نیست که درستی‌اش را بشود دید. اول پرسشی بنویسید."),
    )
    WHEN_SAID = (
        ("There is no answer yet whose date I could show. Ask a question first."),
        ("هنوز پاسخی نداده‌ام که تاریخش را نشان دهم. اول پرسشی بنویسید."),
    )


class AboutAnswer(Text):
    """What is said before the sources of an answer that was doubted."""

    IS_TRUE = (
        (
            "Each quote stands in its article word for word; whether it is true the archive cannot "
            "tell. These outlets published it:"
        ),
        (
            "هر نقل‌قول کلمه‌به‌کلمه در خبرش آمده است؛ اینکه درست است یا نه، از بایگانی برنمی‌آید. این "
            "رسانه‌ها آن را منتشر کرده‌اند:"
        ),
    )
