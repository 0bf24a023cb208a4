"""Assembly of an article from its text and the facts that a reader found, for every reader.

The outlet is that of the address, else the first known outlet that the source names, else the
outlet that the report itself names («به گزارش ایسنا»).
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from index.sources import outlets
from index.text.language import detect, short_tag
from index.types import Article, ArticleId, Moment, Span

_TAG = re.compile(r"(?P<primary>[a-z]{2,3})(?:[-_].*)?", re.DOTALL)
_SURE = 0.9  # templates in English carry pages of other languages: what the text shows goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Fields that a source states about an article; empty where it states nothing.

    Attributes:
        id: Taken as it is; where it is empty, outlet and code make the id, else `guid`, else a
            hash of the text.
        guid: Id of an entry in its feed.
        sources: Names of the outlet, the most reliable first.
        url: Absolute http(s) address of the page.
        code: The outlet's number for the item; where it is empty, it is looked for in `url`.
        language: A BCP 47 tag; anything else ("Persian") is ignored.
        via: Where it is taken from; where it is empty, it is looked for in the text.
        is_final: Whether the text must not change outlet and language, as for rows of a table.
        unread: Names of fields of `Article` that are stated in a way that is not understood.
    """

    id: str = ""
    guid: str = ""
    headline: str = ""
    published: Moment | None = None
    edited: Moment | None = None
    sources: tuple[str, ...] = ()
    url: str = ""
    code: str = ""
    language: str = ""
    via: str = ""
    is_final: bool = False
    unread: tuple[str, ...] = ()


def assemble(text: str, body: tuple[Span, ...], facts: Facts, origin: str) -> Article:
    """Make the article whose report is `body` of `text`."""
    report = report_text(text, body)
    known = [outlets.by_url(facts.url), *map(outlets.by_name, facts.sources)]
    known += [] if facts.is_final else [outlets.reporting(report)]
    outlet = next(filter(None, known), None)
    code = facts.code or (outlets.code_in(facts.url) if known[0] else "")
    numbered = f"{outlet.slug}-{code}" if outlet and code else ""
    tag = _TAG.fullmatch(facts.language.strip().lower())  # RFC 5646, section 2.2.1
    language = short_tag(tag["primary"]) if tag else ""
    if not (language and facts.is_final):
        detected = detect(report)
        language = language if language and detected.confidence < _SURE else detected.tag
    return Article(
        id=ArticleId(facts.id or numbered or facts.guid or content_id(text)),
        headline=facts.headline,
        text=text,
        body=body,
        language=language,
        published=facts.published,
        edited=facts.edited,
        source=outlet.name if outlet else next(filter(None, facts.sources), ""),
        via=facts.via or outlets.relayed(report),
        code=code,
        url=facts.url or (outlets.address(outlet, code, facts.published) if outlet else ""),
        origin=origin,
        unread=facts.unread,
    )


def report_text(text: str, body: tuple[Span, ...]) -> str:
    """Return the report alone, a line for each span."""
    return "\n".join(span.cut(text) for span in body)


def content_id(text: str) -> str:
    """Return an id made from the text of an article that has no other."""
    return f"sha-{sha256(text.encode()).hexdigest()[:16]}"
