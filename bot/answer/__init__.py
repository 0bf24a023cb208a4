"""Question and archive to answer: evidence chosen, judged, quoted and verified."""
