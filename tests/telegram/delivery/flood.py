"""A flood of questions at a bot that runs as a process, and the account of what became of them.

Every chat asks the same questions in the same order, so the answers of an undisturbed chat are
what every other chat must get: each once, in that order. A text that comes once more is explained
where Telegram took it and the bot could not know: the connection was cut after it was taken, its
acknowledgement could not be read, or the bot was killed between its arrival and the next.

Does not: start the bot; benchmarks and tests do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot_api_server import BotApi, Call

QUESTIONS = (
    "What did Kirby say about Sukhoi jets?",
    "What does Iran give Russia?",
    "کربی دربارهٔ هواپیماهای سوخو چه گفت؟",
    "Where is the drone factory being built?",
    "Who won the football match on Sunday?",
    "روسیه از ایران چه می‌گیرد؟",
    "What did the White House announce about drones?",
    "How much is a kilogram of saffron?",
    "کارخانهٔ پهپاد کجا ساخته می‌شود؟",
    "When could the plant be at work?",
)
_UNKNOWABLE = frozenset({"cut_after", "malformed"})


@dataclass
class Account:
    """What became of a flood.

    Attributes:
        n_lost: Answers that never came.
        n_explained: Answers that came again where the bot could not know of the first.
        n_unexplained: Answers that came again without that.
        out_of_order: Chats whose answers came in another order than their questions.
    """

    n_answered: int = 0
    n_lost: int = 0
    n_explained: int = 0
    n_unexplained: int = 0
    out_of_order: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, mixed up or repeated without need."""
        return not (self.n_lost or self.n_unexplained or self.out_of_order)


def account(
    api: BotApi, chats: Sequence[int], expected: Sequence[str], kills: Sequence[float] = ()
) -> Account:
    """Compare what each chat was sent with what it should be.

    Args:
        expected: Texts in order, of a chat that nothing disturbed.
        kills: When the bot was killed, on the clock of `Call.at`.
    """
    total = Account()
    for chat_id in chats:
        sent = [(call.text, call) for call in api.accepted(chat_id=chat_id)]
        tally(total, chat_id, sent, expected, kills)
    return total


def tally(
    total: Account,
    chat_id: int,
    sent: Sequence[tuple[str, Call]],
    expected: Sequence[str],
    kills: Sequence[float],
) -> None:
    """Add what a chat was sent, each call behind what it says, compared with what it should be."""
    place = 0
    for number, (said, call) in enumerate(sent):
        before = sent[number - 1] if number else ("", call)
        if place < len(expected) and said == expected[place]:
            place += 1
        elif said != before[0]:
            total.out_of_order.append(chat_id)
        elif could_not_know(before[1], call, kills):
            total.n_explained += 1
        else:
            total.n_unexplained += 1
    total.n_answered += place
    total.n_lost += len(expected) - place


def could_not_know(before: Call, after: Call, kills: Sequence[float]) -> bool:
    """Tell whether the bot could not know that Telegram took the first of two calls."""
    return before.fault in _UNKNOWABLE or any(before.at <= kill <= after.at for kill in kills)


def is_over(api: BotApi, chats: Sequence[int], expected: Sequence[str]) -> bool:
    """Tell whether every chat has had its last answer."""
    return not account(api, chats, expected).n_lost


def undisturbed(api: BotApi, n_questions: int) -> list[str]:
    """Let one chat ask everything in peace and return what it was answered."""
    for question in QUESTIONS[:n_questions]:
        api.say(100, question)
    api.wait_until(lambda: len(api.texts(100)) == n_questions, 120)
    texts = api.texts(100)
    assert all(one != other for one, other in pairwise(texts)), "an answer must show its place"
    return texts


def ask_all(api: BotApi, chats: Sequence[int], n_questions: int) -> None:
    """Let every chat ask, all chats at once."""
    for question in QUESTIONS[:n_questions]:
        for chat_id in chats:
            api.say(chat_id, question)
