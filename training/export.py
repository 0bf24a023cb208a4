"""Write what the reader needs beside the encoder's weights.

    python -m training.export PAIRS CHECKPOINT ... [--shares 0.4 0.6]

index/params/multilingual-e5-small.reader.npz: the low-rank additions and the heads in half
precision, and the largest activations of the network so changed, which scale its 8-bit products
(see index/encoders/e5/graph.py), from 2,000 pairs of PAIRS. The weights of several checkpoints are
averaged: of one training and of what went on from it with other data, the mean does well on both
(Wortsman et al., arXiv 2109.01903).
"""

import argparse
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from index.encoders.e5.reader import ADDITIONS
from training.evaluate import read
from training.network import Reader

PARAMS = Path(__file__).parents[1] / "index" / "params"
PLACES = {"q": "qkv", "ao": "ao", "fi": "fi", "fo": "fo"}
"""Products whose inputs are noted, and their names there."""


def main() -> None:
    """Export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--shares", type=float, nargs="+", help="of each; equal by default")
    parser.add_argument("--rank", type=int, default=24)
    options = parser.parse_args()
    torch.set_num_threads(1)
    reader = Reader(options.rank).eval()
    kept = [torch.load(path)["average"] for path in options.checkpoints]
    shares = options.shares or [1 / len(kept)] * len(kept)
    weights = {
        name: sum(share * one[name] for share, one in zip(shares, kept, strict=True))
        for name in kept[0]
    }
    reader.load_state_dict(weights, strict=False)
    largest: dict[str, np.ndarray] = {}

    def noting(name: str) -> Callable[[nn.Module, tuple[torch.Tensor]], None]:
        def note(_module: nn.Module, given: tuple[torch.Tensor]) -> None:
            most = given[0].abs().flatten(0, -2).amax(0).numpy()
            largest[name] = np.maximum(largest.get(name, 0), most)

        return note

    for number, layer in enumerate(reader.layers):
        for short, place in PLACES.items():
            layer.products[short].register_forward_pre_hook(noting(f"l{number}.{place}"))
    groups = pickle.loads(options.pairs.read_bytes())  # our own file
    read(reader, [pair for group in groups[:800] for pair in group.pairs][:2_000])
    arrays = {f"largest/{name}": most for name, most in largest.items()}
    for name, value in weights.items():
        # "layers.4.products.q.down" is "l4.q.down" there.
        short = name.replace("layers.", "l").replace("products.", "")
        arrays[short] = value.numpy()
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(PARAMS / ADDITIONS, **halves)
    print(f"{(PARAMS / ADDITIONS).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
