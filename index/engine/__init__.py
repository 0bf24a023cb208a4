"""An index on a Qdrant server, so that a process that answers holds nothing.

The machine that builds keeps its index in files, as any; what serves there is then published on the
server (`publishing`), as a generation that shares with the one before all that did not change. The
others open it there (`hosted`). Both sides agree by `points`. Package `qdrant_client` is loaded
where such an index is used.

The numbers of replicas and shards of a collection are the server's own settings, see
docs/scaling.md.
Source: https://qdrant.tech/documentation/concepts/ (vectors, filtering, aliases)
"""
