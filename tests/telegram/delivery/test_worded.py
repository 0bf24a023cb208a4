"""`pasokh serve` with a language model: drafts while it words, one durable answer, and without."""

import json
from collections.abc import Callable, Iterator

import pytest
from bot_api_server import BotApi
from bot_process import Bot
from model_server import Handler, ModelServer, begin, claims, event, pieces, refuses, says, serving

QUESTION = "What did Kirby say about Sukhoi jets?"
FIRST = "Kirby said that Iranian pilots are learning to fly Sukhoi warplanes in Russia."
SECOND = "Tehran may receive the Sukhoi warplanes within the next year."
WORDED = claims((FIRST, [1]), (SECOND, [1]))


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """Serve a scripted model."""
    with serving() as running:
        yield running


@pytest.fixture
def worded(bot: Bot, model: ModelServer) -> Bot:
    """Return a bot that has the model, not started yet."""
    bot.environment |= {
        "PASOKH_LLM_BASE_URL": model.url,
        "PASOKH_LLM_MODEL": "m-7b",
        "PASOKH_LLM_CHECK": "off",
    }
    return bot


def _once(holds: Callable[[], bool], api: BotApi) -> Callable[[Handler], None]:
    """Return an act that says the first claim, and the rest once something holds."""
    cut = WORDED.index(SECOND)

    def act(handler: Handler) -> None:
        begin(handler)
        for piece in pieces(WORDED[:cut]):
            handler.wfile.write(event(piece))
        handler.wfile.flush()
        api.wait_until(holds)
        for piece in pieces(WORDED[cut:]):
            handler.wfile.write(event(piece))
        handler.wfile.write(event(finish="stop") + b"data: [DONE]\n\n")

    return act


def _drafts(api: BotApi) -> list[str]:
    return [call.text for call in api.accepted("sendMessageDraft")]


def test_a_draft_comes_before_the_model_is_done(
    api: BotApi, worded: Bot, model: ModelServer
) -> None:
    """The first sentence is seen while the model still writes; then comes one message with all."""
    model.acts = [_once(lambda: bool(_drafts(api)), api)]
    worded.start()
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))
    (text,) = api.texts(7)

    assert FIRST in _drafts(api)[0]
    assert SECOND not in _drafts(api)[0]
    assert FIRST in text
    assert SECOND in text
    assert "سوخو" in text
    menus = [json.loads(call.params["commands"]) for call in api.accepted("setMyCommands")]
    assert all("translate" in {one["command"] for one in menu} for menu in menus)
    assert worded.stop() == 0


def test_drafts_that_are_refused_cost_nothing(api: BotApi, worded: Bot, model: ModelServer) -> None:
    """A Bot API server that knows no drafts still gets every answer, and the bot goes on."""
    api.knows_drafts = False
    model.acts = [says(WORDED)]
    worded.start()
    for n in range(1, 4):
        api.say(7, QUESTION)
        api.wait_until(lambda n=n: len(api.texts(7)) == n)  # type: ignore[misc]

    assert all(FIRST in text for text in api.texts(7))
    assert sum(call.method == "sendMessageDraft" for call in api.calls) == 1
    assert worded.stop() == 0


def test_a_model_that_fails_costs_the_wording_only(
    api: BotApi, worded: Bot, model: ModelServer
) -> None:
    """The quotes come with one line that says why, and no word of the question is logged."""
    model.acts = [refuses(500)]
    worded.start()
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))

    assert "the language model cannot be reached" in api.texts(7)[0]
    assert "سوخو" in api.texts(7)[0]
    assert worded.stop() == 0
    assert "Sukhoi" not in worded.written
