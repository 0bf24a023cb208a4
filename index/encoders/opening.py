"""Factory of encoders and the reader: from a configuration to what is open."""

from typing import assert_never

from index.encoders.config import (
    BundledConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.protocol import Encoder, Reader


def open_encoder(config: EncoderConfig) -> Encoder:
    """Open the encoder that `config` describes.

    Subtle: each implementation is imported only when chosen. onnxruntime and httpx cost
    about 0.1 s each, which a cold `pasokh ask` would pay for nothing; torch several seconds.

    Raises:
        EncoderError: If its package, weights, cache or server is missing or unusable.
    """
    match config:
        case BundledConfig():
            from index.encoders.e5.encoder import BundledEncoder

            return BundledEncoder(config)
        case SentenceTransformerConfig():
            from index.encoders.sentence_transformer import SentenceTransformerEncoder

            return SentenceTransformerEncoder(config)
        case OpenAIConfig():
            from index.encoders.openai import OpenAIEncoder

            return OpenAIEncoder(config)
        case _:
            assert_never(config)


def open_reader(config: BundledConfig) -> Reader:
    """Open the bundled reader, which any encoder may stand beside.

    Raises:
        EncoderError: If its weights or cache are missing or unusable.
    """
    from index.encoders.e5.reader import BundledReader

    return BundledReader(config)
