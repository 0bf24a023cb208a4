"""Serving: answers from the newest snapshot while others publish new ones.

Before a question the name of the published snapshot is read: some 50 microseconds of a file, a
request to a server. A new one is
opened on a thread of its own; the question that noticed it waits for it a moment, all others go on
with the old, and whatever was asked of the old is finished there before its files are released.
One that cannot be opened is left alone until the next is published.

What was removed by request is not shown from the moment it is on the list of removals, although
the snapshot that is open still has it.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from bot.answer.answerer import Answerer
from bot.answer.news import New, news
from bot.answer.statements import find_statements
from bot.answer.timeline import find_timeline
from bot.question.question import Question
from bot.types import Answer, Citation, NoAnswer, Reason
from index import (
    Article,
    ArticleId,
    EngineError,
    Labelled,
    Manifest,
    Place,
    Rights,
    Scope,
    Snapshot,
    SnapshotError,
    open_labels,
    read_removals,
    serving_name,
)

EVENT_RELOADED: Final = "index_reloaded"
EVENT_NOT_RELOADED: Final = "index_not_reloaded"

_PATIENCE_S: Final = 0.5
"""How long the question that notices a new snapshot waits for it: an archive of some thousand
passages is open by then, and of a larger one the next question gets the benefit."""

_log = logging.getLogger(__name__)


_PARTS: Final = 32
"""Parts of one snapshot that are kept open, each with a number for each of its words."""


@dataclass(slots=True)
class _Opened:
    """An answerer, how many questions it is answering, and whether a newer one has come.

    `parts` are the answerers over parts of its snapshot that were asked for, the oldest first.
    """

    answerer: Answerer
    uses: int = 0
    is_retired: bool = False
    parts: dict[Rights, Answerer] = field(default_factory=dict)
    labels: Labelled | None = None
    lock: AbstractContextManager[bool] = field(default_factory=Lock)

    def part(self, rights: Rights) -> Answerer:
        """Return what answers to somebody with these rights; made once."""
        with self.lock:
            if rights not in self.parts:
                self.labels = self.labels or open_labels(self.answerer.snapshot)
                self.parts[rights] = self.answerer.over(self.labels.part(rights))
                if len(self.parts) > _PARTS:
                    del self.parts[next(iter(self.parts))]
            return self.parts[rights]

    @property
    def name(self) -> str:
        """Name of its snapshot."""
        return self.answerer.snapshot.name

    def close_if_done(self) -> None:
        """Release the files once nobody needs them."""
        if self.is_retired and self.uses == 0:
            self.answerer.snapshot.close()


class _Asked(ABC):
    """What is asked of the answerer of now, whether it sees all of the archive or a part."""

    def __init__(self, home: Path) -> None:
        """Answer from what is published under `home`."""
        self._home = home

    @abstractmethod
    def using(self) -> AbstractContextManager[Answerer]:
        """Yield the answerer of now, whose files stay open until it is given back."""

    @abstractmethod
    def part(self, rights: Rights) -> "_Asked":
        """Return the archive as somebody with these rights sees it, with nothing else in it."""

    @abstractmethod
    def refresh(self) -> None:
        """Let what is published serve, however long it takes to open; one refused is tried again.

        Raises:
            SnapshotError: If it cannot be opened; the old one serves on.
        """

    @abstractmethod
    def _begin_to_open(self) -> Thread | None:
        """Begin to open a snapshot that is new; return what opens it, None where none is begun."""

    @abstractmethod
    def _wait_for_newest(self) -> None:
        """Wait until what is published is open."""

    @property
    def manifest(self) -> Manifest:
        """Manifest of the snapshot that answers now."""
        with self.using() as answerer:
            return answerer.snapshot.manifest

    @property
    def outlets(self) -> Collection[str]:
        """Case-folded names of the outlets of its articles."""
        with self.using() as answerer:
            return answerer.snapshot.outlets

    def article(self, article_id: ArticleId) -> Article | None:
        """Return an article as it stands now, or None where it is gone."""
        with self.using() as answerer:
            article = answerer.snapshot.article(article_id)
        is_gone = article is None or read_removals(self._home).holds_article(article)
        return None if is_gone else article

    def same_report(self, article_id: ArticleId) -> Sequence[Article]:
        """Return the articles that are one report with this one, itself among them."""
        with self.using() as answerer:
            reports = answerer.snapshot.same_report(article_id)
        removals = read_removals(self._home)
        return tuple(report for report in reports if not removals.holds_article(report))

    def answer(self, question: Question, *, k: int = 3) -> Answer | NoAnswer:
        """Answer with at most `k` quotes from the newest archive; see `Answerer.answer`."""
        opening = self._begin_to_open()
        if opening is not None:
            opening.join(_PATIENCE_S)
        try:
            with self.using() as answerer:
                reply = answerer.answer(question, k=k)
                if not self._shows_removed(answerer, _shown_in(reply)):
                    return reply
        except EngineError:
            # Subtle: a removal deletes from a database at once what the snapshot before asks for.
            if not self._is_newer_open(answerer):
                raise
        else:
            if not self._is_newer_open(answerer):
                return _unverified(reply)
        with self.using() as answerer:
            return answerer.answer(question, k=k)

    def further(
        self, question: Question, *, beyond: Sequence[Citation], k: int = 3
    ) -> tuple[Citation, ...]:
        """Return at most `k` quotes that come after those shown, numbered on."""
        with self.using() as answerer:
            citations = answerer.further(question, beyond=beyond, k=k)
            return self._without_removed(answerer, citations, first=len(beyond) + 1)

    def search(self, question: Question, *, k: int = 10) -> tuple[Citation, ...]:
        """Return the `k` passages nearest to a question, best first; see `Answerer.search`."""
        with self.using() as answerer:
            return self._without_removed(answerer, answerer.search(question, k=k))

    def _without_removed(
        self, answerer: Answerer, citations: Iterable[Citation], *, first: int = 1
    ) -> tuple[Citation, ...]:
        """Return citations of what is not removed by request, numbered from `first` on."""
        kept = [one for one in citations if not self._shows_removed(answerer, _named_by(one))]
        return tuple(replace(cited, number=number) for number, cited in enumerate(kept, first))

    def statements(
        self, speaker: str, topic: Question | None, *, scope: Scope, most: int
    ) -> Answer | NoAnswer:
        """Answer with what a person says; see `find_statements`."""
        with self.using() as answerer:
            reply = find_statements(answerer, speaker, topic, scope=scope, most=most)
            return self._of_what_stands(answerer, reply)

    def timeline(self, topic: Question, *, most: int) -> Answer | NoAnswer:
        """Answer with the events of a topic; see `find_timeline`."""
        with self.using() as answerer:
            reply = find_timeline(answerer, topic, most=most)
            return self._of_what_stands(answerer, reply)

    def _of_what_stands(self, answerer: Answerer, reply: Answer | NoAnswer) -> Answer | NoAnswer:
        """Return a long answer without what was removed by request since it was opened."""
        if isinstance(reply, NoAnswer):
            is_gone = self._shows_removed(answerer, _shown_in(reply))
            return replace(reply, nearest=()) if is_gone else reply
        kept = self._without_removed(answerer, reply.citations)
        return replace(reply, citations=kept) if kept else _unverified(reply)

    @contextmanager
    def edition(self) -> Iterator[Snapshot]:
        """Yield what is published now once it is open, however long that takes."""
        self._wait_for_newest()
        with self.using() as answerer:
            yield answerer.snapshot

    def news(self, questions: Sequence[Question], new: New, *, k: int = 3) -> list[Answer | None]:
        """Answer each question from new articles alone; see `bot.answer.news`."""
        with self.using() as answerer:
            replies = news(answerer, questions, new, k=k)
            return [
                None if reply and self._shows_removed(answerer, _shown_in(reply)) else reply
                for reply in replies
            ]

    def _shows_removed(self, answerer: Answerer, shown: Iterable[ArticleId]) -> bool:
        """Tell whether one of these articles was removed by request since they were opened."""
        removals = read_removals(self._home)
        if not removals.entries:
            return False
        articles = map(answerer.snapshot.article, shown)
        return any(article and removals.holds_article(article) for article in articles)

    def _is_newer_open(self, answerer: Answerer) -> bool:
        """Wait until what is published is open; tell whether it is newer than what answered."""
        self._wait_for_newest()
        with self.using() as newest:
            return newest is not answerer


class Serving(_Asked):
    """Answers as an `Answerer` does, from whatever is published now; safe for many threads."""

    def __init__(
        self,
        answerer: Answerer,
        *,
        home: Path,
        reopen: Callable[[], Answerer],
        place: Place | None = None,
    ) -> None:
        """Serve `answerer` until there is a newer snapshot, then what `reopen` returns.

        Args:
            answerer: Answers now.
            home: Where the list of what was removed by request is.
            reopen: Opens what is published.
            place: Where snapshots are published; None for `home`.
        """
        super().__init__(home)
        self._place = place or home
        self._reopen = reopen
        self._lock = Lock()
        self._parts: dict[Rights, _PartServing] = {}
        self._now = _Opened(answerer)
        self._opening: Thread | None = None
        self._refused: tuple[str, Exception] | None = None

    def part(self, rights: Rights) -> "_PartServing":
        """Return the archive as somebody with these rights sees it, with nothing else in it."""
        return self._parts.setdefault(rights, _PartServing(self, rights))

    @contextmanager
    def using(self) -> Iterator[Answerer]:
        """Yield the answerer of now, whose files stay open until it is given back."""
        with self.holding() as opened:
            yield opened.answerer

    @contextmanager
    def holding(self) -> Iterator[_Opened]:
        """Yield what is open now, whose files stay so until it is given back."""
        with self._lock:
            opened = self._now
            opened.uses += 1
        try:
            yield opened
        finally:
            with self._lock:
                opened.uses -= 1
                opened.close_if_done()

    def close(self) -> None:
        """Release everything once the last question is answered; nothing may be asked after."""
        opening = self._opening
        if opening is not None:
            opening.join()
        with self._lock:
            self._now.is_retired = True
            self._now.close_if_done()

    def refresh(self) -> None:
        """Let what is published serve, however long it takes to open; one refused is tried again.

        Raises:
            SnapshotError: If it cannot be opened; the old one serves on.
            EngineError: If a server cannot be asked for it.
        """
        serving_name(self._place)
        self._begin_to_open(is_asked=True)
        self._join()
        if self._refused is not None:
            _, error = self._refused
            raise SnapshotError(str(error)) from error

    def _begin_to_open(self, *, is_asked: bool = False) -> Thread | None:
        """Begin to open a snapshot that is new; return what opens it, None where none is begun."""
        name = self._published()
        with self._lock:
            if is_asked:
                self._refused = None
            known = {"", self._now.name, self._refused[0] if self._refused else ""}
            if name in known or (self._opening is not None and self._opening.is_alive()):
                return None
            # A daemon, so that a slow disk never delays the program's end.
            opening = self._opening = Thread(target=self._open, name="pasokh-reload", daemon=True)
            opening.start()
        return opening

    def _wait_for_newest(self) -> None:
        self._begin_to_open()
        self._join()

    def _join(self) -> None:
        if self._opening is not None:
            self._opening.join()

    def _published(self) -> str:
        """Return the name of the snapshot that is published; empty where that cannot be told."""
        try:
            return serving_name(self._place)
        except (SnapshotError, EngineError):
            return ""

    def _open(self) -> None:
        """Open what is published and let it serve; stay with the old where that fails."""
        name = self._published()
        try:
            opened = _Opened(self._reopen())
            for rights in tuple(self._now.parts):  # so that nobody waits for theirs
                opened.part(rights)
        except Exception as error:  # noqa: BLE001  # a thread's one catch; the old one serves on
            # Subtle: a snapshot may be pruned while it is opened, since newer ones have come.
            if self._published() not in {"", name}:
                return
            with self._lock:
                self._refused = name, error
            failure = {"snapshot": name, "kind": type(error).__name__, "reason": str(error)}
            _log.warning(EVENT_NOT_RELOADED, extra={"fields": failure})
            return
        with self._lock:
            old, self._now = self._now, opened
            # The old one ends when its last question is answered.
            old.is_retired = True
            old.close_if_done()
        fields = {"snapshot": self._now.name, "before": old.name}
        _log.info(EVENT_RELOADED, extra={"fields": fields})


class _PartServing(_Asked):
    """The same for somebody who may not see all of the archive."""

    def __init__(self, whole: Serving, rights: Rights) -> None:
        """Answer from what `rights` allows to see of whatever `whole` answers from."""
        super().__init__(whole._home)  # noqa: SLF001  # the other half of one class
        self._whole = whole
        self._rights = rights

    def part(self, rights: Rights) -> "_PartServing":
        """Return the whole archive as somebody with other rights sees it."""
        return self._whole.part(rights)

    @contextmanager
    def using(self) -> Iterator[Answerer]:
        """Yield what answers of the part now, whose files stay open until it is given back."""
        with self._whole.holding() as opened:
            yield opened.part(self._rights)

    def refresh(self) -> None:
        """Let what is published serve, see `Serving.refresh`."""
        self._whole.refresh()

    def _begin_to_open(self) -> Thread | None:
        return self._whole._begin_to_open()  # noqa: SLF001

    def _wait_for_newest(self) -> None:
        self._whole._wait_for_newest()  # noqa: SLF001


def _named_by(citation: Citation) -> Iterator[ArticleId]:
    """Yield the article of a citation and those of the same report."""
    yield citation.article_id
    yield from (headline.article_id for headline in citation.also_in)


def _shown_in(reply: Answer | NoAnswer) -> Iterator[ArticleId]:
    """Yield the articles that a reply shows, by a quote or a headline."""
    if isinstance(reply, Answer):
        yield from chain.from_iterable(map(_named_by, reply.citations))
    else:
        yield from (headline.article_id for headline in reply.nearest)


def _unverified(reply: Answer | NoAnswer) -> NoAnswer:
    """Return a refusal in place of a reply that may not be shown."""
    return NoAnswer(
        question=reply.question,
        language=reply.language,
        reason=Reason.UNVERIFIED,
        nearest=(),
        confidence=reply.confidence,
        timings_ms=reply.timings_ms,
        fingerprint=reply.fingerprint,
        within=reply.within,
        is_missed=reply.is_missed,
    )
