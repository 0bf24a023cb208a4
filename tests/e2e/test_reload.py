"""What is built while the program runs is answered from, without a restart."""

import json
import shutil
from pathlib import Path

from bot import wire
from bot.question.question import read_question
from bot.settings import Settings
from bot.types import Answer
from index import ArticleId

QUESTION = "What did the governor of Bushehr open?"
NEWS = {
    "id": "bushehr-1",
    "title": "Governor of Bushehr opens a harbour",
    "text": "The governor of Bushehr opened a new harbour for fishermen on Friday.",
    "date": "2023-06-09",
}


def test_a_build_is_picked_up(seed_settings: Settings, tmp_path: Path) -> None:
    """A question after a build is answered from it, and one taken out is gone after the next."""
    corpus = tmp_path / "corpus"
    shutil.copytree(seed_settings.corpus, corpus)
    settings = seed_settings.model_copy(update={"corpus": corpus, "data_dir": tmp_path / "data"})
    serving = wire.open_answerer(settings)
    before = serving.answer(read_question(QUESTION)).fingerprint.snapshot

    news = corpus / "news.jsonl"
    news.write_text(f"{json.dumps(NEWS)}\n", encoding="utf-8")
    built = wire.build(settings).snapshot
    while (reply := serving.answer(read_question(QUESTION))).fingerprint.snapshot == before:
        pass
    assert built == reply.fingerprint.snapshot
    assert isinstance(reply, Answer)
    assert {"bushehr-1"} == {one.article_id for one in reply.citations}

    news.unlink()
    wire.build(settings)
    while serving.answer(read_question(QUESTION)).fingerprint.snapshot == built:
        pass
    assert serving.article(ArticleId("bushehr-1")) is None
    serving.close()
