"""Updates that no honest server sends: real ones with parts missing, swapped and damaged."""

import copy
import random
from collections.abc import Iterator
from typing import Any

from bot_api_server import ME

_PERSON = {"id": 5, "is_bot": False, "first_name": "P", "language_code": "fa"}
_GROUP = {"id": -100, "type": "supergroup", "title": "G"}
_MESSAGE = {"message_id": 3, "date": 1_700_000_000, "chat": {"id": 5, "type": "private"}}
_QUESTION = {**_MESSAGE, "from": _PERSON, "text": "What did Kirby say?"}
_IN_GROUP = {
    **_QUESTION,
    "chat": _GROUP,
    "text": "@pasokh_test_bot who? 😀",
    "entities": [{"type": "mention", "offset": 0, "length": 16}],
    "reply_to_message": {**_MESSAGE, "chat": _GROUP, "from": ME, "text": "an answer"},
}
_PHOTO = {
    **_IN_GROUP,
    "text": None,
    "caption": "/ask who?",
    "caption_entities": [{"type": "bot_command", "offset": 0, "length": 4}],
    "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}],
    "forward_origin": {"type": "user", "date": 1_700_000_000, "sender_user": _PERSON},
}
SOUND = (
    {"message": _QUESTION},
    {"message": _IN_GROUP},
    {"edited_message": _PHOTO},
    {"callback_query": {
        "id": "7", "from": _PERSON, "chat_instance": "x", "data": "more", "message": _IN_GROUP,
    }},
    {"inline_query": {"id": "8", "from": _PERSON, "query": "who?", "offset": ""}},
)  # fmt: skip
_ODD: tuple[Any, ...] = (
    None, True, -1, 2**63, 2**80, 1e300, "", "x", "\ud83d", "\ud83d who?", "\x00" * 9, [], [[]],
    {}, {"id": None}, {"type": "x"}, [{"type": "mention", "offset": -5, "length": 2**40}],
    [{"type": "bot_command", "offset": 1, "length": 0}],
)  # fmt: skip


def mutated(n: int, *, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield `n` updates without numbers, each with one to three parts changed."""
    draw = random.Random(seed)  # noqa: S311  # damage, not secrets
    for _ in range(n):
        update = copy.deepcopy(draw.choice(SOUND))
        for _ in range(draw.randint(1, 3)):
            _damage(update, draw)
        yield update


def _damage(update: dict[str, Any], draw: random.Random) -> None:
    """Delete or replace one value, however deep."""
    places = list(_places(update))
    if places:
        parent, key = draw.choice(places)
        if isinstance(parent, dict) and draw.random() < 0.4:
            del parent[key]
        else:
            parent[key] = copy.deepcopy(draw.choice(_ODD))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """Yield every container with each of its keys."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(inner)
