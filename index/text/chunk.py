"""Articles divided into passages of whole sentences.

Does not: copy text without its span; `article.text[span]` is the passage, always.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from index.config import ChunkConfig
from index.text.calendars import format_gregorian, format_jalali
from index.text.clean import clean
from index.text.language import detect
from index.text.sentences import grapheme_border, sentences
from index.types import Article, Moment, Passage, Span, join_spans, passage_id

_SURE = 0.8  # below this a passage is taken to be in its article's language
_MIN_LETTERS = 40  # names and numbers alone look like any language


def split(
    article: Article, config: ChunkConfig, *, count_tokens: Callable[[str], int]
) -> list[Passage]:
    """Divide the body of an article into passages, in order.

    Every letter of the body lies in a passage. A passage never reaches across a gap in the body.
    A sentence of more than `max_tokens` tokens is cut at white space (a word, between graphemes).

    Args:
        article: Any article; an empty body gives no passages.
        config: Limits.
        count_tokens: The encoder's count for a text. It should be additive: special tokens
            counted with every sentence only make passages a little shorter.
    """
    passages = []
    for region in article.body:
        fitting = [
            piece
            for span in _sentences(article, region)
            for piece in _fitting(article.text, span, config.max_tokens, count_tokens)
        ]
        spans = [span for span, _ in fitting]
        for first, last in _packed([cost for _, cost in fitting], config):
            passages.append(_passage(article, tuple(spans[first:last])))
    return passages


def encoder_text(article: Article, passage: Passage, config: ChunkConfig | None = None) -> str:
    """Return what the encoder reads for a passage: headline and date as context, then the text.

    Questions are to be cleaned in the same way: `clean(question, language).text`. The date is
    written as the passage's readers write it, so that questions that name a month meet it.
    """
    limit = (config or ChunkConfig()).max_headline_chars
    headline = _headline(article.headline, article.language)[:limit].rstrip(" .")
    date = _date(article.published, passage.language) if article.published else ""
    context = ", ".join(part for part in (headline, date) if part)
    text = clean(passage.text, passage.language).text
    return f"{context}. {text}" if context else text


# An article's passages come one after the other, and many articles are of one day.
@lru_cache(maxsize=64)
def _headline(headline: str, language: str) -> str:
    return clean(headline, language).text


@lru_cache(maxsize=1 << 12)
def _date(published: Moment, language: str) -> str:
    """Write the day of publication: Jalali beside Persian text, Gregorian beside any other."""
    if language == "fa":
        return clean(format_jalali(published).partition("،")[0]).text
    return format_gregorian(published).partition(",")[0]


def _sentences(article: Article, region: Span) -> Iterator[Span]:
    """Yield the sentences of one region as spans of the whole text."""
    for span in sentences(region.cut(article.text), article.language):
        yield Span(region.start + span.start, region.start + span.end)


def _fitting(
    text: str, span: Span, max_tokens: int, count_tokens: Callable[[str], int]
) -> Iterator[tuple[Span, int]]:
    """Yield a sentence with its tokens, halved at white space until each part fits."""
    cost = count_tokens(span.cut(text))
    middle = _middle(text, span) if cost > max_tokens else span.start
    if not span.start < middle < span.end:  # it fits, or a single grapheme cannot be cut
        yield span, cost
        return
    for half in (Span(span.start, middle), Span(middle, span.end)):
        trimmed = _trimmed(text, half)
        if trimmed:
            yield from _fitting(text, trimmed, max_tokens, count_tokens)


def _middle(text: str, span: Span) -> int:
    """Return the white space nearest to the middle, or else a border between graphemes."""
    centre = (span.start + span.end) // 2
    before = max(text.rfind(space, span.start + 1, centre) for space in " \u00a0\t")
    after = text.find(" ", centre, span.end)
    near = [place for place in (before, after) if place > span.start]
    if near:
        return min(near, key=lambda place: abs(place - centre))
    return grapheme_border(text, span.start, centre)


def _trimmed(text: str, span: Span) -> Span:
    """Return the span without the white space at its ends."""
    piece = span.cut(text)
    start = span.start + len(piece) - len(piece.lstrip())
    return Span(start, max(start, span.start + len(piece.rstrip())))


def _packed(costs: list[int], config: ChunkConfig) -> Iterator[tuple[int, int]]:
    """Yield [first, last) of consecutive sentences whose costs sum to at most the limit."""
    first, total = 0, 0
    for row, cost in enumerate(costs):
        if row > first and total + cost > config.max_tokens:
            yield first, row
            first = max(first + 1, row - _room(costs[first + 1 : row], cost, config))
            total = sum(costs[first:row])
        total += cost
    if costs:
        yield first, len(costs)


def _room(earlier: list[int], cost: int, config: ChunkConfig) -> int:
    """Return how many of the earlier sentences may be repeated before one of `cost`."""
    count = 0
    for size in reversed(earlier[max(0, len(earlier) - config.overlap_sentences) :]):
        if config.overlap_sentences == 0 or cost + size > config.max_tokens:
            break
        cost += size
        count += 1
    return count


def _passage(article: Article, spans: tuple[Span, ...]) -> Passage:
    """Make the passage of some consecutive sentences."""
    span = join_spans(spans)
    text = span.cut(article.text)
    return Passage(
        id=passage_id(article.id, span),
        article_id=article.id,
        span=span,
        text=text,
        language=_language(text, article.language),
        sentences=spans,
    )


def _language(text: str, fallback: str) -> str:
    """Tell the language of a passage, its article's where the passage is too short to tell."""
    # Nearly always the first hundred characters are enough to tell.
    if all(sum(map(str.isalpha, part)) < _MIN_LETTERS for part in (text[:100], text)):
        return fallback
    found = detect(text)
    return found.tag if found.confidence >= _SURE else fallback
