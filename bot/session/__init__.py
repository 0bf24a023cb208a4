"""One conversation, whatever shows it."""
