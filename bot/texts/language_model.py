"""What people are told of a language model's part, in English and in Persian, in one table.

Names of values and numbers are filled as in `bot.texts.messages`. Telegram and the terminal use
the same texts, so that a rendering is labelled alike wherever it is seen.
Does not: hold what a model is told; `bot.llm` does.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.texts.messages import Language, fill


class ModelText(StrEnum):
    """Names of the texts; those of reasons are `why_` and the value of an `Unworded`."""

    WORDED = "worded"
    ORIGINAL = "original"
    UNWORDED = "unworded"
    TRANSLATED = "translated"
    UNTRANSLATED = "untranslated"
    ALREADY = "already"
    WHY_UNREACHABLE = "why_unreachable"
    WHY_SLOW = "why_slow"
    WHY_MALFORMED = "why_malformed"
    WHY_UNSUPPORTED = "why_unsupported"
    WHY_OVER_BUDGET = "why_over_budget"
    NO_MODEL = "no_model"
    USAGE = "usage"
    CHAT_HELP = "chat_help"
    BUTTON = "button"
    MENU = "menu"
    HELP = "help"
    PRIVACY = "privacy"


_ENGLISH: Mapping[ModelText, str] = {
    ModelText.WORDED: (
        "Worded by a language model from the quotes below; each sentence was checked against them."
    ),
    ModelText.ORIGINAL: "In the original",
    ModelText.UNWORDED: "Only the quotes are shown: {why}.",
    ModelText.TRANSLATED: "Machine translation ({model}); only the original is the source.",
    ModelText.UNTRANSLATED: "[{number}] is not translated: {why}.",
    ModelText.ALREADY: "The quotes are in your language already.",
    ModelText.WHY_UNREACHABLE: "the language model cannot be reached",
    ModelText.WHY_SLOW: "the language model took too long",
    ModelText.WHY_MALFORMED: "what the language model wrote could not be read",
    ModelText.WHY_UNSUPPORTED: "what the language model wrote is not borne out by the original",
    ModelText.WHY_OVER_BUDGET: "the language model has been asked as often as it may be for now",
    ModelText.NO_MODEL: (
        "Translating needs a language model, and none is set. Whoever runs Pasokh can set one "
        "with PASOKH_LLM_BASE_URL and PASOKH_LLM_MODEL."
    ),
    ModelText.USAGE: "/translate takes the number of a source, from 1 to {last}, or none for all.",
    ModelText.CHAT_HELP: "/translate [N]  the quotes of the last answer in your language",
    ModelText.BUTTON: "Translate",
    ModelText.MENU: "Quotes in your language",
    ModelText.HELP: "/translate - the quotes in your language, by machine",
    ModelText.PRIVACY: (
        "A language model words the answers and translates: your question and the quotes are sent "
        "to its server, which whoever runs this bot has chosen, without your name or number. "
        "Translations are kept without a word of who asked for them."
    ),
}

_PERSIAN: Mapping[ModelText, str] = {
    ModelText.WORDED: (
        "این پاسخ را یک مدل زبانی از روی نقل‌قول‌های زیر نوشته و هر جمله‌اش با آن‌ها سنجیده شده است."
    ),
    ModelText.ORIGINAL: "متن اصلی",
    ModelText.UNWORDED: "تنها نقل‌قول‌ها نشان داده می‌شود: {why}.",
    ModelText.TRANSLATED: "ترجمهٔ ماشینی ({model})؛ منبع تنها متن اصلی است.",
    ModelText.UNTRANSLATED: "[{number}] ترجمه نشد: {why}.",
    ModelText.ALREADY: "نقل‌قول‌ها خود به زبان شماست.",
    ModelText.WHY_UNREACHABLE: "به مدل زبانی دسترسی نیست",
    ModelText.WHY_SLOW: "مدل زبانی بیش از اندازه طول داد",
    ModelText.WHY_MALFORMED: "آنچه مدل زبانی نوشت خواندنی نبود",
    ModelText.WHY_UNSUPPORTED: "آنچه مدل زبانی نوشت با متن اصلی نمی‌خواند",
    ModelText.WHY_OVER_BUDGET: "فعلاً بیش از این نمی‌شود از مدل زبانی پرسید",
    ModelText.NO_MODEL: (
        "ترجمه به مدل زبانی نیاز دارد و هنوز مدلی تنظیم نشده است. گردانندهٔ پاسخ می‌تواند آن را با "
        "PASOKH_LLM_BASE_URL و PASOKH_LLM_MODEL تنظیم کند."
    ),
    ModelText.USAGE: (
        "جلوی /translate شمارهٔ یک منبع را بنویسید، از ۱ تا {last}، یا برای همه هیچ ننویسید."
    ),
    ModelText.CHAT_HELP: "/translate [N] نقل‌قول‌های آخرین پاسخ به زبان شما",
    ModelText.BUTTON: "ترجمه",
    ModelText.MENU: "نقل‌قول‌ها به زبان شما",
    ModelText.HELP: "/translate - ترجمهٔ ماشینی نقل‌قول‌ها به زبان شما",
    ModelText.PRIVACY: (
        "پاسخ‌ها را یک مدل زبانی می‌نویسد و ترجمه می‌کند: پرسش شما و نقل‌قول‌ها، بی نام و شمارهٔ شما، به "
        "سروری فرستاده می‌شود که گردانندهٔ ربات برگزیده است. از ترجمه‌ها آنچه می‌ماند نشانی از "
        "پرسنده ندارد."
    ),
}

MODEL_TEXTS: Mapping[Language, Mapping[ModelText, str]] = {
    Language.EN: _ENGLISH,
    Language.FA: _PERSIAN,
}


def say_of_model(text: ModelText, language: Language, **values: object) -> str:
    """Return a text with its names filled; whole numbers in the language's digits."""
    return fill(MODEL_TEXTS[language][text], language, values)


def unworded_text(why: str, language: Language) -> str:
    """Say why quotes stand alone; `why` is the value of an `Unworded`."""
    reason = say_of_model(ModelText(f"why_{why}"), language)
    return say_of_model(ModelText.UNWORDED, language, why=reason)


def untranslated_text(why: str, number: str, language: Language) -> str:
    """Say why the quote of a number is not translated; `why` as above."""
    reason = say_of_model(ModelText(f"why_{why}"), language)
    return say_of_model(ModelText.UNTRANSLATED, language, number=number, why=reason)
