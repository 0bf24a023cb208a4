"""A snapshot on a Qdrant server: nothing of it is in this process but what a question asked for.

Everything is asked by a filter (`View`): of the generation that served when it was opened, and of
what somebody may see. So counts, words and names are those of that view, as in an index of its own.
Rows are the numbers of points, see `points`.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from typing import Any, Final, TypeAlias

import numpy as np
from qdrant_client import QdrantClient, models

from index.arrays import HalfVectors, Mask, Rows, Scores, Vectors
from index.config import QdrantConfig
from index.corpus.archive import Stored, article_of, passage_of
from index.corpus.labels import labels_of
from index.corpus.ledger import Kind, Repeat
from index.engine import points
from index.engine.points import Edition, Record, Where, alive, articles_of, has_word, is_any
from index.engine.server import Server, server_of
from index.lexical.bm25 import BM25_K1, idf
from index.lexical.index import LexicalIndex, LexicalQuestion
from index.lexical.names import Line, Name, NameIndex, line_of
from index.lexical.postings import Group
from index.lexical.term_counts import hash_of, terms_of
from index.snapshot.snapshot import Scored, Snapshot, Tally
from index.types import (
    ALL_RIGHTS,
    EVERYTHING,
    Article,
    ArticleId,
    Passage,
    Rights,
    Scope,
    Span,
)

_TIE_MARGIN: Final = 16
# Candidates during the graph search (hnsw_ef); at least as many as are asked for.
_BEAM: Final = 512
_OVERSAMPLING: Final = 2.0  # times as many as asked for are compared again in half precision
_READ_AT_ONCE: Final = 64  # passages with their vectors
_SCROLLED: Final = 2_000
_KEPT: Final = 1 << 16  # words whose frequency, or consonants whose words, are kept
_KEPT_TEXTS: Final = 512  # articles, and passages with the vectors of their sentences
_MOST_VALUES: Final = 100_000  # outlets, languages, days or labels that are counted
_ALL: Final = Where()

Payload: TypeAlias = dict[str, Any]


class View:
    """What of an index is asked: an edition, and the filter that all requests have."""

    def __init__(self, server: Server, edition: Edition, where: Where, n_passages: int) -> None:
        """Ask for what `where` chooses, which are `n_passages`."""
        self.server: Final = server
        self.edition: Final = edition
        self.where: Final = where
        self.n_passages: Final = n_passages
        self._facts: dict[int, tuple[str, str]] = {}
        self._reports: dict[int, str] = {}
        self._articles: dict[int, Payload] = {}
        self._numbers: dict[str, int] = {}
        self._passages: dict[int, tuple[Stored, HalfVectors]] = {}

    def count(self, collection: str, where: Where) -> int:
        """Count the points of the view in a collection that `where` chooses."""
        chosen = (self.where & where).filter()
        return self.server.ask(
            lambda client: client.count(collection, count_filter=chosen, exact=True)
        ).count

    def facet(self, collection: str, key: str, where: Where = _ALL) -> Counter[Any]:
        """Count the points of the view by the values of a field."""
        chosen = (self.where & where).filter()
        hits = self.server.ask(
            lambda client: client.facet(
                collection, key, facet_filter=chosen, limit=_MOST_VALUES, exact=True
            )
        ).hits
        return Counter({hit.value: hit.count for hit in hits})

    def scroll(
        self, collection: str, chosen: models.Filter, fields: Sequence[str] | None = None
    ) -> Iterator[models.Record]:
        """Yield the points that a filter chooses, by number, with some fields or all."""
        offset: Any = None
        while True:
            page = partial(
                QdrantClient.scroll,
                collection_name=collection,
                scroll_filter=chosen,
                limit=_SCROLLED,
                offset=offset,
                with_payload=True if fields is None else list(fields),
            )
            found, offset = self.server.ask(page)
            yield from found
            if offset is None:
                return

    def articles(
        self, *conditions: models.Condition, fields: Sequence[str] | None = None
    ) -> Iterator[models.Record]:
        """Yield the articles of the view that conditions choose."""
        chosen = (self.where & Where(conditions)).filter()
        return self.scroll(self.edition.articles, chosen, fields)

    def article(self, article_id: str) -> tuple[int, Payload] | None:
        """Return number and fields of an article; those read last are kept."""
        number = self._numbers.get(article_id, 0)
        if kept := self._articles.get(number):
            return number, kept
        found = {
            int(point.id): point.payload or {}
            for point in self.articles(is_any(points.ARTICLE, [article_id]))
        }
        self._keep_articles(found)
        return next(iter(found.items()), None)

    def articles_at(self, numbers: Collection[int]) -> dict[int, Payload]:
        """Return the fields of articles by their numbers; those read last are kept."""
        known = {n: kept for n in numbers if (kept := self._articles.get(n))}
        missing = [number for number in numbers if number not in known]
        read = self.read(self.edition.articles, missing)
        found = {number: point.payload or {} for number, point in read.items()}
        self._keep_articles(found)
        return known | found

    def _keep_articles(self, found: dict[int, Payload]) -> None:
        if len(self._articles) > _KEPT_TEXTS:
            self._articles, self._numbers = {}, {}
        self._articles.update(found)
        self._numbers.update((payload[points.ARTICLE], n) for n, payload in found.items())

    def passages_at(self, rows: Sequence[int]) -> dict[int, tuple[Stored, HalfVectors]]:
        """Return passages as stored, and the vectors of their sentences; those read last are kept.

        Whoever reads a passage as a hit looks at its sentences next.
        """
        known = {row: kept for row in rows if (kept := self._passages.get(row))}
        missing = [row for row in rows if row not in known]
        kind = points.SENTENCES
        found = {
            row: ((point.payload or {})["stored"], np.array(_vector(point, kind), np.float16))
            for row, point in self.read(self.edition.passages, missing, ["stored"], kind).items()
        }
        if len(self._passages) > _KEPT_TEXTS:
            self._passages = {}
        self._passages.update(found)
        return known | found

    def read(
        self,
        collection: str,
        rows: Rows | Sequence[int],
        fields: Sequence[str] | None = None,
        vector: str | None = None,
    ) -> dict[Any, models.Record]:
        """Return points by their numbers, with some fields or all, and with a vector.

        Raises:
            EngineError: If one is not there.
        """
        wanted = sorted({int(row) for row in rows})
        found: dict[Any, models.Record] = {}
        for start in range(0, len(wanted), _READ_AT_ONCE if vector else _SCROLLED):
            retrieve = partial(
                QdrantClient.retrieve,
                collection_name=collection,
                ids=wanted[start : start + (_READ_AT_ONCE if vector else _SCROLLED)],
                with_payload=True if fields is None else list(fields),
                with_vectors=[vector] if vector else False,
            )
            found |= {point.id: point for point in self.server.ask(retrieve)}
        if len(found) < len(wanted):
            raise self.server.lacks(f"{len(found)} points instead of {len(wanted)}")
        return found

    def facts(self, rows: Rows | Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return language and report of passages, "" for no copies; those read last are kept."""
        numbers = [int(row) for row in rows]
        facts = {row: known for row in numbers if (known := self._facts.get(row))}
        missing = [row for row in numbers if row not in facts]
        fields = [points.LANGUAGE, points.REPORT]
        for row, point in self.read(self.edition.passages, missing, fields).items():
            payload = point.payload or {}
            facts[row] = payload[points.LANGUAGE], payload.get(points.REPORT, "")
        if len(self._facts) > _KEPT:
            self._facts.clear()
            self._reports.clear()
        self._facts.update(facts)
        owners = articles_of(np.array(list(facts), np.int64)).tolist()
        self._reports.update(zip(owners, (report for _, report in facts.values()), strict=True))
        return facts

    def report_of(self, article: int) -> str:
        """Return the report of an article, "" for no copies."""
        known = self._reports.get(article)
        if known is not None:
            return known
        first = int(points.passages_of(article, 1)[0])
        return self.facts([first])[first][1]


class HostedVectors:
    """Vectors of the passages of a view."""

    def __init__(self, view: View, dim: int, *, is_exact: bool) -> None:
        """Compare all vectors, of `dim` numbers, with a question where `is_exact`."""
        self._view = view
        self.dim: Final = dim
        self._is_exact = is_exact

    @property
    def n_rows(self) -> int:
        """Number of passages."""
        return self._view.n_passages

    def search(self, query: Vectors, k: int, allowed: Where | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` passages nearest to `query`, best first, ties by row."""
        return self._search(query, k, allowed or _ALL, is_exact=self._is_exact)

    def exact(self, query: Vectors, k: int) -> tuple[Rows, Vectors]:
        """Return what `search` does where every vector is compared."""
        return self._search(query, k, _ALL, is_exact=True)

    def _search(
        self, query: Vectors, k: int, where: Where, *, is_exact: bool
    ) -> tuple[Rows, Vectors]:
        chosen = self._view.where & where
        limit = max(1, min(k + _TIE_MARGIN, self.n_rows))
        rows, scores = self._query(points.PASSAGE, query, limit, chosen, is_exact=is_exact)
        if len(rows) < limit and not is_exact:
            rows, scores = self._query(points.PASSAGE, query, limit, chosen, is_exact=True)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with passages, shape (n,)."""
        scores = self._of_rows(points.PASSAGE, query, rows)
        if np.isnan(scores).any():
            raise self._view.server.lacks(f"{np.isnan(scores).sum()} passages fewer than asked for")
        return scores

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the best inner product of `query` with a sentence of each passage, shape (n,)."""
        best = self._of_rows(points.SENTENCES, query, rows)
        return np.where(np.isnan(best), missing, best)

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, shape (n, dim)."""
        read = self._view.read(self._view.edition.passages, rows, [], vector=points.PASSAGE)
        vectors = [_vector(read[row], points.PASSAGE) for row in rows.tolist()]
        return np.array(vectors, np.float32).reshape(-1, self.dim)

    def sentences(self, rows: Rows) -> list[HalfVectors]:
        """Return the vectors of each passage's sentences."""
        read = self._view.passages_at(rows.tolist())
        return [read[row][1].reshape(-1, self.dim) for row in rows.tolist()]

    def _of_rows(self, kind: str, query: Vectors, rows: Rows) -> Vectors:
        """Return the score of each row by one of its vectors, NaN for a row without such."""
        if not len(rows):
            return np.empty(0, np.float32)
        distinct, inverse = np.unique(rows, return_inverse=True)
        scores = np.full(len(distinct), np.nan, np.float32)
        among = Where(rows=(distinct,))
        scored, values = self._query(kind, query, len(distinct), among, is_exact=True)
        scores[np.searchsorted(distinct, scored)] = values
        return scores[inverse]

    def _query(
        self, kind: str, query: Vectors, limit: int, where: Where, *, is_exact: bool
    ) -> tuple[Rows, Vectors]:
        """Return the best points by one of their vectors, the best first, and their scores.

        Args:
            kind: Which vector; of several sentences the best counts.
            query: Shape (dim,).
            limit: How many.
            where: What to choose from.
            is_exact: Whether every vector is compared, in half precision.
        """
        params = models.SearchParams(
            exact=is_exact,
            hnsw_ef=max(_BEAM, limit),
            quantization=models.QuantizationSearchParams(
                ignore=is_exact, rescore=True, oversampling=_OVERSAMPLING
            ),
        )
        found = self._view.server.ask(
            lambda client: client.query_points(
                self._view.edition.passages,
                query=query.tolist(),
                using=kind,
                query_filter=where.filter(),
                search_params=params,
                limit=limit,
                with_payload=False,
            )
        ).points
        rows = np.array([point.id for point in found], np.int64)
        return rows, np.array([point.score for point in found], np.float32)


def _vector(point: models.Record, name: str) -> Any:  # noqa: ANN401  # as the client has it
    return point.vector.get(name, []) if isinstance(point.vector, dict) else []


class HostedWords:
    """Words of the passages or of the articles of a view, found and scored by BM25."""

    def __init__(self, view: View, collection: str, n_rows: int) -> None:
        """Search one of the collections, of which the view has `n_rows` points."""
        self._view = view
        self._collection = collection
        self.n_rows: Final = n_rows
        self.n_counted: Final = n_rows
        self._known: dict[str, int] = {}

    def frequency(self, term: str) -> int:
        """Count the rows that contain `term`; it is kept."""
        known = self._known.get(term)
        if known is None:
            known = self._view.count(self._collection, Where((has_word(term),)))
            self._keep({term: known})
        return known

    def unknown(self, terms: Iterable[str]) -> list[str]:
        """Return the terms whose frequency is not kept, each once."""
        return [term for term in dict.fromkeys(terms) if term not in self._known]

    def rule_out(self, terms: Sequence[str]) -> None:
        """Note that no row contains any of some terms, if that is so: one request."""
        has_any = models.Filter(should=[has_word(term) for term in terms])
        if not self._view.count(self._collection, Where((has_any,))):
            self._keep(dict.fromkeys(terms, 0))

    def _keep(self, frequencies: dict[str, int]) -> None:
        if len(self._known) > _KEPT:
            self._known = {}
        self._known.update(frequencies)

    def most_frequent(self, group: Group) -> int:
        """Count the rows that contain the commonest term of a group; 0 for an empty group."""
        return max((self.frequency(term) for term, _ in group), default=0)

    def search(
        self, groups: Sequence[Group], k: int, allowed: Where | None = None
    ) -> tuple[Rows, Scores]:
        """Return the `k` rows with the highest BM25 score, best first, ties by row.

        The server adds up all terms of a group, of which only the best counts: its best rows are
        scored again.
        """
        terms = terms_of(groups)
        weights = {
            term: idf(frequency, self.n_counted)
            for term in terms
            if (frequency := self.frequency(term))
        }
        asked = _summed(
            (term, boost * weights[term])
            for group in groups
            for term, boost in group
            if term in weights
        )
        if not asked or k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        where = self._view.where & (allowed or _ALL)
        ((rows, scores),) = self._products([asked], where, k + _TIE_MARGIN)
        if any(len(group) > 1 for group in groups):
            rows = np.sort(rows)
            scores = self.score(groups, rows, weights)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def score(self, groups: Sequence[Group], rows: Rows, idf: Mapping[str, float]) -> Scores:
        """Return the BM25 of rows, which rise, shape (n,); see `TermCounts.score`."""
        known = [[(term, boost) for term, boost in group if term in idf] for group in groups]
        total = np.zeros(len(rows), np.float32)
        if not any(known) or not len(rows):
            return total
        alone = _summed(
            (group[0][0], group[0][1] * idf[group[0][0]]) for group in known if len(group) == 1
        )
        several = [group for group in known if len(group) > 1]
        asked = [alone] if alone else []
        asked += [{term: boost * idf[term]} for group in several for term, boost in group]
        found = iter(self._products(asked, Where(rows=(rows,)), len(rows)))
        for n_asked in [*([1] if alone else []), *map(len, several)]:
            best = np.zeros(len(rows), np.float32)
            for _ in range(n_asked):
                places, scores = next(found)
                at = np.searchsorted(rows, places)
                best[at] = np.maximum(best[at], scores)
            total += best
        return total

    def _products(
        self, asked: Sequence[Mapping[str, float]], where: Where, limit: int
    ) -> list[tuple[Rows, Scores]]:
        """Return the best rows, each with the sum of the weighted term parts of its words."""
        chosen = where.filter()
        requests = [
            models.QueryRequest(
                query=models.SparseVector(
                    indices=[hash_of(term) for term in weights],
                    values=[weight * (BM25_K1 + 1) for weight in weights.values()],
                ),
                using=points.WORDS,
                filter=chosen,
                limit=limit,
                with_payload=False,
            )
            for weights in asked
        ]
        replies = self._view.server.ask(
            lambda client: client.query_batch_points(self._collection, requests)
        )
        return [
            (
                np.array([point.id for point in reply.points], np.int64),
                np.array([point.score for point in reply.points], np.float32),
            )
            for reply in replies
        ]


def _summed(weighted: Iterator[tuple[str, float]]) -> dict[str, float]:
    """Add up the weights of each term; two that share a hash would be refused, one stays."""
    total: dict[int, tuple[str, float]] = {}
    for term, weight in weighted:
        name, before = total.get(hash_of(term), (term, 0.0))
        total[hash_of(term)] = name, before + weight
    return dict(total.values())


class HostedNames(NameIndex):
    """Words of a view by their consonants."""

    def __init__(
        self, view: View, generation: int, frequency: Callable[[str], int] | None = None
    ) -> None:
        """Read words of a generation or before; see `NameIndex` for `frequency`."""
        super().__init__(frequency=frequency)
        self._view = view
        self._generation = generation
        self._kept: dict[str, tuple[Line, ...]] = {}

    def _stored(self, key: str) -> Iterator[Line]:
        self._fetch([key])
        yield from self._kept.get(key, ())

    def _fetch(self, keys: Collection[str]) -> None:
        """Read the words with some consonants, in one request."""
        missing = sorted(set(keys) - self._kept.keys())
        if not missing:
            return
        found = self._view.server.ask(
            lambda client: client.retrieve(
                self._view.edition.articles, list(map(points.point_of_key, missing))
            )
        )
        lines = {point.payload["key"]: point.payload["lines"] for point in found if point.payload}
        if len(self._kept) > _KEPT:
            self._kept.clear()
        for key in missing:
            self._kept[key] = tuple(
                line_of(line) for since, line in lines.get(key, ()) if since <= self._generation
            )

    def expand(self, question: str) -> list[Name]:
        """Return the names of a question, see `NameIndex.expand`."""
        seen = _Keys()
        seen.expand(question)  # without words every spelling is tried
        self._fetch(seen.keys)
        return super().expand(question)


class _Keys(NameIndex):
    """Notes the consonants that are looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def _stored(self, key: str) -> Iterator[Line]:
        self.keys.add(key)
        return iter(())


class HostedLexical(LexicalIndex):
    """Words of a view's passages and articles."""

    def __init__(self, view: View, record: Record, *, is_part: bool) -> None:
        """Look them up on the server; `is_part` where the view hides some of a generation."""
        passages = HostedWords(view, view.edition.passages, view.n_passages)
        n_articles = record.manifest.n_articles
        articles = HostedWords(view, view.edition.articles, n_articles)
        names = HostedNames(view, record.generation, passages.frequency if is_part else None)
        super().__init__((passages, articles), (passages, articles), names)
        self._view = view
        self._hosted = passages, articles

    def _together(self, *acts: Callable[[], Any]) -> list[Any]:
        return self._view.server.together(*acts)

    def _expect(self, terms: Sequence[str], rare: Sequence[str] = ()) -> None:
        passages, _ = self._hosted
        acts = [
            partial(words.frequency, term)
            for words in self._hosted
            for term in words.unknown(terms)
        ]
        nowhere = passages.unknown(set(rare).difference(terms))
        self._together(*acts, *([partial(passages.rule_out, nowhere)] if nowhere else []))
        self._together(*(partial(passages.frequency, term) for term in passages.unknown(rare)))

    def _owners_of(self, rows: Rows) -> Rows:
        return articles_of(rows)

    def _owning(self, passages: Where) -> Where:
        return passages.owning()


@dataclass(frozen=True)
class HostedColumns:
    """Facts of a view's passages.

    Attributes:
        view: The view.
        n_live: Number of passages.
        among: The passages that may be found, None for all.
    """

    view: View
    n_live: int
    among: Where | None = None

    @cached_property
    def outlet_names(self) -> tuple[str, ...]:
        """Case-folded names of the outlets."""
        return tuple(map(str, sorted(self.view.facet(self.view.edition.articles, points.OUTLET))))

    def within(self, scope: Scope) -> Where | None:
        """Choose the passages that a question of `scope` may find; None for all."""
        if scope == EVERYTHING:
            return self.among
        conditions: list[models.Condition] = []
        # An unknown date has neither field.
        for bound, key, name in (
            (scope.since, points.END, "gt"),
            (scope.until, points.BEGIN, "lt"),
        ):
            if bound is not None:
                within = models.Range(**{name: bound.timestamp()})
                conditions.append(models.FieldCondition(key=key, range=within))
        if scope.sources:
            conditions.append(is_any(points.OUTLET, sorted(scope.sources)))
        if scope.languages:
            conditions.append(is_any(points.LANGUAGE, sorted(scope.languages)))
        return Where(tuple(conditions)) & (self.among or _ALL)

    def count(self, allowed: Where | None) -> int:
        """Count the passages of a choice, None for all."""
        return (
            self.n_live if allowed is None else self.view.count(self.view.edition.passages, allowed)
        )

    def rows(self, allowed: Where) -> Rows:
        """Return the passages of a choice, which rise."""
        chosen = (self.view.where & allowed).filter()
        found = self.view.scroll(self.view.edition.passages, chosen, [])
        return np.array([point.id for point in found], np.int64)

    def is_language(self, rows: Rows, tag: str) -> Mask:
        """Tell which passages are in a language, shape (n,)."""
        facts = self.view.facts(rows)
        return np.array([facts[row][0] == tag for row in rows.tolist()], np.bool_)

    def owners_of(self, rows: Rows) -> Rows:
        """Return the articles of passages, shape (n,)."""
        return articles_of(rows)

    def rows_of(self, articles: Rows) -> Rows:
        """Return the passages of articles, ordered as these are."""
        read = self.view.read(self.view.edition.articles, articles, ["n"])
        rows = [points.passages_of(n, (read[n].payload or {})["n"]) for n in articles.tolist()]
        return np.concatenate(rows) if rows else np.empty(0, np.int64)

    def of_articles(self, articles: Rows | Sequence[int]) -> Where:
        """Choose the passages of articles."""
        return Where(rows=(self.rows_of(np.asarray(articles, np.int64)),))

    def among_articles(self, articles: Rows) -> "HostedColumns":
        """Return the same where only passages of these articles are found."""
        return replace(self, among=self.of_articles(articles))


class HostedTexts:
    """Texts of a view."""

    def __init__(self, view: View, rights: Rights) -> None:
        """Read them; an article is said to be read from a place that `rights` let see."""
        self._view = view
        self._rights = rights

    @property
    def n_passages(self) -> int:
        """Number of passages."""
        return self._view.n_passages

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def row(self, article_id: ArticleId) -> int | None:
        """Return the number of the article with this id, or None."""
        found = self._view.article(article_id)
        return found[0] if found else None

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        found = self._view.article(article_id)
        return self._article(found[1]) if found else None

    def articles_at(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of some numbers, in order."""
        read = self._view.articles_at(rows)
        return [self._article(read[row]) for row in rows]

    def articles(self) -> Iterator[Article]:
        """Yield all articles, by number."""
        return (self._article(point.payload or {}) for point in self._view.articles())

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Return (passage, its article) for each row, in order."""
        owners = articles_of(np.asarray(rows, np.int64)).tolist()
        cut: dict[int, tuple[Stored, HalfVectors]] = {}
        read: dict[int, Payload] = {}
        self._view.server.together(
            lambda: cut.update(self._view.passages_at(rows)),
            lambda: read.update(self._view.articles_at(owners)),
        )
        articles = {number: self._article(payload) for number, payload in read.items()}
        return [
            (_passage_of(articles[owner], cut[row][0]), articles[owner])
            for row, owner in zip(rows, owners, strict=True)
        ]

    def _article(self, payload: Payload) -> Article:
        article = article_of(payload["values"])
        if self._rights == ALL_RIGHTS:
            return article
        seen = (origin for labels, origin in payload["places"] if self._rights.may_see(labels))
        return replace(article, origin=next(seen, ""))


def _passage_of(article: Article, stored: Stored) -> Passage:
    start, end, language, _, sentences = stored
    return passage_of(article, Span(start, end), language, sentences)


class HostedReports:
    """Which articles of a view are one report."""

    def __init__(self, view: View) -> None:
        """Ask the server."""
        self._view = view
        self.group: Final = lru_cache(_KEPT)(self._group)

    def _group(self, row: int) -> list[int]:
        """Return the numbers of the articles that are one report with that of `row`, ascending."""
        report = self._view.report_of(row)
        if not report:
            return [row]
        found = self._view.articles(is_any(points.REPORT, [report]), fields=[])
        return sorted({row, *(int(point.id) for point in found)})

    def close(self) -> None:
        """Do nothing: nothing is open."""


class HostedLedger:
    """What became of the corpus, as far as a view's articles tell."""

    def __init__(self, view: View, rights: Rights) -> None:
        """Ask the server; earlier versions are told that `rights` let see."""
        self._view = view
        self._rights = rights

    def repeats(self, article: ArticleId, *, kind: Kind) -> Iterator[Repeat]:
        """Yield the earlier versions of an article."""
        assert kind is Kind.VERSION, "duplicates are known to builds alone"  # noqa: S101
        found = self._view.article(article)
        url = article_of(found[1]["values"]).url if found else ""
        for former, origin in found[1]["versions"] if found else ():
            if self._rights.may_see(labels_of(origin, url)):
                yield Repeat(Kind.VERSION, origin, article, former)

    def successor(self, former: str) -> ArticleId | None:
        """Return the article whose earlier version had this id."""
        fields = [points.ARTICLE]
        for point in self._view.articles(is_any(points.FORMERS, [former]), fields=fields):
            article = ArticleId((point.payload or {})[points.ARTICLE])
            known = self.repeats(article, kind=Kind.VERSION)
            if any(version.former == former for version in known):
                return article
        return None

    def wordings(self) -> Iterator[tuple[ArticleId, bytes]]:
        """Yield every article's id with the hash of its wording."""
        for point in self._view.articles(fields=[points.ARTICLE, "wording"]):
            payload = point.payload or {}
            yield ArticleId(payload[points.ARTICLE]), bytes.fromhex(payload["wording"])

    def close(self) -> None:
        """Do nothing: nothing is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedSnapshot(Snapshot):
    """A generation of an index on a server, or what of it somebody may see."""

    view: View
    record: Record
    rights: Rights = ALL_RIGHTS

    @property
    def name(self) -> str:
        """Name of what serves."""
        return self.record.name

    @property
    def published_at(self) -> datetime:
        """When it was published."""
        return datetime.fromtimestamp(self.record.at, UTC)

    def scored(
        self,
        question: LexicalQuestion,
        vector: Scores,
        language: str,
        near: tuple[Rows, Scores],
        others: Rows,
    ) -> Scored:
        """Score passages, see `Snapshot.scored`; all of it is asked at the same time."""
        rows = np.concatenate((near[0], others))
        rising = np.argsort(rows)
        ordered = rows[rising]
        lexical, names, best, given, is_same = self.view.server.together(
            lambda: self.lexical.shares(question, ordered),
            lambda: self.lexical.name_shares(question, ordered),
            lambda: self.vectors.best_sentences(
                vector, ordered, missing=np.full(len(rows), np.nan)
            ),
            lambda: self.vectors.scores(vector, others),
            lambda: self.layout.is_language(ordered, language),
        )
        cosines = np.concatenate((near[1], given))[rising]
        best = np.where(np.isnan(best), cosines, best)
        return Scored(ordered, cosines, best, is_same, lexical, names)

    def former_sentences(
        self, wordings: Mapping[ArticleId, Collection[bytes]]
    ) -> Iterator[tuple[ArticleId, str]]:
        """Yield (article, sentence) of what articles of older generations said in these wordings.

        Does not: find those of generations that are no longer kept.
        """
        named = is_any(points.ARTICLE, sorted(wordings))
        older = models.Filter(must=[named, points.since(self.record.generation)])
        for point in self.view.scroll(self.view.edition.articles, older):
            payload = point.payload or {}
            article = article_of(payload["values"])
            if bytes.fromhex(payload["wording"]) in wordings[article.id]:
                rows = points.passages_of(int(point.id), payload["n"])
                read = self.view.read(self.view.edition.passages, rows, ["stored"])
                for row in rows.tolist():
                    stored = (read[row].payload or {})["stored"]
                    for span in _passage_of(article, stored).sentences:
                        yield article.id, span.cut(article.text)

    def tally(self, outlets: Collection[str]) -> Tally:
        """Count the articles of some outlets, by case-folded name."""
        articles = self.view.edition.articles
        where = Where((is_any(points.OUTLET, sorted(outlets)),))
        sources: dict[str, Counter[str]] = {}
        for name, count in self.view.facet(articles, points.SOURCE, where).items():
            sources.setdefault(name.casefold(), Counter())[name] = count
        return Tally(
            n_articles=self.view.count(articles, where),
            days=self.view.facet(articles, points.DAY, where),
            outlets={spelled.most_common(1)[0][0]: spelled.total() for spelled in sources.values()},
            languages=dict(self.view.facet(articles, points.FIRST_LANGUAGE, where)),
        )

    def check(self) -> list[str]:
        """Return what is wrong with it on the server, in words; empty when all is there."""
        manifest, edition = self.record.manifest, self.view.edition
        if not self.view.server.ask(lambda client: client.collection_exists(edition.passages)):
            return [f"the server has no collection {edition.passages}"]
        counts = {
            "articles": (self.view.count(edition.articles, _ALL), manifest.n_articles),
            "passages": (self.view.count(edition.passages, _ALL), manifest.n_passages),
        }
        return [
            f"{found} {what} of {edition.articles} instead of {expected}"
            for what, (found, expected) in counts.items()
            if found != expected
        ]


class HostedLabels:
    """The labels of a snapshot's articles."""

    def __init__(self, snapshot: HostedSnapshot) -> None:
        """Ask the server."""
        self._whole = snapshot

    def count(self) -> Counter[tuple[str, ...]]:
        """Count articles by their labels."""
        view = self._whole.view
        counts = view.facet(view.edition.articles, points.OWN_LABELS)
        return Counter({tuple(json.loads(labels)): count for labels, count in counts.items()})

    def part(self, rights: Rights) -> "HostedSnapshot":
        """Return what of the snapshot is seen with these rights."""
        view, record = self._whole.view, self._whole.record
        articles = view.edition.articles
        known = view.facet(articles, points.LABELS)
        seen = [labels for labels in known if rights.may_see(json.loads(labels))]
        where = view.where & Where((is_any(points.LABELS, sorted(seen)),))
        counted = View(view.server, view.edition, where, 0)
        languages = counted.facet(view.edition.passages, points.LANGUAGE)
        sentences = counted.facet(articles, points.N_SENTENCES)
        manifest = replace(
            record.manifest,
            n_articles=counted.count(articles, _ALL),
            n_passages=languages.total(),
            n_sentences=sum(number * count for number, count in sentences.items()),
            languages=dict(sorted(languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        )
        part = View(view.server, view.edition, where, manifest.n_passages)
        return snapshot_of(part, replace(record, manifest=manifest), rights)


def snapshot_of(view: View, record: Record, rights: Rights = ALL_RIGHTS) -> HostedSnapshot:
    """Open what a view shows; no request is sent."""
    manifest = record.manifest
    return HostedSnapshot(
        manifest=manifest,
        archive=HostedTexts(view, rights),
        vectors=HostedVectors(view, manifest.encoder.dim, is_exact=record.is_exact),
        lexical=HostedLexical(view, record, is_part=rights != ALL_RIGHTS),
        layout=HostedColumns(view, manifest.n_passages),
        copies=HostedReports(view),
        ledger=HostedLedger(view, rights),
        view=view,
        record=record,
        rights=rights,
    )


def serving_record(config: QdrantConfig) -> Record:
    """Read what serves; see `points.read_record`."""
    return points.read_record(server_of(config), config.name)


def open_serving(config: QdrantConfig) -> HostedSnapshot:
    """Open what serves; raises as `points.read_record`."""
    server = server_of(config)
    record = points.read_record(server, config.name)
    view = View(
        server, Edition(record.edition), alive(record.generation), record.manifest.n_passages
    )
    return snapshot_of(view, record)
