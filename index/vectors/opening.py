"""From a configuration to what keeps vectors.

Does not: choose a configuration.
"""

from index.config import QdrantConfig
from index.errors import VectorStoreError
from index.vectors.files import FILES
from index.vectors.store import VectorStore


def open_store(config: QdrantConfig | None) -> VectorStore:
    """Return what keeps vectors as `config` says, in files where it is None; nobody is asked.

    Raises:
        VectorStoreError: If the package for it is missing, or the address or key is unusable.
    """
    if config is None:
        return FILES
    try:
        from index.vectors.qdrant import (
            QdrantStore,  # only who chose it needs the extra, and its 0.8 s
        )
    except ImportError as error:
        msg = (
            "Expected the package qdrant-client to reach a vector database, which is not "
            "installed; run pip install 'pasokh[qdrant]', or set PASOKH_VECTORS to files."
        )
        raise VectorStoreError(msg) from error
    return QdrantStore(config)
