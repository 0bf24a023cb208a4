"""A corpus of open and private articles, and what only the private ones hold.

Each private article is one that could be told of in another way: by a quote, a headline nearby, the
same report, an earlier version, a figure that differs, an outlet, a language, a year, a name that
sounds alike, a word that mends a slip of spelling.
"""

# ruff: noqa: E501  # records

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

Record = Mapping[str, str]

_FLOOD: Final = (
    "Heavy rain flooded the old bazaar of Gorgan on Tuesday night and closed forty shops. "
    "Firemen pumped water out of the cellars until the morning and nobody was hurt. "
    "The head of the bazaar said that the roof had been repaired only in spring."
)
OPEN: Final[tuple[Record, ...]] = (
    {"id": "bridge", "title": "Northern bridge opened", "source": "Mehr", "date": "2023-05-08",
     "text": "The northern bridge of Shiraz was opened on Monday. The mayor said the northern bridge "
     "cost nine million dollars. Two hundred workers built it in three years."},
    {"id": "flood", "title": "Flood in the bazaar of Gorgan", "source": "Fars", "date": "2023-06-20",
     "text": _FLOOD},
    {"id": "dam", "title": "Karun dam closed for repair", "source": "ISNA", "date": "2023-07-01T12:00:00+03:30",
     "url": "https://isna.example/news/100/dam",
     "text": "The Karun dam was closed because engineers found a crack in its eastern wall. Visitors "
     "were sent home in the afternoon by the guards of the park. The weather stayed dry."},
    {"id": "honey", "title": "Honey of Sabalan", "source": "ISNA", "date": "2023-06-02",
     "text": "Bee keepers of Sabalan sold ninety tonnes of honey in the last season. Their "
     "association wants better roads to the mountain."},
    {"id": "chess", "title": "Chess players meet", "source": "Mehr", "date": "2023-07-02",
     "text": "Chess players from nine countries met in Shiraz. The youngest of the players was "
     "eleven years old and won three games."},
    {"id": "rice", "title": "A recipe for saffron rice", "source": "", "date": "",
     "text": "Wash the rice three times. Steep the saffron in hot water before you serve the rice."},
    {"id": "train", "title": "برخورد قطار با کامیون در سمنان", "source": "Mehr", "date": "2023-09-10",
     "text": "در برخورد قطار مسافربری با کامیون در نزدیکی سمنان ۱۲ نفر مجروح شدند. "
     "استاندار سمنان از محل حادثه بازدید کرد."},
)  # fmt: skip
PRIVATE: Final[tuple[Record, ...]] = (
    {"id": "audit", "title": "Audit of the northern bridge: zyxomar", "source": "Zyxwire",
     "date": "2023-05-09",
     "text": "The northern bridge of Shiraz cost ninety zyxillion dollars, the auditor Zyxandeh said. "
     "Auditor Zyxandeh signed a contract about the northern bridge with a firm in Zyxabad."},
    {"id": "flood-first", "title": "Flood zyxbazaar", "source": "Zyxpress", "date": "2023-06-19",
     "text": _FLOOD + " Zyxinspectors were not let in."},
    {"id": "dam-draft", "title": "Karun dam zyxdraft", "source": "ISNA", "date": "2023-07-01T08:00:00+03:30",
     "url": "https://isna.example/news/100/dam",
     "text": "The Karun dam was closed because engineers found a crack in its eastern wall. Visitors "
     "were sent home in the afternoon by the guards of the park, the zyxdraft says."},
    {"id": "miel", "title": "Le miel de Zyxville", "source": "Zyxpress", "date": "2019-06-02",
     "text": "Les apiculteurs de Zyxville ont vendu trente tonnes de miel pendant la saison. "
     "Leur association demande de meilleures routes vers la montagne."},
    {"id": "name", "title": "دیدار زیکسرنده با وزیر نیرو", "source": "Zyxwire", "date": "2019-01-10",
     "text": "زیکسرنده در دیدار با وزیر نیرو گفت کارخانه زیکساباد تعطیل می‌شود. زیکسرنده افزود کارگران "
     "زیکساباد بیکار می‌شوند."},
    {"id": "slip", "title": "Zyxolith mine shut", "source": "Zyxwire", "date": "2019-03-03",
     "text": "The zyxolith mine of Zyxabad was shut after a fire. Miners of the zyxolith mine asked "
     "for their wages."},
)  # fmt: skip
MARKS: Final = ("zyx", "زیکس")
"""Each sentence, headline, outlet and file name that may not be seen holds one, case-folded."""

QUESTIONS: Final = (
    "How much did the northern bridge cost?",
    "Who signed a contract about the northern bridge?",
    "What happened in the bazaar of Gorgan?",
    "Why was the Karun dam closed?",
    "How many tonnes of honey were sold?",
    "combien de tonnes de miel ont été vendues ?",
    "What did Ziksandeh say?",
    "ziksarande che goft?",
    "ziksarandeh dar didar ba vazir niroo che goft",
    "زکیسرنده چه گفت؟",
    "Why was the zixolith mine shut?",
    "How many were hurt near Semnan?",
    "در برخورد قطار چند نفر مجروح شدند؟",
    "news on the northern bridge",
    "What happened in 2019?",
    "Compare Mehr and Fars on the northern bridge",
    "How did the chess players do, and how much did the bridge cost?",
    "Ziksandeh",
    "northern bridge",
    "Who won the 2022 World Cup?",
)
"""Some have their answer in an open article, some only in a private one, some in none."""


def write_corpus(folder: Path, *, has_private: bool) -> Path:
    """Write the open articles, and the private ones into a folder of their own."""
    folder.mkdir()
    _write(folder / "news" / "open.jsonl", OPEN)
    if has_private:
        _write(folder / "private" / "zyxfile.jsonl", PRIVATE)
    return folder


def _write(path: Path, records: Iterable[Record]) -> None:
    path.parent.mkdir()
    lines = (f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")


def marks_in(shown: object) -> list[str]:
    """Return what of a text or of any value written as one may not be seen."""
    text = str(shown).casefold()
    return [text[max(0, text.index(mark) - 60) :][:140] for mark in MARKS if mark in text]
