"""Thumbs up and down as a question set that `pasokh eval` reads.

An answer that more people liked than disliked becomes a question whose quoted articles are
relevant; one that was disliked, or as often as liked, a question for which they are not (relevance
0), counted among those without an answer in the archive: nobody has said which article is right.
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
    balance: Counter[tuple[int, int]] = Counter()
    for vote in votes:
        balance[vote.chat_id, vote.turn] += 1 if vote.vote else -1
    seen: Counter[int] = Counter()
    records: list[str] = []
    judgements: list[str] = []
    for turn, vote in {(vote.chat_id, vote.turn): vote for vote in votes}.items():
        # The number of a chat stays here, so a number that two chats share is told apart by order.
        seen[vote.turn] += 1
        question_id = f"telegram-{vote.turn}" + (f"-{n}" if (n := seen[vote.turn]) > 1 else "")
        is_good = balance[turn] > 0
        record = {
            "id": question_id,
            "lang": vote.language,
            "text": vote.question,
            "answerable": is_good,
            "snapshot": vote.snapshot,
            "encoder": vote.encoder,
        }
        records.append(json.dumps(record, ensure_ascii=False))
        judgements += [f"{question_id}\t{article}\t{int(is_good)}" for article in vote.article_ids]
    _write(queries, records)
    _write(qrels, judgements)
    return len(records)


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
