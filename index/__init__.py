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
    SentenceTransformerConfig,
    open_encoder,
)
from index.encoders.space import VectorSpace
from index.engine.opening import (
    Labelled,
    Place,
    count_labels,
    open_labels,
    open_snapshot,
    read_manifest,
    serving_name,
)
from index.errors import (
    ClusterError,
    CorpusError,
    EncoderError,
    EngineError,
    PasokhError,
    QuestionSetError,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotLocked,
    SnapshotMismatch,
    SnapshotMissing,
    StorageError,
    WatchLocked,
)
from index.search.rerank import CrossEncoderReranker, Reranker
from index.search.retrieve import Retrieval, Retriever
from index.snapshot.manifest import Manifest, PartCounts
from index.snapshot.snapshot import Snapshot, current_folder
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
    "EngineError",
    "Fate",
    "Hit",
    "IndexConfig",
    "Labelled",
    "Manifest",
    "Moment",
    "NotSearched",
    "OpenAIConfig",
    "PartCounts",
    "PasokhError",
    "Passage",
    "PassageId",
    "Place",
    "Precision",
    "Preview",
    "Progress",
    "QdrantConfig",
    "QuestionSetError",
    "ReadConfig",
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
    "VerifyReport",
    "WatchLocked",
    "build_index",
    "count_labels",
    "current_folder",
    "folded_label",
    "needs_build",
    "not_searched",
    "open_encoder",
    "open_labels",
    "open_snapshot",
    "preview_corpus",
    "read_manifest",
    "read_removals",
    "remove_article",
    "serving_name",
    "verify_snapshot",
]
