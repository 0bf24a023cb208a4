"""From a configuration to an open encoder.

Does not: choose a configuration.
"""

from contextlib import AbstractContextManager
from typing import assert_never

from index.encoders.config import (
    BundledConfig,
    ClusterConfig,
    EncoderConfig,
    OpenAIConfig,
    SentenceTransformerConfig,
)
from index.encoders.protocol import Encoder
from index.errors import EncoderError


def open_encoder(config: EncoderConfig) -> Encoder:
    """Open the encoder that `config` describes.

    Subtle: each implementation is imported only when chosen. onnxruntime and httpx cost
    about 0.1 s each, which a cold `pasokh ask` would pay for nothing; torch several seconds.

    Raises:
        EncoderError: If its package, weights, cache or server is missing or unusable.
    """
    match config:
        case BundledConfig():
            from index.encoders.bundled import BundledEncoder

            return BundledEncoder(config)
        case SentenceTransformerConfig():
            from index.encoders.sentence_transformer import SentenceTransformerEncoder

            return SentenceTransformerEncoder(config)
        case OpenAIConfig():
            from index.encoders.openai import OpenAIEncoder

            return OpenAIEncoder(config)
        case _:
            assert_never(config)


def open_cluster(config: ClusterConfig, encoder: Encoder) -> AbstractContextManager[Encoder]:
    """Spread the passage side of `encoder`, opened as `config.encoder` says, over a cluster.

    Raises:
        EncoderError: If ray is missing, or the cluster cannot be used.
    """
    try:
        from index.encoders.cluster import ClusterEncoder
    except ImportError as error:
        msg = (
            "Expected the package ray for a build on a cluster, which is not installed; "
            "run pip install 'pasokh[ray]'."
        )
        raise EncoderError(msg) from error
    return ClusterEncoder(config, encoder)
