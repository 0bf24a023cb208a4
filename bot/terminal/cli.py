"""Command line `pasokh`: declares the commands, runs one and turns its outcome into an exit code.

The commands' work is in `ask` and the modules `..._commands`; all errors end here.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.terminal.limits import check_limits
from bot.terminal.streams import (
    discard,
    open_closed_streams,
    output_error,
    speak_utf8,
    standard_error,
)


class _LazyModule:
    """A module that is imported when one of its names is first used.

    So `pasokh --help` and usage errors take a tenth of a second: what the commands need loads
    pydantic, numpy and the index.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401  # whatever the module has
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:  # the same names, so that every use is checked
    from importlib import metadata

    import index
    from bot import logs, settings, wire
    from bot.evaluation import files as evaluation_files
    from bot.question import scope as scopes
    from bot.terminal import ask as ask_commands
    from bot.terminal import (
        check_commands,
        context,
        index_commands,
        setting_commands,
        web_commands,
    )
    from bot.texts import direction, language
else:
    index = _LazyModule("index")
    evaluation_files = _LazyModule("bot.evaluation.files")
    logs = _LazyModule("bot.logs")
    settings = _LazyModule("bot.settings")
    wire = _LazyModule("bot.wire")
    scopes = _LazyModule("bot.question.scope")
    ask_commands = _LazyModule("bot.terminal.ask")
    check_commands = _LazyModule("bot.terminal.check_commands")
    context = _LazyModule("bot.terminal.context")
    index_commands = _LazyModule("bot.terminal.index_commands")
    setting_commands = _LazyModule("bot.terminal.setting_commands")
    web_commands = _LazyModule("bot.terminal.web_commands")
    direction = _LazyModule("bot.texts.direction")
    language = _LazyModule("bot.texts.language")
    metadata = _LazyModule("importlib.metadata")

_ERROR = 1
_INTERRUPTED = 130
_BROKEN_PIPE = 141


@dataclass
class _Run:
    """One run of the program: its backend and, once read, its settings."""

    backend: "context.Backend | None"
    debug: bool = False
    corpus: Path | None = None
    surface: "context.Surface | None" = None

    def open(self, *, keeps_log: bool = False) -> "context.Surface":
        """Read the settings, set up the log and load the backend.

        Args:
            keeps_log: Write the log to standard error if no file is set for it.
        """
        values = settings.read_settings(corpus=self.corpus)
        logs.set_up(
            values.log_level,
            values.log_file,
            secrets=values.secrets,
            debug=standard_error() if self.debug else None,
            journal=standard_error() if keeps_log else None,
        )
        self.surface = context.Surface(
            settings=values,
            backend=self.backend or wire,
            stdin=sys.stdin,
            stdout=sys.stdout,
            stderr=standard_error(),
        )
        return self.surface


def _version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    """Print the version and leave."""
    if wanted and not ctx.resilient_parsing:
        click.echo(f"pasokh {metadata.version('pasokh')}")
        ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Log everything to standard error, tracebacks too.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
@click.pass_obj
def _pasokh(run: _Run, *, debug: bool) -> None:
    """Answer questions from a news archive, each sentence a quote with its source.

    Settings are PASOKH_* variables or lines of a .env file; `pasokh settings` lists them.
    Exit codes: 0 answered or done, 1 error, 2 usage, 3 no answer in the archive, 4 an answer of
    earlier does not stand.
    """
    check_limits()
    run.debug = debug


_Command = TypeVar("_Command", bound=Callable[..., Any])


def _set_corpus(ctx: click.Context, _option: click.Parameter, path: Path | None) -> None:
    """Take the archive of an option."""
    ctx.find_object(_Run).corpus = path  # type: ignore[union-attr]  # `main` gives one


_corpus_option = click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=_set_corpus,
    metavar="PATH",
    help="Folder or file of articles, instead of PASOKH_CORPUS.",
)


def _scope_options(command: _Command) -> _Command:
    """Add the options that say which part of the archive is asked."""
    for option in (
        click.option("--lang", multiple=True, metavar="TAG", help="Only articles in TAG: fa, en."),
        click.option("--source", multiple=True, metavar="NAME", help="Only articles of an outlet."),
        click.option("--until", default="", metavar="TIME", help="Only up to TIME, included."),
        click.option(
            "--since",
            default="",
            metavar="TIME",
            help='Only from TIME on: 2023-06-09, 1402/03, 2022, "last week".',
        ),
    ):
        command = option(command)
    return command


def _scope(options: dict[str, Any]) -> "index.Scope":
    """Read those options; a bad one is a usage error."""
    try:
        return scopes.make_scope(
            since=options["since"],
            until=options["until"],
            sources=options["source"],
            languages=options["lang"],
            now=datetime.now(UTC),
        )
    except scopes.ScopeError as error:
        raise click.UsageError(str(error)) from None


def _form_options(*also: str) -> Callable[[_Command], _Command]:
    """Add the options that print an answer for other programs; `also` names more formats."""
    formats = click.Choice(["csv", "markdown", "ris", "bibtex", "csl-json", *also])

    def add(command: _Command) -> _Command:
        as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
        form = click.option("--format", "form", type=formats, help="Print a file (docs/export.md).")
        return as_json(form(command))

    return add


def _form(*, as_json: bool, form: str | None) -> str | None:
    """Return the form to print in, None for people."""
    if as_json and form:
        raise click.UsageError("--json and --format exclude each other; choose one.")
    return "json" if as_json else form


@_pasokh.command()
@click.argument("question", nargs=-1, required=True)
@_form_options()
@click.option(
    "-k", type=click.IntRange(1, 4), metavar="N", help="Most quotes, 1 to 4; double in overviews."
)
@_corpus_option
@_scope_options
@click.pass_obj
def ask(
    run: _Run,
    /,
    question: tuple[str, ...],
    *,
    as_json: bool,
    form: str | None,
    k: int | None,
    **scope: Any,  # noqa: ANN401  # see _scope_options
) -> int:
    """Answer QUESTION; - reads it from standard input.

    The index is built first where there is none.
    """
    shape = _form(as_json=as_json, form=form)
    text = sys.stdin.read() if question == ("-",) else " ".join(question)
    if not text.strip():
        raise click.UsageError("QUESTION is empty; write one, e.g. pasokh ask who won in Shiraz")
    within = _scope(scope)
    if shape is None:
        return ask_commands.ask(run.open(), text.strip(), k=k, within=within)
    return ask_commands.ask_as(run.open(), text.strip(), k=k, within=within, form=shape)


@_pasokh.command()
@click.option("--speaker", required=True, metavar="NAME", help="Whose words, in any script.")
@click.option("--about", default="", metavar="TOPIC", help="Only what is said about TOPIC.")
@_form_options()
@_corpus_option
@_scope_options
@click.pass_obj
def quotes(
    run: _Run,
    /,
    *,
    speaker: str,
    about: str,
    as_json: bool,
    form: str | None,
    **scope: Any,  # noqa: ANN401  # see _scope_options
) -> int:
    """List what a person says over the archive, each statement once, in order of time."""
    shape, name = _form(as_json=as_json, form=form), speaker.strip()
    if not name:
        raise click.UsageError("NAME is empty; write one, e.g. pasokh quotes --speaker Kirby")
    return ask_commands.quotes(run.open(), name, about.strip(), within=_scope(scope), form=shape)


@_pasokh.command()
@click.argument("topic", nargs=-1, required=True)
@_form_options("svg")
@_corpus_option
@_scope_options
@click.pass_obj
def timeline(
    run: _Run,
    /,
    topic: tuple[str, ...],
    *,
    as_json: bool,
    form: str | None,
    **scope: Any,  # noqa: ANN401  # see _scope_options
) -> int:
    """List the events of TOPIC, one line each, earliest first; --format svg draws them."""
    shape, text = _form(as_json=as_json, form=form), " ".join(topic).strip()
    if not text:
        raise click.UsageError("TOPIC is empty; write one, e.g. pasokh timeline Karun dam")
    return ask_commands.timeline(run.open(), text, within=_scope(scope), form=shape)


@_pasokh.command()
@click.argument("question", nargs=-1)
@click.option("--list", "is_list", is_flag=True, help="List what is followed, with its numbers.")
@click.option("--remove", type=click.IntRange(1), metavar="N", help="Follow number N no more.")
@_corpus_option
@_scope_options
@click.pass_obj
def follow(
    run: _Run,
    /,
    question: tuple[str, ...],
    *,
    is_list: bool,
    remove: int | None,
    **scope: Any,  # noqa: ANN401  # see _scope_options
) -> int:
    """Save QUESTION; without one, print what is new on all that are saved since last time.

    Exit code 3 where nothing is new, and nothing is printed: for cron, after index watch --once.
    """
    text, within = " ".join(question).strip(), _scope(scope)
    if is_list or remove is not None:
        if text:
            raise click.UsageError("--list and --remove take no QUESTION.")
        return ask_commands.list_followed(run.open(), remove)
    if not text:
        return ask_commands.follow_news(run.open())
    return ask_commands.follow(run.open(), text, within=within)


@_pasokh.command()
@_corpus_option
@_scope_options
@click.pass_obj
def chat(run: _Run, /, **scope: Any) -> int:  # noqa: ANN401  # see _scope_options
    """Ask many questions; /help inside lists the commands."""
    within = _scope(scope)
    return ask_commands.chat(run.open(), within=within)


@_pasokh.command()
@click.option("--web", "has_web", is_flag=True, help="Serve pages and API too (docs/web.md).")
@_corpus_option
@click.pass_obj
def serve(run: _Run, /, *, has_web: bool) -> int:
    """Answer on Telegram until stopped (docs/operating.md).

    The log goes to standard error, or to PASOKH_LOG_FILE.
    """
    return ask_commands.serve(run.open(keeps_log=True), has_web=has_web)


@_pasokh.group("web", invoke_without_command=True)
@_corpus_option
@click.pass_context
def web(ctx: click.Context) -> int:
    """Serve pages to ask and read, and an HTTP API, until stopped (docs/web.md).

    The log goes to standard error, or to PASOKH_LOG_FILE.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    return web_commands.web(ctx.ensure_object(_Run).open(keeps_log=True))


@web.command("key")
@click.argument("name")
@click.pass_obj
def web_key(run: _Run, name: str) -> int:
    """Make an API key called NAME: print it once, and the line that lets it in."""
    return web_commands.new_web_key(run.open(), name)


@_pasokh.command("mcp")
@click.option("--http", is_flag=True, help="Serve over HTTP on this machine, not one client.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port of --http; 0 takes a free one.",
)
@_corpus_option
@click.pass_obj
def serve_mcp(run: _Run, /, *, http: bool, port: int) -> int:
    """Let an assistant ask the archive, by the Model Context Protocol (docs/mcp.md).

    An assistant's program starts this itself and talks to it on standard input and output.
    """
    return ask_commands.serve_mcp(run.open(keeps_log=True), port=port if http else None)


@_pasokh.command()
@_corpus_option
@click.pass_obj
def matrix(run: _Run) -> int:
    """Answer in rooms of Matrix until stopped (docs/matrix.md).

    The log goes to standard error, or to PASOKH_LOG_FILE.
    """
    return ask_commands.matrix(run.open(keeps_log=True))


@_pasokh.command("settings")
@click.pass_obj
def list_settings(run: _Run) -> int:
    """List every setting: its value, where that comes from, and the default.

    Keys, tokens and passwords are not shown.
    """
    return setting_commands.list_settings(run.open())


@_pasokh.command("access")
@_corpus_option
@click.pass_obj
def list_access(run: _Run) -> int:
    """List folders, sites and channels with their articles and who sees them (PASOKH_ACCESS)."""
    return setting_commands.list_access(run.open())


_FILE = click.Path(dir_okay=False, path_type=Path)


@_pasokh.command("eval")
@click.option(
    "--corpus",
    "corpora",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File or folder of articles; several times for several. Dialogues hold their own.",
)
@click.option("--queries", required=True, type=_FILE, help="Questions or dialogues, JSON Lines.")
@click.option("--qrels", type=_FILE, help="Question id, article id, relevance.")
@click.option("--related", type=_FILE, help="Question id, article id of unanswerable questions.")
@click.option("--other-queries", type=_FILE, help="Questions the corpus does not answer.")
@click.option("--json", "json_file", type=_FILE, help="Write all figures to a file.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask only N questions.")
@click.pass_obj
def evaluate(run: _Run, /, *, json_file: Path | None, **files: Any) -> int:  # noqa: ANN401  # see EvaluationFiles
    """Measure answers on questions whose answers are known (docs/evaluation.md)."""
    return check_commands.evaluate(
        run.open(), evaluation_files.EvaluationFiles(**files), json_file=json_file
    )


@_pasokh.command("verify")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@_corpus_option
@click.pass_obj
def verify_answers(run: _Run, /, *, file: Path, as_json: bool) -> int:
    """Check answers that `ask --json` printed against the index (docs/verifying.md).

    FILE holds one or several; - is standard input. Exit code 4 where a quote or sentence does not
    stand any more. (`index verify` checks the index's own files.)
    """
    return check_commands.verify(run.open(), file, as_json=as_json)


@_pasokh.group("index")
def _index_group() -> None:
    """Build the index of the archive, add to it, describe it or check it."""


@_index_group.command()
@click.option(
    "--dry-run", is_flag=True, help="Build nothing; say what would be read as what, in a minute."
)
@_corpus_option
@click.pass_obj
def build(run: _Run, *, dry_run: bool) -> int:
    """Read the corpus and build its index, unless nothing changed."""
    return (index_commands.preview if dry_run else index_commands.build)(run.open())


@_index_group.command()
@click.argument("places", nargs=-1, required=True, metavar="URL|PATH...")
@_corpus_option
@click.pass_obj
def add(run: _Run, places: tuple[str, ...]) -> int:
    """Take articles in and build: pages, feeds, sitemaps, files, folders.

    They are kept beside the index, so that a build never asks the web again.
    """
    return index_commands.add(run.open(), places)


@_index_group.command()
@click.argument("feeds", nargs=-1, metavar="[URL...]")
@click.option("--once", is_flag=True, help="Do what is due and leave; for cron.")
@_corpus_option
@click.pass_obj
def watch(run: _Run, feeds: tuple[str, ...], *, once: bool) -> int:
    """Poll feeds and sitemaps and index what they list, until Ctrl-C.

    Without addresses those of PASOKH_FEEDS are watched.
    """
    return index_commands.watch(run.open(), feeds, once=once)


@_index_group.command()
@_corpus_option
@click.pass_obj
def info(run: _Run) -> int:
    """Say what the index holds and what it was made with."""
    return index_commands.info(run.open())


@_index_group.command()
@click.option("--json", "as_json", is_flag=True, help="An object a line.")
@_corpus_option
@click.pass_obj
def report(run: _Run, *, as_json: bool) -> int:
    """List what is not searched: rejects, what was left out, duplicates, earlier versions."""
    return index_commands.report(run.open(), as_json=as_json)


@_index_group.command()
@_corpus_option
@click.pass_obj
def verify(run: _Run) -> int:
    """Check every file of the index against its checksum.

    (`pasokh verify FILE` checks answers that were given earlier.)
    """
    return index_commands.verify(run.open())


@_index_group.command()
@click.argument("article_id", metavar="ID|ADDRESS")
@click.option("--reason", default="", help="Kept in the list of removals.")
@_corpus_option
@click.pass_obj
def remove(run: _Run, article_id: str, *, reason: str) -> int:
    """Take an article, by id or address, out of the index for good, asking nothing.

    It is rejected from now on. The corpus itself is not changed; what holds the article still is
    told.
    """
    return index_commands.remove(run.open(), article_id, reason=reason)


@_pasokh.group("feedback")
def _feedback_group() -> None:
    """Use what people thought of the Telegram bot's answers."""


@_feedback_group.command("export")
@click.option("--queries", required=True, type=_FILE, help="Write the questions here.")
@click.option("--qrels", required=True, type=_FILE, help="Write the judgements here.")
@click.pass_obj
def export_feedback(run: _Run, *, queries: Path, qrels: Path) -> int:
    """Write voted answers as questions for `pasokh eval` (docs/evaluation.md)."""
    return check_commands.export_feedback(run.open(), queries, qrels)


def main(argv: Sequence[str] | None = None, *, backend: "context.Backend | None" = None) -> int:
    """Run the program and return its exit code; no error passes.

    Args:
        argv: Arguments after the program's name; those of the process if None.
        backend: What to answer with; `bot.wire` if None.
    """
    open_closed_streams()
    speak_utf8()
    run = _Run(backend=backend)
    try:
        code = _pasokh.main(argv, prog_name="pasokh", standalone_mode=False, obj=run)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show(file=standard_error())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        discard(sys.stdout)
        return _BROKEN_PIPE
    except Exception as error:  # noqa: BLE001  # the one place that catches everything
        return _fail(run, error)
    return int(code or 0)


def _fail(run: _Run, error: Exception) -> int:
    """Log an error whole, show one line of it, and return the exit code."""
    if isinstance(error, OSError) and (reason := output_error()) is not None:
        error = index.StorageError(f"Standard output cannot be written: {reason.strerror}")
    if run.surface is None:  # the settings could not be read, so no log is set up
        logs.set_up("INFO", None, debug=standard_error() if run.debug else None)
        text = logs.report_failure(error, language.Language.EN, None)
    else:
        text = logs.report_failure(error, run.surface.language, run.surface.settings.log_file)
    click.echo(direction.safe(text), file=standard_error())
    return _ERROR
