"""Countries, peoples, languages and large cities by all their names: «آلمان», "Germany", "German".

CLDR's names of territories, languages and exemplar cities of time zones, as the package babel
carries them, in the language of the claim, of the quote and in English. `places.txt` adds what CLDR
lacks: short names, adjectives, and organisations that newspapers call by letters. A line of it is a
code (of CLDR for territories), a colon, and the names with bars between.

Does not: know smaller places, persons or companies; those are compared by sound.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from index.evaluation import folded

LONGEST: Final = 5
"""Words of the longest name that is looked up."""


@cache
def codes(name: str, language: str) -> frozenset[str]:
    """Return the codes that a name of one or more words stands for; empty for an unknown name.

    Args:
        name: Folded (`index.evaluation.folded`).
        language: Whose names are known, beside the English ones and those of `places.txt`.
    """
    return _names(language).get(name) or _names("en").get(name) or frozenset()


@cache
def inflected_codes(name: str, language: str) -> frozenset[str]:
    """Return the codes of a word that may be a name with an ending, or an adjective of it.

    Args:
        name: Folded, one word: "японского" of "Япония", "Польши" of "Польша".
        language: Of the text; only Russian's endings are known. A language stands for the country
            where most speak it.
    """
    known = set(codes(name, language))
    if language == "ru":
        for other, other_codes in _names(language).items():
            stem = _FINAL_RU.sub("", other)
            rest = name.removeprefix(stem)
            if len(stem) >= _SHORT_STEM and rest != name and _REST_RU.fullmatch(rest):
                known |= other_codes
    spoken = {code.removeprefix("lang:") for code in known if code.startswith("lang:")}
    likely = (get_global("likely_subtags").get(tag, "") for tag in spoken)
    return frozenset(known | {tag.rpartition("_")[2] for tag in likely if tag})


_SHORT_STEM = 4
_FINAL_RU = re.compile("(?:ии|ыи|[аяоеьи])$")
_REST_RU = re.compile(r"(?:и?ск)?\w{0,3}")


@cache
def spellings(code: str, language: str) -> frozenset[str]:
    """Return the folded names that a text in a language may have for a code."""
    return frozenset(
        name for tag in (language, "en") for name, known in _names(tag).items() if code in known
    )


def are_named(wanted: frozenset[str], text: str, language: str) -> bool:
    """Tell whether a folded text names one of the codes; endings may follow («آلمانی‌ها»)."""
    padded = f" {text}"
    return any(
        re.search(rf" {re.escape(name)}{_ENDINGS.get(len(name), _ENDING)}(?= |$)", padded)
        for code in wanted
        for name in spellings(code, language)
    )


_WORLD = "001"
_ENDING = r"\w{0,4}"
_ENDINGS = {1: "", 2: "", 3: "(?:[یs]|ها|های|هایی)?"}
"""Endings of names so short that other words begin with them: «روسا» is no «روس»."""


@cache
def _names(language: str) -> Mapping[str, frozenset[str]]:
    """Return codes by folded name."""
    pairs: list[tuple[str, str]] = []
    try:
        locale = Locale.parse(language.partition("-")[0])
    except (UnknownLocaleError, ValueError):
        pass  # CLDR does not have every language
    else:
        for code, name in locale.territories.items():
            if code != _WORLD:
                spellings = (name, name.partition(" (")[0], name.replace("&", "and"))
                pairs += [(spelling, code) for spelling in spellings]
        pairs += [(name, f"lang:{code}") for code, name in locale.languages.items()]
        for code, zone in locale.time_zones.items():
            city = zone.get("city") or code.rpartition("/")[2].replace("_", " ")
            pairs.append((city, f"city:{code}"))
    table = files("bot.grounding") / "places.txt"
    for line in table.read_text(encoding="utf-8").splitlines():
        code, _, names = line.partition(": ")
        pairs += [(name, code) for name in names.split("|")]
    by_name: dict[str, set[str]] = {}
    for name, code in pairs:
        if spelling := folded(name):
            by_name.setdefault(spelling, set()).add(code)
    return {name: frozenset(some) for name, some in by_name.items()}
