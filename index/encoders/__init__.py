"""Text to unit vectors: bundled, sentence-transformers, an embedding server; over a cluster."""

from index.cluster.opening import Spread, open_cluster
from index.encoders.config import (
    BundledConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.e5.vocabulary import Vocabulary
from index.encoders.opening import open_encoder
from index.encoders.protocol import Encoder, EncoderIdentity

__all__ = [
    "BundledConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderIdentity",
    "OpenAIConfig",
    "SentenceTransformerConfig",
    "Spread",
    "Vocabulary",
    "open_cluster",
    "open_encoder",
]
