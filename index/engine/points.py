"""Names of collections, points and payload fields of an index on a Qdrant server, and its filters.

An index called NAME is an alias of a collection NAME-EDITION, beside which NAME-EDITION-passages
stands. Both are made together, hold everything and are only added to:

    NAME-EDITION            point 0        the record of what serves, see `Record`
                            article n      words (sparse vector), facts and text
                            a UUID a key   words that have the consonants `key`, see `lexical.names`
    NAME-EDITION-passages   n << 20 | i    passage i of article n, from 1: its vector, those of its
                                           sentences, words (sparse), place and facts

A number n is never used again. An article or passage belongs to the generations from `since` on and
before `until`, if it has one; a reader asks for those of its own generation, whatever is written
meanwhile, and a generation shares with the one before all points but those that changed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self
from uuid import UUID, uuid4

import numpy as np
from qdrant_client import QdrantClient, models
from xxhash import xxh3_128_digest

from index.arrays import Rows
from index.engine.server import REBUILD, Server
from index.errors import EngineError, SnapshotCorrupt, SnapshotMismatch, SnapshotMissing
from index.snapshot.manifest import SCHEMA, Manifest, manifest_of

PASSAGE: Final = "passage"
SENTENCES: Final = "sentences"
WORDS: Final = "words"

RECORD: Final = 0
SINCE: Final = "since"
UNTIL: Final = "until"
ARTICLE: Final = "id"
BEGIN: Final = "begin"
END: Final = "end"
DAY: Final = "day"
OUTLET: Final = "outlet"
SOURCE: Final = "source"
LANGUAGE: Final = "language"
FIRST_LANGUAGE: Final = "first_language"
LABELS: Final = "labels"
OWN_LABELS: Final = "own_labels"
REPORT: Final = "report"
FORMERS: Final = "formers"
N_SENTENCES: Final = "n_sentences"

_BITS: Final = 20  # of a million passages no text comes that can be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What serves: stored as one point, so that it changes at once.

    Attributes:
        edition: Name of the collection that it is in.
        generation: That of the points that serve.
        manifest: Of the snapshot in files that was published.
        at: When, in seconds since 1970.
        next_article: Least number that no article has had.
        lengths: Mean number of words of a passage and of an article as words are stored; scores are
            held against it until all is written anew.
        is_exact: Whether passages are searched without the graph, which misses too many.
        removals: Hash of the list of what was removed by request.
    """

    edition: str
    generation: int
    manifest: Manifest
    at: float
    next_article: int
    lengths: tuple[float, float]
    is_exact: bool
    removals: str

    @property
    def name(self) -> str:
        """Name of what serves, which nothing else ever has."""
        return f"{self.edition}/{self.generation}"

    def payload(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"record": asdict(replace(self, manifest=replace(self.manifest, files={})))}


@dataclass(frozen=True, slots=True)
class Edition:
    """The two collections that hold one index, by the name of the first."""

    articles: str

    @property
    def passages(self) -> str:
        """Name of the second."""
        return f"{self.articles}-passages"

    @property
    def both(self) -> tuple[str, str]:
        """Both names."""
        return self.articles, self.passages

    @classmethod
    def named(cls, index: str) -> Self:
        """Name a new one."""
        return cls(f"{index}-{uuid4().hex[:12]}")


def serving_edition(server: Server, index: str) -> Edition | None:
    """Return the edition that serves an index, None where there is none."""
    aliases = server.ask(lambda client: client.get_aliases()).aliases
    names = [one.collection_name for one in aliases if one.alias_name == index]
    return Edition(names[0]) if names else None


def read_record(server: Server, index: str, collection: str = "") -> Record:
    """Read what serves an index, or what is recorded in one of its collections.

    Raises:
        SnapshotMissing: If nothing is published there.
        SnapshotCorrupt: If it cannot be read.
        SnapshotMismatch: If it has another schema.
        EngineError: If the server cannot be asked.
    """
    try:
        found = server.ask(lambda client: client.retrieve(collection or index, [RECORD]))
    except EngineError:
        if serving_edition(server, index) is None:
            msg = f"Expected the index {index} on {server.address}, but there is none; {REBUILD}."
            raise SnapshotMissing(msg) from None
        raise
    try:
        fields = dict((found[0].payload or {})["record"])
        schema = fields["manifest"]["schema"]
        if schema == SCHEMA:
            manifest = manifest_of(fields.pop("manifest"))
            return Record(manifest=manifest, lengths=tuple(fields.pop("lengths")), **fields)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        msg = (
            f"Expected the record of the index {index} on {server.address}, but {error!r} is wrong "
            f"in it; {REBUILD}."
        )
        raise SnapshotCorrupt(msg) from error
    msg = (
        f"Expected an index of schema {SCHEMA} on {server.address}, but it has {schema!r}; "
        f"{REBUILD}."
    )
    raise SnapshotMismatch(msg)


def stray_collections(server: Server, index: str) -> list[str]:
    """Return collections of editions that do not serve; an interrupted build leaves such."""
    edition = serving_edition(server, index)
    form = re.compile(re.escape(index) + r"-[0-9a-f]{12}(-passages)?")
    listed = server.ask(lambda client: client.get_collections()).collections
    names = {one.name for one in listed if form.fullmatch(one.name)}
    return sorted(names - set(edition.both if edition else ()))


def articles_of(rows: Rows) -> Rows:
    """Return the numbers of the articles that passages are of."""
    return np.asarray(rows, np.int64) >> _BITS


def passages_of(number: int, n_passages: int) -> Rows:
    """Return the points of an article's passages."""
    first = (number << _BITS) + 1
    return np.arange(first, first + n_passages)


def point_of_key(key: str) -> str:
    """Return the point of the words with some consonants."""
    return str(UUID(bytes=xxh3_128_digest(key.encode())))


@dataclass(frozen=True, slots=True)
class Where:
    """A choice of passages: what their payload says, and of some rows; all of it must hold."""

    conditions: tuple[models.Condition, ...] = ()
    rows: tuple[Rows, ...] = ()

    def __and__(self, other: "Where") -> "Where":
        """Return those that both choose."""
        return Where((*self.conditions, *other.conditions), (*self.rows, *other.rows))

    def filter(self) -> models.Filter:
        """Return it as the server takes it."""
        chosen = [models.HasIdCondition(has_id=rows.tolist()) for rows in self.rows]
        return models.Filter(must=[*self.conditions, *chosen])

    def owning(self) -> "Where":
        """Return the articles of the passages that it chooses."""
        return Where(self.conditions, tuple(np.unique(articles_of(rows)) for rows in self.rows))


def alive(generation: int) -> Where:
    """Choose what belongs to a generation."""
    return Where((since(generation), models.Filter(must_not=[until(generation)])))


def since(generation: int) -> models.FieldCondition:
    """Choose what began with a generation or before."""
    return models.FieldCondition(key=SINCE, range=models.Range(lte=generation))


def until(generation: int) -> models.FieldCondition:
    """Choose what ended with a generation or before."""
    return models.FieldCondition(key=UNTIL, range=models.Range(lte=generation))


def after(key: str, generation: int) -> models.Filter:
    """Choose what began or ended, by `key`, after a generation."""
    return models.Filter(must=[models.FieldCondition(key=key, range=models.Range(gt=generation))])


def is_any(key: str, values: Iterable[str]) -> models.FieldCondition:
    """Choose by the values of a field."""
    return models.FieldCondition(key=key, match=models.MatchAny(any=[*values]))


def has_word(term: str) -> models.FieldCondition:
    """Choose what has a word."""
    return models.FieldCondition(key=WORDS, match=models.MatchText(text=term))


def delete_collections(server: Server, names: Sequence[str]) -> None:
    """Delete collections with all that is in them."""
    for name in names:

        def delete(client: QdrantClient, name: str = name) -> None:
            client.delete_collection(name)

        server.write(delete)
