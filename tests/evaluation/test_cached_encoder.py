"""Tests of the encoder that remembers questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index import Encoder, EncoderIdentity
from index.arrays import Vectors
from index.encoders.protocol import Progress
from index.evaluation import RememberingEncoder


@dataclass
class _Counting:
    """The bundled encoder, with the questions it was asked to encode."""

    encoder: Encoder
    asked: list[str] = field(default_factory=list)

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space."""
        return self.encoder.identity

    @property
    def max_tokens(self) -> int:
        """Tokens of one window."""
        return self.encoder.max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts that keep it busy."""
        return self.encoder.texts_at_once

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions and write them down."""
        self.asked += texts
        return self.encoder.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages."""
        return self.encoder.encode_passages(texts, progress=progress)

    def count_tokens(self, text: str, /) -> int:
        """Count tokens."""
        return self.encoder.count_tokens(text)


def test_a_question_is_encoded_once(encoder: Encoder, tmp_path: Path) -> None:
    """Prepared questions are found again, by another opening too; vectors are the encoder's."""
    counting = _Counting(encoder)
    told: list[int] = []
    with RememberingEncoder(counting, tmp_path) as remembering:
        questions = [("روسیه  كجاست؟", "fa"), ("Who?", "en")]
        assert remembering.prepare(questions, progress=told.append) == 2
        assert remembering.prepare(questions, progress=told.append) == 0
    assert sum(told) == 4
    assert sorted(counting.asked) == ["Who?", "روسیه کجاست؟"]

    with RememberingEncoder(counting, tmp_path) as remembering:
        found = remembering.encode_queries(["Who?", "Why?"])
        assert remembering.identity == encoder.identity
    assert counting.asked[2:] == ["Why?"]
    np.testing.assert_allclose(found, encoder.encode_queries(["Who?", "Why?"]), atol=1e-2)
    assert found.dtype == np.float32


def test_questions_and_passages_are_kept_apart(encoder: Encoder, tmp_path: Path) -> None:
    """The same text has another vector as a question than as a passage."""
    with RememberingEncoder(encoder, tmp_path) as remembering:
        as_question = remembering.encode_queries(["Tehran"])[0]
        as_passage = remembering.encode_passages(["Tehran"])[0]

    assert float(as_question @ as_passage) < 0.99
