"""True claims about real sentences, made by program; `planted` makes false ones of them.

A sentence as it is, shortened at a comma, with its clauses swapped, joined with another, reworded
by a table of synonyms, or (SIB-200) its human translation.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.types import Citation
from index import (
    Article,
    Span,
)
from index.sources import read_articles
from index.text.sentences import sentences
from index.types import ArticleId

EVAL = Path(__file__).parent.parent.parent / "shared" / "eval"


@dataclass(frozen=True, slots=True)
class Case:
    """A claim to be checked: its text, its citations, and the error in it, if any."""

    kind: str
    pair: str
    text: str
    numbers: tuple[int, ...]
    evidence: tuple[Citation, ...]
    is_true: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence that claims are made about, in the language of the claim and of the quote."""

    pair: str
    text: str
    citation: Citation
    article: int
    neighbours: tuple[Citation, ...]


def _citation(quote: str, article: Article | None = None, key: str = "") -> Citation:
    return Citation(
        number=1,
        article_id=article.id if article else ArticleId(key),
        headline=article.headline if article else "",
        source=article.source if article else "",
        via="",
        published=article.published if article else None,
        url="",
        span=Span(0, len(quote)),
        quote=quote,
        score=1.0,
    )


_WORDS = range(8, 45)


def news(name: str, tag: str, n: int, rng: random.Random) -> list[Source]:
    """Return sentences of `n` articles of a file, each with others of its article."""
    articles = [one for one in read_articles(EVAL / name) if isinstance(one, Article) and one.body]
    found = []
    for row, article in enumerate(rng.sample(articles, min(n, len(articles)))):
        body = "\n".join(span.cut(article.text) for span in article.body)
        cut = [span.cut(body) for span in sentences(body, article.language)]
        fit = [text for text in cut if len(text.split()) in _WORDS]
        quotes = [_citation(text, article) for text in fit]
        found += [
            Source(f"{tag}-{tag}", text, quote, row, tuple(q for q in quotes if q is not quote))
            for text, quote in zip(fit, quotes, strict=True)
        ]
    return found


def parallel(languages: Sequence[str]) -> list[Source]:
    """Return the parallel sentences: one of `languages` as the claim, Persian as the quote."""
    folder = EVAL / "sib200-sent2fa"
    corpus = {one["id"]: one["text"] for one in _records(folder / "corpus.jsonl")}
    asked = {one["id"]: one for one in _records(folder / "queries.jsonl")}
    found = []
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, _ = line.split("\t")
        if asked[query]["lang"] in languages:
            tag = asked[query]["lang"]
            quote = _citation(corpus[document], key=document)
            row = int(document.rpartition("-")[2])
            found.append(Source(f"{tag}-fa", asked[query]["text"], quote, row, ()))
    return found


def _records(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def true_case(kind: str, source: Source, text: str, *others: Citation) -> Case:
    """Return a claim that its quotes support."""
    return case_of(f"true: {kind}", source, text, *others, is_true=True)


def case_of(kind: str, source: Source, text: str, *others: Citation, is_true: bool = False) -> Case:
    """Return a claim that cites its own sentence and others."""
    quotes = [replace(one, number=n) for n, one in enumerate((source.citation, *others), start=1)]
    numbers = tuple(one.number for one in quotes)
    return Case(kind, source.pair, text, numbers, tuple(quotes), is_true)


MARKS = {"fa-fa": ("«", "»", "وی گفت: "), "en-en": ("“", "”", "He said: ")}


# --- true claims ---


def true_claims(source: Source, rng: random.Random) -> Iterator[Case]:
    """Yield claims that a sentence supports."""
    if source.pair not in MARKS:
        bare = re.sub(r"[\"“”„«»]", "", source.text)
        kind = "translated" if bare == source.text else "translated, quotation marks taken off"
        yield true_case(kind, source, " ".join(bare.split()))
        return
    text = source.text.strip()
    yield true_case("as it stands", source, text)
    yield from reworded(source)
    parts = re.split(r"[,،] ", text.rstrip(".؟!"))
    if len(parts) > 1 and is_whole(text):
        longest = max(parts, key=len)
        if len(longest.split()) in _WORDS:
            yield true_case("shortened", source, f"{longest}.")
        yield true_case("clauses swapped", source, f"{parts[-1]}, {', '.join(parts[:-1])}.")
    other = rng.choice(source.neighbours) if source.neighbours else None
    if other and is_whole(text) and is_whole(other.quote):
        link = " و " if source.pair == "fa-fa" else " and "
        yield true_case("two joined", source, f"{text.rstrip('. ')}{link}{other.quote}", other)


# Other words for the same, as rewording would choose them; none of them is a name or number.
_SYNONYMS_FA = (
    ("همچنین", "نیز"),
    ("اظهار داشت", "گفت"),
    ("اظهار كرد", "گفت"),
    ("اظهار کرد", "گفت"),
    ("افزود", "ادامه داد"),
    ("تاکید کرد", "بیان کرد"),
    ("گفت", "اظهار کرد"),
    ("به منظور", "برای"),
    ("آغاز", "شروع"),
    ("کاهش", "افت"),
    ("مسئولان", "مقامات"),
    ("دیدار", "ملاقات"),
    ("مشکلات", "دشواری‌ها"),
    ("کمک", "یاری"),
    ("اکنون", "حالا"),
    ("سال جاری", "امسال"),
    ("بسیار", "خیلی"),
    ("مهم", "بااهمیت"),
    ("درباره", "در مورد"),
    ("اجرا", "انجام"),
    ("افراد", "اشخاص"),
    ("سریع", "تند"),
    ("جهان", "دنیا"),
    ("تلاش", "کوشش"),
    ("نیاز", "احتیاج"),
    ("پایان", "انتها"),
    ("بازی", "مسابقه"),
    ("تیم", "گروه"),
    ("مردم", "شهروندان"),
    ("قصد", "تصمیم"),
    ("برگزار", "انجام"),
    ("ایجاد", "به وجود"),
)
_SYNONYMS_EN = (
    ("also", "as well"),
    ("said", "stated"),
    ("added", "went on"),
    ("stressed", "underlined"),
    ("officials", "authorities"),
    ("begin", "start"),
    ("started", "began"),
    ("help", "assist"),
    ("important", "significant"),
    ("large", "big"),
    ("show", "demonstrate"),
    ("many", "numerous"),
    ("about", "regarding"),
    ("problems", "difficulties"),
    ("talks", "negotiations"),
    ("deal", "agreement"),
    ("attack", "assault"),
    ("increase", "rise"),
    ("called", "named"),
    ("people", "persons"),
    ("told", "informed"),
    ("country", "nation"),
    ("work", "labor"),
    ("currently", "at present"),
)


def reworded(source: Source) -> Iterator[Case]:
    """Replace words by synonyms in a sentence, outside quotations."""
    pairs = {"fa-fa": _SYNONYMS_FA, "en-en": _SYNONYMS_EN}.get(source.pair, ())
    text = source.text
    if not is_whole(text):
        return
    for old, new in pairs:
        found = re.search(rf"(?<![\w\u200c]){old}(?![\w\u200c])", text)
        if found and new not in text:
            text = put_in(text, found, new)
    if text != source.text:
        yield true_case("reworded", source, text)


def is_whole(text: str) -> bool:
    """Tell whether no quotation or bracket would be cut in two."""
    return not re.search(r"[\"“”«»()\[\]‘’']", text)


def put_in(text: str, match: re.Match[str], new: str) -> str:
    """Return a text with other words in the place of a match."""
    return text[: match.start()] + new + text[match.end() :]
