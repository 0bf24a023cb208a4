"""docs/privacy.md tells the truth: what is left in an empty home, and that it can be removed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
# Settings of these tests, and folders of whoever runs them.
OTHERS = ("PASOKH_", "XDG_")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home of somebody who asked a question and had no setting."""
    home, clone = tmp_path / "home", tmp_path / "clone"
    home.mkdir()
    shutil.copytree(ROOT / "seeds", clone / "seeds")
    done = subprocess.run(
        [Path(sys.executable).with_name("pasokh"), "ask", "what did Kirby say about Sukhoi jets?"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=clone,
        env={name: one for name, one in os.environ.items() if not name.startswith(OTHERS)}
        | {"HOME": str(home)},
    )
    assert 0 == done.returncode, done.stderr
    assert [clone / "seeds"] == list(clone.iterdir())
    return home


def test_all_that_is_written_is_named_and_removed(home: Path) -> None:
    """A question writes into folders that the page lists, and its commands leave no file."""
    files = {path for path in home.rglob("*") if path.is_file()}
    places = (home / ".local/share/pasokh", home / ".cache/pasokh")
    folders = {path.name for place in places for path in place.iterdir()}
    commands = re.search(r"## Uninstalling.*?```sh\n(.*?)```", PAGE, re.DOTALL)
    assert commands
    subprocess.run(
        ["/bin/sh", "-c", commands[1]], check=True, env={"HOME": str(home), "PATH": os.defpath}
    )

    assert all(any(place in path.parents for place in places) for path in files)
    assert {"indexes", "encoder", "vectors"} == folders
    named = (
        *(f"`~/{place.relative_to(home)}`" for place in places),
        *(f"`{name}/" for name in folders),
    )
    assert [] == [name for name in named if name not in PAGE]
    assert [] == [path for path in home.rglob("*") if path.is_file()]
