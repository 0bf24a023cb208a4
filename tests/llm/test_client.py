"""The client for language models, against a real server on loopback."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from model_server import (
    DONE,
    KEY,
    Act,
    Handler,
    ModelServer,
    begin,
    endless,
    event,
    hangs,
    refuses,
    replies,
    says,
    says_at_once,
    streams,
)
from patience import scaled
from proxy_server import Proxy, proxying
from pydantic import SecretStr

from bot.llm.budget import DailyBudget
from bot.llm.client import OpenAIGenerator, ServerConfig
from bot.llm.prompt import ANSWER_SCHEMA
from bot.llm.types import Message, Role, Unwritten
from bot.types import Unworded

QUESTION = "who was at the secret meeting?"
MESSAGES = (Message(role=Role.SYSTEM, text="Be short."), Message(role=Role.USER, text=QUESTION))


def _open(server: ModelServer, **settings: Any) -> OpenAIGenerator:  # noqa: ANN401 (any field)
    base: dict[str, Any] = {"base_url": server.url, "model": "small", "timeout_s": scaled(20)}
    return OpenAIGenerator(ServerConfig(**base | settings))


def _why(generator: OpenAIGenerator) -> Unworded:
    with pytest.raises(Unwritten) as caught:
        generator.write(MESSAGES)
    return caught.value.why


def test_a_streamed_answer_is_told_as_it_grows(server: ModelServer) -> None:
    """Each piece is told with all before it, and the whole is returned."""
    server.acts = [says("سلام دنیا، one two three")]
    told: list[str] = []
    assert _open(server).write(MESSAGES, tell=told.append) == "سلام دنیا، one two three"
    assert told[-1] == "سلام دنیا، one two three"
    assert len(told) > 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(told))


def test_what_is_sent_is_what_was_asked(server: ModelServer) -> None:
    """Model, messages, schema and bound go to /v1/chat/completions."""
    server.acts = [says("x")]
    _open(server, max_tokens=77).write(MESSAGES, schema=ANSWER_SCHEMA)
    (sent,) = server.requests
    assert (sent["path"], sent["model"], sent["stream"]) == ("/v1/chat/completions", "small", True)
    assert [one["role"] for one in sent["messages"]] == ["system", "user"]
    assert sent["response_format"]["json_schema"]["schema"] == ANSWER_SCHEMA
    assert (sent["max_tokens"], sent["temperature"]) == (77, 0)


def test_a_server_that_does_not_stream_will_do(server: ModelServer) -> None:
    """A whole completion is read where a stream was asked for."""
    server.acts = [says_at_once("all at once")]
    told: list[str] = []
    assert _open(server).write(MESSAGES, tell=told.append) == "all at once"
    assert told == ["all at once"]


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_a_server_may_be_behind_a_proxy(server: ModelServer, scheme: str) -> None:
    """What is sent goes through the proxy, which looks the server's name up."""
    server.acts = [says("through")]
    with proxying(Proxy({("model.example", 80): server.port}, has_password=True)) as proxy:
        given = SecretStr(proxy.address(scheme))
        generator = _open(server, base_url="http://model.example/v1", proxy=given)

        assert generator.write(MESSAGES) == "through"
    assert proxy.asked == [("model.example", 80)]


def test_a_proxy_that_is_down_leaves_the_quotes(server: ModelServer) -> None:
    """Where the proxy cannot be reached, nobody asks the server past it."""
    server.acts = [says("past it")]

    assert _why(_open(server, proxy=SecretStr("socks5://127.0.0.1:1"))) is Unworded.UNREACHABLE
    assert server.requests == []


@pytest.mark.parametrize(
    ("key", "sent"), [(SecretStr(KEY), f"Bearer {KEY}"), (None, None)], ids=["key", "none"]
)
def test_only_our_key_is_sent(
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    key: SecretStr | None,
    sent: str | None,
) -> None:
    """What the environment holds for other programs goes to no server of ours."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another-program")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-another-program")
    server.acts = [says("x")]
    _open(server, api_key=key).write(MESSAGES)
    assert server.headers[0].get("authorization") == sent
    assert "another-program" not in str(server.headers)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_passing_trouble_is_retried(server: ModelServer, status: int) -> None:
    """A refusal that may pass, then an answer."""
    server.acts = [refuses(status), says("x")]
    assert _open(server).write(MESSAGES) == "x"
    assert len(server.requests) == 2


def test_retry_after_is_honoured(server: ModelServer) -> None:
    """The pause is what the server asks for."""
    server.acts = [refuses(429, retry_after="2"), says("x")]
    started = time.monotonic()
    _open(server).write(MESSAGES)
    assert time.monotonic() - started >= 2


def test_a_pause_beyond_the_deadline_is_not_waited_for(server: ModelServer) -> None:
    """A server that asks for more time than there is has failed at once."""
    server.acts = [refuses(429, retry_after="3600")]
    assert _why(_open(server)) is Unworded.UNREACHABLE
    assert len(server.requests) == 1


def test_retries_are_bounded(server: ModelServer) -> None:
    """A server that never recovers is given up on."""
    server.acts = [refuses(500, retry_after="0")]
    assert _why(_open(server)) is Unworded.UNREACHABLE
    assert len(server.requests) == 4


def test_an_account_without_money_is_not_asked_again(server: ModelServer) -> None:
    """Waiting does not help there."""
    server.acts = [refuses(429, code="insufficient_quota")]
    assert _why(_open(server)) is Unworded.OVER_BUDGET
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_for_good_is_not_asked_again(server: ModelServer, status: int) -> None:
    """No parameter is at fault where none is named and all were left out in vain."""
    server.acts = [refuses(status)]
    assert _why(_open(server)) is Unworded.UNREACHABLE
    assert len(server.requests) <= 4


def test_a_refused_schema_is_left_out_from_then_on(server: ModelServer) -> None:
    """First the schema goes, then JSON mode, and the next question begins without."""
    server.acts = [refuses(400, "response_format: no json_schema"), refuses(400, "nor json")]
    server.acts += [says("a"), says("b")]
    generator = _open(server)
    assert generator.write(MESSAGES, schema=ANSWER_SCHEMA) == "a"
    assert generator.write(MESSAGES, schema=ANSWER_SCHEMA) == "b"
    formats = [one.get("response_format", {}).get("type") for one in server.requests]
    assert formats == ["json_schema", "json_object", None, None]


def test_refused_parameters_are_renamed_or_dropped(server: ModelServer) -> None:
    """As OpenAI's reasoning models want it; what was not refused stays."""
    server.acts = [
        refuses(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refuses(400, "Unsupported value: 'temperature' does not support 0."),
        says("a"),
    ]
    assert _open(server, max_tokens=77).write(MESSAGES, schema=ANSWER_SCHEMA) == "a"
    last = server.requests[-1]
    assert last["max_completion_tokens"] == 77
    assert "max_tokens" not in last
    assert "temperature" not in last
    assert last["response_format"]["type"] == "json_schema"


def test_no_word_by_half_time_is_too_slow(server: ModelServer) -> None:
    """A server that accepts and says nothing is given up on at half time."""
    server.acts = [hangs(server)]
    started = time.monotonic()
    assert _why(_open(server, timeout_s=scaled(1))) is Unworded.SLOW
    assert time.monotonic() - started < scaled(0.95)


def test_words_that_come_too_slowly_are_cut_off(server: ModelServer) -> None:
    """The deadline is that of the whole answer, and what came until then was told."""
    server.acts = [endless(server, event("word "), pause_s=0.2)]
    told: list[str] = []
    with pytest.raises(Unwritten) as caught:
        _open(server, timeout_s=scaled(1)).write(MESSAGES, tell=told.append)
    assert caught.value.why is Unworded.SLOW
    assert told[-1].startswith("word word ")


def test_signs_of_life_are_no_words(server: ModelServer) -> None:
    """Comments that keep a connection open keep nobody waiting beyond half time."""
    server.acts = [endless(server, b": still here\n\n", pause_s=0.05)]
    assert _why(_open(server, timeout_s=scaled(1))) is Unworded.SLOW


def test_an_endless_answer_is_cut_off(server: ModelServer) -> None:
    """What is longer than any answer is rubbish."""
    server.acts = [endless(server, event("blah " * 100))]
    assert _why(_open(server)) is Unworded.MALFORMED


def test_an_endless_answer_that_is_not_streamed_is_cut_off(server: ModelServer) -> None:
    """A body is not read beyond its bound."""
    server.acts = [says_at_once("blah " * 1_000_000)]
    assert _why(_open(server)) is Unworded.MALFORMED


def test_an_answer_that_breaks_off_is_no_answer(server: ModelServer) -> None:
    """What came is told, but nobody takes it for the whole."""
    server.acts = [streams(event("half an "), event("ans"))]
    told: list[str] = []
    with pytest.raises(Unwritten) as caught:
        _open(server).write(MESSAGES, tell=told.append)
    assert caught.value.why is Unworded.UNREACHABLE
    assert told[-1] == "half an ans"


@pytest.mark.parametrize(
    "body",
    [
        b"data: {nonsense\n\n",
        b"data: []\n\n",
        b'data: {"choices": 7}\n\n',
        b'data: {"choices": [{"delta": {"content": {"a": 1}}}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: \xff\xfe\n\n",
    ],
)
def test_a_stream_of_nonsense_is_malformed(server: ModelServer, body: bytes) -> None:
    """What is no chunk is no answer, and no error of another kind."""
    server.acts = [streams(body, DONE)]
    assert _why(_open(server)) in {Unworded.MALFORMED, Unworded.UNREACHABLE}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"choices": null}', b"<html>"])
def test_a_body_of_nonsense_is_malformed(server: ModelServer, body: bytes) -> None:
    """Likewise where nothing is streamed."""
    server.acts = [replies(body)]
    assert _why(_open(server)) in {Unworded.MALFORMED, Unworded.UNREACHABLE}


def test_an_error_within_a_stream_is_a_failure(server: ModelServer) -> None:
    """As vLLM tells it when it runs out of memory half-way."""
    server.acts = [streams(event("a"), b'data: {"error": {"message": "out of memory"}}\n\n')]
    assert _why(_open(server)) is Unworded.UNREACHABLE


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1", "http://[::"]
)
def test_no_server_is_no_answer(server: ModelServer, url: str) -> None:
    """Nobody listens, no such host, no address."""
    assert _why(_open(server, base_url=url)) is Unworded.UNREACHABLE


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_key_and_question_are_in_no_error(
    server: ModelServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Even of a server that echoes both, at any level of the log."""
    caplog.set_level("DEBUG")
    server.acts = [refuses(status, f"bad key {KEY} for {QUESTION}", retry_after="0")]
    generator = _open(server, api_key=SecretStr(KEY))
    with pytest.raises(Unwritten) as caught:
        generator.write(MESSAGES)
    shown = f"{caught.value!r} {caught.value.__cause__!r} {generator!r} {generator._config!r}"
    assert KEY not in shown + caplog.text
    assert QUESTION not in shown


def test_what_is_raised_while_listening_is_not_swallowed(server: ModelServer) -> None:
    """An error of ours is no fault of the server's."""
    server.acts = [says("a b c")]

    def listen(_so_far: str) -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        _open(server).write(MESSAGES, tell=listen)


def test_a_day_has_a_budget(server: ModelServer, tmp_path: Path) -> None:
    """Once its tokens are used nothing is asked, in any process, until the day after."""
    now = [datetime(2026, 11, 22, 23, 0, tzinfo=UTC)]
    file = tmp_path / "data" / "tokens.json"
    budget = DailyBudget(file, 150, clock=lambda: now[0])
    server.acts = [says("x")]
    generator = _open(server, budget=budget)
    assert [generator.write(MESSAGES), generator.write(MESSAGES)] == ["x", "x"]
    again = _open(server, budget=DailyBudget(file, 150, clock=lambda: now[0]))
    assert _why(again) is Unworded.OVER_BUDGET
    assert len(server.requests) == 2
    now[0] += timedelta(hours=1)
    assert again.write(MESSAGES) == "x"


def test_what_a_server_does_not_count_is_estimated(server: ModelServer, tmp_path: Path) -> None:
    """An answer that broke off is counted too."""
    budget = DailyBudget(tmp_path / "tokens.json", 40)
    server.acts = [streams(event("word " * 20))]
    generator = _open(server, budget=budget)
    assert _why(generator) is Unworded.UNREACHABLE
    assert _why(generator) is Unworded.OVER_BUDGET


def test_a_server_that_did_not_take_a_question_costs_nothing(
    server: ModelServer, tmp_path: Path
) -> None:
    """While a server is down the day's tokens are not used up."""
    budget = DailyBudget(tmp_path / "tokens.json", 10)
    server.acts = [refuses(401), says("x")]
    generator = _open(server, budget=budget)
    assert _why(_open(server, budget=budget, base_url="http://127.0.0.1:9/v1")) is (
        Unworded.UNREACHABLE
    )
    assert _why(generator) is Unworded.UNREACHABLE
    assert generator.write(MESSAGES) == "x"


def test_a_budget_that_cannot_be_kept_stops_spending(server: ModelServer, tmp_path: Path) -> None:
    """Where tokens cannot be counted none are used."""
    (tmp_path / "data").write_text("a file where a folder should be", encoding="utf-8")
    server.acts = [says("x")]
    budget = DailyBudget(tmp_path / "data" / "tokens.json", 40)
    assert _why(_open(server, budget=budget)) is Unworded.OVER_BUDGET
    assert not server.requests


@pytest.mark.parametrize("status", [400, 401, 429, 503])
def test_an_endless_error_is_read_to_its_bound(server: ModelServer, status: int) -> None:
    """The body of an error is read as far as it serves, whatever the server goes on to send."""
    sent = Counter[str]()
    server.acts = [_floods(server, sent, status, b"e" * 65_536)]
    started = time.monotonic()
    assert _why(_open(server, timeout_s=scaled(20))) is Unworded.UNREACHABLE
    assert time.monotonic() - started < scaled(20)
    assert sent["bytes"] < 20_000_000 * len(server.requests)  # what the sockets hold


@pytest.mark.parametrize("part", [b": comment\n\n" * 6_000, b"data: " + b"x" * 65_536])
def test_an_endless_stream_without_words_is_cut_off(server: ModelServer, part: bytes) -> None:
    """Comments and lines that never end are bounded in bytes, before anything is parsed."""
    sent = Counter[str]()
    server.acts = [_floods(server, sent, 200, part)]
    assert _why(_open(server, timeout_s=scaled(60))) is Unworded.MALFORMED
    assert sent["bytes"] < 40_000_000


def _floods(server: ModelServer, sent: Counter[str], status: int, part: bytes) -> Act:
    """Return an act that sends the same bytes as fast as they are taken, and counts them."""

    def act(handler: Handler) -> None:
        begin(handler, status=status)
        while not server.over.is_set():
            sent["bytes"] += handler.wfile.write(part)

    return act
