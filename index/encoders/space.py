"""Centred embedding space: the mean vector of each language is subtracted.

An encoder puts the texts of one language, and questions apart from passages, into their own
regions of the space, so that cosines tell languages apart before they tell meanings apart. So the
mean question of the question's language is subtracted from a question and the mean passage of the
passage's language from passages and sentences, and each is scaled to length 1 again. The means
are constants stored per encoder: they serve an archive of any size (one article has no meaningful
mean), and an answer does not depend on what else was indexed.

`params/<encoder>.npz` holds them in half precision as `query/<language>` and
`passage/<language>`; `query/und` and `passage/und` serve the languages that are not listed.
`benchmarks/fit_parameters.py` writes the file. For an encoder without one nothing is subtracted:
subtracting a mean from passages alone, where the questions' is unknown, was worse than nothing
(en2fa nDCG@10 0.757 raw, 0.738 passages only, 0.781 both; DECISIONS.md).

Sources: Mu and Viswanath, "All-but-the-Top", arXiv 1702.01417 (common mean vector); Libovický,
Rosa and Fraser, "On the Language Neutrality of Pre-trained Multilingual Representations",
arXiv 2004.05160 (one centroid per language).
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

import numpy as np

from index.arrays import Vectors
from index.encoders.protocol import EncoderIdentity, unit_rows

OTHER: Final = "und"
"""Language code under which the means for all other languages are stored."""

_FOLDER: Final = "params"


class VectorSpace:
    """Centred space of one encoder's vectors; immutable, safe for many threads."""

    def __init__(
        self, identity: EncoderIdentity, means: Mapping[str, Vectors] | None = None
    ) -> None:
        """Take the stored means of the encoder, or those given.

        Args:
            identity: The encoder; its name finds the stored means.
            means: `query/<language>` and `passage/<language>` to float32 (dim,); empty for none.

        Raises:
            ValueError: If a mean has another dimension than the encoder.
        """
        known = stored_means(identity.name) if means is None else means
        if any(mean.shape != (identity.dim,) for mean in known.values()):
            # Another model that happens to have the same name: its own means are unknown.
            if means is not None:
                raise ValueError(f"expected means of shape ({identity.dim},)")
            known = {}
        self.identity: Final = identity
        self._means: Final = dict(known)
        digest = blake2b(digest_size=6)
        for key in sorted(known):
            digest.update(key.encode() + b"\0" + known[key].astype("<f4").tobytes())
        centred = digest.hexdigest() if known else "plain"
        self.fingerprint: Final = f"{identity.fingerprint}-{centred}"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.identity.dim

    @property
    def is_fitted(self) -> bool:
        """Whether means are known; without them the absolute value of a score means nothing."""
        return bool(self._means)

    def query(self, vector: Vectors, language: str) -> Vectors:
        """Centre one question: (dim,) as the encoder gave it to a unit vector (dim,)."""
        centred: Vectors = self.queries(vector[None, :], [language])[0]
        return centred

    def queries(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """Centre questions, float32 (n, dim), each by the language given for it (BCP 47)."""
        return self._centred("query", vectors, languages)

    def passages(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """Centre passages or sentences, float32 (n, dim), each by the language given for it."""
        return self._centred("passage", vectors, languages)

    def _centred(self, side: str, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        if len(vectors) != len(languages):
            raise ValueError(f"expected a language for each of {len(vectors)} vectors")
        shifted = np.array(vectors, np.float32)
        keys = np.array([language.partition("-")[0] for language in languages], dtype=np.str_)
        for language in np.unique(keys):
            mean = self._means.get(f"{side}/{language}", self._means.get(f"{side}/{OTHER}"))
            if mean is not None:
                shifted[keys == language] -= mean
        return unit_rows(shifted)


@cache
def stored_means(encoder: str) -> dict[str, Vectors]:
    """Return the means stored for an encoder of this name, whoever serves it; {} for none.

    A folder or owner before the name and its case do not matter:
    "intfloat/multilingual-e5-small" and "multilingual-e5-small" are one model.
    """
    resource = files("index") / _FOLDER / f"{parameters_name(encoder)}.npz"
    if not resource.is_file():
        return {}
    with resource.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {key: arrays[key].astype(np.float32) for key in sorted(arrays.files)}


def parameters_name(encoder: str) -> str:
    """Return the file name, without suffix, under which an encoder's parameters are kept."""
    bare = encoder.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-") or "encoder"


def stored_confidence(encoder: str) -> dict[str, float]:
    """Return the weights of the confidence model stored for an encoder's name; {} for none."""
    return _weights(encoder, "confidence")


def stored_grounding(encoder: str) -> dict[str, float]:
    """Return the stored weights of the similarity between claim and quotes; {} for none."""
    return _weights(encoder, "grounding")


def _weights(encoder: str, part: str) -> dict[str, float]:
    resource = files("index") / _FOLDER / f"{parameters_name(encoder)}.json"
    if not resource.is_file():
        return {}
    record = json.loads(resource.read_text(encoding="utf-8"))
    return {name: float(weight) for name, weight in record.get(part, {}).items()}
