"""Builds in forks of a process that holds the encoder, so that starting one takes no time.

Reads a line of JSON for each build ({"corpus", "home", "cache", "max_tokens", "kill_after"}) and
answers with its exit status and seconds when it is over, killed or not. The fork never encodes: the
cache it is given knows every text, and so no thread of the parent is missed in it.
"""

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from index import ChunkConfig, IndexConfig, build_index
from index.encoders import BundledConfig, Encoder, open_encoder


def _build(given: dict[str, Any], encoder: Encoder) -> int:
    """Build in this process; return its exit status."""
    try:
        build_index(
            [Path(given["corpus"])],
            Path(given["home"]),
            encoder=encoder,
            config=IndexConfig(chunk=ChunkConfig(max_tokens=given["max_tokens"])),
            cache_dir=Path(given["cache"]),
        )
    except BaseException:  # noqa: BLE001  # whatever it is, the test wants to see it
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """Serve until standard input ends."""
    encoder = open_encoder(BundledConfig(cache_dir=Path(sys.argv[1])))
    for line in sys.stdin:
        given = json.loads(line)
        pid = os.fork()
        if not pid:
            os._exit(_build(given, encoder))
        started = time.monotonic()
        if given["kill_after"] is not None:
            time.sleep(given["kill_after"])
            os.kill(pid, signal.SIGKILL)  # its number is its own until it is waited for
        _, status = os.waitpid(pid, 0)
        answer = os.waitstatus_to_exitcode(status), time.monotonic() - started
        print(json.dumps(answer), flush=True)  # noqa: T201  # what the test reads


if __name__ == "__main__":
    main()
