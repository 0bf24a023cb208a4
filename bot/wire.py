"""The composition root: settings become an encoder, an index and something that answers.

Does not: read the environment or show anything.
"""

from bot import evaluation
from bot.answer import Answerer
from bot.evaluation import Evaluation, EvaluationFiles
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
    RememberingEncoder,
    SentenceTransformerConfig,
    SnapshotMissing,
    VectorSpace,
    VerifyReport,
    build_index,
    evenly,
    find_articles,
    join_corpora,
    open_encoder,
    open_snapshot,
    read_manifest,
    read_question_set,
    read_questions,
    verify_snapshot,
)


def open_answerer(settings: Settings, *, progress: Progress | None = None) -> Answerer:
    """Open the index of the settings' corpus, building it first when there is none."""
    encoder = open_encoder(encoder_config(settings))
    space = VectorSpace(encoder.identity)
    try:
        snapshot = open_snapshot(settings.index_home, space=space)
    except SnapshotMissing:
        _build(settings, encoder, progress)
        snapshot = open_snapshot(settings.index_home, space=space)
    return Answerer(snapshot, encoder, threshold=settings.answer_threshold)


def build(settings: Settings, progress: Progress | None = None) -> BuildReport:
    """Build and publish the index of the settings' corpus."""
    return _build(settings, open_encoder(encoder_config(settings)), progress)


def info(settings: Settings) -> Manifest:
    """Read what the serving snapshot is."""
    return read_manifest(settings.index_home)


def verify(settings: Settings) -> VerifyReport:
    """Check every byte of the serving snapshot."""
    return verify_snapshot(settings.index_home)


def evaluate(settings: Settings, files: EvaluationFiles, progress: Progress) -> Evaluation:
    """Index the corpus of a question set as any other, and ask it all questions.

    Raises:
        QuestionSetError: If questions or judgements cannot be used.
    """
    questions = read_question_set(files.queries, files.qrels, files.related, limit=files.limit)
    strange = read_questions(files.other_queries) if files.other_queries else ()
    corpus = join_corpora(files.corpora, settings.data_dir / "evaluation")
    asked = settings.model_copy(update={"corpus": corpus, "index_dir": None})
    encoder = open_encoder(encoder_config(asked))
    _build(asked, encoder, progress)
    with RememberingEncoder(encoder, asked.cache_dir / "vectors") as remembering:
        snapshot = open_snapshot(asked.index_home, space=VectorSpace(encoder.identity))
        return evaluation.evaluate(
            snapshot,
            remembering,
            questions,
            article_of=find_articles(corpus, snapshot, questions.record_ids),
            others=evenly(strange, files.limit),
            threshold=settings.answer_threshold,
            settings={"corpora": [path.name for path in files.corpora], "limit": files.limit},
            progress=progress,
        )


def _build(settings: Settings, encoder: Encoder, progress: Progress | None) -> BuildReport:
    return build_index(
        settings.corpus,
        settings.index_home,
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=settings.cache_dir / "vectors",
        progress=progress,
    )


def encoder_config(settings: Settings) -> EncoderConfig:
    """Say which encoder the settings ask for."""
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
