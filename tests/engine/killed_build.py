"""A build that is killed as it asks its server for the n-th time: a program for tests.

    python killed_build.py '{"corpus": ..., "home": ..., "cache": ..., "address": ..., "die_at": 3}'

exits as the signal ends it, or with 0 where it asked less often, and prints how often it asked.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from index import IndexConfig, QdrantConfig, build_index
from index.encoders import BundledConfig, open_encoder


def main() -> None:
    """Do what the JSON in the first argument says."""
    given = json.loads(sys.argv[1])
    n_asked = 0

    def watch(event: str, _values: tuple[Any, ...]) -> None:
        nonlocal n_asked
        if event == "socket.connect":  # the client connects anew for each request to loopback
            n_asked += 1
            if n_asked == given["die_at"]:
                os.kill(os.getpid(), signal.SIGKILL)

    encoder = open_encoder(BundledConfig(cache_dir=Path(given["cache"]) / "encoder"))
    sys.addaudithook(watch)
    build_index(
        [Path(given["corpus"])],
        Path(given["home"]),
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=Path(given["cache"]) / "vectors",
        engine=QdrantConfig(address=given["address"], name=Path(given["home"]).name),
    )
    sys.stdout.write(f"{n_asked}\n")


if __name__ == "__main__":
    main()
