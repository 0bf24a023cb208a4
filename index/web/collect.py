"""Articles from elsewhere kept in files, so that a rebuild never asks the web again.

    collected/<2 hex>/<hash of the address>.json    one fetched article, a line of JSON for each
                                                    version of it, the newest last; each line
                                                    states its checksum
    collected/files/<hash of the content>-<name>    one copied file, as it was

An article is taken out of its page once; from then on its text stands still and quotes keep
their places, until the page itself changes: then the new version is kept beside the earlier ones.
What was removed by request is not kept.
`collected/` is one more corpus to read.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from xxhash import xxh3_128_hexdigest

from index.config import COLLECTED, ReadConfig
from index.corpus.drafts import collecting_lock
from index.corpus.removals import read_removals
from index.disk.atomic import checksum, draft_of, replace_text, storage_errors, sync_folder
from index.disk.json_lines import summed, unsummed
from index.sources import SourceFile, read_bytes, read_file
from index.types import Article, Reject
from index.web.address import Address
from index.web.problems import Failure, Problem
from index.web.steps import Kept

_FILES = "files"
_UNSAFE = re.compile(r"[^\w.-]+")
_MAX_NAME_CHARS = 80
_MAX_EARLIER = 20  # versions of a page; one that reports all day may change every minute


class Collection:
    """The articles kept in one folder of an index's home, made when the first is.

    Every method raises StorageError where something cannot be written, and SnapshotCorrupt where
    the list of what was removed by request cannot be read.
    """

    def __init__(self, home: Path, reading: ReadConfig | None) -> None:
        """Keep what comes under `home`, where builds read it by `reading`."""
        self._home = home
        self.reading: Final = reading or ReadConfig()
        self._folder = home / COLLECTED
        self._files = self._folder / _FILES
        self._known = {path.name.partition("-")[0] for path in self._files.glob("*-*")}

    def keep_article(self, article: Article, address: Address) -> Kept | Failure:
        """Keep an article under its own address, after the versions that stand there."""
        name = xxh3_128_hexdigest(str(address).encode())
        path = self._folder / name[:2] / f"{name}.json"
        # The fields that `index.sources.jsonl` reads; of the page only the body is kept.
        record = {
            "id": article.id if article.code else f"web-{name[:16]}",
            "title": article.headline,
            "text": "\n".join(span.cut(article.text) for span in article.body),
            "date": article.published.isoformat() if article.published else "",
            "modified": article.edited.isoformat() if article.edited else "",
            "url": str(address),
            "source": article.source,
            "language": article.language,
        }
        text = f"{summed(record)}\n"
        if self._is_removed(read_bytes(text.encode(), path.name, self.reading)):
            return Failure(Problem.REMOVED)
        with storage_errors(self._folder):
            try:
                before = path.read_bytes().decode(errors="replace").splitlines(keepends=True)
            except (FileNotFoundError, NotADirectoryError):
                before = []
            if before and _record_in(before[-1]) == record:
                return Kept.UNCHANGED
            # Of a page whose date alone changes one version is kept; of a damaged one none.
            kept = [
                line
                for line in before
                if _record_in(line).get("text") not in {None, record["text"]}
            ]
            kept = kept[-_MAX_EARLIER:]
            path.parent.mkdir(parents=True, exist_ok=True)
            with collecting_lock(self._home):
                replace_text(path, "".join((*kept, text)))
        return Kept.CHANGED if before else Kept.ADDED

    def keep_file(self, source: Path) -> Kept | Failure:
        """Keep a copy of a file, unless one with the same content is there.

        One that holds other articles beside a removed one is kept; builds tell of it.

        Raises:
            OSError: If the file cannot be read.
        """
        digest = checksum(source)
        if digest in self._known:
            return Kept.UNCHANGED
        if self._is_removed(read_file(SourceFile(source, source.name), self.reading)):
            return Failure(Problem.REMOVED)
        # Without what some system forbids. Readers skip no such name (hidden, read-me), since
        # the hash stands before it.
        name = _UNSAFE.sub("_", source.name.encode("utf-8", "replace").decode())
        target = self._files / f"{digest}-{name[-_MAX_NAME_CHARS:]}"
        draft = draft_of(target)
        with source.open("rb") as file, storage_errors(self._folder):
            self._files.mkdir(parents=True, exist_ok=True)
            with collecting_lock(self._home):
                try:
                    with draft.open("wb") as copy:
                        shutil.copyfileobj(file, copy)
                        copy.flush()
                        os.fsync(copy.fileno())
                    draft.replace(target)
                finally:
                    draft.unlink(missing_ok=True)
            sync_folder(self._files)
        self._known.add(digest)
        return Kept.ADDED

    def _is_removed(self, items: Iterable[Article | Reject]) -> bool:
        """Tell whether all of some items, as a build reads them, were removed by request.

        Subtle: the list is read each time, as a watcher runs while articles are removed.
        """
        removals = read_removals(self._home)
        if not removals.entries:
            return False
        removed = (isinstance(item, Article) and removals.holds_article(item) for item in items)
        return next(removed, False) and all(removed)


def _record_in(line: str) -> dict[str, Any]:
    """Return a kept version; empty for a damaged one."""
    try:
        return unsummed(json.loads(line))
    except (ValueError, AttributeError):
        return {}
