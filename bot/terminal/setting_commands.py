"""Command that tells of the settings: `settings`."""

from bot.settings import PREFIX, Origin, Settings, origin_of, shown
from bot.terminal.context import ExitCode, Surface
from bot.terminal.screen import Kind, Line
from bot.texts.language import say
from bot.texts.settings import SettingText


def list_settings(surface: Surface) -> ExitCode:
    """Print each setting as a line of a `.env` file, with its origin and default behind it."""
    language = surface.language
    for field, declared in Settings.model_fields.items():
        origin = origin_of(field, surface.settings)
        note = say(SettingText[origin.name], language)
        if origin is not Origin.DEFAULT:
            default = shown(field, declared.get_default(call_default_factory=True))
            note = say(SettingText.CHANGED, language, origin=note, default=default or "-")
        value = shown(field, getattr(surface.settings, field))
        surface.write(Line(Kind.BODY, f"{PREFIX}{field.upper()}={value}  # {note}", rtl=False))
    return ExitCode.OK
