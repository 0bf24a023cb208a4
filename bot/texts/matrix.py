"""Texts of the bot in rooms of Matrix, each in English and Persian."""

from bot.texts.language import Text


class MatrixText(Text):
    """What is said in a room beside answers."""

    HELP = (
        (
            "Ask me about the news of this archive, in any language; in a room with others, begin "
            "with my name. Every sentence I answer with is a quote. Or write:\n"
            "!sources the sources of the last answer\n"
            "!more further quotes\n"
            "!only since=2023-06 source=Mehr asks a part of the archive, !only off all of it\n"
            "!reset forget what was asked here"
        ),
        (
            "دربارهٔ خبرهای این بایگانی از من بپرسید، به هر زبانی؛ در اتاقی که دیگران هم هستند اول نامم را "
            "بنویسید. هر جملهٔ پاسخ نقل‌قول است. یا بنویسید:\n"
            "!منابع منابع پاسخ آخر\n"
            "!بیشتر نقل‌قول‌های بیشتر\n"
            "!فقط since=1402/03 source=Mehr از بخشی از بایگانی می‌پرسد، !فقط off از همهٔ آن\n"
            "!ازنو فراموش کردن آنچه اینجا پرسیده شد"
        ),
    )
    ONLY = ("Asked here from now on: {scope}", "از این پس اینجا پرسیده می‌شود: {scope}")
    ENCRYPTED = (
        (
            "This room is encrypted, and I cannot read encrypted messages. Invite me to a room "
            "without encryption."
        ),
        ("این اتاق رمزگذاری شده است و من پیام رمزشده نمی‌خوانم. مرا به اتاقی بی‌رمزگذاری دعوت کنید."),
    )
