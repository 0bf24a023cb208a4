"""The bot in rooms of Matrix."""
