"""A real model on a real server words real answers; run by `make test-llm`, minutes long.

What it writes is nobody's script: the tests hold that the whole works from end to end and that
nothing is shown which the checks, or plain counting beside them, refuse.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answer.serving import Serving
from bot.grounding.check import Grounder
from bot.llm.opening import session_over
from bot.llm.prompt import dates
from bot.session.protocols import Writing
from bot.settings import Settings
from bot.types import Answer, Citation, Claim, NoAnswer, Reason
from index.encoders import Encoder

pytestmark = pytest.mark.llm

SERVER = Path(__file__).with_name("real_model.py")
NAME = "qwen2.5-coder-1.5b-instruct"
PATIENCE_S = 1800.0

QUESTIONS = (
    "What did Kirby say about Sukhoi jets?",
    "When was the White House briefing on Russia and Iran reported?",
)
BEYOND = "How many Sukhoi jets did Iran order, at what price, and which general signed for them?"
_DIGITS = re.compile(r"\d+")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the model in a process of its own; yield its address."""
    with subprocess.Popen(
        [sys.executable, SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def real_writer(address: str, llm_settings: Settings, answering: Serving) -> Writing:
    """Open what words answers with that model, as the program does."""
    fields: dict[str, Any] = llm_settings.model_dump() | {
        "llm_base_url": address,
        "llm_model": NAME,
        "llm_timeout_s": PATIENCE_S,
        "llm_max_tokens": 400,
    }
    writing = session_over(Settings(_env_file=None, **fields), answering).writing  # type: ignore[call-arg]
    assert writing is not None
    return writing


@pytest.fixture
def transcript(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Claim, tuple[str, ...]]]:
    """Return what fills with all that the model claimed and what the checks found of it."""
    lines: list[tuple[Claim, tuple[str, ...]]] = []
    check = Grounder.check

    def listen(
        self: Grounder,
        claims: Sequence[Claim],
        evidence: Sequence[Citation],
        *,
        language: str | None,
    ) -> tuple[Any, ...]:
        verdicts = check(self, claims, evidence, language=language)
        for claim, verdict in zip(claims, verdicts, strict=True):
            lines.append((claim, tuple(fault.value for fault in verdict.faults)))
        return verdicts

    monkeypatch.setattr(Grounder, "check", listen)
    return lines


def _show(question: str, reply: Answer | NoAnswer, transcript: Sequence[Any]) -> None:
    """Print what the model claimed, for `make test-llm` to show."""
    outcome = reply.reason if isinstance(reply, NoAnswer) else reply.unworded or "worded"
    print(f"\n{question}\n  {outcome}, {reply.timings_ms.get('word', 0) / 1e3:.0f} s")
    for claim, faults in transcript:
        print(f"  {'dropped: ' + ', '.join(faults) if faults else 'kept'}: {claim}")


def _holds(reply: Answer | NoAnswer, told: Sequence[tuple[Claim, ...]], encoder: Encoder) -> None:
    """Every claim shown is cited, passes the checks anew and has no figure of its own."""
    if isinstance(reply, NoAnswer):
        assert reply.reason is Reason.MODEL_FOUND_NONE
        return
    assert not told or told[-1] == reply.claims
    by_number: Mapping[int, Citation] = {one.number: one for one in reply.citations}
    verdicts = Grounder(encoder).check(reply.claims, reply.citations, language="en")
    assert all(verdict.is_supported for verdict in verdicts)
    for claim in reply.claims:
        cited = [by_number[number] for number in claim.numbers]
        assert cited
        # Python's int() reads digits of every script; a quote's date is evidence as its words are.
        facts = [f"{one.quote} {dates(one.published)}" for one in cited]
        known = {int(n) for fact in facts for n in _DIGITS.findall(fact)}
        assert {int(n) for n in _DIGITS.findall(claim.text)} <= known
    assert bool(reply.claims) != bool(reply.unworded)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_real_model_words_an_answer(
    question: str,
    real_writer: Writing,
    ask: Callable[[str], Answer],
    encoder: Encoder,
    transcript: list[tuple[Claim, tuple[str, ...]]],
) -> None:
    """From the question to claims that stand, or to the quotes alone."""
    told: list[tuple[Claim, ...]] = []
    reply = real_writer.word(ask(question), tell=told.append)
    _show(question, reply, transcript)
    _holds(reply, told, encoder)
    assert reply.fingerprint.model in {NAME, ""}
    assert isinstance(reply, NoAnswer) or reply.unworded in {None, "unsupported", "malformed"}


def test_what_a_real_model_invents_is_not_shown(
    real_writer: Writing,
    ask: Callable[[str], Answer],
    encoder: Encoder,
    transcript: list[tuple[Claim, tuple[str, ...]]],
) -> None:
    """Asked for figures and names that the quotes do not have, it shows none of its own."""
    told: list[tuple[Claim, ...]] = []
    reply = real_writer.word(replace(ask(QUESTIONS[0]), question=BEYOND), tell=told.append)
    _show(BEYOND, reply, transcript)
    _holds(reply, told, encoder)
