"""Warm retrieval at size: milliseconds of a question after it is encoded.

Texts, words and names are real (news-fa and Hamshahri of ../shared/eval, in the product's own
passages). The vectors are random, because encoding them would take an hour: unit, in random
directions, with variances that fall as those of real ones do (20,000 centred vectors: the n-th
largest is near the first over n^(2/3)). Questions are PQuAD's and their English ones.

    python benchmarks/warm_retrieval.py [--work FOLDER]

With a folder the index is kept there and used again the next time: it takes minutes to build.
Writes `benchmarks/results/warm_retrieval.json`.
Does not: measure quality, or the encoder.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.arrays import Vectors
from index.build.build import build_index
from index.build.update import BuildReport
from index.config import IndexConfig, ReadConfig
from index.encoders import BundledConfig, Encoder, EncoderIdentity, open_encoder
from index.encoders.protocol import unit_rows
from index.encoders.space import VectorSpace
from index.search.retrieve import Retriever
from index.snapshot.snapshot import open_snapshot, read_manifest

ROOT = Path(__file__).parent.parent
EVAL = ROOT.parent / "shared" / "eval"
CORPORA = (EVAL / "news-fa.jsonl", EVAL / "hamshahri-fa" / "corpus.jsonl")
QUESTIONS = (EVAL / "pquad" / "queries.jsonl", EVAL / "parsquad-en2fa" / "queries.jsonl")
STAGES = ("search", "rank")


class DrawnEncoder:
    """Encoder that really counts tokens and encodes questions, and draws passage vectors."""

    def __init__(self, real: Encoder) -> None:
        """Replace `real`."""
        self._real = real
        self._random = np.random.default_rng(0)
        self.max_tokens = real.max_tokens
        self.texts_at_once = real.texts_at_once
        self.identity = EncoderIdentity(name="drawn", revision="1", dim=real.identity.dim)
        # By itself, so that other processes get no more than that.
        self.count_tokens = real.count_tokens
        self._axes = self._drawn_axes()

    def _drawn_axes(self) -> Vectors:
        """Draw orthogonal directions, each as long as the standard deviation along it."""
        dim = self.identity.dim
        turned, _ = np.linalg.qr(self._random.standard_normal((dim, dim)))
        lengths = np.arange(1, dim + 1) ** (-1 / 3)
        return np.asarray(lengths[:, None] * turned, np.float32)

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions."""
        return self._real.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Draw a vector for each text."""
        if progress:
            progress(len(texts))
        drawn = self._random.standard_normal((len(texts), self.identity.dim), np.float32)
        return unit_rows(drawn @ self._axes)


def questions(count: int) -> list[tuple[str, str]]:
    """Return `count` questions of each set, spread over it, with their languages."""
    found = []
    for path in QUESTIONS:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found += [(one["text"], one["lang"]) for one in records[:: len(records) // count][:count]]
    return found


def build_drawn(work: Path, corpora: Sequence[Path]) -> tuple[DrawnEncoder, BuildReport]:
    """Build an index of corpora with drawn vectors under `work`/home."""
    corpus = work / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for path in corpora:
        link = corpus / f"{path.parent.name}-{path.name}"
        if not link.exists():
            link.symlink_to(path)
    encoder = DrawnEncoder(open_encoder(BundledConfig(cache_dir=work / "encoder")))
    report = build_index(
        [corpus],
        work / "home",
        encoder=encoder,
        config=IndexConfig(read=ReadConfig(outside_links=True)),
        cache_dir=work / "vectors",
    )
    return encoder, report


def main() -> None:
    """Build, ask, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=100, help="of each language")
    parser.add_argument("--work", type=Path, help="where the index is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = options.work or Path(name)
        encoder, report = build_drawn(work, CORPORA)
        space = VectorSpace(encoder.identity)
        retriever = Retriever(open_snapshot(work / "home", space=space), encoder, space=space)
        asked = questions(options.questions)
        for text, language in asked[:10]:
            retriever.retrieve(text, language=language)
        timings = [retriever.retrieve(text, language=lang).timings_ms for text, lang in asked]
        recall = read_manifest(work / "home").recall
    spent = [sum(timing[stage] for stage in STAGES) for timing in timings]
    result = {
        "n_passages": report.n_passages,
        "n_sentences": report.n_sentences,
        "n_questions": len(asked),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "recall@10_of_vectors": recall,
        "retrieval_ms": {f"p{p}": round(float(np.percentile(spent, p)), 2) for p in (50, 95, 99)},
    }
    print(json.dumps(result))
    target = ROOT / "benchmarks" / "results" / "warm_retrieval.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
