"""The bundled encoder, opened once and shared by all programs that a process runs or forks.

Opening it is half of what a short command takes. It has no threads that a fork would miss: it tells
onnxruntime to use that of the caller.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from index.encoders import BundledConfig, Encoder, EncoderConfig, open_encoder

FOLDER: Final = "TEST_ENCODER_DIR"
"""Variable that tells the process that `tests/warm.py` forks where the weights are."""


@contextmanager
def sharing(folder: Path) -> Iterator[Encoder]:
    """Open the encoder whose weights are kept in `folder`, for all who ask for it there."""
    shared = BundledConfig(cache_dir=folder)
    opened = open_encoder(shared)

    def open_it(config: EncoderConfig) -> Encoder:
        return opened if config == shared else open_encoder(config)

    with ExitStack() as stack:
        for module in ("bot.wire", "index.encoders"):
            stack.enter_context(patch(f"{module}.open_encoder", open_it))
        stack.enter_context(patch.dict(os.environ, {FOLDER: str(folder)}))
        yield opened
