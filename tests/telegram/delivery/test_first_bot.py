"""docs/first-bot.md leads where it says: its settings, its backup and its restore are done here."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from bot_api_server import TOKEN, BotApi
from bot_process import Bot

PAGE = (Path(__file__).parents[3] / "docs" / "first-bot.md").read_text(encoding="utf-8")
SERVE = ".venv/bin/pasokh serve"


def _blocks(heading: str) -> list[str]:
    """Return the code blocks of a section."""
    _, _, rest = PAGE.partition(f"\n## {heading}")
    return re.findall(r"```sh\n(.*?)```", rest.partition("\n## ")[0], re.DOTALL)


def _run(commands: str, home: Path) -> None:
    """Run commands of the page in a home, but for the start of the bot."""
    shell = ["/bin/sh", "-e", "-c", commands.replace(SERVE, "")]
    subprocess.run(shell, check=True, env={"HOME": str(home), "PATH": "/usr/bin:/bin"})


def _said(api: BotApi, chat_id: int, text: str) -> str:
    """Say something to the bot; return its first message after that."""
    before = len(api.texts(chat_id))
    api.say(chat_id, text)
    api.wait_until(lambda: len(api.texts(chat_id)) > before)
    return api.texts(chat_id)[before]


def test_the_page_leads_to_a_bot_and_back_from_a_backup(
    api: BotApi, new_bot: Callable[..., Bot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot tells its owner's id, answers the owner alone, and remembers after a restore."""
    home, clone, data = tmp_path, tmp_path / "clone", tmp_path / ".local/share/pasokh"
    clone.mkdir()
    monkeypatch.chdir(clone)
    nobody, start, owner = _blocks("3.")
    backup, restore = _blocks("7.")
    told = re.search(r"^> (.*: (\d+))$", PAGE, re.MULTILINE)
    assert told
    me = int(told[2])

    def serve(settings: str) -> Bot:
        if settings:
            (clone / ".env").write_text(settings.replace("123456:ABC-def", TOKEN), encoding="utf-8")
        bot = new_bot(data.relative_to(tmp_path).as_posix())
        del bot.environment["PASOKH_TELEGRAM_TOKEN"]  # it stands in .env
        bot.start()
        return bot

    bot = serve(nobody)
    _run(start, home)
    assert _said(api, me, "hello") == told[1]
    assert bot.stop() == 0

    bot = serve(owner)
    assert "سوخو" in _said(api, me, "what did Kirby say about Sukhoi jets?")
    assert "Snapshot" in _said(api, me, "/stats")
    assert "Your id" in _said(api, me + 1, "what did Kirby say about Sukhoi jets?")
    assert bot.stop() == 0

    _run(backup, home)
    shutil.rmtree(data)
    (clone / ".env").unlink()
    _run(restore, home)
    assert (clone / ".env").stat().st_mode & 0o077 == 0
    bot = serve("")
    assert "Mehr, reporting Al Jazeera" in _said(api, me, "what's the source?")
    assert bot.stop() == 0
