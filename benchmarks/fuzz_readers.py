"""Coverage-guided fuzzing of every reader: `make fuzz` (SECONDS=120).

Needs atheris (`pip install atheris`), which the project itself does not need. A crash or an input
that takes over 5 seconds ends the run; what was read is not judged.
"""

import sys

try:
    import atheris  # type: ignore[import-not-found,unused-ignore]  # optional
except ImportError:
    sys.exit("Expected atheris, which is not installed: `pip install atheris`, or `make fuzz`.")

with atheris.instrument_imports(include=["index.sources"]):
    from index.sources import read_bytes

_NAMES = ("a.txt", "a.jsonl", "a.json", "a.csv", "a.html", "a.xml", "a.md", "a.zip", "a.gz")


def one_input(data: bytes) -> None:
    """Read one input; its first byte chooses the name."""
    if data:
        for _ in read_bytes(data[1:], _NAMES[data[0] % len(_NAMES)]):
            pass


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=5", "-rss_limit_mb=2048"], one_input)
    atheris.Fuzz()
