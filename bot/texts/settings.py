"""Texts of `pasokh settings`: where a value comes from, by the name of an `Origin`.

Also those of `pasokh access`.
"""

from bot.texts.language import Text


class SettingText(Text):
    """Words behind a setting."""

    DEFAULT = ("default", "پیش‌فرض")
    ENVIRONMENT = ("environment", "متغیر محیط")
    FILE = (".env", ".env")
    CHANGED = ("{origin}; default: {default}", "{origin}؛ پیش‌فرض: {default}")


class AccessText(Text):
    """Words about who sees which articles."""

    LABEL = ("{label}: seen by {who}; articles: {count}", "{label}: برای {who}؛ {count} خبر")
    NO_ARTICLES = (
        "{label}: no article has this label, so its entry does nothing; is it spelled as the folder?",
        "{label}: هیچ خبری این برچسب را ندارد و این بند اثری ندارد؛ آیا نام پوشه همین است؟",
    )
    EVERYBODY = ("everybody", "همه")
    NOBODY = ("nobody but the terminal", "هیچ‌کس جز پایانه")
