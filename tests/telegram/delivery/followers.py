"""A flood of questions beside followed ones, while an archive grows and the bot is killed.

Every chat asks; some chats follow. Meanwhile snapshots are published, each with a report that
answers what is followed, calls meet faults, and the bot is killed with signal 9. Then what every
chat was sent is held against what it asked and against what was found for it.

Does not: start the bot or build the first index; tests and `benchmarks/followers_flood.py` do.
"""

import json
import random
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot_api_server import BotApi, Faults
from flood import Account, tally
from patience import scaled

from bot.settings import Settings
from bot.telegram.types import FIRST_ALERT
from bot.wire import build, info

REPORTS = {
    "Why was the airport of Ardabil closed?": (
        "The airport of Ardabil was closed because snow covered both of its runways.",
        "Travellers waited in the hall until the evening.",
    ),
    "How many ships did the port of Bushehr unload?": (
        "The port of Bushehr unloaded forty ships of grain last week.",
        "Dockers worked through three nights, said their union.",
    ),
    "Who opened the museum of carpets in Kerman?": (
        "The museum of carpets in Kerman was opened by the mayor on Friday.",
        "Its oldest piece was woven for a shah.",
    ),
    "What did archaeologists find near Qazvin?": (
        "Archaeologists found a bronze sword near Qazvin under a shepherd's hut.",
        "A laboratory in the capital will date it.",
    ),
    "Why did the bakers of Yazd strike?": (
        "The bakers of Yazd went on strike because flour had become too dear.",
        "Bread was brought from two other towns.",
    ),
    "How many pelicans were counted at Lake Urmia?": (
        "Rangers counted nine hundred pelicans at Lake Urmia this spring.",
        "Ten years ago there had been fewer than sixty.",
    ),
    "Who conducted the orchestra of Isfahan?": (
        "The orchestra of Isfahan was conducted by a student of twenty-two.",
        "The hall was sold out for both evenings.",
    ),
    "Why did the bridge of Dezful collapse?": (
        "The bridge of Dezful collapsed because the flood had washed out a pillar.",
        "Nobody was on it at that hour.",
    ),
    "What did the vet of Golestan say about sick horses?": (
        "The vet of Golestan said that the sick horses had eaten mouldy hay.",
        "All but one of them have recovered.",
    ),
    "How much saffron did Torbat harvest?": (
        "Torbat harvested eleven tonnes of saffron, its best crop in a decade.",
        "Pickers came from four provinces.",
    ),
    "Why was the marathon of Shiraz postponed?": (
        "The marathon of Shiraz was postponed because of a sandstorm.",
        "Runners keep their numbers for the new date.",
    ),
    "Who repaired the clock tower of Tabriz?": (
        "The clock tower of Tabriz was repaired by two brothers from a watch shop.",
        "Its bell had been silent since the earthquake.",
    ),
    "What does the library of Mashhad lend?": (
        "The library of Mashhad now lends seeds of old vegetables with its books.",
        "Readers bring some back after the harvest.",
    ),
    "Why are the fishermen of Chabahar angry?": (
        "The fishermen of Chabahar are angry because trawlers cut their nets.",
        "They asked for a zone of their own.",
    ),
    "How long is the new tunnel of Alborz?": (
        "The new tunnel of Alborz is nine kilometres long and has two tubes.",
        "Lorries will save an hour.",
    ),
    "Who won the chess tournament of Rasht?": (
        "The chess tournament of Rasht was won by a schoolgirl of fourteen.",
        "She lost one game only, to her own teacher.",
    ),
    "Why was the cinema of Abadan evacuated?": (
        "The cinema of Abadan was evacuated because smoke came from a projector.",
        "The film was shown again an hour later.",
    ),
    "What did divers raise off Kish?": (
        "Divers raised a wooden anchor of the tenth century off Kish.",
        "It lies in fresh water now, so that it does not crack.",
    ),
    "How many bicycles does Zanjan rent out?": (
        "Zanjan rents out four hundred bicycles at thirty stations.",
        "The first half hour is free.",
    ),
    "Why did the glassworks of Hamadan stop?": (
        "The glassworks of Hamadan stopped because their furnace cracked.",
        "A new one comes from abroad in autumn.",
    ),
    "Who painted the ceiling of the theatre in Arak?": (
        "The ceiling of the theatre in Arak was painted by pupils of three schools.",
        "They lay on scaffolds for a month.",
    ),
    "How many wells did Birjand drill?": (
        "Birjand drilled sixteen wells after the driest winter on record.",
        "Five of them gave no water.",
    ),
    "Why was the zoo of Babol fined?": (
        "The zoo of Babol was fined because its bears had no pool.",
        "Work on one begins next month.",
    ),
    "What did customs officers seize in Astara?": (
        "Customs officers seized two thousand falcon eggs in Astara.",
        "They were hidden in boxes of tea.",
    ),
    "When does the ferry of Qeshm leave?": (
        "The ferry of Qeshm leaves at dawn from this week on.",
        "Until now it had sailed at noon.",
    ),
    "Who translated the letters of Khoy?": (
        "The letters of Khoy were translated by a retired postman.",
        "He found them in the attic of the station.",
    ),
    "How much snow fell in Shahrekord?": (
        "Ninety centimetres of snow fell in Shahrekord on Sunday night.",
        "Schools stay shut until Wednesday.",
    ),
    "Why did the tram of Ahvaz derail?": (
        "The tram of Ahvaz derailed because heat had bent the rails.",
        "Buses carry its passengers.",
    ),
    "What do beekeepers of Semnan fear?": (
        "Beekeepers of Semnan fear a mite that came with imported hives.",
        "They burn what is infested.",
    ),
    "Where will the observatory of Nain stand?": (
        "The observatory of Nain will stand on a hill above the salt desert.",
        "Its mirror is ground in the town itself.",
    ),
}
"""Questions, each with the report that answers it."""

FOLLOWED, ASKED = tuple(REPORTS)[:20], tuple(REPORTS)[20:]
"""Questions whose reports are published meanwhile, and those whose reports are there before."""
_NUMBERS = {question: number for number, question in enumerate(REPORTS)}
SEEDS = Path(__file__).parents[3] / "seeds"
_FIRST_CHAT = 201
_PATIENCE_S = 120
_ALERT = "New on"
_FAST = {"telegram_total_per_minute": 1_000_000, "telegram_rate_per_minute": 1000,
         "telegram_queue": 10_000}  # fmt: skip


class Running(Protocol):
    """The bot as a process; see `bot_process`."""

    @property
    def store(self) -> Path:
        """File of its queue."""
        ...

    def start(self, **settings: object) -> None:
        """Start it."""
        ...

    def stop(self, number: int = ...) -> int:
        """End it."""
        ...


@dataclass
class Newsroom:
    """An archive that grows under a running bot."""

    settings: Settings

    def publish(self, question: str) -> None:
        """Publish the report that answers a question."""
        self.add(question)
        build(self.settings)

    def add(self, question: str) -> None:
        """Put the report that answers a question into the archive's folder."""
        number = _NUMBERS[question]
        text = " ".join(REPORTS[question])
        record = {"id": f"r{number}", "title": f"Report {number}.", "text": text, "source": "ISNA"}
        path = self.settings.corpus / f"{number}.jsonl"
        path.write_text(json.dumps(record), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """Settings of a bot that answers from it."""
        settings = self.settings
        return {
            "PASOKH_CORPUS": str(settings.corpus),
            "PASOKH_INDEX_DIR": str(settings.index_home),
            "PASOKH_CACHE_DIR": str(settings.cache_dir),
            "PASOKH_DATA_DIR": str(settings.data_dir),
        }


def open_newsroom(folder: Path, cache_dir: Path | None = None) -> Newsroom:
    """Make an archive of the seed article in a folder."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=folder / "corpus",
        data_dir=folder / "data",
        cache_dir=cache_dir or folder / "cache",
    )
    shutil.copytree(SEEDS, settings.corpus)
    newsroom = Newsroom(settings)
    for question in ASKED:
        newsroom.add(question)
    build(settings)
    return newsroom


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything: `asked` is questions of each chat, `saved` followed ones in all."""

    chats: int
    asked: int
    saved: int
    snapshots: int
    kills: int
    fault_rate: float = 0.05

    @property
    def n_asked(self) -> int:
        """Questions of all chats."""
        return self.chats * self.asked


@dataclass
class Outcome:
    """What became of it: of the questions, of the alerts that were found, and of what was saved.

    Attributes:
        n_saved: Followed questions that were saved.
        n_silent: Saved questions for which nothing was found although their report was published.
        odd: Answers that quote no report that was asked about, as an apology for a failure is.
    """

    answers: Account = field(default_factory=Account)
    alerts: Account = field(default_factory=Account)
    n_saved: int = 0
    n_silent: int = 0
    odd: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def is_clean(self, sizes: Sizes) -> bool:
        """Tell whether nothing was lost, mixed up or repeated without need."""
        is_all = self.n_saved == sizes.saved and self.answers.n_answered == sizes.n_asked
        return is_all and not self.n_silent and self.answers.is_clean and self.alerts.is_clean


def flood(api: BotApi, bot: Running, newsroom: Newsroom, sizes: Sizes) -> Outcome:
    """Let chats ask and follow, publish and kill meanwhile; return what became of it."""
    began = time.monotonic()
    bot.start(**_FAST)
    chats = range(_FIRST_CHAT, _FIRST_CHAT + sizes.chats)
    topics = FOLLOWED[: sizes.snapshots]
    api.faults = Faults(rate=sizes.fault_rate)
    for number in range(sizes.saved):
        turn, at = divmod(number, sizes.chats)
        api.say(chats[at], f"/follow {topics[(at + turn) % len(topics)]}")
    api.wait_until(lambda: bool(api.accepted()), _PATIENCE_S)  # then the bot's files are there
    _wait_until_settled(bot, newsroom, sizes.saved)
    before = {chat_id: len(api.accepted(chat_id=chat_id)) for chat_id in chats}

    chance, kills = random.Random(7), []  # noqa: S311  # moments, not secrets
    steps = max(sizes.snapshots, sizes.kills)
    asked = [(chat_id, text) for text in ASKED[: sizes.asked] for chat_id in chats]
    for step in range(steps):
        for chat_id, text in asked[len(asked) * step // steps : len(asked) * (step + 1) // steps]:
            api.say(chat_id, text)
        seen = len(api.accepted())
        if step < sizes.snapshots:
            newsroom.publish(topics[step])
        if step < sizes.kills:
            api.wait_until(lambda seen=seen: len(api.accepted()) > seen, _PATIENCE_S)
            time.sleep(chance.uniform(0, 1))
            bot.stop(signal.SIGKILL)
            kills.append(time.monotonic())
            bot.start()
    _wait_until_settled(bot, newsroom, sizes.saved + len(asked))
    bot.stop()

    found = _found(bot)
    ((n_saved,),) = _rows(bot, "following", "SELECT count(*) FROM saved")
    told = {(chat_id, one) for chat_id, one, reports in found if _NUMBERS[one] in reports}
    outcome = Outcome(
        n_saved=n_saved,
        n_silent=n_saved - len(told),
        seconds=round(time.monotonic() - began, 1),
    )
    for chat_id in chats:
        sent = api.accepted(chat_id=chat_id)[before[chat_id] :]
        alerts = [(_told(call.text), call) for call in sent if _ALERT in call.text]
        answers = [(_answered(call.text), call) for call in sent if _ALERT not in call.text]
        outcome.odd += [said for said, _ in answers if said not in ASKED]
        tally(outcome.answers, chat_id, answers, ASKED[: sizes.asked], kills)
        of_chat = [
            _named(question, reports) for chat, question, reports in found if chat == chat_id
        ]
        tally(outcome.alerts, chat_id, alerts, of_chat, kills)
    return outcome


def _answered(text: str) -> str:
    """Return the question that an answer answers: whose report it quotes first."""
    places = {text.find(REPORTS[question][0]): question for question in ASKED}
    return places.get(min((place for place in places if place >= 0), default=-1), text)


def _told(text: str) -> str:
    """Return what an alert tells of: the question, and the reports that it quotes."""
    question = next(one for one in FOLLOWED if one in text.split("\n", 1)[0])
    return _named(question, {int(one) for one in re.findall(r"Report (\d+)\.", text)})


def _named(question: str, reports: Collection[int]) -> str:
    return f"{question} {sorted(reports)}"


def _found(bot: Running) -> list[tuple[int, str, set[int]]]:
    """Return the alerts that were found: chat, question and reports, in order."""
    # The first record of a saved question is what was answered when it was saved.
    query = (
        "SELECT chat_id, question, record FROM alerts JOIN saved ON saved.number = saved"
        " WHERE alerts.number > (SELECT min(number) FROM alerts AS of_it WHERE of_it.saved ="
        " alerts.saved) ORDER BY alerts.number"
    )
    return [
        (chat_id, question, {int(place["article_id"][1:]) for place in json.loads(record)["places"]
         if place["article_id"][0] == "r"})
        for chat_id, question, record in _rows(bot, "following", query)
    ]  # fmt: skip


def _wait_until_settled(bot: Running, newsroom: Newsroom, n_said: int) -> None:
    """Wait until all that was said is settled, all is asked of the newest snapshot, and told.

    Raises:
        TimeoutError: If nothing changes for a long time.
    """
    snapshot, seen, end = info(newsroom.settings).snapshot, None, 0.0
    while True:
        states = dict(_rows(bot, "queue", "SELECT state, count(*) FROM updates GROUP BY state"))
        alerts = "SELECT count(*) FROM updates WHERE update_id >= ?"
        ((n_alerts,),) = _rows(bot, "queue", alerts, FIRST_ALERT)
        ((n_behind,),) = _rows(
            bot,
            "following",
            "SELECT count(*) FROM saved WHERE edition < coalesce("
            "(SELECT number FROM editions WHERE snapshot = ?), 1e9)",
            snapshot,
        )
        ((n_untold,),) = _rows(bot, "following", "SELECT count(*) FROM alerts WHERE NOT is_told")
        n_received = sum(states.values()) - n_alerts
        is_settled = states.keys() <= {"done", "dropped"}
        if n_received >= n_said and is_settled and not n_behind and not n_untold:
            return
        if seen != (seen := (states, n_behind, n_untold)):
            end = time.monotonic() + scaled(_PATIENCE_S)
        if time.monotonic() > end:
            msg = f"not settled: {states}, {n_received} of {n_said}, {n_behind=}, {n_untold=}"
            raise TimeoutError(msg)
        time.sleep(0.5)


def _rows(bot: Running, name: str, query: str, *values: object) -> list[Any]:
    """Read one of the bot's files."""
    path = bot.store.parent / f"telegram-{name}-4242.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as database:
        return database.execute(query, values).fetchall()
