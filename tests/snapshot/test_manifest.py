"""The manifest: read as written, and refused when anything about it is wrong."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index.encoders import EncoderIdentity
from index.errors import SnapshotCorrupt, SnapshotError, SnapshotMismatch
from index.snapshot.manifest import (
    SCHEMA,
    FileRecord,
    Manifest,
    PartCounts,
    check_files,
    check_space,
    file_records,
    load_manifest,
    write_manifest,
)

IDENTITY = EncoderIdentity(name="e5-small", revision="abc-1", dim=384)
MADE = Manifest(
    schema=SCHEMA,
    snapshot="0123456789ab",
    key="0123456789abcdef",
    made_by="fedcba9876543210",
    encoder=IDENTITY,
    space="e5-small-plain",
    n_articles=1,
    n_passages=3,
    n_sentences=12,
    languages={"fa": 2, "en": 1},
    parts=(PartCounts(articles=1, passages=3, sentences=12),),
    files={"archive.db": FileRecord(size=3, checksum="f" * 32)},
)


def test_write_and_load_is_the_identity(tmp_path: Path) -> None:
    """A manifest comes back equal, the order of languages too; `schema` stands first."""
    write_manifest(tmp_path, MADE)
    found = load_manifest(tmp_path)

    text = (tmp_path / "manifest.json").read_text()
    assert MADE == found
    assert list(MADE.languages) == list(found.languages)
    assert text.startswith(f'{{\n  "schema": {SCHEMA},\n')
    assert 3 == found.size_bytes


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """No single bit of the manifest can change without the manifest being refused."""
    write_manifest(tmp_path, MADE)
    path = tmp_path / "manifest.json"
    content = path.read_bytes()
    accepted = []
    for at in range(len(content)):
        for bit in (1, 2, 16):
            path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
            try:
                found = load_manifest(tmp_path)
            except SnapshotError:
                continue
            if found != MADE:
                accepted.append((at, content[at : at + 1], found))

    assert [] == accepted


@pytest.mark.parametrize("schema", [0, SCHEMA + 1, str(SCHEMA), None, [SCHEMA]], ids=repr)
def test_load_when_the_schema_is_unknown(schema: object, tmp_path: Path) -> None:
    """Another schema is never read: the message names both and says to rebuild."""
    record = {"schema": schema, "whatever": "comes later"}
    (tmp_path / "manifest.json").write_text(json.dumps(record))

    with pytest.raises(SnapshotMismatch) as caught:
        load_manifest(tmp_path)

    assert f"schema {SCHEMA}" in str(caught.value)
    assert repr(schema) in str(caught.value)
    assert "run `pasokh index build`" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"schema"',
        b'{"schema": %d}' % SCHEMA,
        b'{"schema": %d, "encoder": 5, "files": []}' % SCHEMA,
        b'{"schema": %d, "encoder": {}, "files": {"a": {}}}' % SCHEMA,
        b"[" * 100_000,
    ],
    ids=lambda content: repr(content)[:40],
)
def test_load_when_it_is_no_manifest(content: bytes | None, tmp_path: Path) -> None:
    """Whatever stands in place of a manifest is a corrupt snapshot, told with the remedy."""
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)

    with pytest.raises(SnapshotCorrupt, match=r"manifest\.json.*run `pasokh index build`"):
        load_manifest(tmp_path)


@pytest.mark.parametrize("name", [name for name in asdict(MADE) if name != "schema"])
def test_load_when_a_field_is_missing(name: str, tmp_path: Path) -> None:
    """A manifest without one of its fields is corrupt."""
    write_manifest(tmp_path, MADE)
    path = tmp_path / "manifest.json"
    record = json.loads(path.read_text())
    del record[name]
    path.write_text(json.dumps(record))

    with pytest.raises(SnapshotCorrupt):
        load_manifest(tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        replace(IDENTITY, name="bge-m3"),
        replace(IDENTITY, revision="abc-2"),
        replace(IDENTITY, dim=1024),
    ],
    ids=["name", "revision", "dim"],
)
def test_check_space_when_the_encoder_is_another(other: EncoderIdentity) -> None:
    """Any difference of encoder is refused, naming both encoders and the remedy."""
    with pytest.raises(SnapshotMismatch) as caught:
        check_space(MADE, other, MADE.space)

    for identity in (IDENTITY, other):
        words = f"{identity.name!r} (revision {identity.revision}, {identity.dim} dimensions)"
        assert words in str(caught.value)
    assert "run `pasokh index build`" in str(caught.value)


def test_check_space_when_the_placement_is_another() -> None:
    """The same encoder with other means is refused; the same means are accepted."""
    check_space(MADE, IDENTITY, MADE.space)
    with pytest.raises(SnapshotMismatch, match="older ranking parameters"):
        check_space(MADE, IDENTITY, "e5-small-other")


def test_check_files_tells_what_is_wrong(tmp_path: Path) -> None:
    """A file that is missing, shorter or altered is named with what is wrong; others are not."""
    for name in ("good", "gone", "short", "altered"):
        (tmp_path / name).write_bytes(b"12345")
    records = file_records(tmp_path)
    (tmp_path / "gone").unlink()
    (tmp_path / "short").write_bytes(b"1234")
    (tmp_path / "altered").write_bytes(b"12346")

    thorough = check_files(tmp_path, records, full_bytes=5)
    quick = check_files(tmp_path, records, full_bytes=4)

    assert {"good", "gone", "short", "altered"} == set(records)
    assert [
        "altered is altered: its checksum is not the recorded one",
        "gone cannot be read (No such file or directory)",
        "short has 4 bytes instead of 5",
    ] == thorough
    assert thorough[1:] == quick
