"""Lines of JSON with a checksum: a changed bit is noticed, or changes nothing."""

import json

import pytest

from index.disk.json_lines import summed, unsummed

RECORD = {"id": "a1", "title": "آب رسید", "lists": ["ab", "cd"], "note": "x\u2028y"}


def test_a_line_reads_back_and_one_without_checksum_passes() -> None:
    """Lines of earlier versions stated none."""
    assert RECORD == unsummed(json.loads(summed(RECORD)))
    assert RECORD == unsummed(RECORD)


def test_every_changed_bit_is_noticed_or_harmless() -> None:
    """Each bit of a line in turn: it is no JSON, its checksum is another, or nothing was lost."""
    line = summed(RECORD).encode()
    n_noticed = 0
    for at in range(len(line) * 8):
        changed = bytearray(line)
        changed[at // 8] ^= 1 << at % 8
        try:
            found = unsummed(json.loads(changed))
        except ValueError:
            n_noticed += 1
        else:
            assert RECORD.items() <= found.items()  # the name of the checksum was hit
    assert n_noticed > len(line) * 7
    with pytest.raises(ValueError, match="checksum"):
        unsummed(json.loads(summed(RECORD)) | {"id": "a2"})
