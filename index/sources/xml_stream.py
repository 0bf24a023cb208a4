"""XML of any size, one part in memory at a time: what stands right below the root or its channel.

Read as leniently as people write feeds: bare "&", control characters, elements that never end.
Does not: resolve entities or load DTDs.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, TypeAlias

from lxml import etree

from index.sources.encoding import LineDecoder
from index.sources.markup import stated_encoding
from index.sources.rejects import MAX_BYTES, Refused, RejectReason

MAX_TAGS = 1_000_000  # of one part; elements take 120 bytes each

Element: TypeAlias = etree._Element  # noqa: SLF001  # lxml has no other name

_CHUNK = 65_536
_OTHER_KIND = "XML of a kind that is not read"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"\A\s*+<\?xml[^>]{0,200}\?>")
_OPEN, _CLOSE = "<![CDATA[", "]]>"
# Signs that begin nothing XML knows: «R&D», "?a=1&b=2", "&nbsp;", "5 < 6", and tags that never end,
# "<t<t<t"; CDATA allows them. "5 < 6" would stop the parser, the last kind takes quadratic time.
_BARE = re.compile(
    r"(?P<data><!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+(?:\]\]>|\Z))"
    r"|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)|<(?=[\s\d<>=&;,.]|/[\s\d<>=&;,.])"
    r"|<(?![!?])(?=[^<>]*+<)",
    re.DOTALL,
)


def parts(
    file: BinaryIO, is_root: Callable[[Element], bool], charset: str = ""
) -> Iterator[tuple[Element, Element | None]]:
    """Yield the root and each part as soon as it has ended; None for one that is too long.

    A part can be read only before the next is taken. Where the file breaks off, the parts that
    had begun are yielded as far as they go.

    Args:
        is_root: Tells by the first element whether the file is of a kind that is read.
        charset: The encoding that a server stated; it counts before the one in the file.

    Raises:
        Refused: If it is of another kind, in no known encoding, or breaks off.
    """
    parser = etree.XMLPullParser(
        events=("end",), encoding="utf-8", recover=True, resolve_entities=False, load_dtd=False,
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    tree = _Tree(parser, is_root)
    for text in _escaped(_pieces(file), charset):
        tree.feed(text)
        yield from tree.ended()
        if tree.is_whole:
            return
    with suppress(etree.XMLSyntaxError):
        parser.close()
    yield from tree.ended()
    if tree.root is None:
        raise Refused(RejectReason.UNSUPPORTED, _OTHER_KIND)
    yield from tree.rest()
    raise Refused(RejectReason.BROKEN_XML, "the XML breaks off; what came before it is read")


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


class _Tree:
    """The elements that are in memory; those that were yielded are taken out."""

    def __init__(self, parser: "etree.XMLPullParser", is_root: Callable[[Element], bool]) -> None:
        self._parser = parser
        self._is_root = is_root
        self._chars = self._tags = 0
        self._channel: Element | None = None
        self._done: Element | None = None
        self.root: Element | None = None
        self.is_whole = False

    def feed(self, text: str) -> None:
        """Parse more text.

        Raises:
            Refused: If the present part has too many tags to go on.
        """
        self._chars += len(text)
        self._tags += text.count("<")
        if self._tags > MAX_TAGS:
            raise Refused(RejectReason.TOO_LONG, f"more than {MAX_TAGS:,} tags in one part of XML")
        self._parser.feed(text.encode())

    def ended(self) -> Iterator[tuple[Element, Element | None]]:
        """Yield the parts that have ended since."""
        for _, element in self._parser.read_events():
            if self.root is None:
                self.root = element.getroottree().getroot()
                if not self._is_root(self.root):
                    raise Refused(RejectReason.UNSUPPORTED, _OTHER_KIND)
            parent = element.getparent()
            if parent is None:
                self.is_whole = True
            elif parent is self.root:
                if self._channel is not None and element is self._channel:
                    yield from self._rest_of(element)
                yield from self._up_to(element, parent)
            elif parent is self._channel or (
                parent.getparent() is self.root and local_name(parent) == "channel"
            ):
                self._channel = parent
                yield from self._up_to(element, parent)
            elif self._chars > MAX_BYTES:
                _drop_before(element)

    def rest(self) -> Iterator[tuple[Element, Element | None]]:
        """Yield the parts that have begun and whose end was not seen."""
        for parent in (self._channel, self.root):
            if parent is not None:
                yield from self._rest_of(parent)

    def _rest_of(self, parent: Element) -> Iterator[tuple[Element, Element | None]]:
        last = next(parent.iterchildren(tag=etree.Element, reversed=True), None)
        if last is not None:
            yield from self._up_to(last, parent)

    def _up_to(self, last: Element, parent: Element) -> Iterator[tuple[Element, Element | None]]:
        """Yield the parts up to the last one.

        Those whose end tag is missing or misspelt come first: no event tells of them.
        """
        assert self.root is not None  # noqa: S101  # the parent is below it, or is the root
        is_long, self._chars, self._tags = self._chars > MAX_BYTES + _CHUNK, 0, 0
        for part in list(parent.iterchildren(tag=etree.Element)):
            if part is not self._done and part is not self._channel:
                yield self.root, None if is_long else part
            if part is last:
                break
        self._done = last
        # Subtle: the last one may still be in the parser's hands, and so may the text behind it.
        last.clear(keep_tail=True)
        _drop_before(last)


def _drop_before(element: Element) -> None:
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces that end with ">", which cuts no character, entity or mark in two."""
    rest = b""
    while chunk := file.read(_CHUNK):
        data = rest + chunk
        end = data.rfind(b">") + 1
        rest = data[end:]
        if len(rest) > MAX_BYTES:
            raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes without a tag")
        if end:
            yield data[:end]
    yield rest


def _escaped(pieces: Iterator[bytes], charset: str) -> Iterator[str]:
    """Yield text that XML allows."""
    decoder, in_data = None, False
    for piece in pieces:
        decoder = decoder or LineDecoder(charset or stated_encoding(piece))
        text = decoder.decode(piece)
        head, close, rest = text.partition(_CLOSE) if in_data else ("", "", text)
        in_data = text.rfind(_OPEN) > text.rfind(_CLOSE) or (in_data and not close)
        yield _CONTROLS.sub("", head) + close + allowed(rest)


def allowed(text: str) -> str:
    """Return a text with its stray signs escaped, without controls and without a declaration.

    It is parsed as UTF-8, whatever it was declared as.
    """
    text = _DECLARATION.sub("", _CONTROLS.sub("", text.removeprefix("\ufeff")), count=1)
    return _BARE.sub(lambda match: match["data"] or ("&amp;" if match[0] == "&" else "&lt;"), text)
