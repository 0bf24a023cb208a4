"""Files of a corpus, and what in its folders is not read: each with the reason, none in silence.

A link to a folder is followed where it leads to one that is not read otherwise, and out of the
corpus only where `ReadConfig` allows it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.config import ReadConfig
from index.errors import CorpusError
from index.sources.rejects import Refused, RejectReason

_PAGES = (".html", ".htm", ".xhtml")
_PAGE_PARTS = "_files"  # browsers save `News.html` with its parts in `News_files`


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a corpus by its path relative to it, or a file or folder that is not read."""

    path: Path
    origin: str
    unread: Refused | None = None


def corpus_files(root: Path, config: ReadConfig | None = None) -> Iterator[SourceFile]:
    """Yield the file at `root`, or everything below that folder, in the order of the paths.

    Folders behind links come after the others.

    Raises:
        CorpusError: If there is nothing at `root`, it may not be accessed, or the folder cannot
            be listed.
    """
    expected = "Expected a file or folder of articles"
    advice = "set PASOKH_CORPUS or --corpus to where they are."
    try:
        is_folder, is_there = root.is_dir(), root.exists()
    except OSError as error:  # the path is too long, or leads through a folder we may not enter
        msg = f"{expected}, got {str(root)!r}: {error.strerror}; {advice}"
        raise CorpusError(msg) from error
    if not is_there:
        msg = f"{expected}, found nothing at {str(root)!r}; {advice}"
        raise CorpusError(msg)
    if is_folder:
        yield from _Walk(root, config or ReadConfig()).files()
    else:
        yield SourceFile(root, root.name)


def refusal_of_name(path: str) -> tuple[RejectReason, str] | None:
    """Return why a file or folder of this name, below the corpus, is not read; None if it is."""
    name = path.rpartition("/")[2]
    if any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.split("/")):
        return RejectReason.HIDDEN, "a hidden file or folder; rename it to have it read"
    if name.lower().partition(".")[0] == "readme":
        return RejectReason.READ_ME, "a read-me file; rename it to have it read"
    return None


class _Walk:
    """One walk over a folder."""

    def __init__(self, root: Path, config: ReadConfig) -> None:
        self._root = root
        self._real_root = Path(os.path.realpath(root))
        self._config = config
        self._links: list[Path] = []
        self._walked: set[str] = set()

    def files(self) -> Iterator[SourceFile]:
        """Yield the files below the root, then those behind links to folders."""
        yield from self._below(self._root)
        while self._links:
            link = self._links.pop(0)
            if self._leads_outside(link):
                detail = "a link to a folder outside the corpus"
                yield self._outside(link, detail)
            elif os.path.realpath(link) in self._walked:
                detail = "a link to a folder that is read already"
                yield self._unread(link, RejectReason.LINKED_FOLDER, detail)
            else:
                yield from self._below(link)

    def _below(self, top: Path) -> Iterator[SourceFile]:
        failed: list[OSError] = []
        for parent, folders, names in os.walk(top, onerror=failed.append):
            self._walked.add(os.path.realpath(parent))
            pages = {Path(name).stem for name in names if name.lower().endswith(_PAGES)}
            kept = []
            for folder in sorted(folders):
                path = Path(parent, folder)
                if folder.removesuffix(_PAGE_PARTS) in pages and folder.endswith(_PAGE_PARTS):
                    detail = "pictures, scripts and frames of the saved page beside it"
                    yield self._unread(path, RejectReason.PAGE_PARTS, detail)
                elif refusal := refusal_of_name(folder):
                    yield self._unread(path, *refusal)
                elif path.is_symlink():
                    self._links.append(path)
                else:
                    kept.append(folder)
            folders[:] = kept
            for name in sorted(names):
                path = Path(parent, name)
                if refusal := refusal_of_name(name):
                    yield self._unread(path, *refusal)
                elif path.is_symlink() and self._leads_outside(path):
                    yield self._outside(path, "a link to a file outside the corpus")
                else:
                    yield SourceFile(path, path.relative_to(self._root).as_posix())
        for error in failed:
            path = Path(error.filename)
            if path == self._root:
                msg = f"Expected a readable folder, got {error.filename!r}: {error.strerror}."
                raise CorpusError(msg) from error
            yield self._unread(path, RejectReason.UNREADABLE, f"a folder: {error.strerror}")

    def _leads_outside(self, link: Path) -> bool:
        # Subtle: unlike Path.resolve, realpath does not raise on links that go in a circle.
        target = Path(os.path.realpath(link))
        return not (self._config.outside_links or target.is_relative_to(self._real_root))

    def _outside(self, path: Path, detail: str) -> SourceFile:
        advice = f"{detail}; copy it, or set PASOKH_OUTSIDE_LINKS=true"
        return self._unread(path, RejectReason.OUTSIDE_LINK, advice)

    def _unread(self, path: Path, reason: RejectReason, detail: str) -> SourceFile:
        origin = path.relative_to(self._root).as_posix()
        return SourceFile(path, origin, Refused(reason, detail))
