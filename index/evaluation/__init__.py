"""Question sets and the measures of retrieval and refusal."""
