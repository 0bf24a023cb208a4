"""`pasokh mcp` as a process, used by the SDK's own client."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import httpx2
import jsonschema
import pytest
from in_process import run_here
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from patience import scaled
from private_corpus import PRIVATE, QUESTIONS, marks_in, write_corpus

from bot.web.keys import hash_of, new_key

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
QUESTION: Final = "what did Kirby say about Sukhoi jets?"


@pytest.fixture
def surroundings(seed_home: Path, cache_dir: Path, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process that finds the seed's index."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASOKH_")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PASOKH_CORPUS": str(ROOT / "seeds"),
        "PASOKH_INDEX_DIR": str(seed_home),
        "PASOKH_DATA_DIR": str(tmp_path / "data"),
        "PASOKH_CACHE_DIR": str(cache_dir),
    }


async def _exercise(client: Client, seed_text: str) -> None:
    """Ask, search, read and check, each result against its schema and the file."""
    schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}

    async def result(name: str, **arguments: object) -> dict[str, Any]:
        called = await client.call_tool(name, arguments)
        assert not called.is_error, called.content
        assert called.structured_content is not None
        jsonschema.validate(called.structured_content, schemas[name])
        return called.structured_content

    answer = await result("ask_archive", question=QUESTION)
    for cited in answer["citations"]:
        assert cited["quote"] == seed_text[cited["start"] : cited["end"]]
        place = {key: cited[key] for key in ("article_id", "start", "end", "quote")}
        assert "verified" == (await result("verify_quote", **place))["verdict"]
    found = await result("search_archive", query="سوخو")
    article_id = found["passages"][0]["article_id"]
    read = await result("read_article", article_id=article_id)
    (content,) = (await client.read_resource(f"pasokh://article/{article_id}")).contents

    assert answer["answered"]
    assert seed_text == read["text"]
    assert read == json.loads(content.text)


def test_an_assistant_starts_the_program_and_asks(
    surroundings: dict[str, str], seed_text: str, tmp_path: Path
) -> None:
    """An older one too: standard output has the protocol alone, and the other the log."""
    program = StdioServerParameters(
        command=sys.executable, args=["-m", "bot", "mcp"], env=surroundings, cwd=tmp_path
    )

    async def run() -> None:
        with (tmp_path / "log").open("w", encoding="utf-8") as log:
            async with Client(stdio_client(program, errlog=log), mode="legacy") as client:
                await _exercise(client, seed_text)
                wrong = await client.call_tool("ask_archive", {"question": QUESTION, "k": 3})
                assert wrong.is_error

    asyncio.run(run())
    lines = [
        json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    ]
    assert "question" in [line["event"] for line in lines]
    assert "Kirby" not in json.dumps(lines)


def test_the_program_ends_with_its_client(surroundings: dict[str, str]) -> None:
    """Where standard input is closed it leaves with exit code 0, whatever was sent before."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "mcp"],
        input='no JSON\n{"jsonrpc": "2.0", "id": 1, "method": "nothing/known"}\n[1]\n',
        capture_output=True,
        text=True,
        check=False,
        env=surroundings,
        timeout=scaled(60),
    )

    assert 0 == done.returncode, done.stderr
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())
    assert "Traceback" not in done.stdout


@contextmanager
def _http(surroundings: dict[str, str], *options: str) -> Iterator[str]:
    """Run the server and yield the address that it tells."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "mcp", "--http", *options],
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings,
    ) as process:
        assert process.stderr is not None
        try:
            yield next(
                found[0]
                for line in process.stderr
                if (found := re.search(r"http://127\.0\.0\.1:\d+/mcp", line))
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(scaled(30))


def test_assistants_ask_over_http(surroundings: dict[str, str], seed_text: str) -> None:
    """Several clients ask one server; who comes by another name or page's script is refused."""
    with _http(surroundings, "--port", "0") as address:

        async def run() -> None:
            async with Client(address) as client, Client(address, mode="legacy") as other:
                await _exercise(client, seed_text)
                await _exercise(other, seed_text)

        asyncio.run(run())
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        accepted = {"Accept": "application/json, text/event-stream"}
        by_name = httpx.post(address, json=ping, headers=accepted | {"Host": "evil.example"})
        by_page = httpx.post(
            address, json=ping, headers=accepted | {"Origin": "https://evil.example"}
        )
        long = httpx.post(address, content=b"[" * 5_000_000, headers=accepted)
        port = address.split(":")[2].partition("/")[0]
        busy = run_here(surroundings, "mcp", "--http", "--port", port)

    assert by_name.status_code == 421
    assert by_page.status_code == 403
    assert long.status_code == 413
    assert busy.returncode == 1
    assert port in busy.stderr
    assert "Traceback" not in busy.stderr


def test_each_caller_over_http_sees_what_its_key_may(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    """No tool's result tells of a private article without the right; nobody asks without a key."""
    keys = {name: new_key() for name in ("desk", "other")}
    surroundings |= {
        "PASOKH_CORPUS": str(write_corpus(tmp_path / "corpus", has_private=True)),
        "PASOKH_INDEX_DIR": str(tmp_path / "index"),
        "PASOKH_ACCESS": "private=key:desk",
    }
    keyed = {"PASOKH_API_KEYS": ",".join(f"{name}:{hash_of(key)}" for name, key in keys.items())}
    calls: list[tuple[str, dict[str, Any]]] = [
        *(("ask_archive", {"question": question}) for question in QUESTIONS[:6]),
        ("ask_archive", {"question": QUESTIONS[0], "outlets": ["nobody"]}),
        *(("search_archive", {"query": question, "k": 20}) for question in QUESTIONS[:6]),
        ("list_quotes", {"speaker": "ziksarandeh"}),
        ("list_events", {"topic": "northern bridge"}),
        *(("read_article", {"article_id": record["id"]}) for record in PRIVATE),
        (
            "verify_quote",
            {"article_id": "audit", "start": 0, "end": 12, "quote": "The northern"},
        ),
    ]

    async def shown(address: str, key: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        said: dict[str, str] = {}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=scaled(60)) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            for name, arguments in calls:
                called = await client.call_tool(name, arguments)
                said[name] = said.get(name, "") + called.model_dump_json()
            for record in PRIVATE:
                try:
                    read = await client.read_resource(f"pasokh://article/{record['id']}")
                    said["article"] = said.get("article", "") + read.model_dump_json()
                except MCPError as error:
                    said["article"] = said.get("article", "") + str(error)
        return said

    with _http(surroundings | keyed, "--port", "0") as address:
        by_desk = asyncio.run(shown(address, keys["desk"]))
        by_other = asyncio.run(shown(address, keys["other"]))
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        refused = [
            httpx.post(address, json=ping, headers=sent)
            for sent in ({}, {"Authorization": "Bearer no"}, {"Authorization": keys["desk"]})
        ]
    with _http(surroundings, "--port", "0") as address:
        by_anybody = asyncio.run(shown(address, ""))

    assert [tool for tool, said in by_desk.items() if not marks_in(said)] == []
    assert marks_in(by_other) == marks_in(by_anybody) == []
    assert [reply.status_code for reply in refused] == [401, 401, 401]
    assert "PASOKH_API_KEYS" in refused[0].text


def test_the_page_connects_an_assistant(
    surroundings: dict[str, str], seed_text: str, tmp_path: Path
) -> None:
    """The block of docs/mcp.md, with the paths of this machine, starts what answers it.

    Here the protocol is that of today, and the index is built first.
    """
    block, _ = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (server,) = json.loads(block)["mcpServers"].values()
    options = [str(ROOT / "seeds") if one.startswith("/") else one for one in server["args"]]
    surroundings.pop("PASOKH_CORPUS")
    surroundings.pop("PASOKH_INDEX_DIR")
    program = StdioServerParameters(
        command=sys.executable, args=["-m", "bot", *options], env=surroundings, cwd=tmp_path
    )

    async def run() -> None:
        async with Client(program) as client:
            await _exercise(client, seed_text)

    assert server["command"].endswith("/.venv/bin/pasokh")
    assert "--corpus" in options
    asyncio.run(run())


def test_the_page_describes_every_tool_and_argument() -> None:
    """docs/mcp.md names what the server offers."""
    from bot.mcp.server import open_server  # beside the processes, which need no import
    from bot.texts.language import LanguageChoice

    server = open_server(lambda: pytest.fail("opened"), choice=LanguageChoice.AUTO, max_quotes=3)
    for tool in asyncio.run(server.list_tools()):
        assert f"`{tool.name}`" in PAGE
        assert tool.output_schema is not None
        for name in (*tool.input_schema["properties"], *tool.output_schema["properties"]):
            is_answer = "answered" in tool.output_schema["properties"]  # docs/json.md has these
            if not is_answer or name in tool.input_schema["properties"]:
                assert f"`{name}`" in PAGE, (tool.name, name)


def test_a_missing_package_is_named(surroundings: dict[str, str]) -> None:
    """Without the extra the command says how to install it."""
    program = "import sys; sys.modules['mcp'] = None; from bot.terminal.cli import main; sys.exit("
    done = subprocess.run(
        [sys.executable, "-c", f"{program}main(['mcp']))"],
        capture_output=True,
        text=True,
        check=False,
        env=surroundings,
    )

    assert 1 == done.returncode
    assert "'.[mcp]'" in done.stderr
    assert "Traceback" not in done.stderr
