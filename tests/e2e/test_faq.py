"""docs/faq.md shows what the program says: its blocks are run, one folder for each."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
CLIENT = "PASOKH_LLM_"  # settings that need the extra


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0])
def test_a_block_of_the_faq_shows_what_the_program_says(
    block: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Each command of a block says what stands below it; "..." stands for anything."""
    if CLIENT in block:
        pytest.importorskip("openai")
    shutil.copytree(ROOT / "seeds", tmp_path / "clone" / "seeds")
    path = os.pathsep.join((str(Path(sys.executable).parent), surroundings["PATH"]))
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path / "clone",
            env=surroundings | {"PATH": path},
        )
        expected = ".*".join(re.escape(part) for part in shown.rstrip().split("..."))

        assert re.fullmatch(expected, (done.stdout + done.stderr).rstrip(), re.DOTALL), (
            f"{command} says:\n{done.stdout}{done.stderr}"
        )
