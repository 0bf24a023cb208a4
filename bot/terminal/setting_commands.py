"""Commands that tell of the settings: `settings` and `access`."""

from collections import Counter

from bot.session.access import EVERYBODY
from bot.settings import PREFIX, Origin, Settings, origin_of, shown
from bot.terminal.context import ExitCode, Surface
from bot.terminal.screen import Kind, Line
from bot.texts.language import say
from bot.texts.settings import AccessText, SettingText


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


def list_access(surface: Surface) -> ExitCode:
    """Print each label with its articles and who sees them, and entries that no article has."""
    language, access = surface.language, surface.backend.open_access(surface.settings)
    by_labels = surface.backend.count_labels(surface.settings)
    counts: Counter[str] = Counter()
    for labels, count in by_labels.items():
        counts[access.entry_for(labels)] += count
    for label, count in sorted(counts.items()):
        callers = access.seen_by(label)
        who = ", ".join(sorted(callers)) or say(AccessText.NOBODY, language)
        if EVERYBODY in callers:
            who = say(AccessText.EVERYBODY, language)
        text = say(AccessText.LABEL, language, label=label, count=count, who=who)
        surface.write(Line(Kind.BODY, text))
    for label in access.without_articles(by_labels):
        surface.write(Line(Kind.BODY, say(AccessText.NO_ARTICLES, language, label=label)))
    return ExitCode.OK
