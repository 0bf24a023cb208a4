"""`pasokh serve` as a process: its life, its errors and what it lets out."""

import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from bot_api_server import TOKEN, BotApi
from bot_process import Bot
from ports import free_port

from bot.settings import Settings
from bot.wire import build

QUESTION = "What did Kirby say about Sukhoi jets?"
HOOK = {"telegram_webhook_secret": "opensesame"}


def the_line(bot: Bot) -> str:
    """Return the one line of a program that ended with an error, beside what it logged before."""
    [line] = [line for line in bot.written.splitlines() if '"level": "INFO"' not in line]
    return line


def test_it_answers_and_stops(api: BotApi, bot: Bot) -> None:
    """A question is answered after a typing action; SIGTERM ends the program with 0."""
    bot.start(is_fork=False)
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))

    assert "سوخو" in api.texts(7)[0]
    assert api.accepted("sendChatAction", 7)
    assert bot.stop() == 0


def test_pages_are_served_beside_the_bot(api: BotApi, bot: Bot) -> None:
    """With --web both answer from one process, and one signal ends both."""
    pytest.importorskip("fastapi")
    bot.command.append("--web")
    bot.start(web_port=0)
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))
    address = re.search(r"http://127\.0\.0\.1:\d+/", bot.written)
    assert address
    reply = httpx.get(f"{address[0]}api/v1/ask", params={"question": QUESTION}, timeout=60)

    assert "سوخو" in reply.json()["citations"][0]["quote"]
    assert bot.stop() == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(address[0])


def test_an_answer_is_taken_away_as_a_file(api: BotApi, bot: Bot) -> None:
    """/export sends a document, of which nothing is kept once it was sent."""
    bot.start()
    api.say(7, QUESTION)
    api.say(7, "/export bibtex")
    api.wait_until(lambda: bool(api.accepted("sendDocument")))
    (call,) = api.accepted("sendDocument")
    assert bot.stop() == 0

    assert call.params["document"].startswith("@misc{mehr-5805672-1,\n")
    assert call.params["document name"].endswith(".bib")
    with closing(sqlite3.connect(bot.store)) as database:
        assert database.execute("SELECT count(*) FROM calls WHERE body != ''").fetchone() == (0,)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_before_it_serves(api: BotApi, bot: Bot, number: int) -> None:
    """A signal while Telegram cannot be reached ends the program at once and well."""
    api.scripted["getMe"] = ["500"] * 50
    bot.start()
    api.wait_until(lambda: "cannot be reached" in bot.written)

    assert bot.stop(number) == 0


def test_a_refused_token_is_one_line(bot: Bot) -> None:
    """A wrong token ends the program with 1 and one line that does not show it."""
    bot.start(telegram_token="4242:wrong")  # noqa: S106  # no secret

    assert bot.ends() == 1
    assert the_line(bot).startswith("Error: Telegram refuses PASOKH_TELEGRAM_TOKEN (Unauthorized);")
    assert "wrong" not in bot.written


def test_no_token_is_one_line(bot: Bot) -> None:
    """Without a token the program says which setting is empty."""
    bot.start(telegram_token="")

    assert bot.ends() == 1
    assert the_line(bot).startswith("Error: PASOKH_TELEGRAM_TOKEN is empty; ")


def test_debug_shows_where_an_error_came_from(bot: Bot) -> None:
    """With --debug the traceback stands before the line."""
    bot.command.insert(-1, "--debug")
    bot.start(telegram_token="")

    assert bot.ends() == 1
    assert "Traceback (most recent call last):" in bot.written
    assert "Error: PASOKH_TELEGRAM_TOKEN is empty; " in bot.written


def test_a_missing_corpus_is_one_line(bot: Bot) -> None:
    """Where there is nothing to answer from, the line names the place."""
    bot.start(corpus="/nowhere/at/all", index_dir="")

    assert bot.ends() == 1
    assert the_line(bot).startswith("Error: ")
    assert "/nowhere/at/all" in the_line(bot)


def test_a_slow_start_of_the_network_is_waited_for(api: BotApi, bot: Bot) -> None:
    """Errors at the start are said once and tried again until Telegram answers."""
    api.scripted["getMe"] = ["cut_before", "500"]
    api.scripted["deleteWebhook"] = ["500"]
    api.say(7, QUESTION)
    bot.start()
    api.wait_until(lambda: bool(api.texts(7)))

    assert bot.written.count("cannot be reached") == 1


def test_a_failure_carries_the_description_of_telegram(api: BotApi, bot: Bot) -> None:
    """What Telegram says of a call that it refuses at the start, or of polling, is in the log."""
    api.scripted["getMe"] = ["500"]
    api.scripted["setMyCommands"] = ["400"]
    api.scripted["getUpdates"] = ["409"]
    bot.start()
    api.wait_until(lambda: '"conflict"' in bot.written)
    bot.stop()

    said = [line["description"] for line in bot.log if "description" in line]
    assert "(Internal Server Error); trying again." in bot.written
    assert said[0] == "Internal Server Error"
    assert "Can't parse entities: as the script says" in said
    assert "Conflict: terminated by other getUpdates request" in said


def test_a_second_instance_here_is_told_apart(
    api: BotApi, bot: Bot, new_bot: Callable[..., Bot]
) -> None:
    """The same bot on the same data is refused by the lock, and the first goes on."""
    bot.start()
    api.wait_until(lambda: "serving" in bot.written)
    second = new_bot()
    second.start()

    assert second.ends() == 1
    assert "already being served" in the_line(second)
    assert bot.is_running


def test_a_second_instance_elsewhere_gives_up(
    api: BotApi, bot: Bot, new_bot: Callable[..., Bot]
) -> None:
    """The second of two instances on one token ends with a line that says so; the first answers."""
    bot.start()
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))
    second = new_bot("elsewhere")
    second.start()

    assert second.ends() == 1
    assert "Another program asks Telegram for this bot's updates (Conflict: " in second.written
    api.say(8, QUESTION)
    api.wait_until(lambda: bool(api.texts(8)))


def test_one_conflict_is_no_second_instance(api: BotApi, bot: Bot) -> None:
    """What a quick restart leaves behind is waited out."""
    api.scripted["getUpdates"] = ["409", "409"]
    api.say(7, QUESTION)
    bot.start()
    api.wait_until(lambda: bool(api.texts(7)))

    assert bot.is_running


def test_a_revoked_token_keeps_the_question(api: BotApi, bot: Bot) -> None:
    """When the token is refused while serving, the program ends and the question stays stored."""
    api.scripted["sendMessage"] = ["401"]
    bot.start()
    api.say(7, QUESTION)

    assert bot.ends() == 1
    assert "Telegram refuses PASOKH_TELEGRAM_TOKEN" in bot.written
    bot.start()
    api.wait_until(lambda: bool(api.texts(7)))
    assert len(api.texts(7)) == 1


def test_what_was_said_is_erased(api: BotApi, bot: Bot) -> None:
    """After an answer was sent, neither it nor the question is in the queue's files."""
    bot.start()
    for number in range(20):
        api.say(7 + number, f"{QUESTION} xyzzy{number}")
    api.wait_until(lambda: bot.written.count('"state": "done"') == 20)
    assert bot.stop() == 0

    kept = b"".join(path.read_bytes() for path in bot.store.parent.glob("telegram-queue*"))
    assert b"xyzzy" not in kept
    with sqlite3.connect(bot.store) as database:
        assert database.execute("SELECT count(*) FROM updates").fetchone() == (20,)
    assert bot.store.stat().st_mode & 0o077 == 0


def test_no_log_line_holds_a_secret_or_a_text(api: BotApi, bot: Bot) -> None:
    """After errors of all kinds, at DEBUG, the log holds neither the token nor any text."""
    api.scripted["sendMessage"] = ["malformed", "500", "cut_after", "400", "429"]
    api.scripted["getUpdates"] = ["malformed", "500", "cut_before", "409"]
    bot.start(log_level="DEBUG", telegram_base_url=api.url)
    api.push({"message": {"strange": "plugh"}})
    api.say(7, f"{QUESTION} xyzzy")
    api.say(8, "plugh?")
    api.wait_until(lambda: bool(api.texts(7)) and bool(api.texts(8)))
    bot.stop()

    assert {"unreadable", "failure", "update", "conflict"} <= {line["event"] for line in bot.log}
    for secret in (TOKEN, TOKEN.split(":")[1], "xyzzy", "plugh", "سوخو"):
        assert secret not in bot.written
        assert secret not in json.dumps(bot.log, ensure_ascii=False)


def test_admins_and_others(api: BotApi, bot: Bot) -> None:
    """Only an admin gets figures and a fresh index; whoever is on no list is told their id."""
    bot.start(telegram_admins="9", telegram_allowed_users="7 9")
    for chat_id in (7, 8, 9):
        api.say(chat_id, "/stats")
    api.say(9, "/reload", language="fa")
    api.wait_until(lambda: [len(api.texts(chat_id)) for chat_id in (7, 8, 9)] == [1, 1, 2])

    assert "Snapshot:" not in api.texts(7)[0]
    assert api.texts(8)[0].endswith(": 8")
    assert "Snapshot:" in api.texts(9)[0]
    assert "تازه‌ترین نمایه پاسخ می‌دهد" in api.texts(9)[1]


def test_a_new_index_serves_and_a_broken_one_does_not(
    api: BotApi, bot: Bot, tmp_path: Path, indexed: dict[str, str]
) -> None:
    """/reload takes up what is published and names it, /stats names what serves."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    shutil.copytree(indexed["PASOKH_CORPUS"], corpus)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=corpus,
        index_dir=home,
        cache_dir=Path(indexed["PASOKH_CACHE_DIR"]),
    )
    built = [build(settings).snapshot]
    bot.start(telegram_admins="9", corpus=corpus, index_dir=home)
    api.say(9, "/stats")
    api.wait_until(lambda: len(api.texts(9)) == 1)
    (corpus / "bees.txt").write_text("Bees\nThe minister of bees spoke.\n", encoding="utf-8")
    built.append(build(settings).snapshot)
    for command in ("/reload", "/stats"):
        api.say(9, command)
    api.wait_until(lambda: len(api.texts(9)) == 3)
    (corpus / "wax.txt").write_text("Wax\nThe minister of wax spoke.\n", encoding="utf-8")
    damaged = build(settings).snapshot
    (home / "snapshots" / damaged / "manifest.json").write_text("{}", encoding="utf-8")
    for command in ("/reload", "/stats"):
        api.say(9, command)
    api.wait_until(lambda: len(api.texts(9)) == 5)

    first, reloaded, then, refused, last = api.texts(9)
    assert f"Snapshot: {built[0]}" in first
    assert reloaded == f"The newest index answers: {built[1]}"
    assert f"Snapshot: {built[1]}" in then
    assert refused.startswith("The old index still answers; the newest cannot be opened: ")
    assert f"Snapshot: {built[1]}" in last


def test_the_menu_is_shown_in_both_languages(api: BotApi, bot: Bot) -> None:
    """Telegram is given the commands, for Persian apps in Persian."""
    bot.start()
    api.wait_until(lambda: len(api.accepted("setMyCommands")) == 2)

    codes = {call.params.get("language_code", "") for call in api.accepted("setMyCommands")}
    assert codes == {"", "fa"}


def test_health_and_metrics(api: BotApi, bot: Bot) -> None:
    """The loopback port tells health and counts, and nothing else."""
    port = free_port()
    bot.start(metrics_port=port)
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)) and '"state": "done"' in bot.written)
    health = httpx.get(f"http://127.0.0.1:{port}/healthz")
    numbers = httpx.get(f"http://127.0.0.1:{port}/metrics").text

    assert (health.status_code, health.text) == (200, "200 OK\n")
    assert 'pasokh_settled_updates_total{state="done"} 1.0' in numbers
    assert 'pasokh_calls_total{call="SendMessage",outcome="sent"} 1.0' in numbers
    assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 404


def test_a_webhook_needs_its_secret(api: BotApi, bot: Bot) -> None:
    """Updates are taken from who knows the secret, stored before the 200, and answered."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    bot.start(**HOOK, telegram_webhook_url=url, telegram_webhook_port=port)
    api.wait_until(lambda: '"serving"' in bot.written)
    api.say(7, QUESTION)
    (update,) = api._updates.values()
    header = "X-Telegram-Bot-Api-Secret-Token"
    refused = httpx.post(url, json=update, headers={header: "wrong"})
    taken = httpx.post(url, json=update, headers={header: "opensesame"})
    again = httpx.post(url, json=update, headers={header: "opensesame"})

    assert [403, 200, 200] == [one.status_code for one in (refused, taken, again)]
    api.wait_until(lambda: bool(api.texts(7)))
    (set_up,) = api.accepted("setWebhook")
    assert (set_up.params["url"], set_up.params["secret_token"]) == (url, "opensesame")
    assert bot.stop() == 0
    assert len(api.texts(7)) == 1
    assert "opensesame" not in bot.written


def test_a_webhook_port_that_is_taken_is_one_line(bot: Bot) -> None:
    """A port in use ends the program with the setting to look at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        bot.start(**HOOK, telegram_webhook_url="http://127.0.0.1/hook", telegram_webhook_port=port)

        assert bot.ends() == 1
    assert the_line(bot).endswith("(Address already in use); check PASOKH_TELEGRAM_WEBHOOK_*.")


def test_a_webhook_that_telegram_refuses_is_one_line(api: BotApi, bot: Bot) -> None:
    """What Telegram says of the webhook's address is in the line that ends the program."""
    api.scripted["setWebhook"] = ["400"] * 4
    bot.start(
        **HOOK, telegram_webhook_url="http://127.0.0.1/hook", telegram_webhook_port=free_port()
    )

    assert bot.ends() == 1
    assert "as the script says" in the_line(bot)


def test_a_metrics_port_that_is_taken_is_one_line(bot: Bot) -> None:
    """A port in use ends the program with its setting and number."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        bot.start(metrics_port=port)

        assert bot.ends() == 1
    assert the_line(bot).startswith(f"Error: PASOKH_METRICS_PORT: port {port} ")


def test_help_loads_nothing_of_telegram(bot: Bot) -> None:
    """`serve --help` says where to read on."""
    done = subprocess.run([*bot.command, "--help"], capture_output=True, text=True, check=True)

    assert "docs/operating.md" in done.stdout
