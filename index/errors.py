"""The exceptions of both packages.

    PasokhError
    ├── ClusterError       a Ray cluster that cannot be reached, or whose workers fail
    ├── CorpusError        a corpus path that cannot be read at all
    ├── EncoderError       weights, model or embedding server unusable
    ├── EngineError        a Qdrant server that does not answer, or not with what was put there
    ├── QuestionSetError   questions or judgements to evaluate with that cannot be used
    ├── SnapshotError      an index on disk that cannot be used
    │   ├── SnapshotMissing    nothing has been built at that place
    │   ├── SnapshotCorrupt    a file is missing, truncated or altered
    │   ├── SnapshotMismatch   built with another encoder or schema than asked for
    │   └── SnapshotLocked     another process is building there
    ├── StorageError       the disk is full, read-only or not ours to write
    └── WatchLocked        another process watches feeds for the same index

A message says what was expected, what came and what to do; it is safe to show to a user.
Expected outcomes are no exceptions: a rejected file is a `Reject`, a refusal is a `NoAnswer`.
"""

import errno

_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run it again",
    errno.EDQUOT: "the disk quota is used up; free some space and run it again",
    errno.EFBIG: "a file would exceed the size allowed here; raise the limit and run it again",
    errno.EROFS: "the file system is read-only; choose another place",
    errno.EACCES: "we may not read or write there; change the permissions or choose another place",
    errno.EPERM: "we may not read or write there; change the permissions or choose another place",
    errno.ENOTDIR: "a part of the path is a file, not a folder; choose another place",
    errno.EEXIST: "a file stands where a folder is needed; choose another place",
    errno.ELOOP: "the path leads in a circle of links; choose another place",
    errno.ENAMETOOLONG: "the path is too long; choose a shorter one",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n) and run it again",
    errno.ENFILE: "too many files are open on this machine; close programs and run it again",
    errno.ENOMEM: "there is too little memory; close programs and run it again",
}
# Whatever an error of ours says of the file that was being read, these are the reason.
_FIRST = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENAMETOOLONG})


def advice_on(error: OSError) -> str:
    """Return in words what the system refused, and what to do where that is known."""
    return _ADVICE.get(error.errno or 0, error.strerror or str(error))


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


class EngineError(PasokhError):
    """A Qdrant server cannot be reached, refuses us or lacks what was put there."""


class WatchLocked(PasokhError):
    """Another process holds the watcher's lock."""


def refusal_of_system(error: BaseException) -> PasokhError | None:
    """Return in words what the system refused, if that is what an error comes from; else None."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return PasokhError(f"Expected more memory, but {_ADVICE[errno.ENOMEM]}.")
        if isinstance(cause, OSError) and cause.errno in (_ADVICE if cause is error else _FIRST):
            place = f"open {str(cause.filename)!r}" if cause.filename else "go on"
            return PasokhError(f"Expected to {place}, but {advice_on(cause)}.")
        cause = cause.__cause__
    return None
