"""Items of the corpus and the state of each: indexed, duplicate, rejected or removed."""
