"""A cross-encoder saved as sentence-transformers saves them is loaded and asked.

Its weights are random: this proves loading, labels and the way through, not that it judges well.
"""

from pathlib import Path

import pytest

from bot.grounding.check import Grounder
from bot.grounding.entailment import Entailment
from bot.grounding.types import Fault
from bot.types import Citation, Claim
from index import Encoder, EncoderError, Span
from index.types import ArticleId

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "kirby",
    "said",
    "iran",
    "is",
    "buying",
    "jets",
    "from",
    "russia",
    ".",
    "not",
]
QUOTE = "Kirby said Iran is buying jets from Russia."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Save a tiny cross-encoder with random weights and the labels of NLI."""
    transformers = pytest.importorskip("transformers")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(WORDS), encoding="utf-8")
    place = tmp_path / "nli"
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )
    transformers.BertForSequenceClassification(config).save_pretrained(place)
    transformers.BertTokenizer(str(vocabulary)).save_pretrained(place)
    return place


@pytest.mark.sentence_transformers
def test_a_cross_encoder_is_loaded_and_asked(folder: Path) -> None:
    """Each claim gets a probability, the same each time, and one more text changes none."""
    entailment = Entailment(str(folder), device="cpu")
    one = entailment.probabilities([QUOTE], [QUOTE])
    two = entailment.probabilities([QUOTE, "Iran is not buying."], [QUOTE, QUOTE])
    assert all(0 < share < 1 for share in two)
    assert two[0] == pytest.approx(one[0], abs=1e-5)
    assert two[0] != pytest.approx(two[1], abs=1e-9)
    assert entailment.probabilities([], []) == []


@pytest.mark.sentence_transformers
def test_the_lower_of_both_counts(folder: Path, encoder: Encoder) -> None:
    """A claim that the cosine believes does not stand where the cross-encoder doubts it."""
    entailment = Entailment(str(folder), device="cpu")
    doubt = entailment.probabilities([QUOTE], [QUOTE])[0]
    citation = Citation(
        number=1, article_id=ArticleId("a"), headline="", source="", via="", published=None,
        url="", span=Span(0, len(QUOTE)), quote=QUOTE, score=1.0,
    )  # fmt: skip
    grounder = Grounder(encoder, entailment=entailment)
    (verdict,) = grounder.check([Claim(text=QUOTE, numbers=(1,))], [citation], language=None)
    assert verdict.meaning == pytest.approx(doubt, abs=1e-5)
    assert (Fault.MEANING in verdict.faults) is (doubt < 0.5)


@pytest.mark.sentence_transformers
def test_a_folder_without_a_model_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    """What was expected and where is said."""
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EncoderError, match="cross-encoder"):
        Entailment(str(tmp_path))
