"""English verbs: one root for all forms of a verb, roughly."""

import re
from typing import Final

_IRREGULAR_LIST: Final = """
be was were been is are am; have has had; do did done does; say said; tell told; hold held; meet
met; win won; lose lost; take took taken; make made; go went gone; come came; give gave given; get
got; rise rose risen; fall fell fallen; grow grew grown; see saw seen; find found; leave left;
send sent; sell sold; buy bought; build built; begin began begun; pay paid; become became; kill
killed; beat beaten; write wrote written; speak spoke spoken; choose chose chosen; know knew
known; show shown; bring brought; think thought; keep kept; lead led; fight fought; seek sought;
strike struck; draw drew drawn; fly flew flown; break broke broken; drive drove driven; spend
spent; stand stood; withdraw withdrew withdrawn; shoot shot; steal stole stolen; catch caught;
teach taught; throw threw thrown; wear wore worn; run ran; sink sank sunk
"""
_IRREGULAR: Final = {
    form: forms[0]
    for forms in (row.split() for row in _IRREGULAR_LIST.split(";"))
    for form in forms
}
_ENDING: Final = re.compile(r"(?:ies|ied|ying|ing|ed|es|e|s|y)$")
_SHORT: Final = 4


def root(word: str) -> str:
    """Return one root for the forms of a verb, roughly: "agree" is "agreed"."""
    lower = word.casefold()
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    cut = _ENDING.sub("", lower) if len(lower) > _SHORT else lower
    return cut[:-1] if len(cut) > _SHORT and cut[-1] == cut[-2] else cut
