"""Cost of rights in a large archive: opening a part of it, and a question asked of the part.

    python benchmarks/access.py [--articles 100000] [--private 0.1] [--work FOLDER]

Articles of 60 words drawn by their rank from a vocabulary of 100,000, with random vectors, one in
ten of them in a private folder. Each question is of six words. Prints the milliseconds of the first
question after opening, which makes the part, and of later ones, for all of the archive and a part.
Does not: measure quality, which tests/session/test_access.py does.
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from xxhash import xxh3_64_intdigest

from bot.answer.answerer import Answerer
from bot.answer.serving import Serving
from bot.question.question import read_question
from bot.session.access import PUBLIC, Access
from bot.session.protocols import Answering
from index import EncoderIdentity, IndexConfig, VectorSpace, build_index, open_snapshot
from index.arrays import Vectors

_WORDS = 100_000
_N_QUESTIONS = 100


class RandomEncoder:
    """A vector for each text, determined by the text and by nothing it says."""

    identity = EncoderIdentity(name="random", revision="1", dim=384)
    max_tokens = 512
    texts_at_once = 4096

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Draw unit vectors, (n, dim)."""
        rows = [
            np.random.default_rng(xxh3_64_intdigest(text.encode())).standard_normal(384, np.float32)
            for text in texts
        ]
        vectors = np.array(rows, np.float32).reshape(-1, 384)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def encode_passages(self, texts: Sequence[str], /, *, progress: Any = None) -> Vectors:  # noqa: ANN401, ARG002
        """Draw unit vectors, (n, dim)."""
        return self.encode_queries(texts)

    def count_tokens(self, text: str, /) -> int:
        """Count words."""
        return len(text.split())


def _words(random: np.random.Generator, n: int) -> str:
    ranks = np.minimum(random.zipf(1.2, n), _WORDS)
    return " ".join(f"w{chr(97 + rank % 26)}{chr(97 + rank // 26 % 26)}{rank}x" for rank in ranks)


def _write(corpus: Path, n_articles: int, private: float) -> None:
    random = np.random.default_rng(1)
    for folder, n in (("news", 1 - private), ("private", private)):
        (corpus / folder).mkdir(parents=True)
        with (corpus / folder / "all.jsonl").open("w", encoding="utf-8") as file:
            for number in range(round(n_articles * n)):
                title, text = _words(random, 6), f"{_words(random, 60)}."
                record = {"id": f"{folder}-{number}", "title": title, "text": text}
                file.write(f"{json.dumps(record)}\n")


def _measure(name: str, archive: Answering, questions: Sequence[str]) -> None:
    took = []
    for question in questions:
        started = time.perf_counter()
        archive.answer(read_question(question))
        took.append((time.perf_counter() - started) * 1e3)
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: first {took[0]:.0f} ms, then median {statistics.median(took[1:]):.1f} ms, "
        f"{archive.manifest.n_articles} articles, at most {usage:.0f} MB"
    )


def main() -> None:
    """Build, open and ask."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--private", type=float, default=0.1)
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    work = given.work or Path(tempfile.mkdtemp())
    corpus, home, encoder = work / "corpus", work / "home", RandomEncoder()
    if not corpus.exists():
        _write(corpus, given.articles, given.private)
    build_index([corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=work / "vectors")

    def reopen() -> Answerer:
        return Answerer(open_snapshot(home, space=VectorSpace(encoder.identity)), encoder)

    whole = Serving(reopen(), home=home, reopen=reopen)
    part = Access.parse("private=user:1").archive_for(PUBLIC, whole)
    random = np.random.default_rng(2)
    questions = [_words(random, 6) for _ in range(_N_QUESTIONS)]
    for _ in range(2):
        _measure("all", whole, questions)
        _measure("part", part, questions)


if __name__ == "__main__":
    main()
