"""The archive for other people's assistants, by the Model Context Protocol (MCP)."""
