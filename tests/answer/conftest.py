"""Opened indexes of the seed article and of dated articles of several outlets, and answers."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.answer.answerer import Answerer
from index import Article, IndexConfig, Snapshot, VectorSpace, build_index, open_snapshot
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def snapshot(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Open the index of the seed article."""
    home = tmp_path_factory.mktemp("answers")
    build_index(
        [SEEDS], home, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "vectors"
    )
    opened = open_snapshot(home, space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def article(snapshot: Snapshot) -> Article:
    """Return the seed article."""
    return next(snapshot.archive.articles())


ARTICLES: Sequence[dict[str, str]] = (
    {
        "id": "bridge-may",
        "title": "Work on the northern bridge begins",
        "text": (
            "Work on the northern bridge began on Monday. The governor said the northern bridge "
            "would cost nine million dollars. Two hundred workers were hired."
        ),
        "date": "2023-05-08",
        "source": "Mehr",
    },
    {
        "id": "bridge-june",
        "title": "Floods stop the northern bridge",
        "text": (
            "Floods stopped work on the northern bridge for two weeks. The mayor said that one "
            "pillar of the northern bridge had to be built again."
        ),
        "date": "2023-06-19",
        "source": "Fars",
    },
    {
        "id": "bridge-july",
        "title": "Northern bridge becomes dearer",
        "text": (
            "The northern bridge will cost fourteen million dollars, the governor said on Sunday. "
            "He blamed the price of steel for what the northern bridge costs now."
        ),
        "date": "2023-07-16",
        "source": "Tasnim",
    },
    {
        "id": "saffron",
        "title": "A recipe for saffron rice",
        "text": "Wash the rice three times. Steep the saffron in hot water before you serve it.",
    },
    {
        "id": "chess",
        "title": "Chess players meet in Shiraz",
        "text": "Chess players from nine countries met in Shiraz. The youngest was eleven.",
        "date": "2023-07-02",
        "source": "Mehr",
    },
    {
        "id": "train-mehr",
        "title": "برخورد قطار با کامیون در سمنان",
        "text": (
            "در برخورد قطار مسافربری با کامیون در نزدیکی سمنان ۱۲ نفر مجروح شدند. "
            "استاندار سمنان از محل حادثه بازدید کرد."
        ),
        "date": "2023-09-10",
        "source": "Mehr",
    },
    {
        "id": "train-tasnim",
        "title": "حادثه قطار سمنان",
        "text": (
            "بر اثر برخورد قطار مسافربری با یک کامیون در نزدیکی سمنان ۱۵ نفر مجروح شدند و به "
            "بیمارستان رفتند. علت حادثه بررسی می‌شود."
        ),
        "date": "2023-09-10",
        "source": "Tasnim",
    },
    {
        "id": "dam-1401",
        "title": "آب سد کرج در سال گذشته",
        "text": ("ذخیره آب سد کرج به ۴۰ میلیون متر مکعب رسید. مدیر سد کرج گفت بارش‌ها کم بوده است."),
        "date": "2022-11-05",
        "source": "Mehr",
    },
    {
        "id": "dam-1402",
        "title": "آب سد کرج بیشتر شد",
        "text": (
            "ذخیره آب سد کرج به ۷۵ میلیون متر مکعب رسید. مدیر سد کرج گفت بارش‌ها بهتر شده است."
        ),
        "date": "2023-11-12",
        "source": "Fars",
    },
)


@pytest.fixture(scope="session")
def dated(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Open the index of these articles."""
    folder = tmp_path_factory.mktemp("overtime")
    corpus = folder / "news.jsonl"
    lines = (json.dumps(one, ensure_ascii=False) for one in ARTICLES)
    corpus.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    home = folder / "home"
    build_index(
        [corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "vectors"
    )
    opened = open_snapshot(home, space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def answerer(dated: Snapshot, encoder: Encoder) -> Answerer:
    """Answer from them."""
    return Answerer(dated, encoder)
