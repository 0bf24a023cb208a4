"""Encoding and building on a Ray cluster."""
