"""People of an archive: who is named in it, and where. Namesakes are not distinguished."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from claims import Source

_PERSON_EN = re.compile(
    r"(?:[Ss]pokes(?:man|woman)|Minister|President|Secretary|Ambassador|General|Ayatollah|[Ll]awmaker|MP|Mr\.|Dr\.)"
    r" (?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,2})"
)
NO_NAME = re.compile(
    r"(?<!\w)(?:Minister|President|Secretary|Ministry|Foreign|General|House|Council|Prime|Deputy|Iran"
    r"|Iranian|Islamic|State|Affairs|Assembly|University|Party|Committee|Defense|Supreme|National"
    r"|Prince|Sheikh|Ayatollah|Seyed|Seyyed|Sea|River|Island|Islands|States|Kingdom|War|City|New|North"
    r"|South|East|West|United|World|Street|Park|Mount|Lake|Ocean|Bay|Empire|Union|Court|Day|Cup|Games"
    r"|League|Bank|Republic|Summer|Winter|Olympic|Olympics|Middle|Ages|Great|San|Saint|St|Los|Las|Air"
    r"|High|Old|Black|White|Red|Royal|Central|Press|Times|Canyon|Valley|Coast|Service|Center|Centre"
    r"|Institute|Museum|School|College|Hospital|Church|Revolution|Conference|Act|Treaty|Agreement)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class People:
    """The people of an archive and what finds them."""

    names: list[str]
    pattern: re.Pattern[str]


def persian_people() -> People:
    """Return public figures of the years of the articles, in every spelling used by newspapers.

    Titles before a name find English names; in Persian they find too many other words.
    """
    lines = Path(__file__).with_name("people.txt").read_text(encoding="utf-8").splitlines()
    names = [name for line in lines for name in line.split("|")]
    return People(names, _any_of(names))


def titled_people(sources: Sequence[Source]) -> People:
    """Return the people named behind an English title and named at least twice."""
    names = {
        re.sub("[’']s$", "", match["name"])
        for source in sources
        for match in _PERSON_EN.finditer(source.text)
        if not NO_NAME.search(match["name"])
    }
    pattern = _any_of(names)
    counts = Counter(name for source in sources for name in pattern.findall(source.text))
    kept = sorted(name for name, n in counts.items() if n > 1)
    return People(kept, _any_of(kept))


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(names, key=lambda name: (-len(name), name))
    spelt = "|".join(map(re.escape, longest))
    for letters in ("[یي]", "[کك]", "[\u200c ]?"):
        spelt = spelt.replace(letters[1], letters)
    return re.compile(rf"(?<!\w)(?:{spelt})(?!\w)")
