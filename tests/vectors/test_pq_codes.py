"""Codes of vectors in a file that all processes share."""

import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.vectors.pq_codes import Codes, write_blocks

DIM = 32


def _unit(count: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.mark.parametrize("width", [2, 4], ids=["two-dimensions", "four-dimensions"])
@pytest.mark.parametrize("count", [999, 1024, 1025], ids=["filled", "even", "one-over"])
def test_the_mapped_codes_find_what_those_in_memory_find(
    tmp_path: Path, count: int, width: int
) -> None:
    """FAISS' own index over the same rows gives the same rows, and none that fills up a block."""
    given = _unit(count, 0)
    known = faiss.IndexPQFastScan(DIM, DIM // width, 4, faiss.METRIC_INNER_PRODUCT)
    known.train(given)
    known.add(given)
    path = tmp_path / "rows.codes"

    write_blocks(path, given, [given[:400], given[400:]], width)
    codes = Codes.open(path)

    assert (count, DIM, width) == (codes.n_rows, codes.dim, codes.width)
    for query in _unit(8, 1):
        scores, rows = (found[0] for found in known.search(query[None, :], count))
        found = codes.search(query, 100).tolist()
        # Codes tie: of the rows that tie with the hundredth any may be found.
        assert 100 == len(set(found))
        assert set(rows[scores > scores[99]]) <= set(found) <= set(rows[scores >= scores[99]])
        assert set(range(count)) == set(codes.search(query, 2 * count).tolist())


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs /proc")
def test_processes_share_the_pages(tmp_path: Path) -> None:
    """The file is mapped for all, and searching it makes no copy in a process' own memory."""
    path = tmp_path / "rows.codes"
    rows = _unit(400_000, 0)
    write_blocks(path, rows[:1000], [rows], 2)
    script = (
        "import sys; from pathlib import Path; from index.vectors.pq_codes import Codes; "
        "import numpy as np\n"
        "def own():\n"
        "    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()\n"
        "    return sum(int(line.split()[1]) for line in lines if line.startswith('Anonymous:'))\n"
        "before = own(); codes = Codes.open(Path(sys.argv[1]))\n"
        "codes.search(np.ones(32, np.float32), 300)\n"
        "maps = Path('/proc/self/smaps').read_text().splitlines()\n"
        "print(own() - before, [line.split()[1] for line in maps if line.endswith(sys.argv[1])])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )

    grown, _, modes = done.stdout.partition(" ")
    assert "['r--s']\n" == modes
    assert int(grown) * 1024 < path.stat().st_size / 2


@pytest.mark.parametrize("kept", [0, 20, 1000, -1], ids=["nothing", "end", "part", "but-a-byte"])
def test_a_cut_file_is_no_codes(tmp_path: Path, kept: int) -> None:
    """Wherever it is cut, the end that tells what it holds is not there or does not fit."""
    path = tmp_path / "rows.codes"
    write_blocks(path, _unit(500, 0), [_unit(500, 0)], 2)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(ValueError, match="cut or altered"):
        Codes.open(path)


def test_a_file_with_less_than_its_end_tells_is_no_codes(tmp_path: Path) -> None:
    """A whole end behind too few codes does not lead FAISS beyond the file."""
    path = tmp_path / "rows.codes"
    write_blocks(path, _unit(500, 0), [_unit(500, 0)], 2)
    path.write_bytes(path.read_bytes()[100:])

    with pytest.raises(ValueError, match="bytes where"):
        Codes.open(path)
