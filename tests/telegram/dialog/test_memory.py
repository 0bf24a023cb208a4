"""Tests of what the bot remembers and forgets."""

import random
import sqlite3
import stat
import string
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bot.session.turns import Place
from bot.telegram.dialog.memory import ChatTurn, Memory, Press
from index import Scope, StorageError
from index.text import TEHRAN

DAY_S = 86_400


def _turn(update_id: int, chat_id: int = 1, question: str = "Who?", **more: object) -> ChatTurn:
    values: dict[str, object] = {
        "user_id": chat_id,
        "message_id": update_id,
        "at": 0.0,
        "asked": question,
        "language": "en",
        "confidence": 0.5,
        "snapshot": "s",
        "encoder": "e",
        "places": (Place("a-1", 3, 9, 1, 0.25, "d"), Place("a-2", 0, 2, 2, 0.125, "d")),
    }
    return ChatTurn(update_id=update_id, chat_id=chat_id, question=question, **values | more)  # type: ignore[arg-type]


def test_a_turn_reads_back_as_it_was(memory: Memory) -> None:
    """What was kept is found by its chat and update, and by no other chat."""
    within = Scope(
        since=datetime(2023, 5, 22, tzinfo=TEHRAN),
        sources=frozenset({"mehr"}),
        languages=frozenset({"fa", "en"}),
    )
    turn = _turn(5, question="چه گفت؟ <b>&", within=within)
    memory.keep(1, turn, {})

    assert memory.turn(1, 5) == turn
    assert memory.turn(2, 5) is None
    assert turn.article_ids == ("a-1", "a-2")


def test_the_same_update_is_kept_once(memory: Memory) -> None:
    """A second time replaces the first where it stands."""
    memory.keep(1, _turn(5, question="first"), {"x": Press(action="why", turn=5)})
    memory.keep(1, _turn(6, question="second"), {})
    memory.keep(1, _turn(5, question="first again"), {"x": Press(action="why", turn=5)})

    asked = [one.question for one in memory.recent(1, before=0, n=9)]
    assert asked == ["second", "first again"]
    assert memory.pressed(1, "x") == Press(action="why", turn=5)


def test_button_ids_are_the_same_again_and_differ_between_files(tmp_path: Path) -> None:
    """An id follows from the update, its slot and the file's own key."""
    one, two = (Memory(tmp_path / name, retention_days=1) for name in ("one.db", "two.db"))
    ids = {one.button_id(1, update, slot) for update in range(50) for slot in range(5)}

    assert len(ids) == 250
    assert one.button_id(2, 7, 3) not in ids
    assert one.button_id(1, 7, 3) == one.button_id(1, 7, 3) != two.button_id(1, 7, 3)
    again = Memory(tmp_path / "one.db", retention_days=1)
    assert again.button_id(1, 7, 3) == one.button_id(1, 7, 3)
    for opened in (one, two, again):
        opened.close()


def test_a_button_belongs_to_its_chat(memory: Memory) -> None:
    """Another chat's button means nothing."""
    memory.keep(1, None, {"x": Press(action="page", turn=2, place=1, page=3)})

    assert memory.pressed(1, "x") == Press(action="page", turn=2, place=1, page=3)
    assert memory.pressed(2, "x") is None
    assert memory.pressed(1, "' OR 1=1 --") is None


def test_a_vote_can_be_changed_and_counts_once(memory: Memory) -> None:
    """The last vote of a person on an answer is the one."""
    turn = _turn(5)
    for vote in (1, 1, 0):
        memory.vote(turn, 77, vote)
    memory.vote(turn, 78, 1)

    assert [one.vote for one in memory.votes()] == [0, 1]
    assert memory.votes()[0].article_ids == ("a-1", "a-2")


def _fill(memory: Memory, seed: int) -> str:
    """Talk in many chats, one of them about a secret; return the secret."""
    draw = random.Random(seed)  # noqa: S311  # no secret
    secret = "".join(draw.choices(string.ascii_lowercase, k=24))
    for number in range(1, 300):
        chat_id = draw.randrange(8)
        words = secret if chat_id == 3 else "other words"
        question = f"{words} {'x' * draw.randrange(900)}"
        turn = _turn(number, chat_id, question)
        memory.keep(
            chat_id, turn, {memory.button_id(chat_id, number, 0): Press(action="why", turn=number)}
        )
        if draw.random() < 0.3:
            memory.vote(turn, chat_id, 1)
        if draw.random() < 0.2:
            memory.keep(chat_id, _turn(number, chat_id, question[: len(question) // 2]), {})
    memory.choose(3, "language", "fa")
    return secret


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("way", ["reset", "everything", "retention"])
def test_what_is_forgotten_is_gone_from_the_disk(tmp_path: Path, way: str, seed: int) -> None:
    """No byte of a deleted question is left in any file of the folder."""
    now = [0.0]
    memory = Memory(tmp_path / "m.db", retention_days=2, clock=lambda: now[0])
    secret = _fill(memory, seed)
    assert secret.encode() in (tmp_path / "m.db").read_bytes()

    match way:
        case "reset":
            memory.forget(3)
            assert memory.setting(3, "language") == "fa"
        case "everything":
            memory.forget_chat(3)
            memory.forget_person(3)
            assert memory.setting(3, "language") == ""
        case _:
            now[0] = 2.5 * DAY_S
            memory.purge()

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in left
    assert memory.recent(3, before=0, n=1) == []
    assert bool(memory.recent(4, before=0, n=1)) is (way != "retention")
    memory.close()


def test_everything_of_a_person_goes_from_groups_too(memory: Memory) -> None:
    """Deleting everything in a private chat deletes what the person asked and voted elsewhere."""
    in_group, of_another = _turn(5, -100, user_id=9), _turn(6, -100, user_id=8)
    for turn in (in_group, of_another):
        memory.keep(-100, turn, {})
        memory.vote(turn, turn.user_id, 1)
    memory.vote(in_group, 8, 1)

    memory.forget_person(9, chat_id=-200)
    assert len(memory.votes()) == 3
    memory.forget_person(9)

    assert memory.recent(-100, before=0, n=9) == [of_another]
    assert [one.turn for one in memory.votes()] == [6]  # a vote keeps the question it is on


def test_the_same_update_id_in_two_chats_is_two_turns(memory: Memory) -> None:
    """Each chat finds its own turn, buttons and votes."""
    mine, theirs = _turn(5, 1, question="mine"), _turn(5, 2, question="theirs")
    for turn in (mine, theirs):
        memory.keep(turn.chat_id, turn, {"x": Press(action="why", turn=5, place=turn.chat_id)})
        memory.vote(turn, 77, turn.chat_id - 1)

    assert [memory.turn(chat_id, 5) for chat_id in (1, 2)] == [mine, theirs]
    places = [press.place for chat_id in (1, 2) if (press := memory.pressed(chat_id, "x"))]
    assert places == [1, 2]
    assert [(one.chat_id, one.vote) for one in memory.votes()] == [(1, 0), (2, 1)]


def test_a_topic_has_its_own_turns_and_settings(memory: Memory) -> None:
    """What is said, chosen or forgotten in one topic of a chat is not so in another."""
    for thread_id in (0, 3, 4):
        memory.keep(1, _turn(5 + thread_id), {}, thread_id=thread_id)
        memory.choose(1, "only", str(thread_id), thread_id=thread_id)
    memory.forget(1, thread_id=3)

    asked = [memory.recent(1, before=0, n=9, thread_id=thread_id) for thread_id in (0, 3, 4)]
    assert [[turn.update_id for turn in turns] for turns in asked] == [[5], [], [9]]
    assert memory.setting(1, "only", thread_id=3) == "3"
    memory.forget_chat(1)
    assert memory.recent(1, before=0, n=9, thread_id=4) == []
    assert memory.setting(1, "only", thread_id=4) == ""


def test_a_chat_that_moves_is_known_by_its_new_number(memory: Memory) -> None:
    """Turns, buttons, votes and settings go along; what was chosen there already stands."""
    turn = _turn(5, -1, message_id=9)
    memory.keep(-1, turn, {"x": Press(action="why", turn=5)}, thread_id=0)
    memory.vote(turn, 77, 1)
    for chat_id, name, value in ((-1, "language", "fa"), (-1, "only", "a"), (-2, "only", "b")):
        memory.choose(chat_id, name, value)
    for _ in range(2):
        memory.move(-1, -2)

        assert memory.turn(-2, 5) == replace(turn, chat_id=-2, message_id=0)
        assert memory.pressed(-2, "x") == Press(action="why", turn=5)
        assert [vote.chat_id for vote in memory.votes()] == [-2]
        assert [memory.setting(-2, name) for name in ("language", "only")] == ["fa", "b"]
        assert memory.recent(-1, before=0, n=9) == []


def test_a_file_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    """Turns, settings, buttons and votes of chats are where they were."""
    path, turn = tmp_path / "m.db", _turn(5)
    with closing(sqlite3.connect(path)) as old:
        old.executescript(_OLD_TABLES)
        record = TypeAdapter(ChatTurn).dump_json(turn).decode()
        old.execute("INSERT INTO turns VALUES (1, 5, 1, 1, 5, 0.0, ?)", (record,))
        vote = '{"turn":5,"vote":1,"question":"Who?","language":"en","article_ids":["a-1","a-2"],'
        vote += '"snapshot":"s","encoder":"e"}'
        old.execute("INSERT INTO votes VALUES (5, 77, 1, 0.0, 1, ?)", (vote,))
        old.commit()
    for _ in range(2):
        memory = Memory(path, retention_days=30, clock=lambda: 0.0)

        assert memory.turn(1, 5) == turn
        assert memory.recent(1, before=0, n=9) == [turn]
        assert memory.setting(1, "language") == "fa"
        assert memory.pressed(1, "x") == Press(action="why", turn=5)
        assert [(one.chat_id, one.turn, one.question) for one in memory.votes()] == [(1, 5, "Who?")]
        memory.close()


_OLD_TABLES = """
CREATE TABLE secret (key BLOB NOT NULL);
INSERT INTO secret VALUES (randomblob(32));
CREATE TABLE settings (
  chat_id INTEGER, name TEXT, value TEXT NOT NULL, PRIMARY KEY (chat_id, name)
) WITHOUT ROWID;
INSERT INTO settings VALUES (1, 'language', 'fa');
CREATE TABLE turns (
  number INTEGER PRIMARY KEY, update_id INTEGER UNIQUE NOT NULL, chat_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL, message_id INTEGER NOT NULL, at REAL NOT NULL, record TEXT NOT NULL
);
CREATE INDEX turns_of_chat ON turns (chat_id, number);
CREATE TABLE buttons (
  id TEXT PRIMARY KEY, chat_id INTEGER NOT NULL, at REAL NOT NULL, action TEXT NOT NULL,
  turn INTEGER NOT NULL, place INTEGER NOT NULL, page INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX buttons_of_chat ON buttons (chat_id);
INSERT INTO buttons VALUES ('x', 1, 0.0, 'why', 5, 0, 0);
CREATE TABLE votes (
  turn INTEGER, user_id INTEGER, chat_id INTEGER NOT NULL, at REAL NOT NULL,
  vote INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (turn, user_id)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


def test_the_file_is_its_owner_s(tmp_path: Path) -> None:
    """Nobody else may read conversations, even in a file that was there before."""
    path = tmp_path / "deep" / "m.db"
    Memory(path, retention_days=1).close()
    path.chmod(0o644)
    Memory(path, retention_days=1).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_no_memory_is_an_error(tmp_path: Path) -> None:
    """Another file, a newer version or a folder in the way is named, and nothing is lost."""
    strange = tmp_path / "strange.db"
    strange.write_bytes(b"this is no database at all" * 100)
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    for path in (strange, newer, tmp_path):
        with pytest.raises(StorageError, match=str(path)):
            Memory(path, retention_days=1)
    assert strange.read_bytes().startswith(b"this is no database")


def test_threads_can_share_it(memory: Memory) -> None:
    """Many chats are kept at once."""

    def talk(chat_id: int) -> int:
        for number in range(20):
            update_id = chat_id * 100 + number
            memory.keep(chat_id, _turn(update_id, chat_id), {f"{update_id}": Press(action="why")})
            assert memory.turn(chat_id, update_id) is not None
        return len(memory.recent(chat_id, before=-1, n=99))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(talk, range(8))) == [20] * 8
