"""Articles in, ranked passages out."""

from index.build import BuildReport, Progress, build_index
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
from index.manifest import Manifest
from index.snapshot import Snapshot, VerifyReport, open_snapshot, read_manifest, verify_snapshot
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
    "Passage",
    "PassageId",
    "PasokhError",
    "Precision",
    "Progress",
    "Reject",
    "SentenceTransformerConfig",
    "Snapshot",
    "SnapshotCorrupt",
    "SnapshotError",
    "SnapshotLocked",
    "SnapshotMismatch",
    "SnapshotMissing",
    "Span",
    "StorageError",
    "VerifyReport",
    "build_index",
    "format_gregorian",
    "format_jalali",
    "open_encoder",
    "open_snapshot",
    "read_manifest",
    "verify_snapshot",
]
