"""Text to unit vectors: bundled, sentence-transformers, an embedding server; over a cluster."""

from index.encoders.config import (
    BundledConfig,
    ClusterConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.opening import open_cluster, open_encoder
from index.encoders.protocol import Encoder, EncoderIdentity
from index.encoders.vocabulary import Vocabulary

__all__ = [
    "BundledConfig",
    "ClusterConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderIdentity",
    "OpenAIConfig",
    "SentenceTransformerConfig",
    "Vocabulary",
    "open_cluster",
    "open_encoder",
]
