"""Layout of a reply's lines for a terminal, file or pipe: width, colour, right-to-left order.

Every text passes `direction.safe` here, so nothing from an article can control a terminal.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.texts.direction import is_rtl, isolate, reorder, safe, width_of, wrap


class Order(StrEnum):
    """How right-to-left text is written."""

    LOGICAL = "logical"  # as it is stored: files, pipes
    ISOLATED = "isolated"  # for terminals that reorder
    TOLD = "told"  # for terminals that reorder and can be told the direction of each line
    VISUAL = "visual"  # for terminals that do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What the receiving end can show; the default is a file or a pipe.

    Attributes:
        width: Cells in a line, or None where lines are never broken.
        has_colour: Whether ANSI styles are understood.
        order: Who puts right-to-left text in reading order.
    """

    width: int | None = None
    has_colour: bool = False
    order: Order = Order.LOGICAL


class Kind(StrEnum):
    """What a line is, from which its style follows."""

    HEADING = "heading"
    QUOTE = "quote"
    HEADLINE = "headline"
    DETAIL = "detail"
    ADDRESS = "address"
    NOTICE = "notice"
    BODY = "body"
    MARKED = "marked"


@dataclass(frozen=True, slots=True)
class Line:
    """One line or paragraph of a reply, before it is fitted to a screen.

    `rtl` is its direction; None takes that of each paragraph's first letter.
    """

    kind: Kind
    text: str
    indent: int = 0
    rtl: bool | None = None


BLANK = Line(Kind.BODY, "")

_MARK = "\N{LEFT HALF BLOCK} "
_STYLES = {
    Kind.HEADING: "\x1b[1m",
    Kind.HEADLINE: "\x1b[1m",
    Kind.DETAIL: "\x1b[2m",
    Kind.ADDRESS: "\x1b[4m",
    Kind.MARKED: "\x1b[1;33m",
}
_RESET = "\x1b[0m"

# Modes of a line: its first letter tells its direction, or else CSI 1 or 2 SPACE k does.
# Source: https://terminal-wg.pages.freedesktop.org/bidi/recommendation/escape-sequences.html
FIND_DIRECTION = "\x1b[?2501h"
TAKE_DEFAULT_DIRECTION = "\x1b[?2501l\x1b[0 k"


def paint(lines: Iterable[Line], screen: Screen) -> str:
    """Return the lines as one text, each ended by a line feed."""
    text = "".join(f"{row}\n" for line in lines for row in rows_of(line, screen))
    # Nothing of ours is left on, whatever becomes of this process.
    return text + TAKE_DEFAULT_DIRECTION if text and screen.order is Order.TOLD else text


def rows_of(line: Line, screen: Screen) -> Iterator[str]:
    """Yield a line as rows of the screen."""
    margin = _MARK if line.kind is Kind.MARKED else " " * line.indent
    style = _STYLES.get(line.kind) if screen.has_colour else None
    for paragraph in safe(line.text).split("\n"):
        rtl = is_rtl(paragraph) if line.rtl is None else line.rtl
        rows = [paragraph]
        if screen.width is not None and line.kind is not Kind.ADDRESS:
            # Addresses stay whole so that they can be clicked.
            rows = wrap(paragraph, max(screen.width - len(margin), 10))
        for row in rows:
            placed = _place(row, margin, screen, rtl=rtl)
            # Behind the indentation, which would be underlined together with an address.
            text = placed.lstrip(" ")
            gap = placed[: len(placed) - len(text)]
            styled = f"{gap}{style}{text}{_RESET}" if style and text else placed
            yield _direction(row, rtl=rtl) + styled if screen.order is Order.TOLD else styled


def _direction(row: str, *, rtl: bool) -> str:
    """Return what tells a terminal the direction of a row, whose first letter may mislead it."""
    if is_rtl(row) == rtl:
        return FIND_DIRECTION
    return f"\x1b[?2501l\x1b[{2 if rtl else 1} k"


def _place(row: str, margin: str, screen: Screen, *, rtl: bool) -> str:
    """Order one row behind its margin, at the right edge if we reorder."""
    match screen.order:
        case Order.LOGICAL | Order.TOLD:
            return f"{margin}{row}".rstrip(" ")
        case Order.ISOLATED:
            return f"{margin}{isolate(row, rtl=rtl)}".rstrip(" ")
        case Order.VISUAL:
            visual = reorder(row, rtl=rtl)
            if not rtl:
                return f"{margin}{visual}".rstrip(" ")
            gap = (screen.width or 0) - width_of(visual) - len(margin)
            return " " * gap + visual + margin[::-1].rstrip(" ")
    assert_never(screen.order)


def takes_direction(environ: Mapping[str, str]) -> bool:
    """Tell terminals that can be told the direction of a line: GNOME's, Xfce's and others on VTE.

    They put isolates aside, and every line that they are not told of is left-to-right. What was
    started in one, such as xterm or tmux, has its VTE_VERSION too.
    """
    inner = "TMUX" in environ or "STY" in environ or lacks_bidi(environ)
    return "VTE_VERSION" in environ and not inner


def lacks_bidi(environ: Mapping[str, str]) -> bool:
    """Tell terminals sure to show letters in the order they come, by what they export.

    Only the sure ones (Alacritty, foot, st, xterm, the Linux console), because text reordered
    twice is worse than text not reordered; inside tmux or screen nothing is sure.
    Source: https://terminal-wg.pages.freedesktop.org/bidi/ (survey of terminals).
    """
    if "TMUX" in environ or "STY" in environ:
        return False
    is_named = any(name in environ for name in ("ALACRITTY_WINDOW_ID", "XTERM_VERSION"))
    return is_named or environ.get("TERM", "").startswith(("alacritty", "foot", "linux", "st-"))
