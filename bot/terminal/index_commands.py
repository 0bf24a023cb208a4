"""Commands that keep the index: `index build`, `add`, `watch`, `info`, `verify` and `remove`."""

import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter
from types import FrameType

from bot.answer.cite import head
from bot.records.write import to_json
from bot.terminal.context import ExitCode, Surface
from bot.terminal.progress import progress_on
from bot.terminal.screen import Kind, Line
from bot.texts.direction import one_line
from bot.texts.labels import agency, dates, title
from bot.texts.language import localize_number, say
from bot.texts.messages import Key
from bot.texts.web_failures import why
from index import BuildReport, PasokhError, Reject, RemovalReport, VerifyReport
from index.sources import LEFT_OUT
from index.web import Failure, Kept, ListFound, Step

_SHOWN_ORIGINS = 3


def build(surface: Surface) -> ExitCode:
    """Build the index and summarise the build."""
    with progress_on(surface.stderr, surface.language) as progress:
        report = surface.backend.build(surface.settings, progress)
    surface.write(*_build_lines(surface, report))
    return ExitCode.OK


def _build_lines(surface: Surface, report: BuildReport) -> Iterator[Line]:
    """Yield the summary of a build; rejects by reason, the most frequent first."""
    head = Key.BUILT if report.changed else Key.UNCHANGED
    yield surface.line(head, snapshot=report.snapshot)
    yield surface.line(Key.BUILD_ARTICLES, count=report.n_articles)
    yield surface.line(
        Key.BUILD_CHANGES,
        added=report.n_added,
        changed=report.n_changed,
        removed=report.n_removed,
        kept=report.n_kept,
    )
    yield surface.line(Key.BUILD_DUPLICATES, count=report.n_duplicates)
    if report.n_versions:
        yield surface.line(Key.BUILD_VERSIONS, count=report.n_versions)
    yield from _reject_lines(surface, report.rejects)
    if report.rejects or report.n_duplicates or report.n_versions:
        yield surface.line(Key.BUILD_MORE)
    yield from _missing_lines(surface, report.missing)
    yield surface.line(
        Key.BUILD_PASSAGES,
        passages=report.n_passages,
        sentences=report.n_sentences,
        encoded=report.n_encoded,
    )
    seconds = localize_number(round(report.seconds, 1), surface.language)
    yield surface.line(Key.BUILD_COST, seconds=seconds, size=report.size_bytes)


def _reject_lines(surface: Surface, found: Sequence[Reject]) -> Iterator[Line]:
    """Yield how much was left out, and the rejects by reason, the most frequent first."""
    left_out = [reject for reject in found if reject.reason in LEFT_OUT]
    rejects = [reject for reject in found if reject.reason not in LEFT_OUT]
    if left_out:
        reasons = Counter(reject.reason for reject in left_out)
        named = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        yield surface.line(Key.BUILD_LEFT_OUT, count=len(left_out), reasons=named)
    yield surface.line(Key.BUILD_REJECTS, count=len(rejects))
    by_reason: defaultdict[str, list[Reject]] = defaultdict(list)
    for reject in rejects:
        by_reason[reject.reason].append(reject)
    for reason, rejects in sorted(by_reason.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield surface.line(Key.BUILD_REJECT_REASON, count=len(rejects), reason=reason)
        for reject in rejects[:_SHOWN_ORIGINS]:
            origin = f"{reject.origin} ({reject.detail})" if reject.detail else reject.origin
            yield surface.line(Key.BUILD_REJECT_ORIGIN, origin=origin)
        if (more := len(rejects) - _SHOWN_ORIGINS) > 0:
            yield surface.line(Key.BUILD_REJECT_MORE, count=more)


def _missing_lines(surface: Surface, missing: Mapping[str, int]) -> Iterator[Line]:
    """Yield how many articles lack each field."""
    if missing:
        yield surface.line(Key.BUILD_MISSING)
    for name, count in missing.items():
        yield surface.line(Key.BUILD_MISSING_FIELD, field=name, count=count)


def preview(surface: Surface) -> ExitCode:
    """Say what would be read as what."""
    found = surface.backend.preview(surface.settings)
    language = surface.language
    seconds = localize_number(round(found.seconds, 1), language)
    surface.write(
        surface.line(Key.PREVIEW, read=found.n_read, files=found.n_files, seconds=seconds)
    )
    if found.n_cut:
        surface.write(surface.line(Key.PREVIEW_CUT, count=found.n_cut))
    for kind, count in found.files.most_common():
        n_articles = found.articles[kind]
        surface.write(surface.line(Key.PREVIEW_KIND, kind=kind, files=count, articles=n_articles))
        for article in (one for name, one in found.shown if name == kind):
            shown = head(article)
            about = (agency(shown.source, article.via, language), dates(shown.published, language))
            surface.write(
                Line(Kind.HEADLINE, one_line(f"{shown.origin}  {title(shown, language)}"), 2),
                Line(Kind.DETAIL, ", ".join(filter(None, (*about, shown.url))), 4),
            )
    surface.write(*_reject_lines(surface, found.rejects))
    surface.write(*_missing_lines(surface, found.missing))
    return ExitCode.OK


def report(surface: Surface, *, as_json: bool) -> ExitCode:
    """List every item of the corpus that the index does not search."""
    for fate, items in groupby(surface.backend.not_searched(surface.settings), attrgetter("fate")):
        if not as_json:
            surface.write(surface.line(Key[f"FATE_{fate.name}"]))
        for item in items:
            if as_json:
                surface.stdout.write(f"{to_json(asdict(item), indent=None)}\n")
                continue
            why = f"{item.reason}: {item.detail}" if item.detail else item.reason
            if item.article:
                why = say(Key.REPEATS, surface.language, article=item.article, origin=item.of)
            surface.write(Line(Kind.BODY, one_line(f"{item.origin}  {why}"), 2))
    return ExitCode.OK


def info(surface: Surface) -> ExitCode:
    """Describe the index."""
    manifest = surface.backend.info(surface.settings)
    languages = ", ".join(f"{tag} {count}" for tag, count in manifest.languages.items())
    surface.write(
        surface.line(
            Key.INFO,
            snapshot=manifest.snapshot,
            schema=manifest.schema,
            encoder=f"{manifest.encoder.name} {manifest.encoder.revision}",
            dim=manifest.encoder.dim,
            articles=manifest.n_articles,
            passages=manifest.n_passages,
            sentences=manifest.n_sentences,
            languages=languages,
            store="qdrant" if surface.settings.hosted else "files",
            recall=localize_number(round(100 * manifest.recall, 1), surface.language),
            files=len(manifest.files),
            size=manifest.size_bytes,
        )
    )
    return ExitCode.OK


def remove(surface: Surface, article_id: str, *, reason: str) -> ExitCode:
    """Remove an article from the index and list where it may still be."""
    with progress_on(surface.stderr, surface.language) as progress:
        report = surface.backend.remove(surface.settings, article_id, reason, progress)
    surface.write(surface.line(Key.REMOVED, article=report.article))
    if not report.snapshot:
        surface.write(surface.line(Key.REMOVED_LAST))
    for origin in report.unlinked:
        surface.write(surface.line(Key.REMOVED_FILE, origin=origin))
    _tell_remaining(surface, report)
    return ExitCode.OK


def _tell_remaining(surface: Surface, report: RemovalReport | VerifyReport) -> None:
    """List the files that still hold a removed article: the user's, and ours with others."""
    for origin in report.still_in:
        surface.write(surface.line(Key.REMOVED_STILL_IN, origin=origin))
    for path in report.shared:
        surface.write(surface.line(Key.REMOVED_SHARED, path=path))


def verify(surface: Surface) -> ExitCode:
    """Check every file of the index and list what is wrong."""
    report = surface.backend.verify(surface.settings)
    if report.n_removed:
        surface.write(surface.line(Key.VERIFY_REMOVED, count=report.n_removed))
    _tell_remaining(surface, report)
    for article, count in report.cached.items():
        surface.write(surface.line(Key.VERIFY_CACHED, article=article, count=count))
    if not report.problems:
        surface.write(
            surface.line(
                Key.VERIFIED,
                snapshot=report.snapshot,
                files=report.n_files,
                articles=report.n_articles,
                passages=report.n_passages,
            )
        )
        return ExitCode.OK
    surface.write(surface.line(Key.VERIFY_FAILED, snapshot=report.snapshot))
    surface.write(*(Line(Kind.BODY, f"- {one_line(problem)}") for problem in report.problems))
    return ExitCode.ERROR


def add(surface: Surface, places: Sequence[str]) -> ExitCode:
    """Add addresses, files and folders, report each, and build if something is new.

    What an earlier command collected and could not build is built too.
    """
    outcomes = [
        _tell_step(surface, step).outcome
        for step in surface.backend.gather(surface.settings, places)
    ]
    is_kept = any(isinstance(outcome, Kept) for outcome in outcomes)
    if not is_kept:
        surface.notice(Key.GATHER_NOTHING)
    if surface.backend.is_behind(surface.settings):
        build(surface)
    elif is_kept:
        surface.notice(Key.GATHER_NOTHING_NEW)
    return ExitCode.OK if is_kept else ExitCode.ERROR


def watch(surface: Surface, feeds: Sequence[str], *, once: bool) -> ExitCode:
    """Poll feeds in rounds until told to stop, or `once`; build after a round.

    Only what was collected since the last build calls for one, in this run or an earlier command.
    A build that fails is reported, and tried again after the next round.
    """
    stop = threading.Event()
    feeds = feeds or surface.settings.feed_addresses
    with (
        _stopped_by_signals(stop),
        surface.backend.open_watcher(surface.settings, feeds, stop) as watcher,
    ):
        surface.notice(Key.WATCHING, count=len(feeds))
        while True:
            code = ExitCode.OK
            for step in watcher.round():
                _tell_step(surface, step)
            if surface.backend.is_behind(surface.settings):
                try:
                    build(surface)
                except PasokhError as error:
                    surface.notice(Key.ERROR, message=error)
                    code = ExitCode.ERROR
            if once or stop.wait(watcher.pause_s()):
                break
    if stop.is_set():
        surface.notice(Key.CHAT_STOPPED)
    return code if once else ExitCode.OK


def _tell_step(surface: Surface, step: Step) -> Step:
    """Write one line on the outcome of an address or file."""
    match step.outcome:
        case Failure() as failure:
            reason = why(failure, surface.language)
            surface.notice(Key.GATHER_FAILED, place=step.place, why=reason)
        case ListFound(count):
            surface.notice(Key.GATHER_LISTED, place=step.place, count=count)
        case kept:
            surface.notice(Key[f"GATHER_{kept.name}"], place=step.place)
    return step


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Set `stop` at Ctrl-C or SIGTERM; the second one ends the program as usual."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        restore()
