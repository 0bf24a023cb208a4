"""Words of a part: BM25 postings and names across scripts."""
