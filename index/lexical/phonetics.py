"""Phonetic keys: rough sounds of a word in any of seven scripts, to compare names across them.

A word becomes a string of sounds: capital letters are consonants, small ones vowels (a, e, i, o;
y for any; v stands with them, because و writes both v and o). H counts only at the beginning.
«Normandy» is NoRMaNDi, «نرماندی» is NRMaNDi. A spelling may be read in several ways («Georgia»:
J or G).

Does not: know languages, stress or vowel length; Chinese, Japanese, Korean and Thai have no rules.
The tables follow common newspaper spelling and were written by hand, merged where Persian spells
foreign sounds alike; no standard of transliteration was followed. Checked on parsquad-en2fa and
parsquad-x2fa (DECISIONS.md).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, TypeAlias

_Table: TypeAlias = dict[str, tuple[str, ...]]

MAX_READINGS: Final = 12
"""More are not tried: a word with so many ambiguous letters matches too many others."""


def _table(rules: str) -> _Table:
    """Read `letters=sounds|sounds ...`; `_` stands for silence."""
    pairs = (rule.split("=") for rule in rules.split())
    return {
        letters: tuple(sound.replace("_", "") for sound in sounds.split("|"))
        for letters, sounds in pairs
    }


# C is the sound of چ, Y of ش, X of خ, J of ج and ژ; z is S, as s is often spoken so.
_LATIN = _table(
    "a=a e=e i=i o=o u=o y=i b=B d=D f=F l=L m=M n=N p=P r=R s=S t=T k=K q=K v=v w=v h=h z=S|TS "
    "g=G j=J|i|X c=K x=KS ch=C|K|X|Y sh=Y sch=Y tsch=C tch=C ph=F th=T|S kh=X gh=G|_ ck=K qu=Ko "
    "zh=J dj=J dzh=J ts=TS tz=TS|S cz=C sz=S|Y dh=D|S ce=Se|Ce ci=Si|Ci cy=Si ge=Ge|Je gi=Gi|Ji "
    "gy=Gi|Ji ç=C|S ş=Y ș=Y ț=TS š=Y č=C ć=C ž=J ğ=G|_ ñ=Ni ł=L ø=o đ=D å=o ß=S æ=a œ=o "
    "ae=a ee=i ea=i oo=o ou=o au=o ey=i ay=e eu=eo ie=i gn=Ni|GN cc=K|KS"
)
_CYRILLIC = _table(
    "а=a б=B в=v г=G|h д=D е=e ё=o ж=J з=S и=i й=i к=K л=L м=M н=N о=o п=P р=R с=S т=T у=o ф=F "
    "х=X|h|K ц=TS|S ч=C ш=Y щ=Y ъ=_ ы=i ь=_ э=e ю=o я=a і=i ї=i є=e ґ=G дж=J дз=S"
)
_GREEK = _table(
    "α=a β=v γ=G|i δ=D ε=e ζ=S η=i θ=T|S ι=i κ=K λ=L μ=M ν=N ξ=KS ο=o π=P ρ=R σ=S ς=S τ=T υ=i|o "
    "φ=F χ=X|K|h ψ=PS ω=o μπ=B|MB|MP ντ=D|NT|ND γκ=G|NG γγ=NG τζ=J τσ=C|TS ου=o αυ=av ευ=ev"
)
_HEBREW = _table(
    "א=a ב=B|v ג=G|J ד=D ה=h ו=o ז=S ח=X|h ט=T י=i כ=K|X ך=K|X ל=L מ=M ם=M נ=N ן=N ס=S ע=a פ=P|F "
    "ף=P|F צ=TS|S ץ=TS|S ק=K ר=R ש=Y|S ת=T"
)
_DEVANAGARI = _table(
    "अ=a आ=a इ=i ई=i उ=o ऊ=o ए=e ऐ=e ओ=o औ=o ऑ=o ा=a ि=i ी=i ु=o ू=o े=e ै=e ो=o ौ=o ॉ=o ृ=Ri क=K ख=K|X "
    "ग=G घ=G च=C छ=C ज=J|S झ=J ट=T ठ=T ड=D|R ढ=D|R त=T थ=T द=D ध=D न=N ण=N ङ=N ञ=N प=P फ=F|P ब=B "
    "भ=B म=M य=i र=R ल=L व=v श=Y ष=Y स=S ह=h ं=N ँ=N ्=_"
)
# The small y of hamza and ayn stands for any vowel.
_PERSIAN = _table(
    "ا=a آ=a أ=a إ=a ب=B پ=P ت=T ث=S ج=J چ=C ح=h خ=X د=D ذ=S ر=R ز=S ژ=J س=S ش=Y ص=S ض=S ط=T ظ=S "
    "ع=y غ=G ف=F ق=K|G ک=K گ=G ل=L م=M ن=N و=o ؤ=y ه=h ی=i ئ=y ء=y"
)
# Arabic has no letters for p, g, v and ch: of an Arabic name more readings are possible.
_ARABIC = _PERSIAN | _table("ب=B|P ج=J|G غ=G ف=F|o ق=K ک=K|G تش=C|TY ث=S|T ذ=S|D ض=S|D")

_SCRIPTS = (
    ("\u0041", "\u024f", "latin", _LATIN),
    ("\u1e00", "\u1eff", "latin", _LATIN),
    ("\u0370", "\u03ff", "greek", _GREEK),
    ("\u0400", "\u052f", "cyrillic", _CYRILLIC),
    ("\u0590", "\u05ff", "hebrew", _HEBREW),
    ("\u0900", "\u097f", "devanagari", _DEVANAGARI),
    ("\u0600", "\u06ff", "persian", _PERSIAN),
)
_ABJADS = ("persian", "hebrew")
_MARKS = re.compile("[\u0300-\u036f\u05b0-\u05c7\u093c]")
_CONSONANT = re.compile("[A-Z]")
_VOWELS = re.compile("[a-z]+")
_INNER_H = re.compile("(?<!^)h")
_DOUBLE = re.compile("([A-Z])\\1+")
_LONGEST = 4


def script_of(word: str) -> str:
    """Name the script of a word by its first letter, e.g. "latin"; "" for one without rules."""
    return _script(word)[0]


def _script(word: str) -> tuple[str, _Table | None]:
    """Return the name and the rules of the script that a word begins in."""
    first = word[:1]
    scripts = ((name, table) for low, high, name, table in _SCRIPTS if low <= first <= high)
    return next(scripts, ("", None))


def is_abjad(word: str) -> bool:
    """Tell whether the script of `word` leaves short vowels unwritten."""
    return script_of(word) in _ABJADS


@lru_cache(maxsize=1 << 14)
def readings(word: str, *, arabic: bool = False) -> tuple[str, ...]:
    """Return the ways a folded word may sound, likeliest first, at most `MAX_READINGS`.

    Args:
        word: One word in lower case, cleaned.
        arabic: Read letters of the Arabic script as an Arab would.

    Returns:
        Strings of sounds; empty for a script without rules.
    """
    table = _ARABIC if arabic else _script(word)[1]
    if table is None:
        return ()
    heads = [""]
    start = 0
    while start < len(word):
        # The longest rule applies; a letter without any is read without its marks, or is silent.
        end = min(start + _LONGEST, len(word))
        while end > start and word[start:end] not in table:
            end -= 1
        if end > start:
            ways = table[word[start:end]]
        else:
            bare = _MARKS.sub("", unicodedata.normalize("NFD", word[start]))
            ways, end = table.get(bare, ("",)), start + 1
        heads = [head + way for way in ways for head in heads][:MAX_READINGS]
        start = end
    # H stays at the beginning only, as a consonant, and a doubled consonant counts once.
    firm = ("H" + head[1:] if head.startswith("h") else head for head in heads)
    return tuple(dict.fromkeys(_DOUBLE.sub(r"\1", _INNER_H.sub("", head)) for head in firm))


def skeleton(sounds: str) -> str:
    """Return the consonants alone."""
    return _VOWELS.sub("", sounds)


@lru_cache(maxsize=1 << 14)
def likeness(asked: str, known: str, *, abjad: bool) -> float:
    """Compare the vowels of two strings of sounds that share a skeleton.

    Args:
        asked: Sounds of a name in a question.
        known: Sounds of a word in the archive.
        abjad: Whether `known` is in a script that leaves short vowels out.

    Returns:
        1 when all vowels agree, falling to 0. The costs were set by hand on names in the news and
        checked on parsquad-en2fa (DECISIONS.md).
    """
    left, right = _CONSONANT.split(asked), _CONSONANT.split(known)
    if left[0] == "" and right[0] in ("a", "i") and known[1:2] in ("S", "Y"):
        right[0] = ""  # no Persian word begins with two consonants: «Spain» is «اسپانیا»
    last = len(left) - 1
    cost = sum(
        _gap(mine, other, edge=position in (0, last), abjad=abjad)
        for position, (mine, other) in enumerate(zip(left, right, strict=True))
    )
    return max(0.0, 1.0 - cost / (last + 1))


# For each vowel: the vowels that may stand for it, those that may at half the cost, the cost.
_BACKED_BY = {"a": "ay", "e": "eiay", "i": "iey", "o": "ovy", "v": "voy", "y": "aeiouvy"}
_HALF_BACKED_BY = {"a": "eo", "e": "o", "i": "a", "o": "a", "v": "", "y": ""}
_UNWRITTEN = {"a": 0.25, "e": 0.0, "i": 0.35, "o": 0.35, "v": 0.9, "y": 0.2}
_MISSING = {"a": 0.6, "e": 0.2, "i": 0.6, "o": 0.6, "v": 0.9, "y": 0.3}
_EDGE = 0.9


@lru_cache(maxsize=1 << 14)
def _gap(mine: str, other: str, *, edge: bool, abjad: bool) -> float:
    """Return the cost of taking two vowel groups for the same."""
    if mine == other:
        return 0.0
    if not other:
        return _EDGE if edge and mine != "e" else _unbacked(mine, "", abjad=abjad)
    if not mine:
        return _EDGE if edge and other != "e" else _unbacked(other, "", abjad=False)
    return max(_unbacked(mine, other, abjad=abjad), _unbacked(other, mine, abjad=False))


def _unbacked(vowels: str, others: str, *, abjad: bool) -> float:
    """Return the highest cost among the `vowels` that no vowel in `others` stands for."""
    costs = _UNWRITTEN if abjad else _MISSING
    highest = 0.0
    for vowel in vowels:
        if not set(_BACKED_BY[vowel]).intersection(others):
            is_near = not set(_HALF_BACKED_BY[vowel]).isdisjoint(others)
            highest = max(highest, costs[vowel] / 2 if is_near else costs[vowel])
    return highest
