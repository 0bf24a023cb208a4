"""A small archive with an index whose vectors may be in a real Qdrant server."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qdrant_server import Qdrant

from index import (
    BuildReport,
    IndexConfig,
    QdrantConfig,
    Retriever,
    VectorSpace,
    VectorStore,
    build_index,
    open_snapshot,
    remove_article,
    verify_snapshot,
)
from index.encoders import Encoder
from index.types import ArticleId
from index.vectors.opening import open_store

QUESTIONS = (("who opened bridge 21?", "en"), ("پل ۲۸ را که گشود؟", "fa"))


@dataclass(frozen=True)
class SmallArchive:
    """Where articles, index and vectors are, and what is done with them.

    `cache_dir` holds weights and the vectors of all tests.
    """

    corpus: Path
    home: Path
    server: Qdrant
    encoder: Encoder
    cache_dir: Path

    @property
    def store(self) -> VectorStore:
        """Keep vectors on the server."""
        return open_store(QdrantConfig(address=self.server.address))

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
        store: VectorStore | None = None,
        *,
        home: Path | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> BuildReport:
        """Build the index, vectors in the database if nothing else is said."""
        return build_index(
            [self.corpus],
            home or self.home,
            encoder=self.encoder,
            config=IndexConfig(),
            cache_dir=self.cache_dir / "vectors",
            progress=progress,
            store=store or self.store,
        )

    def remove(self, name: str, cache_dir: Path) -> str:
        """Take an article out; return the name of the snapshot that is left."""
        return remove_article(
            self.home,
            ArticleId(name),
            config=IndexConfig(),
            cache_dir=cache_dir,
            store=self.store,
        ).snapshot

    def problems(self) -> tuple[str, ...]:
        """Return what verify finds wrong."""
        return verify_snapshot(self.home, store=self.store).problems

    def hits(
        self, store: VectorStore | None = None, *, home: Path | None = None
    ) -> list[tuple[str, float]]:
        """Ask the index in both languages."""
        found = open_snapshot(home or self.home, space=self.space, store=store or self.store)
        with closing(found) as snapshot:
            retriever = Retriever(snapshot, self.encoder, space=self.space)
            return [
                (hit.passage.id, hit.score)
                for question, language in QUESTIONS
                for hit in retriever.retrieve(question, language=language, k=5).hits
            ]

    @property
    def collections(self) -> list[str]:
        """The collections of this index, and of its copies."""
        begin = f"pasokh-{self.home.name}-"
        return [name for name in self.server.collections() if name.startswith(begin)]

    @property
    def named(self) -> list[str]:
        """The collections that its snapshots name."""
        files = (self.home / "snapshots").glob("*/parts/*/collection.json")
        return sorted({json.loads(file.read_text())["name"] for file in files})
