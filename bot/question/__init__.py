"""A question as it is meant: what is asked, of which time, of which part of the archive."""
