"""sentencepiece's compiled form of a replacement table: a double-array trie and a string pool.

The trie's size in bytes (uint32), its units (uint32 each), then the replacements, each ended by
a zero byte. A unit has a label (bits 0-7), "has a leaf" (bit 8) and the offset to its children
(bits 10-30); a leaf has the offset of its replacement in the pool and bit 31.

Source: https://github.com/s-yata/darts-clone and sentencepiece's normalizer.cc.
"""

import struct
from typing import Any

_LEAF = 1 << 31
_HAS_LEAF = 1 << 8
_MAX_OFFSET = 1 << 21

# From the next byte to its node; from 0, which ends a key, to the place of the replacement.
_Node = dict[int, Any]


def build_charsmap(table: dict[int, str]) -> bytes:
    """Compile `table` from code points to replacements; code point 0 cannot be a key."""
    root: _Node = {}
    pool = bytearray()
    for code_point, replacement in table.items():
        if code_point == 0:
            continue
        node = root
        for byte in chr(code_point).encode():
            node = node.setdefault(byte, {})
        node[0] = len(pool)
        pool += replacement.encode() + b"\0"
    units = _lay_out(root)
    # The size is a multiple of 256, so that following any label from any unit stays inside.
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + bytes(pool)


def _lay_out(root: _Node) -> list[int]:
    units: dict[int, int] = {0: 0}
    bases: set[int] = set()
    queue = [(root, 0)]
    while queue:
        node, place = queue.pop()
        base = next(b for b in range(1, _MAX_OFFSET) if _fits(b, node, units, bases))
        bases.add(base)
        units[place] |= (base ^ place) << 10 | (_HAS_LEAF if 0 in node else 0)
        for label, child in node.items():
            units[base ^ label] = label or child | _LEAF
            if label:
                queue.append((child, base ^ label))
    size = (max(units) | 255) + 1
    # A free unit must match no label; a text's zero byte ends every search before it is read.
    return [units.get(place, 255) for place in range(size)]


def _fits(base: int, node: _Node, units: dict[int, int], bases: set[int]) -> bool:
    return base not in bases and not any(base ^ label in units for label in node)
