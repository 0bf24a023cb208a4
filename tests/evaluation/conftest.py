"""Small real question sets of every form over the seed article."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.settings import PREFIX

SEED = next((Path(__file__).parents[2] / "seeds").glob("*.txt"))

QUERIES = (
    {
        "id": "en-1",
        "lang": "en",
        "text": "Which warplanes are Iranian pilots learning to fly in Russia?",
        "answers": ["هواپیماهای جنگی سوخو"],
    },
    {
        "id": "fa-1",
        "lang": "fa",
        "text": "سخنگوی شورای امنیت ملی کاخ سفید کیست؟",
        "answers": ["جان كربي"],
        "answerable": True,
    },
    {
        "id": "fa-2",
        "lang": "fa",
        "text": "پایتخت مغولستان کجاست؟",
        "answers": [],
        "answerable": False,
    },
    {
        "id": "fa-3",
        "lang": "fa",
        "text": "سخنگوی شورای امنیت ملی کاخ سفید کیست",
        "answers": [],
        "answerable": False,
    },
)


ASKED = (
    {
        "id": "plain",
        "lang": "en",
        "kind": "answerable",
        "text": "Which warplanes are Iranian pilots learning to fly in Russia?",
        "answer": "جنگی سوخو|Sukhoi",
    },
    {
        "id": "loud",
        "lang": "en",
        "kind": "typed !!!",
        "text": "Which warplanes are Iranian pilots learning to fly in Russia!!!",
        "answer": "جنگی میگ",
    },
    {
        "id": "dots",
        "lang": "fa",
        "kind": "typed ...",
        "text": "سخنگوی شورای امنیت ملی کاخ سفید کیست...",
        "answer": "جان کربی",
    },
    {"id": "bread", "kind": "off-topic", "text": "How do I bake bread with rye flour?"},
    {"id": "signs", "kind": "small-talk", "text": "?!", "answer": ""},
)


BAKERIES = {
    "anvar": "Anvar Karimov opened a bakery in Samarkand in the year 2012. It sells rye bread.",
    "lola": "Lola Saidova opened a bakery in Bukhara in the year 2015. It sells wheat bread.",
}

# Of each dialogue: question, rewrite, and answer in the text; "" for none.
TURNS = {
    "anvar": (
        (
            "Where did Anvar Karimov open a bakery?",
            "Where did Anvar Karimov open a bakery?",
            "bakery in Samarkand",
        ),
        ("and when was it?", "When did Anvar Karimov open a bakery?", "in the year 2012"),
    ),
    "lola": (("پایتخت مغولستان کجاست؟", "پایتخت مغولستان کجاست؟", ""),),
}


def _dialogue(name: str) -> dict[str, object]:
    """Return a dialogue on a bakery."""
    text = BAKERIES[name]
    turns = []
    for question, rewritten, answer in TURNS[name]:
        start = text.index(answer)
        place = {"start": start, "end": start + len(answer), "text": answer}
        answers = [place] if answer else []
        turns.append({"question": question, "rewritten": rewritten, "answers": answers})
    return {"id": name, "title": f"{name} opens a bakery", "text": text, "turns": turns}


def _write_records(path: Path, records: Sequence[dict[str, object]]) -> None:
    """Write records as JSON Lines."""
    lines = (f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="session")
def _written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the set once."""
    folder = tmp_path_factory.mktemp("written") / "seed-set"
    folder.mkdir()
    paragraphs = [part for part in SEED.read_text(encoding="utf-8").split("\n\n") if len(part) > 99]
    records = [{"id": f"p{n}", "title": "", "text": text} for n, text in enumerate(paragraphs)]
    home = {word: next(r["id"] for r in records if word in r["text"]) for word in ("سوخو", "جان")}
    again = next(record for record in records if record["id"] == home["جان"]) | {"id": "again"}
    _write_records(folder / "corpus.jsonl", [*records, again])
    _write_records(folder / "queries.jsonl", QUERIES)
    _write_records(
        folder / "others.jsonl", [{"id": "o1", "text": "How do I bake bread with rye flour?"}]
    )
    _write_records(folder / "questions.jsonl", ASKED)
    _write_records(folder / "dialogues.jsonl", [_dialogue(name) for name in BAKERIES])
    judged = [f"en-1\t{home['سوخو']}\t1", "fa-1\tagain\t1", f"fa-2\t{home['جان']}\t0"]
    (folder / "qrels.tsv").write_text("\n".join(judged), encoding="utf-8")
    (folder / "related.tsv").write_text(f"fa-2\t{home['جان']}\t0\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(_written: Path, tmp_path: Path) -> Path:
    """Return a copy of the set's folder, free to be broken."""
    return Path(shutil.copytree(_written, tmp_path / "seed-set"))


@pytest.fixture
def own_surroundings(tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a data folder of its own, and the run's cache."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PASOKH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PASOKH_CACHE_DIR", str(cache_dir))
    monkeypatch.chdir(tmp_path)
