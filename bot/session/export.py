"""Answers and their evidence as files for other programs: spreadsheets, notes, reference managers.

Quotes are verbatim but for characters that a terminal would obey and what a format must escape;
offsets count characters of the article's text. References hold one entry an article, the quotes
in its notes.

Formats: RFC 4180 (CSV), CommonMark, https://en.wikipedia.org/wiki/RIS_(file_format), BibTeX with
biblatex's `date`, https://github.com/citation-style-language/schema (CSL-JSON 1.0).
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from bot.session.outline import by_article
from bot.texts.direction import safe
from bot.texts.labels import agency, dates, place_text, title
from bot.texts.language import Language, say
from bot.texts.messages import Key
from bot.types import Answer, Citation, Claim, NoAnswer
from index import Moment, Precision
from index.text import TEHRAN, format_gregorian, format_jalali, period_of


class Format(StrEnum):
    """A format of a file; its name on the command line."""

    CSV = "csv"
    MARKDOWN = "markdown"
    RIS = "ris"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"


SUFFIXES: Final[Mapping[Format, str]] = {
    Format.CSV: "csv",
    Format.MARKDOWN: "md",
    Format.RIS: "ris",
    Format.BIBTEX: "bib",
    Format.CSL_JSON: "json",
}
_NAMES: Final = {
    **{form.value: form for form in Format},
    **{suffix: form for form, suffix in SUFFIXES.items()},
    "csl": Format.CSL_JSON,
}
_ALL: Final = {"all", "همه"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A question and what the archive has for it; no citations where it has no answer.

    A citation without a quote stands for its article alone.

    Attributes:
        question: As it was put to the archive; the article's headline where nothing was asked.
        snapshot: Name of the snapshot that answered.
    """

    question: str
    snapshot: str
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()


def finding_of(reply: Answer | NoAnswer) -> Finding:
    """Return what a reply has found."""
    snapshot = reply.fingerprint.snapshot
    if isinstance(reply, NoAnswer):
        return Finding(question=reply.question, snapshot=snapshot)
    return Finding(
        question=reply.question,
        snapshot=snapshot,
        citations=reply.citations,
        claims=reply.claims,
    )


def parse_export(argument: str) -> tuple[Format | None, bool]:
    """Read what stands behind /export: a format, if it is one, and whether all was asked for."""
    words = argument.lower().split()
    is_all = any(word in _ALL for word in words)
    names = [word for word in words if word not in _ALL]
    return (_NAMES.get(names[0]) if len(names) == 1 else None), is_all


def export(findings: Sequence[Finding], form: Format, language: Language) -> str:
    """Return a file's text, which ends its last line.

    Args:
        findings: In the order they were asked.
        language: Of labels and names of outlets.
    """
    return _WRITERS[form](findings, language)


_COLUMNS: Final = (
    "question", "number", "quote", "start", "end", "claims", "headline", "outlet", "published",
    "gregorian", "jalali", "url", "file", "page", "article_id", "snapshot",
)  # fmt: skip


def _csv(findings: Sequence[Finding], language: Language) -> str:
    """Write a row a quote, and one without a quote for a question without an answer.

    The mark at the beginning lets Excel read the file as UTF-8. A cell that a spreadsheet would
    compute begins with an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for finding in findings:
        cited_rows = (_cells(finding, cited, language) for cited in finding.citations)
        for cells in cited_rows if finding.citations else ({},):
            shared = {"question": finding.question, "snapshot": finding.snapshot}
            writer.writerow([_cell((shared | cells).get(name, "")) for name in _COLUMNS])
    return out.getvalue()


def _cells(finding: Finding, cited: Citation, language: Language) -> dict[str, str | int]:
    """Return the cells of a quote."""
    published = cited.published
    claims = (claim.text for claim in finding.claims if cited.number in claim.numbers)
    return {
        "number": cited.number,
        "quote": cited.quote,
        "start": cited.span.start,
        "end": cited.span.end,
        "claims": "\n".join(claims),
        "headline": title(cited, language),
        "outlet": agency(cited.source, cited.via, language),
        "published": published.isoformat() if published else "",
        "gregorian": format_gregorian(published) if published else "",
        "jalali": format_jalali(published) if published else "",
        "url": cited.url,
        "file": cited.origin,
        "page": cited.page or "",
        "article_id": cited.article_id,
    }


def _cell(value: str | int) -> str:
    """Return a cell that holds text and nothing to compute."""
    text = safe(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


_MARKS: Final = re.compile(r"([\\`*_\[\]<>#&|~$!])")
_LINE_MARKS: Final = re.compile(r"^([^\S\n]*+\d*+)([-+=.)])", re.MULTILINE)


def _markdown(findings: Sequence[Finding], language: Language) -> str:
    """Write each question, its claims and quotes, and where they stand."""
    return "\n".join(line for one in findings for line in _markdown_lines(one, language)) + "\n"


def _markdown_lines(finding: Finding, language: Language) -> Iterator[str]:
    """Yield the lines of one question."""
    yield from (f"## {_marked(_line(finding.question))}", "")
    for claim in finding.claims:
        numbers = "".join(f"\\[{number}\\]" for number in claim.numbers)
        yield from (f"{_marked(_line(claim.text))} {numbers}", "")
    for cited in finding.citations:
        if cited.quote:
            quote = _marked(cited.quote).replace("\n", "\n> ")
            yield from (f"> {quote} \\[{cited.number}\\]", "")
    for group in by_article(finding.citations):
        first = group[0]
        places = (
            f"\\[{cited.number}\\] {place_text(cited, language)}" for cited in group if cited.quote
        )
        named = (agency(first.source, first.via, language), dates(first.published, language))
        heads = (title(first, language), *filter(None, named))
        parts = [*(_marked(_line(head)) for head in heads), *places]
        if first.url:
            parts.append(f"<{_address(first.url)}>")
        elif first.origin:
            parts.append(_marked(_line(first.origin)))
        yield "- " + " · ".join(parts)
    if not finding.citations:
        yield say(Key.REASON_NOT_IN_ARCHIVE, language)
    yield from ("", say(Key.EXPORT_SNAPSHOT, language, snapshot=_marked(finding.snapshot)), "")


def _marked(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _LINE_MARKS.sub(r"\1\\\2", _MARKS.sub(r"\\\1", safe(text)))


def _line(text: str) -> str:
    """Return a text on one line, without what a terminal would obey."""
    return " ".join(safe(text).split())


def _address(url: str) -> str:
    """Return an address that ends no field and no link of any format."""
    return re.sub(r"[\s<>{}\\\"]", lambda char: f"%{ord(char[0]):02X}", safe(url))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An article with all its quotes, each beside its question and snapshot."""

    article: Citation
    quotes: list[tuple[Finding, Citation]]

    def notes(self, language: Language) -> Iterator[str]:
        """Yield what is said of each quote, on a line each."""
        yield dates(self.article.published, language)
        for finding, cited in self.quotes:
            if not cited.quote:
                continue
            place = place_text(cited, language)
            asked = _line(finding.question)
            yield f"“{_line(cited.quote)}” ({place}; {asked}; {finding.snapshot})"


def _entries(findings: Sequence[Finding]) -> list[_Entry]:
    """Return the articles that were quoted, in the order they came."""
    entries: dict[str, _Entry] = {}
    for finding in findings:
        for cited in finding.citations:
            entry = entries.setdefault(cited.article_id, _Entry(cited, []))
            entry.quotes.append((finding, cited))
    return list(entries.values())


def _date_parts(moment: Moment) -> list[list[int]]:
    """Return the known parts of a Gregorian date; two dates where it spans more than they say."""
    start, end = period_of(moment)
    size = {Precision.YEAR: 1, Precision.MONTH: 2}.get(moment.precision, 3)
    days = (at.astimezone(TEHRAN) for at in (start, end - timedelta(microseconds=1)))
    parts = [[day.year, day.month, day.day][:size] for day in days]
    return parts[:1] if parts[0] == parts[1] else parts


def _ris(findings: Sequence[Finding], language: Language) -> str:
    """Write newspaper articles; a tag a line."""
    lines: list[str] = []
    for entry in _entries(findings):
        article = entry.article
        parts = _date_parts(article.published)[0] if article.published else []
        fields = [
            ("TY", "NEWS"),
            ("TI", title(article, language)),
            ("T2", agency(article.source, article.via, language)),
            ("PY", str(parts[0]) if parts else ""),
            ("DA", "/".join(f"{part:02}" for part in parts) + "/" * (4 - len(parts))),
            ("UR", _address(article.url)),
            ("AN", article.article_id),
            ("DB", "Pasokh"),
            *(("N1", note) for note in entry.notes(language)),
        ]
        lines += [f"{tag}  - {_line(value)}" for tag, value in fields if value.strip("/")]
        lines += ["ER  - ", ""]
    return "".join(f"{line}\r\n" for line in lines)


_TEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _bibtex(findings: Sequence[Finding], language: Language) -> str:
    """Write entries of the kind `misc`, which every style knows."""
    texts: list[str] = []
    for number, entry in enumerate(_entries(findings), start=1):
        article = entry.article
        parts = _date_parts(article.published) if article.published else []
        days = ("-".join(f"{part:02}" for part in day) for day in parts)
        fields = {
            "title": f"{{{_tex(title(article, language))}}}",
            "howpublished": _tex(agency(article.source, article.via, language)),
            "year": "--".join(dict.fromkeys(str(day[0]) for day in parts)),
            "date": "/".join(days),
            "url": _address(article.url),
            "note": _tex(dates(article.published, language)),
            "annotation": "\n\n".join(_tex(note) for note in list(entry.notes(language))[1:]),
        }
        key = re.sub(r"[^A-Za-z0-9:-]+", "-", article.article_id).strip("-") or "article"
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        texts.append(f"@misc{{{key}-{number},\n{body}}}\n")
    return "\n".join(texts)


def _tex(text: str) -> str:
    """Return a text that TeX sets as it is."""
    return "".join(_TEX.get(char, char) for char in _line(text))


def _csl_json(findings: Sequence[Finding], language: Language) -> str:
    """Write items of the kind `article-newspaper`; quotes with their places under `custom`."""
    items = [_csl_item(entry, language) for entry in _entries(findings)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _csl_item(entry: _Entry, language: Language) -> dict[str, Any]:
    """Return one item."""
    article = entry.article
    published = article.published
    item = {
        "id": article.article_id,
        "type": "article-newspaper",
        "title": _line(title(article, language)),
        "container-title": _line(agency(article.source, article.via, language)),
        "issued": {"date-parts": _date_parts(published)} if published else None,
        "URL": _address(article.url),
        "note": "\n".join(entry.notes(language)),
        "custom": {
            "jalali": format_jalali(published) if published else "",
            "file": safe(article.origin),
            "quotes": [
                {
                    "question": safe(finding.question),
                    "snapshot": finding.snapshot,
                    "number": cited.number,
                    "quote": safe(cited.quote),
                    "start": cited.span.start,
                    "end": cited.span.end,
                    **({"page": cited.page} if cited.page else {}),
                }
                for finding, cited in entry.quotes
            ],
        },
    }
    return {name: value for name, value in item.items() if value}


_WRITERS: Final[Mapping[Format, Callable[[Sequence[Finding], Language], str]]] = {
    Format.CSV: _csv,
    Format.MARKDOWN: _markdown,
    Format.RIS: _ris,
    Format.BIBTEX: _bibtex,
    Format.CSL_JSON: _csl_json,
}
