"""Publishing: what an index in files holds becomes a generation on a server.

What is there already stays: an article is written again only if its record, its places, its earlier
versions or its report changed, see `_Facts`. New points are of the next generation, those that it
lacks end with it, and then the record (see `points`) is written, which is one point: a reader sees
the old generation or the new one. What an interrupted publishing left is deleted by the next, and
so are points that neither the serving generation nor the one before it has.

All is written anew, into another edition, where there is nothing to share (another encoder, other
code), where the mean length of articles has changed, against which words are weighed, and where
something was removed by request: it is then in no collection, and the edition before is deleted.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from qdrant_client import QdrantClient, models
from xxhash import xxh3_128_hexdigest

from index.arrays import HalfVectors, Vectors
from index.config import QdrantConfig
from index.corpus.archive import Stored, article_of
from index.corpus.labels import labels_of
from index.corpus.ledger import Kind
from index.corpus.removals import read_removals
from index.engine import points
from index.engine.hosted import (
    HostedSnapshot,
    HostedVectors,
    View,
    open_serving,
    snapshot_of,
)
from index.engine.points import (
    Edition,
    Record,
    after,
    alive,
    delete_collections,
    passages_of,
    point_of_key,
    serving_edition,
    stray_collections,
)
from index.engine.server import REBUILD, Server, server_of
from index.errors import SnapshotError, SnapshotMissing
from index.lexical.index import TokenizedRow, tokenized_articles
from index.lexical.names import NameIndexBuilder
from index.lexical.term_counts import term_parts, unpacked
from index.snapshot.manifest import Manifest, PartCounts, load_manifest
from index.snapshot.rows import DAY_S, TEHRAN_S, VAGUE_S
from index.snapshot.snapshot import FileSnapshot, current_folder, open_folder
from index.text.calendars import period
from index.vectors.float16 import singles
from index.vectors.store import MIN_RECALL, measured_recall
from index.workers import Workers

_ARTICLES_AT_ONCE: Final = 64
_MANY_ARTICLES: Final = 1_000
"""A minute of one processor's work, against two seconds to start workers."""
_FLOATS_A_REQUEST: Final = 1 << 18  # some 4 MB as JSON; Qdrant refuses 32
_POINTS_A_REQUEST: Final = 2_000
_OTHER_LENGTH: Final = 0.1
"""Share by which the mean length of passages or articles may change before all is written anew."""
_UNDER_WAY_S: Final = 10.0
"""What questions that began with the edition before have to end."""
_MEASURED: Final = 64
_POLL_S: Final = 0.1
_STUCK_S: Final = 1800.0

_INDEXED: Final[dict[str, models.PayloadSchemaType]] = {
    points.SINCE: models.PayloadSchemaType.INTEGER,
    points.UNTIL: models.PayloadSchemaType.INTEGER,
    points.BEGIN: models.PayloadSchemaType.INTEGER,
    points.END: models.PayloadSchemaType.INTEGER,
    points.OUTLET: models.PayloadSchemaType.KEYWORD,
    points.LANGUAGE: models.PayloadSchemaType.KEYWORD,
    points.LABELS: models.PayloadSchemaType.KEYWORD,
}
_OF_ARTICLES: Final[dict[str, models.PayloadSchemaType]] = {
    points.ARTICLE: models.PayloadSchemaType.KEYWORD,
    points.REPORT: models.PayloadSchemaType.KEYWORD,
    points.FORMERS: models.PayloadSchemaType.KEYWORD,
    points.SOURCE: models.PayloadSchemaType.KEYWORD,
    points.FIRST_LANGUAGE: models.PayloadSchemaType.KEYWORD,
    points.OWN_LABELS: models.PayloadSchemaType.KEYWORD,
    points.DAY: models.PayloadSchemaType.INTEGER,
    points.N_SENTENCES: models.PayloadSchemaType.INTEGER,
}


def publish(home: Path, config: QdrantConfig, workers: Workers) -> None:
    """Let the server serve what the files under `home` hold; nothing where it does already.

    Where many articles are written, `workers` make points of them and send these, so that the
    server must be at this address for them too.

    Raises:
        ClusterError: If they are a cluster's and it fails.
        SnapshotCorrupt: If the files cannot be read.
        EngineError: If the server cannot be written; it goes on serving what it served.
    """
    server = server_of(config)
    delete_collections(server, stray_collections(server, config.name))
    try:
        folder = current_folder(home)
    except SnapshotMissing:
        _withdraw(server, config.name)
        return
    with closing(open_folder(folder, load_manifest(folder))) as snapshot:
        removals = _removals(home)
        before = _shared(config, snapshot, removals)
        if before is None:
            _write_edition(config, snapshot, removals, workers)
            old = stray_collections(server, config.name)
            time.sleep(_UNDER_WAY_S if old else 0)
            delete_collections(server, old)
        elif before.manifest.snapshot != snapshot.manifest.snapshot:
            _write_generation(config, snapshot, before, workers)


def problems(home: Path, config: QdrantConfig) -> list[str]:
    """Return in words what is wrong with the index on the server, beside the files under `home`.

    Raises:
        EngineError: If it cannot be asked.
    """
    server = server_of(config)
    strays = stray_collections(server, config.name)
    wrong = [f"the collection {name} on the server is of no index that serves" for name in strays]
    try:
        serving = open_serving(config)
        expected = load_manifest(current_folder(home)).snapshot
    except SnapshotError as error:
        return [*wrong, str(error)]
    found = serving.manifest.snapshot, serving.record.removals
    if found != (expected, _removals(home)):
        return [*wrong, f"the server serves {found[0]} instead of {expected}; {REBUILD}"]
    return wrong + serving.check()


def _removals(home: Path) -> str:
    """Hash the list of what was removed by request."""
    entries = [(entry.article, entry.text) for entry in read_removals(home).entries]
    return xxh3_128_hexdigest(json.dumps(entries).encode())


def _shared(config: QdrantConfig, snapshot: FileSnapshot, removals: str) -> HostedSnapshot | None:
    """Return what serves if the next generation can share points with it."""
    try:
        serving = open_serving(config)
    except SnapshotError:
        return None
    record = serving.record
    lengths = zip(record.lengths, snapshot.lexical.mean_lengths, strict=True)
    is_like = all(abs(now - then) <= _OTHER_LENGTH * then for then, now in lengths)
    is_same = (record.manifest.made_by, record.removals) == (snapshot.manifest.made_by, removals)
    return serving if is_same and is_like and not serving.check() else None


def _withdraw(server: Server, index: str) -> None:
    """Delete an index whose last article was removed."""
    edition = serving_edition(server, index)
    if edition is not None:
        gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=index))
        server.write(lambda client: client.update_collection_aliases([gone]))
        delete_collections(server, edition.both)


def _write_edition(
    config: QdrantConfig, snapshot: FileSnapshot, removals: str, workers: Workers
) -> None:
    """Write all articles into new collections and let them serve."""
    server, index = server_of(config), config.name
    edition = Edition.named(index)
    manifest = snapshot.manifest
    _create(server, edition, manifest.encoder.dim)
    written = _Batch(_Put(config, edition, snapshot.lexical.mean_lengths, 1), snapshot, workers)
    written.send(written.facts, {}, first_number=1)
    for collection in edition.both:
        _wait_until_indexed(server, collection)
    record = Record(
        edition=edition.articles,
        generation=1,
        manifest=manifest,
        at=time.time(),
        next_article=1 + manifest.n_articles,
        lengths=snapshot.lexical.mean_lengths,
        is_exact=False,
        removals=removals,
    )
    view = View(server, edition, alive(1), manifest.n_passages)
    vectors = HostedVectors(view, manifest.encoder.dim, is_exact=False)
    recall = measured_recall(vectors, _questions(snapshot))
    is_exact = recall < MIN_RECALL
    counts = replace(_counts(manifest), recall=1.0 if is_exact else recall)
    record = replace(record, is_exact=is_exact, manifest=replace(manifest, parts=(counts,)))
    _serve(server, record)
    new = models.CreateAlias(collection_name=edition.articles, alias_name=index)
    acts: list[models.AliasOperations] = [models.CreateAliasOperation(create_alias=new)]
    if serving_edition(server, index) is not None:
        old = models.DeleteAlias(alias_name=index)
        acts.insert(0, models.DeleteAliasOperation(delete_alias=old))
    server.write(lambda client: client.update_collection_aliases(acts))


def _write_generation(
    config: QdrantConfig, snapshot: FileSnapshot, before: HostedSnapshot, workers: Workers
) -> None:
    """Write what is new and let it serve with what stayed."""
    server = server_of(config)
    record, edition = before.record, before.view.edition
    serving, generation = record.generation, record.generation + 1
    for collection in edition.both:
        _clean(server, collection, serving)
    fields = [points.ARTICLE, "n", "digest", points.REPORT]
    there = {
        str(payload[points.ARTICLE]): (int(point.id), payload)
        for point in before.view.articles(fields=fields)
        if (payload := point.payload or {})
    }
    written = _Batch(_Put(config, edition, record.lengths, generation), snapshot, workers)
    changed = {
        name: facts
        for name, facts in written.facts.items()
        if name not in there or there[name][1]["digest"] != facts.digest
    }
    reports = {
        name: payload[points.REPORT]
        for name, (_, payload) in there.items()
        if points.REPORT in payload
    }
    n_sent = written.send(changed, reports, first_number=record.next_article)
    ended = [there[name] for name in there if name not in written.facts or name in written.sent]
    numbers = [number for number, _ in ended]
    rows = [row for n, payload in ended for row in passages_of(n, payload["n"]).tolist()]
    for collection, ids in zip(edition.both, (numbers, rows), strict=True):
        for start in range(0, len(ids), _POINTS_A_REQUEST):
            end = partial(
                QdrantClient.set_payload,
                collection_name=collection,
                payload={points.UNTIL: generation},
                points=ids[start : start + _POINTS_A_REQUEST],
            )
            server.write(end)
    parts = (replace(_counts(snapshot.manifest), recall=record.manifest.recall),)
    _serve(
        server,
        replace(
            record,
            generation=generation,
            manifest=replace(snapshot.manifest, parts=parts),
            at=time.time(),
            next_article=record.next_article + n_sent,
        ),
    )


def _clean(server: Server, collection: str, serving: int) -> None:
    """Undo what an interrupted publishing did, and delete what nobody reads any more."""
    undone = after(points.SINCE, serving)
    over = models.Filter(must=[points.until(serving - 1)])
    server.write(lambda client: client.delete(collection, undone))
    server.write(lambda client: client.delete(collection, over))
    ending = after(points.UNTIL, serving)
    server.write(lambda client: client.delete_payload(collection, [points.UNTIL], ending))


def _serve(server: Server, record: Record) -> None:
    """Write the record of a generation that is whole.

    Raises:
        EngineError: If it is not.
    """
    edition, manifest = Edition(record.edition), record.manifest
    view = View(server, edition, alive(record.generation), manifest.n_passages)
    wrong = snapshot_of(view, record).check()
    if wrong:
        raise server.lacks("; ".join(wrong))
    point = models.PointStruct(id=points.RECORD, vector={}, payload=record.payload())
    server.write(lambda client: client.upsert(edition.articles, [point], wait=True))


def _counts(manifest: Manifest) -> PartCounts:
    """Return the counts of all articles as those of one part."""
    return PartCounts(
        articles=manifest.n_articles,
        passages=manifest.n_passages,
        sentences=manifest.n_sentences,
    )


def _questions(snapshot: FileSnapshot) -> Vectors:
    """Return vectors of sentences to measure the search with."""
    layout = snapshot.layout
    rows = np.arange(layout.n_rows) if layout.live is None else np.flatnonzero(layout.live)
    spread = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _MEASURED)).astype(int))]
    sentences = [vectors[:1] for vectors in snapshot.vectors.sentences(spread)]
    return singles(np.concatenate(sentences))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a snapshot says of an article beside its text.

    Attributes:
        row: Of the article.
        record, wording: Hashes of it.
        places: Labels and path of each place where it is, its own first.
        versions: Id and place of each earlier version.
    """

    row: int
    record: bytes
    wording: bytes
    places: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    versions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Hash of all that is stored of the article, but its report."""
        stored = [self.record.hex(), self.places, self.versions]
        return xxh3_128_hexdigest(json.dumps(stored).encode())


def _facts_of(snapshot: FileSnapshot) -> dict[str, _Facts]:
    """Return the facts of every article, by id."""
    addresses = {name: (row, url) for row, name, _, url in snapshot.archive.addresses()}
    facts = {
        str(name): _Facts(addresses[name][0], digests.record, digests.text)
        for name, digests in snapshot.ledger.indexed()
        if name in addresses
    }
    for name, origin in snapshot.ledger.origins():
        if name in facts:
            facts[name].places.append((labels_of(origin, addresses[name][1]), origin))
    for version in snapshot.ledger.repeats(kind=Kind.VERSION):
        if version.article in facts:
            facts[version.article].versions.append((version.former, version.origin))
    return facts


class _Batch:
    """Writes articles of a snapshot as points of a generation."""

    def __init__(self, put: "_Put", snapshot: FileSnapshot, workers: Workers) -> None:
        """Write by `put`, which workers do where there is much to write."""
        self._put = put
        self._snapshot = snapshot
        self._workers = workers
        self.facts: Final = _facts_of(snapshot)
        self.sent: Final[set[str]] = set()

    def send(
        self, changed: Mapping[str, _Facts], reports: Mapping[str, str], *, first_number: int
    ) -> int:
        """Write articles, with those whose report has another name now; return how many.

        Args:
            changed: The articles.
            reports: Names of the reports that are there, by article.
            first_number: That of the first article.
        """
        named = self._reports(changed, reports)
        self.sent.update(named)
        ordered = sorted(named, key=lambda name: self.facts[name].row)
        names = NameIndexBuilder()
        pieces = (
            (None, self._read(ordered[start : start + _ARTICLES_AT_ONCE], named, number))
            for start in range(0, len(ordered), _ARTICLES_AT_ONCE)
            for number in [first_number + start]
        )
        is_worth_it = len(ordered) >= _MANY_ARTICLES
        with self._workers as workers:
            for _, counted in workers.map(self._put, pieces, is_worth_it=is_worth_it):
                names.merge(counted)
        _send_names(self._put, names)
        return len(ordered)

    def _reports(
        self, changed: Mapping[str, _Facts], known: Mapping[str, str]
    ) -> dict[str, str | None]:
        """Return the articles to write, each with the name of its report, None for no copies.

        A report keeps the least name it has, or gets that of an article; whichever article has
        another name for it is written again.
        """
        by_row = {facts.row: name for name, facts in self.facts.items()}
        named: dict[str, str | None] = {}
        waiting = list(changed)
        for name in waiting:  # grows as it is read
            if name in named:
                continue
            group = self._snapshot.copies.group(self.facts[name].row)
            members = [by_row[row] for row in group if row in by_row]
            named[name] = None
            if len(members) > 1:
                names = [known[member] for member in members if member in known]
                named[name] = min(names, default=min(members))
                waiting += [one for one in members if known.get(one) != named[name]]
        return named

    def _read(
        self, some: Sequence[str], reports: Mapping[str, str | None], first_number: int
    ) -> list["_Read"]:
        """Read some articles, numbered on, with all that is stored of them."""
        snapshot = self._snapshot
        rows = np.array([self.facts[name].row for name in some], np.int64)
        passage_rows = snapshot.layout.rows_of(rows)
        vectors = iter(snapshot.vectors.passages(passage_rows).astype(np.float16))
        sentences = iter(snapshot.vectors.sentences(passage_rows))
        return [
            _Read(
                number=number,
                name=name,
                facts=self.facts[name],
                report=reports[name],
                values=values,
                cut=cut,
                vectors=[(next(vectors), next(sentences)) for _ in cut],
            )
            for number, (name, (values, cut)) in enumerate(
                zip(some, snapshot.archive.stored(rows), strict=True), start=first_number
            )
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """An article that is to be written.

    Attributes:
        number: Of its point.
        name: Its id.
        report: Name of its report, None for no copies.
        values, cut: Itself and its passages, as stored.
        vectors: Those of each passage and of its sentences.
    """

    number: int
    name: str
    facts: _Facts
    report: str | None
    values: tuple[Any, ...]
    cut: Sequence[Stored]
    vectors: list[tuple[HalfVectors, HalfVectors]]


@dataclass(frozen=True, slots=True)
class _Put:
    """Makes points of articles and sends them, in this process or another, once or more often.

    Attributes:
        config: Where the server is.
        edition: What is written to.
        lengths: Mean number of words of a passage and of an article, to weigh words against.
        generation: That of the points.
    """

    config: QdrantConfig
    edition: Edition
    lengths: tuple[float, float]
    generation: int

    @property
    def server(self) -> Server:
        """The server."""
        return server_of(self.config)

    def __call__(self, read: list[_Read]) -> dict[str, int]:
        """Send articles; return their words, counted for `names`."""
        articles = [article_of(one.values) for one in read]
        tokenized = tokenized_articles(
            [
                (article.headline, [article.text[start:end] for start, end, *_ in one.cut])
                for article, one in zip(articles, read, strict=True)
            ]
        )
        passage_words, article_words = map(iter, tokenized.rows)
        whole, parts = (
            _Requests(self.server, self.edition.articles),
            _Requests(self.server, self.edition.passages),
        )
        for one, article in zip(read, articles, strict=True):
            facts, cut = one.facts, one.cut
            labels = sorted({json.dumps(each, ensure_ascii=False) for each, _ in facts.places})
            shared: dict[str, Any] = {
                points.SINCE: self.generation,
                points.OUTLET: article.source.casefold(),
                points.LABELS: labels,
            }
            about: dict[str, Any] = {
                points.ARTICLE: one.name,
                "values": one.values,
                "digest": facts.digest,
                "wording": facts.wording.hex(),
                "places": facts.places,
                "versions": facts.versions,
                "n": len(cut),
                points.N_SENTENCES: sum(n for *_, n, _ in cut),
                points.FORMERS: [former for former, _ in facts.versions],
                points.SOURCE: article.source,
                points.LANGUAGE: sorted({language for _, _, language, *_ in cut}),
                points.FIRST_LANGUAGE: cut[0][2],
                points.OWN_LABELS: json.dumps(facts.places[0][0], ensure_ascii=False),
            }
            if article.published is not None:
                begin, end = (int(moment.timestamp()) for moment in period(article.published))
                shared |= {points.BEGIN: begin, points.END: end}
                if begin < end <= begin + VAGUE_S:
                    about[points.DAY] = (begin + TEHRAN_S) // DAY_S
            if one.report is not None:
                shared[points.REPORT] = one.report
            words = self._words(next(article_words), 1)
            whole.add(one.number, words[0], shared | about | words[1], 0)
            rows = passages_of(one.number, len(cut)).tolist()
            for row, stored, (own, spoken) in zip(rows, cut, one.vectors, strict=True):
                words = self._words(next(passage_words), 0)
                vector: dict[str, Any] = {points.PASSAGE: own.tolist(), **words[0]}
                if len(spoken):
                    vector[points.SENTENCES] = spoken.tolist()
                payload = shared | words[1] | {points.LANGUAGE: stored[2], "stored": stored}
                parts.add(row, vector, payload, (1 + len(spoken)) * len(own))
        # Passages first: an article that is there is whole.
        parts.flush()
        whole.flush()
        return tokenized.names

    def _words(self, row: TokenizedRow, of: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the words of a passage (`of` 0) or article (1), as a vector and in the payload."""
        hashes, counts = unpacked(row.entries)
        if not len(hashes):
            return {}, {}
        lengths = np.full(len(counts), row.n_tokens, np.float64)
        values = term_parts(counts.astype(np.float32), lengths, self.lengths[of])
        vector = models.SparseVector.model_construct(
            indices=hashes.tolist(), values=values.tolist()
        )
        return {points.WORDS: vector}, {points.WORDS: " ".join(dict.fromkeys(row.tokens.split()))}


def _send_names(put: _Put, names: NameIndexBuilder) -> None:
    """Add the words that are new to those of the same consonants."""
    by_key: dict[str, list[str]] = {}
    for key, line in names.lines():
        by_key.setdefault(key, []).append(line)
    server, collection = put.server, put.edition.articles
    requests = _Requests(server, collection)
    keys = sorted(by_key)
    for start in range(0, len(keys), _POINTS_A_REQUEST):
        some = keys[start : start + _POINTS_A_REQUEST]
        retrieve = partial(
            QdrantClient.retrieve, collection_name=collection, ids=[*map(point_of_key, some)]
        )
        stored = {
            point.payload["key"]: point.payload["lines"]
            for point in (server.ask(retrieve) if put.generation > 1 else ())
            if point.payload
        }
        for key in some:
            kept = [one for one in stored.get(key, ()) if one[0] < put.generation]
            known = {_word(line) for _, line in kept}
            new = [line for line in by_key[key] if _word(line) not in known]
            if new:
                lines = [*kept, *([put.generation, line] for line in new)]
                requests.add(point_of_key(key), {}, {"key": key, "lines": lines}, 0)
    requests.flush()


def _word(line: str) -> str:
    """Return word and token of a line of names."""
    return "\t".join(line.split("\t")[:2])


class _Requests:
    """Puts points into a collection, in requests of bounded size."""

    def __init__(self, server: Server, collection: str) -> None:
        """Start empty."""
        self._server = server
        self._collection = collection
        self._points: list[models.PointStruct] = []
        self._size = 0

    def add(self, number: int | str, vector: Any, payload: dict[str, Any], n_floats: int) -> None:  # noqa: ANN401
        """Add a point."""
        n_letters = len(payload.get("values", ("",) * 3)[2] or "")
        size = n_floats + n_letters + _FLOATS_A_REQUEST // _POINTS_A_REQUEST
        if self._points and self._size + size > _FLOATS_A_REQUEST:
            self.flush()
        # Subtle: not validated, as that takes several times as long as sending.
        point = models.PointStruct.model_construct(id=number, vector=vector, payload=payload)
        self._points.append(point)
        self._size += size

    def flush(self) -> None:
        """Send what is left."""
        if self._points:
            put, self._points, self._size = self._points, [], 0
            self._server.write(lambda client: client.upsert(self._collection, put, wait=True))


def _create(server: Server, edition: Edition, dim: int) -> None:
    """Create the collections of an edition."""
    quick = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
    best = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    shared: dict[str, Any] = {
        "size": dim,
        "distance": models.Distance.DOT,
        "datatype": models.Datatype.FLOAT16,
        "on_disk": True,
    }
    vectors = {
        points.PASSAGE: models.VectorParams(
            **shared, quantization_config=models.ScalarQuantization(scalar=quick)
        ),
        points.SENTENCES: models.VectorParams(
            **shared, multivector_config=best, hnsw_config=models.HnswConfigDiff(m=0)
        ),
    }
    words = {points.WORDS: models.SparseVectorParams(index=models.SparseIndexParams(on_disk=True))}
    tokens = models.TextIndexParams(
        type=models.TextIndexType.TEXT,
        tokenizer=models.TokenizerType.WHITESPACE,
        lowercase=False,
        on_disk=True,
    )
    for collection, dense, keys in (
        (edition.articles, {}, _INDEXED | _OF_ARTICLES),
        (edition.passages, vectors, _INDEXED),
    ):

        def create(
            client: QdrantClient, name: str = collection, dense: dict[str, Any] = dense
        ) -> None:
            # After a lost response, a retry finds the collection created.
            if not client.collection_exists(name):
                client.create_collection(
                    name, vectors_config=dense, sparse_vectors_config=words, on_disk_payload=True
                )

        server.write(create)
        schemas: dict[str, Any] = {**keys, points.WORDS: tokens}
        for key, schema in schemas.items():
            index = partial(
                QdrantClient.create_payload_index,
                collection_name=collection,
                field_name=key,
                field_schema=schema,
                wait=False,
            )
            server.write(index)


def _wait_until_indexed(server: Server, collection: str) -> None:
    """Wait while the server builds the search graph.

    Raises:
        EngineError: If it fails, or makes no progress for half an hour.
    """
    state, since = None, time.monotonic()
    while True:
        info = server.write(lambda client: client.get_collection(collection))
        if info.status is models.CollectionStatus.GREEN:
            return
        if info.status is models.CollectionStatus.GREY:  # restarted, it waits for an update
            server.write(
                lambda client: client.update_collection(
                    collection, optimizers_config=models.OptimizersConfigDiff()
                )
            )
        now = info.status, info.indexed_vectors_count, info.segments_count
        if now != state:
            state, since = now, time.monotonic()
        if info.status is models.CollectionStatus.RED or time.monotonic() - since > _STUCK_S:
            raise server.lacks(f"a collection that it cannot index ({now})")
        time.sleep(_POLL_S)
