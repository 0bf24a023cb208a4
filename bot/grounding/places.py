"""Countries, peoples, languages and large cities by all their names: «آلمان», "Germany", "German".

CLDR's names of territories, languages and exemplar cities of time zones, as the package babel
carries them, in the language of the claim, of the quote and in English; `places.txt` has by hand
what CLDR has not: short names, adjectives, and organisations that newspapers call by letters. A
line of it is a code (of CLDR for territories), a colon, and the names with bars between.

Does not: know smaller places, persons or companies; those are bridged by sound.
"""

import re
from collections.abc import Iterator, Mapping
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
    """Return what a name of one or more words stands for; empty for none that is known.

    Args:
        name: Folded (`index.folded`).
        language: Whose names are known, beside the English ones and those by hand.
    """
    return _names(language).get(name) or _names("en").get(name) or frozenset()


@cache
def inflected_codes(name: str, language: str) -> frozenset[str]:
    """Return what a word stands for that may be a name with an ending, or an adjective of it.

    Args:
        name: Folded, one word: "японского" of "Япония", "Польши" of "Польша".
        language: Of the text; only Russian's endings are known. A language stands for the country
            where most speak it.
    """
    known = set(codes(name, language))
    if language == "ru":
        for held, those in _names(language).items():
            stem = _FINAL_RU.sub("", held)
            rest = name.removeprefix(stem)
            if len(stem) >= _SHORT_STEM and rest != name and _REST_RU.fullmatch(rest):
                known |= those
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
    held = f" {text}"
    return any(
        re.search(rf" {re.escape(name)}{'' if len(name) < _SHORT else _ENDING}(?= |$)", held)
        for code in wanted
        for name in spellings(code, language)
    )


_SHORT = 3
_WORLD = "001"
_ENDING = r"\w{0,4}"


@cache
def _names(language: str) -> Mapping[str, frozenset[str]]:
    """Return codes by folded name."""
    found: dict[str, set[str]] = {}
    for name, code in (*_from_cldr(language), *_from_hand()):
        spelt = folded(name)
        if spelt:
            found.setdefault(spelt, set()).add(code)
    return {name: frozenset(those) for name, those in found.items()}


def _from_hand() -> Iterator[tuple[str, str]]:
    table = files("bot.grounding") / "places.txt"
    for line in table.read_text(encoding="utf-8").splitlines():
        code, _, names = line.partition(": ")
        for name in names.split("|"):
            yield name, code


def _from_cldr(language: str) -> Iterator[tuple[str, str]]:
    try:
        locale = Locale.parse(language.partition("-")[0])
    except (UnknownLocaleError, ValueError):
        return
    for code, name in locale.territories.items():
        if code == _WORLD:
            continue
        yield name, code
        yield name.partition(" (")[0], code
        yield name.replace("&", "and"), code
    for code, name in locale.languages.items():
        yield name, f"lang:{code}"
    for code, zone in locale.time_zones.items():
        yield zone.get("city") or code.rpartition("/")[2].replace("_", " "), f"city:{code}"
