"""Who may ask, and how often."""

from dataclasses import replace

from bot.telegram.delivery.access import Gate, Rules
from bot.telegram.types import AnswerInline, Incoming, Kind, SendMessage

_OPEN = Rules(
    users=frozenset(), chats=frozenset(), admins=frozenset({9}), per_minute=3, total_per_minute=100
)


class Clock:
    """A clock that tests set."""

    now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def asked(user_id: int, chat_id: int = 0, kind: Kind = Kind.TEXT, language: str = "en") -> Incoming:
    """Return a question."""
    return Incoming(
        update_id=1,
        kind=kind,
        chat_id=chat_id or user_id,
        user_id=user_id,
        is_private=not chat_id,
        language_code=language,
        query_id="q" if kind is Kind.INLINE else "",
    )


def test_a_user_is_asked_to_wait_and_let_in_again() -> None:
    """After a minute's share each reply says how long to wait, and then questions pass again."""
    clock = Clock()
    gate = Gate(_OPEN, clock)
    assert [gate.refuse(asked(1)) for _ in range(3)] == [None] * 3
    first, second = gate.refuse(asked(1)), gate.refuse(asked(1))
    assert first is not None
    assert second is not None
    (call,) = first.calls
    assert isinstance(call, SendMessage)
    assert "20 seconds" in call.plain
    assert second.calls == first.calls

    assert gate.refuse(asked(2)) is None
    clock.now = 20.0
    assert gate.refuse(asked(1)) is None
    assert gate.refuse(asked(1)) is not None


def test_all_users_together_have_a_share_too() -> None:
    """When everybody's share is used up, the next user is asked to wait in their language."""
    gate = Gate(replace(_OPEN, total_per_minute=2), Clock())
    assert [gate.refuse(asked(user)) for user in (1, 2)] == [None, None]
    refusal = gate.refuse(asked(3, language="fa-IR"))

    assert refusal is not None
    assert refusal.why == "total"
    (call,) = refusal.calls
    assert isinstance(call, SendMessage)
    assert "۳۰ ثانیه" in call.plain


def test_lists_name_users_or_chats() -> None:
    """With lists, a named user or chat passes; others are told their id, groups nothing."""
    gate = Gate(replace(_OPEN, users=frozenset({1}), chats=frozenset({-5})), Clock())
    assert gate.refuse(asked(1)) is None
    assert gate.refuse(asked(2, chat_id=-5)) is None
    told, again, group = (gate.refuse(one) for one in (asked(2), asked(2), asked(2, chat_id=-6)))

    assert told is not None
    assert again is not None
    assert group is not None
    (call,) = told.calls
    assert isinstance(call, SendMessage)
    assert call.plain.endswith(": 2")
    assert (again.calls, group.calls) == (told.calls, ())


def test_a_group_is_asked_to_wait_once() -> None:
    """What one person asks too much in a group is answered once until they may ask again."""
    gate = Gate(replace(_OPEN, per_minute=1), Clock())
    assert gate.refuse(asked(1, chat_id=-5)) is None
    refusals = [gate.refuse(asked(1, chat_id=-5)) for _ in range(3)]

    assert [len(refusal.calls) for refusal in refusals if refusal] == [1, 0, 0]


def test_inline_questions_take_nothing_of_private_ones() -> None:
    """Each has a share of its own, of the user's and of everybody's; a refusal takes of neither."""
    clock = Clock()
    gate = Gate(replace(_OPEN, per_minute=2, total_per_minute=3), clock)
    inline, private = asked(1, kind=Kind.INLINE), asked(1)
    assert [gate.refuse(inline) is None for _ in range(4)] == [True, True, False, False]
    assert gate.refuse(asked(2, kind=Kind.INLINE)) is None
    assert gate.refuse(asked(3, kind=Kind.INLINE)) is not None

    assert [gate.refuse(private) is None for _ in range(3)] == [True, True, False]
    assert gate.refuse(asked(2)) is None


def test_admins_always_pass() -> None:
    """Neither lists nor limits hold for admins."""
    gate = Gate(replace(_OPEN, users=frozenset({1}), per_minute=1), Clock())

    assert [gate.refuse(asked(9)) for _ in range(5)] == [None] * 5


def test_inline_questions_are_refused_with_no_results() -> None:
    """An inline question over the limit gets an empty list, which ends its waiting."""
    gate = Gate(replace(_OPEN, per_minute=1), Clock())
    assert gate.refuse(asked(1, kind=Kind.INLINE)) is None
    refusal = gate.refuse(asked(1, kind=Kind.INLINE))

    assert refusal is not None
    assert refusal.calls == (AnswerInline(query_id="q", results=(), cache_s=1),)


def test_many_users_do_not_fill_the_memory() -> None:
    """Buckets that are full again are forgotten."""
    clock = Clock()
    gate = Gate(replace(_OPEN, total_per_minute=10**9), clock)
    for user in range(1, 25_000):
        clock.now += 1
        assert gate.refuse(asked(user * 10)) is None

    assert len(gate._buckets) <= 10_000
