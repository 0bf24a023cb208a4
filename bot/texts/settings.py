"""Texts of `pasokh settings`: where a value comes from, by the name of an `Origin`."""

from bot.texts.language import Text


class SettingText(Text):
    """Words behind a setting."""

    DEFAULT = ("default", "پیش‌فرض")
    ENVIRONMENT = ("environment", "متغیر محیط")
    FILE = (".env", ".env")
    CHANGED = ("{origin}; default: {default}", "{origin}؛ پیش‌فرض: {default}")
