"""Text to unit vectors: bundled, sentence-transformers, an embedding server."""

from index.encoders.config import (
    BundledConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.e5.vocabulary import Vocabulary
from index.encoders.opening import open_encoder, open_reader
from index.encoders.protocol import Encoder, EncoderIdentity, Reader, Reading, Window
from index.encoders.space import VectorSpace, stored_confidence, stored_grounding

__all__ = [
    "BundledConfig",
    "Encoder",
    "EncoderConfig",
    "EncoderIdentity",
    "OpenAIConfig",
    "Reader",
    "Reading",
    "SentenceTransformerConfig",
    "VectorSpace",
    "Vocabulary",
    "Window",
    "open_encoder",
    "open_reader",
    "stored_confidence",
    "stored_grounding",
]
