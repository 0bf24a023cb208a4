"""PDFs made by hand: every glyph at a place of our choice, without the file of a font."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """A line of glyphs from the left, in the order of drawing.

    Attributes:
        glyphs: What each stands for (one glyph may stand for several letters), or pairs with its
            width in thousandths of the size; 500 where there is none.
        turn: Degrees by which the line is turned.
    """

    x: float
    y: float
    glyphs: str | Sequence[str | tuple[str, int]]
    size: float = 10
    turn: int = 0


@dataclass
class _Font:
    codes: dict[tuple[str, int], int] = field(default_factory=dict)

    def code(self, glyph: str | tuple[str, int]) -> int:
        key = glyph if isinstance(glyph, tuple) else (glyph, 500)
        return self.codes.setdefault(key, len(self.codes) + 1)

    def to_unicode(self) -> bytes:
        rows = [
            f"<{code:04x}> <{text.encode('utf-16-be').hex()}>"
            for (text, _), code in self.codes.items()
            if text != "\ufffd"
        ]
        blocks = (rows[at : at + 100] for at in range(0, len(rows), 100))
        chars = "\n".join(
            f"{len(rows)} beginbfchar\n" + "\n".join(rows) + "\nendbfchar" for rows in blocks
        )
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
            "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            f"{chars}\nendcmap end end"
        ).encode()


def make(pages: Sequence[Sequence[Text]], *, title: str = "", rotate: int = 0) -> bytes:
    """Return a PDF of these lines."""
    font = _Font()
    contents = [_content(page, font) for page in pages]
    widths = " ".join(f"{code} [{width}]" for (_, width), code in font.codes.items())
    kids = " ".join(f"{6 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        (
            b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H"
            b"/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>"
        ),
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500/W["
        + widths.encode()
        + b"]/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4/Ascent 800/Descent -200"
        b"/ItalicAngle 0/CapHeight 700/StemV 80/FontBBox[0 -200 1000 800]>>>>",
        stream(font.to_unicode()),
    ]
    for at, content in enumerate(contents):
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Rotate {rotate}"
            f"/Resources<</Font<</F 3 0 R>>>>/Contents {7 + 2 * at} 0 R>>".encode(),
            stream(content),
        ]
    info = f"<</Title<feff{title.encode('utf-16-be').hex()}>>>" if title else "<<>>"
    return assemble([*objects, info.encode()])


def _content(page: Sequence[Text], font: _Font) -> bytes:
    turns = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1"}
    lines = []
    for one in page:
        codes = "".join(f"{font.code(glyph):04x}" for glyph in one.glyphs)
        lines.append(f"BT /F {one.size} Tf {turns[one.turn]} {one.x} {one.y} Tm <{codes}> Tj ET")
    return "\n".join(lines).encode()


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """Return a compressed stream object."""
    packed = zlib.compress(data)
    head = b"<</Length %d/Filter/FlateDecode%s>>" % (len(packed), extra)
    return head + b"stream\n" + packed + b"\nendstream"


def assemble(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return a file of objects numbered from 1, the catalogue first, the information last."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R/Info %d 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, len(objects), trailer, start
    )  # fmt: skip
    return bytes(out)
