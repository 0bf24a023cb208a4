"""Files inside compressed files: gzip, Zstandard, bzip2, xz, zip and tar, told by first bytes.

Members are read as streams; their names are labels and nothing is written to disk. Against bombs
the total bytes, their ratio to the size of the file, and the number of members are limited.
Only a zip inside another file is held in memory, since it must be seekable. Of a web archive in a
zip (WACZ) what was fetched is read, its lists of it are not.
Does not: read 7z or rar; follow links; unpack what is encrypted.
"""

import bz2
import gzip
import lzma
import re
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import IO

from index.sources.rejects import Refused, RejectReason, Stored, Stream, whole

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_TOTAL = 16 * 1024**3  # bytes out of one file of the corpus
MAX_MEMBERS = 200_000
MAX_DEPTH = 2  # a container inside a container; .tar.gz is one
MAX_RATIO = 250  # news as JSON Lines shrinks 4 to 15 times; deflate gives at most 1,032
_FREE_BYTES = 16 * 1024**2  # below, any ratio is allowed
_MAX_NESTED_ZIP = 64 * 1024**2
_MAX_TAR_HEADER = 1024**2
_MAX_XZ_MEMORY = 128 * 1024**2  # `xz -9` needs 65 MiB; a header may ask for 4 GiB
_BUFFER_BYTES = 65_536
_MAX_LABEL = 300
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_LONG_HEADERS = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
_BROKEN = (
    EOFError, zlib.error, zstd.ZstdError, zipfile.BadZipFile, gzip.BadGzipFile, tarfile.TarError,
    RuntimeError, NotImplementedError, ValueError, OverflowError, LookupError, struct.error,
    lzma.LZMAError,
)  # fmt: skip  # RuntimeError: it needs a password. ValueError: impossible sizes and dates.
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}


class Budget:
    """Limits on what is unpacked from one file of the corpus."""

    def __init__(self, stored_bytes: Callable[[], int]) -> None:
        self._stored_bytes = stored_bytes
        self._unpacked = 0
        self._members = 0
        self.is_spent = False

    def take(self, n_bytes: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            Refused: If they are too many, altogether or for the size of the file.
        """
        self._unpacked += n_bytes
        if self._unpacked > MAX_TOTAL:
            self._refuse(f"more than {MAX_TOTAL:,} bytes unpacked")
        if self._unpacked > _FREE_BYTES and self._unpacked > MAX_RATIO * self._stored_bytes():
            self._refuse(f"unpacks to more than {MAX_RATIO} times its size")

    def take_member(self) -> None:
        """Count a member; Refused if there are too many."""
        self._members += 1
        if self._members > MAX_MEMBERS:
            self._refuse(f"more than {MAX_MEMBERS:,} members")

    def _refuse(self, detail: str) -> None:
        self.is_spent = True
        raise Refused(RejectReason.ARCHIVE_LIMIT, detail)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another: its label ("" for the only one), its name, and how to open it."""

    label: str
    name: str
    open: Callable[[], Stream]


def members(file: Stream, name: str, budget: Budget) -> Iterator[Member] | None:
    """Return the members of a container that stands at its start, None for another file.

    A member can be read only before the next is taken.

    Raises:
        Refused: At once if such a container is not read; while iterating, where it breaks off.
    """
    head = file.peek(_BUFFER_BYTES)
    if head.startswith(b"\x1f\x8b"):
        return _single(lambda: gzip.GzipFile(fileobj=file), name, budget)
    if head.startswith((b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18")):
        return _single(lambda: zstd.ZstdFile(file), name, budget)
    if head.startswith(b"BZh"):
        return _single(lambda: bz2.BZ2File(file), name, budget)
    if head.startswith(b"\xfd7zXZ\0"):
        return _single(lambda: BufferedReader(_Xz(file)), name, budget)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _guarded(_zipped(file, budget))
    if head[257:262] == b"ustar":
        return _guarded(_tarred(file, budget))
    other = next((kind for magic, kind in _OTHERS.items() if head.startswith(magic)), "")
    if other:
        detail = f"{other} is not read; .gz, .zst, .bz2, .xz, .zip and .tar are"
        raise Refused(RejectReason.UNSUPPORTED, detail)
    return None


def _guarded(unpacked: Iterator[Member]) -> Iterator[Member]:
    """Turn what a broken container raises into `Refused`."""
    try:
        yield from unpacked
    except _BROKEN as exc:
        raise _broken(exc) from None


def _broken(exc: BaseException) -> Refused:
    detail = _printable(str(exc))[:_MAX_LABEL] or type(exc).__name__
    return Refused(RejectReason.BROKEN_ARCHIVE, detail)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)


def _single(unpack: Callable[[], Stored], name: str, budget: Budget) -> Iterator[Member]:
    """Yield the one file in a compressed one: `a.txt.gz` holds `a.txt`, `a.tgz` holds `a.tar`."""
    path = PurePosixPath(name)
    is_tar = path.suffix.lower() in {".tgz", ".tzst", ".tbz", ".tbz2", ".txz"}
    inner = path.with_suffix(".tar") if is_tar else path.stem
    yield Member("", str(inner), lambda: _stream(unpack, budget))


def _zipped(file: Stream, budget: Budget) -> Iterator[Member]:
    source: IO[bytes] = file if file.seekable() else BytesIO(whole(file, _MAX_NESTED_ZIP))
    with zipfile.ZipFile(source) as archive:
        names = archive.NameToInfo
        is_wacz = "datapackage.json" in names and any(map(_is_record, names))
        for info in archive.infolist():
            if is_wacz and not _is_record(info.filename):
                yield _member(info.filename, _refuse_index, budget)
            elif not info.filename.endswith("/"):
                yield _member(info.filename, partial(_unzip, archive, info), budget)


def _is_record(name: str) -> bool:
    """Tell whether a file in a WACZ holds what was fetched (WACZ 1.1, section 5.2.1)."""
    return name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))


def _refuse_index() -> Stored:
    raise Refused(RejectReason.NO_PROSE, "a list in a web archive (WACZ)")


def _unzip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Stored:
    if info.flag_bits & 0x1:
        raise Refused(RejectReason.ENCRYPTED, "needs a password")
    if S_ISLNK(info.external_attr >> 16):
        raise Refused(RejectReason.UNREADABLE, "a link, not a file")
    if info.compress_type not in _ZIP_METHODS:
        detail = f"zip method {info.compress_type} is not read; deflate is"
        raise Refused(RejectReason.UNSUPPORTED, detail)
    return archive.open(info)


class _ShortHeaders(tarfile.TarInfo):
    """A tar header that refuses names and comments of megabytes (tarfile would hold them)."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _LONG_HEADERS and self.size > _MAX_TAR_HEADER:
            msg = f"a header of {self.size:,} bytes"
            raise tarfile.ReadError(msg)
        member: tarfile.TarInfo = super()._proc_member(tar)  # type: ignore[misc]  # not in typeshed
        return member


def _tarred(file: Stream, budget: Budget) -> Iterator[Member]:
    with tarfile.open(fileobj=file, mode="r|", tarinfo=_ShortHeaders) as archive:
        while (info := archive.next()) is not None:
            if not info.isdir():
                yield _member(info.name, partial(_untar, archive, info), budget)
            archive.members.clear()  # type: ignore[attr-defined]  # else it keeps every header


def _untar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Stored:
    opened = archive.extractfile(info) if info.isreg() and not info.issparse() else None
    if opened is None:
        raise Refused(RejectReason.UNREADABLE, "a link, device or sparse file")
    return opened


def _member(name: str, unpack: Callable[[], Stored], budget: Budget) -> Member:
    budget.take_member()
    label = _printable(name)[:_MAX_LABEL] or "?"
    return Member(label, PurePosixPath(label).name, lambda: _stream(unpack, budget))


def _stream(unpack: Callable[[], Stored], budget: Budget) -> Stream:
    """Open a member; a broken one is refused, here or when it is read."""
    try:
        return BufferedReader(_Unpacked(unpack(), budget), _BUFFER_BYTES)
    except _BROKEN as exc:
        raise _broken(exc) from None


class _Xz(RawIOBase):
    """The bytes of an xz file of one part or several; `lzma.LZMAFile` has no limit on memory."""

    def __init__(self, file: Stream) -> None:
        self._file = file
        self._decoder = lzma.LZMADecompressor(memlimit=_MAX_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        data = b""
        while not data:
            packed = b""
            if self._decoder.eof:
                # Parts may be followed by zeros (xz file format, section 2.2).
                rest = self._decoder.unused_data.lstrip(b"\0")
                packed = rest or self._file.read(_BUFFER_BYTES).lstrip(b"\0")
                if not packed:
                    return 0
                self._decoder = lzma.LZMADecompressor(memlimit=_MAX_XZ_MEMORY)
            elif self._decoder.needs_input and not (packed := self._file.read(_BUFFER_BYTES)):
                raise EOFError("the compressed data breaks off")
            data = self._decoder.decompress(packed, len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Unpacked(RawIOBase):
    """The bytes of a member, counted."""

    def __init__(self, source: Stored, budget: Budget) -> None:
        self._source = source
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        try:
            chunk = self._source.read(len(buffer))
        except _BROKEN as exc:
            raise _broken(exc) from None
        except OSError as exc:
            if exc.errno is None:  # not the system's, but bzip2's
                raise _broken(exc) from None
            raise
        self._budget.take(len(chunk))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        with closing(self._source):
            super().close()
