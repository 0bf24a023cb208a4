"""Words that stand in names and are translated with them: «دانشگاه» in "Tehran University".

Does not: list names.
"""

import re
from typing import Final

_WORDS = """
academy act acts ad administration affairs age agency agreement air airlines airport alliance am
ancient army art arts assembly association authority award awards bank base basin battle bay bc
bce beach belt best big bill black blue board body book border bridge broadcasting building bureau
cabinet camp campaign canyon capital car caretaker castle cathedral cave ce center central centre
century chamber championship championships chancellor channel charter chief church circle city
civil club coast code college commander commerce commission committee commonwealth community
company conference congress constitution convention corps corridor council country county court
crisis culture cup curse cyclone dam day deal defence defense democratic department deputy desert
development director district division doctor early earth east eastern economic education election
embassy emperor empire energy enterprise environment evening exchange executive expert express
faculty falls far federal federation festival field fighter film final finance first flag fleet
flight force forces forest forum foundation free front frontier fund game games garden gardens
gate general giant global gold golden government governor grand great green ground group guard
guards gulf hall harbor harbour head headquarters health heavy high highway hill hills history
holy home hospital hotel house human hurricane ice imperial independence industry information inn
institute intelligence international invasion island islands isle joint journal judge judiciary
jungle justice king kingdom labor labour lake land language late law leader league left legion
liberal liberation library life light line lion little local lower magazine main major manager
marine maritime market mayor media medical meeting memorial men metropolitan middle military
minister ministry mission modern monument moon morning mosque mount mountain mountains movement
municipality museum music national nations native naval navy network new news night nobel north
northeast northern northwest nuclear observatory ocean office old open opera operation orchestra
order organisation organization pact palace paper park parliament party pass patriotic peace
peninsula people peoples perfect petroleum place plain plan plant plateau pm point police
political pool popular port post power premier prime prison prize probe program programme project
province public queen race radio rail railway rebellion red reform region religious renaissance
representatives republic republican rescue research reserve resistance resort revenge revolution
revolutionary rights river road rock route royal russian sacred saint sand school science sciences
sea season second secret secretary section security senate service services shrine silver slalom
social society solar south southeast southern southwest space special sport sports spring square
stadium star state states station statistics storm strait straits street strike studies summer
summit supreme system team technology telegraph television temple territory test theater theatre
third throne times tomb tournament tower town trade trail train treaty tribe trophy tropical trust
tsunami union united university upper valley victory village vision volcano wall war wars water
way week west western white wild wind winter women world year yellow youth zone
"""
_GENERIC: Final = frozenset(_WORDS.split())
_DERIVED = re.compile(r"(?:tion|sion|ment|ness|ship|hood|ology|ity|ical|ional|ism|ive|ous|ular)s?$")


def is_generic(word: str) -> bool:
    """Tell whether a word of a name, in any case, may be translated rather than spelt by sound."""
    lower = word.casefold()
    bare = lower.removesuffix("s")
    return lower in _GENERIC or bare in _GENERIC or bool(_DERIVED.search(lower))
