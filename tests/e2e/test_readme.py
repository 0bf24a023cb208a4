"""README and docs tell the truth: their example runs, their answers are real, their names exist."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.terminal.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PERSIAN = (ROOT / "README.fa.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

Pasokh = Callable[..., subprocess.CompletedProcess[str]]

# What both pages write as code; a Persian page marks code that a right-to-left line would turn.
BOTH = README + re.sub(r'<code dir="ltr">(.*?)</code>', r"`\1`", PERSIAN)
# Commands as the README writes them: in a code span, perhaps after a path or settings.
COMMANDS = sorted(
    {
        tuple(match[1].split())
        for match in re.finditer(r"`(?:[^`\n]*[ /])?pasokh((?: [a-z]+)*)[^`\n]*`", BOTH)
    }
)
TARGETS = sorted(set(re.findall(r"(?:`|\$ )make ([a-z-]+)", BOTH)))


def _blocks(page: str, heading: str) -> list[str]:
    """Return the fenced blocks below a line that begins with `heading`."""
    _, _, rest = page.partition(f"\n{heading}")
    found = re.findall(r"```\w*\n(.*?)```", rest, re.DOTALL)
    assert found, f"no block below {heading!r}"
    return found


def _block(page: str, heading: str) -> str:
    """Return the first of them."""
    return _blocks(page, heading)[0]


def _plain(lines: str) -> str:
    """Return text as one line, without our translations, isolates and figures of confidence."""
    kept = [line for line in lines.splitlines() if not line.lstrip().startswith("= ")]
    return re.sub(r"\d+[%٪]|[\u2066\u2069]", "", " ".join(" ".join(kept).split()))


def test_the_example_in_python_runs(tmp_path: Path) -> None:
    """The program of docs/python.md builds an index of the seed and finds the passage asked for."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    program = _block((ROOT / "docs" / "python.md").read_text(encoding="utf-8"), "`import index`")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
    )

    assert 0 == done.returncode, done.stderr
    counted, first, *_ = done.stdout.splitlines()
    assert "1 article(s) in 4 passages" == counted
    assert re.match(r"1 0\.\d\d Mehr Span\(start=1941, end=2353\) کربی اظهار داشته بود", first)
    assert ["my-cache", "my-index", "seeds"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_answer_in_the_terminal_is_what_the_program_prints(pasokh: Pasokh) -> None:
    """The README's first answer is the whole output, but for lines broken and translations."""
    command, _, shown = _block(README, "In the terminal").partition("\n")
    asked = re.fullmatch(r'\$ make ask Q="(.+)"', command)
    assert asked, command
    done = pasokh("ask", asked[1])

    assert 0 == done.returncode, done.stderr
    assert _plain(done.stdout) == _plain(shown)


def test_the_answer_of_the_persian_page_is_what_the_program_prints(pasokh: Pasokh) -> None:
    """So is that of README.fa.md, to a Persian question."""
    command, shown, *_ = _blocks(PERSIAN, "## یک پاسخ")
    asked = re.fullmatch(r'\$ make ask Q="(.+)"\n', command)
    assert asked, command
    done = pasokh("ask", asked[1])

    assert 0 == done.returncode, done.stderr
    assert _plain(done.stdout) == _plain(shown)


def test_the_persian_page_runs_from_the_right_but_for_its_commands() -> None:
    """The page is right-to-left; commands, and code that ends in a sign, are left-to-right."""
    prose = re.sub(r"```.*?```", "", PERSIAN, flags=re.DOTALL)
    commands = re.findall(r"(\S+)\n\n```(?:console|sh)\n", PERSIAN)

    assert PERSIAN.startswith('<div dir="rtl">\n')
    assert PERSIAN.count("<div ") == PERSIAN.count("</div>")
    assert {'dir="ltr">'} == set(commands)
    assert [] == [
        code for code in re.findall(r"`(.*?)`", prose) if not re.fullmatch(r"\w(.*\w)?", code)
    ]


def test_the_answer_on_telegram_is_a_screen_of_the_bot() -> None:
    """The README's second answer is a screen of docs/telegram.md, which a test writes."""
    asked, _, shown = _block(README, "On Telegram").partition("\n")
    page = (ROOT / "docs" / "telegram.md").read_text(encoding="utf-8")

    assert _plain(_block(page, f"**{asked.removeprefix('> ')}**")) == _plain(shown)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_in_the_readme_exist(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`--help` of each `pasokh` command that the README names describes that very command."""
    code = main([*command, "--help"])

    assert 0 == code
    assert f"Usage: {' '.join(('pasokh', *command))} [OPTIONS]" in capsys.readouterr().out


@pytest.mark.parametrize("target", TARGETS)
def test_make_targets_in_the_readme_exist(target: str) -> None:
    """Each `make` target that the README names is one that `make help` lists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{target}:.*## .", makefile, re.MULTILINE)


@pytest.mark.parametrize("folder", ["README.md", "README.fa.md", "docs", "bot", "index"])
def test_extras_are_installed_from_the_clone(folder: str) -> None:
    """Pages and messages name extras that exist, by a command that needs no registry to have us."""
    place = ROOT / folder
    files = [place] if place.is_file() else [*place.rglob("*.md"), *place.rglob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    commands = [re.findall(r"pip install [^`\n]*\.\[([\w-]+)\]", text) for text in texts]

    assert [] == [file for file, text in zip(files, texts, strict=True) if "pasokh[" in text]
    assert {one for found in commands for one in found} <= set(extras["optional-dependencies"])


def test_the_readme_names_commands_and_targets() -> None:
    """The two lists above are not empty by a change of the README's form."""
    assert {("ask",), ("index", "add"), ("serve",), ("verify",)} <= set(COMMANDS)
    assert {"ask", "chat", "test", "check"} <= set(TARGETS)


def test_the_layer_picture_names_every_folder() -> None:
    """All folders of both packages stand in the README's picture of layers, and no others."""
    picture = _block(README, "7. **Generate**")
    named = {
        package: set(re.findall(r"[a-z]+", " ".join(line[9:56] for line in part.splitlines())))
        for package, part in zip(("bot", "index"), re.split(r"─.*\n", picture), strict=True)
    }
    modules = {package: {path.stem for path in (ROOT / package).glob("*.py")} for package in named}
    folders = {
        package: {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
        for package in named
    }

    for package, names in named.items():
        assert folders[package] <= names
        assert names <= folders[package] | modules[package]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file that is there."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]

    assert [] == [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_paths_in_pages_exist(page: Path) -> None:
    """Every file or folder of this repository that a page names in a code span is there."""
    paths = re.findall(
        r"`(?:python )?((?:bot|index|tests|benchmarks|docs|deploy)/[\w./+-]+)`",
        page.read_text(encoding="utf-8"),
    )

    assert [] == [path for path in paths if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_settings_in_pages_exist(page: Path) -> None:
    """Every setting that a page names is one, but in blocks that are run."""
    text = re.sub(r"```console.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = re.findall(r"\bPASOKH_([A-Z_]*[A-Z])\b(?!\*)", text)

    assert set(named) <= {field.upper() for field in Settings.model_fields}


def test_the_index_of_docs_names_every_page() -> None:
    """docs/README.md has a line for each page beside it."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}

    assert pages == set(re.findall(r"^- \[([\w-]+\.md)\]\(\1\): .", index, re.MULTILINE))
