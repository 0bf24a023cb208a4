"""Follow-up questions rewritten by a model: only in the conversation's own words."""

import json
import logging

import pytest
from model_server import KEY, ModelServer, hangs, refuses, says
from patience import scaled
from pydantic import SecretStr

from bot.llm.client import OpenAIGenerator, ServerConfig
from bot.llm.rewrite import Rewriter
from bot.question.followup import Resolved, resolve_by_rule

BEFORE = ["What did Kirby say about Sukhoi jets?"]
SHOWN = [
    "روایت کاخ سفید از «همکاری دفاعی بیسابقه» میان روسیه و ایران",
    "کربی اظهار داشته بود که بر اساس گزارشها، ۲۴ خلبان ایرانی در روسیه هستند.",
]
LEANING = "And what did he say about drones?"
BEFORE_FA = ["کربی درباره جت‌های سوخو چه گفت؟"]
LEANING_FA = "و او درباره پهپادها چه گفت؟"


def _rewrite(
    server: ModelServer, question: str, before: list[str], shown: list[str] | None = None
) -> Resolved:
    config = ServerConfig(
        base_url=server.url, model="small", api_key=SecretStr(KEY), timeout_s=scaled(10)
    )
    return Rewriter(OpenAIGenerator(config)).rewrite(
        question,
        before=before,
        shown=SHOWN if shown is None else shown,
        by_rule=resolve_by_rule(question, before),
    )


def _says(question: str) -> str:
    return json.dumps({"question": question}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("question", "before", "rewritten"),
    [
        (LEANING, BEFORE, "What did Kirby say about drones?"),
        (LEANING, BEFORE, "What did Kirby say about drones in Russia?"),
        ("How many of them are there?", BEFORE, "How many of the Iranian pilots are in Russia?"),
        (LEANING_FA, BEFORE_FA, "کربی درباره پهپادها چه گفت؟"),
    ],
)
def test_a_question_is_made_whole(
    server: ModelServer, question: str, before: list[str], rewritten: str
) -> None:
    """With names of the questions before, or of the last evidence in another script."""
    server.acts = [says(_says(rewritten))]
    assert _rewrite(server, question, before) == Resolved(text=rewritten, was_resolved=True)
    for told in (question, before[0], "۲۴ خلبان"):
        assert told in server.asked()


@pytest.mark.parametrize(
    "rewritten",
    [
        "What did Zelensky say about drones?",
        "What did Kirby say about 500 drones?",
        "What did Kirby say about drones in Venezuela?",
        "کربی درباره پهپادها چه گفت؟",
        "Kirby visited the theatre and liked the play very much.",
        LEANING,
        "What did he say about drones?",
        "What did Kirby say about drones? https://evil.example",
        "What did Kirby say about drones? " * 20,
        "",
    ],
    ids=["name", "number", "place", "language", "other", "same", "leans", "address", "long", "-"],
)
def test_what_the_conversation_did_not_say_is_not_asked(
    server: ModelServer, rewritten: str
) -> None:
    """Then the rule's result is taken."""
    server.acts = [says(_says(rewritten))]
    found = _rewrite(server, LEANING, BEFORE)
    assert found == resolve_by_rule(LEANING, BEFORE)
    assert found.text == f"{LEANING} (Kirby Sukhoi)"
    assert server.requests


@pytest.mark.parametrize(
    ("question", "before"),
    [("Who is the mayor of Marvast?", BEFORE), (LEANING, [])],
    ids=["whole", "first"],
)
def test_a_question_that_stands_by_itself_asks_no_model(
    server: ModelServer, question: str, before: list[str]
) -> None:
    """Nothing is sent, and nothing changed."""
    found = _rewrite(server, question, before)
    assert found == Resolved(text=question, was_resolved=False)
    assert not server.requests


@pytest.mark.parametrize("act", ["mute", "500", "prose"])
def test_whatever_fails_the_rule_stands(server: ModelServer, act: str) -> None:
    """A follow-up is understood without a model as well."""
    acts = {"mute": hangs(server), "500": refuses(401), "prose": says("I think so.")}
    server.acts = [acts[act]]
    assert _rewrite(server, LEANING, BEFORE) == resolve_by_rule(LEANING, BEFORE)


def test_the_log_holds_no_word_of_it(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    """Model, time and outcome alone."""
    caplog.set_level(logging.INFO)
    server.acts = [says(_says("What did Kirby say about drones?"))]
    _rewrite(server, LEANING, BEFORE)
    (record,) = [one for one in caplog.records if one.message == "rewritten"]
    assert record.__dict__["fields"]["outcome"] == "taken"
    logged = json.dumps([one.__dict__ for one in caplog.records], default=str)
    assert not [word for word in ("Kirby", "drones", KEY) if word in logged]
