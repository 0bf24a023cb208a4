"""Builds killed at any moment: the index stays whole, and nothing is lost or doubled."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from index import (
    ChunkConfig,
    IndexConfig,
    Retriever,
    VectorSpace,
    build_index,
    open_snapshot,
    verify_snapshot,
)
from index.encoders import Encoder

FORKS = Path(__file__).with_name("forks.py")
SEEDS = Path(__file__).parents[2] / "seeds"

N_KILLED = 100
_SIZES = (160, 60)  # of passages; another size than the last makes all anew
_N_TEXTS = 24

State = dict[str, tuple[int, ...]]


def _record(number: int) -> dict[str, str]:
    """Make an article; the same id stands for two texts, so that articles change."""
    body = " ".join(f"Sentence {at} of item {number} tells of the harbour." for at in range(6))
    return {"id": f"a{number // 2}", "title": f"Item {number}", "text": body}


def _write(corpus: Path, state: State) -> None:
    """Make a folder hold the seed and these files of records."""
    for path in corpus.glob("*.jsonl"):
        if path.name not in state:
            path.unlink()
    for name, numbers in state.items():
        lines = "".join(f"{json.dumps(_record(number))}\n" for number in numbers)
        if not (corpus / name).exists() or (corpus / name).read_text() != lines:
            (corpus / name).write_text(lines)


def _changed(state: State, rng: random.Random) -> State:
    """Add, change, empty of some, or remove a file."""
    new = dict(state)
    name = f"{rng.randrange(6)}.jsonl"
    if name in new and rng.random() < 0.3:
        del new[name]
    else:
        new[name] = tuple(rng.sample(range(_N_TEXTS), rng.randrange(1, 5)))
    return new


@dataclass(frozen=True)
class Forks:
    """The process that forks a build for every task."""

    stdin: IO[str]
    stdout: IO[str]

    def run(self, task: dict[str, Any], *, kill_after: float | None) -> tuple[int, float]:
        """Build, or be killed after some seconds; return the exit status and the seconds."""
        self.stdin.write(f"{json.dumps(task | {'kill_after': kill_after})}\n")
        self.stdin.flush()
        status, seconds = json.loads(self.stdout.readline())
        return status, seconds


@pytest.fixture
def forks(encoder: Encoder, cache_dir: Path) -> Iterator[Forks]:
    """Start the forking process; `encoder` has converted the weights it opens."""
    assert encoder.identity.dim
    command = [sys.executable, str(FORKS), str(cache_dir / "encoder")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Forks(process.stdin, process.stdout)


def test_a_hundred_killed_builds(
    forks: Forks, encoder: Encoder, vectors_dir: Path, space: VectorSpace, tmp_path: Path
) -> None:
    """After each: it opens, verifies, answers, and holds the articles of before or after."""
    rng = random.Random(7)  # noqa: S311  # moments, not secrets
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    _warm(tmp_path / "warm", encoder, vectors_dir)
    state: State = {"0.jsonl": (0, 2, 4)}
    corpus.mkdir()
    (corpus / "seed.txt").write_bytes(next(SEEDS.glob("*.txt")).read_bytes())
    _write(corpus, state)
    task = {"corpus": str(corpus), "home": str(home), "cache": str(vectors_dir)}
    times = [forks.run(task | {"max_tokens": one}, kill_after=None)[1] for one in _SIZES * 2]
    serving, killed, tries, size = _texts(state), 0, 0, _SIZES[-1]
    while killed < N_KILLED and tries < 3 * N_KILLED:
        tries += 1
        state = _changed(state, rng)
        _write(corpus, state)
        size = rng.choice(_SIZES) if rng.random() < 0.2 else size
        status, _ = forks.run(task | {"max_tokens": size}, kill_after=rng.uniform(0, min(times)))
        assert status in {0, -signal.SIGKILL}
        killed += status == -signal.SIGKILL
        found = _check(home, encoder, space)
        assert found in (serving, _texts(state))
        serving = found

    status, _ = forks.run(task | {"max_tokens": size}, kill_after=None)
    assert (0, N_KILLED) == (status, killed)
    assert _texts(state) == _check(home, encoder, space)
    assert [] == [path.name for path in (home / "snapshots").glob(".*")]


def _warm(folder: Path, encoder: Encoder, vectors_dir: Path) -> None:
    """Encode every text that a build will meet, cut in either size."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    (corpus / "seed.txt").write_bytes(next(SEEDS.glob("*.txt")).read_bytes())
    _write(corpus, {"all.jsonl": tuple(range(_N_TEXTS))})
    for size in _SIZES:
        config = IndexConfig(chunk=ChunkConfig(max_tokens=size))
        build_index(
            [corpus], folder / "home", encoder=encoder, config=config, cache_dir=vectors_dir
        )


def _texts(state: State) -> list[str]:
    """Return the headlines that an index of a state holds, the seed's left out, each once."""
    return sorted({_record(number)["title"] for numbers in state.values() for number in numbers})


def _check(home: Path, encoder: Encoder, space: VectorSpace) -> list[str]:
    """Open, verify and ask; return the headlines held, the seed's left out."""
    assert () == verify_snapshot(home).problems
    with closing(open_snapshot(home, space=space)) as snapshot:
        hits = Retriever(snapshot, encoder, space=space).retrieve("جت‌های سوخو", language="fa").hits
        articles = list(snapshot.archive.articles())
    assert "سوخو" in hits[0].passage.text
    assert len({article.id for article in articles}) == len(articles)
    return sorted(article.headline for article in articles if article.headline.startswith("Item"))
