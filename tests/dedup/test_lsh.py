"""Signatures in SQLite: copies are found again, lines that everybody has are not in the way."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryFile

import pytest

from index.dedup.lsh import SCHEMA, Copy, SignatureWriter, Signed, find_copies
from index.dedup.minhash import buckets_of, signature_of

_ALL = ("SELECT * FROM band ORDER BY key, article", "SELECT * FROM sketch ORDER BY article")
LICENCE = " ".join(f"licence{n}" for n in range(20))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Yield an empty database of signatures."""
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(SCHEMA)
        yield opened


def text(seed: int, size: int = 120) -> str:
    """Return a made-up article that ends with the line all of them end with."""
    rng = random.Random(seed)  # noqa: S311 - repeatable
    return " ".join([*("".join(rng.choices("abcdefghij", k=7)) for _ in range(size)), LICENCE])


def add(connection: sqlite3.Connection, *articles: tuple[int, str, str]) -> dict[int, list[Copy]]:
    """Store the signatures of articles (row, body, outlet); return the copies among them."""
    with TemporaryFile() as scratch:
        writer = SignatureWriter(connection, scratch)
        for row, body, outlet in articles:
            signature = signature_of(body)
            if signature is not None:
                writer.add(Signed(row, signature, outlet, buckets_of(signature)))
        return dict(writer.finish())


def found(connection: sqlite3.Connection, body: str, outlet: str) -> list[int]:
    """Return the rows of the articles that are the same report."""
    signature = signature_of(body)
    assert signature is not None
    return [copy.row for copy in find_copies(connection, signature, outlet)]


def test_a_copy_is_found_among_articles_with_one_licence_line(
    connection: sqlite3.Connection,
) -> None:
    """Of 500 articles that end with the same line only the original is found."""
    add(connection, *((row, text(row), "Fars") for row in range(500)))
    edited = text(77).replace(" ", " edit ", 20)
    assert found(connection, edited, "Mehr") == [77]
    assert found(connection, text(1000), "Mehr") == []


def test_hundreds_of_copies_do_not_hide_one_another(connection: sqlite3.Connection) -> None:
    """Of one text in 300 outlets some are found, however many there are; the likest first."""
    add(connection, *((row, text(5), f"outlet {row}") for row in range(300)))
    rows = found(connection, text(5), "Mehr")
    assert len(rows) >= 64
    assert rows == sorted(rows)


def test_the_outlet_is_compared_without_case(connection: sqlite3.Connection) -> None:
    """Half a text in common is no copy within one outlet, however its name is written."""
    add(connection, (0, text(5) + text(6), "ISNA"))
    assert found(connection, text(5) + text(7), "isna") == []
    assert found(connection, text(5) + text(7), "Fars") == [0]


def test_nothing_is_found_in_an_empty_database(connection: sqlite3.Connection) -> None:
    """The first article has no copies."""
    assert found(connection, text(1), "Mehr") == []


def test_all_at_once_is_as_one_after_the_other(connection: sqlite3.Connection) -> None:
    """The same keys are stored and the same articles found: few, many, copies of copies, none."""
    rng = random.Random(3)  # noqa: S311 - repeatable
    bodies = [
        *(text(rng.randrange(40)).replace("a", "b", rng.randrange(9)) for _ in range(300)),
        *(text(900).replace("c", "d", rng.randrange(30)) for _ in range(150)),
        *(text(seed, 30) for seed in range(50, 90)),
        "too short",
    ]
    rng.shuffle(bodies)
    articles = [(row, body, f"outlet {row % 3}") for row, body in enumerate(bodies)]
    expected: dict[int, list[Copy]] = {}
    for row, body, outlet in articles:
        signature = signature_of(body)
        if signature is not None:
            if copies := find_copies(connection, signature, outlet):
                expected[row] = copies
            assert add(connection, (row, body, outlet)) == {}
    with closing(sqlite3.connect(":memory:")) as other:
        other.executescript(SCHEMA)
        found_at_once = add(other, *articles)
        tables = [[one.execute(query).fetchall() for query in _ALL] for one in (connection, other)]

    assert len(expected) > 200
    assert expected == found_at_once
    assert tables[0] == tables[1]


def test_no_signatures_at_all(connection: sqlite3.Connection) -> None:
    """A part of which no article is long enough has none."""
    assert {} == add(connection)
