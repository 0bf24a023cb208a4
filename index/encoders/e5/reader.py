"""The reader: question and window read together by the encoder's own layers, slightly changed.

    <s> question </s> </s> headline </s> window </s>

Trained by us (`training/`, docs/reader.md): low-rank additions to the encoder's matrices, merged
into a second graph when it is built, and two heads, "does the window answer" and "where does the
answer start and end". `params/multilingual-e5-small.reader.npz` holds the additions in half
precision. The word table and the vocabulary are the encoder's.

Sources: Hu et al., "LoRA", arXiv 2106.09685; Devlin et al., arXiv 1810.04805 (pairs and spans).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from typing import Final

import numpy as np

from index.encoders.config import BundledConfig
from index.encoders.e5.network import E5Network
from index.encoders.e5.weights import E5Weights, Floats, Shape
from index.encoders.protocol import Reading, Window

ADDITIONS: Final = "multilingual-e5-small.reader.npz"
"""`l4.q.down` (rank, in), `l4.q.up` (out, rank) and so on; `answers` and `span` with `weight` and
`bias`; `largest/l0.qkv` and so on as in `index.encoders.e5.graph.ACTIVATIONS`."""

QUESTION_TOKENS: Final = 40
HEADLINE_TOKENS: Final = 12
WINDOW_TOKENS: Final = 144
"""Tokens that are read at most of each; training saw windows of 32 to 72, longer if one sentence
was."""
_REMEMBERED: Final = 256
"""Windows whose readings are kept, about 150 kB."""


class BundledReader:
    """The reader, open; safe to share between threads."""

    def __init__(self, config: BundledConfig) -> None:
        """Open it, converting the weights first where `config.cache_dir` has none.

        Raises:
            EncoderError: If weights or cache folder are unusable.
        """
        self._network = E5Network(config, f"reader-{_digest()}", _build)
        self._known: dict[tuple[str, Window], Reading] = {}

    def read(self, question: str, windows: Sequence[Window], /) -> list[Reading]:
        """Read as `Reader.read` says; of long texts the first tokens.

        The latest are remembered: one question may be looked into several times.
        """
        known = self._known  # another thread may put a new one in its place
        found = {
            window: known[question, window] for window in windows if (question, window) in known
        }
        new = [window for window in dict.fromkeys(windows) if window not in found]
        fresh = dict(zip(new, self._read(question, new), strict=True))
        kept = {} if len(known) + len(fresh) > _REMEMBERED else known
        self._known = {**kept, **{(question, window): one for window, one in fresh.items()}}
        found |= fresh
        return [found[window] for window in windows]

    def _read(self, question: str, windows: Sequence[Window]) -> Iterator[Reading]:
        ids = self._network.tokenizer.ids
        bos, eos = self._network.bos, self._network.eos
        asked = [bos, *ids(question)[:QUESTION_TOKENS], eos, eos]
        texts: list[list[int]] = []
        places: list[list[tuple[int, int]]] = []
        for window in windows:
            text = [*asked, *ids(window.headline)[:HEADLINE_TOKENS], eos]
            limit = len(text) + WINDOW_TOKENS
            ends = [len(text)]
            for sentence in window.sentences:
                text += ids(sentence)
                ends.append(min(len(text), limit))
            texts.append([*text[:limit], eos])
            places.append(list(pairwise(ends)))
        for (answers, span), held in zip(self._network.run(texts), places, strict=True):
            sentences = (
                float(span[start:end].max(axis=0).sum()) if start < end else -np.inf
                for start, end in held
            )
            yield Reading(float(answers[0, 0]), tuple(sentences))


@cache
def _additions() -> Mapping[str, Floats]:
    with (
        (files("index") / "params" / ADDITIONS).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


@cache
def _digest() -> str:
    """Return what tells one training from another."""
    return sha256((files("index") / "params" / ADDITIONS).read_bytes()).hexdigest()[:12]


def _build(weights: E5Weights) -> bytes:
    # Here because onnx takes 0.2 s to load, which only a conversion needs.
    from index.encoders.e5.graph import build_reader_graph

    additions = _additions()
    largest = {
        name.removeprefix("largest/"): array
        for name, array in additions.items()
        if name.startswith("largest/")
    }
    return build_reader_graph(_Changed(weights, additions), largest)


class _Changed:
    """The encoder's weights with the additions, and the heads."""

    def __init__(self, weights: E5Weights, additions: Mapping[str, Floats]) -> None:
        self._weights = weights
        self._additions = additions

    @property
    def shape(self) -> Shape:
        return self._weights.shape

    @property
    def epsilon(self) -> float:
        return self._weights.epsilon

    def vector(self, name: str) -> Floats:
        head = self._additions.get(f"{name.removesuffix('.b')}.bias")
        return self._weights.vector(name) if head is None else head

    def matrix(self, name: str, *, columns: int) -> Floats:
        name = name.removesuffix(".w")
        head = self._additions.get(f"{name}.weight")
        if head is not None:
            return head
        matrix = self._weights.matrix(f"{name}.w", columns=columns)
        up = self._additions.get(f"{name}.up")
        return matrix if up is None else matrix + up @ self._additions[f"{name}.down"]
