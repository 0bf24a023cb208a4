"""Vectors of passages and sentences, and the search for the nearest."""
