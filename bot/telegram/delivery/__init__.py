"""Updates in and calls out: each handled at least once, in order, within limits."""
