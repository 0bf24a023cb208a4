"""`pasokh index ...` as a process of its own: what answers must not wait for an encoder at work."""

import asyncio
import os
import sys
from contextlib import suppress

from bot.settings import Settings


async def run_index(settings: Settings, *arguments: str) -> str | None:
    """Run a command on the index of `settings`; return its error, None where it succeeded.

    Where this is cancelled the process is ended; it leaves the old index or the new one.

    Raises:
        OSError: If it cannot be started.
    """
    places = {
        "PASOKH_CORPUS": settings.corpus,
        "PASOKH_INDEX_DIR": settings.index_home,
        "PASOKH_DATA_DIR": settings.data_dir,
        "PASOKH_CACHE_DIR": settings.cache_dir,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "index", *arguments,
        env=os.environ | {name: str(path.absolute()) for name, path in places.items()},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, errors = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
    said = errors.decode(errors="replace").strip().rpartition("\n")[2]
    return (said or f"exit code {process.returncode}") if process.returncode else None
