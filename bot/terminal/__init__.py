"""The command line and the chat on a terminal."""
