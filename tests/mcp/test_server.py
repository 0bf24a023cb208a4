"""Tools and resource of the MCP server, as a client of the SDK sees them."""

import asyncio
import json
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Final
from urllib.parse import quote

import jsonschema
import pytest
from conftest import Build
from mcp import Client, MCPError
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, Tool

from bot.answer.serving import Serving
from bot.mcp.serve import Opening
from bot.mcp.server import open_server
from bot.question.question import read_question
from bot.records.write import record_of
from bot.session.access import TERMINAL
from bot.session.protocols import Answering
from bot.texts.language import LanguageChoice
from index import ArticleId, IndexConfig, PasokhError, Progress, remove_article

SEED_ID: Final = "mehr-5805672"
ENGLISH: Final = "what did Kirby say about Sukhoi jets?"
PERSIAN: Final = "کربی درباره جنگنده های سوخو چه گفت؟"
HOSTILE_IDS: Final = (
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    "\x00",
    "a'; drop table articles; --",
    "mehr-5805672\n",
    "MEHR-5805672",
    "%2e%2e%2f",
    "\u202eمهر",
    "😀" * 1000,
)

Reply = dict[str, Any]


def server_over(archive: Answering) -> MCPServer:
    """Return the server over an archive."""
    return open_server(lambda: archive, choice=LanguageChoice.AUTO, max_quotes=3)


@pytest.fixture
def server(serve: Callable[[Path], Serving], seed_home: Path) -> MCPServer:
    """Return the server over the seed article."""
    return server_over(serve(seed_home))


def call(server: MCPServer, name: str, **arguments: object) -> CallToolResult:
    """Call a tool."""

    async def run() -> CallToolResult:
        async with Client(server) as client:
            return await client.call_tool(name, arguments)

    return asyncio.run(run())


def result(server: MCPServer, name: str, **arguments: object) -> Reply:
    """Return the structured result of a call, which is also its text and fits its schema."""
    called = call(server, name, **arguments)
    assert not called.is_error, called.content
    reply = called.structured_content
    assert reply == json.loads(called.content[0].text)
    jsonschema.validate(reply, tools(server)[name].output_schema)
    return reply


def error(server: MCPServer, name: str, **arguments: object) -> str:
    """Return what a call is told that fails."""
    called = call(server, name, **arguments)
    assert called.is_error, called.content
    text: str = called.content[0].text
    assert "Traceback" not in text
    assert "pydantic" not in text
    return text


def tools(server: MCPServer) -> dict[str, Tool]:
    """Return the tools by name."""

    async def run() -> list[Tool]:
        async with Client(server) as client:
            return (await client.list_tools()).tools

    return {tool.name: tool for tool in asyncio.run(run())}


def test_tools_are_listed_before_there_is_an_archive() -> None:
    """Tools that only read, each with its schemas and every argument described."""

    def open_archive() -> Answering:
        raise AssertionError("the archive was opened")

    listed = tools(open_server(open_archive, choice=LanguageChoice.AUTO, max_quotes=2))

    assert {
        "ask_archive",
        "list_quotes",
        "list_events",
        "search_archive",
        "read_article",
        "verify_quote",
    } == set(listed)
    for tool in listed.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.output_schema is not None
        assert tool.input_schema["additionalProperties"] is False
        assert all("description" in one for one in tool.input_schema["properties"].values())
    assert 2 == listed["ask_archive"].input_schema["properties"]["max_quotes"]["default"]


@pytest.mark.parametrize("question", [ENGLISH, PERSIAN])
def test_an_answer_is_that_of_the_command_line(
    serve: Callable[[Path], Serving], seed_home: Path, seed_text: str, question: str
) -> None:
    """It is the object of `ask --json`, and its quotes stand in the file at their offsets."""
    serving = serve(seed_home)
    server = server_over(serving)
    reply = result(server, "ask_archive", question=question)
    expected = record_of(serving.answer(read_question(question)))

    assert reply["answered"]
    assert {**expected, "timings_ms": {}} == {**reply, "timings_ms": {}}
    for cited in reply["citations"]:
        assert SEED_ID == cited["article_id"]
        assert "https://www.mehrnews.com/news/5805672" == cited["url"]
        assert cited["quote"] == seed_text[cited["start"] : cited["end"]]


def test_a_refusal_says_so_in_the_language_of_the_question(server: MCPServer) -> None:
    """A question that the archive does not answer is a result, with our words and headlines."""
    english = result(server, "ask_archive", question="Who won the chess tournament in Lisbon?")
    persian = result(server, "ask_archive", question="قیمت سیب زمینی در بازار تبریز چند است؟")

    assert not english["answered"]
    assert english["reply"].isascii()
    assert not persian["answered"]
    assert not persian["reply"].isascii()


def test_passages_stand_in_the_file(server: MCPServer, seed_text: str) -> None:
    """A search returns passages with verbatim text, place, address and date, best first."""
    reply = result(server, "search_archive", query="کربی سوخو", k=3)

    assert [1, 2, 3] == [passage["number"] for passage in reply["passages"]]
    assert "کربی" in reply["passages"][0]["quote"]
    for passage in reply["passages"]:
        assert SEED_ID == passage["article_id"]
        assert passage["quote"] == seed_text[passage["start"] : passage["end"]]
        assert "2023-06-09T18:15+03:30" == passage["published"]


def test_a_scope_narrows_what_is_asked_and_searched(
    serve: Callable[[Path], Serving], two_languages: tuple[Path, Path]
) -> None:
    """Dates, outlets and languages hold for both tools."""
    server = server_over(serve(two_languages[1]))
    everywhere = result(server, "search_archive", query="passengers to the island")
    later = result(server, "search_archive", query="Kirby", since="2024")
    persian = result(server, "search_archive", query="ferry", languages="fa")["passages"]
    before = result(server, "ask_archive", question=ENGLISH, until="2023-06")
    elsewhere = result(server, "ask_archive", question=ENGLISH, outlets=["island post"])

    assert everywhere["passages"][0]["quote"].startswith("On Monday")
    assert {"Island Post"} == {passage["source"] for passage in later["passages"]}
    assert {SEED_ID} == {passage["article_id"] for passage in persian}
    assert before["answered"]
    assert before["within"]["until"].startswith("2023-07-01")
    assert not elsewhere["answered"]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ask_archive", {}, "question"),
        ("ask_archive", {"question": ""}, "question"),
        ("ask_archive", {"question": "q" * 2001}, "2000"),
        ("ask_archive", {"question": {"a": 1}}, "question"),
        ("ask_archive", {"question": "q", "max_quotes": 5}, "max_quotes"),
        ("ask_archive", {"question": "q", "max_quotes": "many"}, "max_quotes"),
        ("ask_archive", {"question": "q", "source": "Mehr"}, "outlets"),
        ("ask_archive", {"question": "q", "outlets": ["Mher"]}, "Mehr"),
        ("ask_archive", {"question": "q", "languages": ["xx"]}, "fa"),
        ("ask_archive", {"question": "q", "since": "someday"}, "2023-06-09"),
        ("ask_archive", {"question": "q", "since": "2024", "until": "2023"}, "Nothing lies"),
        ("search_archive", {"query": "q", "k": 0}, "k"),
        ("read_article", {"article_id": SEED_ID, "start": -1}, "start"),
        ("read_article", {"article_id": SEED_ID, "start": 9, "end": 3}, "9"),
        ("read_article", {"article_id": SEED_ID, "start": 10**9}, "2582"),
        ("read_article", {"article_id": SEED_ID, "start": 10**30}, "2582"),
        ("verify_quote", {"article_id": SEED_ID, "start": 5, "end": 1, "quote": "q"}, "5"),
        ("verify_quote", {"article_id": SEED_ID, "start": 0, "end": 1, "quote": ""}, "quote"),
        ("delete_article", {"article_id": SEED_ID}, "ask_archive"),
    ],
)
def test_wrong_arguments_are_told_in_words(
    server: MCPServer, name: str, arguments: dict[str, object], said: str
) -> None:
    """The error of a call names what is wrong with it or what was expected."""
    assert said in error(server, name, **arguments)


@pytest.mark.parametrize("article_id", HOSTILE_IDS, ids=lambda one: ascii(one)[:20])
def test_ids_that_are_none_are_no_article(server: MCPServer, article_id: str) -> None:
    """An id is looked up and nothing else: no path, no statement, no other spelling."""
    text = error(server, "read_article", article_id=article_id)
    checked = result(server, "verify_quote", article_id=article_id, start=0, end=1, quote="q")

    assert "no article" in text
    assert len(text) < 250
    assert "missing" == checked["verdict"]
    assert "no article" in _read(server, f"pasokh://article/{quote(article_id, safe='')}")


def _read(server: MCPServer, address: str) -> str:
    """Return the JSON of a resource, or what a client is told that may not have it."""

    async def run() -> str:
        async with Client(server) as client:
            try:
                (content,) = (await client.read_resource(address)).contents
            except MCPError as error:
                return error.message
            assert "application/json" == content.mime_type
            return content.text

    return asyncio.run(run())


def test_an_article_is_a_resource_too(server: MCPServer) -> None:
    """The resource of an id is what read_article returns for it."""
    assert result(server, "read_article", article_id=SEED_ID) == json.loads(
        _read(server, f"pasokh://article/{SEED_ID}")
    )


def test_a_long_article_is_read_in_parts(
    serve: Callable[[Path], Serving], build: Build, tmp_path: Path
) -> None:
    """At most 20,000 characters come at once, and the parts together are the text."""
    (tmp_path / "corpus").mkdir()
    names = "".join(f"{letter * 60}, " for letter in "bcdfghjklmnpqrstvwxz")
    text = f"A long list\n\nShip 7 left the harbour.\n{names * 17}\nShip 8 stayed there.\n"
    (tmp_path / "corpus" / "long.txt").write_text(text, encoding="utf-8")
    build(tmp_path / "corpus", tmp_path / "home")
    server = server_over(serve(tmp_path / "home"))
    (passage,) = result(server, "search_archive", query="ship 7", k=1)["passages"]
    read, start = "", 0
    while start is not None:
        part = result(server, "read_article", article_id=passage["article_id"], start=start)
        assert len(part["text"]) <= 20_000
        assert start == part["start"]
        read, start = read + part["text"], part["next_start"]

    window = result(
        server,
        "read_article",
        article_id=passage["article_id"],
        start=passage["start"],
        end=passage["end"],
    )
    assert text == read
    assert len(text) == window["length"]
    assert passage["quote"] == window["text"]


def test_a_quote_is_checked_letter_by_letter(server: MCPServer, seed_text: str) -> None:
    """It is verified at its place only; elsewhere, in the furniture or altered it is not."""
    (cited, *_) = result(server, "ask_archive", question=ENGLISH)["citations"]
    place = {"article_id": SEED_ID, "start": cited["start"], "end": cited["end"]}
    words = cited["quote"]
    shifted = {**place, "start": 0, "end": len(words)}
    at_date = {"article_id": SEED_ID, "start": 0, "end": 20}
    verified = result(server, "verify_quote", quote=words, **place)
    moved = result(server, "verify_quote", quote=words, **shifted)
    changed = result(server, "verify_quote", quote=words.replace("روسیه", "ترکیه"), **place)
    around = result(server, "verify_quote", quote=seed_text[:20], **at_date)

    assert "verified" == verified["verdict"]
    assert "2023-06-09T18:15+03:30" == verified["article"]["published"]
    assert "moved" == moved["verdict"]
    assert (cited["start"], cited["end"]) == (moved["start"], moved["end"])
    assert "changed" == changed["verdict"]
    assert changed["start"] is None
    assert words == changed["text_there"]
    assert "changed" == around["verdict"]
    assert "outside" in around["explanation"]


def test_what_is_published_meanwhile_is_used(
    serve: Callable[[Path], Serving], build: Build, two_languages: tuple[Path, Path]
) -> None:
    """A newer version answers, corrects a quote of the old and is read; a removed one is gone."""
    corpus, home = two_languages
    server = server_over(serve(home))
    question = "How many passengers did the ferry Aurora carry?"
    (old, *_) = result(server, "ask_archive", question=question)["citations"]
    newer = (corpus / "ferry.json").read_text(encoding="utf-8").replace("412", "421")
    newer = newer.replace('"source"', '"modified": "2024-05-07T08:00Z", "source"')
    (corpus / "newer.json").write_text(newer, encoding="utf-8")
    build(corpus, home)
    check = {key: old[key] for key in ("article_id", "start", "end", "quote")}
    corrected = result(server, "verify_quote", **check)
    (new, *_) = result(server, "ask_archive", question=question)["citations"]

    assert "412" in old["quote"]
    assert "corrected" == corrected["verdict"]
    assert new["article_id"] == corrected["successor"]
    assert "421" in new["quote"]
    assert "421" in result(server, "read_article", article_id=new["article_id"])["text"]

    remove_article(
        home, ArticleId(new["article_id"]), config=IndexConfig(), cache_dir=home / "cache"
    )
    check = {key: new[key] for key in ("article_id", "start", "end", "quote")}
    assert "missing" == result(server, "verify_quote", **check)["verdict"]
    assert "no article" in error(server, "read_article", article_id=new["article_id"])
    assert "ferry" not in json.dumps(result(server, "search_archive", query=question)["passages"])


def test_quotes_and_events_are_listed(server: MCPServer, seed_text: str) -> None:
    """What a person says, and the events of a topic: verbatim, in the given part, or none."""
    for listed in (
        result(server, "list_quotes", speaker="Kirby", about="Sukhoi", most=2),
        result(server, "list_events", topic="Sukhoi jets", since="2023"),
    ):
        assert listed["answered"]
        for cited in listed["citations"]:
            assert cited["quote"] == seed_text[cited["start"] : cited["end"]]
    assert len(result(server, "list_quotes", speaker="Kirby", most=1)["citations"]) == 1
    assert not result(server, "list_quotes", speaker="Nobody Known")["answered"]
    assert not result(server, "list_events", topic="Sukhoi jets", until="1999")["answered"]
    assert "speaker" in error(server, "list_quotes", speaker=" ")
    assert "topic" in error(server, "list_events", topic="")


def test_an_error_that_nobody_expected_is_only_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its words stay here: neither the assistant nor the log is told what was asked."""

    def open_archive() -> Answering:
        raise RuntimeError("a secret")

    server = open_server(open_archive, choice=LanguageChoice.AUTO, max_quotes=3)
    with caplog.at_level(logging.INFO):
        text = error(server, "ask_archive", question="q")

    assert "RuntimeError" in text
    assert "secret" not in text
    assert "secret" not in caplog.text
    assert "tool" in [getattr(one, "fields", {}).get("what") for one in caplog.records]


def test_an_archive_that_cannot_be_opened_is_tried_again(
    serve: Callable[[Path], Serving], seed_home: Path
) -> None:
    """A call is told why it cannot; once it can, the next is answered."""
    is_there = Event()

    def open_archive(_progress: Progress) -> Answering:
        if not is_there.is_set():
            raise PasokhError("Expected a folder at /archive, but there is none.")
        return serve(seed_home)

    opening = Opening(open_archive)
    server = open_server(
        partial(opening.archive_for, TERMINAL), choice=LanguageChoice.AUTO, max_quotes=3
    )

    assert "Expected a folder" in error(server, "ask_archive", question=ENGLISH)
    is_there.set()
    assert result(server, "ask_archive", question=ENGLISH)["answered"]
