"""Compressed files: members read as any file, and every bomb, lie and break a counted reject."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from index.sources import RejectReason, containers, read_articles
from index.types import Article, Reject

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "پل تازه شهر امروز با حضور شهروندان باز شد."
LINES = "".join(json.dumps({"id": f"r{n}", "text": f"{TEXT} {n}"}) + "\n" for n in range(3))


def zipped(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: dict[str, str]) -> bytes:
    """Return a tar of these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return out.getvalue()


def read(folder: Path, name: str, content: bytes) -> list[Article | Reject]:
    """Write a file and read it."""
    (folder / name).write_bytes(content)
    return list(read_articles(folder / name))


def reasons(found: list[Article | Reject]) -> list[str]:
    """Return the reasons of what must be rejects only."""
    assert all(isinstance(item, Reject) and item.detail for item in found), found
    return [item.reason for item in found if isinstance(item, Reject)]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.jsonl.gz", gzip.compress),
        ("a.jsonl.zst", zstd.compress),
        ("a.bin", gzip.compress),
        ("a.jsonl.bz2", bz2.compress),
        ("a.jsonl.xz", lzma.compress),
        ("b.bz2", lambda data: bz2.compress(data[:60]) + bz2.compress(data[60:])),
        ("b.xz", lambda data: lzma.compress(data[:60]) + bytes(8) + lzma.compress(data[60:])),
        ("a.gz", lambda data: gzip.compress(data[:60]) + gzip.compress(data[60:])),
        ("a.zst", lambda data: zstd.compress(data[:60]) + zstd.compress(data[60:])),
    ],
)
def test_one_packed_file_is_read_by_its_content(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    """Compressed files, of one part or several, are told by their first bytes."""
    found = read(tmp_path, name, pack(LINES.encode()))

    assert [f"{name}:1", f"{name}:2", f"{name}:3"] == [item.origin for item in found]
    assert all(isinstance(item, Article) for item in found)


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: gzip.compress(tarred(files))])
def test_members_are_read_each_by_its_kind(
    tmp_path: Path, pack: Callable[[dict[str, str]], bytes]
) -> None:
    """Members of zip, tar and tar.gz carry their path; hidden and read-me files are left out."""
    files = {
        "a/خبر.txt": TEXT,
        "b.jsonl": LINES,
        "__MACOSX/b.jsonl": "x",
        ".git/x.txt": "x",
        "README.md": "x",
        "c.csv": f"id,text\n7,{TEXT}\n",
    }
    found = read(tmp_path, "dump.bin", pack(dict(files)))

    left_out = [item.reason for item in found if isinstance(item, Reject)]
    assert [RejectReason.HIDDEN, RejectReason.HIDDEN, RejectReason.READ_ME] == left_out
    assert [
        "dump.bin!a/خبر.txt",
        *(f"dump.bin!b.jsonl:{n}" for n in (1, 2, 3)),
        "dump.bin!c.csv:2",
    ] == [item.origin for item in found if isinstance(item, Article)]


def test_path_of_a_member_is_a_label_only(tmp_path: Path) -> None:
    """A path that leads out of the folder, or would colour a terminal, writes nothing."""
    found = read(tmp_path, "a.zip", zipped({"../../x.txt": TEXT, "b\x1b[31m.txt": f"{TEXT} ب"}))

    assert ["a.zip!../../x.txt", "a.zip!b\ufffd[31m.txt"] == [item.origin for item in found]
    assert ["a.zip"] == [path.name for path in tmp_path.iterdir()]


def test_one_bad_member_leaves_the_others(tmp_path: Path) -> None:
    """A damaged member is a reject, and those after it are read."""
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": f"{TEXT} ب"}, zipfile.ZIP_STORED))
    data[data.index(TEXT.encode()) + 1] ^= 1
    bad, good = read(tmp_path, "a.zip", bytes(data))

    assert isinstance(bad, Reject)
    assert (RejectReason.BROKEN_ARCHIVE, "a.zip!a.txt") == (bad.reason, bad.origin)
    assert isinstance(good, Article)
    assert "a.zip!b.txt" == good.origin


def test_articles_before_a_break_stay(tmp_path: Path) -> None:
    """A gzip cut short gives what came before and one reject."""
    lines = b"".join(b'{"text": "article number %d"}\n' % n for n in range(3_000))
    *articles, last = read(tmp_path, "a.jsonl.gz", gzip.compress(lines, 1)[:-2_000])

    assert len(articles) > 100
    assert all(isinstance(item, Article) for item in articles[:-1])
    assert [RejectReason.BROKEN_ARCHIVE] == reasons([last])


def test_encrypted_member_is_rejected(tmp_path: Path) -> None:
    """A member that wants a password says so."""
    data = bytearray(zipped({"a.txt": TEXT}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert [RejectReason.ENCRYPTED] == reasons(read(tmp_path, "a.zip", bytes(data)))


def test_links_in_archives_are_rejected(tmp_path: Path) -> None:
    """Links and devices are not followed, in tar and zip."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("a.txt")
            info.type, info.linkname = kind, "/etc/hostname"
            archive.addfile(info)
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = 0o120777 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive_zip:
        archive_zip.writestr(link, "/etc/hostname")

    assert [RejectReason.UNREADABLE] * 4 == reasons(read(tmp_path, "a.tar", out.getvalue()))
    assert [RejectReason.UNREADABLE] == reasons(read(tmp_path, "a.zip", packed.getvalue()))


def test_containers_nest_once(tmp_path: Path) -> None:
    """A container in a container is read, the next one in is a reject."""
    inner = zipped({"a.txt": TEXT})
    (twice,) = read(tmp_path, "b.zip", zipped({"a.zip": inner}))
    thrice = read(tmp_path, "c.zip", zipped({"b.zip": zipped({"a.zip": inner})}))

    assert isinstance(twice, Article)
    assert "b.zip!a.zip!a.txt" == twice.origin
    assert [RejectReason.ARCHIVE_LIMIT] == reasons(thrice)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress, lambda data: zipped({"a": data})])
def test_bomb_is_stopped_in_bounded_memory(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """A file that unpacks to hundreds of times its size is given up, and little is held."""
    line = b'{"text": "' + b"1" * 1_000_000 + b'"}\n'
    bomb = pack(line * 100)
    assert len(bomb) * containers.MAX_RATIO < 100 * len(line)
    tracemalloc.start()
    (tmp_path / "a.jsonl.gz").write_bytes(bomb)
    last: Article | Reject | None = None
    for item in read_articles(tmp_path / "a.jsonl.gz"):
        last = item
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(last, Reject)
    assert RejectReason.ARCHIVE_LIMIT == last.reason
    assert peak < 64 * 1024**2


def test_member_without_a_name_is_read(tmp_path: Path) -> None:
    """A zip whose member has no name is read all the same (found by test_fuzz)."""
    data = bytearray(zipped({"x": TEXT}, zipfile.ZIP_STORED))
    central = data.index(b"PK\x01\x02")
    for length in (26, central + 28):  # of the name; the one letter is counted as extra instead
        data[length], data[length + 2] = 0, 1
    (found,) = read(tmp_path, "a.zip", bytes(data))

    assert "a.zip!?" == found.origin


def test_too_many_members_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many members one reject says so, and no more are opened."""
    monkeypatch.setattr(containers, "MAX_MEMBERS", 3)
    found = read(tmp_path, "a.zip", zipped({f"{n}.txt": f"{TEXT} {n}" for n in range(9)}))

    assert 4 == len(found)
    assert [RejectReason.ARCHIVE_LIMIT] == reasons(found[3:])


def test_tar_header_of_gigabytes_is_not_held(tmp_path: Path) -> None:
    """A tar whose name claims a gigabyte is a reject before anything is reserved."""
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 10**9
    tracemalloc.start()
    found = read(tmp_path, "a.tar", info.tobuf(tarfile.GNU_FORMAT) + b"x" * 10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [RejectReason.BROKEN_ARCHIVE] == reasons(found)
    assert peak < 16 * 1024**2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"BZh91AY&SY" + b"\0" * 40, RejectReason.BROKEN_ARCHIVE),
        (b"\xfd7zXZ\0" + b"\0" * 40, RejectReason.BROKEN_ARCHIVE),
        (lzma.compress(TEXT.encode())[:-9], RejectReason.BROKEN_ARCHIVE),
        (b"Rar!\x1a\x07" + b"\0" * 40, RejectReason.UNSUPPORTED),
        (b"\x1f\x8b\x08", RejectReason.BROKEN_ARCHIVE),
        (b"\x1f\x8b" + b"\xff" * 40, RejectReason.BROKEN_ARCHIVE),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, RejectReason.BROKEN_ARCHIVE),
        (b"PK\x03\x04" + b"\xff" * 40, RejectReason.BROKEN_ARCHIVE),
        (zipped({"a.txt": TEXT}, zipfile.ZIP_LZMA), RejectReason.UNSUPPORTED),
        (gzip.compress(b"", mtime=0), RejectReason.EMPTY),
        (gzip.compress(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", mtime=0), RejectReason.NO_PROSE),
    ],
)
def test_what_is_no_such_file_is_one_reject(
    tmp_path: Path, content: bytes, expected: RejectReason
) -> None:
    """Broken, empty and unread kinds have their reason."""
    assert [expected] == reasons(read(tmp_path, "a.gz", content))


def test_xz_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    """A header that asks for a dictionary of 1 GiB gets none."""
    asking = [{"id": lzma.FILTER_LZMA2, "dict_size": 1024**2}]
    data = bytearray(lzma.compress(TEXT.encode(), filters=asking))
    header = data[12:24]
    header[4] = 36  # of 40: 1 GiB; xz file format, section 5.3.1
    header[8:12] = zlib.crc32(header[:8]).to_bytes(4, "little")
    data[12:24] = header

    assert [RejectReason.BROKEN_ARCHIVE] == reasons(read(tmp_path, "a.txt.xz", bytes(data)))


def test_tar_in_bzip2_and_xz(tmp_path: Path) -> None:
    """`.tbz2` and `.txz` are read as their members."""
    for name, pack in (("a.tbz2", bz2.compress), ("a.txz", lzma.compress)):
        (found,) = read(tmp_path, name, pack(tarred({"a.txt": TEXT})))

        assert f"{name}!a.txt" == found.origin
        assert isinstance(found, Article)
