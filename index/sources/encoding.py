"""Decoding: UTF-8, the encoding that a file states, else the code page whose letters make words.

UTF-16 and UTF-32 (by their mark, or recognised by the bytes) are turned into UTF-8 while a file is
read, so that readers and their claims see one kind of stream. A code page is guessed from the
letters it would give: the usual ones of its script count for it; against it count controls,
signs within words, words of two scripts, and letters of the end of words inside one. The best code
page is taken if it is good enough; a nearly valid UTF-8 file is broken and not something else.

Text is never repaired, and no byte is dropped.
Sources: code pages as Python has them; other names for them after https://encoding.spec.whatwg.org
(a page that says iso-8859-1 means windows-1252). Thresholds and the comparison with
charset-normalizer: DECISIONS.md.
"""

import codecs
import re
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader, RawIOBase

from index.sources.rejects import Refused, RejectReason, Stream

_CHUNK = 65_536
_BEFORE, _AFTER = 1_024, 32_768  # bytes examined around the first that is not UTF-8
_ENOUGH = 0.35  # least mean weight of the letters beyond ASCII; nonsense scores below 0.1
_ENOUGH_UNKNOWN = 0.15  # the same for a declared encoding whose usual letters are not listed
_NEARLY_UTF8 = 0.8  # share of the bytes beyond ASCII
_LAST_ASCII = 0x7F
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND_ASCII = re.compile(r"[^\W\d_]")
_FEW_LETTERS = 4  # of a script that is not Latin; fewer could be anything
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# First bytes of the characters of Latin, Cyrillic and Arabic text in UTF-16; 0x20: punctuation.
_HIGH_BYTES = re.compile(rb"[\x00\x04\x06]")
_HIGH_OR_SIGN = re.compile(rb"[\x00\x04\x06\x20]")
_SURE, _NEARLY_ALL, _LEAST_PAIRS = 0.6, 0.95, 8

_SAME = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
         "gbk": "gb18030", "iso8859-11": "cp874", "tis-620": "cp874"}  # fmt: skip
_SINGLE_BYTE = frozenset(
    ["koi8-r", "koi8-u", "mac-cyrillic", "cp866", "cp874", "mac-roman", "cp862", "cp737"]
    + [f"cp125{n}" for n in range(9)]
    + [f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
)
_MANY_BYTES = frozenset(["gb18030", "big5", "euc_jp", "shift_jis", "euc_kr", "iso2022_jp"])


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding it was stored in."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class _CodePage:
    """An encoding that may be guessed, and the letters beyond ASCII that are usual in it.

    Attributes:
        last: Letters that stand at the end of words only.
    """

    name: str
    usual: frozenset[str]
    script: re.Pattern[str]
    is_latin: bool = False
    last: frozenset[str] = frozenset()


def _latin(name: str, usual: str) -> _CodePage:
    return _CodePage(name, frozenset(usual), re.compile("[A-Za-z\xc0-\u024f]"), is_latin=True)


_ARABIC = re.compile("[\u0621-\u06d3\u200c\u200d]")
_CYRILLIC = re.compile("[\u0400-\u045f]")
_PERSIAN_USUAL = frozenset("اينرمدهوتبلشسکكگپفعقحجخزچآأةىءصضطذ\u200c")
_RUSSIAN_USUAL = frozenset("оеаинтсрвлкмдпуяызьбгчй")
_HEBREW = re.compile("[\u05be\u05d0-\u05ea\u05f3\u05f4\u200e\u200f]")
_HEBREW_USUAL = frozenset("אבגדהוזחטיכלמםנןסעפצקרשת")
_HEBREW_LAST = frozenset("ךםןףץ")
_GREEK = re.compile("[\u0386-\u03ce]")
_GREEK_USUAL = frozenset("αβγδεζηθικλμνοπρσςτυφχωάέήίόύώ")
_GREEK_LAST = frozenset("ς")
_CODE_PAGES = (  # of two that fit equally well, the first is taken
    _CodePage("cp1256", _PERSIAN_USUAL, _ARABIC),
    _CodePage("iso8859-6", _PERSIAN_USUAL, _ARABIC),
    _CodePage("cp1251", _RUSSIAN_USUAL | frozenset("іїєґў"), _CYRILLIC),
    _CodePage("koi8-r", _RUSSIAN_USUAL, _CYRILLIC),
    _CodePage("koi8-u", _RUSSIAN_USUAL | frozenset("іїєґ"), _CYRILLIC),
    _CodePage("cp866", _RUSSIAN_USUAL, _CYRILLIC),
    _CodePage("iso8859-5", _RUSSIAN_USUAL, _CYRILLIC),
    _CodePage("mac-cyrillic", _RUSSIAN_USUAL, _CYRILLIC),
    _CodePage("cp1255", _HEBREW_USUAL, _HEBREW, last=_HEBREW_LAST),
    _CodePage("iso8859-8", _HEBREW_USUAL, _HEBREW, last=_HEBREW_LAST),
    _CodePage("cp862", _HEBREW_USUAL, _HEBREW, last=_HEBREW_LAST),
    _CodePage("cp1253", _GREEK_USUAL, _GREEK, last=_GREEK_LAST),
    _CodePage("iso8859-7", _GREEK_USUAL, _GREEK, last=_GREEK_LAST),
    _CodePage("cp737", _GREEK_USUAL, _GREEK, last=_GREEK_LAST),
    _latin("cp1252", "àáâãäåæçèéêëìíîïñòóôõöøùúûüßœ"),
    _latin("cp1254", "ığşçöüİŞâ"),
    *(_latin(name, "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäßăâîşţđ") for name in ("cp1250", "iso8859-2")),
)
_PRINT = frozenset("«»“”„‹›‘’–—…•·°€£§©®™¿¡ªº½\xa0،؛؟")  # signs of print, in any language
_JOINING = frozenset("’‘–—…·\xa0")  # those that may stand between two letters
_USUAL, _OTHER, _SIGN, _WRONG = 1.0, 0.25, 0.5, -2.0


def utf8_stream(file: Stream) -> Stream:
    """Return a stream, not read from yet, as UTF-8 if it is UTF-16 or UTF-32; others unchanged.

    Reading from the result raises `Refused` at the first byte that does not fit.
    """
    head = file.peek(_CHUNK)[:_CHUNK]
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if not encoding and _is_utf16(low=head[::2], high=head[1::2]):
        encoding = "utf-16-le"
    if not encoding and _is_utf16(low=head[1::2], high=head[::2]):
        encoding = "utf-16-be"
    return _as_utf8(file, encoding)


def any_utf8_stream(file: Stream) -> Stream:
    """Return a stream as UTF-8 for a reader that cannot decode piece by piece.

    Its first 64 KiB decide the encoding: where they are ASCII, what follows must be UTF-8.
    """
    head = file.peek(_CHUNK)[:_CHUNK]
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its last character may be cut
    except UnicodeDecodeError:
        return _as_utf8(file, guess(head))
    return file


def decode(data: bytes, declared: str = "") -> Decoded:
    """Return the text of a whole file; offsets into an article are offsets into this text.

    Args:
        data: Every byte of the file; UTF-8, or one byte a character, or as declared.
        declared: The encoding that the file or its server states; empty for none. What is valid
            UTF-8 is read as such, whatever is declared.

    Raises:
        Refused: If no encoding fits.
    """
    stated = _known(declared)
    if stated == "iso2022_jp" and b"\x1b" in data:
        return Decoded(data.decode(stated, "replace"), stated)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as exc:
        start = exc.start
    sample = data[max(0, start - _BEFORE) : start + _AFTER]
    name = stated if _fits(sample, stated) else guess(sample)
    try:
        return Decoded(data.decode(name or "utf-8"), name)
    except UnicodeDecodeError:
        detail = f"not UTF-8 at byte {start}, and no other encoding fits"
        raise Refused(RejectReason.ENCODING, detail) from None


class LineDecoder:
    """Decodes a file piece by piece; the encoding of one piece is tried first for the next."""

    def __init__(self, declared: str = "") -> None:
        self._found = declared

    def decode(self, line: bytes) -> str:
        """Return the text of a line or record.

        Raises:
            Refused: If no encoding fits.
        """
        if line.isascii():
            return line.decode("ascii")
        decoded = decode(line, self._found)
        if decoded.encoding != "utf-8":
            self._found = decoded.encoding
        return decoded.text


def _as_utf8(file: Stream, encoding: str) -> Stream:
    return BufferedReader(_Transcoded(file, encoding), _CHUNK) if encoding else file


class _Transcoded(RawIOBase):
    """A stream in another encoding, read as UTF-8."""

    def __init__(self, file: BufferedIOBase, encoding: str) -> None:
        self._file = file
        self._name = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rest = b""
        self._is_done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        while not self._rest and not self._is_done:
            chunk = self._file.read(_CHUNK)
            self._is_done = not chunk
            try:
                self._rest = self._decoder.decode(chunk, final=self._is_done).encode()
            except UnicodeError as exc:
                detail = f"{self._name} at first sight, but {exc.__class__.__name__} further on"
                raise Refused(RejectReason.ENCODING, detail) from None
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _is_utf16(*, low: bytes, high: bytes) -> bool:
    """Tell UTF-16 without a mark by what the halves of its characters hold."""
    n_pairs = len(high)
    return (
        n_pairs >= _LEAST_PAIRS
        and len(_HIGH_BYTES.findall(high)) >= _SURE * n_pairs
        and len(_HIGH_OR_SIGN.findall(high)) >= _NEARLY_ALL * n_pairs
        and low.count(0) < (1 - _NEARLY_ALL) * n_pairs
    )


def _known(declared: str) -> str:
    """Return Python's name of a declared encoding that is one for text, or nothing."""
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""
    name = _SAME.get(name, name)
    return name if name in _SINGLE_BYTE | _MANY_BYTES else ""


def _fits(sample: bytes, name: str) -> bool:
    """Tell whether a declared encoding gives text, as far as can be told."""
    if name in _MANY_BYTES:
        return True  # refused on decoding if a byte does not fit
    known = [page for page in _CODE_PAGES if page.name == name]
    if known:
        return _score(sample, known[0], is_declared=True) >= _ENOUGH
    other = _CodePage(name, frozenset(), _BEYOND_ASCII)
    return bool(name) and _score(sample, other, is_declared=True) >= _ENOUGH_UNKNOWN


def guess(sample: bytes) -> str:
    """Return the code page whose letters fit best, or nothing when none is good enough."""
    in_utf8 = sum(map(len, _UTF8.findall(sample)))
    if in_utf8 > _NEARLY_UTF8 * sum(byte > _LAST_ASCII for byte in sample):
        return ""
    best = max(_CODE_PAGES, key=lambda page: _score(sample, page))
    return best.name if _score(sample, best) >= _ENOUGH else ""


def _score(sample: bytes, page: _CodePage, *, is_declared: bool = False) -> float:
    """Return the mean weight of the characters beyond ASCII; at most 1, nonsense below 0."""
    try:
        text = sample.decode(page.name)
    except UnicodeDecodeError:
        return _WRONG
    weights = [
        _weight(text, position, page)
        for position, character in enumerate(text)
        if not character.isascii()
    ]
    if page.is_latin:  # such text is mostly ASCII, whatever the language
        is_enough = len(weights) < sum(c.isascii() and c.isalpha() for c in text)
    else:
        is_enough = len(page.script.findall(text)) >= _FEW_LETTERS
    return sum(weights) / len(weights) if weights and (is_enough or is_declared) else _WRONG


def _weight(text: str, position: int, page: _CodePage) -> float:
    """Weigh one character beyond ASCII by its own class and its two neighbours."""
    character = text[position]
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    is_inside = before.isalpha() and after.isalpha()
    if not page.script.match(character):
        is_print = character in _PRINT and (not is_inside or character in _JOINING)
        return _SIGN if is_print else _WRONG
    if character in page.last and after.isalpha():
        return _WRONG
    if (before.islower() and character.isupper()) or (character.islower() and after.isupper()):
        return _WRONG
    if page.is_latin and is_inside and not before.isascii() and not after.isascii():
        return _WRONG  # «Óáã»: no Latin language has three such letters in a row
    if not page.is_latin and any(c.isalpha() and not page.script.match(c) for c in before + after):
        return _WRONG  # a word of two scripts
    return _USUAL if character.lower() in page.usual else _OTHER
