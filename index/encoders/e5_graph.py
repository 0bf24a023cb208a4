"""The twelve transformer layers as an ONNX graph with 8-bit matrix products.

In: `hidden` float32 (texts, tokens, 384), the sum of word, position and type embeddings, and
`lengths` int32 (texts,). Out: `states` float32 (texts, tokens, 384), of which only the first
`lengths[i]` tokens of text i mean anything. The table of 250,037 word embeddings, four fifths of
all weights, stays outside: a text needs a few hundred of its rows.

Each token's activations are quantised by that token's own largest value. Subtle: the usual
dynamic quantisation (DynamicQuantizeLinear) takes one scale for the whole batch, so a text's
vector depends on its neighbours and an index on the order it was built in; that was also less
exact (mean cosine to float32 .9956, here .9989). Weights are held in [-64, 64] per column:
processors without VNNI add pairs of products in 16 bits, and 2 * 255 * 64 still fits.
Does not: tokenise, pool or run. Sole importer of onnx, at conversion only.

Source: Devlin et al., arXiv 1810.04805 (the network);
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md (fused operators).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

from index.encoders.e5_weights import E5Weights, Floats

_MAX_WEIGHT = 64
# GELU never falls below -0.16997, so this makes its output non-negative: all 256 steps serve.
_GELU_SHIFT = 0.17
_FUSED = "com.microsoft"


def build_graph(weights: E5Weights) -> bytes:
    """Return the serialised graph, about 22 MB."""
    builder = _Builder(weights)
    states = builder.encoder()
    hidden = weights.shape.hidden
    graph = helper.make_graph(
        builder.nodes,
        "multilingual-e5-small",
        [
            helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["n", "tokens", hidden]),
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["n"]),
        ],
        [helper.make_tensor_value_info(states, TensorProto.FLOAT, ["n", "tokens", hidden])],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return bytes(model.SerializeToString())


class _Builder:
    """Nodes and constants gathered so far; methods add to them and return an output's name."""

    def __init__(self, weights: E5Weights) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights = weights
        self._constant("one", np.float32(1))
        self._constant("tiny", np.float32(1e-12))
        self._constant("last_axis", np.array([-1], dtype=np.int64))
        self._constant("gelu_shift", np.float32(_GELU_SHIFT))
        for name, zero, steps in (("centred", 128, 127), ("positive", 0, 255)):
            self._constant(f"{name}.zero", np.uint8(zero))
            self._constant(f"{name}.step", np.float32(1 / steps))

    def encoder(self) -> str:
        """Add everything; returns `states`."""
        shape = self._weights.shape
        ins = ["hidden", *self._norm("emb.ln")]
        x = self._node("LayerNormalization", ins, "embedded", epsilon=self._weights.epsilon)
        for layer in range(shape.layers):
            x = self._feed_forward(self._attention(x, f"l{layer}."), f"l{layer}.")
        return self._node("Identity", [x], "states")

    def _attention(self, x: str, at: str) -> str:
        shape = self._weights.shape
        matrix = np.concatenate(
            [self._weights.matrix(f"{at}{part}.w", columns=shape.hidden) for part in "qkv"]
        )
        joint = self._product(x, self._quantise(x), matrix, f"{at}qkv", range_="centred")
        parts = [f"{at}{part}" for part in "qkv"]
        self.nodes.append(helper.make_node("Split", [joint], parts, axis=-1, num_outputs=3))
        bias = np.concatenate([self._weights.vector(f"{at}{part}.b") for part in "qkv"])
        ins = [*parts, self._constant(f"{at}qkv.b", bias), "lengths"]
        y = self._node("MultiHeadAttention", ins, f"{at}mixed", _FUSED, num_heads=shape.heads)
        out = self._weights.matrix(f"{at}ao.w", columns=shape.hidden)
        y = self._product(y, self._quantise(y), out, f"{at}ao", range_="centred")
        return self._add_norm(y, x, f"{at}aln", self._weights.vector(f"{at}ao.b"))

    def _feed_forward(self, x: str, at: str) -> str:
        shape = self._weights.shape
        wide = self._weights.matrix(f"{at}fi.w", columns=shape.hidden)
        y = self._product(x, self._quantise(x), wide, f"{at}fi", range_="centred")
        bias = self._constant(f"{at}fi.b", self._weights.vector(f"{at}fi.b"))
        y = self._node("BiasGelu", [y, bias], f"{at}gelu", _FUSED)
        narrow = self._weights.matrix(f"{at}fo.w", columns=shape.feed_forward)
        quantised = self._quantise_gelu(y)
        y = self._product(y, quantised, narrow, f"{at}fo", range_="positive")
        # W(x + c) = Wx + c * (row sums of W), with W as the product uses it: rounded.
        rounded, scales = _round_weights(narrow)
        shift = _GELU_SHIFT * (rounded.sum(axis=0, dtype=np.float64) * scales)
        return self._add_norm(y, x, f"{at}oln", self._weights.vector(f"{at}fo.b") - shift)

    def _quantise(self, x: str) -> str:
        return self._quantise_by(x, self._node("Abs", [x], f"{x}.abs"), "centred")

    def _quantise_gelu(self, x: str) -> str:
        raised = self._node("Add", [x, "gelu_shift"], f"{x}.raised")
        return self._quantise_by(raised, raised, "positive", name=x)

    def _quantise_by(self, x: str, size: str, range_: str, *, name: str = "") -> str:
        """Divide each token by its largest `size`; leaves the divisor in `<name>.scale`."""
        name = name or x
        top = self._node("ReduceMax", [size, "last_axis"], f"{name}.top", keepdims=1)
        safe = self._node("Max", [top, "tiny"], f"{name}.safe")
        scale = self._node("Mul", [safe, f"{range_}.step"], f"{name}.scale")
        ratio = self._node("Div", [x, scale], f"{name}.ratio")
        return self._node("QuantizeLinear", [ratio, "one", f"{range_}.zero"], f"{name}.u8")

    def _product(self, x: str, quantised: str, matrix: Floats, name: str, *, range_: str) -> str:
        """Multiply by `matrix` (out, in) in 8 bits and scale back per token and column."""
        rounded, scales = _round_weights(matrix)
        ins = [
            quantised,
            self._constant(f"{name}.w", rounded),
            "one",
            self._constant(f"{name}.s", scales),
            f"{range_}.zero",
            self._constant(f"{name}.z", np.zeros(len(scales), dtype=np.int8)),
        ]
        y = self._node("MatMulIntegerToFloat", ins, f"{name}.raw", _FUSED)
        return self._node("Mul", [y, f"{x}.scale"], f"{name}.out")

    def _add_norm(self, y: str, x: str, at: str, bias: ArrayLike) -> str:
        ins = [
            y,
            x,
            *self._norm(at),
            self._constant(f"{at}.bias", np.asarray(bias, dtype=np.float32)),
        ]
        epsilon = self._weights.epsilon
        return self._node("SkipLayerNormalization", ins, f"{at}.out", _FUSED, epsilon=epsilon)

    def _norm(self, at: str) -> tuple[str, str]:
        gain, bias = (self._weights.vector(f"{at}.{part}") for part in "wb")
        return self._constant(f"{at}.w", gain), self._constant(f"{at}.b", bias)

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


def _round_weights(matrix: Floats) -> tuple[np.ndarray, Floats]:
    """Return int8 (in, out) and the float32 scale of each output column."""
    columns = matrix.T
    scales = np.maximum(np.abs(columns).max(axis=0), 1e-12) / _MAX_WEIGHT
    return np.rint(columns / scales).astype(np.int8), scales.astype(np.float32)
