"""Words that are parts of names and are translated with them: «دانشگاه» in "Tehran University".

`generic.txt` has the stems of such words in languages that inflect them: a line is a language, a
colon, and stems; a word is one of them with an ending.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from index.evaluation import folded

_WORDS = """
academy act acts ad administration affairs age agency agreement air airlines airport alliance am
ancient army art arts assembly association authority award awards bank base basin battle bay bc bce
beach belt best big bill black blue board body book border bridge broadcasting building bureau
cabinet camp campaign canyon capital car caretaker castle cathedral cave ce center central centre
century chamber championship championships chancellor channel charter chief church circle city
civil club coast code college commander commerce commission committee commonwealth community
company conference congress constitution convention corps corridor council country county court
crisis culture cup curse cyclone dam day deal defence defense democratic department deputy desert
development director district division doctor dynasty early earth east eastern economic education
election embassy emperor empire energy enterprise environment evening exchange executive expert
express faculty falls far federal federation festival field fighter film final finance first flag
fleet flight force forces forest forum foundation free front frontier fund game games garden
gardens gate general giant global gold golden government governor grand great green ground group
guard guards gulf hall harbor harbour head headquarters health heavy hemisphere high highway hill
hills history holy home hospital hotel house human hurricane ice imperial independence industry
information inn institute intelligence international invasion island islands isle joint journal
judge judiciary jungle justice king kingdom labor labour lake land language late law leader league
left legion liberal liberation library life light line lion little local lower magazine main major
manager marine maritime market mayor media medical meeting memorial men metropolitan middle
military minister ministry mission modern monument moon morning mosque mount mountain mountains
movement municipality museum music national nations native naval navy network new news night nobel
north northeast northern northwest nuclear observatory ocean office old open opera operation
orchestra order organisation organization pact palace paper park parliament party pass patriotic
peace peninsula people peoples perfect petroleum place plain plan plant plateau pm point police
political pool popular port post power premier prime prison prize probe program programme project
province public queen race radio rail railway rebellion red reform region religious renaissance
representatives republic republican rescue research reserve resistance resort revenge revolution
revolutionary rights river road rock route royal russian sacred saint sand school science sciences
sea season second secret secretary section security senate service services shrine silver slalom
social society solar south southeast southern southwest space special sport sports spring square
stadium star state states station statistics storm strait straits street strike studies summer
summit supreme system team technology telegraph television temple territory test theater theatre
third throne times tomb tournament tower town trade trail train treaty tribe trophy tropical trust
tsunami union united university upper valley victory village vision volcano wall war wars water way
week west western white wild wind winter women world year yellow youth zone
"""
_GENERIC: Final = frozenset(_WORDS.split())
_DERIVED = re.compile(r"(?:tion|sion|ment|ness|ship|hood|ology|ity|ical|ional|ism|ive|ous|ular)s?$")


def is_generic(word: str, language: str) -> bool:
    """Tell whether a word of a name, in any case, may be translated rather than spelt by sound.

    Args:
        language: Of the text; English names appear in texts of other languages, too.
    """
    lower = word.casefold()
    singular = lower.removesuffix("s")
    if lower in _GENERIC or singular in _GENERIC or _DERIVED.search(lower):
        return True
    spelling, ending, stems = folded(word), _ENDINGS.get(language), _stems_by_language()
    return any(
        spelling[:end] in stems.get(language, ())
        and (end >= _LONG_STEM or (ending and ending.fullmatch(spelling[end:])))
        for end in range(max(1, len(spelling) - _LONGEST_ENDING), len(spelling) + 1)
    )


_LONG_STEM = 6
_LONGEST_ENDING = 10
_PLURAL = re.compile("(?:e?s|[aeo]s?)?")
_ENDINGS: Final = {
    "tr": re.compile(
        "(?:l[ae]r)?(?:s?[iıu]m?)?(?:n?(?:[iıu]n?|[ae]|[dt][ae](?:n|ki)?))?(?:[dt][iıu]r)?"
    ),
    "ru": re.compile(
        "(?:н|ск|ов|ев)?(?:[аоуыеияюьи]|[оеиы][им]|[оие]го|[ое]му|[аоуя]я|ое|ую|ые|[ыи]х|[ыи]ми"
        "|[ая](?:м|х|ми)|[ое]в|ю)?"
    ),
    "fr": _PLURAL,
    "es": _PLURAL,
}
"""Endings after a stem shorter than `_LONG_STEM`, with which unrelated words may begin, too."""


@cache
def _stems_by_language() -> Mapping[str, frozenset[str]]:
    """Read the folded stems of each language."""
    table = files("bot.grounding") / "generic.txt"
    by_language = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        tag, _, listed = line.partition(": ")
        stems = [folded(stem) for stem in listed.split()]
        # Turkish k softens before a vowel.
        soft = [f"{stem[:-1]}g" for stem in stems if tag == "tr" and stem.endswith("k")]
        by_language[tag] = frozenset([*stems, *soft])
    return by_language
