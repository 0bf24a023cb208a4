"""Tests of `index add` and `index watch` over a real server and a real index."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from in_process import run_here
from loopback import Site, body, conditional, serving, then
from warm import run_warm

from bot.texts.language import Language
from bot.texts.web_failures import WebFailure, why
from index.encoders import Encoder
from index.web import Problem
from index.web.problems import Failure

SEEDS = Path(__file__).parents[2] / "seeds"
_TEXT = (
    "<p>The {thing} was opened in {place} on Monday after four years of work.</p>"
    "<p>The mayor said that the {thing} had cost twice what was planned at first.</p>"
    "<p>Visitors may see the {thing} without a ticket until the end of the month.</p>"
)


def _page(thing: str, place: str) -> str:
    """Return a page with one article."""
    return (
        f"<!doctype html><html lang='en'><head><title>{thing} opens in {place}</title></head><body>"
        f"<article><h1>{thing} opens in {place}</h1>{_TEXT.format(thing=thing, place=place)}"
        "</article></body></html>"
    )


def _feed(*links: str) -> str:
    """Return a feed that announces pages."""
    items = "".join(f"<item><link>{link}</link></item>" for link in links)
    return f'<rss version="2.0"><channel>{items}</channel></rss>'


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve two articles, a feed of both and a page that is none."""
    with serving() as running:
        running.pages |= {
            "/1": body(_page("planetarium", "Shiraz")),
            "/2": body(_page("aquarium", "Tabriz")),
            "/feed": conditional(_feed("/1", "/2"), '"1"'),
            "/none": body("<html><body><p>No.</p></body></html>"),
        }
        yield running


@pytest.fixture
def surroundings(encoder: Encoder, cache_dir: Path, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process with folders of its own."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASOKH_")}
    return kept | {
        "PASOKH_CORPUS": str(SEEDS),
        "PASOKH_INDEX_DIR": str(tmp_path / "home"),
        "PASOKH_CACHE_DIR": str(cache_dir),
        "PASOKH_WEB_ALLOW_PRIVATE": "127.0.0.1/32",
        "PASOKH_WEB_DELAY_S": "0",
        "PASOKH_WATCH_INTERVAL_S": "0.2",
    }


def _command(*arguments: str) -> list[str]:
    """Return the program and its arguments."""
    return [sys.executable, "-m", "bot", *arguments]


def _process(surroundings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end as a process."""
    return run_warm(arguments, env=surroundings)


def _found(surroundings: dict[str, str], question: str) -> list[dict[str, str]]:
    """Return the citations that answer a question."""
    found: list[dict[str, str]]
    found = json.loads(run_here(surroundings, "ask", "--json", question).stdout)["citations"]
    return found


def _cited(surroundings: dict[str, str], question: str) -> list[str]:
    """Return the addresses of the articles that answer a question."""
    return [citation["url"] for citation in _found(surroundings, question)]


def test_what_is_added_is_asked(site: Site, surroundings: dict[str, str]) -> None:
    """A feed's articles are indexed beside the corpus, and stay when the site is gone."""
    done = _process(surroundings, "index", "add", f"{site.url}/feed?key=secret", f"{site.url}/feed")
    again = _process(surroundings, "index", "add", f"{site.url}/1")
    site.pages.clear()
    rebuilt = _process(surroundings, "index", "build")

    assert (done.returncode, "secret" in done.stdout + done.stderr) == (0, False)
    assert done.stdout.splitlines()[:5] == [
        f"rejected   {site.url}/feed?...: the server refused with status 404",
        f"lists 2 addresses: {site.url}/feed",
        f"added      {site.url}/1",
        f"added      {site.url}/2",
        done.stdout.splitlines()[4],
    ]
    assert "articles    3" in done.stdout
    assert (again.returncode, again.stdout.splitlines()) == (
        0,
        [f"unchanged  {site.url}/1", "Nothing new: the index stays as it is."],
    )
    assert rebuilt.stdout.startswith("Nothing to do")
    assert _cited(surroundings, "What was opened in Shiraz?")[0] == f"{site.url}/1"


@pytest.mark.parametrize("again", ["/1", "/gone", "watch"])
def test_what_could_not_be_built_is_built_next(
    site: Site, surroundings: dict[str, str], again: str
) -> None:
    """An article collected while another process builds is indexed by the next command.

    That is so whether the next one brings the same article, nothing at all, or watches.
    """
    home = Path(surroundings["PASOKH_INDEX_DIR"])
    run_here(surroundings, "index", "build")
    with FileLock(home / "lock"):
        refused = _process(surroundings, "index", "add", f"{site.url}/1")
    site.pages["/feed"] = body(_feed())
    command = ("watch", "--once", f"{site.url}/feed")
    if again != "watch":
        command = ("add", f"{site.url}{again}")
    run = _process if again == "watch" else run_here
    built = run(surroundings, "index", *command)
    done = run_here(surroundings, "index", "add", f"{site.url}/1")

    assert (refused.returncode, "only builder" in refused.stderr) == (1, True)
    assert (built.returncode, "articles    2" in built.stdout) == (int(again == "/gone"), True)
    assert done.stdout.splitlines()[1:] == ["Nothing new: the index stays as it is."]
    assert _cited(surroundings, "What was opened in Shiraz?")[0] == f"{site.url}/1"


def test_files_are_kept_as_they_are(
    site: Site, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Files and folders are copied once by content; the links of a local feed are fetched."""
    folder = tmp_path / "papers"
    folder.mkdir()
    record = json.dumps({"id": "b", "text": "The bridge over the Karun was closed in May."})
    (folder / "news.jsonl").write_text(record)
    (folder / "same.jsonl").write_text(record)
    (folder / "feed.xml").write_text(_feed(f"{site.url}/2"))
    done = run_here(surroundings, "index", "add", str(folder))
    (kept,) = (tmp_path / "home" / "collected" / "files").iterdir()

    assert done.returncode == 0
    assert done.stdout.splitlines()[:4] == [
        "lists 1 address: feed.xml",
        f"added      {site.url}/2",
        "added      news.jsonl",
        "unchanged  same.jsonl",
    ]
    assert kept.read_text() == record
    assert kept.name.endswith("-news.jsonl")
    assert "articles    3" in done.stdout


def test_a_link_out_of_an_added_folder_is_not_copied(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Only with `PASOKH_OUTSIDE_LINKS` is the file copied that such a link leads to."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "secret.txt").write_text("The password of the harbour is twelve.")
    (tmp_path / "papers" / "link.txt").symlink_to(tmp_path / "secret.txt")
    command = ("index", "add", str(tmp_path / "papers"))
    refused = run_here(surroundings, *command)
    allowed = run_here(surroundings | {"PASOKH_OUTSIDE_LINKS": "true"}, *command)

    assert (refused.returncode, allowed.returncode) == (1, 0)
    assert "rejected   link.txt: a link to a file outside the folder" in refused.stdout
    assert "added      link.txt" in allowed.stdout


def test_what_was_removed_is_not_kept_again(
    site: Site, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Neither the page, nor its article or wording in a file, is written under the home again."""
    run_here(surroundings, "index", "add", f"{site.url}/1", f"{site.url}/2")
    ids = {found["url"]: found["article_id"] for found in _found(surroundings, "What was opened?")}
    removed = run_here(surroundings, "index", "remove", ids[f"{site.url}/1"])
    collected = tmp_path / "home" / "collected"
    address = {"url": f"{site.url}/1?utm_source=x", "text": "A planetarium was opened in Shiraz."}
    for name, record in {"named": address, "other": {"text": "A bridge was closed."}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(record))
    places = (f"{site.url}/1", str(tmp_path / "named.json"), str(tmp_path / "other.json"))
    done = run_here(surroundings, "index", "add", *places)
    alone = run_here(surroundings, "index", "add", *places[:2])

    why = "it was removed by request and is not kept"
    assert removed.returncode == 0
    assert done.stdout.splitlines()[:3] == [
        f"rejected   {site.url}/1: {why}",
        f"rejected   named.json: {why}",
        "added      other.json",
    ]
    assert (done.returncode, alone.returncode) == (0, 1)
    kept = [path.read_text() for path in collected.rglob("*") if path.is_file()]
    assert (len(kept), any("planetarium" in text for text in kept)) == (2, False)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("{site}/none", "no article found"),
        ("{site}/gone", "the server refused with status 404"),
        ("http://127.0.0.2/", "leads to a private network"),
        ("ftp://news.example/", "not an http or https address"),
    ],
)
def test_nothing_to_add_is_an_error(
    site: Site, surroundings: dict[str, str], place: str, said: str
) -> None:
    """When nothing could be added the reason is told and the exit code is 1."""
    done = run_here(surroundings, "index", "add", place.format(site=site.url))
    told, end = done.stdout.splitlines()

    assert (done.returncode, end, done.stderr) == (1, "Nothing could be added.", "")
    assert said in told


def test_places_that_are_not_there_are_told(surroundings: dict[str, str], tmp_path: Path) -> None:
    """What is neither an address nor a path is told, and what else was named is built."""
    (tmp_path / "news.txt").write_text("The bridge over the Karun was closed in May.")
    places = ("news.example/feed", str(tmp_path / "news.txt"), "x" * 300)
    done = run_here(surroundings, "index", "add", *places)
    alone = run_here(surroundings, "index", "add", places[0])

    missing = (
        "rejected   news.example/feed: "
        "there is no such file or folder, and it is no http or https address"
    )
    assert done.stdout.splitlines()[:3] == [
        missing,
        "added      news.txt",
        f"rejected   {places[2]}: the file or folder cannot be read: File name too long",
    ]
    assert (done.returncode, "articles    2" in done.stdout) == (0, True)
    assert (alone.returncode, alone.stderr) == (1, "")
    assert alone.stdout.splitlines() == [missing, "Nothing could be added."]


def test_watching_from_cron(site: Site, surroundings: dict[str, str]) -> None:
    """With --once each run does what is due, and builds only when something came."""
    site.pages["/feed"] = then(
        conditional(_feed("/1"), '"1"'), conditional(_feed("/1", "/2"), '"2"')
    )
    surroundings["PASOKH_FEEDS"] = f"{site.url}/feed"
    runs = []
    for _ in range(3):
        runs.append(_process(surroundings, "index", "watch", "--once"))
        time.sleep(0.25)

    assert [run.returncode for run in runs] == [0, 0, 0]
    assert ["articles    " in run.stdout for run in runs] == [True, True, False]
    assert "articles    3" in runs[1].stdout
    assert [len(site.asked(f"/{n}")) for n in (1, 2)] == [1, 1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_watcher_ends_when_told(
    site: Site, surroundings: dict[str, str], number: signal.Signals
) -> None:
    """A watcher indexes what comes while it runs, and a signal ends it with exit code 0."""
    with subprocess.Popen(
        _command("index", "watch", f"{site.url}/feed"),
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as watcher:
        assert watcher.stdout is not None
        lines = []
        for line in watcher.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("cost"):
                watcher.send_signal(number)
        code = watcher.wait()

    assert (code, lines[0], lines[-1]) == (0, "Watching 1 feed; Ctrl-C ends it.", "Stopped.")
    assert "articles    3" in lines
    assert _cited(surroundings, "Where was the aquarium opened?")[0] == f"{site.url}/2"


def test_watching_nothing_is_an_error(surroundings: dict[str, str]) -> None:
    """Without addresses, watch says where to put them."""
    done = _process(surroundings, "index", "watch")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: Expected addresses of feeds to watch, got none;")


def test_every_problem_has_words_in_both_languages() -> None:
    """Each reason can be said, with its detail in the same ones in both languages."""
    for problem in Problem:
        said = [why(Failure(problem, "DETAIL"), language) for language in Language]
        assert len({"DETAIL" in text for text in said}) == 1
    assert set(WebFailure.__members__) == set(Problem.__members__)


def test_names_of_files_forge_no_lines(surroundings: dict[str, str], tmp_path: Path) -> None:
    """A line feed in a name is shown as such, in what is added, built, reported and previewed."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    forged = ("a\nadded      forged.txt", "b\nBuilt forged", "c\r\n  1 x forged.txt")
    for name in forged:
        (folder / name).write_bytes(b"")
    (folder / "d\nforged.txt").write_text("The harbour was opened on Monday.", encoding="utf-8")
    (folder / forged[1]).write_bytes(b"\0\1")
    given = surroundings | {"PASOKH_CORPUS": str(folder)}
    written = [
        run_here(given, "index", *command).stdout
        for command in (["add", str(folder)], ["report"], ["build", "--dry-run"])
    ]

    lines = [line for text in written for line in text.splitlines()]
    assert [] == [line for line in lines if line.strip().startswith(("added      f", "Built f"))]
    assert [] == [line for line in lines if line.strip().startswith(("1 x f", "forged"))]
    assert r"added      a\nadded      forged.txt" in lines
    assert all("\\n" in text for text in written)
