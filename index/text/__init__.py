"""Functions for any text: cleaning, language, sentences, graphemes, tokens, dates."""

from index.text.calendars import (
    GREGORIAN_MONTHS,
    JALALI_MONTHS,
    TEHRAN,
    format_gregorian,
    format_jalali,
    jalali_parts,
)
from index.text.calendars import period as period_of
from index.text.clean import clean as clean_text
from index.text.dates import MONTH_NAMES
from index.text.dates import parse as parse_date
from index.text.graphemes import grapheme_border
from index.text.language import detect
from index.text.sentences import sentences as split_sentences
from index.text.tokenize import STOP_WORDS, token_set, tokens

__all__ = [
    "GREGORIAN_MONTHS",
    "JALALI_MONTHS",
    "MONTH_NAMES",
    "STOP_WORDS",
    "TEHRAN",
    "clean_text",
    "detect",
    "format_gregorian",
    "format_jalali",
    "grapheme_border",
    "jalali_parts",
    "parse_date",
    "period_of",
    "split_sentences",
    "token_set",
    "tokens",
]
