"""The bundled encoder and reader, opened once, shared by all programs that a process runs or forks.

Opening them is half of what a short command takes. They have no threads that a fork would miss:
they tell onnxruntime to use that of the caller.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from index.encoders import (
    BundledConfig,
    Encoder,
    EncoderConfig,
    Reader,
    open_encoder,
    open_reader,
)

FOLDER: Final = "TEST_ENCODER_DIR"
"""Variable that tells the process that `tests/warm.py` forks where the weights are."""


@contextmanager
def sharing(folder: Path) -> Iterator[Encoder]:
    """Open both, whose weights are kept in `folder`, for all who ask for them there."""
    shared = BundledConfig(cache_dir=folder)
    opened, reader = open_encoder(shared), open_reader(shared)

    def open_it(config: EncoderConfig) -> Encoder:
        return opened if config == shared else open_encoder(config)

    def read_it(config: BundledConfig) -> Reader:
        return reader if config == shared else open_reader(config)

    with ExitStack() as stack:
        for module in ("bot.wire", "index.encoders"):
            stack.enter_context(patch(f"{module}.open_encoder", open_it))
            stack.enter_context(patch(f"{module}.open_reader", read_it))
        stack.enter_context(patch.dict(os.environ, {FOLDER: str(folder)}))
        yield opened
