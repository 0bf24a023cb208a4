"""Pages and HTTP API over the same session that the terminal and Telegram use."""
