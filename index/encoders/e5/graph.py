"""The twelve transformer layers as an ONNX graph with 8-bit matrix products.

In: `hidden` float32 (texts, tokens, 384), the sum of word, position and type embeddings of texts
of one length. Out, for the encoder: `means` float32 (texts, 384), the mean of each text's token
states. For the reader: `answers` float32 (texts, 1, 1), linear in the first state, and `span`
float32 (texts, tokens, 2), linear in each. The table of 250,037 word embeddings, four fifths of
all weights, stays outside: a text needs a few hundred of its rows.

What goes into a product is quantised by constants, so a text's vector depends on that text alone.
A few of the 384 or 1,536 channels are ten times as large as the rest; each channel is divided by
the square root of its largest observed value, and the weights multiplied by it, which divides the
quantisation error between both (SmoothQuant). `params/multilingual-e5-small.activations.npz`
holds those largest values, from texts in twenty languages (`benchmarks/fit_activations.py`); larger
ones are clipped. Mean cosine to float32 .9989, as good as one scale per token computed at run time,
which took twice as long: on processors with VNNI the products are a fifth of the time, and each
further pass over the activations is the rest.

Weights are scaled to [-64, 64] per column: processors without VNNI add pairs of products in 16
bits, and 2 * 255 * 64 still fits.
Sole importer of onnx, at conversion only.

Sources: Devlin et al., arXiv 1810.04805 (the network); Xiao et al., "SmoothQuant", arXiv
2211.10438 (the scales, with its migration strength of 0.5: 0.3 and 0.7 gave .9985 and .9989);
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md (fused operators).
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

from index.encoders.e5.weights import Floats, Shape

_MAX_WEIGHT = 64
_STEPS = 255
_SMALLEST = 1e-3
# GELU never falls below -0.16997.
_GELU_FLOOR = 0.17
_FUSED = "com.microsoft"

ACTIVATIONS: Final = "multilingual-e5-small.activations.npz"
"""`l0.qkv`, `l0.ao`, `l0.fi`, `l0.fo` and so on: the largest absolute value of each channel that
goes into that product, (channels,)."""


def stored_activations() -> dict[str, Floats]:
    """Return the largest observed value of each channel, by product."""
    with (
        (files("index") / "params" / ACTIVATIONS).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


class Weights(Protocol):
    """What `E5Weights` says of a network."""

    @property
    def shape(self) -> Shape:
        """Sizes of the network."""

    @property
    def epsilon(self) -> float:
        """Of every LayerNorm."""

    def vector(self, name: str) -> Floats:
        """Return a tensor, flat."""

    def matrix(self, name: str, *, columns: int) -> Floats:
        """Return a matrix (rows, columns)."""


def build_graph(weights: Weights, largest: Mapping[str, Floats]) -> bytes:
    """Return the serialised graph, about 22 MB.

    Args:
        weights: Of the network.
        largest: As `stored_activations` returns them.
    """
    builder = _Builder(weights, largest)
    return builder.serialised({builder.means(builder.states()): ["n", weights.shape.hidden]})


def build_reader_graph(weights: Weights, largest: Mapping[str, Floats]) -> bytes:
    """Return the serialised graph of the reader, as large.

    Args:
        weights: Of the network, with `answers.w` (1, hidden), `answers.b`, `span.w` (2, hidden)
            and `span.b` beside its own.
        largest: As `stored_activations` returns them.
    """
    builder = _Builder(weights, largest)
    states = builder.states()
    answers = builder.linear(builder.first(states), "answers")
    return builder.serialised(
        {answers: ["n", 1, 1], builder.linear(states, "span"): ["n", "tokens", 2]}
    )


class _Quantised(NamedTuple):
    """8-bit activations: their name, and what their steps and channels stand for."""

    name: str
    step: str
    zero: str
    scales: Floats


class _Builder:
    """Nodes and constants gathered so far; methods add to them and return an output's name."""

    def __init__(self, weights: Weights, largest: Mapping[str, Floats]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights = weights
        self._largest = largest

    def serialised(self, outputs: Mapping[str, Sequence[int | str]]) -> bytes:
        """Return the graph with these outputs of these shapes."""
        hidden = self._weights.shape.hidden
        graph = helper.make_graph(
            self.nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["n", "tokens", hidden])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            self.constants,
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        return bytes(model.SerializeToString())

    def states(self) -> str:
        """Add all layers; returns the states of all tokens."""
        x = self._norm("hidden", "emb.ln")
        for layer in range(self._weights.shape.layers):
            x = self._feed_forward(self._attention(x, f"l{layer}."), f"l{layer}.")
        return x

    def means(self, states: str) -> str:
        """Add the mean over tokens."""
        over_tokens = self._constant("tokens_axis", np.array([1], dtype=np.int64))
        return self._node("ReduceMean", [states, over_tokens], "means", keepdims=0)

    def first(self, states: str) -> str:
        """Add the choice of the first token: (texts, 1, hidden)."""
        return self._node(
            "Gather",
            [states, self._constant("first", np.array([0], np.int64))],
            "first_state",
            axis=1,
        )

    def linear(self, x: str, name: str) -> str:
        """Add a product in float32 with `name`.w (out, hidden), and its bias."""
        matrix = self._weights.matrix(f"{name}.w", columns=self._weights.shape.hidden).T
        y = self._node("MatMul", [x, self._constant(f"{name}.w", matrix)], f"{name}.product")
        bias = self._constant(f"{name}.b", self._weights.vector(f"{name}.b"))
        return self._node("Add", [y, bias], name)

    def _attention(self, x: str, at: str) -> str:
        shape = self._weights.shape
        given = self._quantise(x, f"{at}qkv")
        # Three products instead of one that is split: the split costs more than it saves.
        parts = [self._product(given, f"{at}{part}", columns=shape.hidden) for part in "qkv"]
        y = self._node("MultiHeadAttention", parts, f"{at}mixed", _FUSED, num_heads=shape.heads)
        y = self._product(self._quantise(y, f"{at}ao"), f"{at}ao", columns=shape.hidden)
        return self._norm(self._node("Add", [y, x], f"{at}attended"), f"{at}aln")

    def _feed_forward(self, x: str, at: str) -> str:
        shape = self._weights.shape
        y = self._product(self._quantise(x, f"{at}fi"), f"{at}fi", columns=shape.hidden)
        y = self._node("Gelu", [y], f"{at}gelu")
        given = self._quantise(y, f"{at}fo", floor=_GELU_FLOOR)
        y = self._product(given, f"{at}fo", columns=shape.feed_forward)
        return self._norm(self._node("Add", [y, x], f"{at}fed"), f"{at}oln")

    def _quantise(self, x: str, name: str, *, floor: float | None = None) -> _Quantised:
        """Divide each channel by its scale and round all to 256 steps.

        Args:
            x: What is quantised.
            name: Its largest values.
            floor: How far below zero it reaches; None for as far as above.
        """
        largest = np.maximum(self._largest[name], _SMALLEST)
        scales = np.sqrt(largest)
        highest = float((largest / scales).max())
        lowest = highest if floor is None else float((floor / scales).max())
        step = (highest + lowest) / _STEPS
        even = self._node("Mul", [x, self._constant(f"{name}.even", 1 / scales)], f"{name}.evened")
        steps = self._constant(f"{name}.step", np.float32(step))
        zero = self._constant(f"{name}.zero", np.uint8(np.rint(lowest / step)))
        quantised = self._node("QuantizeLinear", [even, steps, zero], f"{name}.u8")
        return _Quantised(quantised, steps, zero, scales)

    def _product(self, given: _Quantised, name: str, *, columns: int) -> str:
        """Multiply by the matrix `name` (out, in) in 8 bits and add its bias."""
        matrix = (self._weights.matrix(f"{name}.w", columns=columns) * given.scales).T
        scales = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / _MAX_WEIGHT
        rounded = np.rint(matrix / scales).astype(np.int8)  # (in, out)
        ins = [
            given.name,
            self._constant(f"{name}.w", rounded),
            given.step,
            self._constant(f"{name}.s", scales.astype(np.float32)),
            given.zero,
            self._constant(f"{name}.z", np.zeros(len(scales), dtype=np.int8)),
            self._constant(f"{name}.b", self._weights.vector(f"{name}.b")),
        ]
        return self._node("MatMulIntegerToFloat", ins, f"{name}.out", _FUSED)

    def _norm(self, x: str, at: str) -> str:
        """Normalise; not fused with the sum before, which takes three times as long."""
        names = (f"{at}.w", f"{at}.b")
        ins = [x, *(self._constant(name, self._weights.vector(name)) for name in names)]
        return self._node("LayerNormalization", ins, f"{at}.out", epsilon=self._weights.epsilon)

    def _node(
        self,
        op: str,
        ins: Sequence[str],
        out: str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 (as onnx takes them)
    ) -> str:
        self.nodes.append(helper.make_node(op, ins, [out], domain=domain, **attributes))
        return out

    def _constant(self, name: str, value: ArrayLike) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name
