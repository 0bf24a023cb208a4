"""What holds for any text: cleaning, language, sentences, tokens, dates."""
