"""Text to unit vectors: the bundled encoder, sentence-transformers, or an embedding server."""

from index.encoders.config import (
    BundledConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.opening import open_encoder
from index.encoders.protocol import Encoder, EncoderIdentity
from index.encoders.vocabulary import Vocabulary

__all__ = [
    "BundledConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderIdentity",
    "OpenAIConfig",
    "SentenceTransformerConfig",
    "Vocabulary",
    "open_encoder",
]
