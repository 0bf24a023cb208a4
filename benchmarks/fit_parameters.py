"""Parameters stored for an encoder, fitted to the evaluation data: means, confidence weights.

    python benchmarks/fit_parameters.py [--eval ../shared/eval] [--articles 2000]
                                        [--news 1000] [--questions 300] [--keep-means]

1. Means: questions of each language, and passages and sentences of each language, encoded and
   averaged; written to index/params/<encoder>.npz.
2. Confidence: archives of 1, 5, 30 and 200 articles and two of everything are built. Questions that
   they answer and questions of the other set are asked through the real pipeline. A logistic
   regression predicts whether the gold answer is in the quotes; its weights are written to
   index/params/<encoder>.json, and the score of each set when it was left out is printed.

The encoder is not trained, and no text of the data is stored.
"""

import argparse
import json
import random
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answer.confidence import DEFAULT_THRESHOLD, FEATURES, Signals, features
from bot.answer.evidence import ReaderConfig, find_quotes
from bot.question.question import read_question
from index import (
    BundledConfig,
    Encoder,
    IndexConfig,
    Retriever,
    VectorSpace,
    build_index,
    open_encoder,
    open_snapshot,
)
from index.encoders.space import OTHER, parameters_name
from index.evaluation import RememberingEncoder
from index.text.clean import clean
from index.text.sentences import sentences

Vectors = NDArray[np.float32]
Matrix = NDArray[np.float64]
Record = dict[str, Any]

PARAMS = Path(__file__).parent.parent / "index" / "params"
LEAD_CHARS = 400
"""What is taken of a news article: enough to distract, and four times as fast to encode."""
SIZES = ((1, 20), (5, 15), (30, 6), (200, 2))
"""Articles of a small archive, and how many such archives are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, its gold answers, and the article that answers it; "" if none does."""

    text: str
    language: str
    answers: tuple[str, ...]
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Features of one question to one archive, and its outcome."""

    features: tuple[float, ...]
    is_in_archive: bool
    is_right: bool
    is_full: bool


def main(arguments: Sequence[str]) -> None:
    """Fit and write both files."""
    options = _options(arguments)
    encoder = open_encoder(BundledConfig(cache_dir=options.cache))
    name = parameters_name(encoder.identity.name)
    if not options.keep_means:
        means = fit_means(encoder, options.eval, limit=options.questions)
        PARAMS.mkdir(exist_ok=True)
        halves: dict[str, Any] = {key: mean.astype(np.float16) for key, mean in means.items()}
        np.savez(PARAMS / f"{name}.npz", **halves)
    # Only now is anything placed: a space reads its encoder's means once in a process.
    with RememberingEncoder(encoder, options.cache) as remembering:
        rows = ask_all(remembering, options)
    report(rows)
    weights = fit([row for group in rows.values() for row in group])
    record = {
        "encoder": encoder.identity.name,
        "fitted": "logistic regression; label: the gold answer stands in the quotes",
        "data": f"{', '.join(rows)}; {options.news} news leads; archives of 1 to 200 articles",
        "command": "python benchmarks/fit_parameters.py "
        f"--articles {options.articles} --news {options.news} --questions {options.questions}",
        "confidence": {key: round(value, 3) for key, value in weights.items()},
    }
    (PARAMS / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "pasokh-fit")
    parser.add_argument("--articles", type=int, default=2000, help="of each corpus")
    parser.add_argument("--news", type=int, default=1000)
    parser.add_argument("--questions", type=int, default=300, help="of each set and purpose")
    parser.add_argument("--keep-means", action="store_true", help="fit confidence alone")
    return parser.parse_args(arguments)


def _lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _sample(items: Sequence[Any], n: int) -> list[Any]:
    """Return `n` of the items at most, the same each time."""
    return random.Random(7).sample(list(items), min(n, len(items)))  # noqa: S311  # no secret


def fit_means(encoder: Encoder, folder: Path, *, limit: int) -> dict[str, Vectors]:
    """Average the vectors of questions and of passages by language; `und` over languages."""
    asked: dict[str, list[str]] = {}
    for name in ("parsquad-x2fa", "parsquad-en2fa", "parsquad-fa", "pquad", "persianqa"):
        found: dict[str, list[str]] = {}
        for line in _lines(folder / name / "queries.jsonl"):
            found.setdefault(line["lang"], []).append(line["text"])
        for language, texts in found.items():
            asked.setdefault(language, []).extend(_sample(texts, limit))
    told: dict[str, list[str]] = {}
    for name, language in (
        ("pquad/corpus", "fa"),
        ("parsquad-fa/corpus", "fa"),
        ("news-fa", "fa"),
        ("news-en", "en"),
    ):
        told.setdefault(language, []).extend(_told(_sample(_lines(folder / f"{name}.jsonl"), 150)))
    means = {f"query/{tag}": _mean(encoder.encode_queries, texts) for tag, texts in asked.items()}
    means |= {
        f"passage/{tag}": _mean(encoder.encode_passages, texts) for tag, texts in told.items()
    }
    for side in ("query", "passage"):
        of_side = [mean for key, mean in means.items() if key.startswith(side)]
        means[f"{side}/{OTHER}"] = np.mean(of_side, axis=0)
    return dict(sorted(means.items()))


def _told(articles: Iterable[Record]) -> list[str]:
    """Return each article's lead with its headline, and about as many single sentences."""
    texts = []
    for article in articles:
        text = article["text"][: 2 * LEAD_CHARS]
        spans = sentences(text, "fa")[:-1] or sentences(text, "fa")
        texts.append(f"{article['title']}. {text}")
        texts += [span.cut(text) for span in spans[:2]]
    return texts


def _mean(encode: Any, texts: Sequence[str]) -> Vectors:  # noqa: ANN401  # either side's method
    vectors = encode([clean(text).text for text in texts])
    return np.asarray(vectors.mean(axis=0), np.float32)


def ask_all(encoder: Encoder, options: argparse.Namespace) -> dict[str, list[Asked]]:
    """Ask the questions of every set of its own archive and of the other's, at every size."""
    news = [
        {"id": f"news-{at}", "title": line["title"], "text": line["text"][:LEAD_CHARS]}
        for at, line in enumerate(_sample(_lines(options.eval / "news-fa.jsonl"), options.news))
    ]
    homes = {"pquad": "pquad", "parsquad-fa": "parsquad", "parsquad-en2fa": "parsquad"}
    homes["parsquad-x2fa"] = "parsquad"
    corpora = {
        home: _sample(_lines(options.eval / name / "corpus.jsonl"), options.articles)
        for home, name in (("pquad", "pquad"), ("parsquad", "parsquad-fa"))
    }
    kept = {article["id"] for corpus in corpora.values() for article in corpus}
    sets = {name: _questions(options.eval / name, kept, options.questions) for name in homes}
    rows: dict[str, list[Asked]] = {name: [] for name in homes}
    for home, corpus in corpora.items():
        for articles in _archives(corpus, news):
            ask = _Archive(encoder, articles, options.cache)
            for name, questions in sets.items():
                own = homes[name] == home
                rows[name] += ask.all(questions, own=own, full=len(articles) > len(corpus))
    return rows


def _archives(corpus: list[Record], news: list[Record]) -> Iterable[list[Record]]:
    yield [*corpus, *news]
    for size, times in SIZES:
        for turn in range(times):
            yield random.Random(turn).sample(corpus, size)  # noqa: S311  # no secret


def _questions(folder: Path, kept: set[str], n: int) -> list[Question]:
    """Return `n` of the set's questions at most that articles in `kept` answer."""
    answering: dict[str, str] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, article, _ = line.split("\t")
        answering.setdefault(query, article)
    found = [
        Question(
            text=line["text"],
            language=line["lang"],
            answers=tuple(line["answers"]),
            article=answering[line["id"]],
        )
        for line in _lines(folder / "queries.jsonl")
        if line["answerable"] and answering.get(line["id"]) in kept
    ]
    return _sample(found, n)


class _Archive:
    """An archive built in a folder of its own, to be asked."""

    def __init__(self, encoder: Encoder, articles: list[Record], cache: Path) -> None:
        """Build it; vectors known from other archives come from the cache."""
        space = VectorSpace(encoder.identity)
        self._keep = tempfile.TemporaryDirectory(prefix="pasokh-fit-")
        folder = Path(self._keep.name)
        (folder / "corpus").mkdir()
        text = "\n".join(json.dumps({**article, "lang": "fa"}) for article in articles)
        (folder / "corpus" / "articles.jsonl").write_text(text, encoding="utf-8")
        build_index(
            [folder / "corpus"],
            folder / "home",
            encoder=encoder,
            config=IndexConfig(),
            cache_dir=cache,
        )
        self._snapshot = open_snapshot(folder / "home", space=space)
        self._retriever = Retriever(self._snapshot, encoder, space=space)
        self._ids = {article["id"] for article in articles}

    def all(self, questions: Sequence[Question], *, own: bool, full: bool) -> list[Asked]:
        """Ask the questions this archive answers, and about as many that it does not."""
        answered = [each for each in questions if own and each.article in self._ids]
        if full:
            return [self._ask(each, full=True) for each in (answered if own else questions)]
        foreign = [] if own else _sample(questions, 12)
        return [self._ask(each, full=False) for each in [*answered, *foreign]]

    def _ask(self, question: Question, *, full: bool) -> Asked:
        found = self._retriever.retrieve(question.text, language=question.language)
        read = read_question(question.text)
        quotes = find_quotes(read, found, self._snapshot, ReaderConfig(max_sentences=3))
        parts = found.hits[0].parts
        signals = Signals(
            dense=parts.dense,
            sentence=max(quote.cosine for quote in quotes),
            n_passages=found.n_passages,
            lexical=parts.lexical if parts.is_same_language else None,
            names=parts.names,
        )
        quoted = "\0".join(_letters(each.span.cut(each.hit.article.text)) for each in quotes)
        is_in = question.article in self._ids
        return Asked(
            features=features(signals),
            is_in_archive=is_in,
            is_right=is_in and any(_letters(answer) in quoted for answer in question.answers),
            is_full=full,
        )


def _letters(text: str) -> str:
    """Return only letters and digits, in one spelling, for comparing answers."""
    folded = unicodedata.normalize("NFKD", clean(text).text.casefold())
    kept = (character for character in folded if character.isalnum())
    return "".join(str(unicodedata.decimal(each, each)) for each in kept)


def fit(rows: Sequence[Asked], *, ridge: float = 0.03) -> dict[str, float]:
    """Fit a logistic regression by Newton's method; `ridge` leaves the intercept alone.

    Questions that the archive answers have the same total weight as those that it does not.
    """
    matrix = np.array([[1.0, *row.features] for row in rows])
    labels = np.array([float(row.is_right) for row in rows])
    inside = np.array([row.is_in_archive for row in rows])
    shares = np.where(inside, 0.5 / inside.mean(), 0.5 / (1 - inside.mean()))
    penalty = ridge * np.eye(matrix.shape[1])
    penalty[0, 0] = 0.0
    weights = np.zeros(matrix.shape[1])
    for _ in range(50):
        odds = 1 / (1 + np.exp(-matrix @ weights))
        slope = matrix.T @ (shares * (odds - labels)) + penalty @ weights
        bend = (matrix * (shares * odds * (1 - odds))[:, None]).T @ matrix + penalty
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004  # converged
            break
    return dict(zip(("intercept", *FEATURES), weights.tolist(), strict=True))


def report(rows: dict[str, list[Asked]]) -> None:
    """Print, for each set left out of the fit, how well answerable questions are separated."""
    for name, group in rows.items():
        others = [row for other, found in rows.items() if other != name for row in found]
        weights = np.array(list(fit(others).values()))
        for title, chosen in (
            ("small", [row for row in group if not row.is_full]),
            ("full", [row for row in group if row.is_full]),
        ):
            logits = np.array([[1.0, *row.features] for row in chosen]) @ weights
            inside = np.array([row.is_in_archive for row in chosen])
            print(f"{name:16} {title:6} {_apart(logits[inside], logits[~inside])}")


def _apart(inside: Matrix, outside: Matrix) -> str:
    auroc = float((inside[:, None] > outside[None, :]).mean())
    refused = float((outside < np.quantile(inside, 0.05)).mean())
    level = np.log(DEFAULT_THRESHOLD / (1 - DEFAULT_THRESHOLD))
    return (
        f"n {len(inside)}/{len(outside)}  AUROC {auroc:.3f}  refused at 95% answered {refused:.3f}"
        f"  at the threshold: answered {(inside >= level).mean():.3f}"
        f" refused {(outside < level).mean():.3f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
