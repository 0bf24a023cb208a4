"""What leaves the machine and what is left on it: nothing that the settings do not name.

Its libraries' makers would like to know who uses them; onnxruntime asks for an address ten seconds
after it was loaded, so the chat here stays open longer than that.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from patience import scaled
from private_network import inside, why_not

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTION = "what did Kirby say about Sukhoi jets?"
OPEN_S = 16.0
SWITCHES = ("ORT_", "HF_", "RAY_", "XDG_", "PASOKH_", "DO_NOT_TRACK", "DISABLE_TELEMETRY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What three commands left in an empty home, and the names that they looked up."""

    home: Path
    names: frozenset[str]
    no_network: str


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """Build, ask and chat as a newcomer, in a network of our own where there can be one."""
    folder = tmp_path_factory.mktemp("newcomer")
    home, names = folder / "home", folder / "names"
    home.mkdir()
    no_network = why_not(folder, scaled(60))
    # Subtle: this process has loaded the encoder, so that its own switches are set by now.
    env = {name: value for name, value in os.environ.items() if not name.startswith(SWITCHES)}
    env |= {
        "HOME": str(home),
        "PASOKH_CORPUS": str(SEEDS),
        "PASOKH_DATA_DIR": str(home / "data"),
        "PASOKH_CACHE_DIR": str(home / "cache"),
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        program = (Path(sys.executable).with_name("pasokh"), *arguments)
        return subprocess.Popen(
            program if no_network else inside(names, *program),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=env,
            encoding="utf-8",
        )

    with start("index", "build") as build:
        assert "passages" in build.communicate()[0]
    began = time.monotonic()
    with start("chat") as chat:
        assert chat.stdin
        chat.stdin.write(f"{QUESTION}\n")
        chat.stdin.flush()
        with start("ask", QUESTION) as ask:
            asked = ask.communicate()[0]
        time.sleep(max(0, OPEN_S - (time.monotonic() - began)))
        chatted = chat.communicate()[0]

    assert [0, 0, 0] == [one.returncode for one in (build, ask, chat)]
    assert "mehrnews.com/news/5805672" in asked
    assert "mehrnews.com/news/5805672" in chatted
    looked_up = names.read_text(encoding="utf-8").split() if names.exists() else []
    return Traces(home=home, names=frozenset(looked_up), no_network=no_network)


def test_nothing_is_left_at_home_but_our_own_folders(traces: Traces) -> None:
    """No library keeps an id, a queue or a cache of its own in the user's home."""
    assert {"data", "cache"} == {path.name for path in traces.home.iterdir()}


def test_no_name_is_looked_up(traces: Traces) -> None:
    """Building, asking and chatting ask no server for anything."""
    if traces.no_network:
        pytest.skip(traces.no_network)

    assert frozenset() == traces.names
