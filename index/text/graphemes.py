r"""Borders between graphemes, so that no cut parts a letter from its marks or one flag in two.

A grapheme is an extended grapheme cluster of UAX 29, as `\X` of the package `regex` finds it: a
letter with its marks, a pair of regional indicators, an emoji sequence, an Indic conjunct. U+200C
belongs to the letter before it.
"""


def grapheme_border(text: str, start: int, end: int) -> int:
    """Return the last border between graphemes in (start, end].

    Where a single grapheme fills all of the range, its end is returned, which may lie beyond
    `end`. Reads the range and one character more, so that a cut costs as much as its range.

    Args:
        start: A border.
    """
    # Loaded here: it takes 14 ms, and only what has no white space is cut between graphemes.
    import regex  # type: ignore[import-untyped]  # ships no stubs

    # Whether `end` is a border shows in the character after it.
    ends = regex.match(r"(\X)*", text, pos=start, endpos=end + 1).ends(1)
    inner = [border for border in ends[-2:] if border <= end]
    return int(inner[-1] if inner else regex.match(r"\X", text, pos=start).end())
