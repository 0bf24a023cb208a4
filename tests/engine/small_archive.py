"""A small archive with an index in files, published on a real Qdrant server."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qdrant_server import Qdrant

from index import (
    BuildReport,
    IndexConfig,
    Place,
    QdrantConfig,
    Retriever,
    Snapshot,
    VectorSpace,
    build_index,
    open_snapshot,
    remove_article,
    verify_snapshot,
)
from index.encoders import Encoder
from index.types import ArticleId
from index.workers import Workers

QUESTIONS = (("who opened bridge 21?", "en"), ("پل ۲۸ را که گشود؟", "fa"))


@dataclass(frozen=True)
class SmallArchive:
    """Where articles and indexes are, and what is done with them.

    `cache_dir` holds weights and the vectors of all tests.
    """

    corpus: Path
    home: Path
    server: Qdrant
    encoder: Encoder
    cache_dir: Path

    @property
    def place(self) -> QdrantConfig:
        """The index on the server."""
        return QdrantConfig(address=self.server.address, name=self.home.name)

    @property
    def space(self) -> VectorSpace:
        """Where vectors are compared."""
        return VectorSpace(self.encoder.identity)

    def write(self, number: int, text: str = "") -> None:
        """Write one article into a file of its own."""
        english = f"Minister {number} opened bridge {number * 7}. It is {number * 3} metres long."
        persian = f"وزیر شماره {number} پل {number * 7} را گشود. درازای آن {number * 3} متر است."
        record = {"id": f"a{number}", "text": text or (persian if number % 3 else english)}
        line = json.dumps(record, ensure_ascii=False) + "\n"
        (self.corpus / f"{number:02}.jsonl").write_text(line, encoding="utf-8")

    def build(
        self,
        progress: Callable[[str, int, int | None], None] | None = None,
        workers: Workers | None = None,
    ) -> BuildReport:
        """Build the index and publish it."""
        return build_index(
            [self.corpus],
            self.home,
            encoder=self.encoder,
            config=IndexConfig(),
            cache_dir=self.cache_dir / "vectors",
            progress=progress,
            engine=self.place,
            workers=workers,
        )

    def remove(self, name: str, cache_dir: Path) -> str:
        """Take an article out; return the name of the snapshot that is left."""
        return remove_article(
            self.home,
            ArticleId(name),
            config=IndexConfig(),
            cache_dir=cache_dir,
            engine=self.place,
        ).snapshot

    def problems(self) -> tuple[str, ...]:
        """Return what verify finds wrong."""
        return verify_snapshot(self.home, engine=self.place).problems

    def open(self, place: Place | None = None) -> Snapshot:
        """Open the index on the server, or another."""
        return open_snapshot(place or self.place, space=self.space)

    def hits(self, place: Place | None = None) -> list[tuple[str, float]]:
        """Ask the index on the server, or another, in both languages."""
        with closing(self.open(place)) as snapshot:
            return self.hits_of(snapshot)

    def hits_of(self, snapshot: Snapshot) -> list[tuple[str, float]]:
        """Ask an opened index in both languages."""
        retriever = Retriever(snapshot, self.encoder, space=self.space)
        return [
            (hit.passage.id, round(hit.score, 3))
            for question, language in QUESTIONS
            for hit in retriever.retrieve(question, language=language, k=5).hits
        ]

    @property
    def collections(self) -> list[str]:
        """The collections of this index."""
        begin = f"{self.home.name}-"
        return [name for name in self.server.collections() if name.startswith(begin)]
