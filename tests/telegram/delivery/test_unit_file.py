"""The systemd units are valid and keep the bot and the pages in a small room."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[3] / "deploy" / "pasokh.service"
_ANALYZE = shutil.which("systemd-analyze")
_MOST_EXPOSED = 20
"""Tenths; systemd calls up to 2.0 "OK" on its scale of exposure from 0 to 10."""

needs_systemd = pytest.mark.skipif(_ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture(params=[("pasokh", "serve"), ("pasokh-web", "web")], ids=lambda pair: pair[0])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a unit with a program that exists here; nothing else is changed."""
    name, command = request.param
    path = UNIT.with_stem(name)
    text = path.read_text(encoding="utf-8")
    assert f"ExecStart=/opt/pasokh/.venv/bin/pasokh {command}\n" in text
    copy = tmp_path / path.name
    copy.write_text(text.replace("/opt/pasokh/.venv/bin/pasokh", "/bin/true"), "utf-8")
    return copy


@needs_systemd
def test_systemd_takes_the_unit(unit: Path) -> None:
    """`systemd-analyze verify` finds nothing to say."""
    done = subprocess.run(
        [str(_ANALYZE), "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )

    about_us = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, about_us) == (0, [])


@needs_systemd
def test_the_unit_exposes_little(unit: Path) -> None:
    """The system's own account of what the service could still reach stays small."""
    done = subprocess.run(
        [
            str(_ANALYZE), "security", "--offline=yes", f"--threshold={_MOST_EXPOSED}", str(unit)
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_the_unit_gives_answers_time_to_arrive() -> None:
    """The system waits longer than the bot does before it kills."""
    from bot.telegram.delivery.app import STOP_S  # loads the library, which only this test needs

    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    unit.read(UNIT, encoding="utf-8")
    assert int(unit["Service"]["TimeoutStopSec"]) > STOP_S + 15
