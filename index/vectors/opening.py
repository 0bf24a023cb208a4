"""Factory of vector stores: from a configuration to files or a Qdrant server."""

from index.config import QdrantConfig
from index.errors import VectorStoreError, how_to_install
from index.vectors.files import FILES
from index.vectors.store import VectorStore


def open_store(config: QdrantConfig | None) -> VectorStore:
    """Return the store that `config` describes, files for None; no server is contacted.

    Raises:
        VectorStoreError: If the package for it is missing, or the address or key is unusable.
    """
    if config is None:
        return FILES
    try:
        # Here because it takes 0.8 s to load, and only users of a server install it.
        from index.vectors.qdrant import QdrantStore
    except ImportError as error:
        msg = (
            "Expected the package qdrant-client to reach a vector database, which is not "
            f"installed; {how_to_install('qdrant')}, or set PASOKH_VECTORS to files."
        )
        raise VectorStoreError(msg) from error
    return QdrantStore(config)
