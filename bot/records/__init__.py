"""Answers as JSON: written, read again, and checked against the archive of today."""
