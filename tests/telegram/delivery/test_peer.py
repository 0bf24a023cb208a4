"""The bot against a Bot API server that others wrote: telegram-api-mock-server 0.1.10 of npm.

It holds no poll open, checks no markup and injects no faults, so it only shows that the bot does
not lean on habits of our own server. `pytest -m peer tests/telegram/test_peer.py` installs it.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from bot_api_server import TOKEN
from bot_process import Bot
from patience import scaled

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        not (shutil.which("node") and shutil.which("npm")), reason="node and npm are not installed"
    ),
]

_PACKAGE = "telegram-api-mock-server@0.1.10"
_START = """
import { TelegramApiMockServer } from "telegram-api-mock-server";
const server = new TelegramApiMockServer({ host: "127.0.0.1", port: 0, mode: "mock" });
await server.start();
console.log(JSON.stringify(server.getAddress()));
"""


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[str]:
    """Install and start the server; return its address."""
    node, npm = str(shutil.which("node")), str(shutil.which("npm"))
    folder = tmp_path / "peer"
    folder.mkdir()
    subprocess.run([npm, "install", "--silent", _PACKAGE], cwd=folder, check=True)
    (folder / "start.mjs").write_text(_START, encoding="utf-8")
    process = subprocess.Popen([node, "start.mjs"], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = json.loads(process.stdout.readline())
    yield address if isinstance(address, str) else f"http://127.0.0.1:{address['port']}"
    process.kill()
    process.communicate()


def test_a_question_and_its_answer(peer: str, new_bot: Callable[..., Bot]) -> None:
    """An injected question is answered with the quote, once."""
    bot = new_bot()
    bot.start(telegram_base_url=peer)
    person = {"id": 5, "is_bot": False, "first_name": "P"}
    message = {
        "message_id": 1,
        "date": int(time.time()),
        "chat": {"id": 5, "type": "private"},
        "from": person,
        "text": "What did Kirby say about Sukhoi jets?",
    }
    said = httpx.post(
        f"{peer}/_mock/injectUpdate", json={"token": TOKEN, "update": {"message": message}}
    )
    assert said.status_code == 200, said.text

    sent: list[str] = []
    end = time.monotonic() + scaled(60)
    while not sent and time.monotonic() < end:
        time.sleep(0.2)
        events = httpx.get(f"{peer}/_mock/outbound", params={"token": TOKEN}).json()["events"]
        sent = [
            json.dumps(one, ensure_ascii=False) for one in events if one["method"] == "sendMessage"
        ]
    assert len(sent) == 1, bot.written[-2000:]
    assert "سوخو" in sent[0]
    assert bot.stop() == 0
