"""The exceptions of both packages.

    PasokhError
    ├── ClusterError       a Ray cluster that cannot be reached, or whose workers fail
    ├── CorpusError        a corpus path that cannot be read at all
    ├── EncoderError       weights, model or embedding server unusable
    ├── QuestionSetError   questions or judgements to evaluate with that cannot be used
    ├── SnapshotError      an index on disk that cannot be used
    │   ├── SnapshotMissing    nothing has been built at that place
    │   ├── SnapshotCorrupt    a file is missing, truncated or altered
    │   ├── SnapshotMismatch   built with another encoder or schema than asked for
    │   └── SnapshotLocked     another process is building there
    ├── StorageError       the disk is full, read-only or not ours to write
    ├── VectorStoreError   a vector database that does not answer, or not with what was put there
    └── WatchLocked        another process watches feeds for the same index

A message says what was expected, what came and what to do; it is safe to show to a user.
Expected outcomes are no exceptions: a rejected file is a `Reject`, a refusal is a `NoAnswer`.
"""


def how_to_install(extra: str) -> str:
    """Return the command that adds an extra to an installation from a clone."""
    return f"run in the clone: .venv/bin/pip install -c constraints.txt -e '.[{extra}]'"


class PasokhError(Exception):
    """Base of every error raised by this project."""


class ClusterError(PasokhError):
    """A cluster cannot be reached, has other code or does not do its part of a build."""


class CorpusError(PasokhError):
    """The corpus path as a whole cannot be read."""


class EncoderError(PasokhError):
    """An encoder cannot be opened or did not return usable vectors."""


class QuestionSetError(PasokhError):
    """A file of questions or judgements is missing, broken or does not fit the corpus."""


class SnapshotError(PasokhError):
    """An index on disk cannot be used."""


class SnapshotMissing(SnapshotError):
    """No index has been built yet at the given place."""


class SnapshotCorrupt(SnapshotError):
    """A file of the index is missing, truncated or altered."""


class SnapshotMismatch(SnapshotError):
    """The index was built with another encoder or schema than the one asked for."""


class SnapshotLocked(SnapshotError):
    """Another process holds the builder's lock."""


class StorageError(PasokhError):
    """The disk is full, read-only or not writable for us."""


class VectorStoreError(PasokhError):
    """A vector database cannot be reached, refuses us or lacks what was put there."""


class WatchLocked(PasokhError):
    """Another process holds the watcher's lock."""
