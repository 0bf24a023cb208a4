"""A language model behind an endpoint of the OpenAI kind, and what it is asked to do."""
