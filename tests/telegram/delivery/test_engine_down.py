"""`pasokh serve` while its Qdrant server is away: a word to the person, then answers again."""

from collections.abc import Callable

from bot_api_server import BotApi
from bot_process import Bot
from qdrant_server import Qdrant

from bot.settings import Settings
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase
from bot.wire import build

QUESTION = "What did Kirby say about Sukhoi jets?"
KEY = "a-key-that-nobody-may-see"


def test_the_bot_answers_again_when_the_server_is_back(
    api: BotApi, bot: Bot, new_server: Callable[..., Qdrant]
) -> None:
    """Both languages are told that it failed; afterwards the same question gets its answer."""
    server = new_server(SERVICE__API_KEY=KEY)
    home = f"{bot.environment['PASOKH_DATA_DIR']}/index"
    bot.environment |= {
        "PASOKH_INDEX_DIR": home,
        "PASOKH_INDEX": f"qdrant://127.0.0.1:{server.port}/seeds",
        "PASOKH_INDEX_KEY": KEY,
    }
    names = ("corpus", "cache_dir", "index_dir", "index", "index_key")
    given = {name: bot.environment[f"PASOKH_{name.upper()}"] for name in names}
    build(Settings(_env_file=None, **given))  # type: ignore[call-arg, arg-type]  # as texts
    bot.start()
    api.wait_until(lambda: '"serving"' in bot.written)
    server.kill()
    api.say(7, QUESTION)
    api.say(8, QUESTION, language="fa")
    api.wait_until(lambda: bool(api.texts(7)) and bool(api.texts(8)))
    server.start()
    api.say(9, QUESTION)
    api.wait_until(lambda: bool(api.texts(9)))

    assert api.texts(7) == [say(Phrase.FAILED, Language.EN)]
    assert api.texts(8) == [say(Phrase.FAILED, Language.FA)]
    assert "سوخو" in api.texts(9)[0]
    assert "EngineError" in bot.written
    assert KEY not in bot.written
