"""Articles in, ranked passages out."""

from index.build.build import build_index
from index.build.remove import RemovalReport, remove_article
from index.build.update import BuildReport, Progress
from index.build.verify import VerifyReport, verify_snapshot
from index.config import (
    COLLECTED,
    RECORD_FIELDS,
    ChunkConfig,
    ClusterConfig,
    DenseConfig,
    IndexConfig,
    QdrantConfig,
    ReadConfig,
)
from index.corpus.withdrawals import read_withdrawals
from index.dedup.minhash import find_wording
from index.encoders import (
    BundledConfig,
    Encoder,
    EncoderConfig,
    EncoderIdentity,
    OpenAIConfig,
    SentenceTransformerConfig,
    Spread,
    Vocabulary,
    open_cluster,
    open_encoder,
)
from index.encoders.space import Vectors, VectorSpace, stored_confidence, stored_grounding
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
from index.evaluation.cached_encoder import RememberingEncoder
from index.evaluation.metrics import DEPTH as RANKING_DEPTH
from index.evaluation.metrics import (
    Ranked,
    auroc,
    folded,
    holds_answer,
    paired_interval,
    percentiles,
    rank_measures,
    share_at_least,
    threshold_at,
)
from index.evaluation.question_sets import (
    JudgedQuestion,
    QuestionSet,
    evenly,
    find_articles,
    join_corpora,
    read_question_set,
    read_questions,
)
from index.lexical.names import bridged
from index.retry import backoff_s, retry_after_s
from index.search.fuse import AGREEMENT, coverage
from index.search.rerank import CrossEncoderReranker, Reranker
from index.search.retrieve import Retrieval, Retriever
from index.snapshot.manifest import Manifest, PartCounts
from index.snapshot.snapshot import Snapshot, current_folder, open_snapshot, read_manifest
from index.sources import outlet_name
from index.sources.outlets import by_name as known_outlet
from index.text.calendars import (
    GREGORIAN_MONTHS,
    JALALI_MONTHS,
    TEHRAN,
    format_gregorian,
    format_jalali,
    jalali_parts,
)
from index.text.calendars import period as period_of
from index.text.clean import clean as clean_text
from index.text.dates import MONTH_NAMES
from index.text.dates import parse as parse_date
from index.text.language import detect
from index.text.tokens import STOP_WORDS, token_set, tokens
from index.types import (
    EVERYTHING,
    Article,
    ArticleId,
    Hit,
    Moment,
    Passage,
    PassageId,
    Precision,
    Reject,
    Scope,
    Span,
)
from index.vectors.opening import open_store
from index.vectors.store import VectorStore
from index.web import (
    EVERY_NETWORK,
    Failure,
    Kept,
    ListFound,
    Network,
    Problem,
    Step,
    Watching,
    WebConfig,
    gather_articles,
    watch_feeds,
)

__all__ = [
    "AGREEMENT",
    "COLLECTED",
    "EVERYTHING",
    "EVERY_NETWORK",
    "GREGORIAN_MONTHS",
    "JALALI_MONTHS",
    "MONTH_NAMES",
    "RANKING_DEPTH",
    "RECORD_FIELDS",
    "STOP_WORDS",
    "TEHRAN",
    "Article",
    "ArticleId",
    "BuildReport",
    "BundledConfig",
    "ChunkConfig",
    "ClusterConfig",
    "ClusterError",
    "CorpusError",
    "CrossEncoderReranker",
    "DenseConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderError",
    "EncoderIdentity",
    "Failure",
    "Hit",
    "IndexConfig",
    "JudgedQuestion",
    "Kept",
    "ListFound",
    "Manifest",
    "Moment",
    "Network",
    "OpenAIConfig",
    "PartCounts",
    "PasokhError",
    "Passage",
    "PassageId",
    "Precision",
    "Problem",
    "Progress",
    "QdrantConfig",
    "QuestionSet",
    "QuestionSetError",
    "Ranked",
    "ReadConfig",
    "Reject",
    "RememberingEncoder",
    "RemovalReport",
    "Reranker",
    "Retrieval",
    "Retriever",
    "Scope",
    "SentenceTransformerConfig",
    "Snapshot",
    "SnapshotCorrupt",
    "SnapshotError",
    "SnapshotLocked",
    "SnapshotMismatch",
    "SnapshotMissing",
    "Span",
    "Spread",
    "Step",
    "StorageError",
    "VectorSpace",
    "VectorStore",
    "VectorStoreError",
    "Vectors",
    "VerifyReport",
    "Vocabulary",
    "WatchLocked",
    "Watching",
    "WebConfig",
    "auroc",
    "backoff_s",
    "bridged",
    "build_index",
    "clean_text",
    "coverage",
    "current_folder",
    "detect",
    "evenly",
    "find_articles",
    "find_wording",
    "folded",
    "format_gregorian",
    "format_jalali",
    "gather_articles",
    "holds_answer",
    "jalali_parts",
    "join_corpora",
    "known_outlet",
    "open_cluster",
    "open_encoder",
    "open_snapshot",
    "open_store",
    "outlet_name",
    "paired_interval",
    "parse_date",
    "percentiles",
    "period_of",
    "rank_measures",
    "read_manifest",
    "read_question_set",
    "read_questions",
    "read_withdrawals",
    "remove_article",
    "retry_after_s",
    "share_at_least",
    "stored_confidence",
    "stored_grounding",
    "threshold_at",
    "token_set",
    "tokens",
    "verify_snapshot",
    "watch_feeds",
]
