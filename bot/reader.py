"""Evidence: which sentences of the passages found are quoted.

    evidence = 0.4 (sentence + lexical coverage) + 0.6 passage + 0.05 (number asked and given)

`sentence` is the cosine of question and sentence (encoded alone), `passage` the fused score of
the passage it stands in. The best are quoted, the best first: at most three, and only those not
far below the first. A sentence that repeats one already chosen is passed over.

Does not: retrieve, verify, or write a word of its own.
Source of the numbers: our experiments on PQuAD and ParSQuAD (DECISIONS.md): three sentences hold
the gold answer for 0.94 and 0.74 of the questions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderConfig:
    """How evidence is chosen.

    Attributes:
        max_sentences: Most sentences quoted. Of English questions over Persian paragraphs 0.54,
            0.67, 0.73 and 0.78 found their answer in 1, 2, 3 and 4.
        max_gap: Sentences scored lower than the first by more than this are not quoted; 0.15 left
            2.9 of 3 sentences and 0.002 less answers, 0.08 left 2.5 and 0.016 less.
        sentence: Share of the sentence's own score; 0.3 to 0.5 within 0.005.
        lexical: Weight of lexical coverage beside the cosine; 0.5 to 1.5 within 0.01.
        number: Bonus for a sentence with digits when a number is asked for: 0.734 to 0.744.
        max_alike: Cosine above which two sentences say the same.
    """

    max_sentences: int = 3
    max_gap: float = 0.15
    sentence: float = 0.4
    lexical: float = 1.0
    number: float = 0.05
    max_alike: float = 0.95

    def __post_init__(self) -> None:
        """Refuse limits outside an answer's shape."""
        if not 1 <= self.max_sentences <= 4:  # noqa: PLR2004  # an Answer holds one to four
            raise ValueError(f"expected 1 to 4 sentences, got {self.max_sentences}")


DEFAULT_CONFIG: Final = ReaderConfig()

# Words that ask for a number or a date, as they stand in the dev sets' languages and a few more.
_ASKS_NUMBER: Final = re.compile(
    r"\b(how (many|much|long|old|far|tall|large|big|often)|when|(what|which) (year|date|percent\w*"
    r"|number|century|decade|population|age)|چند\w*|چقدر|چه (سال|تاریخ|زمان|مقدار|تعداد|میزان)\w*"
    r"|در کدام سال|كم|متى|في أي (عام|سنة)|сколько|когда|в каком году|какой процент"
    r"|wie ?viele?|wann|wie (lange|alt|hoch|groß)|in welchem jahr|cuánt[oa]s?|cuándo|qué año"
    r"|combien|quand|quelle (année|date)|kaç|ne zaman|hangi yıl|câți|câte|când|în ce an"
    r"|πόσ\w+|πότε|bao nhiêu|khi nào|năm nào|quanto|quanti|quando|quant[oa]s)\b"
    r"|कितन|कब|किस वर्ष|多少|几|何时|什么时候|哪一年|กี่|เท่าไ|เมื่อไ|ปีใด",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A chosen sentence: its place in the arrays given, and its score; higher is better."""

    position: int
    score: float


def asks_number(question: str) -> bool:
    """Return whether a question asks for a number, a quantity or a date."""
    return _ASKS_NUMBER.search(question) is not None


def has_number(sentences: Sequence[str]) -> NDArray[np.bool_]:
    """Return for each sentence whether it holds a decimal digit of any script, shape (n,)."""
    return np.array([_DIGIT.search(text) is not None for text in sentences], dtype=np.bool_)


def evidence_scores(  # noqa: PLR0913  # one array for each thing known of a sentence
    sentences: Scores,
    lexical: Scores,
    passages: Scores,
    *,
    owners: Rows,
    is_number: NDArray[np.bool_],
    config: ReaderConfig = DEFAULT_CONFIG,
) -> Scores:
    """Score sentences as evidence, shape (n,).

    Args:
        sentences: Cosine of question and sentence, shape (n,).
        lexical: `coverage` in [0, 1], or 0 for sentences in another language, shape (n,).
        passages: Fused score of each passage, shape (n_passages,).
        owners: Position in `passages` of each sentence's passage, shape (n,).
        is_number: Whether a number is asked for and the sentence holds one, shape (n,).
        config: Weights of the parts.
    """
    own = config.sentence * (sentences + config.lexical * lexical)
    around = (1 - config.sentence) * passages[owners]
    return np.asarray(own + around + config.number * is_number, dtype=np.float32)


def choose(
    scores: Scores, vectors: NDArray[np.float32], config: ReaderConfig = DEFAULT_CONFIG
) -> list[Evidence]:
    """Choose the sentences to quote, best first, ties in the order given; [] for none.

    Args:
        scores: From `evidence_scores`, shape (n,).
        vectors: Unit vectors of the sentences in the placed space, shape (n, dim).
        config: How many sentences, and how far apart.
    """
    chosen: list[Evidence] = []
    for position in np.argsort(-scores, kind="stable"):
        if len(chosen) == config.max_sentences:
            break
        score = float(scores[position])
        if chosen and score < chosen[0].score - config.max_gap:
            break
        rows = [evidence.position for evidence in chosen]
        if rows and float((vectors[rows] @ vectors[position]).max()) > config.max_alike:
            continue
        chosen.append(Evidence(position=int(position), score=score))
    return chosen
