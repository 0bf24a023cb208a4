"""Text of others made safe for a terminal, measured, wrapped and put in reading order.

Left-to-right runs in right-to-left lines are isolated after UAX #9; for terminals that do not
reorder, lines are shaped and reordered here.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from functools import cache, partial
from types import ModuleType


class Bidi(StrEnum):
    """The setting: who reorders right-to-left text."""

    AUTO = "auto"
    TERMINAL = "terminal"
    REORDER = "reorder"


_LRI, _RLI, _PDI = "\u2066", "\u2067", "\u2069"
_READ_FOR_DIRECTION = 500
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Kept: the joiners, which Persian spelling needs, and the two marks, which move nothing.
_KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f")
_SPACES = frozenset("\t\f\u2028\u2029\x85")

# Letters read left to right (Latin, Greek, Cyrillic, Indic, East Asian) and right to left
# (Hebrew, Arabic and kin, with their marks and joiners), and the digits of the latter, which
# have no direction.
_LTR = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f"
_LTR += "\u0900-\u1dbf\u1e00-\u1fff\u2c00-\u2def\u3005-\ud7a3\uf900-\ufaff"
_RTL = "\u0590-\u060b\u0610-\u065f\u066e-\u06ef\u06fa-\u08ff"
_RTL += "\ufb1d-\ufdff\ufe70-\ufefc\u200c\u200d"
_DIGITS = "\u0660-\u0669\u06f0-\u06f9"
_JOINTS = "-\u2010-\u2014 .,:;/'\u2019&+_#?=~@%|\u060c\u061b\u066b\u066c"
_JOINTS_OF_VALUE = "-,./:\u060c"
# Subtle: after an Arabic letter rule W2 makes 2023-06-09 Arabic numbers, between which a hyphen
# does not bind (W4), so the date is shown as 09-06-2023; an isolate starts without that letter.
# A run takes the sign of a command or option with it, as in "/help" and "--debug". Brackets
# belong to it when they open with a letter, as in "Su-35 (Flanker)", but not in "[1]". So does what
# an argument is set to, in whatever script: "/only source=مهر lang=fa" is read from left to right.
_LTR_RUN = re.compile(
    rf"(?:(?<!\S)[-/@#]{{1,2}}|(?<![0-9])[0-9]++[-. ]?)?[{_LTR}]"
    rf"(?:[{_LTR}0-9]|[{_JOINTS}]+(?=[{_LTR}0-9])|[{_JOINTS}]*[(\[][{_LTR}][{_LTR}0-9{_JOINTS}]*[)\]]"
    rf"|=[{_RTL}{_DIGITS}](?:[{_JOINTS_OF_VALUE}]?[{_RTL}{_DIGITS}])*+)*"
    r"|(?<![0-9])[0-9]++(?:[-\u2013./:,][0-9]+)+"
    rf"|(?<![{_DIGITS}])[{_DIGITS}]++(?:[-\u2013./:,\u066b\u066c][{_DIGITS}]+)+"
)
# Likewise in a left-to-right line rule W7 would pull the day of a Persian date to the left of it.
_RTL_RUN = re.compile(
    rf"[{_RTL}{_DIGITS}](?:[{_RTL}{_DIGITS}0-9]|[{_JOINTS}]+(?=[{_RTL}{_DIGITS}]))*"
)


_ADDRESS = re.compile(r"(?<!\S)\S*?\bhttps?://\S+")


def safe(text: str) -> str:
    """Return `text` with nothing left that a terminal would obey.

    Control characters (escape sequences, C1, NUL), lone surrogates and unassigned formats are
    shown as U+FFFD; bidi embeddings, overrides and isolates, tags and other invisible
    characters are removed. Line feeds stay; every other break becomes a space.
    """
    return "".join(map(_safe_char, text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    r"""Return what names a file or an address with its line feeds shown, as `\n`.

    In a list of names each should be one line, for nobody to forge another with a name.
    """
    return text.replace("\r\n", "\n").replace("\n", "\\n")


@cache
def _safe_char(char: str) -> str:
    """Map one character; cached, since an alphabet is small and categories are slow."""
    if char == "\n" or char in _KEPT_FORMATS:
        return char
    if char in _SPACES:
        return " "
    match unicodedata.category(char):
        case "Cc" | "Cs":
            return _REPLACEMENT
        case "Cf":
            return ""
        case _:
            return char


def is_rtl(text: str) -> bool:
    """Tell whether the first letter with a direction is read right to left (UAX #9, P2)."""
    for char in text:
        match unicodedata.bidirectional(char):
            case "R" | "AL":
                return True
            case "L":
                return False
    return False


def reads_rtl(text: str) -> bool:
    """Tell whether most letters of a text are read right to left.

    Not the first letter, as in UAX #9: a Persian sentence may begin with "Su-35".
    """
    counts = [0, 0]
    for char in text[:_READ_FOR_DIRECTION]:
        match unicodedata.bidirectional(char):
            case "R" | "AL":
                counts[1] += 1
            case "L":
                counts[0] += 1
    return counts[1] > counts[0]


def isolate(line: str, *, rtl: bool) -> str:
    """Wrap each run that is read against the direction of its line in an isolate.

    A right-to-left line is wrapped whole too, which gives it its direction where a terminal
    takes every line for left-to-right.
    """
    inner = isolate_runs(line, rtl=rtl)
    return f"{_RLI}{inner}{_PDI}" if rtl and line else inner


def isolate_runs(line: str, *, rtl: bool) -> str:
    """Wrap only those runs, for where the line's direction is settled otherwise."""
    runs, mark = (_LTR_RUN, _LRI) if rtl else (_RTL_RUN, _RLI)
    return runs.sub(lambda run: f"{mark}{run[0]}{_PDI}", line)


def width_of(text: str) -> int:
    """Count terminal cells after UAX #11; combining and invisible characters take none."""
    return int(_wcwidth().width(text, control_codes="ignore"))


def wrap(text: str, width: int) -> list[str]:
    """Break `text` at spaces into lines of at most `width` cells; too long words are cut.

    Line feeds stay breaks; an empty text is one empty line. No grapheme is cut, and no web address:
    one that is too long has a line of its own, so that it can be clicked and copied.
    """
    fit = partial(
        _wcwidth().wrap,
        width=width,
        control_codes="ignore",
        expand_tabs=False,
        replace_whitespace=False,
        break_on_hyphens=False,
        propagate_sgr=False,
    )
    lines: list[str] = []
    for paragraph in text.split("\n"):
        rows, rest = [], paragraph
        for word in _ADDRESS.findall(paragraph):
            if width_of(word) > width:
                before, _, rest = rest.partition(word)
                rows += [*fit(before.rstrip()), word]
                rest = rest.lstrip()
        rows += fit(rest)
        lines += rows or [""]
    return lines


@cache
def _wcwidth() -> ModuleType:
    """Load the library: 20 ms that only a terminal needs."""
    import wcwidth

    return wcwidth


def reorder(line: str, *, rtl: bool) -> str:
    """Shape one line's Arabic letters and put all of it in the order seen from the left.

    Only for lines that fit the screen: a terminal would break a longer one at the wrong end.
    """
    if not rtl and not _RTL_RUN.search(line):
        return line
    isolated = isolate(line, rtl=rtl)
    visual = _visual_order()(_mirror(isolated) if rtl else isolated, "R" if rtl else "L")
    shown = "".join(char for char in visual if unicodedata.category(char) != "Cf")
    return _REVERSED_MARKS.sub(lambda found: found[2] + found[1][::-1], shown)


# The library leaves rules L3 and L4 to us (https://github.com/MeirKriheli/python-bidi/issues/25):
# marks follow their letter, and what opens to the right opens to the left. Subtle: every run
# read left to right is an isolate by now, so exactly what stands outside of them is mirrored.
_REVERSED_MARKS = re.compile("([\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc]+)(.)")
_ISOLATE = re.compile(f"{_LRI}[^{_LRI}{_PDI}]*{_PDI}")
_MIRRORED = str.maketrans("()[]{}<>«»‹›≤≥", ")(][}{><»«›‹≥≤")


def _mirror(isolated: str) -> str:
    """Swap paired signs of a right-to-left line outside its left-to-right runs."""
    kept = _ISOLATE.findall(isolated)
    outside = (part.translate(_MIRRORED) for part in _ISOLATE.split(isolated))
    return "".join(map("".join, zip(outside, [*kept, ""], strict=True)))


@cache
def _visual_order() -> Callable[[str, str], str]:
    """Load the two libraries, here because only terminals without bidi pay for them."""
    from arabic_reshaper import ArabicReshaper  # type: ignore[import-untyped]
    from bidi import get_display  # type: ignore[import-untyped]

    reshaper = ArabicReshaper({"delete_harakat": False, "support_zwj": True})
    return lambda line, direction: get_display(reshaper.reshape(line), base_dir=direction)
