"""Load test of the Telegram bot: faults on every kind of call, then kills with signal 9.

The bot runs as a process against the Bot API server of the tests. First one chat asks alone,
which gives the expected answers and the time to a warm bot's first answer. Then all chats ask
everything at once while each fault hits its share of calls. Then again, without faults, while
the bot is killed repeatedly.

    python benchmarks/telegram_flood.py

Writes `benchmarks/results/telegram_flood.json` and prints a table. Times under load include the
queue: everything is asked at once, and Telegram allows 30 messages a second.
Does not: measure Telegram's own network.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests" / "telegram" / "delivery"), str(ROOT / "tests")]

from bot_api_server import TOKEN, BotApi, Faults  # noqa: E402  # they lie beside their tests
from flood import QUESTIONS, account, ask_all, is_over, undisturbed  # noqa: E402

METRICS_PORT = 19842
PATIENCE_S = 120


class Bot:
    """The bot as a process on data of its own."""

    def __init__(self, api: BotApi, folder: Path) -> None:
        """Answer from the seed article; the index is built at the first start."""
        self.environment = os.environ | {
            "PASOKH_CORPUS": str(ROOT / "seeds"),
            "PASOKH_DATA_DIR": str(folder),
            "PASOKH_TELEGRAM_TOKEN": TOKEN,
            "PASOKH_TELEGRAM_BASE_URL": api.url,
            "PASOKH_TELEGRAM_QUEUE": "5000",
            "PASOKH_TELEGRAM_RATE_PER_MINUTE": "1000",
            "PASOKH_TELEGRAM_TOTAL_PER_MINUTE": "1000000",
            "PASOKH_METRICS_PORT": str(METRICS_PORT),
        }
        self.log = folder / "log"

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                env=self.environment, stdout=log, stderr=log, cwd=ROOT,
            )  # fmt: skip

    def stop(self, number: int) -> None:
        """End it."""
        self.process.send_signal(number)
        self.process.wait(60)

    def cpu_s(self) -> float:
        """Seconds of processor time it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def number(self, name: str) -> float:
        """Read one of its metrics."""
        text = httpx.get(f"http://127.0.0.1:{METRICS_PORT}/metrics", trust_env=False).text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


def first_answers(api: BotApi, n: int = 21) -> dict[str, float]:
    """Ask one question at a time from fresh chats; return milliseconds to sendMessage."""
    times = []
    for number in range(n):
        chat_id = 10_000 + number
        asked = time.monotonic()
        api.say(chat_id, QUESTIONS[number % len(QUESTIONS)])
        api.wait_until(lambda chat_id=chat_id: bool(api.texts(chat_id)))
        times.append(1000 * (api.accepted(chat_id=chat_id)[0].at - asked))
    return {"p50_ms": round(statistics.median(times), 1), "max_ms": round(max(times), 1)}


def seconds_per_question(api: BotApi, chats: range, asked: float) -> dict[str, float]:
    """Return seconds from asking to each answer, including the wait in the queue."""
    times = sorted(call.at - asked for chat in chats for call in api.accepted(chat_id=chat))
    return {
        "p50_s": round(times[len(times) // 2], 2),
        "p95_s": round(times[int(len(times) * 0.95)], 2),
    }


def wait_for_the_end(api: BotApi, chats: range, expected: list[str]) -> None:
    """Wait until every chat has its last answer, or nothing came for a while."""
    n_seen, quiet_since = 0, time.monotonic()
    while not is_over(api, chats, expected) and time.monotonic() < quiet_since + PATIENCE_S:
        if (n_now := len(api.accepted())) > n_seen:
            n_seen, quiet_since = n_now, time.monotonic()
        time.sleep(1)


def flood(
    api: BotApi, bot: Bot, chats: range, expected: list[str], rate: float
) -> dict[str, object]:
    """Ask everything at once under faults; return the outcomes and their cost."""
    api.faults = Faults(rate=rate)
    asked, cpu, thinking = time.monotonic(), bot.cpu_s(), bot.number("pasokh_answer_seconds_sum")
    ask_all(api, chats, len(expected))
    wait_for_the_end(api, chats, expected)
    wall = time.monotonic() - asked
    api.faults = Faults()
    return (
        asdict(account(api, chats, expected))
        | seconds_per_question(api, chats, asked)
        | {
            "wall_s": round(wall, 1),
            "answers_per_s": round(len(chats) * len(expected) / wall, 1),
            "cpu_share": round((bot.cpu_s() - cpu) / wall / (os.cpu_count() or 1), 3),
            "answering_s": round(bot.number("pasokh_answer_seconds_sum") - thinking, 1),
            "uncertain_calls": int(bot.number("pasokh_uncertain_calls_total")),
        }
    )


def kills(api: BotApi, bot: Bot, chats: range, expected: list[str], n: int) -> dict[str, object]:
    """Ask everything at once and kill the bot again and again."""
    chance, when = random.Random(20), []  # noqa: S311  # moments, not secrets
    began = time.monotonic()
    ask_all(api, chats, len(expected))
    for _ in range(n):
        seen = len(api.accepted())
        api.wait_until(lambda seen=seen: len(api.accepted()) > seen, PATIENCE_S)
        time.sleep(chance.uniform(0, 1.5))
        bot.stop(signal.SIGKILL)
        when.append(time.monotonic())
        bot.start()
    wait_for_the_end(api, chats, expected)
    return asdict(account(api, chats, expected, when)) | {
        "kills": n,
        "wall_s": round(time.monotonic() - began, 1),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=float, default=0.05, help="share of each fault")
    options = parser.parse_args()
    api = BotApi()
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(api, Path(folder))
        bot.start()
        expected = undisturbed(api, len(QUESTIONS))
        result = {
            "questions": options.chats * len(QUESTIONS),
            "chats": options.chats,
            "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[0], 1),
            "first_answer": first_answers(api),
            "faults": flood(
                api, bot, range(20_000, 20_000 + options.chats), expected, options.rate
            ),
            "kills": kills(
                api, bot, range(30_000, 30_000 + options.chats), expected, options.kills
            ),
        }
        bot.stop(signal.SIGTERM)
    api.close()
    print(json.dumps(result, indent=1))
    target = ROOT / "benchmarks" / "results" / "telegram_flood.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    clean = all(
        not (
            result[part]["n_lost"] or result[part]["n_unexplained"] or result[part]["out_of_order"]
        )
        for part in ("faults", "kills")
    )
    sys.exit(0 if clean else "something was lost, doubled or mixed up")


if __name__ == "__main__":
    main()
