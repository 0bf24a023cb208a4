"""docs/settings.md says of each setting what the program knows of it, and is written anew if not.

The test writes the page before it compares, as that of docs/telegram.md does.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.setting_types import EXPECTED
from bot.settings import PREFIX, Settings, shown

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

HEAD = """# Settings

Written by `pytest tests/terminal/test_settings_page.py` from the descriptions, checks and defaults
that the program itself uses. `pasokh settings` lists the values that hold on your machine and where
each comes from.

A setting is an environment variable, or a line of a file `.env` in the folder where `pasokh` is
started ([.env.example](../.env.example) is one to copy). The environment wins over the file,
`--corpus` over both. An empty value means the default. A wrong name or value ends the program with
one line that says what was expected. Keep a `.env` with a token or a key readable for you alone:
`chmod 600 .env`.
"""
# The first setting of each section, its title and where more stands.
SECTIONS = {
    "corpus": ("Archive and folders", "archive.md"),
    "access": ("Who sees what", "access.md"),
    "encoder": ("Encoder and reranker", "encoders.md"),
    "search_memory_mb": ("Vectors and cluster", "scaling.md"),
    "llm_base_url": ("Language model", "language-model.md"),
    "feeds": ("Articles from the web", "gathering.md"),
    "proxy": ("Proxy", "operating.md"),
    "threads": ("Answers and their display", "asking.md"),
    "retention_days": ("What is kept and logged", "privacy.md"),
    "telegram_token": ("Telegram bot", "operating.md"),
    "web_host": ("Pages and API", "web.md"),
    "matrix_homeserver": ("Matrix bot", "matrix.md"),
}


def _lines() -> Iterator[str]:
    """Yield the page."""
    yield HEAD.rstrip()
    for field, declared in Settings.model_fields.items():
        if field in SECTIONS:
            title, more = SECTIONS[field]
            yield from ("", f"## {title}", "", f"More in [{more}]({more}).", "")
            yield from ("| setting | default | what it is | what it takes |", "|---|---|---|---|")
        default = shown(field, declared.get_default(call_default_factory=True))
        default = default.replace(str(Path.home()), "~")
        cells = (
            f"`{PREFIX}{field.upper()}`",
            f"`{default}`" if default else "",
            declared.description or "",
            EXPECTED[field],
        )
        yield f"| {' | '.join(cells)} |"


def test_the_page_has_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting stands in docs/settings.md with its default, its meaning and what it takes."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    page = "\n".join(_lines()) + "\n"
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if before != page:  # others may read it meanwhile
        PAGE.write_text(page, encoding="utf-8")

    assert before == page, "docs/settings.md was written anew: look at the change"
