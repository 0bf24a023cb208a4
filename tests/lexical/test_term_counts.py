"""Rows scored by their own terms get what the search by terms gives them."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from xxhash import xxh32_intdigest

from index.errors import SnapshotCorrupt
from index.lexical.bm25 import idf
from index.lexical.postings import Group, Postings, PostingsWriter
from index.lexical.term_counts import TermCounts, TermCountsWriter, packed, terms_of


def _written(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write the file of a part."""
    with TermCountsWriter(path) as writer:
        for tokens in rows:
            writer.add(packed(tokens), len(tokens))
    return path


@pytest.mark.parametrize("seed", range(5))
def test_score_is_that_of_the_search(tmp_path: Path, seed: int) -> None:
    """Over two parts, every row has the score with which the postings find it, 0 if they do not."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    words = [f"w{n}" for n in range(200)]
    rows = [rng.choices(words, k=rng.choice((0, 3, 30, 90, 400))) for _ in range(120)]
    groups: list[Group] = [
        [("w1", 1.0)],
        [("w2", 0.5), ("w3", 1.0), ("none", 1.0)],
        [("w1", 1.0)],
        [],
    ]
    with PostingsWriter(tmp_path / "postings") as writer:
        for tokens in rows:
            writer.add(" ".join(tokens))
    postings = Postings.open(tmp_path / "postings")
    found, expected = postings.search(groups, len(rows))
    by_row = dict(zip(found.tolist(), expected.tolist(), strict=True))
    weights = {term: idf(postings.frequency(term), postings.n_counted) for term in terms_of(groups)}
    counts = TermCounts.open(
        _written(tmp_path / "first", rows[:50]), _written(tmp_path / "second", rows[50:])
    )
    asked = np.array(sorted(rng.sample(range(len(rows)), 90)))

    scores = counts.score(groups, asked, weights)

    assert 120 == counts.n_rows
    assert by_row
    assert [by_row.get(row, 0.0) for row in asked.tolist()] == pytest.approx(
        scores.tolist(), rel=1e-5
    )


def test_score_of_a_term_that_is_everywhere(tmp_path: Path) -> None:
    """Counts beyond what a byte holds are as good as 255: no more would be earned."""
    counts = TermCounts.open(_written(tmp_path / "a", [["x"] * 1000, ["x"], []]))

    scores = counts.score([[("x", 1.0)]], np.arange(3), {"x": 1.0})

    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert 1.0 < scores[1] < scores[0] < 2.2
    assert scores[2] == 0


@pytest.mark.parametrize("groups", [[], [[]], [[("x", 1.0)]]], ids=["none", "empty", "one"])
def test_score_where_nothing_stands(tmp_path: Path, groups: list[Group]) -> None:
    """No rows, no terms or no words score nothing."""
    counts = TermCounts.open(_written(tmp_path / "a", []), _written(tmp_path / "b", [[], []]))

    assert [0.0, 0.0] == counts.score(groups, np.arange(2), {"x": 1.0}).tolist()
    assert [] == counts.score(groups, np.arange(0), {"x": 1.0}).tolist()


def test_a_writer_that_fails_leaves_no_file_that_opens(tmp_path: Path) -> None:
    """Rows before a failure are not taken for all of them."""

    def broken() -> None:
        with TermCountsWriter(tmp_path / "a") as writer:
            writer.add(packed(["x"]), 1)
            raise KeyError

    with pytest.raises(KeyError):
        broken()

    with pytest.raises(SnapshotCorrupt, match=r"a, but .*run `pasokh index build`"):
        TermCounts.open(tmp_path / "a")


@pytest.mark.parametrize(
    "tokens",
    [[], ["نان"], ["b", "a", "b"], ["x"] * 300 + ["y"]],
    ids=["none", "one", "repeated", "more than a byte holds"],
)
def test_entries_are_hashes_and_counts(tokens: list[str]) -> None:
    """Each different token once, by hash, five bytes each."""
    counted = sorted(Counter(xxh32_intdigest(token.encode()) for token in tokens).items())

    assert b"".join(pack("<IB", term, min(n, 255)) for term, n in counted) == packed(tokens)
