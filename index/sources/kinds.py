"""Kinds of files that are no articles, by first bytes and suffix: what each is, and what to do."""

import re
from pathlib import PurePosixPath

from index.sources.rejects import Refused, RejectReason

# First bytes -> kind. https://en.wikipedia.org/wiki/List_of_file_signatures
_SIGNATURES = {
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"BM": "a picture", b"II*\0": "a picture", b"MM\0*": "a picture", b"\0\0\x01\0": "a picture",
    b"RIFF": "a picture, sound or film", b"OggS": "sound or film", b"ID3": "sound",
    b"fLaC": "sound", b"\x1aE\xdf\xa3": "a film", b"wOFF": "a font", b"wOF2": "a font",
    b"\0\x01\0\0\0": "a font", b"OTTO": "a font", b"\x7fELF": "a program", b"MZ": "a program",
    b"SQLite format 3\0": "an SQLite database", b"PGDMP": "a dump of PostgreSQL",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of Office before 2007 or of Outlook",
    b"AT&TFORM": "DjVu",
}  # fmt: skip
_ADVICE = {
    "an SQLite database": "export its table as CSV",
    "a dump of PostgreSQL": "export its table as CSV",
    "SQL": "export the table as CSV",
    "a file of Office before 2007 or of Outlook": "save it as .docx, .xlsx or .eml",
    "PostScript": "convert it to PDF",
    "DjVu": "convert it to PDF",
    "a log": "export the articles as CSV or JSON Lines",
}
_FILM = re.compile(rb"....ftyp", re.DOTALL)  # ISO base media: MP4, HEIC
_STARTS = (  # of files that are text
    (re.compile(rb"(?:-- |/\*)[^\n]{0,200}\bdump\b", re.IGNORECASE), "SQL"),
    (re.compile(rb"<svg\b", re.IGNORECASE), "a drawing"),
    (re.compile(rb"%!PS"), "PostScript"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SUFFIXES = {
    "a style sheet": ".css .scss .less",
    "a script": ".js .mjs .cjs .ts .jsx .tsx .map .wasm",
    "a drawing": ".svg",
    "a program": ".py .pyc .sh .bat .ps1 .php .rb .pl .java .c .h .cpp .cs .go .rs .exe .dll .so",
    "a configuration": ".ini .conf .cfg .toml .yml .yaml .plist .webmanifest",
    "a log": ".log",
    "a calendar or address book": ".ics .vcf",
    "SQL": ".sql",
}
_BY_SUFFIX = {suffix: kind for kind, names in _SUFFIXES.items() for suffix in names.split()}
_NAMES = frozenset({"robots.txt", "ads.txt", "humans.txt", "security.txt"})


def refuse_no_prose(head: bytes, name: str) -> None:
    """Refuse what is known to hold no article, and what is no text.

    Raises:
        Refused: With the name of the kind, and what would read it where something does.
    """
    controls = len(_CONTROLS.findall(head))
    is_binary = b"\0" in head or controls > len(head) // 20
    if is_binary:
        kind = next((kind for magic, kind in _SIGNATURES.items() if head.startswith(magic)), "")
        kind = kind or ("a film or picture" if _FILM.match(head) else "")
    else:
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        kind = next((kind for pattern, kind in _STARTS if pattern.match(start)), "")
        kind = kind or ("rules for robots" if name.lower() in _NAMES else "")
    kind = kind or _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), "")
    if kind in _ADVICE:
        raise Refused(RejectReason.UNSUPPORTED, f"{kind}; {_ADVICE[kind]}")
    if kind:
        raise Refused(RejectReason.NO_PROSE, kind)
    if is_binary:
        detail = f"{controls} control bytes among the first {len(head)}"
        raise Refused(RejectReason.BINARY, detail)
