"""`make ask` hands a question on as it was typed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with our Makefile in which the program is installed already."""
    folder = tmp_path / "clone"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    program = folder / ".venv" / "bin" / "pasokh"
    program.symlink_to(Path(sys.executable).with_name("pasokh"))
    (folder / ".venv" / "run").touch()
    return folder


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_question_is_no_command(clone: Path, surroundings: dict[str, str], by: str) -> None:
    """Dashes, quotes, backticks and dollars in Q mean nothing to make, shell and program."""
    question = (
        """--help What did "Kirby" say about `touch hit` and the jets' $(touch hit)? """
        "$(shell touch hit) $$ ${HOME} $x \\ * ; touch hit # && touch hit; "
        "کربی دربارهٔ «سوخو» چه گفت؟"
    )
    log = clone / "log"
    settings = {"PASOKH_LOG_LEVEL": "DEBUG", "PASOKH_LOG_FILE": str(log)}
    inherited = {name: value for name, value in surroundings.items() if "MAKE" not in name}
    done = subprocess.run(
        [MAKE or "", "ask", *([f"Q={question}"] if by == "argument" else [])],
        cwd=clone,
        env=inherited | settings | ({"Q": question} if by == "environment" else {}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    logged = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["question"] for line in logged if "question" in line] == [question]
    assert not (clone / "hit").exists()
