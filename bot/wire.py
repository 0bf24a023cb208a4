"""Composition root: settings become an encoder, an index and something that answers."""

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import index
from bot.answer.answerer import Answerer
from bot.answer.serving import Serving
from bot.evaluation import asked, dialogues, judged
from bot.evaluation.files import MAX_QUOTES, Evaluation, EvaluationFiles
from bot.llm import prompt
from bot.llm.opening import (
    open_grounder,
    removed_articles,
    session_over,
    translations,
)
from bot.records.recheck import Rechecker
from bot.session.access import NO_LIMITS, PUBLIC, Access, Caller
from bot.session.following import Following
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.dialog.conversation import Conversation
from bot.telegram.dialog.memory import Memory
from bot.web.service import Service
from index import (
    ALL_RIGHTS,
    Article,
    ArticleId,
    BuildReport,
    BundledConfig,
    CrossEncoderReranker,
    DenseConfig,
    Encoder,
    EncoderConfig,
    EncoderError,
    IndexConfig,
    Manifest,
    NotSearched,
    OpenAIConfig,
    Preview,
    Progress,
    ReadConfig,
    Reader,
    RemovalReport,
    Reranker,
    SentenceTransformerConfig,
    Snapshot,
    SnapshotLocked,
    SnapshotMissing,
    VectorSpace,
    VerifyReport,
    build_index,
    needs_build,
    open_encoder,
    open_reader,
    open_snapshot,
    read_manifest,
    remove_article,
    verify_snapshot,
)
from index.cluster import Spread, open_cluster
from index.config import COLLECTED, ClusterConfig
from index.evaluation import (
    Form,
    RememberingEncoder,
    evenly,
    find_articles,
    form_of,
    join_corpora,
    read_asked_questions,
    read_dialogues,
    read_question_set,
    read_questions,
)
from index.sources import LEFT_OUT
from index.web import Step, Watching, WebConfig, gather_articles, watch_feeds

EVENT_BUILT: Final = "index_built"
EVENT_REMOVED: Final = "article_removed"
EVENT_NO_SUCH_LABEL: Final = "access_to_no_article"
EVENT_NO_READER: Final = "reader_unavailable"

# How long a first question waits for another's first build; a bound, for that one may hang.
_WAIT_FOR_OTHER_BUILD_S: Final = 600

_log = logging.getLogger(__name__)


def open_answerer(settings: Settings, *, progress: Progress | None = None) -> Serving:
    """Open the index of the settings' corpus, building it first when there is none.

    What is published there later serves from the next question on.
    """
    encoder = open_encoder(encoder_config(settings))
    space = VectorSpace(encoder.identity)
    reranker, reader = _open_reranker(settings), _open_reader(settings)

    def reopen() -> Answerer:
        return Answerer(
            open_snapshot(settings.index_place, space=space),
            encoder,
            threshold=settings.answer_threshold,
            reranker=reranker,
            reader=reader,
        )

    try:
        answerer = reopen()
    except SnapshotMissing:
        if settings.hosted is not None:
            raise  # whoever only answers has no corpus to publish there
        # Nobody asked to build: wait where another does, and tell what was rejected.
        tell: Progress = progress or (lambda _stage, _done, _total: None)
        try:
            report = _build(settings, encoder, tell)
        except SnapshotLocked:
            tell("wait", 0, 1)
            report = _build(settings, encoder, tell, wait_s=_WAIT_FOR_OTHER_BUILD_S)
            tell("wait", 1, 1)
        rejects = [reject for reject in report.rejects if reject.reason not in LEFT_OUT]
        if rejects:
            tell("rejects", len(rejects), None)
        answerer = reopen()
    return Serving(answerer, home=settings.index_home, place=settings.index_place, reopen=reopen)


def open_session(settings: Settings, *, progress: Progress | None = None) -> Session:
    """Open a conversation with the archive, building the index first where there is none."""
    return session_over(settings, open_answerer(settings, progress=progress))


def open_conversation(settings: Settings, username: str) -> Conversation:
    """Open what answers on Telegram, building the index first where there is none."""
    return Conversation(
        session=open_session(settings),
        memory=Memory(settings.telegram_memory, retention_days=settings.retention_days),
        following=open_following(settings, settings.telegram_following),
        access=open_access(settings),
        zone=settings.timezone,
        username=username,
    )


def open_access(settings: Settings) -> Access:
    """Read who may see which articles; a label that no article has is logged.

    Raises:
        AccessError: If that cannot be read.
    """
    access = Access.read(settings.access)
    if access != NO_LIMITS:
        with suppress(SnapshotMissing):
            if labels := access.without_articles(count_labels(settings)):
                _log.warning(EVENT_NO_SUCH_LABEL, extra={"fields": {"labels": labels}})
    return access


def count_labels(settings: Settings) -> Counter[tuple[str, ...]]:
    """Count the articles of the serving snapshot by their labels."""
    return index.count_labels(settings.index_place)


def open_web(
    settings: Settings,
    *,
    archive: Answering | None = None,
    progress: Progress | None = None,
) -> Service:
    """Open what the pages and the API answer from, building the index first where there is none.

    Args:
        archive: What answers already in this process; None opens it.
        progress: Takes how far a build is.
    """
    if isinstance(archive, Serving):
        serving = archive
    else:
        serving = open_answerer(settings, progress=progress)
    with serving.using() as answerer:
        encoder = answerer.encoder

    access = open_access(settings)

    def archive_for(caller: Caller) -> Answering:
        return access.archive_for(caller, serving)

    def left_out() -> Iterator[NotSearched]:
        # What is left out has no rows that could be masked: whoever sees a part is told nothing.
        is_whole = access.rights(PUBLIC) == ALL_RIGHTS
        # Only the machine that builds knows.
        is_known = settings.hosted is None or settings.index_home.exists()
        return not_searched(settings) if is_whole and is_known else iter(())

    def rechecker_for(archive: Answering) -> Rechecker:
        def find_successor(article_id: ArticleId) -> ArticleId | None:
            with archive.edition() as snapshot:
                return snapshot.successor(article_id)

        return _rechecker(settings, encoder, archive.manifest, archive.article, find_successor)

    return Service(
        settings=settings,
        session=session_over(settings, serving),
        archive_for=archive_for,
        rechecker_for=rechecker_for,
        not_searched=left_out,
    )


def open_following(settings: Settings, path: Path) -> Following:
    """Open a file of saved questions."""
    return Following(path, most=settings.followed_per_chat, retention_days=settings.retention_days)


def build(settings: Settings, progress: Progress | None = None) -> BuildReport:
    """Build and publish the index of the settings' corpus."""
    return _build(settings, open_encoder(encoder_config(settings)), progress)


def is_behind(settings: Settings) -> bool:
    """Tell whether something was collected and is not in the index yet."""
    return needs_build(settings.index_home, read_config(settings))


def info(settings: Settings) -> Manifest:
    """Read what the serving snapshot is."""
    return read_manifest(settings.index_place)


def preview(settings: Settings) -> Preview:
    """Read a part of the settings' corpus without building anything."""
    corpora = (settings.corpus, settings.index_home / COLLECTED)
    return index.preview_corpus(corpora, read_config(settings))


def not_searched(settings: Settings) -> Iterator[NotSearched]:
    """Yield every item of the corpus that the index does not search."""
    return index.not_searched(settings.index_home)


def verify(settings: Settings) -> VerifyReport:
    """Check every byte of the serving snapshot, and that what was removed is gone."""
    return verify_snapshot(
        settings.index_home,
        cache_dir=settings.cache_dir / "vectors",
        engine=settings.hosted,
    )


def open_rechecker(settings: Settings) -> Rechecker:
    """Open what holds answers of earlier against the serving snapshot."""
    encoder = open_encoder(encoder_config(settings))
    snapshot = open_snapshot(settings.index_place, space=VectorSpace(encoder.identity))
    return _rechecker(settings, encoder, snapshot.manifest, snapshot.article, snapshot.successor)


def _rechecker(
    settings: Settings,
    encoder: Encoder,
    manifest: Manifest,
    find_article: Callable[[ArticleId], Article | None],
    find_successor: Callable[[ArticleId], ArticleId | None],
) -> Rechecker:
    made = {"snapshot": manifest.snapshot, "encoder": encoder.identity.fingerprint}
    if settings.llm_base_url is not None:
        made |= {"model": settings.llm_model or "", "prompt": prompt.VERSION}
    return Rechecker(
        find_article=find_article,
        making=made,
        removed=removed_articles(settings),
        find_successor=find_successor,
        open_grounding=partial(open_grounder, settings, encoder),
    )


def remove(
    settings: Settings, article_id: str, reason: str, progress: Progress | None = None
) -> RemovalReport:
    """Take one article out of the index for good, and out of what was translated of it."""
    try:
        report = remove_article(
            settings.index_home,
            ArticleId(article_id),
            config=index_config(settings),
            cache_dir=settings.cache_dir / "vectors",
            reason=reason,
            progress=progress,
            engine=settings.hosted,
        )
    finally:  # see Translator
        translations(settings).forget(article_id)
    _log.info(EVENT_REMOVED, extra={"fields": asdict(report)})
    return report


def gather(settings: Settings, places: Sequence[str]) -> Iterator[Step]:
    """Take addresses, files and folders into what is kept beside the index."""
    reading = read_config(settings)
    return gather_articles(places, settings.index_home, web_config(settings), reading)


def open_watcher(
    settings: Settings, feeds: Sequence[str], stop: threading.Event
) -> AbstractContextManager[Watching]:
    """Be the one watcher of the index, until `stop` is set."""
    return watch_feeds(
        feeds,
        settings.index_home,
        web_config(settings),
        interval_s=settings.watch_interval_s,
        stop=stop,
        reading=read_config(settings),
    )


def evaluate(settings: Settings, files: EvaluationFiles, progress: Progress) -> Evaluation:
    """Index the corpus of a question set as any other, and ask it all questions.

    Raises:
        QuestionSetError: If questions or judgements cannot be used.
    """
    form = form_of(files.queries)
    files.check(form)
    match form:
        case Form.JUDGED:
            return evaluate_judged(settings, files, progress)
        case Form.ASKED:
            questions = evenly(read_asked_questions(files.queries), files.limit)
            with _evaluating(settings, files, files.corpora, progress) as trial:
                return asked.evaluate(
                    trial.serving,
                    questions,
                    name=files.name,
                    settings=trial.settings,
                    progress=progress,
                )
        case Form.DIALOGUES:
            held = evenly(read_dialogues(files.queries), files.limit)
            corpora = (files.queries, *files.corpora)
            with _evaluating(settings, files, corpora, progress) as trial:
                return dialogues.evaluate(
                    trial.serving,
                    held,
                    article_of=trial.find_articles({dialogue.id for dialogue in held}),
                    name=files.name,
                    settings=trial.settings,
                    progress=progress,
                )


def evaluate_judged(
    settings: Settings, files: EvaluationFiles, progress: Progress
) -> judged.JudgedEvaluation:
    """Evaluate on judged questions; see `evaluate`."""
    files.check(Form.JUDGED)
    assert files.qrels is not None, "check() sees to it"  # noqa: S101
    questions = read_question_set(files.queries, files.qrels, files.related, limit=files.limit)
    strange = read_questions(files.other_queries) if files.other_queries else ()
    with _evaluating(settings, files, files.corpora, progress) as trial:
        return judged.evaluate(
            trial.snapshot,
            trial.encoder,
            questions,
            article_of=trial.find_articles(questions.record_ids),
            others=evenly(strange, files.limit),
            threshold=settings.answer_threshold,
            reranker=trial.reranker,
            reader=trial.reader,
            settings=trial.settings,
            progress=progress,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """The index of a question set's corpus, open to be asked by one thread.

    `settings` is what the figures depend on, as it is recorded with them.
    """

    corpus: Path
    snapshot: Snapshot
    encoder: RememberingEncoder
    reranker: Reranker | None
    reader: Reader | None
    serving: Serving
    settings: dict[str, Any]

    def find_articles(self, records: Collection[str]) -> dict[str, ArticleId]:
        return find_articles(self.corpus, self.snapshot, records)


@contextmanager
def _evaluating(
    settings: Settings, files: EvaluationFiles, corpora: Sequence[Path], progress: Progress
) -> Iterator[_Trial]:
    """Index `corpora` apart from everybody's own index, and open what answers from them."""
    corpus = join_corpora(corpora, settings.data_dir / "evaluation")
    own = evaluation_settings(settings, corpus)
    encoder = open_encoder(encoder_config(own))
    _build(own, encoder, progress)
    reranker, reader = _open_reranker(own), _open_reader(own)
    with RememberingEncoder(encoder, own.cache_dir / "vectors") as remembering:
        snapshot = open_snapshot(own.index_place, space=VectorSpace(encoder.identity))
        answerer = Answerer(
            snapshot,
            remembering,
            threshold=own.answer_threshold,
            reranker=reranker,
            reader=reader,
        )
        yield _Trial(
            corpus=corpus,
            snapshot=snapshot,
            encoder=remembering,
            reranker=reranker,
            reader=reader,
            serving=Serving(
                answerer, home=own.index_home, place=own.index_place, reopen=lambda: answerer
            ),
            settings={
                "encoder": snapshot.manifest.encoder.fingerprint,
                "space": snapshot.manifest.space,
                "snapshot": snapshot.manifest.snapshot,
                "max_quotes": MAX_QUOTES,
                "threshold": answerer.threshold,
                "corpora": [path.name for path in corpora],
                "limit": files.limit,
                "reranker": own.reranker,
                "reader": own.reader,
            },
        )


def evaluation_settings(settings: Settings, corpus: Path) -> Settings:
    """Return settings whose index of `corpus` is nobody's own, even where that is theirs too."""
    data_dir = settings.data_dir / "evaluation"
    own = {"corpus": corpus, "index_dir": None, "data_dir": data_dir, "columns": ""}
    if settings.hosted is not None:
        own["index"] = f"{settings.index}_{sha256(os.fsencode(corpus)).hexdigest()[:8]}"
    # Several corpora are joined by links.
    return settings.model_copy(update=own | {"outside_links": True})


def _build(
    settings: Settings, encoder: Encoder, progress: Progress | None, *, wait_s: float = 0
) -> BuildReport:
    # This machine encodes and builds, or a cluster.
    spreading: AbstractContextManager[Spread] = nullcontext(Spread(encoder=encoder))
    if settings.cluster is not None:
        cluster = ClusterConfig(address=settings.cluster, gpus_per_worker=settings.cluster_gpus)
        spreading = open_cluster(cluster, encoder, encoder_config(settings))
    with spreading as spread:
        report = build_index(
            (settings.corpus, settings.index_home / COLLECTED),
            settings.index_home,
            encoder=spread.encoder,
            config=index_config(settings),
            cache_dir=settings.cache_dir / "vectors",
            progress=progress,
            wait_s=wait_s,
            keep=settings.keep_snapshots,
            engine=settings.hosted,
            workers=spread.workers,
        )
    fields = asdict(report) | {"rejects": Counter(reject.reason for reject in report.rejects)}
    _log.info(EVENT_BUILT, extra={"fields": fields})
    for reject in report.rejects:
        _log.debug("rejected", extra={"fields": asdict(reject)})
    return report


def index_config(settings: Settings) -> IndexConfig:
    """Return how articles are read and vectors searched, as the settings say."""
    return IndexConfig(
        read=read_config(settings),
        dense=DenseConfig(memory_mb=settings.search_memory_mb),
    )


def read_config(settings: Settings) -> ReadConfig:
    """Return how files are read, as the settings say."""
    parsed = ReadConfig.parse(settings.columns)
    return replace(parsed, outside_links=settings.outside_links, ocr=settings.ocr)


def web_config(settings: Settings) -> WebConfig:
    """Say how the web is asked."""
    return WebConfig(
        user_agent=settings.web_user_agent or f"pasokh/{metadata.version('pasokh')}",
        timeout_s=settings.web_timeout_s,
        delay_s=settings.web_delay_s,
        private_networks=settings.private_networks,
        proxy=settings.web_proxy or settings.proxy,
    )


def _open_reranker(settings: Settings) -> Reranker | None:
    """Load the cross-encoder that the settings ask for, if they do."""
    if settings.reranker is None:
        return None
    return CrossEncoderReranker(settings.reranker.partition(":")[2])


def _open_reader(settings: Settings) -> Reader | None:
    """Open the reader unless the settings turn it off, or it cannot be opened here."""
    if settings.reader == "off":
        return None
    try:
        return open_reader(_bundled(settings))
    except EncoderError as error:
        _log.warning(EVENT_NO_READER, extra={"fields": {"error": str(error)}})
        return None


def _bundled(settings: Settings) -> BundledConfig:
    """Say where the bundled weights are kept, and what they may use."""
    return BundledConfig(cache_dir=settings.cache_dir / "encoder", threads=settings.threads or None)


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
                proxy=settings.proxy_for("encoder", settings.encoder_base_url or ""),
            )
        case _:
            return _bundled(settings)
