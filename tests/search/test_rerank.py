"""Passages ordered anew by a cross-encoder.

The cross-encoder is the real library over the bundled weights with a head of random numbers: it
proves that question and passages reach the model and that its order is kept, not that it is good.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from e5_export import export_sentence_transformers

from index import (
    CrossEncoderReranker,
    Encoder,
    EncoderError,
    IndexConfig,
    Retriever,
    Snapshot,
    VectorSpace,
    build_index,
    open_snapshot,
)
from index.search.rerank import Reranker

QUESTION = "what did Kirby say about Sukhoi jets?"
SEEDS = Path(__file__).parents[2] / "seeds"


class Longest:
    """Prefers long passages."""

    def scores(self, question: str, passages: Sequence[str], /) -> np.ndarray:
        """Return the lengths."""
        assert question == QUESTION
        return np.array([len(passage) for passage in passages], np.float32)


@pytest.fixture(scope="module")
def seed(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, cache_dir: Path
) -> Iterator[Snapshot]:
    """Index the seed article."""
    home = tmp_path_factory.mktemp("rerank")
    build_index([SEEDS], home, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "v")
    opened = open_snapshot(home, space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bundled weights as a cross-encoder with one output, its head random."""
    pytest.importorskip("sentence_transformers")
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    source, folder = tmp_path_factory.mktemp("e5"), tmp_path_factory.mktemp("cross")
    export_sentence_transformers(source)
    torch.manual_seed(0)
    transformers.AutoModelForSequenceClassification.from_pretrained(
        source, num_labels=1
    ).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return folder


def _retriever(seed: Snapshot, encoder: Encoder, reranker: Reranker | None) -> Retriever:
    return Retriever(seed, encoder, space=VectorSpace(encoder.identity), reranker=reranker)


def test_hits_change_places_and_scores_stay(seed: Snapshot, encoder: Encoder) -> None:
    """The same passages in the reranker's order, on the ranks and scores that there were."""
    before = _retriever(seed, encoder, None).retrieve(QUESTION, language="en").hits
    after = _retriever(seed, encoder, Longest()).retrieve(QUESTION, language="en").hits
    lengths = [len(hit.passage.text) for hit in after]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths != [len(hit.passage.text) for hit in before]
    assert {hit.passage.id for hit in after} == {hit.passage.id for hit in before}
    assert [(hit.rank, hit.score) for hit in after] == [(hit.rank, hit.score) for hit in before]


def test_fewer_hits_are_the_best_of_more(seed: Snapshot, encoder: Encoder) -> None:
    """More passages are read than are given back."""
    retriever = _retriever(seed, encoder, Longest())
    ten = retriever.retrieve(QUESTION, language="en").hits
    two = retriever.retrieve(QUESTION, language="en", k=2).hits
    assert [hit.passage.id for hit in two] == [hit.passage.id for hit in ten[:2]]


def test_a_missing_package_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sentence-transformers the error gives the pip line."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match=r"pip install -c .* -e '\.\[sentence-transformers\]'"):
        CrossEncoderReranker("any")


@pytest.mark.sentence_transformers
def test_a_cross_encoder_orders_the_passages(seed: Snapshot, encoder: Encoder, model: Path) -> None:
    """The order is that of the model's own scores of question and passage."""
    reranker = CrossEncoderReranker(str(model))
    hits = _retriever(seed, encoder, reranker).retrieve(QUESTION, language="en").hits
    texts = [f"{hit.article.headline}\n{hit.passage.text}" for hit in hits]
    library = __import__("sentence_transformers").CrossEncoder(str(model))
    scores = library.predict([(QUESTION, text) for text in texts])
    assert np.ptp(scores) > 0
    assert scores.tolist() == pytest.approx(sorted(scores.tolist(), reverse=True))
    assert reranker.scores(QUESTION, []).shape == (0,)


@pytest.mark.sentence_transformers
def test_a_folder_without_a_model_is_explained(tmp_path: Path) -> None:
    """The error names the folder."""
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EncoderError, match="could not load it"):
        CrossEncoderReranker(str(tmp_path))
