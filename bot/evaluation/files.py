"""Files and figures of an evaluation, whatever the form of its questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from index import QuestionSetError
from index.evaluation import Form

MAX_QUOTES: Final = 3
"""Quotes among which the answer is looked for."""

# Options that questions of a form need, and those that they may have.
_OPTIONS: Final[Mapping[Form, tuple[frozenset[str], frozenset[str]]]] = {
    Form.JUDGED: (
        frozenset({"--corpus", "--qrels"}),
        frozenset({"--related", "--other-queries"}),
    ),
    Form.ASKED: (frozenset({"--corpus"}), frozenset()),
    Form.DIALOGUES: (frozenset(), frozenset({"--corpus"})),
}


class Evaluation(Protocol):
    """What became of all questions of a set."""

    def record(self) -> dict[str, Any]:
        """Return all figures as JSON values; see docs/evaluation.md."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFiles:
    """Files of an evaluation.

    Attributes:
        queries: Questions or dialogues of any form (`index.evaluation.Form`).
        corpora: Files or folders that together are the corpus; dialogues add their own articles.
        qrels, related: Judgements (`index.evaluation.read_question_set`).
        other_queries: Questions that the corpus does not answer.
        limit: Ask so many questions or dialogues, evenly spaced through the file; None for all.
    """

    queries: Path
    corpora: tuple[Path, ...] = ()
    qrels: Path | None = None
    related: Path | None = None
    other_queries: Path | None = None
    limit: int | None = None

    @property
    def name(self) -> str:
        """Name of the set: the folder of its questions."""
        return self.queries.absolute().parent.name

    def check(self, form: Form) -> None:
        """Check that what goes with questions of a form is given, and nothing else.

        Raises:
            QuestionSetError: Naming what is missing or what nothing would be done with.
        """
        given = {
            name
            for name, value in (
                ("--corpus", self.corpora),
                ("--qrels", self.qrels),
                ("--related", self.related),
                ("--other-queries", self.other_queries),
            )
            if value
        }
        needed, welcome = _OPTIONS[form]
        holds = f"{self.queries.name} holds {form}"
        if missing := sorted(needed - given):
            raise QuestionSetError(
                f"{holds}: expected {' and '.join(missing)} too; add what is missing."
            )
        if surplus := sorted(given - needed - welcome):
            raise QuestionSetError(f"{holds}: expected no {' or '.join(surplus)}; leave it out.")
