"""docs/faq.md shows what the program says: its blocks are run, one folder for each."""

import re
import shlex
import shutil
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest
from warm import run_warm

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
Done = subprocess.CompletedProcess[str]
CLIENT = "PASOKH_LLM_"  # settings that need the extra


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0])
def test_a_block_of_the_faq_shows_what_the_program_says(
    block: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Each command of a block says what stands below it; "..." stands for anything."""
    if CLIENT in block:
        pytest.importorskip("openai")
    shutil.copytree(ROOT / "seeds", tmp_path / "clone" / "seeds")
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        done = _run(command, surroundings, tmp_path / "clone")
        expected = ".*".join(re.escape(part) for part in shown.rstrip().split("..."))

        assert re.fullmatch(expected, (done.stdout + done.stderr).rstrip(), re.DOTALL), (
            f"{command} says:\n{done.stdout}{done.stderr}"
        )


def _run(command: str, surroundings: dict[str, str], folder: Path) -> Done:
    """Run a command as it stands in the page: `pasokh` with settings before it, or the shell's."""
    words = shlex.split(command)
    set_here = dict(word.split("=", 1) for word in takewhile(re.compile("PASOKH_.*=").match, words))
    if words[len(set_here)] != "pasokh":
        return subprocess.run(
            ["/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=surroundings,
        )
    return run_warm(words[len(set_here) + 1 :], env=surroundings | set_here, cwd=folder)
