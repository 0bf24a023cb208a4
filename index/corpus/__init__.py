"""What became of every item read: accepted, rejected, duplicate or withdrawn."""
