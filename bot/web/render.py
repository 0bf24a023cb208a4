"""Templates of the pages, and what they show: answers, articles, counts.

Every text that a template writes is first made safe to show (`bot.texts.direction.safe`) and then
escaped. Only our own files are referred to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any, Final
from urllib.parse import quote

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.session.links import article_path
from bot.session.outline import Heading, by_article, difference_texts, rows_of
from bot.telegram.dialog.html import linkable
from bot.texts import labels
from bot.texts.direction import isolate_runs, reads_rtl, safe
from bot.texts.language import Language, Text, localize_digits, localize_number, say
from bot.texts.language_model import ModelText, unworded_text
from bot.texts.messages import Key
from bot.texts.web import WebText
from index import Article, ArticleId, Span
from index.sources import outlet_name
from index.text import detect

STATIC: Final = resources.files("bot.web") / "static"


def _made_safe(value: object) -> object:
    """Return what a template writes without what a reader's screen would obey."""
    return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_environment: Final = Environment(
    loader=PackageLoader("bot.web"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_made_safe,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["dir"] = lambda text: "rtl" if reads_rtl(text) else "ltr"
_environment.filters["tag"] = lambda text: detect(text).tag
_environment.filters["linkable"] = linkable
_environment.globals |= {"WebText": WebText, "Key": Key, "ModelText": ModelText}
_environment.tests["heading"] = lambda row: isinstance(row, Heading)


def article_href(root: str, article_id: ArticleId, span: Span | None = None) -> str:
    """Return the link from a page of ours to another, a quote marked with and without script."""
    path = f"{root}{article_path(article_id)}"
    if span is None:
        return path
    place = f"quote={span.start}-{span.end}"
    return f"{path}{'&' if '?' in path else '?'}{place}#{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Writes pages for one reader.

    Attributes:
        root: Path that all pages lie under, without a slash at its end.
    """

    language: Language
    root: str = ""

    def page(self, template: str, **values: object) -> str:
        """Return what a template makes of values."""
        language, is_rtl = self.language, self.language is Language.FA

        def ours(text: str) -> Markup:
            """Write a text of ours, in which runs of the other direction are isolated."""
            return Markup(escape(isolate_runs(safe(text), rtl=is_rtl)))  # noqa: S704  # escaped

        def told(text: Text, /, **names: object) -> Markup:
            return ours(say(text, language, **names))

        def labelled(label: Callable[..., Any]) -> Callable[..., Any]:
            """Return one of our labels in the reader's language."""

            def write(*shown: object) -> object:
                made = label(*shown, language)
                return ours(made) if isinstance(made, str) else [ours(text) for text in made]

            return write

        return _environment.get_template(template).render(
            say=told,
            ours=ours,
            rows=lambda answer: list(rows_of(answer, language)),
            differences=lambda answer: [*map(ours, difference_texts(answer, language))],
            groups=by_article,
            digits=lambda number: localize_digits(number, language),
            number=lambda number: localize_number(number, language),
            title=lambda shown: labels.title(shown, language),
            outlet=lambda name: outlet_name(name, language),
            agency=labelled(labels.agency),
            dates=labelled(labels.dates),
            place=labelled(labels.place_text),
            file=labelled(labels.file_text),
            versions=labelled(labels.version_texts),
            same_report=labelled(labels.same_report_text),
            scope_note=labelled(labels.scope_note),
            reason=labelled(labels.reason_text),
            unworded=labelled(unworded_text),
            href=partial(article_href, self.root),
            cite_href=self._cite_href,
            language_name=lambda tag: language_name(tag, language),
            language=language,
            is_rtl=is_rtl,
            root=self.root,
            **values,
        )

    def _cite_href(self, article_id: ArticleId, span: Span | None, form: str) -> str:
        place = f"&quote={span.start}-{span.end}" if span else ""
        named = quote(article_id, safe="", errors="replace")
        return f"{self.root}/cite?id={named}{place}&format={form}"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of a paragraph that are marked, or are not."""

    text: str
    is_marked: bool


def paragraphs(article: Article, mark: Span | None) -> Iterator[list[Run]]:
    """Yield the lines of an article's body that hold anything, cut at the borders of `mark`."""
    for part in article.body:
        start = part.start
        for line in part.cut(article.text).splitlines(keepends=True):
            end = start + len(line)
            if line.strip():
                yield list(_runs(article.text, Span(start, end), mark))
            start = end


def _runs(text: str, line: Span, mark: Span | None) -> Iterator[Run]:
    first = min(max(mark.start, line.start), line.end) if mark else line.end
    last = min(max(mark.end, first), line.end) if mark else line.end
    for start, end, is_marked in (
        (line.start, first, False),
        (first, last, True),
        (last, line.end, False),
    ):
        if start < end:
            yield Run(text[start:end].strip("\r\n\f"), is_marked)


def is_in_body(article: Article, span: Span) -> bool:
    """Tell whether a span holds a letter or digit of the article's body."""
    inside: Iterable[str] = (
        article.text[max(part.start, span.start) : min(part.end, span.end)]
        for part in article.body
        if part.start < span.end and span.start < part.end
    )
    return any(char.isalnum() for text in inside for char in text)


def language_name(tag: str, language: Language) -> str:
    """Name a language in the reader's; the tag itself where it has no name there."""
    return str(Locale(language.value).languages.get(tag, tag))


def bars(counts: Sequence[tuple[str, int]]) -> list[tuple[str, int, float]]:
    """Return (name, count, share of the highest count) of each."""
    highest = max((count for _, count in counts), default=1)
    return [(name, count, round(count / highest, 4)) for name, count in counts]
