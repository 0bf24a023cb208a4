"""Near-duplicates: recall of edited copies of real articles, and false pairs.

Copies are made by program from articles of news-fa and news-en (../shared/eval) and looked up among
all of them and Hamshahri: sentences replaced by others' sentences, dropped, or with words moved and
replaced, in 10, 30 and 50 per cent of them; the headline swapped; the text respelt (ي, ك, digits,
joiners); cut to its first half. A copy counts as another outlet's; "outlets unknown" treats
every article as published by an outlet of its own, which is the hardest case for precision.

A pair is right if it is a copy and its original, or an article of which half of the shorter
text's runs of 8 words are in the original: an exact measure, independent of MinHash.

    python benchmarks/near_duplicates.py [--copies 1000] [--size 100000]

Writes `benchmarks/results/near_duplicates.json` and `.md`. The rest of the index is not measured.
"""

import argparse
import io
import json
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from readme import markdown

from index import Article
from index.dedup.lsh import SCHEMA, SignatureWriter, Signed, find_copies
from index.dedup.minhash import buckets_of, signature_of
from index.sources import read_articles
from index.text.sentences import sentences
from index.text.tokenize import tokens

ROOT = Path(__file__).parent.parent
EVAL = ROOT.parent / "shared" / "eval"
COPIED = ("news-fa.jsonl", "news-en.jsonl")
MIXED_IN = ("hamshahri-fa/corpus.jsonl",)
RESULTS = ROOT / "benchmarks" / "results"
RUN = 8
RIGHT = 0.5

Edit = Callable[[list[str], random.Random], list[str]]


@dataclass(frozen=True, slots=True)
class Text:
    """The fields of an article that are compared."""

    id: str
    outlet: str
    body: str
    sentences: list[str]


def read(names: Sequence[str]) -> list[Text]:
    """Return the articles of the files that hold text."""
    found = []
    for name in names:
        for article in read_articles(EVAL / name):
            if isinstance(article, Article) and article.body:
                body = "\n".join(span.cut(article.text) for span in article.body)
                cut = [span.cut(body) for span in sentences(body, article.language)]
                found.append(Text(article.id, article.source or name, body, cut))
    return found


def some(parts: list[str], share: float, rng: random.Random) -> set[int]:
    """Choose a share of the positions in a list, at least one."""
    return set(rng.sample(range(len(parts)), max(1, round(len(parts) * share))))


def edits(pool: list[str]) -> Iterator[tuple[str, Edit]]:
    """Yield the kinds of copies by name."""

    def replaced(parts: list[str], share: float, rng: random.Random) -> list[str]:
        gone = some(parts, share, rng)
        return [rng.choice(pool) if at in gone else part for at, part in enumerate(parts)]

    def dropped(parts: list[str], share: float, rng: random.Random) -> list[str]:
        gone = some(parts, share, rng)
        return [part for at, part in enumerate(parts) if at not in gone]

    def reworded(parts: list[str], share: float, rng: random.Random) -> list[str]:
        edited = some(parts, share, rng)
        return [moved(part, rng) if at in edited else part for at, part in enumerate(parts)]

    def moved(sentence: str, rng: random.Random) -> str:
        words = sentence.split()
        for _ in range(max(1, len(words) // 10)):
            at = rng.randrange(max(1, len(words) - 1))
            words[at : at + 2] = reversed(words[at : at + 2])
        words[rng.randrange(len(words))] = rng.choice(rng.choice(pool).split())
        return " ".join(words)

    for name, edit in (("replaced", replaced), ("dropped", dropped), ("reworded", reworded)):
        for share in (0.1, 0.3, 0.5):
            yield (
                f"{share:.0%} of sentences {name}",
                lambda parts, rng, edit=edit, share=share: edit(parts, share, rng),  # type: ignore[misc]
            )
    yield "headline swapped", lambda parts, _: parts
    yield "respelt", lambda parts, _: [part.translate(RESPELT) for part in parts]
    yield "first half", lambda parts, _: parts[: (len(parts) + 1) // 2]


RESPELT = str.maketrans("یک۰۱۲۳۴۵۶۷۸۹", "يك0123456789", "\u200c")


def runs(text: str) -> set[tuple[str, ...]]:
    """Return the runs of 8 words of a text, or all of its words where it has fewer."""
    words = tokens(text)
    return {tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}


def is_right(one: str, other: str) -> bool:
    """Tell whether half of the shorter text is in the other, by exact runs of words."""
    first, second = runs(one), runs(other)
    return len(first & second) >= RIGHT * min(len(first), len(second))


def stored(texts: list[Text], *, known: bool) -> tuple[sqlite3.Connection, list[tuple[int, int]]]:
    """Return a new database with the signatures of texts, and the pairs found meanwhile."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    writer = SignatureWriter(connection, io.BytesIO())
    for row, text in enumerate(texts):
        if (signature := signature_of(text.body)) is not None:
            outlet = text.outlet if known else text.id
            writer.add(Signed(row, signature, outlet, buckets_of(signature)))
    return connection, [(copy.row, row) for row, copies in writer.finish() for copy in copies]


def measure(  # one line of the table
    name: str, edit: Edit, chosen: list[int], texts: list[Text], connection: sqlite3.Connection
) -> dict[str, float | str]:
    """Look copies of one kind up, and count."""
    rng = random.Random(name)  # noqa: S311 - repeatable
    n_right = n_found = n_copies = n_long = n_long_found = n_pairs = 0
    for row in chosen:
        copy = "\n".join(edit(texts[row].sentences, rng))
        n_copies += 1
        signature = signature_of(copy)
        copies = find_copies(connection, signature, "another") if signature else []
        rows = [found.row for found in copies]
        is_long = signature is not None and not signature.is_short
        n_long += is_long
        n_found += row in rows
        n_long_found += is_long and row in rows
        n_pairs += len(rows)
        n_right += sum(other == row or is_right(copy, texts[other].body) for other in rows)
    return {
        "kind": name,
        "copies": n_copies,
        "recall": round(n_found / n_copies, 4),
        "long": n_long,
        "recall_long": round(n_long_found / n_long, 4),
        "pairs": n_pairs,
        "precision": round(n_right / n_pairs, 4),
    }


def originals(texts: list[Text], pairs: list[tuple[int, int]]) -> dict[str, object]:
    """Judge the pairs found among the articles themselves."""
    right = [is_right(texts[one].body, texts[other].body) for one, other in pairs]
    return {
        "pairs": len(pairs),
        "right": sum(right),
        "same_outlet": sum(texts[a].outlet == texts[b].outlet for a, b in pairs),
        "wrong_ids": [
            (texts[one].id, texts[other].id)
            for (one, other), ok in zip(pairs, right, strict=True)
            if not ok
        ],
        "sample_ids": [
            (texts[one].id, texts[other].id)
            for one, other in random.Random(0).sample(pairs, min(30, len(pairs)))  # noqa: S311
        ],
    }


def at_size(texts: list[Text], pool: list[str], size: int) -> dict[str, float | int]:
    """Time an archive of `size`: the real articles, then texts mixed from their sentences."""
    rng = random.Random(1)  # noqa: S311 - repeatable
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sketches.db"
        connection = sqlite3.connect(path)
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        spent = []
        for row in range(size):
            text = texts[row % len(texts)]
            body = text.body
            if row >= len(texts):
                body = "\n".join(rng.choice(pool) for _ in text.sentences)
            started = time.perf_counter()
            if (signature := signature_of(body)) is not None:
                find_copies(connection, signature, text.outlet)
                writer = SignatureWriter(connection, io.BytesIO())
                writer.add(Signed(row, signature, text.outlet, buckets_of(signature)))
                list(writer.finish())
            spent.append(time.perf_counter() - started)
        connection.commit()
        connection.close()
        size_bytes = path.stat().st_size
    last = np.array(spent[-1000:]) * 1e3
    return {
        "articles": size,
        "seconds": round(sum(spent), 1),
        "last_1000_ms_p50": round(float(np.percentile(last, 50)), 2),
        "last_1000_ms_p99": round(float(np.percentile(last, 99)), 2),
        "bytes_an_article": round(size_bytes / size),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def table(result: dict[str, Any]) -> str:
    """Return the result as Markdown."""
    header = ("copies", "number", "recall", "recall, 60 triples or more", "precision", "unknown")
    lines = [
        (
            known["kind"],
            known["copies"],
            f"{known['recall']:.3f}",
            f"{known['recall_long']:.3f}",
            f"{known['precision']:.4f}",
            f"{unknown['precision']:.4f}",
        )
        for known, unknown in zip(result["outlets_known"], result["outlets_unknown"], strict=True)
    ]
    return f"{markdown(header, lines)}\n\n{among(result)}\n"


def among(result: dict[str, Any]) -> str:
    """Return the pairs found among the articles themselves as Markdown."""
    header = ("pairs found among the articles themselves", "pairs", "right", "of one outlet")
    lines = [
        (mode.replace("_", " "), found["pairs"], found["right"], found["same_outlet"])
        for mode in ("outlets_known", "outlets_unknown")
        for found in (result[f"originals_{mode}"],)
    ]
    return markdown(header, lines)


def main() -> None:
    """Copy, look up, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=1000, help="of each kind")
    parser.add_argument("--size", type=int, default=100_000, help="of the large archive")
    options = parser.parse_args()
    copied = read(COPIED)
    texts = copied + read(MIXED_IN)
    rng = random.Random(0)  # noqa: S311 - repeatable
    whole = [row for row, text in enumerate(copied) if len(text.sentences) > 1]
    chosen = rng.sample(whole, options.copies)
    pool = [part for row in rng.sample(whole, 3000) for part in texts[row].sentences]
    result: dict[str, object] = {"articles": len(texts)}
    for mode, known in (("outlets_known", True), ("outlets_unknown", False)):
        connection, pairs = stored(texts, known=known)
        result[mode] = [
            measure(name, edit, chosen, texts, connection) for name, edit in edits(pool)
        ]
        result[f"originals_{mode}"] = originals(texts, pairs)
        connection.close()
    result["sizes"] = [at_size(texts, pool, size) for size in (len(texts), options.size)]
    text = table(result)
    print(text, json.dumps({k: v for k, v in result.items() if "outlets" not in k}, indent=1))
    (RESULTS / "near_duplicates.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    (RESULTS / "near_duplicates.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
