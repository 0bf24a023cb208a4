"""A small real question set over paragraphs of the seed article."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

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
    judged = [f"en-1\t{home['سوخو']}\t1", "fa-1\tagain\t1", f"fa-2\t{home['جان']}\t0"]
    (folder / "qrels.tsv").write_text("\n".join(judged), encoding="utf-8")
    (folder / "related.tsv").write_text(f"fa-2\t{home['جان']}\t0\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(_written: Path, tmp_path: Path) -> Path:
    """Return a copy of the set's folder, free to be broken."""
    return Path(shutil.copytree(_written, tmp_path / "seed-set"))
