"""Preview of a corpus: what would be read as what, before anything is built.

Files are read in an order that mixes all folders, for a bounded time, so that a part of a large
corpus shows what the rest is like.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from index.config import ReadConfig
from index.sources import corpus_files, read_file
from index.types import Article, Reject

_SHOWN: Final = 2
"""Articles shown of each kind."""

_ITEMS_OF_A_FILE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What was found.

    Attributes:
        n_files: Files of the corpus, and of these `n_read` were read.
        n_cut: Those of them of which only the first items were read.
        files: Kind of source to the number of its files, packed ones counted apart.
        articles: Kind of source to the number of its articles.
        shown: The first articles of each kind.
        missing: Field name to the number of articles without it.
    """

    n_files: int
    n_read: int
    n_cut: int
    files: Counter[str]
    articles: Counter[str]
    shown: tuple[tuple[str, Article], ...]
    rejects: tuple[Reject, ...]
    missing: Counter[str]
    seconds: float


def preview_corpus(
    corpora: Sequence[Path], config: ReadConfig, *, limit_s: float = 45.0
) -> Preview:
    """Read what there is time for; nothing is written.

    Args:
        corpora: As for `build_index`: a missing one but the first is skipped.
        limit_s: Seconds after which no other file is begun.

    Raises:
        CorpusError: If the first corpus is missing or a folder cannot be listed.
    """
    started = time.monotonic()
    there = [root for number, root in enumerate(corpora) if not number or root.exists()]
    sources = [source for root in there for source in corpus_files(root, config)]
    Random(0).shuffle(sources)  # noqa: S311  # the same each time
    files, articles, missing = Counter[str](), Counter[str](), Counter[str]()
    shown: dict[str, list[Article]] = {}
    rejects: list[Reject] = []
    n_read = n_cut = 0
    kind = ""

    def tell_kind(told: str) -> None:
        nonlocal kind
        kind = told
        files[kind] += 1

    for source in sources:
        if time.monotonic() - started > limit_s:
            break
        n_read += 1
        for number, item in enumerate(read_file(source, config, tell_kind=tell_kind)):
            if number == _ITEMS_OF_A_FILE or time.monotonic() - started > limit_s:
                n_cut += 1
                break
            if isinstance(item, Reject):
                rejects.append(item)
                continue
            articles[kind] += 1
            missing.update(item.missing)
            if len(of_kind := shown.setdefault(kind, [])) < _SHOWN:
                of_kind.append(item)
    return Preview(
        n_files=len(sources),
        n_read=n_read,
        n_cut=n_cut,
        files=files,
        articles=articles,
        shown=tuple((name, article) for name, some in shown.items() for article in some),
        rejects=tuple(sorted(rejects, key=lambda reject: reject.origin)),
        missing=missing,
        seconds=time.monotonic() - started,
    )
