"""Articles of downloads from Nexis and Factiva: one file holds many, each with its fields as lines.

Read are Nexis with "1 of 3 DOCUMENTS" above each article, Nexis Uni with "End of Document" below
each, Factiva with field codes (HD, PD, SN, LP, TD), and Factiva as displayed; as text, or as the
lines of a document (RTF, Word). Lines between blank ones are joined, since the text is wrapped.
Source of the codes: Factiva's "search fields and codes"; of Nexis the downloads themselves.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from index.sources.article import Facts, assemble
from index.sources.encoding import decode
from index.sources.rejects import Refused, RejectReason, whole
from index.text.dates import parse
from index.types import Article, Moment, Reject, Span

_MAX_BYTES = 64 * 1024**2  # of a file of at most 1,000 articles
_MAX_HEAD = 40  # lines above the report

# Lines are matched without the white space around them.
_OF = r"(?:of|von|de|sur|di|van)"
_NUMBERED = re.compile(
    rf"\d{{1,6}} {_OF} \d{{1,6}} (?:DOCUMENT|DOKUMENT)[A-Z]{{0,3}}"
    rf"|(?:DOCUMENT|DOKUMENT)[A-Z]{{0,3}} \d{{1,6}} {_OF} \d{{1,6}}",
    re.IGNORECASE,
)
_END_OF_DOCUMENT = re.compile(r"End of Document|Ende des Dokuments|Fin del Documento")
_ACCESSION = re.compile(r"(?:AN[ \t]{1,9})?Document (?P<id>[A-Z][A-Z0-9]{3,9}\d{8}[a-z0-9]{6,12})")
_CODES = "SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|ART|CT|CO|IN|NS|RE|IPC|IPD|PUB|AN|RF"
_MIN_CODES = 3
_CODE = re.compile(rf"(?P<code>{_CODES})(?:[ \t](?P<value>.*))?")
_WORDS = re.compile(r"\d{1,3}(?:[,.]?\d{3}){0,2} (?:words|mots|Wörter|palabras|parole)")
_FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z-]{0,20}(?: [A-Z][A-Za-z-]{0,20}){0,2}) ?:(?P<value>.*)")
_HEAD_FIELDS = frozenset(
    ("byline", "section", "length", "dateline", "headline", "highlight", "abstract", "series",
     "body", "source")
)  # fmt: skip
_TAIL_FIELDS = frozenset(
    ("load-date", "language", "publication-type", "subject", "graphic", "geographic", "correction",
     "organization", "company", "ticker", "industry", "person", "notes", "classification",
     "journal-code", "document-type", "type", "acc-no", "correction-date", "copyright", "pub-type")
)  # fmt: skip
_TAIL_HEADINGS = frozenset(("classification", "graphic", "end of document"))
_RIGHTS = re.compile(r"Copyright\b|\(c\)|©|All Rights Reserved", re.IGNORECASE)
_PAGE = re.compile(r"(?:Page|Seite|Página) \d{1,6} (?:of|von|de) \d{1,6}", re.IGNORECASE)
_DAY = re.compile(
    r"(?P<day>[^\W\d_]{1,20}\.? \d{1,2}, \d{4}|\d{1,2}\.? (?:de )?[^\W\d_]{1,20}\.? (?:de )?\d{4}"
    r"|\d{4}-\d\d-\d\d)"
)
_SIGNS = (
    re.compile(rf"^[ \t]*+(?:{_NUMBERED.pattern})[ \t]*+\r?$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^HD\b[^\n]*\n(?:[^\n]*\n){0,12}?[ \t]*+(?:PD|SN|WC)[ \t]", re.MULTILINE),
)
_UNI_SIGNS = (_END_OF_DOCUMENT, _ACCESSION)


def is_download(head: bytes, _suffix: str) -> bool:
    """Tell a text download by its first bytes."""
    text = head.decode("latin-1").lstrip("\xef\xbb\xbf")
    lines = [line.strip() for line in text.splitlines()]
    return any(sign.search(text) for sign in _SIGNS) or is_download_of(lines)


def is_download_of(lines: Sequence[str]) -> bool:
    """Tell whether the lines of a document, without white space around, are of a download."""
    has_words = any(_WORDS.fullmatch(line) or _is_length(line) for line in lines[:_MAX_HEAD])
    return any(map(_NUMBERED.fullmatch, lines[:5])) or (
        has_words and any(sign.fullmatch(line) for line in lines for sign in _UNI_SIGNS)
    )


def _is_length(line: str) -> bool:
    field = _FIELD.fullmatch(line)
    return field is not None and field["name"].lower() == "length"


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the articles of a download that is text.

    Raises:
        Refused: If it is too long, or in no known encoding.
    """
    text = decode(whole(file, _MAX_BYTES)).text.removeprefix("\ufeff")
    yield from articles_of(re.split(r"\r\n?|\n", text.replace("\f", "\n")), origin)


def articles_of(lines: Sequence[str], origin: str) -> Iterator[Article | Reject]:
    """Yield the articles of the lines of a download, labelled by the line where each begins."""
    for number, block in _blocks([line.strip() for line in lines]):
        where = f"{origin}:{number}"
        try:
            yield _article(block, where)
        except Refused as refused:
            yield refused.reject(where)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each article with the number of the first."""
    block: list[str] = []
    start = 1
    for number, line in enumerate(lines, start=1):
        is_head = _NUMBERED.fullmatch(line) is not None
        is_end = any(sign.fullmatch(line) for sign in _UNI_SIGNS)
        if is_head or is_end:
            if is_end:
                block.append(line)
            if any(map(str.strip, block)) and (is_end or _has_field(block)):
                yield start, block
            block, start = [], number + 1
        else:
            if not block and not line.strip():
                start = number + 1
                continue
            block.append(line)
    if _has_field(block):
        yield start, block


def _has_field(block: list[str]) -> bool:
    """Tell an article from a cover page or a table of contents."""
    return any(_CODE.fullmatch(line) or _is_length(line) for line in block)


@dataclass(frozen=True, slots=True)
class _Parts:
    """An article in parts."""

    headline: str
    outlet: str
    day: str
    head: list[str]
    report: list[str]
    guid: str = ""


def _article(block: list[str], origin: str) -> Article:
    """Make the article of a block.

    Raises:
        Refused: If it has no report.
    """
    is_coded = sum(_CODE.fullmatch(line) is not None for line in block) >= _MIN_CODES
    parts = _coded(block) if is_coded else _displayed(block) if _wording(block) else _nexis(block)
    if not any(map(str.isalpha, "".join(parts.report))):
        raise Refused(RejectReason.NO_TEXT, "fields and no text")
    head = "".join(f"{line}\n" for line in parts.head if line)
    report = "\n".join(parts.report)
    facts = Facts(
        guid=parts.guid,
        headline=parts.headline,
        published=_day(parts.day),
        sources=(parts.outlet,),
        is_final=True,
    )
    return assemble(head + report, (Span(len(head), len(head) + len(report)),), facts, origin)


def _day(line: str) -> Moment | None:
    """Read the day of a line such as "June 9, 2023 Friday, Final Edition"."""
    found = _DAY.search(line)
    return parse(found["day"]) if found else None


def _joined(lines: Sequence[str]) -> list[str]:
    """Return paragraphs: lines between blank ones joined."""
    text = "\n".join(line.strip() for line in lines)
    return [" ".join(part.split()) for part in re.split(r"\n\n+", text) if part.strip()]


def _coded(block: list[str]) -> _Parts:
    """Return the parts of an article of Factiva with codes of fields."""
    fields: dict[str, list[str]] = {}
    guid, code = "", ""
    for line in block:
        if match := _CODE.fullmatch(line):
            code = match["code"]
            fields.setdefault(code, []).append(match["value"] or "")
        elif match := _ACCESSION.fullmatch(line):
            guid, code = match["id"], ""
        elif code:
            fields[code].append(line)
    one = {code: " ".join(" ".join(lines).split()) for code, lines in fields.items()}
    report = [*_joined(fields.get("LP", [])), *_joined(fields.get("TD", []))]
    report = [line for line in report if line != "None"]
    headline, outlet, day = one.get("HD", ""), one.get("SN", ""), one.get("PD", "")
    head = [headline, one.get("BY", ""), outlet, day]
    return _Parts(headline, outlet, day, head, report, guid or one.get("AN", ""))


def _wording(block: list[str]) -> int:
    """Return the row of "55 words" below the headline, 0 where there is none."""
    return next((row for row, line in enumerate(block[:_MAX_HEAD]) if _WORDS.fullmatch(line)), 0)


def _displayed(block: list[str]) -> _Parts:
    """Return the parts of an article of Factiva as displayed."""
    row = _wording(block)
    headline, *byline = _joined(block[:row]) or [""]
    lines = [line.strip() for line in block[row + 1 : row + _MAX_HEAD]]
    day = next((at for at, line in enumerate(lines) if _day(line)), 0)
    named = [at for at in range(day + 1, len(lines)) if lines[at] and ":" not in lines[at][:4]]
    outlet = lines[named[0]] if named else ""
    rights = next((at for at, line in enumerate(lines) if _RIGHTS.match(line)), None)
    # Below the outlet stand its code and the language, then mostly a line of rights.
    start = row + 2 + (rights if rights is not None else next(iter(named[2:3]), -1))
    ending = _ACCESSION.fullmatch(block[-1])
    report = _joined(block[start : len(block) - (ending is not None)])
    head = [headline, *byline, outlet, lines[day] if lines else ""]
    return _Parts(headline, outlet, head[-1], head, report, ending["id"] if ending else "")


def _nexis(block: list[str]) -> _Parts:
    """Return the parts of an article of Nexis."""
    fields: dict[str, str] = {}
    first_field = start = None
    end = len(block)
    for row, line in enumerate(block):
        match = _FIELD.fullmatch(line)
        name = match["name"].lower() if match else line.strip().lower()
        if match and name in _HEAD_FIELDS and row < _MAX_HEAD:
            fields.setdefault(name, match["value"].strip())
            first_field = row if first_field is None else first_field
            start = row + 1
        elif name == "body" and not match and row < _MAX_HEAD:
            first_field = row if first_field is None else first_field
            start = row + 1
        elif start is not None and ((match and name in _TAIL_FIELDS) or name in _TAIL_HEADINGS):
            end = row
            break
    kept = (one.strip() for one in block[: first_field or 0] if not _RIGHTS.match(one))
    parts = re.split(r"\n\n+", "\n".join("" if _PAGE.fullmatch(one) else one for one in kept))
    top = [part.split("\n") for part in map(str.strip, parts) if part]
    headline = outlet = day = ""
    for at, part in enumerate(top):
        dated = next((at for at, line in enumerate(part) if _DAY.match(line) and _day(line)), None)
        if dated is None:
            continue
        day = part[dated]
        if dated > 1:  # Nexis Uni: headline, outlet and day together
            headline, outlet = " ".join(part[: dated - 1]), part[dated - 1]
        else:
            outlet = part[0] if dated else top[at - 1][-1] if at else ""
            headline = " ".join(top[at + 1] if at + 1 < len(top) else [])
        break
    headline = fields.get("headline") or headline
    report = [line for line in _joined(block[start or 0 : end]) if not _RIGHTS.match(line)]
    head = [headline, fields.get("byline", ""), outlet, day]
    return _Parts(headline, outlet, day, head, report)
