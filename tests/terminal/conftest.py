"""A small archive that really answers, for the tests of what people see.

Run as a program it is `pasokh` over that archive, for tests that need a process.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.grounding.types import Checking
from bot.question.question import Question
from bot.records.recheck import Rechecker
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.settings import PREFIX, Settings
from bot.terminal.cli import main
from bot.terminal.context import Backend
from bot.terminal.progress import Progress
from bot.types import Answer, Citation, Fingerprint, Headline, NoAnswer, Reason
from index import (
    Article,
    ArticleId,
    BuildReport,
    EncoderIdentity,
    Manifest,
    Moment,
    PartCounts,
    PasokhError,
    Reject,
    RemovalReport,
    SnapshotMissing,
    Span,
    VerifyReport,
)

KIRBY = "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند."
HOSTILE = "The \x1b[31mred\x1b[0m minister\x00 opened \u202egpj.exe & <b>bold</b>\x9b2J."
_PERSIAN_TEXT = f"روایت کاخ سفید\nآغاز خبر. {KIRBY} پایان خبر."

ARTICLES = (
    Article(
        id=ArticleId("mehr-5805672"),
        headline="روایت کاخ سفید",
        text=_PERSIAN_TEXT,
        body=(Span(0, len(_PERSIAN_TEXT)),),
        language="fa",
        published=Moment(datetime(2023, 6, 9, 18, 15, tzinfo=ZoneInfo("Asia/Tehran"))),
        source="Mehr",
        via="Al Jazeera",
        code="5805672",
        url="https://www.mehrnews.com/news/5805672",
        origin="one.txt",
    ),
    Article(
        id=ArticleId("hostile"),
        headline="Head\x1b]0;pwned\x07line",
        text=f"Before. {HOSTILE} After.",
        body=(Span(0, len(HOSTILE) + 15),),
        language="en",
        origin="two.txt",
    ),
)
_QUOTES = {"mehr-5805672": KIRBY, "hostile": HOSTILE}
FINGERPRINT = Fingerprint(snapshot="0001-abc", encoder="small@1")
MANIFEST = Manifest(
    schema=1,
    snapshot="0001-abc",
    key="abc",
    made_by="def",
    encoder=EncoderIdentity(name="small", revision="1", dim=8),
    space="small-plain",
    n_articles=2,
    n_passages=2,
    n_sentences=5,
    languages={"fa": 1, "en": 1},
    parts=(PartCounts(articles=2, passages=2, sentences=5),),
    files={},
)
REPORT = BuildReport(
    snapshot="0001-abc",
    changed=True,
    n_articles=2,
    n_added=1,
    n_changed=1,
    n_removed=3,
    n_kept=0,
    n_duplicates=1,
    n_versions=0,
    n_passages=2,
    n_sentences=5,
    n_encoded=7,
    rejects=(
        Reject(origin="a.txt", reason="empty file"),
        *(Reject(origin=f"b{n}.txt", reason="not UTF-8", detail=f"byte {n}") for n in range(5)),
    ),
    missing={"url": 1},
    seconds=1.26,
    size_bytes=12345,
)


@dataclass(frozen=True)
class SmallAnswerer:
    """Quotes the one known sentence of each of two articles; one is made to harm."""

    manifest: Manifest = MANIFEST
    outlets: tuple[str, ...] = ("mehr", "al jazeera", "")

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id."""
        return next((one for one in ARTICLES if one.id == article_id), None)

    def same_report(self, article_id: ArticleId) -> Sequence[Article]:
        """Return the article with this id: nothing is a copy."""
        return [one for one in ARTICLES if one.id == article_id]

    def further(
        self, _question: Question, *, beyond: Sequence[Citation], k: int = 3
    ) -> tuple[Citation, ...]:
        """Quote the known sentences of the articles that were not quoted."""
        quoted = {citation.article_id for citation in beyond}
        rest = [one for one in ARTICLES if one.id not in quoted]
        return tuple(_citation(n, one) for n, one in enumerate(rest[:k], start=len(beyond) + 1))

    def refresh(self) -> None:
        """Stay as it is."""

    def answer(self, asked: Question, *, k: int = 3) -> Answer | NoAnswer:
        """Answer by shared words; some questions fail or take long, as their words say."""
        question, within = asked.text, asked.scope
        match question:
            case "fail":
                msg = "no such luck"
                raise ValueError(msg)
            case "break":
                msg = "the encoder is gone; start it"
                raise PasokhError(msg)
            case "sleep":
                print("asleep", file=sys.stderr, flush=True)  # noqa: T201  # for who interrupts
                time.sleep(60)
        language = "fa" if any("\u0600" <= char <= "\u06ff" for char in question) else "en"
        found = [
            one
            for one in ARTICLES
            if set(question.split()) & set(one.text.split())
            and (not within.sources or one.source.casefold() in within.sources)
        ]
        if not found:
            return NoAnswer(
                question=question,
                language=language,
                reason=Reason.NOT_IN_ARCHIVE if question else Reason.EMPTY_QUESTION,
                nearest=tuple(map(_headline, ARTICLES)) if question else (),
                confidence=0.125,
                timings_ms={"total": 1.0},
                fingerprint=FINGERPRINT,
                within=within,
            )
        citations = [_citation(number, one) for number, one in enumerate(found[:k], start=1)]
        return Answer(
            question=question,
            language=language,
            citations=tuple(citations),
            confidence=0.875,
            timings_ms={"total": 1.23456},
            fingerprint=FINGERPRINT,
            within=within,
        )


def _citation(number: int, article: Article) -> Citation:
    """Cite the known sentence of an article."""
    quote = _QUOTES[article.id]
    start = article.text.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        headline=article.headline,
        source=article.source,
        via=article.via,
        published=article.published,
        url=article.url,
        span=Span(start, start + len(quote)),
        quote=quote,
        score=0.875,
    )


def _headline(article: Article) -> Headline:
    """Show an article by its head."""
    return Headline(
        article_id=article.id,
        headline=article.headline,
        source=article.source,
        published=article.published,
        url=article.url,
    )


@dataclass(frozen=True)
class SmallBackend:
    """Stands in for `bot.wire` with the small archive."""

    report: BuildReport = REPORT
    problems: tuple[str, ...] = ()

    def open_session(self, settings: Settings, *, progress: Progress | None = None) -> Session:
        """Open at once; a corpus called `missing` does not exist."""
        if settings.corpus == Path("missing"):
            msg = "There is no index; put articles into missing/"
            raise SnapshotMissing(msg)
        if settings.corpus == Path("unbuilt") and progress is not None:
            self.build(settings, progress)
        return Session(answering=SmallAnswerer(), max_quotes=4, choice=settings.language)

    def open_rechecker(self, _settings: Settings) -> Rechecker:
        """Hold answers against the small archive, from which one article was removed."""
        return Rechecker(
            find_article=SmallAnswerer().article,
            making={"snapshot": MANIFEST.snapshot, "encoder": "small@1"},
            removed={"removed-1"},
            find_successor={"mehr-early": ArticleId("mehr-5805672")}.get,
            open_grounding=_no_claims,
        )

    def build(self, _settings: Settings, progress: Progress | None = None) -> BuildReport:
        """Report two stages and return the report."""
        if progress is not None:
            progress("read", 2, None)
            progress("encode", 0, 7)
            progress("encode", 3, 7)
            progress("encode", 7, 7)
        return self.report

    def info(self, _settings: Settings) -> Manifest:
        """Return the small archive's manifest."""
        return MANIFEST

    def remove(
        self,
        _settings: Settings,
        article_id: str,
        reason: str,
        progress: Progress | None = None,
    ) -> RemovalReport:
        """Remove an article of one file, unless no reason is given."""
        if progress is not None:
            progress("words", 0, 0)
        where = ("collected/a.txt",) if reason else ()
        return RemovalReport(
            article=article_id,
            snapshot=reason,
            unlinked=where,
            still_in=("b.jsonl",),
            shared=("/home/collected/c.zip",),
        )

    def verify(self, _settings: Settings) -> VerifyReport:
        """Return what was found wrong."""
        return VerifyReport(
            snapshot="0001-abc",
            n_files=4,
            n_articles=2,
            n_passages=2,
            problems=self.problems,
            n_removed=0,
            still_in=(),
            shared=(),
            cached={} if self.problems else {"mehr-1": 2},
        )


def _no_claims() -> Checking:
    """Say that the small archive has no claims to check."""
    raise AssertionError


@pytest.fixture
def backend() -> Backend:
    """What the commands stand on in these tests."""
    return SmallBackend()


@pytest.fixture
def answerer() -> Answering:
    """Answers from two articles."""
    return SmallAnswerer()


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty folder and no setting of ours from outside."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PASOKH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Leave the root logger as it was, and no log file open."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:], root.level = handlers, level


if __name__ == "__main__":
    # A shell that runs the tests in its background has Ctrl-C ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(backend=SmallBackend()))
