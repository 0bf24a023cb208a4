"""Articles that are one report: near-duplicates by MinHash."""
