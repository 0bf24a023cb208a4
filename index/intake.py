"""The corpus read into an archive: duplicates left out, rejects and missing fields counted.

Every article read is either indexed, a duplicate or a reject; nothing is lost in silence.
Does not: encode.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain, count
from pathlib import Path

from index.archive import ArchiveWriter
from index.chunk import split
from index.config import IndexConfig
from index.sources import RejectReason, read_articles
from index.types import Article, ArticleId, Reject


@dataclass(slots=True)
class Intake:
    """What reading a corpus has met so far."""

    n_articles: int = 0
    n_duplicates: int = 0
    rejects: list[Reject] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    _texts: set[bytes] = field(default_factory=set)
    _ids: set[ArticleId] = field(default_factory=set)

    def admit(self, item: Article | Reject) -> Article | None:
        """Return the article to index, or None for a reject or a text that came before."""
        item = replace(item, origin=_storable(item.origin))
        if isinstance(item, Reject):
            item = replace(item, detail=_storable(item.detail))
            self.rejects.append(item)
            return None
        digest = _digest(item)
        if digest in self._texts:
            self.n_duplicates += 1
            return None
        self._texts.add(digest)
        return self._with_own_id(item, digest)

    def _with_own_id(self, article: Article, digest: bytes) -> Article:
        """Keep ids unique: another text under a known id gets part of its hash appended.

        A number follows where that is known too, as a record may hold any id.
        """
        hashed = f"{article.id}-{digest.hex()[:8]}"
        names = chain((article.id, hashed), (f"{hashed}-{n}" for n in count(2)))
        own = ArticleId(next(name for name in names if name not in self._ids))
        self._ids.add(own)
        return replace(article, id=own)

    def count(self, article: Article) -> None:
        """Count an indexed article and the fields it lacks."""
        self.n_articles += 1
        self.missing.update(article.missing)

    def reject_empty(self, article: Article) -> None:
        """Count an article whose body holds no text to quote."""
        self.rejects.append(Reject(origin=article.origin, reason=RejectReason.NO_TEXT))


def take_in(
    corpus: Path,
    archive: Path,
    *,
    config: IndexConfig,
    count_tokens: Callable[[str], int],
    progress: Callable[[int], None],
) -> Intake:
    """Read every article of `corpus`, cut it into passages and write both to a new archive file.

    Args:
        progress: Called with the number of articles indexed so far.
    """
    intake = Intake()
    with ArchiveWriter(archive) as writer:
        for item in read_articles(corpus, config.read):
            if (article := intake.admit(item)) is None:
                continue
            if passages := split(article, config.chunk, count_tokens=count_tokens):
                writer.add(article, passages)
                intake.count(article)
                progress(intake.n_articles)
            else:
                intake.reject_empty(article)
    return intake


def _storable(text: str) -> str:
    """Write out the bytes of a file name that are no UTF-8, e.g. as `udcff` behind a backslash."""
    return text.encode("utf-8", "backslashreplace").decode()


def _digest(article: Article) -> bytes:
    """Hash headline and text: the same wording twice is one article."""
    content = f"{article.headline}\0{article.text}"
    return blake2b(content.encode(), digest_size=16).digest()
