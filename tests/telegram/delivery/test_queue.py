"""The durable queue: order, fairness, bounds and what a process that dies leaves behind."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import scaled

from bot.telegram.delivery import queue_sql
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.queue import FairQueue, UpdateQueue
from bot.telegram.delivery.queue_store import Store
from bot.telegram.types import Button, EditMessage, Incoming, Kind, SendMessage
from index import StorageError

HELLO = SendMessage(chat_id=1, html="<b>hi</b>", plain="hi", keyboard=((Button("more", "m:1"),),))
AGAIN = EditMessage(chat_id=1, message_id=7, html="hi again", plain="hi again")


def asked(update_id: int, chat_id: int = 1) -> Incoming:
    """Return a question."""
    return Incoming(
        update_id=update_id,
        kind=Kind.TEXT,
        chat_id=chat_id,
        user_id=chat_id,
        is_private=True,
        text=f"سؤال {update_id} \x00 😀",
    )


def parsed(item: object) -> Incoming | None:
    """Take questions as they are; refuse what is none, as the real parser does."""
    if not isinstance(item, Incoming):
        raise TypeError(item)
    return item


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a store of this test's own."""
    opened = Store(tmp_path / "queue.db")
    yield opened
    opened.close()


def queue_on(store: Store, size: int = 100) -> UpdateQueue:
    """Return a queue on a store."""
    return UpdateQueue(store, parsed, Metrics(), size=size)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60))
def test_turns_are_fair_and_in_order(steps: list[tuple[int, bool]]) -> None:
    """A chat is never out twice, is served by number, and waits for no more than the others."""
    fair_queue, out, served = FairQueue(), [], {}
    for number, (chat_id, finishes) in enumerate(steps):
        fair_queue.add(asked(number, chat_id))
        if finishes and (incoming := fair_queue.next()) is not None:
            assert incoming.chat_id not in {one.chat_id for one in out}
            assert served.get(incoming.chat_id, -1) < incoming.update_id
            served[incoming.chat_id] = incoming.update_id
            out.append(incoming)
        elif out:
            fair_queue.release(out.pop(0))
    for incoming in out:
        fair_queue.release(incoming)
    waiting = len(fair_queue)
    for _ in range(waiting):
        incoming = fair_queue.next()
        assert incoming is not None
        fair_queue.release(incoming)
    assert (fair_queue.next(), len(fair_queue), fair_queue.n_busy) == (None, 0, 0)


def test_one_loud_chat_does_not_hold_up_the_others() -> None:
    """After a hundred questions of one chat, another chat's first is second in turn."""
    fair_queue = FairQueue()
    for number in range(100):
        fair_queue.add(asked(number, 1))
    fair_queue.add(asked(100, 2))
    turns = []
    for _ in range(3):
        incoming = fair_queue.next()
        assert incoming is not None
        turns.append(incoming.update_id)
        fair_queue.release(incoming)

    assert turns == [0, 100, 1]


def test_a_group_that_moves_keeps_its_lane() -> None:
    """What was said in the new chat waits for what was said in the old one and for the move."""
    fair_queue = FairQueue()
    move = replace(asked(2, -1), kind=Kind.MOVED, moved_from=-1, moved_to=-2)
    for one in (asked(1, -1), move, asked(3, -2)):
        fair_queue.add(one)
    turns = []
    while (incoming := fair_queue.next()) is not None:
        assert fair_queue.next() is None
        turns.append(incoming.update_id)
        fair_queue.release(incoming)

    assert turns == [1, 2, 3]


@pytest.mark.asyncio
async def test_an_update_that_comes_twice_is_stored_once(store: Store) -> None:
    """Numbers are known again, also after the update is settled, in any order of arrival."""
    update_queue = queue_on(store)
    for number in (3, 1, 3, 2, 1):
        await update_queue.put(asked(number))
    assert len(update_queue) == 3
    got = []
    for _ in range(3):
        incoming = await update_queue.get()
        assert isinstance(incoming, Incoming)
        got.append(incoming)
        await store.do(queue_sql.settle, incoming.key, state="done")
        update_queue.release(incoming)
    await update_queue.put(asked(2))

    assert got == [asked(1), asked(2), asked(3)]
    assert len(update_queue) == 0


@pytest.mark.asyncio
async def test_the_same_number_of_another_chat_is_another_update(store: Store) -> None:
    """Each is stored, answered and settled for itself, whatever a server numbers them."""
    update_queue = queue_on(store)
    mine, theirs = asked(1, 1), asked(1, 2)
    for one in (mine, theirs, mine):
        await update_queue.put(one)
    await store.do(queue_sql.answer, mine.key, (HELLO,))
    await store.do(queue_sql.settle, mine.key, state="done")

    assert len(update_queue) == 2
    assert await store.do(queue_sql.unsettled) == [theirs]
    assert (await store.do(queue_sql.progress, theirs.key)).calls is None


@pytest.mark.asyncio
async def test_a_file_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    """What waited is answered from where it was; what was settled is let go."""
    path = tmp_path / "queue.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(_OLD_TABLES)
        for number, state, settled in ((1, "answered", None), (2, "waiting", None), (3, "done", 1)):
            body = json.dumps(asdict(asked(number))) if settled is None else ""
            row = (number, body, state, 0, 1.0, settled)
            old.execute("INSERT INTO updates VALUES (?, ?, ?, ?, ?, ?)", row)
        body = json.dumps(["SendMessage", asdict(HELLO)])
        old.execute("INSERT INTO calls VALUES (1, 0, '', 'sent', 9, 0)")
        old.execute("INSERT INTO calls VALUES (1, 1, ?, 'waiting', NULL, 0)", (body,))
        old.commit()
    for _ in range(2):
        store = Store(path)
        left = await store.do(queue_sql.unsettled)
        progress = await store.do(queue_sql.progress, (1, 1))
        store.close()

        assert left == [asked(1), asked(2)]
        assert progress.calls == {1: HELLO}


_OLD_TABLES = """
CREATE TABLE updates (
    update_id INTEGER PRIMARY KEY, body TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
    tries INTEGER NOT NULL DEFAULT 0, received REAL NOT NULL, settled REAL
) STRICT;
CREATE INDEX updates_by_state ON updates (state);
CREATE TABLE calls (
    update_id INTEGER NOT NULL REFERENCES updates ON DELETE CASCADE, position INTEGER NOT NULL,
    body TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', message_id INTEGER,
    uncertain INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;
"""


@pytest.mark.asyncio
async def test_a_full_queue_lets_nobody_in(store: Store) -> None:
    """`put` returns only when there is room, so that Telegram keeps the rest."""
    update_queue = queue_on(store, size=2)
    await update_queue.put(asked(1))
    await update_queue.put(asked(2))
    third = asyncio.create_task(update_queue.put(asked(3)))
    await asyncio.sleep(0.05)
    assert not third.done()

    await update_queue.get()
    await asyncio.wait_for(third, scaled(5))
    assert len(update_queue) == 2


@pytest.mark.asyncio
async def test_a_closed_queue_keeps_what_waits(store: Store) -> None:
    """After `close` only signals come out, and the next process finds the rest."""
    update_queue = queue_on(store)
    await update_queue.put(asked(1))
    update_queue.close()
    await update_queue.put("stop")
    assert await update_queue.get() == "stop"
    assert await update_queue.drain(1)

    later = queue_on(store)
    assert await later.recover() == 1
    assert await later.get() == asked(1)
    assert not await later.drain(0.05)


@pytest.mark.asyncio
async def test_an_answered_update_goes_on_from_its_first_unsent_call(tmp_path: Path) -> None:
    """After a crash the calls that were not ticked off are there, the first marked uncertain."""
    store = Store(tmp_path / "queue.db")
    await queue_on(store).put(asked(1))
    first = await store.do(queue_sql.progress, (1, 1))
    assert await store.do(queue_sql.count_try, (1, 1)) == 1
    await store.do(queue_sql.answer, (1, 1), (HELLO, AGAIN, HELLO))
    await store.do(queue_sql.mark_sent, (1, 1), 0, 99)
    store.close()

    store = Store(tmp_path / "queue.db")
    assert await queue_on(store).recover() == 1
    then = await store.do(queue_sql.progress, (1, 1))
    assert await store.do(queue_sql.count_try, (1, 1)) == 2
    store.close()
    assert (first.calls, then.calls) == (None, {1: AGAIN, 2: HELLO})
    with sqlite3.connect(tmp_path / "queue.db") as database:
        rows = database.execute("SELECT state, message_id, uncertain, body = '' FROM calls")
        assert rows.fetchall() == [
            ("sent", 99, 0, 1),
            ("waiting", None, 1, 0),
            ("waiting", None, 0, 0),
        ]


@pytest.mark.asyncio
async def test_chats_that_were_tried_come_last(store: Store) -> None:
    """After a kill others go first, so that no question is tried at each of many kills in a row."""
    for number, chat_id in enumerate((1, 2, 1, 3)):
        await store.do(queue_sql.add, asked(number, chat_id))
    await store.do(queue_sql.count_try, (1, 0))
    queue = queue_on(store)
    assert await queue.recover() == 4
    taken = [await queue.get() for _ in range(3)]
    assert [(one.chat_id, one.update_id) for one in taken if isinstance(one, Incoming)] == [
        (2, 1), (3, 3), (1, 0),
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_one_bad_call_does_not_spoil_its_neighbours(store: Store) -> None:
    """Calls that share a commit fail alone, and nothing of a failed one is kept."""

    def add_and_fail(database: sqlite3.Connection) -> None:
        queue_sql.add(database, asked(9))
        database.execute("SELECT * FROM nowhere")

    results = await asyncio.gather(
        store.do(queue_sql.add, asked(1)),
        store.do(add_and_fail),
        store.do(queue_sql.add, asked(2)),
        return_exceptions=True,
    )

    assert (results[0], results[2]) == (True, True)
    assert isinstance(results[1], StorageError)
    assert [one.update_id for one in await store.do(queue_sql.unsettled)] == [1, 2]


@pytest.mark.asyncio
async def test_old_numbers_are_deleted(store: Store) -> None:
    """`prune` deletes what was settled before, and only that."""
    for number in (1, 2):
        await store.do(queue_sql.add, asked(number))
    await store.do(queue_sql.settle, (1, 1), state="done")

    assert await store.do(queue_sql.prune, 0.0) == 0
    assert await store.do(queue_sql.prune, 1e12) == 1
    assert await store.do(queue_sql.counts) == {"waiting": 1}


@pytest.mark.asyncio
async def test_what_nobody_could_answer_is_deleted_in_time(store: Store) -> None:
    """What waits longer than it may be kept is erased; whoever holds it has nothing to send."""
    for number in (1, 2):
        await store.do(queue_sql.add, asked(number))
    await store.do(queue_sql.answer, (1, 2), (HELLO,))

    await store.do(queue_sql.expire, 0.0)
    assert len(await store.do(queue_sql.unsettled)) == 2
    await store.do(queue_sql.expire, 1e12)

    assert await store.do(queue_sql.unsettled) == []
    assert [
        dict((await store.do(queue_sql.progress, (1, number))).calls or {}) for number in (1, 2)
    ] == [
        {},
        {},
    ]
    assert await store.do(_bodies) == []


@pytest.mark.asyncio
async def test_a_person_s_updates_are_erased_wherever_they_wait(store: Store) -> None:
    """Of the chat and of the person, what came before; nothing of others and nothing later."""
    group = replace(asked(2, 1), chat_id=-5)
    of_another = replace(asked(3, 8), chat_id=-5)
    for one in (asked(1), group, of_another, asked(4), asked(5)):
        await store.do(queue_sql.add, one)
    await store.do(queue_sql.answer, (1, 1), (HELLO,))

    await store.do(queue_sql.erase, 4, chat_id=1, user_id=1)

    assert await store.do(queue_sql.unsettled) == [of_another, asked(4), asked(5)]
    assert len(await store.do(_bodies)) == 3


def _bodies(database: sqlite3.Connection) -> list[str]:
    """Return every text that is kept."""
    rows = database.execute("SELECT body FROM updates UNION ALL SELECT body FROM calls")
    return [body for (body,) in rows if body]


def test_what_people_write_is_in_no_repr() -> None:
    """Values that end up in other people's log lines do not show what was written."""
    shown = repr(replace(asked(1), replied_text="plugh")) + repr(HELLO)

    assert "سؤال" not in shown
    assert "plugh" not in shown
    assert "hi" not in shown.replace("chat_id", "")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """A damaged file is an error with its name, and is left as it is."""
    path = tmp_path / "queue.db"
    path.write_bytes(b"no database at all, but long enough to look like one" * 20)

    with pytest.raises(StorageError, match=r"queue\.db"):
        Store(path)
    assert path.read_bytes().startswith(b"no database")
