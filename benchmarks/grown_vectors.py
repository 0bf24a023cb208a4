"""Synthetic vectors for synthetic texts, distributed like real ones and determined by the text.

Real are the vectors of the bundled encoder for passages and sentences of some thousand real
articles (see `growth`). A synthetic text gets, from its hash alone, a parent among the real texts
of its language that are about as long (so passages come from passages). The difference between two
other real texts that are near neighbours, scaled by .5 to 1.2, is added to it, as in
`dense_choice`: so neighbours differ in the directions and by the lengths in which real neighbours
do. All of that happens in the centred embedding space, where vectors are compared; the result is
the unit vector that the product maps there.

`resemblance` measures how far synthetic vectors are like real ones: as many as there are real,
drawn from one half of them, beside the real ones.
The vectors carry no meaning: a passage and its own sentences are no nearer than chance.
"""

from collections.abc import Callable, Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_128_digest

from index.arrays import Vectors
from index.encoders import Encoder, EncoderIdentity
from index.encoders.space import stored_means

NEIGHBOURS = 10
PAIRS = 10_000
SCALES = (0.5, 1.2)
_AS_LONG = 400  # parents to choose from, next in length

Numbers = NDArray[np.int64]


class Siblings:
    """Draws vectors like those of some real texts of one language."""

    def __init__(self, placed: Vectors, lengths: Numbers, some: Numbers, near: Numbers) -> None:
        """Take the result of `related`."""
        self._placed, self._lengths, self._some, self._near = placed, lengths, some, near

    def drawn(self, lengths: Numbers, hashes: NDArray[np.uint64]) -> Vectors:
        """Return a centred vector for each text, by its length and its hashes (n, 2)."""
        first, last = hashes[:, 0], hashes[:, 1]
        places = np.searchsorted(self._lengths, lengths) - _AS_LONG // 2
        window = min(_AS_LONG, len(self._lengths))
        places = np.clip(places, 0, len(self._lengths) - window)
        parents = places + (first % np.uint64(window)).astype(np.int64)
        high = first >> np.uint64(32)
        pair = (high % np.uint64(len(self._some))).astype(np.int64)
        which = (last % np.uint64(NEIGHBOURS)).astype(np.int64) + 1
        low, top = SCALES
        scale = low + (top - low) * (last >> np.uint64(32)).astype(np.float64) / 2**32
        apart = self._placed[self._near[pair, which]] - self._placed[self._some[pair]]
        found = self._placed[parents] + scale[:, None].astype(np.float32) * apart
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def related(placed: Vectors, lengths: Numbers) -> dict[str, NDArray[Any]]:
    """Sort centred real vectors (n, dim) by the lengths of their texts; find neighbours of some."""
    order = np.argsort(lengths, kind="stable")
    held = np.ascontiguousarray(placed[order], np.float32)
    exact = faiss.IndexFlatIP(held.shape[1])
    exact.add(held)
    some = np.random.default_rng(1).choice(len(held), min(PAIRS, len(held)), replace=False)
    _, near = exact.search(held[some], NEIGHBOURS + 1)
    return {"placed": held, "lengths": lengths[order], "some": some, "near": near}


class GrownEncoder:
    """Encoder that really counts tokens, draws passage vectors and looks question vectors up."""

    def __init__(self, real: Encoder, siblings: dict[str, Siblings]) -> None:
        """Replace `real`, drawing vectors for texts of some languages."""
        self._siblings = siblings
        self._means = {
            tag: stored_means(real.identity.name)[f"passage/{tag}"] for tag in self._siblings
        }
        self.max_tokens = real.max_tokens
        self.texts_at_once = 8_192
        # The name finds the means that vectors are placed by.
        self.identity = EncoderIdentity(
            name=real.identity.name, revision="grown-1", dim=real.identity.dim
        )
        self.encode_queries = real.encode_queries
        self.count_tokens = real.count_tokens

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Draw a vector for each text."""
        found = np.empty((len(texts), self.identity.dim), np.float32)
        lengths = np.array([len(text) for text in texts])
        seeds = b"".join(xxh3_128_digest(text.encode()) for text in texts)
        hashes = np.frombuffer(seeds, "<u8").reshape(-1, 2)
        tags = np.array([language_of(text) for text in texts])
        for tag, siblings in self._siblings.items():
            own = np.flatnonzero(tags == tag)
            if len(own):
                placed = siblings.drawn(lengths[own], hashes[own])
                found[own] = before_placing(placed, self._means[tag])
        if progress:
            progress(len(texts))
        return found


def language_of(text: str) -> str:
    """Tell Persian from English."""
    return "fa" if any("\u0600" <= letter <= "\u06ff" for letter in text[:80]) else "en"


def before_placing(placed: Vectors, mean: Vectors) -> Vectors:
    """Return the unit vectors that less `mean`, scaled to length 1, are `placed`.

    x = mean + t placed with |x| = 1 and t > 0, which there is as |mean| < 1.
    """
    along = placed @ mean
    t = np.sqrt(along**2 + 1 - mean @ mean) - along
    return np.asarray(mean + t[:, None] * placed, np.float32)


def resemblance(placed: Vectors, lengths: Numbers) -> dict[str, Any]:
    """Compare real vectors with as many drawn from one half of them."""
    half = np.random.default_rng(2).permutation(len(placed))[: len(placed) // 2]
    hashes = np.random.default_rng(3).integers(1 << 63, size=(len(placed), 2), dtype=np.uint64)
    drawn = Siblings(**related(placed[half], lengths[half])).drawn(lengths, hashes)
    return {
        "n": len(placed),
        "real": _shape(placed),
        "drawn": _shape(drawn),
        "real, one half": _shape(placed[half]),
    }


def _shape(vectors: Vectors) -> dict[str, Any]:
    """Measure the similarity to neighbours and how variance falls."""
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    some = np.random.default_rng(4).choice(len(vectors), min(2_000, len(vectors)), replace=False)
    scores, _ = exact.search(vectors[some], NEIGHBOURS + 1)
    variances = np.linalg.svd(vectors - vectors.mean(0), compute_uv=False) ** 2
    shares = np.cumsum(variances) / variances.sum()
    return {
        "similarity to the 1st neighbour": round(float(np.median(scores[:, 1])), 3),
        "to the 10th": round(float(np.median(scores[:, NEIGHBOURS])), 3),
        "variance in the first 10, 50, 100 directions": [
            round(float(shares[at - 1]), 3) for at in (10, 50, 100)
        ],
    }
