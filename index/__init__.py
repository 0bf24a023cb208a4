"""Articles in, ranked passages out."""

from index.build import BuildReport, Progress, build_index
from index.calibration import VectorSpace, stored_confidence
from index.config import ChunkConfig, IndexConfig
from index.dates import format_gregorian, format_jalali
from index.encoders import (
    BundledConfig,
    Encoder,
    EncoderConfig,
    EncoderIdentity,
    OpenAIConfig,
    SentenceTransformerConfig,
    open_encoder,
)
from index.errors import (
    CorpusError,
    EncoderError,
    PasokhError,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotLocked,
    SnapshotMismatch,
    SnapshotMissing,
    StorageError,
)
from index.fuse import coverage
from index.lang import detect
from index.manifest import Manifest
from index.retrieve import Retrieval, Retriever
from index.snapshot import Snapshot, VerifyReport, open_snapshot, read_manifest, verify_snapshot
from index.tokenize import tokens
from index.types import (
    Article,
    ArticleId,
    Hit,
    Moment,
    Passage,
    PassageId,
    Precision,
    Reject,
    Span,
)

__all__ = [
    "Article",
    "ArticleId",
    "BuildReport",
    "BundledConfig",
    "ChunkConfig",
    "CorpusError",
    "Encoder",
    "EncoderConfig",
    "EncoderError",
    "EncoderIdentity",
    "Hit",
    "IndexConfig",
    "Manifest",
    "Moment",
    "OpenAIConfig",
    "PasokhError",
    "Passage",
    "PassageId",
    "Precision",
    "Progress",
    "Reject",
    "Retrieval",
    "Retriever",
    "SentenceTransformerConfig",
    "Snapshot",
    "SnapshotCorrupt",
    "SnapshotError",
    "SnapshotLocked",
    "SnapshotMismatch",
    "SnapshotMissing",
    "Span",
    "StorageError",
    "VectorSpace",
    "VerifyReport",
    "build_index",
    "coverage",
    "detect",
    "format_gregorian",
    "format_jalali",
    "open_encoder",
    "open_snapshot",
    "read_manifest",
    "stored_confidence",
    "tokens",
    "verify_snapshot",
]
