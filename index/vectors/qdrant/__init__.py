"""The vectors of a part as a collection of a Qdrant server; the only importer of qdrant_client.

A collection is written with its part and never changed. Point r is passage r of the part; of its
vectors `passage` is searched, by a graph and 8-bit numbers in the server's memory, and the best
compared again by halves on its disk; `sentences` are only compared, those of the passages asked
for, and the server answers with the best of each passage (max_sim). In the part's folder
`collection.json` names the collection. Before one is made its name is noted in `collections.txt`
of the home; one that is noted there and named by no folder is a stray and is deleted. So an
index that was copied to another machine never deletes what was made since on the first.

How many copies and shards a collection has is the server's own setting, see docs/scaling.md.
Source: https://qdrant.tech/documentation/concepts/vectors/ (multivectors), .../guides/quantization/
"""

from index.vectors.qdrant.store import QdrantStore

__all__ = ["QdrantStore"]
