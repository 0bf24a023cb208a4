"""Articles in, ranked passages out."""

from index.build.build import build_index
from index.build.pending import needs_build
from index.build.preview import Preview, preview_corpus
from index.build.remove import RemovalReport, remove_article
from index.build.report import Fate, NotSearched, not_searched
from index.build.update import BuildReport, Progress
from index.build.verify import VerifyReport, verify_snapshot
from index.config import (
    ChunkConfig,
    DenseConfig,
    IndexConfig,
    QdrantConfig,
    ReadConfig,
)
from index.corpus.labels import folded as folded_label
from index.corpus.removals import read_removals
from index.encoders import (
    BundledConfig,
    Encoder,
    EncoderConfig,
    EncoderIdentity,
    OpenAIConfig,
    Reader,
    Reading,
    SentenceTransformerConfig,
    Window,
    open_encoder,
    open_reader,
)
from index.encoders.space import VectorSpace
from index.errors import (
    ClusterError,
    CorpusError,
    EncoderError,
    PasokhError,
    QuestionSetError,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotLocked,
    SnapshotMismatch,
    SnapshotMissing,
    StorageError,
    VectorStoreError,
    WatchLocked,
)
from index.search.rerank import CrossEncoderReranker, Reranker
from index.search.retrieve import Retrieval, Retriever
from index.snapshot.labels import Labels, count_labels
from index.snapshot.manifest import Manifest, PartCounts
from index.snapshot.snapshot import Snapshot, current_folder, open_snapshot, read_manifest
from index.types import (
    ALL_RIGHTS,
    EVERYTHING,
    Article,
    ArticleId,
    Hit,
    Moment,
    Passage,
    PassageId,
    Precision,
    Reject,
    Rights,
    Scope,
    Span,
    TelegramPost,
)
from index.vectors.opening import open_store
from index.vectors.store import VectorStore

__all__ = [
    "ALL_RIGHTS",
    "EVERYTHING",
    "Article",
    "ArticleId",
    "BuildReport",
    "BundledConfig",
    "ChunkConfig",
    "ClusterError",
    "CorpusError",
    "CrossEncoderReranker",
    "DenseConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderError",
    "EncoderIdentity",
    "Fate",
    "Hit",
    "IndexConfig",
    "Labels",
    "Manifest",
    "Moment",
    "NotSearched",
    "OpenAIConfig",
    "PartCounts",
    "PasokhError",
    "Passage",
    "PassageId",
    "Precision",
    "Preview",
    "Progress",
    "QdrantConfig",
    "QuestionSetError",
    "ReadConfig",
    "Reader",
    "Reading",
    "Reject",
    "RemovalReport",
    "Reranker",
    "Retrieval",
    "Retriever",
    "Rights",
    "Scope",
    "SentenceTransformerConfig",
    "Snapshot",
    "SnapshotCorrupt",
    "SnapshotError",
    "SnapshotLocked",
    "SnapshotMismatch",
    "SnapshotMissing",
    "Span",
    "StorageError",
    "TelegramPost",
    "VectorSpace",
    "VectorStore",
    "VectorStoreError",
    "VerifyReport",
    "WatchLocked",
    "Window",
    "build_index",
    "count_labels",
    "current_folder",
    "folded_label",
    "needs_build",
    "not_searched",
    "open_encoder",
    "open_reader",
    "open_snapshot",
    "open_store",
    "preview_corpus",
    "read_manifest",
    "read_removals",
    "remove_article",
    "verify_snapshot",
]
