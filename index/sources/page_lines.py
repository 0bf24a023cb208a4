"""Lines of a saved page's text, classified by what each holds: report, date, code, or frame.

A line of the frame is recognised by its exact words, since a rule that is wrong loses report. What
may be report as well («منبع: رویترز», «ایتا») counts as frame only where a page has it: labels
above the report of a page that states a date or code, names of networks below a line of the frame.
Where the report begins and ends is decided in `page_text`.
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
_MAX_FRAME = 2_000  # lines at either end that may be frame
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
_COUNT = re.compile(r"خبرنگار ?: ?\d+|\d{1,9} (?:نظر|دیدگاه|بازدید)")
_PLACE = re.compile(  # place of the page on the site
    r"(?:صفحه نخست|صفحه اصلی|خانه) ?[>»›] ?.{1,80}|[-|] ?اخبار \w+(?: \w+)? ?[-|]"
)
_FORM = re.compile(
    r"\A[•*· -]*+(?:نظرات (?:حاوی|پس از|ارسال)|نظراتی که|دیدگاه ?های (?:ارسال|حاوی)"
    r"|شما در حال پاسخ|لطفا عدد)"
)
_NOT_A_HEADLINE = (".", "،", "؛", ",", ";", ":", "。")


class Kind(Enum):
    """Content of a line. A LABEL is frame above the report only, and may name the outlet."""

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
        text: The characters of that range.
        kind: What they are.
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
    lines = [_line(match, may_be_frame=row not in middle) for row, match in enumerate(matches)]
    # The head: all above the first line that is a sentence or paragraph.
    head = next(
        (
            row
            for row, line in enumerate(lines)
            if line.kind is Kind.TEXT and (is_paragraph(line) or not looks_like_headline(line.text))
        ),
        len(lines),
    )
    has_frame = any(line.kind in (Kind.DATE, Kind.CODE) for line in lines[:head])
    placed: list[Line] = []
    for row, line in enumerate(lines):
        kind = line.kind
        if kind is Kind.LABEL and not (has_frame and row < head):
            kind = Kind.TEXT
        follows = kind is Kind.TEXT and placed and placed[-1].kind is Kind.FRAME
        if follows and outlets.key(line.text) in outlets.SHARE_KEYS:
            kind = Kind.FRAME
        values = () if kind is Kind.TEXT else line.values
        placed.append(line if kind is line.kind else replace(line, kind=kind, values=values))
    return placed


def is_paragraph(line: Line) -> bool:
    """Tell whether a line is too long for the head of a page, and no rule for comments."""
    return len(line.text) >= _PARAGRAPH and not line.is_form


def looks_like_headline(text: str) -> bool:
    """Tell whether a line is short and does not end as a sentence does."""
    return len(text) <= _MAX_HEADLINE and not text.endswith(_NOT_A_HEADLINE)


def _line(match: re.Match[str], *, may_be_frame: bool) -> Line:
    """Classify a line by what it holds, wherever it stands."""
    raw = match[0]
    start = match.start() + len(raw) - len(raw.lstrip(_LEADING))
    span = Span(start, max(start, match.start() + len(raw.rstrip())))
    text = span.cut(match.string)
    if len(text) > _MAX_HEADLINE or not may_be_frame:
        return Line(span, text, Kind.TEXT)
    kind, values = _classified(text)
    if kind is Kind.TEXT and 0 < text.count("|") <= _MAX_BARS:
        # A line of several facts is frame if each part is, and one of them is a date or code.
        parts = [_classified(part.strip()) for part in text.split("|")]
        kinds = [part_kind for part_kind, _ in parts]
        main = Kind.CODE if Kind.CODE in kinds else Kind.DATE
        if Kind.TEXT not in kinds and main in kinds:
            kind, values = main, tuple(value for _, part_values in parts for value in part_values)
    is_list = kind is Kind.TAIL and outlets.key(text) in outlets.LIST_KEYS
    is_form = kind is Kind.TEXT and bool(_FORM.match(clean(text).text))
    return Line(span, text, kind, values, is_list, is_form)


def _classified(text: str) -> tuple[Kind, _Values]:
    """Return the kind of a line, or of a part of it, and the values it states."""
    line, name = clean(text).text, outlets.key(text)
    if code := _CODE.fullmatch(line):
        return Kind.CODE, ((Kind.CODE, code["code"]),)
    if url := _URL.fullmatch(text):
        return Kind.URL, ((Kind.URL, url["url"] or f"https://{url['bare']}"),)
    published = parse(text) if _DIGIT.search(text) else None
    # A bare year or number between paragraphs is no date line.
    if published is not None and not text.strip().isdigit():
        return Kind.DATE, ((Kind.DATE, published),)
    # Tags after their heading, unlike a sentence that begins with the same word.
    tags = _TAGS.fullmatch(line) if looks_like_headline(line) else None
    is_tags = tags and all(
        len(tag.split()) <= _MAX_WORDS for tag in _BETWEEN_TAGS.split(tags["tags"])
    )
    is_heading = name in outlets.TAIL_KEYS or name in outlets.LIST_KEYS
    if is_heading or is_tags or _END.fullmatch(line):
        return Kind.TAIL, ()
    if name in outlets.FRAME_KEYS:
        return Kind.FRAME, ()
    if short_code := _SHORT_CODE.fullmatch(line):
        return Kind.LABEL, ((Kind.CODE, short_code["code"]),)
    if outlet := outlets.masthead(line):
        return Kind.LABEL, ((Kind.LABEL, outlet.name),)
    label = _LABEL.fullmatch(line) if looks_like_headline(line) else None
    is_short = label and len(label["value"].split()) <= _MAX_WORDS
    is_label = is_short or _COUNT.fullmatch(line) or _PLACE.fullmatch(text)
    return (Kind.LABEL if is_label else Kind.TEXT), ()
