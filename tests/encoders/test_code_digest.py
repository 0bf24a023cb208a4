"""The digest of the code that all nodes of a cluster must have."""

import importlib.util
import shutil
from pathlib import Path

import pytest

import index


def _digest_of(package: Path) -> str:
    """Return the digest that the copy of the package computes."""
    spec = importlib.util.spec_from_file_location("copied", package / "cluster" / "code.py")
    assert spec is not None
    assert spec.loader is not None
    copied = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copied)
    digest: str = copied.code_digest()
    return digest


@pytest.mark.parametrize("name", ["__init__.py", "text/clean.py", "cluster/ray.py"])
def test_code_digest_changes_with_any_module_of_the_package(tmp_path: Path, name: str) -> None:
    """A change in any folder of `index` changes the digest, not only one beside the cluster."""
    package = tmp_path / "index"
    shutil.copytree(Path(index.__file__).parent, package)
    before = _digest_of(package)
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")

    assert before != _digest_of(package)
