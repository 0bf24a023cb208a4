"""What the bot says: one update in, the calls that answer it out."""
