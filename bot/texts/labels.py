"""Labels of articles and answers: outlet, dates, reports elsewhere, part of the archive."""

from collections.abc import Iterable

from bot.texts.direction import safe
from bot.texts.language import Language, localize_digits, say
from bot.texts.messages import Key
from bot.texts.overviews import ShapeText
from bot.texts.remarks import RemarkText
from bot.texts.scope_names import scope_text
from bot.types import Answer, Citation, Headline, NoAnswer, Reason
from index import EVERYTHING, Moment
from index.sources import outlet_name
from index.text import format_gregorian, format_jalali


def agency(source: str, via: str, language: Language) -> str:
    """Name who published and whom they relay, e.g. `Mehr, reporting Al Jazeera`."""
    publisher, relayed = outlet_name(source, language), outlet_name(via, language)
    if publisher and relayed:
        return say(Key.RELAYED, language, source=publisher, via=relayed)
    return publisher or relayed


def dates(moment: Moment | None, language: Language) -> str:
    """Write a moment in both calendars, that of the language first."""
    if moment is None:
        return say(Key.NO_DATE, language)
    return say(
        Key.DATES,
        language,
        jalali=format_jalali(moment),
        gregorian=format_gregorian(moment),
    )


def title(shown: Citation | Headline, language: Language) -> str:
    """Return an article's headline, its first words where it has none; verbatim."""
    titles = (shown.headline, shown.opening)
    return next((text for text in titles if safe(text).strip()), say(Key.NO_HEADLINE, language))


def file_text(origin: str, language: Language) -> str:
    """Name the file that an article was read from, on one line; empty where it is unknown."""
    name = " ".join(safe(origin).split())
    return say(Key.FILE, language, origin=name) if name else ""


def page_text(pages: Iterable[int], language: Language) -> str:
    """Name pages of a document, each once; empty where there is none."""
    named = (
        say(Key.PAGE, language, page=localize_digits(page, language)) for page in pages if page
    )
    return comma(language).join(dict.fromkeys(named))


def place_text(citation: Citation, language: Language) -> str:
    """Say where a quote stands in its article: page, if there are any, and characters."""
    start, end = (localize_digits(at, language) for at in (citation.span.start, citation.span.end))
    characters = say(Key.CHARACTERS, language, start=start, end=end)
    return comma(language).join(filter(None, (page_text([citation.page], language), characters)))


def same_report_text(citation: Citation, language: Language) -> str:
    """Say how many outlets carry the report of a citation, and which; empty for no other."""
    if not citation.also_in:
        return ""
    sources = (citation.source, *(other.source for other in citation.also_in))
    named = dict.fromkeys(outlet_name(source, language) for source in sources if source)
    if len(named) > 1:
        outlets = comma(language).join(named)
        return say(Key.SAME_REPORT, language, count=len(named), outlets=outlets)
    return say(Key.SAME_REPORT_AGAIN, language, count=len(citation.also_in))


def version_texts(citation: Citation, language: Language) -> list[str]:
    """Say when an article was edited and where its earlier version is; empty where it has none."""
    if not citation.earlier:
        return []
    origin = " ".join(safe(citation.earlier[-1]).split())
    if citation.edited is None:  # neither says that it is the newer one
        return [say(Key.OTHER_VERSION, language, origin=origin)]
    return [
        say(Key.EDITED, language, dates=dates(citation.edited, language)),
        say(Key.EARLIER_VERSION, language, origin=origin),
    ]


def scope_note(reply: Answer | NoAnswer, language: Language) -> str:
    """Say what part of the archive was asked, or had no answer; empty where it was all of it."""
    is_answer = isinstance(reply, Answer)
    if reply.within == EVERYTHING or (reply.is_missed and not is_answer):
        return ""
    scope = scope_text(reply.within, language)
    if reply.is_missed and reply.within.sources and not (reply.within.since or reply.within.until):
        return say(ShapeText.MISSED_OUTLETS, language, scope=scope)
    return say(Key.MISSED if reply.is_missed else Key.WITHIN, language, scope=scope)


def reason_text(reply: NoAnswer, language: Language) -> str:
    """Say why there is no answer, or reply to small talk."""
    if reply.remark is not None:
        return say(RemarkText[reply.remark.name], language, articles=reply.n_articles)
    if reply.missing:
        quoted = (f"«{name}»" if language is Language.FA else f'"{name}"' for name in reply.missing)
        key = Key.NOT_SAID_BY if reply.reason is Reason.NOT_SAID else Key.REASON_MISSING
        return say(key, language, names=comma(language).join(quoted))
    return say(Key[f"REASON_{reply.reason.name}"], language)


def comma(language: Language) -> str:
    """Return what stands between the items of a list."""
    return "، " if language is Language.FA else ", "
