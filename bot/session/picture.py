"""A timeline as a picture: SVG 1.1 without scripts, fonts or addresses, for pages and documents.

A line down the page has a dot for each event, the day on one side and the headline with its outlets
on the other; right to left for Persian. Source of the elements: https://www.w3.org/TR/SVG11/.
"""

from collections.abc import Iterator
from html import escape
from textwrap import wrap
from typing import Final

from bot.texts.direction import safe
from bot.texts.labels import agency, title
from bot.texts.language import Language, localize_digits, say
from bot.texts.overviews import ShapeText
from bot.texts.scope_names import day_text
from bot.types import Answer, Citation

_WIDTH: Final = 900
_DATES: Final = 190
"""Pixels of the column of dates."""
_MARGIN: Final = 24
_LINE: Final = 20
_GAP: Final = 14
_CHARACTERS: Final = 84
"""Characters of a line; wider scripts than Latin and Arabic would run out of the picture."""
_STYLE: Final = (
    "text{font:15px Vazirmatn,'Segoe UI',Tahoma,'DejaVu Sans',sans-serif;fill:#1b1b1b}"
    ".day{fill:#555}.head{font-size:18px;font-weight:bold}.outlet{fill:#666;font-size:13px}"
    "line{stroke:#b9b9b9;stroke-width:2}circle{fill:#0b6bcb}rect{fill:#fff}"
)


def timeline_svg(answer: Answer, language: Language) -> str:
    """Return the picture of a timeline, labels in a language; a UTF-8 document."""
    is_rtl = language is Language.FA
    axis = _WIDTH - _DATES if is_rtl else _DATES
    texts, days = (axis - 18, axis + 18) if is_rtl else (axis + 18, axis - 18)
    parts: list[str] = []
    top = _MARGIN + 2 * _LINE
    at, last_day = top, ""
    for event in answer.citations:
        day = day_text(event.published, language)
        lines = list(_lines(event, language))
        parts.append(f'<circle cx="{axis}" cy="{at - 5}" r="6"/>')
        if day != last_day:
            parts.append(_text(days, at, day, "end", "day", is_rtl=is_rtl))
        last_day = day
        for line, kind in lines:
            parts.append(_text(texts, at, line, "start", kind, is_rtl=is_rtl))
            at += _LINE
        at += _GAP
    heading = say(ShapeText.TIMELINE, language, topic=safe(answer.question))
    start = _WIDTH - _MARGIN if is_rtl else _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{at}" '
        f'viewBox="0 0 {_WIDTH} {at}" role="img" lang="{language.value}">\n'
        f"<title>{escape(heading)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{_WIDTH}" height="{at}"/>\n'
        f'<line x1="{axis}" y1="{top - _LINE}" x2="{axis}" y2="{at - _LINE}"/>\n'
        + _text(start, _MARGIN + 4, heading, "start", "head", is_rtl=is_rtl)
        + "\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _lines(event: Citation, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the lines of an event with their class: the headline and who reported it."""
    for line in wrap(safe(title(event, language)), _CHARACTERS):
        yield line, "event"
    names = [agency(event.source, event.via, language)]
    names += [agency(other.source, "", language) for other in event.also_in]
    outlets = list(dict.fromkeys(filter(None, names)))
    if outlets:
        number = localize_digits(event.number, language)
        yield f"[{number}] {' · '.join(outlets)}", "outlet"


def _text(x: int, y: int, text: str, anchor: str, kind: str, *, is_rtl: bool) -> str:
    """Return a line of text; "start" is where lines of its direction begin."""
    direction = ' direction="rtl"' if is_rtl else ""
    return (
        f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}"{direction}>'
        f"{escape(text)}</text>"
    )
