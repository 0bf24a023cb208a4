"""One index on disk."""
