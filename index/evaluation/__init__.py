"""Question sets and the measures of retrieval and refusal."""

from index.evaluation.cached_encoder import RememberingEncoder
from index.evaluation.metrics import DEPTH as RANKING_DEPTH
from index.evaluation.metrics import (
    Ranked,
    auroc,
    folded,
    holds_answer,
    paired_interval,
    percentiles,
    rank_measures,
    share_at_least,
    threshold_at,
)
from index.evaluation.question_sets import (
    JudgedQuestion,
    QuestionSet,
    evenly,
    find_articles,
    join_corpora,
    read_question_set,
    read_questions,
)

__all__ = [
    "RANKING_DEPTH",
    "JudgedQuestion",
    "QuestionSet",
    "Ranked",
    "RememberingEncoder",
    "auroc",
    "evenly",
    "find_articles",
    "folded",
    "holds_answer",
    "join_corpora",
    "paired_interval",
    "percentiles",
    "rank_measures",
    "read_question_set",
    "read_questions",
    "share_at_least",
    "threshold_at",
]
