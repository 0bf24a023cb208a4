"""The promise on the first page: the seed article, asked in any language, answers with proof."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answer.answerer import Answerer
from bot.question.question import read_question
from bot.types import Answer, NoAnswer, Reason

SEEDS = Path(__file__).parents[2] / "seeds"

Done = subprocess.CompletedProcess[str]
Pasokh = Callable[..., Done]

PILOTS = "کربی اظهار داشته بود که بر اساس گزارشها، خلبانان ایرانی در حال یادگیری پرواز"
DECEMBER = "از سوی دیگر آمریکا نسبت به همکاری دفاعی فزاینده"
PERSIAN = "کربی درباره جت‌های سوخو چه گفت؟"

ON_TOPIC = {
    "en": "What did Kirby say about Sukhoi jets?",
    "fa": PERSIAN,
    "ar": "ماذا قال كيربي عن طائرات سوخوي؟",
    "ru": "Что Кирби сказал о самолётах «Сухой»?",
    "de": "Was hat Kirby über die Suchoi-Jets gesagt?",
    "tr": "Kirby, Sukhoi jetleri hakkında ne söyledi?",
}

OFF_TOPIC = {
    "en": "Who won the 2022 World Cup?",
    "fa": "قهرمان جام جهانی ۲۰۲۲ چه تیمی شد؟",
    "ar": "من فاز بكأس العالم 2022؟",
    "ru": "Кто выиграл чемпионат мира по футболу 2022 года?",
    "de": "Wer hat die Fußball-Weltmeisterschaft 2022 gewonnen?",
    "tr": "2022 Dünya Kupası'nı kim kazandı?",
    "zh": "谁赢得了2022年世界杯？",
    "fr": "Quelle est la recette de la soupe à l'oignon ?",
    "es": "¿Cuántos habitantes tiene Barcelona?",
}

FURNITURE = (
    "برچسبها",
    "نظر شما",
    "شما در حال پاسخ به نظر «» هستید.",
    "نظرات حاوی توهین و هرگونه نسبت ناروا به اشخاص حقیقی و حقوقی منتشر نمیشود.",
    "نظراتی که غیر از زبان فارسی یا غیر مرتبط با خبر باشد منتشر نمیشود.",
    "captcha",
    "کد خبر 5805672",
    "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵",
)

VARIANTS = {
    "Arabic letters": PERSIAN.replace("ی", "ي").replace("ک", "ك"),
    "joiner lost": PERSIAN.replace("\u200c", ""),
    "joiner a space": PERSIAN.replace("\u200c", " "),
    "joiner a soft hyphen": PERSIAN.replace("\u200c", "\u00ad"),
    "no question mark": PERSIAN.rstrip("؟"),
    "vowel signs": PERSIAN.replace("گفت", "گُفت"),
    "kashida": PERSIAN.replace("سوخو", "سـوخـو"),
    "white space": f"  {PERSIAN}\n\n".replace(" ", "\u00a0 "),
    "direction marks": f"\u202b{PERSIAN}\u202c",
}


def _check(reply: Answer | NoAnswer, seed_text: str) -> Answer:
    """Return a reply as an answer whose every quote stands in the seed file at its place."""
    assert isinstance(reply, Answer), reply
    assert list(range(1, len(reply.citations) + 1)) == [one.number for one in reply.citations]
    for one in reply.citations:
        assert seed_text[one.span.start : one.span.end] == one.quote
        assert ("mehr-5805672", "Mehr", "Al Jazeera") == (one.article_id, one.source, one.via)
        assert "https://www.mehrnews.com/news/5805672" == one.url
        assert one.published is not None
        assert "2023-06-09T18:15+03:30" == one.published.isoformat()
    return reply


@pytest.mark.parametrize("language", ON_TOPIC)
def test_the_seed_question(language: str, answerer: Answerer, seed_text: str) -> None:
    """In six languages the first quote is the one on pilots and jets, or on December's warning."""
    reply = _check(answerer.answer(read_question(ON_TOPIC[language])), seed_text)

    assert reply.citations[0].quote.startswith((PILOTS, DECEMBER))
    assert language == reply.language


@pytest.mark.parametrize("language", OFF_TOPIC)
def test_a_question_about_something_else(language: str, answerer: Answerer) -> None:
    """What the archive does not hold is refused, with the nearest headline."""
    reply = answerer.answer(read_question(OFF_TOPIC[language]))

    assert isinstance(reply, NoAnswer), reply
    assert Reason.NOT_IN_ARCHIVE is reply.reason
    assert ["mehr-5805672"] == [one.article_id for one in reply.nearest]


@pytest.mark.parametrize("question", FURNITURE)
def test_furniture_is_never_quoted(question: str, answerer: Answerer, seed_text: str) -> None:
    """Asked for a line of the page's frame by its very words, nothing of the frame is quoted."""
    reply = Answerer(answerer.snapshot, answerer.retriever._encoder, threshold=0).answer(
        read_question(question)
    )
    body_start = seed_text.index("کاخ سفید امروز در بیانیه")
    body_end = seed_text.index("کد خبر 5805672")

    for one in _check(reply, seed_text).citations:
        assert body_start <= one.span.start < one.span.end <= body_end
        assert question not in one.quote


@pytest.mark.parametrize("spelling", VARIANTS)
def test_spelling_does_not_matter(spelling: str, answerer: Answerer, seed_text: str) -> None:
    """Other letters, joiners, marks and spaces lead to the same first quote."""
    plain = _check(answerer.answer(read_question(PERSIAN)), seed_text)
    reply = _check(answerer.answer(read_question(VARIANTS[spelling])), seed_text)

    assert plain.citations[0].span == reply.citations[0].span


@pytest.mark.parametrize("digits", ["26", "۲۶", "٢٦", "２６"])
def test_digits_of_any_script_are_one(digits: str, answerer: Answerer, seed_text: str) -> None:
    """A date asked with any digits is found where the article writes it with its own."""
    question = f"آمریکا در {digits} اردیبهشت چه ادعایی کرد؟"
    reply = _check(answerer.answer(read_question(question)), seed_text)

    assert reply.citations[0].quote.startswith("۲۶ اردیبهشت ماه سال جاری")


HOSTILE = {
    "100,000 letters": "سوخو " * 20_000,
    "one word of 100,000": "س" * 100_000,
    "emoji": "👩‍👩‍👧‍👦🇮🇷🛩️",
    "NUL": "Kirby\x00Sukhoi\x00",
    "overrides": "\u202eihkuS\u202d \u2066Kirby\u2069\u200f",
    "SQL": "'; DROP TABLE article; SELECT * FROM passage --",
    "query syntax": 'words:"Kirby Sukhoi"~2 AND NOT (a OR [b TO c]) +x -y ^9 *',
    "open brackets": '((([[["',
    "surrogate": "Kirby \ud83d Sukhoi",
    "combining": "ک" + "\u0301" * 5000,
    "template": "{question} %s ${HOME} `id`",
    "format controls": "\u200b\u200c\u200d\ufeff\u2028\u2029",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_question(kind: str, answerer: Answerer, seed_text: str) -> None:
    """No question makes it fail: there are verified quotes or a reason."""
    reply = answerer.answer(read_question(HOSTILE[kind]))

    if isinstance(reply, Answer):
        _check(reply, seed_text)
    else:
        assert reply.reason in {Reason.NOT_IN_ARCHIVE, Reason.SMALL_TALK, Reason.EMPTY_QUESTION}


def _record(done: Done) -> dict[str, Any]:
    """Return the JSON object of a run that said nothing else."""
    assert "" == done.stderr
    record: dict[str, Any] = json.loads(done.stdout)
    return record


KEYS = [
    "question",
    "language",
    "answered",
    "answer",
    "reason",
    "confidence",
    "citations",
    "nearest",
    "timings_ms",
    "snapshot",
    "encoder",
    "within",
    "within_missed",
    "claims",
    "checks",
    "unworded",
    "model",
    "prompt",
    "shape",
    "sides",
    "differences",
    "reply",
    "unsure",
]
CITATION_KEYS = {
    "number",
    "article_id",
    "headline",
    "source",
    "published",
    "url",
    "start",
    "end",
    "quote",
    "score",
    "also_in",
}


def test_the_program_answers(pasokh: Pasokh, seed_text: str) -> None:
    """`pasokh ask --json` exits with 0 and prints one object with every key and verbatim quotes."""
    done = pasokh("ask", "--json", PERSIAN)
    record = _record(done)

    first = record["citations"][0]
    assert 0 == done.returncode
    assert KEYS == list(record)
    assert (True, None, "fa", PERSIAN) == (
        record["answered"],
        record["reason"],
        record["language"],
        record["question"],
    )
    assert first["quote"].startswith((PILOTS, DECEMBER))
    assert set(first) >= CITATION_KEYS
    for one in record["citations"]:
        assert seed_text[one["start"] : one["end"]] == one["quote"]
    assert record["answer"] == "\n".join(
        f"{one['quote']} [{one['number']}]" for one in record["citations"]
    )
    assert [] == record["nearest"]


def test_the_program_refuses(pasokh_here: Pasokh) -> None:
    """An unanswerable question exits with 3, a reason and the nearest headline."""
    done = pasokh_here("ask", "--json", "Who won the 2022 World Cup?")
    record = _record(done)

    assert 3 == done.returncode
    assert KEYS == list(record)
    assert (False, "", [], "not_in_archive") == (
        record["answered"],
        record["answer"],
        record["citations"],
        record["reason"],
    )
    assert ["https://www.mehrnews.com/news/5805672"] == [one["url"] for one in record["nearest"]]


def test_the_program_is_not_moved_by_hostile_arguments(pasokh: Pasokh) -> None:
    """The worst questions, given as an argument or on standard input, end with 0 or 3."""
    by_stdin = pasokh("ask", "-", stdin=HOSTILE["100,000 letters"])
    by_argument = pasokh("ask", "--", HOSTILE["query syntax"], HOSTILE["overrides"])

    for done in (by_stdin, by_argument):
        assert done.returncode in {0, 3}, done.stderr
        assert "" == done.stderr
        assert "Traceback" not in done.stdout
        assert "\u202e" not in done.stdout


def test_an_argument_that_is_no_text(surroundings: dict[str, str], tmp_path: Path) -> None:
    """Bytes of an argument that are no UTF-8 are asked about as well as may be."""
    program = Path(sys.executable).with_name("pasokh")
    done = subprocess.run(
        [program, "ask", "--json", b"What did Kirby say about \xff Sukhoi jets?"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=surroundings,
    )

    assert (0, b"") == (done.returncode, done.stderr)
    assert json.loads(done.stdout)["citations"][0]["quote"].startswith((PILOTS, DECEMBER))


def test_the_first_run_builds_and_says_so_on_stderr(pasokh: Pasokh, tmp_path: Path) -> None:
    """Where there is no index it is built first; standard output holds the answer alone."""
    done = pasokh("ask", "--json", ON_TOPIC["en"], data_dir=str(tmp_path / "new"))
    again = pasokh("ask", "--json", ON_TOPIC["en"], data_dir=str(tmp_path / "new"))

    assert (0, 0) == (done.returncode, again.returncode)
    assert "" != done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert _record(again)["citations"] == json.loads(done.stdout)["citations"]


def test_building_twice_says_that_nothing_changed(pasokh_here: Pasokh) -> None:
    """`pasokh index build` on an unchanged corpus keeps the snapshot and says so."""
    before = pasokh_here("index", "info").stdout
    done = pasokh_here("index", "build")
    after = pasokh_here("index", "info").stdout

    assert (0, before) == (done.returncode, after)
    assert "unchanged" in done.stdout.lower() or "nothing" in done.stdout.lower(), done.stdout


def _damage(tmp_path: Path, pattern: str) -> Path:
    """Flip a bit in a file of the process's own index."""
    (path,) = (tmp_path / "data").rglob(pattern)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pattern", ["manifest.json", "passages.faiss"])
def test_a_damaged_index(pattern: str, pasokh: Pasokh, tmp_path: Path) -> None:
    """A damaged index ends with 1 and one line that names the file and the remedy."""
    _damage(tmp_path, pattern)
    done = pasokh("ask", ON_TOPIC["en"])

    assert (1, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert pattern in done.stderr
    assert "pasokh index build" in done.stderr


def test_a_damaged_index_is_repaired(pasokh_here: Pasokh, tmp_path: Path) -> None:
    """What `verify` finds wrong, the remedy in the message puts right."""
    _damage(tmp_path, "archive.db")
    verified = pasokh_here("index", "verify")
    built = pasokh_here("index", "build")
    again = pasokh_here("ask", "--json", ON_TOPIC["en"])

    assert (1, "") == (verified.returncode, verified.stderr)
    assert "archive.db" in verified.stdout
    assert (0, 0) == (built.returncode, again.returncode)
    assert _record(again)["answered"]


def test_another_encoder_is_not_mixed_in(pasokh: Pasokh, tmp_path: Path) -> None:
    """An index of another encoder ends with 1 and a line that names both and the remedy."""
    (path,) = (tmp_path / "data").rglob("manifest.json")
    script = (
        "import sys; from dataclasses import replace; from pathlib import Path;"
        "from index.snapshot.manifest import *;"
        "folder = Path(sys.argv[1]); one = load_manifest(folder);"
        "write_manifest(folder, replace(one, encoder=replace(one.encoder, name='other-model')))"
    )
    subprocess.run([sys.executable, "-c", script, str(path.parent)], check=True)
    done = pasokh("ask", ON_TOPIC["en"])

    assert (1, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert "'other-model'" in done.stderr
    assert "'multilingual-e5-small'" in done.stderr
    assert "pasokh index build" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        (["ask"], {}, 2, "QUESTION"),
        (["ask", "-k", "9", "x"], {}, 2, "9"),
        (["ask", "x"], {"corpus": "/nowhere/at/all", "data_dir": "{tmp}/none"}, 1, "PASOKH_CORPUS"),
        (["ask", "x"], {"max_quotes": "many"}, 1, "PASOKH_MAX_QUOTES"),
        (["index", "info"], {"data_dir": "{tmp}/none"}, 1, "pasokh index build"),
        (["index", "build"], {"data_dir": "/dev/null"}, 1, "/dev/null"),
        (["ask", "x"], {"cache_dir": "/dev/null/cache"}, 1, "/dev/null"),
    ],
    ids=["no question", "k", "no corpus", "setting", "no index", "no folder", "no cache"],
)
def test_errors_are_one_clear_line(
    arguments: list[str],
    given: dict[str, str],
    code: int,
    words: str,
    pasokh_here: Pasokh,
    tmp_path: Path,
) -> None:
    """What goes wrong ends with its code and words for a person, never with a traceback."""
    settings = {name: value.format(tmp=tmp_path) for name, value in given.items()}
    done = pasokh_here(*arguments, **settings)

    assert (code, "") == (done.returncode, done.stdout)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert code == 2 or 1 == done.stderr.count("\n"), done.stderr


def test_an_empty_corpus_keeps_the_index(pasokh_here: Pasokh, tmp_path: Path) -> None:
    """Articles gone from the corpus are an error of the build; the index goes on answering."""
    corpus = Path(shutil.copytree(SEEDS, tmp_path / "corpus"))
    first = pasokh_here("index", "build", corpus=str(corpus))
    for path in corpus.iterdir():
        path.unlink()
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "noise.txt").write_bytes(b"\x00\xff\x01" * 500)
    rebuilt = pasokh_here("index", "build", corpus=str(corpus))
    asked = pasokh_here("ask", "--json", ON_TOPIC["en"], corpus=str(corpus))

    assert (0, 1, 0) == (first.returncode, rebuilt.returncode, asked.returncode)
    assert 1 == rebuilt.stderr.count("\n"), rebuilt.stderr
    assert "2 files were rejected" in rebuilt.stderr
    assert _record(asked)["answered"]


def test_torch_is_never_imported(surroundings: dict[str, str], tmp_path: Path) -> None:
    """Importing everything and asking with the bundled encoder never loads torch or its kin."""
    script = (
        "import sys, index, bot; from bot.terminal import cli;"
        "code = cli.main(['ask', '--json', sys.argv[1]]);"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'tensorflow', 'jax'};"
        "print(code, sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, ON_TOPIC["en"]],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=surroundings,
    )

    assert "0 []\n" == done.stderr
    assert json.loads(done.stdout)["answered"]
