"""The wheel carries all it needs: installed elsewhere, it answers outside the checkout."""

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with pip, from a copy of what is installed, without its dependencies."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("bot", "index"):
        leave_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=leave_out)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", target, source]
    # With the build back end at hand nothing is fetched; otherwise pip gets it, as `make` does.
    if importlib.util.find_spec("hatchling"):
        command.append("--no-build-isolation")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    (path,) = target.glob("pasokh-*.whl")
    return path


def test_the_wheel_holds_all_modules_and_parameters(wheel: Path) -> None:
    """Every module and every file of parameters is inside, and nothing but the two packages."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "index")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert any(name.startswith("index/params/") and name.endswith(".npz") for name in ours)
    assert ours <= names
    assert {"bot", "index", "pasokh-0.1.0.dist-info"} == {name.split("/")[0] for name in names}


@pytest.mark.long
def test_the_installed_wheel_answers(
    wheel: Path, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """From the wheel alone, in another folder: a cited answer from --corpus, or what to give."""
    site, corpus = tmp_path / "site", tmp_path / "corpus"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", site, wheel], check=True)
    shutil.copytree(ROOT / "seeds", corpus)
    kept = {name: value for name, value in surroundings.items() if name != "PASOKH_CORPUS"}
    environment = kept | {"PYTHONPATH": str(site)}

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )

    where = run(sys.executable, "-c", "import bot, index; print(bot.__file__, index.__file__)")
    question = "what did Kirby say about Sukhoi jets?"
    program = site / "bin" / "pasokh"
    done = run(program, "ask", "--corpus", "corpus", "--json", question)
    lost = run(program, "ask", question)

    text = next(corpus.glob("*.txt")).read_bytes().decode()
    assert f"{site / 'bot' / '__init__.py'} {site / 'index' / '__init__.py'}\n" == where.stdout
    assert 0 == done.returncode, done.stderr
    first = json.loads(done.stdout)["citations"][0]
    assert "سوخو" in first["quote"]
    assert text[first["start"] : first["end"]] == first["quote"]
    assert 1 == lost.returncode
    assert "set PASOKH_CORPUS or --corpus to where they are" in lost.stderr
