"""What can be tuned, each default with its reason.

Does not: read the environment; the bot's settings become these values.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkConfig:
    """How articles are divided into passages.

    Attributes:
        max_tokens: Most tokens of one passage. 160 holds two to five Persian sentences: enough
            for the encoder to see the subject, few enough that one vector still means one thing.
        overlap_sentences: Sentences that a passage repeats from the one before. 0: headline and
            date already give each passage its context, and repeated text makes repeated hits.
        max_headline_chars: Part of the headline given to the encoder with every passage, so that
            headline, date and passage stay far inside its window of 512 tokens.
    """

    max_tokens: int = 160
    overlap_sentences: int = 0
    max_headline_chars: int = 200

    def __post_init__(self) -> None:
        """Refuse limits that no passage can meet."""
        if self.max_tokens < 1 or self.overlap_sentences < 0 or self.max_headline_chars < 0:
            msg = f"limits must not be negative, and max_tokens at least 1: got {self!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexConfig:
    """All that decides what a snapshot holds, beside corpus and encoder."""

    chunk: ChunkConfig = field(default_factory=ChunkConfig)
