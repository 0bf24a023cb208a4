"""Vector store on a Qdrant server, a collection per part; the only importer of qdrant_client.

A collection is written with its part and never changed. Point r is passage r of the part. Its
vector `passage` is searched by a graph and 8-bit numbers in the server's memory, and the best are
compared again in half precision on its disk; its `sentences` are only compared for given passages,
and the server returns the best of each passage (max_sim). In the part's folder `collection.json`
names the collection. Before a collection is created its name is noted in `collections.txt` of the
home; one that is noted there and named by no folder is a stray and is deleted. So an index that was
copied to another machine never deletes collections that the first machine created later.

The numbers of replicas and shards of a collection are the server's own settings, see
docs/scaling.md.
Source: https://qdrant.tech/documentation/concepts/vectors/ (multivectors), .../guides/quantization/
"""

from index.vectors.qdrant.store import QdrantStore

__all__ = ["QdrantStore"]
