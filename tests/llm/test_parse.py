"""From what models write, well or badly, to claims."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_server import claims

from bot.llm.parse import parse, parse_question, parse_so_far
from bot.llm.types import Unwritten
from bot.types import Claim, Unworded

TWO = claims(("Kirby spoke of jets.", [1]), ("Russia denied it.", [2, 3]))
PAIRS = [("Kirby spoke of jets.", (1,)), ("Russia denied it.", (2, 3))]


def _pairs(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.numbers) for one in parse(text).claims]


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        f"```json\n{TWO}\n```",
        f"Here is the answer:\n{TWO}\nI hope that helps!",
        f"<think>The user wants {{json}}: {claims(('wrong', [9]))}</think>\n{TWO}",
        TWO.replace("}]", "},]").replace("]}]}", "],}]}"),
        TWO.replace(", [", ",["),
        json.dumps(json.loads(TWO)["claims"]),
        "\n".join(json.dumps(one) for one in json.loads(TWO)["claims"]),
        TWO.replace("[1]", '"[1]"').replace("[2, 3]", '["2", "3"]'),
        TWO[: TWO.rindex("]")],
        TWO.replace("[2, 3]}", '[2, 3]}, {"text": "Cut of'),
        "Kirby spoke of jets. [1] Russia denied it. [2][3]",
        "Kirby spoke of jets [1]. Russia denied it [2, 3].",
        "Sure!\n\n- Kirby spoke of **jets** [1].\n- Russia denied it [2] [3].\n\nAsk me more.",
        "1. Kirby spoke of jets [1].\n2. Russia denied it [۲، ۳].",
    ],
)
def test_one_answer_in_many_forms(text: str) -> None:
    """Whatever stands around the claims, or is missing of them, they are read alike."""
    assert _pairs(text) == PAIRS


def test_an_abbreviation_ends_no_sentence() -> None:
    """A sentence that names no evidence goes with the one behind it."""
    assert _pairs("The U.S. spoke of jets [1].") == [("The U.S. spoke of jets.", (1,))]


@pytest.mark.parametrize(
    "text",
    [
        claims(answered=False),
        claims(("The quotes do not say.", [1]), answered=False),
        '{"claims": []}',
        'No answer: {"answered" : false',
    ],
)
def test_no_answer_is_told_from_rubbish(text: str) -> None:
    """A model that finds no answer says so."""
    assert not parse(text).has_answer


@pytest.mark.parametrize(
    "text", ["", "I cannot help with that.", "{", "[]", "null", '"claims"', "{}" * 500, "{" * 9000]
)
def test_rubbish_is_malformed(text: str) -> None:
    """Where nothing can be made of it, that is said."""
    with pytest.raises(Unwritten) as caught:
        parse(text)
    assert caught.value.why is Unworded.MALFORMED


@pytest.mark.parametrize("text", ["", "...", "[1]", "x" * 601])
def test_a_claim_that_is_none_is_left_out(text: str) -> None:
    """A claim is a sentence, not a page, and not nothing; what is left out is counted."""
    written = parse(claims((text, [1]), ("Kirby spoke.", [1])))
    assert [one.text for one in written.claims] == ["Kirby spoke."]
    assert written.n_unusable == 1


def test_a_claim_holds_no_sign_that_is_not_seen() -> None:
    """Line ends, colours and direction marks are gone; letters and joiners stay."""
    (claim,) = parse(claims(("\u202eمی\u200cگوید\n\x1b[31m  که", [1]))).claims
    assert claim.text == "می\u200cگوید که" or "\x1b" not in claim.text
    assert "\u200c" in claim.text
    assert not {"\u202e", "\n", "\x1b"} & set(claim.text)


def test_marks_within_a_claim_are_its_numbers() -> None:
    """A model that writes them in the text means them."""
    assert _pairs(claims(("Kirby spoke [2].", [1]))) == [("Kirby spoke.", (1, 2))]


@pytest.mark.parametrize("numbers", ["null", "true", "{}", "1.5", '"x"', "[[1]]", "99999"])
def test_numbers_that_are_none_are_no_numbers(numbers: str) -> None:
    """A claim without usable numbers stands on nothing; that is for the checks to say."""
    text = f'{{"claims": [{{"text": "Kirby spoke.", "numbers": {numbers}}}]}}'
    assert parse(text).claims == (Claim(text="Kirby spoke.", numbers=()),)


def test_claims_are_told_as_they_become_whole() -> None:
    """Of every beginning of an answer only whole claims are read, and none is taken back."""
    counts = [len(parse_so_far(TWO[:end]).claims) for end in range(len(TWO) + 1)]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2}
    half = TWO.index("[2, 3") + len("[2")
    assert len(parse_so_far(TWO[:half]).claims) == 1


def test_a_question_is_read_likewise() -> None:
    """Within fences or prose; none at all is malformed."""
    assert parse_question('```\n{"question": "Who is\\n he?"}```') == "Who is he?"
    with pytest.raises(Unwritten):
        parse_question("Who is he?")


@given(st.text() | st.text(alphabet='{}[]",:\\ 12claimstextnumbers'))
def test_anything_is_read_or_refused(text: str) -> None:
    """No text makes parsing fail otherwise, and claims are always of a usable form."""
    try:
        written = parse(text)
    except Unwritten:
        return
    for claim in written.claims:
        assert any(map(str.isalnum, claim.text))
        assert "\n" not in claim.text
