"""The judge of claims: a second request, read as strictly as the first, that only takes away."""

import json
import re
import time
from collections.abc import Callable, Sequence

import pytest
from model_server import (
    Act,
    ModelServer,
    claims,
    endless,
    event,
    hangs,
    refuses,
    says,
)
from patience import scaled

from bot.llm.parse import Finding, parse_judgements
from bot.llm.types import Unwritten
from bot.session.protocols import Writing
from bot.types import Answer, Check, Claim, NoAnswer, Unworded

Open = Callable[..., Writing]
Ask = Callable[[str], Answer]

KIRBY = "What did Kirby say about Sukhoi jets?"
PILOTS = "Kirby said Iranian pilots are learning to fly Sukhoi fighter jets in Russia."
YEAR = "According to Kirby, Tehran may receive the planes within a year."
REST = "خلبانان ایرانی در حال یادگیری پرواز"
REST_YEAR = "تهران ممکن است ظرف یک سال آینده"


def judged(*found: tuple[int, str, str]) -> str:
    """Return the JSON that the prompt for the judge asks for."""
    listed = [{"claim": n, "finding": finding, "words": words} for n, finding, words in found]
    return json.dumps({"judgements": listed}, ensure_ascii=False)


def _texts(reply: Answer | NoAnswer) -> list[str]:
    return [claim.text for claim in reply.claims] if isinstance(reply, Answer) else []


def test_a_claim_stands_where_code_and_judge_agree(
    server: ModelServer, writer: Open, ask: Ask
) -> None:
    """All claims go back in one request, each beside its quotes; the answer says what it passed."""
    wrong = "Kirby said 24 pilots are learning to fly Sukhoi jets."
    server.acts = [
        says(claims((PILOTS, [1]), (wrong, [1]), (YEAR, [1]))),
        says(judged((1, "supported", REST), (2, "contradicted", REST_YEAR))),
    ]
    told: list[tuple[Claim, ...]] = []
    worded = writer(llm_check=True).word(ask(KIRBY), tell=told.append)

    assert isinstance(worded, Answer)
    assert _texts(worded) == [PILOTS]
    assert told == [worded.claims]
    assert worded.checks == (Check.RULES, Check.JUDGE)
    assert len(server.requests) == 2
    asked = server.asked()
    assert wrong not in asked  # what code refused is not worth a judge's time
    assert re.search(rf"Claim 1: {re.escape(PILOTS)}\n- .*{REST}", asked)
    assert f"Claim 2: {YEAR}" in asked


def test_another_model_may_judge(server: ModelServer, writer: Open, ask: Ask) -> None:
    """The judge's model is that of its setting, on the same server."""
    server.acts = [says(claims((PILOTS, [1]))), says(judged((1, "supported", REST)))]
    worded = writer(llm_check=True, llm_check_model="strict").word(ask(KIRBY))
    assert _texts(worded) == [PILOTS]
    assert [request["model"] for request in server.requests] == ["small", "strict"]


@pytest.mark.parametrize(
    "said",
    [
        judged((1, "not", REST)),
        judged((1, "supported", "")),
        judged((1, "supported", "پرواز")),
        judged((1, "supported", "pilots are learning to fly Sukhoi")),
        judged((1, "supported", "claim 1 is supported")),
        judged((1, "supported", REST), (1, "not", REST)),
        judged((2, "supported", REST), (1, "contradicted", "")),
    ],
    ids=["not", "no words", "one word", "own words", "order", "both", "beyond"],
)
def test_a_yes_without_words_of_the_quote_is_a_no(
    server: ModelServer, writer: Open, ask: Ask, said: str
) -> None:
    """Whatever a judge was talked into, it must name words that stand in the cited quote."""
    answer = ask(KIRBY)
    server.acts = [says(claims((PILOTS, [1]))), says(said)]
    worded = writer(llm_check=True).word(answer)
    assert isinstance(worded, Answer)
    assert (worded.claims, worded.checks, worded.unworded) == ((), (), Unworded.UNSUPPORTED)
    assert worded.citations == answer.citations


@pytest.mark.parametrize("trouble", ["prose", "refused", "hangs", "endless", "empty"])
def test_a_judge_that_fails_leaves_what_code_let_stand(
    server: ModelServer, writer: Open, ask: Ask, trouble: str
) -> None:
    """The answer is then said to be checked by rules alone, and comes in time."""
    acts: dict[str, Act] = {
        "prose": says("All claims are fine, believe me."),
        "refused": refuses(401),
        "hangs": hangs(server),
        "endless": endless(server, event("yes " * 200)),
        "empty": says(judged()),
    }
    server.acts = [says(claims((PILOTS, [1]))), acts[trouble]]
    limit_s = scaled(6)
    started = time.monotonic()
    worded = writer(llm_check=True, llm_timeout_s=limit_s).word(ask(KIRBY))
    assert time.monotonic() - started < 3 * limit_s
    assert isinstance(worded, Answer)
    assert (_texts(worded), worded.checks) == ([PILOTS], (Check.RULES,))


@pytest.mark.parametrize("given", [{"llm_check": False}, {"llm_check": "off"}])
def test_the_judge_can_be_turned_off(
    server: ModelServer, writer: Open, ask: Ask, given: dict[str, object]
) -> None:
    """Then there is one request for an answer, and rules alone decide."""
    server.acts = [says(claims((PILOTS, [1])))]
    worded = writer(**given).word(ask(KIRBY))
    assert isinstance(worded, Answer)
    assert (_texts(worded), worded.checks, len(server.requests)) == ([PILOTS], (Check.RULES,), 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (judged((1, "supported", "a b"), (2, "not", "")), [Finding.SUPPORTED, Finding.NOT]),
        (f"```json\n{judged((2, 'supported', 'a b'))}\n```", [None, Finding.SUPPORTED]),
        ('{"judgements": [{"claim": "1", "finding": "supported", "words": "a b"}]}', None),
        ('{"judgements": [{"claim": true, "finding": "supported", "words": "a b"}]}', None),
        ('{"judgements": [{"claim": 1, "finding": "yes", "words": "a b"}]}', None),
        ('{"judgements": {"claim": 1, "finding": "supported", "words": "a b"}}', None),
        ('{"claim": 1, "finding": "supported", "words": "a b"}', None),
        ("supported", None),
        ("{" * 100_000, None),
    ],
)
def test_only_the_form_asked_for_is_read(text: str, found: Sequence[Finding | None] | None) -> None:
    """A judgement of another form is none; where there is none at all, the judge has failed."""
    if found is None:
        with pytest.raises(Unwritten):
            parse_judgements(text, 2)
    else:
        read = parse_judgements(text, 2)
        assert [read[n].finding if n in read else None for n in (1, 2)] == found
