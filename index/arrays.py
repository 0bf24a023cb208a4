"""Names of the array types used everywhere; shapes stand where each is used."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
"""Positions of passages, sentences or articles."""
Mask: TypeAlias = NDArray[np.bool_]
"""One truth value a row."""
Scores: TypeAlias = NDArray[np.float32]
"""One score a row; higher is better."""
Vectors: TypeAlias = NDArray[np.float32]
"""One vector a row, of unit length unless said otherwise."""
HalfVectors: TypeAlias = NDArray[np.float16]
"""The same in half precision, as they are stored."""
