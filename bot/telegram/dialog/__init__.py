"""Dialog of the bot: one update in, the calls that answer it out."""
