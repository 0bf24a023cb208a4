"""Thumbs up and down as a question set that `pasokh eval` reads.

An answer that more people liked than disliked becomes a question whose quoted articles are
relevant; one that was disliked, or as often as liked, a question for which they are not (relevance
0), counted among those without an answer in the archive: nobody has said which article is right.

Does not: say who voted.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.telegram.dialog.memory import Vote
from index import StorageError


def export(votes: Sequence[Vote], queries: Path, qrels: Path) -> int:
    """Write the questions and judgements of all votes; returns the number of questions.

    Raises:
        StorageError: If there are no votes, or a file cannot be written.
    """
    if not votes:
        raise StorageError("Expected votes on answers, but nobody has pressed 👍 or 👎 yet.")
    balance: Counter[int] = Counter()
    for vote in votes:
        balance[vote.turn] += 1 if vote.vote else -1
    answers = {vote.turn: vote for vote in votes}
    records = [_record(vote, is_good=balance[turn] > 0) for turn, vote in answers.items()]
    _write(queries, [json.dumps(record, ensure_ascii=False) for record in records])
    _write(qrels, [line for vote in answers.values() for line in _judged(vote, balance)])
    return len(records)


def _record(vote: Vote, *, is_good: bool) -> dict[str, object]:
    """Return a question as the set names it."""
    return {
        "id": _id(vote),
        "lang": vote.language,
        "text": vote.question,
        "answerable": is_good,
        "snapshot": vote.snapshot,
        "encoder": vote.encoder,
    }


def _judged(vote: Vote, balance: Counter[int]) -> list[str]:
    """Return a line for each article that was quoted."""
    relevance = int(balance[vote.turn] > 0)
    return [f"{_id(vote)}\t{article_id}\t{relevance}" for article_id in vote.article_ids]


def _id(vote: Vote) -> str:
    """Name a question."""
    return f"telegram-{vote.turn}"


def _write(path: Path, lines: Sequence[str]) -> None:
    """Write a file that only its owner may read: these are people's questions."""
    try:
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        msg = f"Expected to write {path}, but {error.strerror or error}; choose another place."
        raise StorageError(msg) from error
