"""Commands of the program within this process, for tests of what they do and say.

Starting a process takes longer than most commands. How they behave as processes (streams, signals,
locks, folders, exit) is what other tests run them as processes for.
"""

import io
import logging
import os
import sys
from collections.abc import Mapping
from subprocess import CompletedProcess
from unittest.mock import patch

from bot.terminal.cli import main


def run_here(
    environment: Mapping[str, str], *arguments: str, stdin: str = ""
) -> CompletedProcess[str]:
    """Run a command with an environment of its own; return its exit code and what it wrote."""
    streams = [io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8") for text in (stdin, "", "")]
    names = ("stdin", "stdout", "stderr")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.multiple(sys, **dict(zip(names, streams, strict=True))),
    ):
        code = main(arguments)
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers, root.level = handlers, level
    written = []
    for stream in streams[1:]:
        stream.flush()
        stream.seek(0)
        written.append(stream.read())
    return CompletedProcess(arguments, code, *written)
