"""The digest of the code that all nodes of a cluster must have."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import index

PRINT = "from index.cluster.code import code_digest; print(code_digest())"


def _digest_of(folder: Path) -> str:
    """Return the digest that the copy of the package in a folder computes."""
    return subprocess.run(
        [sys.executable, "-c", PRINT],
        env=os.environ | {"PYTHONPATH": str(folder)},
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize("name", ["__init__.py", "text/clean.py", "cluster/ray.py"])
def test_code_digest_changes_with_any_module_of_the_package(tmp_path: Path, name: str) -> None:
    """A change in any folder of `index` changes the digest, not only one beside the cluster."""
    shutil.copytree(Path(index.__file__).parent, tmp_path / "index")
    before = _digest_of(tmp_path)
    with (tmp_path / "index" / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")

    assert before != _digest_of(tmp_path)
