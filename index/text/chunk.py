"""Articles divided into passages of whole sentences; `article.text[span]` is the passage."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from index.config import ChunkConfig
from index.text.calendars import format_gregorian, format_jalali
from index.text.clean import clean
from index.text.graphemes import grapheme_border
from index.text.language import detect
from index.text.sentences import sentences, trimmed
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
            for span in sentences(region.cut(article.text), article.language)
            for piece in _fitting(
                article.text,
                Span(region.start + span.start, region.start + span.end),
                config.max_tokens,
                count_tokens,
            )
        ]
        for first, last in _packed([cost for _, cost in fitting], config):
            spans = tuple(span for span, _ in fitting[first:last])
            span = join_spans(spans)
            text = span.cut(article.text)
            passage = Passage(
                id=passage_id(article.id, span),
                article_id=article.id,
                span=span,
                text=text,
                language=_language(text, article.language),
                sentences=spans,
            )
            passages.append(passage)
    return passages


def encoder_text(article: Article, passage: Passage, config: ChunkConfig | None = None) -> str:
    """Return what the encoder reads for a passage: headline and date as context, then the text.

    Questions are to be cleaned in the same way: `clean(question, language).text`. The date is
    written as the passage's readers write it, so that questions that name a month meet it.
    """
    limit = (config or ChunkConfig()).max_headline_chars
    headline = _cleaned(article.headline, article.language)[:limit].rstrip(" .")
    date = _day(article.published, passage.language) if article.published else ""
    context = ", ".join(part for part in (headline, date) if part)
    text = clean(passage.text, passage.language).text
    return f"{context}. {text}" if context else text


# An article's passages come one after the other, and many articles are of one day.
@lru_cache(maxsize=64)
def _cleaned(headline: str, language: str) -> str:
    return clean(headline, language).text


@lru_cache(maxsize=1 << 12)
def _day(published: Moment, language: str) -> str:
    """Write the day of publication: Jalali beside Persian text, Gregorian beside any other."""
    if language == "fa":
        return clean(format_jalali(published).partition("،")[0]).text
    return format_gregorian(published).partition(",")[0]


def _fitting(
    text: str, span: Span, max_tokens: int, count_tokens: Callable[[str], int]
) -> Iterator[tuple[Span, int]]:
    """Yield a sentence with its tokens, halved until each part fits.

    The cut is at the white space nearest to the middle, or else between graphemes.
    """
    cost = count_tokens(span.cut(text))
    middle = span.start
    if cost > max_tokens:
        centre = (span.start + span.end) // 2
        before = max(text.rfind(space, span.start + 1, centre) for space in " \u00a0\t")
        spaces = [at for at in (before, text.find(" ", centre, span.end)) if at > span.start]
        nearest = min(spaces, key=lambda at: abs(at - centre), default=None)
        middle = nearest or grapheme_border(text, span.start, centre)
    if not span.start < middle < span.end:  # it fits, or a single grapheme cannot be cut
        yield span, cost
        return
    for half in ((span.start, middle), (middle, span.end)):
        if part := Span(*trimmed(text, *half)):
            yield from _fitting(text, part, max_tokens, count_tokens)


def _packed(costs: list[int], config: ChunkConfig) -> Iterator[tuple[int, int]]:
    """Yield [first, last) of consecutive sentences whose costs sum to at most the limit."""
    first, total = 0, 0
    for row, cost in enumerate(costs):
        if row > first and total + cost > config.max_tokens:
            yield first, row
            # Some earlier sentences are repeated, as many as fit before this one.
            earliest = max(first + 1, row - config.overlap_sentences)
            first, total = row, 0
            while first > earliest and total + cost + costs[first - 1] <= config.max_tokens:
                first -= 1
                total += costs[first]
        total += cost
    if costs:
        yield first, len(costs)


def _language(text: str, fallback: str) -> str:
    """Detect the language of a passage, its article's where the passage is too short for that."""
    # Nearly always the first hundred characters are enough.
    if all(sum(map(str.isalpha, part)) < _MIN_LETTERS for part in (text[:100], text)):
        return fallback
    detected = detect(text)
    return detected.tag if detected.confidence >= _SURE else fallback
