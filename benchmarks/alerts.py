"""Cost and quality of alerts: 1,000 saved questions over an update of 100 articles.

The archive is PQuAD's paragraphs without 100 of them, and real news; the update is those 100. Half
of the saved questions are answered by a paragraph of the update, half by one that was there before:
the first are to be told, the others not. Everything is the product: `build_index`, `Following`.

    python benchmarks/alerts.py [--news 2000] [--work FOLDER]

Prints seconds of the wall and of the processor for one round of all saved questions, in batches as
the bot asks them, and the shares that were told; writes `benchmarks/results/alerts.json`.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from bot.session.following import Following, Saved
from bot.session.turns import Turn
from bot.settings import Settings
from bot.wire import build, open_answerer
from index import EVERYTHING

EVAL = Path(__file__).parent.parent.parent / "shared" / "eval"
RESULTS = Path(__file__).parent / "results" / "alerts.json"
N_NEW = 100
BATCH = 32
N_SAVED = 1000


def records(path: Path) -> list[dict[str, str]]:
    """Read JSON Lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, articles: list[dict[str, str]]) -> None:
    """Write JSON Lines."""
    lines = (json.dumps(article, ensure_ascii=False) for article in articles)
    path.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Build, follow, update, ask, and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--news", type=int, default=2000, help="articles of news in the archive")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "pasokh-alerts")
    options = parser.parse_args()
    corpus, data = options.work / "corpus", options.work / "data"
    corpus.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=corpus,
        data_dir=data,
        cache_dir=options.work / "cache",
    )
    paragraphs = records(EVAL / "pquad" / "corpus.jsonl")
    new = {one["id"] for one in paragraphs[::9][:N_NEW]}
    write(corpus / "old.jsonl", [one for one in paragraphs if one["id"] not in new])
    write(corpus / "news.jsonl", records(EVAL / "hamshahri-fa" / "corpus.jsonl")[: options.news])
    (corpus / "new.jsonl").unlink(missing_ok=True)
    build(settings)
    answering = open_answerer(settings)
    # The wanted paragraph of each question that has one.
    qrels = (EVAL / "pquad" / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    wanted = dict(line.split("\t")[:2] for line in qrels)
    queries = {one["id"]: one["text"] for one in records(EVAL / "pquad" / "queries.jsonl")}
    answered = [one for one in queries if one in wanted]
    halves = [
        [one for one in answered if (wanted[one] in new) is is_new][: N_SAVED // 2]
        for is_new in (True, False)
    ]
    (options.work / "following.db").unlink(missing_ok=True)
    following = Following(options.work / "following.db", most=N_SAVED, retention_days=30)
    following.take_up(answering)
    numbers: dict[int, str] = {}
    for one in (*halves[0], *halves[1]):
        saved = Saved(chat_id=1, user_id=1, language="fa", question=queries[one], scope=EVERYTHING)
        turn = Turn(
            question=saved.question, asked=saved.question, language="fa", confidence=0.0,
            snapshot=answering.manifest.snapshot, encoder="",
        )  # fmt: skip
        number = following.follow(answering, saved, turn)
        assert number is not None
        numbers[number] = one
    write(corpus / "new.jsonl", [one for one in paragraphs if one["id"] in new])
    build(settings)
    answering.refresh()
    wall, processor = time.perf_counter(), time.process_time()
    following.take_up(answering)
    taken_up = time.perf_counter() - wall
    saved = following.all()
    for start in range(0, len(saved), BATCH):
        following.ask(answering, saved[start : start + BATCH])
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    told = {numbers[one.saved.number]: one.turn for (one,) in following.pending()}
    result = {
        "articles": answering.manifest.n_articles,
        "passages": answering.manifest.n_passages,
        "new_articles": len(new),
        "saved": len(numbers),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "take_up_s": round(taken_up, 2),
        "wall_s": round(wall, 1),
        "processor_s": round(processor, 1),
        "told_of_answered": round(sum(one in told for one in halves[0]) / len(halves[0]), 3),
        "told_of_others": round(sum(one in told for one in halves[1]) / len(halves[1]), 3),
    }
    print(json.dumps(result, indent=1))
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
