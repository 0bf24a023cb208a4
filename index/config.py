"""Configuration of an index, each default with its reason; the bot's settings become these."""

from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkConfig:
    """Configuration of splitting articles into passages.

    Attributes:
        max_tokens: Most tokens of one passage. 160 are two to five Persian sentences: enough for
            the encoder to see the subject, few enough that a vector still has a single topic.
        overlap_sentences: Sentences that a passage repeats from the previous one. 0: headline and
            date already give each passage its context, and repeated text makes repeated hits.
        max_headline_chars: Part of the headline given to the encoder with every passage, so that
            headline, date and passage stay far inside its window of 512 tokens.
    """

    max_tokens: int = 160
    overlap_sentences: int = 0
    max_headline_chars: int = 200

    def __post_init__(self) -> None:
        """Raise ValueError for limits that no passage can meet."""
        if self.max_tokens < 1 or self.overlap_sentences < 0 or self.max_headline_chars < 0:
            msg = f"limits must not be negative, and max_tokens at least 1: got {self!r}"
            raise ValueError(msg)


COLLECTED: Final = "collected"
"""Folder in an index's home for collected articles: a corpus beside the user's own."""

RECORD_FIELDS = ("id", "headline", "text", "date", "url", "source", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadConfig:
    """Configuration of reading files.

    Attributes:
        columns: Pairs of a field of ours (`RECORD_FIELDS`) and the column of a table or key of
            a JSON object that holds it; they replace the built-in names.
        outside_links: Whether a link in a folder to a file outside of it is read. Whoever may
            write into a corpus could else have any file that we may read quoted.
        ocr: Languages of scanned pages as tesseract names them, e.g. "fas+ara+eng"; empty for no
            OCR.
    """

    columns: tuple[tuple[str, str], ...] = ()
    outside_links: bool = False
    ocr: str = ""

    @classmethod
    def parse(cls, text: str) -> "ReadConfig":
        """Read pairs as a user writes them, e.g. "text=body_html,headline=h1".

        Raises:
            ValueError: If a pair has no column, its field is not ours or comes twice.
        """
        pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
        columns = tuple((field.strip(), column.strip()) for field, _, column in pairs)
        fields = [field for field, _ in columns]
        if not set(fields) <= set(RECORD_FIELDS) or not all(column for _, column in columns):
            msg = f"expected FIELD=COLUMN with fields of {', '.join(RECORD_FIELDS)}, got {text!r}"
            raise ValueError(msg)
        if len(set(fields)) < len(fields):
            msg = f"expected each field once, got {text!r}"
            raise ValueError(msg)
        return cls(columns=columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseConfig:
    """Configuration of the search for vectors, applied to each part of an index by its own size.

    Attributes:
        exact_rows: Most passages of a part whose vectors are all compared: 2 ms at 20,000.
        memory_mb: Most memory that the codes of a larger part should take, shared by all processes
            that search. 96 bytes a passage are as good as exact search, 48 nearly so; the budget
            decides which (see `faiss_index`). 1 GB is enough for the best codes of eleven million
            passages.
    """

    exact_rows: int = 20_000
    memory_mb: int = 1024

    def __post_init__(self) -> None:
        """Raise ValueError for negative limits or no memory."""
        if self.exact_rows < 0 or self.memory_mb < 1:
            msg = f"exact_rows must not be negative, and memory_mb at least 1: got {self!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class QdrantConfig:
    """An index on a Qdrant server.

    Attributes:
        address: Of the server, up to the port, which is 6333 by default.
        name: Of the index there.
        api_key: None to send none.
        timeout_s: For one request; the client rounds it up to whole seconds.
    """

    address: str
    name: str
    api_key: SecretStr | None = None
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterConfig:
    """Configuration of a Ray cluster that encodes and builds.

    Attributes:
        address: "local" for this machine alone, or what `ray.init` takes: "auto" on a node of a
            cluster, "HOST:6379", "ray://HOST:10001".
        workers: Number of workers; None for one per processor (or share of a GPU).
        gpus_per_worker: Share of a GPU that each needs, for encoders that run on one.
        timeout_s: Seconds without any result after which the cluster counts as stuck.
    """

    address: str
    workers: int | None = None
    gpus_per_worker: float = 0.0
    timeout_s: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexConfig:
    """Everything that determines a snapshot's content, apart from corpus and encoder."""

    chunk: ChunkConfig = field(default_factory=ChunkConfig)
    read: ReadConfig = field(default_factory=ReadConfig)
    dense: DenseConfig = field(default_factory=DenseConfig)
