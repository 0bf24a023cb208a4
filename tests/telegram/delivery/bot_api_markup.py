"""What Telegram's HTML parse mode takes, checked more strictly than Telegram does.

Unknown or unclosed tags, crossed tags, unknown attributes and every unescaped `<` or `&` are
errors. Source: https://core.telegram.org/bots/api#html-style.
"""

import html
import re

_TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre",
    "tg-spoiler", "blockquote", "a", "span",
}  # fmt: skip
_ATTRIBUTES = {
    "a": re.compile(r'\s+href="[^"<>]*"'),
    "span": re.compile(r'\s+class="tg-spoiler"'),
    "blockquote": re.compile(r"(\s+expandable)?"),
    "code": re.compile(r'(\s+class="language-[^"<>]*")?'),
}
_TOKEN = re.compile(
    r"<(/?)([a-z-]+)([^<>]*)>|&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);|([<&])|([^<&]+)"
)


class MarkupError(ValueError):
    """Telegram would answer 400, or ought to."""


def plain(text: str) -> str:
    """Return the text that people see.

    Raises:
        MarkupError: For anything that is not clean markup.
    """
    opened: list[str] = []
    seen: list[str] = []
    for match in _TOKEN.finditer(text):
        closes, tag, attributes, entity, stray, words = match.groups()
        if stray:
            msg = f"Bad Request: can't parse entities: unescaped {stray} at {match.start()}"
            raise MarkupError(msg)
        if entity:
            seen.append(html.unescape(f"&{entity};"))
        elif words:
            seen.append(words)
        elif closes:
            if not opened or opened.pop() != tag or attributes.strip():
                msg = f"Bad Request: can't parse entities: unexpected end tag {tag}"
                raise MarkupError(msg)
        else:
            _open(tag, attributes)
            opened.append(tag)
    if opened:
        msg = f"Bad Request: can't parse entities: can't find end tag of {opened[-1]}"
        raise MarkupError(msg)
    return "".join(seen)


def _open(tag: str, attributes: str) -> None:
    """Check a start tag."""
    allowed = _ATTRIBUTES.get(tag)
    is_bare = not attributes
    if tag not in _TAGS or not (allowed.fullmatch(attributes) if allowed else is_bare):
        msg = f"Bad Request: can't parse entities: unsupported start tag {tag}{attributes}"
        raise MarkupError(msg)


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram counts length."""
    return len(text.encode("utf-16-le")) // 2
