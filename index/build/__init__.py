"""Corpus to snapshot: build, update, removal and verification."""
