"""What is answered in a room, without a homeserver."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.matrix.rooms import Place, Rooms
from bot.matrix.talk import Talk, messages
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.dialog.html import Block, Piece
from bot.wire import open_answerer
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"
KIRBY = "What did Kirby say about Sukhoi jets?"
ROOM, THREAD = Place("!room:localhost"), Place("!room:localhost", "$root")


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """Open a fresh file whose clock is set by hand."""
    opened = Rooms(tmp_path / "matrix.db", retention_days=1, clock=lambda: 0.0)
    yield opened
    opened.close()


@pytest.fixture
def talk(rooms: Rooms, encoder: Encoder, cache_dir: Path, tmp_path: Path) -> Talk:
    """Talk about the seed article."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=SEEDS,
        data_dir=tmp_path / "data",
        cache_dir=cache_dir,
    )
    return Talk(Session(answering=open_answerer(settings)), rooms)


def _said(talk: Talk, text: str, place: Place = ROOM) -> str:
    """Say something, as the bot does; return the bare text that answers it."""
    reply = talk.reply(text, place)
    talk.rooms.keep_talk(place, reply.turns, reply.scope, text)
    bodies = "\n".join(one["body"] for one in reply.messages)
    return re.sub("[\u200e\u200f\u2066-\u2069]", "", bodies)


def test_a_thread_has_a_conversation_of_its_own(talk: Talk) -> None:
    """A follow-up is resolved where it was asked, and a part of the archive holds there only."""
    assert "Kirby" not in _said(talk, "!sources")
    assert "کربی" in _said(talk, KIRBY, THREAD)
    assert "not asked me anything" in _said(talk, "!sources")
    assert "Read as going on" in _said(talk, "and what did Moscow answer?", THREAD)
    assert "since 22 May 2023" in _said(talk, "!only since=1402/03", THREAD)
    assert "Asked of: since 22 May 2023" in _said(talk, KIRBY, THREAD)
    assert "Asked of" not in _said(talk, KIRBY)
    assert "expected a time" in _said(talk, "!only since=never")
    assert "Forgotten" in _said(talk, "!reset", THREAD)
    assert "not asked me anything" in _said(talk, "!more", THREAD)


def test_more_goes_on_and_sources_belong_to_it(talk: Talk) -> None:
    """The second "more" repeats nothing of the first."""
    seen = _said(talk, KIRBY)
    for text in ("!more", "more"):
        quotes = re.findall(r"> \[\d+\] (.*)", _said(talk, text))
        assert not [quote for quote in quotes if quote in seen]
        seen += "\n".join(quotes)
    assert "whether it is true the archive cannot tell" in _said(talk, "is that true?")


def test_it_speaks_persian(talk: Talk) -> None:
    """A Persian question gets Persian words, and names of commands are Persian too."""
    assert "منابع" in _said(talk, "کربی دربارهٔ سوخو چه گفت؟")
    assert "فراموش" in _said(talk, "!ازنو")


def test_old_conversations_are_deleted(rooms: Rooms) -> None:
    """What was said longer ago than the retention time is gone once more is read."""
    rooms.keep_talk(ROOM, (), rooms.talk(ROOM)[1], "$event")
    assert rooms.is_answered("$event")
    rooms._clock = lambda: 2 * 86_400.0
    rooms.keep_token("@me:localhost", "token")
    assert not rooms.is_answered("$event")
    assert rooms._rows("SELECT * FROM talks") == []
    assert rooms.token("@me:localhost") == "token"
    assert rooms.token("@other:localhost") is None


class _Tags(HTMLParser):
    """Tags and text of a message."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_is_written_as_text() -> None:
    """Markup of an article is shown, not obeyed; every block has its own direction."""
    evil = '<script>alert(1)</script> & "x"\n</blockquote>'
    blocks = [
        Block((Piece("\u200f"), Piece(evil)), is_quote=True),
        Block((Piece("\u200eTitle", is_bold=True, url='https://e.example/?a="1"&b=<2>'),)),
    ]
    (content,) = messages(blocks)
    read = _Tags(content["formatted_body"])
    assert read.tags == [
        ("blockquote", {"dir": "rtl"}),
        ("br", {}),
        ("p", {"dir": "ltr"}),
        ("a", {"href": 'https://e.example/?a="1"&b=<2>'}),
        ("b", {}),
    ]
    assert read.text == f"\u200f{evil.replace(chr(10), '')}\u200eTitle"
    assert content["body"].splitlines()[:2] == [
        f"> \u200f{line}" if not at else f"> {line}" for at, line in enumerate(evil.split("\n"))
    ]


def test_a_long_answer_is_several_messages() -> None:
    """No message is larger than an event may be (65,536 bytes)."""
    parts = messages([Block((Piece("خبر " * 3000),))])
    assert len(parts) > 1
    assert all(len(str(part).encode()) < 60_000 for part in parts)
