"""Text of a PDF page as paragraphs in reading order, from the places of its glyphs.

Run as a program: it answers requests on stdin in a process of its own, whose memory and processor
time are limited, since a hostile PDF can make any library crash, hang, or unpack gigabytes. It
imports nothing else of this package, so that it starts in a quarter of a second.

The order in which a PDF draws its glyphs is not the order of reading (Persian is drawn from the
left, from the right, or in pieces), so only the places count: glyphs make segments, segments
columns and lines, lines paragraphs, and each line is put in logical order after UAX #9 turned
round. Presentation forms become letters, with the joiner that their forms show.

A request is a length (8 bytes) and a PDF; an answer is a line of JSON: `error` and perhaps
`detail`, or `title`, `edges` (running heads and feet), `faults` (numbers of pages that hold only
pictures, letters without a code, or are broken), and `pages`: each a list of `Paragraph`s.
"""

import ctypes
import json
import re
import resource
import sys
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from itertools import groupby, pairwise
from math import ceil, hypot, pi
from statistics import median

import pypdfium2
from pypdfium2 import raw

MAX_PAGES = 2_000
MEMORY_BYTES = 1536 * 1024**2  # of address space; a broadsheet page takes 0.2 GB
_MAX_GLYPHS = 100_000  # of a page; a broadsheet has 30,000
_MAX_UNKNOWN = 0.2  # of the glyphs of a page; beyond, what is known makes no words
_MAX_TEXT = 4_000_000  # characters of a file
_SECONDS = 4  # of processor time for a file
_PAGE_SECONDS = 2  # and for each page; a broadsheet of 30,000 glyphs takes 0.6
_MAX_SECONDS = 600
_MAX_ANGLE = 0.1  # radians; a text that is turned is no part of the report
_NO_TEXT = frozenset(("Cc", "Cn", "Co", "Cs"))

_WORD_GAP = 0.15  # of these and the following sizes the unit is the em, the size of the type
_SEGMENT_GAP = 0.6
_MARKED = 0.5  # width of a letter with a mark
_MIN_ROWS = 4  # of columns
_MIN_COLUMN = 7
_MIN_FILL = 0.5  # of the width of a column, else it is one of a table
_EDGE_ROWS = 3
_SHORT = 4  # pages
_MAX_EDGES = 50
_LARGER = 1.12  # times the size of the type
_ALIKE = 0.8  # of the width of a column

_RTL = re.compile(
    "[\u0590-\u05ff\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u08ff]"
)
_ENDS = re.compile(r"[.!?؟:…۔][»\"”)\]]*\s*\Z")
_DIVIDED = re.compile(r"[a-zß-öø-ÿ][-\u00ad\u2010]\Z")
_NUMBER = re.compile(r"\W{0,5}\d{1,4}\W{0,5}")
_DIGITS = re.compile(r"\d+")
# The foot of each page that a browser printed.
_PRINTED = re.compile(r"(?:\d{1,4}/\d{1,4} )?(?:https?|file):/\S++(?: \d{1,4}/\d{1,4})?")
# A closing bracket that opens, or an opening one that closes: some writers mirror them, others not.
_TURNED_BRACKET = re.compile(r"(?<![^\s(\[«])[)\]»](?=\w)|(?<=[\w.!؟،%])[(\[«](?!\w)")
_MIRROR = str.maketrans("()[]«»", ")(][»«")
_IN_NUMBERS = frozenset(".,:/٫٬،")
_DUAL = frozenset("بپتثجچحخسشصضطظعغفقکكگلمنهيیىئ")  # letters that join to both sides
_FEW = 3
_WHOLE_WORDS = ("لا", "لأ", "لإ", "لآ", "الله", "ریال", "ريال")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph: its text ("" where unknown), and its place from the left and bottom, in points."""

    text: str
    x: float
    right: float
    y: float
    em: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a segment of one, in logical order.

    Attributes:
        zone: Number of the column it stands in, in reading order.
    """

    text: str
    x: float
    right: float
    y: float
    em: float
    is_rtl: bool
    zone: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        width: Of its column.
        begins: Whether it begins below another or with an indent.
        goes_on: Whether it ends with a column, and not with a sentence.
    """

    text: str
    em: float
    width: float
    begins: bool
    goes_on: bool


def lines_of(glyphs: list[Glyph], widths: "Widths") -> list[Line]:
    """Return the lines of a page in reading order.

    Args:
        widths: Those of the pages before; the page's own are added.
    """
    rows: list[tuple[int, bool, list[Glyph], list[Glyph]]] = []
    for zone, members in enumerate(_zones(_segments(glyphs))):
        n_rtl = sum(len(_RTL.findall(_text(segment))) for segment in members)
        n_ltr = sum(char.isalpha() for segment in members for char in _text(segment)) - n_rtl
        for row in _rows(members):
            line = [glyph for segment in row for glyph in segment]
            rows.append((zone, n_rtl > n_ltr, line, logical(line, is_rtl=n_rtl > n_ltr)))
    for _, is_rtl, _, ordered in rows:
        if is_rtl:
            widths.add(ordered)
    found: list[Line] = []
    for zone, is_rtl, line, ordered in rows:
        text = " ".join((widths.joined(ordered) if is_rtl else _text(ordered)).split())
        if text:
            em = Counter(round(glyph.em, 1) for glyph in line).most_common(1)[0][0]
            x, right = min(glyph.x for glyph in line), max(glyph.right for glyph in line)
            found.append(Line(text, x, right, line[0].y, em, is_rtl, zone))
    return found


_Segment = list[Glyph]  # of one row, without a gap as wide as that between columns
_Place = tuple[float, float, float]  # left, right and height of a segment


def _text(segment: _Segment) -> str:
    return "".join(glyph.text for glyph in segment)


def _segments(glyphs: list[Glyph]) -> list[_Segment]:
    """Join glyphs of the same height that are near to each other."""
    segments: list[_Segment] = []
    for row in _rows([[glyph] for glyph in glyphs]):
        right = 0.0
        for glyph in sorted((glyph for one in row for glyph in one), key=lambda one: one.x):
            if not segments or right == 0.0 or glyph.x - right > _SEGMENT_GAP * glyph.em:
                segments.append([])
                right = 0.0
            segments[-1].append(glyph)
            right = max(right, glyph.right)
    return segments


def _rows(segments: list[_Segment]) -> Iterator[list[_Segment]]:
    """Yield what stands on one line, from the top."""
    row: list[_Segment] = []
    for segment in sorted(segments, key=lambda one: -one[0].y):
        if row and row[0][0].y - segment[0].y > 0.35 * max(row[0][0].em, segment[0].em):
            yield row
            row = []
        row.append(segment)
    if row:
        yield row


def _zones(segments: list[_Segment]) -> Iterator[list[_Segment]]:
    """Yield the segments of each column in reading order: above, columns, below."""
    waiting = [segments]
    while waiting:
        members = waiting.pop()
        if not members:
            continue
        parts = _split(members)
        if parts is None:
            yield members
        else:
            waiting += reversed(parts)


def _split(segments: list[_Segment]) -> list[list[_Segment]] | None:
    """Cut at the gutter with the most rows on both sides; None where there is no column."""
    em = median(segment[0].em for segment in segments)
    places = [(one[0].x, max(glyph.right for glyph in one), one[0].y) for one in segments]
    best_score, best = _MIN_ROWS - 1, None
    for start in {ceil(right / em * 3) for _, right, _ in places}:
        gutter = start * em / 3, (start + 1) * em / 3
        crossing = sorted(-y for x, right, y in places if x < gutter[1] and right > gutter[0])
        bands: dict[int, tuple[list[_Place], list[_Place]]] = {}
        for x, right, y in places:
            if x >= gutter[1] or right <= gutter[0]:
                sides = bands.setdefault(bisect(crossing, -y), ([], []))
                sides[x >= gutter[1]].append((x, right, y))
        for band, sides in bands.items():
            score = min(_filled_rows(side, em) for side in sides)
            if score > best_score:
                best_score, best = score, (gutter, crossing, band)
    if best is None:
        return None
    gutter, crossing, band = best
    n_rtl = sum(bool(_RTL.search(_text(segment))) for segment in segments)
    parts: list[list[_Segment]] = [[], [], [], []]
    for segment, (x, right, y) in zip(segments, places, strict=True):
        is_crossing = x < gutter[1] and right > gutter[0]
        # Subtle: those crossing above the band have numbers below it, the band's own those above.
        place = bisect(crossing, -y) - (1 if is_crossing else 0)
        if place < band:
            parts[0].append(segment)
        elif place > band or is_crossing:
            parts[3].append(segment)
        else:
            is_first = (x >= gutter[1]) == (n_rtl > len(segments) / 2)
            parts[1 if is_first else 2].append(segment)
    return parts


def _filled_rows(side: list[_Place], em: float) -> int:
    """Return the number of rows of a side of a gutter, 0 where it is no column of text."""
    if not side:
        return 0
    width = max(end for _, end, _ in side) - min(x for x, _, _ in side)
    rows = len({round(y / em * 2) for _, _, y in side})
    filled = sum(end - x for x, end, _ in side) / rows
    return rows if width >= _MIN_COLUMN * em and filled >= _MIN_FILL * width else 0


def logical(line: list[Glyph], *, is_rtl: bool) -> list[Glyph]:
    """Return the glyphs of a line in logical order, with spaces where there are gaps.

    Args:
        is_rtl: Direction of the text around; a line of one direction has its own.
    """
    placed: list[Glyph] = []
    mark = ""
    for glyph in sorted(line, key=lambda one: (one.x, one.right)):
        last = placed[-1] if placed else None
        if last is not None and glyph.text == last.text and glyph.x - last.x < 0.1 * glyph.em:
            continue  # bold by printing twice
        if glyph.text and unicodedata.combining(glyph.text[0]):
            if last is not None and glyph.x < last.right - 0.05 * glyph.em:
                placed[-1] = _marked(last, glyph.text)
            else:
                mark = glyph.text
            continue
        if last is not None and glyph.x - last.right > _WORD_GAP * glyph.em:
            placed.append(replace(glyph, text=" ", x=last.right, right=glyph.x))
        placed.append(_marked(glyph, mark) if mark else glyph)
        mark = ""
    kinds = "".join(_kind(glyph.text) for glyph in placed)
    is_rtl = "R" in kinds and ("L" not in kinds or is_rtl)
    return [placed[at] for at in turned(kinds, is_rtl=is_rtl)]


def _marked(glyph: Glyph, mark: str) -> Glyph:
    """Return a letter with its mark; its box may be of the mark alone."""
    right = max(glyph.right, glyph.x + _MARKED * glyph.em)
    return replace(glyph, text=glyph.text + mark, right=right)


def _kind(piece: str) -> str:
    """Return R or L for letters, N for digits, S for what binds digits, O for others."""
    char = piece[:1]
    if _RTL.match(char):
        return "R"
    if char.isdigit():
        return "N"
    if char.isalpha():
        return "L"
    return "S" if char in _IN_NUMBERS else "O"


_LTR_RUN = re.compile(r"L(?:[LNSO]*[LN])?|N(?:N|SN)*+")
_RTL_RUN = re.compile(r"R(?:[RNSO]*R)?")


def turned(kinds: str, *, is_rtl: bool) -> list[int]:
    """Return the logical order of pieces, of which `kinds` gives each one's `_kind` from the left.

    What UAX #9 does, turned round; exact but for numbers beside Latin words.
    """
    if not is_rtl:
        order = list(range(len(kinds)))
        for run in _RTL_RUN.finditer(kinds):
            inner = turned(run[0], is_rtl=True)
            order[run.start() : run.end()] = [run.start() + at for at in inner]
        return order
    order, end = [], len(kinds)
    for run in reversed(list(_LTR_RUN.finditer(kinds))):
        order += [*reversed(range(run.end(), end)), *range(run.start(), run.end())]
        end = run.start()
    return order + list(reversed(range(end)))


class Widths:
    """Widths of Arabic letters within a word and at its end, to find joiners that have no glyph.

    «می‌شود» is drawn with the final form of ی, which is wider than the form that is joined. A
    width that a letter has at ends of words only, while it has another within them, shows an end.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, bool, int, bool]] = Counter()

    def add(self, line: list[Glyph]) -> None:
        """Count the letters of a line in logical order."""
        for _, (letter, is_joined, width), is_end in self._letters(line):
            self._counts[letter, is_joined, width, is_end] += 1

    def joined(self, line: list[Glyph]) -> str:
        """Return the text of a line in logical order, with joiners."""
        ends = {
            at + 1
            for at, form, is_end in self._letters(line)
            if not is_end and self._is_final(*form)
        }
        return "".join(
            f"\u200c{glyph.text}" if at in ends else glyph.text for at, glyph in enumerate(line)
        )

    def _letters(self, line: list[Glyph]) -> Iterator[tuple[int, tuple[str, bool, int], bool]]:
        """Yield the letters that join to both sides: place, form, and whether the word ends."""
        before = ""
        for at, glyph in enumerate(line):
            if glyph.text in _DUAL:
                after = line[at + 1].text[:1] if at + 1 < len(line) else ""
                width = round((glyph.right - glyph.x) / glyph.em * 40)
                yield at, (glyph.text, before in _DUAL, width), not _RTL.match(after)
            before = glyph.text

    def _is_final(self, letter: str, is_joined: bool, width: int) -> bool:  # noqa: FBT001  # a key
        counts = self._counts
        at_end, within = (counts[letter, is_joined, width, is_end] for is_end in (True, False))
        if at_end < _FEW or 3 * at_end < within:
            return False
        others = (width + by for by in range(-40, 41) if abs(by) > 1)
        joined = ((counts[letter, is_joined, other, False], other) for other in others)
        count, other = max(joined)  # the form within words
        return count >= max(_FEW, within / 3) and count > 5 * counts[letter, is_joined, other, True]


def without_edges(pages: list[list[Line]]) -> tuple[list[list[Line]], list[str]]:
    """Take running heads, running feet and page numbers out, and return those that were there.

    Of a page printed by a browser they are its title, the day of printing, and the address.
    """
    needed = 2 if len(pages) <= _SHORT else 3
    gone: list[str] = []
    for is_top in (False, True):
        for _ in range(_EDGE_ROWS):
            edges = [_edge(lines, is_top=is_top) for lines in pages]
            keys = [_DIGITS.sub("#", _row_text(edge)) for edge in edges]
            counts = Counter(keys)
            before = len(gone)
            for number, (edge, key) in enumerate(zip(edges, keys, strict=True)):
                text = _row_text(edge)
                is_printed = is_top and not _ and any(map(_PRINTED.fullmatch, gone))
                is_repeated = len(pages) > 1 and counts[key] >= needed
                if edge and (
                    is_repeated or is_printed or _NUMBER.fullmatch(text) or _PRINTED.fullmatch(text)
                ):
                    gone.append(text)
                    pages[number] = [line for line in pages[number] if line not in edge]
            if len(gone) == before:
                break
    return pages, list(dict.fromkeys(gone))[:_MAX_EDGES]


def _edge(lines: list[Line], *, is_top: bool) -> list[Line]:
    """Return the lines of the first or last row of a page, if it stands off from the others."""
    if not lines:
        return []
    heights = sorted({round(line.y) for line in lines}, reverse=True)
    gaps = [above - below for above, below in pairwise(heights)]
    y, gap = (heights[0], gaps[:1]) if is_top else (heights[-1], gaps[-1:])
    row = [line for line in lines if abs(line.y - y) < 0.5 * line.em]
    usual = median(line.em for line in lines)
    far = min(1.3 * median(gaps), 3 * usual) if gaps else 0.0
    is_off = not gap or gap[0] > far or not _is_like(row[0].em, usual)
    return row if is_off else []


def _row_text(row: list[Line]) -> str:
    return " ".join(line.text for line in sorted(row, key=lambda line: line.x))


def paragraphs_of(lines: list[Line]) -> list[Paragraph]:
    """Join the lines of a page into paragraphs, on from one column to the next."""
    found: list[Paragraph] = []
    for _, members in groupby(lines, key=lambda line: line.zone):
        zone = list(members)
        leading = [(a.y - b.y) / b.em for a, b in pairwise(zone) if _is_like(a.em, b.em)]
        usual = median(leading) if leading else 0.0
        x, right = min(line.x for line in zone), max(line.right for line in zone)
        start = 0
        for at in range(1, len(zone) + 1):
            if at < len(zone) and not _breaks(zone[at - 1], zone[at], usual, x, right):
                continue
            first, last = zone[start], zone[at - 1]
            text = joined(line.text for line in zone[start:at])
            if last.is_rtl:
                text = _TURNED_BRACKET.sub(lambda one: one[0].translate(_MIRROR), text)
            indent = right - first.right if first.is_rtl else first.x - x
            is_full = at == len(zone) and _missing(last, x, right) < 2 * last.em
            goes_on = is_full and _ENDS.search(text) is None
            paragraph = Paragraph(text, last.em, right - x, start > 0 or indent > last.em, goes_on)
            if found and found[-1].goes_on and follows(found[-1], paragraph):
                text = joined((found.pop().text, text))
                paragraph = replace(paragraph, text=text)
            found.append(paragraph)
            start = at
    return found


def follows(before: Paragraph, after: Paragraph) -> bool:
    """Tell whether a paragraph goes on at the head of the next column or page."""
    is_alike = _ALIKE * before.width < after.width < before.width / _ALIKE
    return before.goes_on and not after.begins and is_alike and _is_like(before.em, after.em)


def _is_like(a: float, b: float) -> bool:
    return max(a, b) < _LARGER * min(a, b)


def _missing(line: Line, x: float, right: float) -> float:
    """Return how far a line ends before the end of its column."""
    return line.x - x if line.is_rtl else right - line.right


def _breaks(a: Line, b: Line, usual: float, x: float, right: float) -> bool:
    """Tell whether a line begins a paragraph."""
    missing, indent = _missing(a, x, right), (a.right - b.right if b.is_rtl else b.x - a.x)
    first_word = len(b.text.partition(" ")[0]) * (b.right - b.x) / len(b.text)
    had_room = missing > first_word + 0.5 * a.em
    is_end = _ENDS.search(a.text) is not None
    return (
        not _is_like(a.em, b.em)
        or a.y - b.y > 1.3 * usual * b.em
        or (had_room and (is_end or missing > 0.3 * (right - x)))
        or (0.8 * b.em < indent < 5 * b.em and (is_end or had_room))
    )


def joined(texts: Iterable[str]) -> str:
    """Join lines, and Latin words that were divided with a hyphen."""
    out = ""
    for text in texts:
        is_divided = _DIVIDED.search(out[-2:]) and text[:1].islower()
        out = out[:-1] + text if is_divided else f"{out} {text}" if out else text
    return out


def glyphs_of(page: pypdfium2.PdfPage) -> list[Glyph]:
    """Return the upright glyphs of a page.

    Raises:
        ValueError: If there are too many.
    """
    text = page.get_textpage()
    count = text.count_chars()
    if count > _MAX_GLYPHS:
        msg = f"more than {_MAX_GLYPHS:,} characters on a page"
        raise ValueError(msg)
    turn = page.get_rotation()
    x, y, box, matrix = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF(), raw.FS_MATRIX()
    found: list[Glyph] = []
    for at in range(count):
        is_hyphen = raw.FPDFText_IsHyphen(text, at) == 1
        char = "-" if is_hyphen else chr(raw.FPDFText_GetUnicode(text, at))
        angle = raw.FPDFText_GetCharAngle(text, at) + turn * pi / 180  # clockwise, both
        is_known = raw.FPDFText_HasUnicodeMapError(text, at) != 1
        if char.isspace() or abs((angle + pi) % (2 * pi) - pi) > _MAX_ANGLE:
            continue
        is_known = is_known and unicodedata.category(char) not in _NO_TEXT and char != "\ufffd"
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        raw.FPDFText_GetLooseCharBox(text, at, box)
        raw.FPDFText_GetMatrix(text, at, matrix)
        em = raw.FPDFText_GetFontSize(text, at) * hypot(matrix.c, matrix.d)
        left, right, base = {
            0: (x.value, box.right, y.value),
            90: (y.value, box.top, -x.value),
            180: (-x.value, -box.left, -y.value),
            270: (-y.value, -box.bottom, x.value),
        }[turn]
        char = char if is_known else ""
        place = Glyph(char, left, max(left, right), base, max(em, 1.0))
        last = found[-1] if found else place
        if is_known and found and (last.x, last.right, last.y) == (left, place.right, base):
            found[-1] = replace(place, text=last.text + char)
        else:
            found.append(place)
    return [replace(one, text=_of_cluster(one.text)) if len(one.text) > 1 else one for one in found]


def _of_cluster(text: str) -> str:
    """Return the text of a glyph of several letters, which PDFium turned round.

    It does not where it made them of a presentation form: these are known.
    """
    if text in _WHOLE_WORDS or not _RTL.search(text):
        return text
    return "".join(text[at] for at in turned("".join(map(_kind, text)), is_rtl=True))


def answer(data: bytes) -> dict[str, object]:
    """Return what a PDF holds, as the module says."""
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        return {"error": "password" if error.err_code == raw.FPDF_ERR_PASSWORD else "broken"}
    if count > MAX_PAGES:
        return {"error": "too_long", "detail": f"{count:,} pages; at most {MAX_PAGES:,} are read"}
    _allow_seconds(min(_SECONDS + _PAGE_SECONDS * count, _MAX_SECONDS))
    pages: list[list[Line]] = []
    widths = Widths()
    faults: Counter[str] = Counter()
    left = _MAX_TEXT
    for number in range(count):
        lines: list[Line] = []
        try:
            page = document[number]
            glyphs = glyphs_of(page)
            unknown = sum(not glyph.text for glyph in glyphs)
            if unknown > _MAX_UNKNOWN * len(glyphs):
                faults["unknown"] += 1
            elif glyphs:
                lines = lines_of(glyphs, widths)
            elif raw.FPDFPage_CountObjects(page) > 0:
                faults["pictures"] += 1
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            faults["broken"] += 1
        left -= sum(len(line.text) for line in lines)
        if left < 0:
            return {"error": "too_long", "detail": f"more than {_MAX_TEXT:,} characters"}
        pages.append(lines)
    title = document.get_metadata_value("Title")
    pages, edges = without_edges(pages)
    found = [[astuple(one) for one in paragraphs_of(lines)] for lines in pages]
    return {"title": title, "edges": edges, "faults": faults, "pages": found}


def _allow_seconds(seconds: int) -> None:
    """End this process when it takes more processor time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def main() -> None:
    """Answer requests until there are no more."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := requests.read(8):
        data = requests.read(int.from_bytes(head, "big"))
        _allow_seconds(_SECONDS)
        answers.write(json.dumps(answer(data)).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY_BYTES if most == resource.RLIM_INFINITY else min(most, MEMORY_BYTES)
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    main()
