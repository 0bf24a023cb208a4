"""Parts of a snapshot that somebody may see, by the labels of its articles (`index.corpus.labels`).

What may not be seen is masked as removed articles are, before anything is searched, counted or
spelled: the words, names, outlets, languages and numbers of a part are those of its own articles,
and what is found in it is what an index of these alone would give.

Labels are told by where an article lies now, which the ledger knows; of one that was moved the
archive has where it was read. Of one that lies in several places in the same words, with the same
outlet, date and address, the labels of any count, and it is said to be read from a place that may
be seen. Does not: bring back an article that may be seen and is not indexed because another one has
its wording or is a newer version of it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from index.corpus.labels import labels_of
from index.corpus.ledger import Kind, Repeat
from index.snapshot.parts import Archives
from index.snapshot.snapshot import FileSnapshot
from index.types import ArticleId, Rights


class Labels:
    """The labels of a snapshot's articles; safe for many threads."""

    def __init__(self, snapshot: FileSnapshot) -> None:
        """Read them: 0.8 s for 100,000 articles."""
        self._snapshot = snapshot
        self._codes: dict[tuple[str, ...], int] = {}
        self._owns = np.full(snapshot.archive.n_rows, -1, np.int32)
        self._moved: dict[ArticleId, str] = {}
        self._others: list[tuple[int, ArticleId, int, str]] = []
        stored = {
            name: (row, former, url) for row, name, former, url in snapshot.archive.addresses()
        }
        for name, origin in snapshot.ledger.origins():
            if name not in stored:
                continue
            row, former, url = stored[name]
            code = self._codes.setdefault(labels_of(origin, url), len(self._codes))
            if self._owns[row] >= 0:
                self._others.append((row, name, code, origin))
                continue
            self._owns[row] = code
            if origin != former:
                self._moved[name] = origin

    def count(self) -> Counter[tuple[str, ...]]:
        """Count articles by their labels."""
        numbers = np.bincount(self._owns[self._owns >= 0], minlength=len(self._codes)).tolist()
        return Counter(dict(zip(self._codes, numbers, strict=True)))

    def part(self, rights: Rights) -> FileSnapshot:
        """Return what of the snapshot is seen with these rights; it shares the files."""
        whole = self._snapshot
        # The last is for articles without labels, which nobody may see.
        may_see = np.array([*map(rights.may_see, self._codes), False])
        articles = may_see[self._owns]
        origins = dict(self._moved)
        for row, name, code, origin in self._others:
            if may_see[code] and not articles[row]:
                articles[row] = True
                origins[name] = origin
        layout = whole.layout.only(articles)
        assert layout.live is not None, "`only` masks"  # noqa: S101
        manifest = replace(
            whole.manifest,
            n_articles=int(np.count_nonzero(articles)),
            n_passages=layout.n_live,
            n_sentences=layout.n_live_sentences,
            languages=layout.count_languages(),
            parts=(),
            files={},
        )
        masked = {
            "manifest": manifest,
            "archive": Archives(whole.archive.parts, layout.removed, origins),
            "lexical": whole.lexical.only(layout.live),
            "layout": layout,
            "copies": whole.copies.only(articles),
        }
        values = {field.name: getattr(whole, field.name) for field in fields(whole)}
        return _Part(**values | masked, rights=rights)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part(FileSnapshot):
    """A part of a snapshot, which shares its files."""

    rights: Rights

    def versions(self, article_id: ArticleId) -> Iterator[Repeat]:
        """Yield those of an article's earlier versions that may be seen."""
        article = self.article(article_id)
        if article is not None:
            for version in self.ledger.repeats(article_id, kind=Kind.VERSION):
                if self.rights.may_see(labels_of(version.origin, article.url)):
                    yield version

    def successor(self, article_id: ArticleId) -> ArticleId | None:
        """Return the article that replaced a version of this id, if both may be seen."""
        newer = self.ledger.successor(article_id)
        return newer if newer is not None and article_id in self.former_ids(newer) else None

    def wordings(self) -> Iterator[tuple[ArticleId, bytes]]:
        """Yield every article's id with a digest of its headline and text."""
        for article_id, digest in self.ledger.wordings():
            if self.archive.row(article_id) is not None:
                yield article_id, digest

    def close(self) -> None:
        """Leave the files to the whole snapshot."""
