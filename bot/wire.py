"""The composition root: settings become an encoder, an index and something that answers.

Does not: read the environment or show anything.
"""

from bot.answer import Answerer
from bot.settings import Settings
from index import (
    BuildReport,
    BundledConfig,
    Encoder,
    EncoderConfig,
    IndexConfig,
    Manifest,
    OpenAIConfig,
    Progress,
    SentenceTransformerConfig,
    SnapshotMissing,
    VectorSpace,
    VerifyReport,
    build_index,
    open_encoder,
    open_snapshot,
    read_manifest,
    verify_snapshot,
)


def open_answerer(settings: Settings, *, progress: Progress | None = None) -> Answerer:
    """Open the index of the settings' corpus, building it first when there is none."""
    encoder = open_encoder(_encoder_config(settings))
    space = VectorSpace(encoder.identity)
    try:
        snapshot = open_snapshot(settings.index_home, space=space)
    except SnapshotMissing:
        _build(settings, encoder, progress)
        snapshot = open_snapshot(settings.index_home, space=space)
    return Answerer(snapshot, encoder, threshold=settings.answer_threshold)


def build(settings: Settings, progress: Progress | None = None) -> BuildReport:
    """Build and publish the index of the settings' corpus."""
    return _build(settings, open_encoder(_encoder_config(settings)), progress)


def info(settings: Settings) -> Manifest:
    """Read what the serving snapshot is."""
    return read_manifest(settings.index_home)


def verify(settings: Settings) -> VerifyReport:
    """Check every byte of the serving snapshot."""
    return verify_snapshot(settings.index_home)


def _build(settings: Settings, encoder: Encoder, progress: Progress | None) -> BuildReport:
    return build_index(
        settings.corpus,
        settings.index_home,
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=settings.cache_dir / "vectors",
        progress=progress,
    )


def _encoder_config(settings: Settings) -> EncoderConfig:
    kind, _, model = settings.encoder.partition(":")
    match kind:
        case "sentence-transformers":
            return SentenceTransformerConfig(
                model=model,
                query_prefix=settings.encoder_query_prefix,
                passage_prefix=settings.encoder_passage_prefix,
            )
        case "openai":
            return OpenAIConfig(
                base_url=settings.encoder_base_url or "",
                model=model,
                api_key=settings.encoder_api_key,
                query_prefix=settings.encoder_query_prefix or "",
                passage_prefix=settings.encoder_passage_prefix or "",
                timeout_s=settings.encoder_timeout_s,
            )
        case _:
            return BundledConfig(
                cache_dir=settings.cache_dir / "encoder", threads=settings.threads or None
            )
