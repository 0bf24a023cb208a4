"""Articles from the web: fetched politely, kept as files, polled from feeds."""

from index.web.config import WebConfig

__all__ = ["WebConfig"]
