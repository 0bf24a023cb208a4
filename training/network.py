"""The reader as trained: the bundled encoder's twelve layers over question and passage together.

A pair is read as `<s> question </s> </s> headline </s> window </s>`. The word table stays the
encoder's own, frozen. Every matrix gets a low-rank addition, W + B A (Hu et al., "LoRA", arXiv
2106.09685), or is trained itself (`rank` 0). Two heads read the last states: whether the window
answers (from `<s>`), and where the answer starts and ends (Devlin et al., arXiv 1810.04805).
"""

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from index.encoders.e5.weights import E5Weights, find_weights

MATRICES: Final = ("q", "k", "v", "ao", "fi", "fo")
SEPARATORS: Final = 4
"""Markers of a pair beside the first."""


class Product(nn.Module):
    """A matrix product with bias: frozen with a low-rank addition, or trained whole."""

    def __init__(self, weight: Tensor, bias: Tensor, rank: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=not rank)
        self.bias = nn.Parameter(bias, requires_grad=not rank)
        self.rank = rank
        if rank:
            rows, columns = weight.shape
            self.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
            self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., in) to (..., out)."""
        y = functional.linear(x, self.weight, self.bias)
        if self.rank:
            y = y + functional.linear(functional.linear(x, self.down), self.up)
        return y


class Layer(nn.Module):
    """One transformer layer, norms after the sums."""

    def __init__(self, weights: E5Weights, number: int, rank: int) -> None:
        super().__init__()
        shape = weights.shape
        self.heads, self.epsilon = shape.heads, weights.epsilon
        at = f"l{number}."
        self.products = nn.ModuleDict(
            {
                name: Product(
                    torch.from_numpy(
                        weights.matrix(
                            f"{at}{name}.w",
                            columns=shape.feed_forward if name == "fo" else shape.hidden,
                        )
                    ),
                    torch.from_numpy(weights.vector(f"{at}{name}.b")),
                    rank,
                )
                for name in MATRICES
            }
        )
        self.norms = nn.ParameterDict(
            {
                f"{norm}_{part}": nn.Parameter(
                    torch.from_numpy(weights.vector(f"{at}{norm}.{part}")), requires_grad=not rank
                )
                for norm in ("aln", "oln")
                for part in "wb"
            }
        )

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Map states (n, tokens, hidden); `mask` (n, 1, 1, tokens) is true where a token is."""
        n, tokens, hidden = x.shape
        q, k, v = (
            self.products[name](x).view(n, tokens, self.heads, -1).transpose(1, 2) for name in "qkv"
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(n, tokens, hidden)
        x = self._norm(x + self.products["ao"](mixed), "aln")
        fed = self.products["fo"](functional.gelu(self.products["fi"](x)))
        return self._norm(x + fed, "oln")

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(
            x, x.shape[-1:], self.norms[f"{name}_w"], self.norms[f"{name}_b"], self.epsilon
        )


class Reader(nn.Module):
    """All layers and the two heads."""

    def __init__(self, rank: int) -> None:
        """Open the bundled weights.

        Args:
            rank: Of the additions; 0 to train all but the word table.
        """
        super().__init__()
        weights = E5Weights(find_weights())
        hidden = weights.shape.hidden
        words = weights.matrix("emb.word", columns=hidden).astype(np.float16)
        positions = weights.vector("emb.pos").reshape(-1, hidden)
        self.register_buffer("words", torch.from_numpy(words), persistent=False)
        self.register_buffer(
            "positions",
            torch.from_numpy(positions + weights.vector("emb.type")[:hidden]),
            persistent=False,
        )
        self.register_buffer("norm_w", torch.from_numpy(weights.vector("emb.ln.w")))
        self.register_buffer("norm_b", torch.from_numpy(weights.vector("emb.ln.b")))
        self.epsilon = weights.epsilon
        self.layers = nn.ModuleList(
            Layer(weights, number, rank) for number in range(weights.shape.layers)
        )
        self.answers = nn.Linear(hidden, 1)
        self.span = nn.Linear(hidden, 2)

    def forward(self, ids: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Read pairs.

        Args:
            ids: int64 (n, tokens).
            mask: bool (n, tokens), true where a token is; None where all are.

        Returns:
            Logits that the window answers, (n,), and of start and end, (n, tokens, 2).
        """
        x = self.words[ids].float() + self.positions[: ids.shape[1]]
        x = functional.layer_norm(x, x.shape[-1:], self.norm_w, self.norm_b, self.epsilon)
        seen = None if mask is None else mask[:, None, None, :]
        for layer in self.layers:
            x = layer(x, seen)
        return self.answers(x[:, 0]).squeeze(-1), self.span(x)

    def trained(self) -> dict[str, Tensor]:
        """Return what training changes, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}
