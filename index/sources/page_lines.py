"""Lines of a saved page's text, each told by what it holds: report, date, code, or frame.

A line of the frame is told by its exact words, since a rule that is wrong loses report. What may
be report as well («منبع: رویترز», «ایتا») counts as frame only where a page has it: labels above
the report of a page that states a date or code, names of networks below a line of the frame.

Does not: tell where the report begins or ends; `page_text` does.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from index.sources import outlets
from index.text.clean import clean
from index.text.dates import parse
from index.types import Moment, Span

_MAX_HEADLINE = 200
_PARAGRAPH = 80  # a line this long belongs to the report, not to the head of the page
_MAX_FRAME = 2_000  # lines at either end among which the frame is looked for
_MAX_BARS = 5  # between the facts of one line
_MAX_WORDS = 5  # of a tag, or of what a label states
_LEADING = " \t\ufeff\xa0\u200b\u200c\u200d\u200e\u200f"  # white space and invisible signs
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_CODE = re.compile(r"(?:کد|شناسه) ?(?:خبر|مطلب|مقاله) ?:? ?(?P<code>\d{3,20})")
_SHORT_CODE = re.compile(r"(?:کد|شناسه|شماره) ?: ?(?P<code>\d{6,20})")
_URL = re.compile(
    r"(?:لینک کوتاه ?:? ?)?(?P<url>https?://\S+)|لینک کوتاه ?:? ?(?P<bare>[\w-]+\.[\w.-]+/\S+)"
)
_END = re.compile(r"انتهای پیام ?[/.][\w*+/. ]{0,25}")
_TAGS = re.compile(
    r"(?:برچسب ?(?:ها)?|کلید ?واژه ?(?:ها)?|tags|keywords) ?: ?(?P<tags>.+)", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_BETWEEN_TAGS = re.compile(r"[،,؛;|#]")
_LABEL = re.compile(
    r"(?:گروه|سرویس|حوزه|دسته ?بندی|نویسنده|مترجم|عکاس|منبع|زمان مطالعه|(?:تعداد )?بازدید) ?: ?"
    r"(?P<value>[^:،؛]{1,40})"
)
_COUNT = re.compile(r"خبرنگار ?: ?\d+|\d+ (?:نظر|دیدگاه|بازدید)")
_PLACE = re.compile(  # where on the site the page stands
    r"(?:صفحه نخست|صفحه اصلی|خانه) ?[>»›] ?.{1,80}|[-|] ?اخبار \w+(?: \w+)? ?[-|]"
)
_FORM = re.compile(
    r"[•*· -]*(?:نظرات (?:حاوی|پس از|ارسال)|نظراتی که|دیدگاه ?های (?:ارسال|حاوی)|شما در حال پاسخ|"
    r"لطفا عدد)"
)
_NOT_A_HEADLINE = (".", "،", "؛", ",", ";", ":", "。")


class Kind(Enum):
    """What a line holds. A LABEL is frame above the report only, and may name the outlet."""

    TEXT = auto()
    DATE = auto()
    CODE = auto()
    URL = auto()
    LABEL = auto()
    FRAME = auto()
    TAIL = auto()


_Values = tuple[tuple[Kind, str | Moment], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank.

    Attributes:
        span: Its range without outer white space.
        text: What stands there.
        kind: What that is.
        values: What the line states: dates, codes, addresses, and under LABEL the outlet.
        is_list: Whether it is the heading of a list of other reports, of kind TAIL.
        is_form: Whether it is one of the rules of a comment form, of kind TEXT.
    """

    span: Span
    text: str
    kind: Kind
    values: _Values = ()
    is_list: bool = False
    is_form: bool = False

    def repeats(self, other: "Line") -> bool:
        """Tell whether it says what another line says, joiners and spaces aside."""
        return self.text == other.text or outlets.key(self.text) == outlets.key(other.text)


def lines_of(text: str) -> list[Line]:
    """Return the lines of a page's text."""
    matches = [match for match in _LINE.finditer(text) if not match[0].isspace()]
    middle = range(_MAX_FRAME, len(matches) - _MAX_FRAME)
    return _in_place([_line(match, row not in middle) for row, match in enumerate(matches)])


def is_paragraph(line: Line) -> bool:
    """Tell whether a line is too long for the head of a page, and no rule for comments."""
    return len(line.text) >= _PARAGRAPH and not line.is_form


def looks_like_headline(text: str) -> bool:
    """Tell whether a line is short and does not end as a sentence does."""
    return len(text) <= _MAX_HEADLINE and not text.endswith(_NOT_A_HEADLINE)


def _line(match: re.Match[str], may_be_frame: bool) -> Line:  # noqa: FBT001  # private
    """Tell what a line holds."""
    raw = match[0]
    start = match.start() + len(raw) - len(raw.lstrip(_LEADING))
    span = Span(start, max(start, match.start() + len(raw.rstrip())))
    text = span.cut(match.string)
    if len(text) > _MAX_HEADLINE or not may_be_frame:
        return Line(span, text, Kind.TEXT)
    kind, values = _told(text)
    if kind is Kind.TEXT and 0 < text.count("|") <= _MAX_BARS:
        kind, values = _told_in_parts(text)
    is_list = kind is Kind.TAIL and outlets.key(text) in outlets.LIST_KEYS
    is_form = kind is Kind.TEXT and bool(_FORM.match(clean(text).text))
    return Line(span, text, kind, values, is_list, is_form)


def _told_in_parts(text: str) -> tuple[Kind, _Values]:
    """Return the kind of a line of several facts, TEXT unless each is of the frame."""
    parts = [_told(part.strip()) for part in text.split("|")]
    kinds = [kind for kind, _ in parts]
    kind = Kind.CODE if Kind.CODE in kinds else Kind.DATE
    if Kind.TEXT in kinds or kind not in kinds:
        return Kind.TEXT, ()
    return kind, tuple(value for _, found in parts for value in found)


def _told(text: str) -> tuple[Kind, _Values]:
    """Return the kind of a line, or of a part of it, and what it states."""
    line, name = clean(text).text, outlets.key(text)
    code, url = _CODE.fullmatch(line), _URL.fullmatch(text)
    if code:
        return Kind.CODE, ((Kind.CODE, code["code"]),)
    if url:
        return Kind.URL, ((Kind.URL, url["url"] or f"https://{url['bare']}"),)
    published = parse(text) if _DIGIT.search(text) else None
    # A bare year or number between paragraphs is no date line.
    if published is not None and not text.strip().isdigit():
        return Kind.DATE, ((Kind.DATE, published),)
    if name in outlets.TAIL_KEYS or name in outlets.LIST_KEYS or _begins_tail(line):
        return Kind.TAIL, ()
    return (Kind.FRAME, ()) if name in outlets.FRAME_KEYS else _labelled(text, line)


def _begins_tail(line: str) -> bool:
    """Tell a signature («انتهای پیام/۱۲») and tags behind their heading from sentences."""
    tags = _TAGS.fullmatch(line)
    return bool(_END.fullmatch(line)) or bool(
        tags
        and looks_like_headline(line)
        and all(len(tag.split()) <= _MAX_WORDS for tag in _BETWEEN_TAGS.split(tags["tags"]))
    )


def _labelled(text: str, line: str) -> tuple[Kind, _Values]:
    """Tell a label from text; it may name the outlet or a code."""
    code, outlet, label = (
        _SHORT_CODE.fullmatch(line),
        outlets.masthead(line),
        _LABEL.fullmatch(line),
    )
    if code:
        return Kind.LABEL, ((Kind.CODE, code["code"]),)
    if outlet:
        return Kind.LABEL, ((Kind.LABEL, outlet.name),)
    is_short = label and looks_like_headline(line) and len(label["value"].split()) <= _MAX_WORDS
    is_label = is_short or _COUNT.fullmatch(line) or _PLACE.fullmatch(text)
    return (Kind.LABEL, ()) if is_label else (Kind.TEXT, ())


def _in_place(lines: list[Line]) -> list[Line]:
    """Take labels for text but above a report with a date or code; find where it is shared."""
    head = _head(lines)
    has_frame = any(line.kind in (Kind.DATE, Kind.CODE) for line in lines[:head])
    found: list[Line] = []
    for row, line in enumerate(lines):
        kind = line.kind
        if kind is Kind.LABEL and not (has_frame and row < head):
            kind = Kind.TEXT
        follows = kind is Kind.TEXT and found and found[-1].kind is Kind.FRAME
        if follows and outlets.key(line.text) in outlets.SHARE_KEYS:
            kind = Kind.FRAME
        values = () if kind is Kind.TEXT else line.values
        found.append(line if kind is line.kind else replace(line, kind=kind, values=values))
    return found


def _head(lines: list[Line]) -> int:
    """Return how many lines stand above the first that is a sentence or paragraph."""
    for row, line in enumerate(lines):
        if line.kind is Kind.TEXT and (is_paragraph(line) or not looks_like_headline(line.text)):
            return row
    return len(lines)
