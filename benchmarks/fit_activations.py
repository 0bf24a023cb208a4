"""Largest activations of the bundled encoder, which scale its 8-bit products.

    python benchmarks/fit_activations.py [--texts 3000]      (in the environment of `make test-all`)

Passages, sentences and questions in some twenty languages are drawn from ../shared/eval with a
fixed seed and encoded by the same weights in torch; the largest absolute value of each channel
before each product of each layer is written to
index/params/multilingual-e5-small.activations.npz. Raise RECIPE in index/encoders/e5/cache.py with
it: the same text gets another vector. Then half as many other texts are encoded by torch and by the
bundled encoder, and their cosines and nearest neighbours compared.

No text of the data is stored.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from e5_export import export_sentence_transformers
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from index.encoders import BundledConfig, open_encoder
from index.encoders.e5.graph import ACTIVATIONS

ROOT = Path(__file__).parent.parent
EVAL = ROOT.parent / "shared" / "eval"
PASSAGES = ("news-fa.jsonl", "news-en.jsonl", "sib200-sent2fa/queries.jsonl")
QUESTIONS = ("pquad/queries.jsonl", "parsquad-en2fa/queries.jsonl", "parsquad-x2fa/queries.jsonl")
LENGTHS = (60, 150, 300, 600, 900)
BATCH = 16
SEED = 1

Vectors = NDArray[np.float32]


def drawn(count: int) -> list[str]:
    """Return about `count` texts, as many of each file, prefixes before them, shuffled."""
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    found = []
    for prefix, names in (("passage: ", PASSAGES), ("query: ", QUESTIONS)):
        for name in names:
            lines = (EVAL / name).read_text(encoding="utf-8").splitlines()
            for _ in range(count // (len(PASSAGES) + len(QUESTIONS))):
                text = json.loads(chance.choice(lines))["text"]
                length = chance.choice(LENGTHS)
                start = chance.randrange(max(1, len(text) - length))
                found.append(prefix + text[start : start + length])
    chance.shuffle(found)
    return found


class Reference:
    """The network in torch, float32, that records the inputs of its products."""

    def __init__(self, folder: Path) -> None:
        """Open what `export_sentence_transformers` wrote."""
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()
        self._mask = torch.empty(0)
        self.largest: dict[str, Vectors] = {}
        for number, layer in enumerate(self._model.encoder.layer):
            noted = {
                "qkv": layer.attention.self.query,
                "ao": layer.attention.output.dense,
                "fi": layer.intermediate.dense,
                "fo": layer.output.dense,
            }
            for name, module in noted.items():
                module.register_forward_pre_hook(self._noting(f"l{number}.{name}"))

    def _noting(self, name: str) -> Callable[[torch.nn.Module, tuple[torch.Tensor]], None]:
        def note(_module: torch.nn.Module, given: tuple[torch.Tensor]) -> None:
            most = given[0].detach()[self._mask].abs().amax(0).numpy()
            self.largest[name] = np.maximum(self.largest.get(name, 0), most)

        return note

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, (n, dim)."""
        return np.concatenate(list(self._encoded(texts)))

    def _encoded(self, texts: Sequence[str]) -> Iterator[Vectors]:
        for start in range(0, len(texts), BATCH):
            some = list(texts[start : start + BATCH])
            given = self._tokenizer(some, padding=True, truncation=True, return_tensors="pt")
            self._mask = given["attention_mask"].bool()
            with torch.no_grad():
                states = self._model(**given).last_hidden_state
            weights = given["attention_mask"][..., None].float()
            means = ((states * weights).sum(1) / weights.sum(1)).numpy()
            yield means / np.linalg.norm(means, axis=1, keepdims=True)


def compare(reference: Reference, texts: Sequence[str]) -> dict[str, float]:
    """Compare the bundled encoder with torch."""
    wanted = reference.encode(texts)
    with tempfile.TemporaryDirectory() as name:
        encoder = open_encoder(BundledConfig(cache_dir=Path(name)))
        found = np.empty_like(wanted)
        for prefix, encode in (
            ("passage: ", encoder.encode_passages),
            ("query: ", encoder.encode_queries),
        ):
            rows = [row for row, text in enumerate(texts) if text.startswith(prefix)]
            found[rows] = encode([texts[row].removeprefix(prefix) for row in rows])
    cosines = (wanted * found).sum(axis=1)
    nearest = []
    for vectors in (wanted, found):
        products = vectors @ vectors.T
        np.fill_diagonal(products, -1)
        nearest.append(products.argmax(axis=1))
    return {
        "texts": len(texts),
        "mean_cosine": round(float(cosines.mean()), 5),
        "least_cosine": round(float(cosines.min()), 5),
        "same_nearest": round(float((nearest[0] == nearest[1]).mean()), 3),
    }


def main() -> None:
    """Fit, write and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=3000)
    options = parser.parse_args()
    texts = drawn(options.texts + options.texts // 2)
    with tempfile.TemporaryDirectory() as name:
        export_sentence_transformers(Path(name))
        reference = Reference(Path(name))
    reference.encode(texts[: options.texts])
    halves = {key: most.astype(np.float16) for key, most in reference.largest.items()}
    np.savez_compressed(ROOT / "index" / "params" / ACTIVATIONS, **halves)
    fitted = set(texts[: options.texts])
    print(compare(reference, [text for text in texts if text not in fitted]))


if __name__ == "__main__":
    main()
