"""Texts about a language model: what it worded, translated, or could not.

Telegram and the terminal use the same texts, so that a rendering is labelled alike wherever it is
seen.
Does not: hold what a model is told; `bot.llm` does.
"""

from collections.abc import Collection

from bot.texts.language import Language, Text, say
from bot.types import Check, Unworded


class ModelText(Text):
    """Texts; those of reasons are `WHY_` and the name of an `Unworded`."""

    WORDED = (
        (
            "Worded by a language model from the quotes below; each sentence was checked against them."
        ),
        ("این پاسخ را یک مدل زبانی از روی نقل‌قول‌های زیر نوشته و هر جمله‌اش با آن‌ها سنجیده شده است."),
    )
    CHECKED_RULES = ("Checked by rules.", "با قاعده‌ها سنجیده شد.")
    CHECKED_JUDGE = (
        "Checked by rules and once more by a language model.",
        "با قاعده‌ها و یک بار دیگر با مدل زبانی سنجیده شد.",
    )
    ORIGINAL = ("In the original", "متن اصلی")
    UNWORDED = ("Only the quotes are shown: {why}.", "تنها نقل‌قول‌ها نشان داده می‌شود: {why}.")
    TRANSLATED = (
        ("Machine translation ({model}); only the original is the source."),
        ("ترجمهٔ ماشینی ({model})؛ منبع تنها متن اصلی است."),
    )
    UNTRANSLATED = ("[{number}] is not translated: {why}.", "[{number}] ترجمه نشد: {why}.")
    ALREADY = ("The quotes are in your language already.", "نقل‌قول‌ها خود به زبان شماست.")
    WHY_UNREACHABLE = ("the language model cannot be reached", "به مدل زبانی دسترسی نیست")
    WHY_SLOW = ("the language model took too long", "مدل زبانی بیش از اندازه طول داد")
    WHY_MALFORMED = (
        ("what the language model wrote could not be read"),
        ("آنچه مدل زبانی نوشت خواندنی نبود"),
    )
    WHY_UNSUPPORTED = (
        ("what the language model wrote is not supported by the original"),
        ("آنچه مدل زبانی نوشت با متن اصلی نمی‌خواند"),
    )
    WHY_OVER_BUDGET = (
        ("the language model has been asked as often as it may be for now"),
        ("فعلاً بیش از این نمی‌شود از مدل زبانی پرسید"),
    )
    NO_MODEL = (
        (
            "Translating needs a language model, and none is set. Whoever runs Pasokh can set one "
            "with PASOKH_LLM_BASE_URL and PASOKH_LLM_MODEL."
        ),
        (
            "ترجمه به مدل زبانی نیاز دارد و هنوز مدلی تنظیم نشده است. گردانندهٔ پاسخ می‌تواند آن را با "
            "PASOKH_LLM_BASE_URL و PASOKH_LLM_MODEL تنظیم کند."
        ),
    )
    USAGE = (
        ("/translate takes the number of a source, from 1 to {last}, or none for all."),
        ("جلوی /translate شمارهٔ یک منبع را بنویسید، از ۱ تا {last}، یا برای همه هیچ ننویسید."),
    )
    CHAT_HELP = (
        ("/translate [N]  the quotes of the last answer in your language"),
        ("/translate [N] نقل‌قول‌های آخرین پاسخ به زبان شما"),
    )
    BUTTON = ("Translate", "ترجمه")
    MENU = ("Quotes in your language", "نقل‌قول‌ها به زبان شما")
    HELP = (
        ("/translate - the quotes in your language, by machine"),
        ("/translate - ترجمهٔ ماشینی نقل‌قول‌ها به زبان شما"),
    )
    PRIVACY = (
        (
            "A language model words the answers and translates: your question and the quotes are sent "
            "to its server, which whoever runs this bot has chosen, without your name or number. "
            "Translations are kept without a word of who asked for them."
        ),
        (
            "پاسخ‌ها را یک مدل زبانی می‌نویسد و ترجمه می‌کند: پرسش شما و نقل‌قول‌ها، بی نام و شمارهٔ شما، به "
            "سروری فرستاده می‌شود که گردانندهٔ ربات برگزیده است. از ترجمه‌ها آنچه می‌ماند نشانی از "
            "پرسنده ندارد."
        ),
    )


def unworded_text(why: Unworded, language: Language) -> str:
    """Say why quotes stand alone."""
    reason = say(ModelText[f"WHY_{why.name}"], language)
    return say(ModelText.UNWORDED, language, why=reason)


def checks_text(checks: Collection[Check], language: Language) -> str:
    """Say which checks the claims of an answer have passed."""
    text = ModelText.CHECKED_JUDGE if Check.JUDGE in checks else ModelText.CHECKED_RULES
    return say(text, language)


def untranslated_text(why: Unworded, number: str, language: Language) -> str:
    """Say why the quote of a number is not translated."""
    reason = say(ModelText[f"WHY_{why.name}"], language)
    return say(ModelText.UNTRANSLATED, language, number=number, why=reason)
