"""A table with columns of unusual names, from the setting to the quote."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Pasokh = Callable[..., subprocess.CompletedProcess[str]]

BRIDGE = "The minister opened the new bridge over the river on Monday."
TABLE = f"""nr;kop;memo;dag;krant
7;A bridge for the city;"{BRIDGE} Trains cross it from May; cars must wait.";2023-06-09;The Post
8;Rain;It rained in the north of the country for three days.;2023-06-10;The Post
"""
COLUMNS = "id=nr, headline=kop, text=memo, date=dag, source=krant"


def test_table_with_odd_columns_is_quoted(pasokh_here: Pasokh, tmp_path: Path) -> None:
    """`PASOKH_COLUMNS` names the columns for a build, and a question is answered from them."""
    table = tmp_path / "export.csv"
    table.write_text(TABLE, encoding="utf-8")
    given = {"corpus": str(table), "data_dir": str(tmp_path / "own"), "columns": COLUMNS}
    built = pasokh_here("index", "build", **given)
    asked = pasokh_here("ask", "--json", "Who opened the new bridge over the river?", **given)

    assert (0, 0) == (built.returncode, asked.returncode), built.stderr + asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["answered"]
    assert BRIDGE in json.dumps(answer)
    assert all(part in asked.stdout for part in ("A bridge for the city", "The Post", "2023-06-09"))


def test_without_the_setting_the_build_names_it(pasokh_here: Pasokh, tmp_path: Path) -> None:
    """The same table without a mapping is a reject that says which setting is missing."""
    table = tmp_path / "export.csv"
    table.write_text(TABLE, encoding="utf-8")
    built = pasokh_here("index", "build", corpus=str(table), data_dir=str(tmp_path / "own"))

    assert "PASOKH_COLUMNS=text=COLUMN" in built.stdout + built.stderr
    assert "'memo'" in built.stdout + built.stderr
