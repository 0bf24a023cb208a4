"""Dockerfile and compose.yaml name what exists, and keep the bot in a small room.

`make container-check` builds and runs the image.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bot.settings import Settings
from bot.terminal.cli import main

ROOT: Final = Path(__file__).parents[2]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED: Final = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
COMPOSE: Final = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS: Final = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "pasokh"}


def _instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile in order, continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = lines.replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined)]


ALL: Final = _instructions(DOCKERFILE)
LAST: Final = _instructions(DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :])


def _last(word: str) -> str:
    """Return the one instruction of a kind in the stage that becomes the image."""
    (found,) = [rest for kind, rest in LAST if kind == word]
    return found


def _variables() -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", _last("ENV")))


def _exists(command: list[str], capsys: pytest.CaptureFixture[str]) -> bool:
    """Tell whether a command of ours is one."""
    assert command[0] == "pasokh"
    return main([*command[1:], "--help"]) == 0 and " ".join(command) in capsys.readouterr().out


def test_the_image_is_nobodys_and_keeps_all_in_its_volume() -> None:
    """Its user is a number above those of systems; what the program writes lies in the volume."""
    user, group = map(int, _last("USER").split(":"))
    variables = _variables()

    assert min(user, group) >= 10_000
    assert f"-o {user} -g {group} {_last('VOLUME')}" in DOCKERFILE
    for name in ("HOME", "PASOKH_DATA_DIR", "PASOKH_CACHE_DIR"):
        assert Path(variables[name]).is_relative_to(_last("VOLUME"))
    assert _last("WORKDIR") == _last("VOLUME")


def test_everything_that_is_copied_is_there() -> None:
    """And nothing else goes to the builder: no .env, no data, no caches."""
    copied = {
        name
        for word, rest in ALL
        if word == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    }
    seen = {line.removeprefix("!") for line in IGNORED if line.startswith("!")}

    assert copied == seen
    assert [] == [name for name in copied if not (ROOT / name).exists()]
    assert "*" == next(line for line in IGNORED if not line.startswith("#"))
    assert "ADD" not in {word for word, _ in ALL}


def test_commands_of_the_image_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """The image runs a command of ours, and asks for its health where that tells it."""
    command = json.loads(_last("ENTRYPOINT")) + json.loads(_last("CMD"))
    check = _last("HEALTHCHECK")
    metrics = (ROOT / "bot" / "telegram" / "delivery" / "metrics.py").read_text(encoding="utf-8")

    assert _exists(command, capsys)
    assert f"127.0.0.1:{_variables()['PASOKH_METRICS_PORT']}/healthz" in check
    assert "/healthz" in metrics
    compile(json.loads(check[check.index("[") :])[2], "healthcheck", "exec")


def test_the_image_is_made_of_what_is_pinned() -> None:
    """Extras exist, torch is that of the Makefile, the Python fits; no registry is named."""
    extras = re.findall(r"ARG EXTRAS=(\S+)", DOCKERFILE)[0].split(",")
    torch = re.compile(r"torch==[\d.]+")
    (python,) = re.findall(r"ARG PYTHON=docker\.io/library/python:3\.(\d+)-slim", DOCKERFILE)

    assert set(extras) <= set(PROJECT["project"]["optional-dependencies"])
    assert set(torch.findall(DOCKERFILE)) == set(torch.findall((ROOT / "Makefile").read_text()))
    assert f">=3.{python}" == PROJECT["project"]["requires-python"]
    assert "--constraint constraints.txt" in DOCKERFILE
    assert {"http://127.0.0.1"} == set(re.findall(r"\w+://[\w.]+", DOCKERFILE))


@pytest.mark.parametrize("name", OURS)
def test_services_of_ours_can_do_little(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No capability, no writable root, the image's user and volume, commands that exist."""
    service: dict[str, Any] = OURS[name]
    mounts = dict(mount.rsplit(":", 2)[-2:] for mount in service["volumes"] if ":ro" in mount)
    given = service.get("command", [])
    script = service.get("entrypoint", ["", "", f"pasokh {' '.join(given)}"])[2]

    assert service["read_only"] is True
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert service["user"] == _last("USER")
    assert {"/archive": "ro"} == mounts
    assert f"data:{_last('VOLUME')}" in service["volumes"]
    for command in re.findall(r"pasokh[ a-z]+", script):
        assert _exists(command.split(), capsys)


def test_settings_of_both_files_exist() -> None:
    """Each PASOKH_ name is a setting, and paths of compose.yaml are those of the image."""
    image = {key: value for key, value in _variables().items() if key.startswith("PASOKH_")}
    settings = {f"PASOKH_{field.upper()}" for field in Settings.model_fields}

    assert image.keys() <= settings
    for service in OURS.values():
        assert service["environment"].keys() <= settings
        assert image.items() <= service["environment"].items()


def test_the_vector_server_is_the_one_that_is_tested() -> None:
    """Its image has the version that the tests of indexes on it run."""
    tested = (ROOT / "tests" / "engine" / "qdrant_server.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'PACKAGE = "[^"]+@([\d.]+)"', tested)

    assert f"docker.io/qdrant/qdrant:v{version}" == COMPOSE["services"]["qdrant"]["image"]
    assert ["qdrant"] == COMPOSE["services"]["qdrant"]["profiles"]
