"""Names of the array types used everywhere; each use documents its shape."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
"""Positions of passages, sentences or articles."""
Mask: TypeAlias = NDArray[np.bool_]
"""One truth value per row."""
Allowed: TypeAlias = Any
"""A choice of passages that `Columns.within` made: a mask over rows, or a server's filter. Two of
one index are joined by `&`; only the index that made it looks inside."""
Scores: TypeAlias = NDArray[np.float32]
"""One score per row; higher is better."""
Vectors: TypeAlias = NDArray[np.float32]
"""One vector per row, of unit length unless documented otherwise."""
HalfVectors: TypeAlias = NDArray[np.float16]
"""`Vectors` in half precision, as they are stored."""
