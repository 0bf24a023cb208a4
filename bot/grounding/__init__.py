"""Do the quotes bear out what a language model claims: checks by code, no model's word taken."""
