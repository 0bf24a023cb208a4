"""Load test of followed questions on Telegram: faults, kills with signal 9, an archive that grows.

Chats ask questions and follow others while snapshots are published, calls meet faults and the bot
is killed; then what every chat was sent is held against what it asked and what was found for it.

    python benchmarks/followers_flood.py [--chats 200] [--asked 10] [--saved 300] ...

Prints the outcome and writes `benchmarks/results/followers_flood.json`; exit code 1 where anything
was lost, doubled without need or mixed up.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests" / "telegram" / "delivery"), str(ROOT / "tests")]

from bot_api_server import TOKEN, BotApi  # noqa: E402  # they lie beside their tests
from bot_process import Bot  # noqa: E402
from followers import Sizes, flood, open_newsroom  # noqa: E402


def main() -> None:
    """Run, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--asked", type=int, default=10, help="questions of each chat, at most 10")
    parser.add_argument("--saved", type=int, default=300, help="followed questions in all")
    parser.add_argument("--snapshots", type=int, default=20, help="at most 20")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--fault-rate", type=float, default=0.05, help="share of each fault")
    sizes = Sizes(**vars(parser.parse_args()))
    api = BotApi()
    with tempfile.TemporaryDirectory() as folder:
        newsroom = open_newsroom(Path(folder))
        environment = os.environ | newsroom.environment | {
            "PASOKH_TELEGRAM_TOKEN": TOKEN,
            "PASOKH_TELEGRAM_BASE_URL": api.url,
        }  # fmt: skip
        bot = Bot([sys.executable, "-m", "bot", "serve"], environment, Path(folder, "log"))
        try:
            outcome = flood(api, bot, newsroom, sizes)
            failed = [one for one in bot.log if one.get("level") in {"WARNING", "ERROR"}]
        finally:
            if bot.is_running:
                bot.stop()
    api.close()
    result = {**asdict(sizes), "cores": os.cpu_count(), **asdict(outcome)}
    print(json.dumps(result, indent=1))
    print(*map(json.dumps, failed), sep="\n", file=sys.stderr)
    target = ROOT / "benchmarks" / "results" / "followers_flood.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if outcome.is_clean(sizes) else "something was lost, doubled or mixed up")


if __name__ == "__main__":
    main()
