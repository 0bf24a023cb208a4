"""Text to unit vectors: bundled, sentence-transformers, an embedding server."""

from index.encoders.config import (
    BundledConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.e5.vocabulary import Vocabulary
from index.encoders.opening import open_encoder
from index.encoders.protocol import Encoder, EncoderIdentity
from index.encoders.space import VectorSpace, stored_confidence, stored_grounding

__all__ = [
    "BundledConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderIdentity",
    "OpenAIConfig",
    "SentenceTransformerConfig",
    "VectorSpace",
    "Vocabulary",
    "open_encoder",
    "stored_confidence",
    "stored_grounding",
]
