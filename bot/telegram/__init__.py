"""The bot on Telegram: updates in, answers with citations out, none of either lost."""
