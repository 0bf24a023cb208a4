"""The text of a wiki page without its markup, in linear time.

Templates, tables, references, pictures and categories are dropped; links give their label. What is
opened and never closed is text.
Source: https://www.mediawiki.org/wiki/Help:Formatting. mwparserfromhell was measured: DECISIONS.md.
"""

import html
import re
from collections.abc import Callable

_DROPPED = "ref|gallery|math|timeline|score|syntaxhighlight|templatedata|imagemap|graph|poem"
_TOKEN = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z))"
    r"|(?P<open>\{\{|\[\[|(?:(?<=\n)|\A)[ :]*+\{\|)"
    r"|(?P<close>\}\}|\]\]|(?<=\n)[ :]*+\|\})"
    rf"|<(?P<end>/?)(?P<tag>{_DROPPED})\b[^<>]*+>"
    r"|(?P<line><br\b[^<>]*+>)|(?P<mark></?[a-zA-Z][^<>]*+>|'{2,5}|__[A-Z]+__)",
    re.DOTALL | re.IGNORECASE,
)
_CLOSES = {"}}": "{{", "]]": "[[", "|}": "{|"}
_ADDRESS = re.compile(r"\[(?:https?:)?//[^\s\[\]]*+(?P<label>[^\[\]\n]*+)\]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})?:")
_HEADING = re.compile(r"(={1,6})(?P<text>[^=]++)\1\s*+")
_LIST = "*#:; "
_INDENT = " :"
_MAX_DEPTH = 40  # of templates in templates; beyond, braces are text
_APPENDICES = frozenset(
    ("references", "external links", "see also", "notes", "further reading", "sources", "منابع",
     "پانویس", "پیوند به بیرون", "جستارهای وابسته", "یادداشت‌ها", "یادداشت")
)  # fmt: skip
_PICTURES = frozenset(("file", "image", "category", "media"))


def text_of(
    source: str,
    *,
    namespaces: frozenset[str] = frozenset(),
    on_template: Callable[[str], None] = lambda _: None,
) -> str:
    """Return the text of a page, a line for each paragraph, heading, or item of a list.

    Args:
        namespaces: Names of those of pictures and categories, in lower case, beside the English.
        on_template: Called with each template, without its braces.
    """
    # What is open, the outermost first, each with the text that has been read in it.
    stack: list[tuple[str, list[str]]] = [("", [])]
    done = 0
    for token in _TOKEN.finditer(source):
        stack[-1][1].append(source[done : token.start()])
        done = token.end()
        opener = (token["open"] or token["tag"] or "").strip(_INDENT).lower()
        closed = _CLOSES.get((token["close"] or "").strip(_INDENT), opener if token["end"] else "")
        if closed:
            rows = [row for row, (kind, _) in enumerate(stack) if kind == closed]
            if not rows:
                stack[-1][1].append(token["close"] or "")
                continue
            inner = _joined(stack[rows[-1] :])
            del stack[rows[-1] :]
            if closed == "[[":
                stack[-1][1].append(_label(inner, namespaces | _PICTURES))
            elif closed == "{{":
                on_template(inner)
        elif opener and len(stack) > _MAX_DEPTH:
            stack[-1][1].append(token["open"] or "")
        elif opener and not token[0].endswith("/>"):
            stack.append((opener, []))
        elif token["line"]:
            stack[-1][1].append("\n")
    stack[-1][1].append(source[done:])
    return _lines(_joined(stack))


def _joined(stack: list[tuple[str, list[str]]]) -> str:
    """Return the text in what is open; what is open inside of the first is text itself."""
    texts = ["".join(stack[0][1])]
    for opener, inner in stack[1:]:
        texts += [opener if opener in _CLOSES.values() else "", *inner]
    return "".join(texts)


def _label(link: str, hidden: frozenset[str]) -> str:
    """Return what a link shows: nothing for a picture, a category or the page's other languages."""
    target, bar, label = link.partition("|")
    space = target.partition(":")[0].strip().lower() if ":" in target else ""
    if space in hidden or _LANGUAGE.match(target.strip()):
        return ""
    return label if bar else target.removeprefix(":")


def _lines(text: str) -> str:
    """Return the lines that say something, up to the appendices of the page."""
    kept: list[str] = []
    for raw in html.unescape(_ADDRESS.sub(lambda link: link["label"], text)).split("\n"):
        line = " ".join(raw.strip().lstrip(_LIST).split())
        if heading := _HEADING.fullmatch(line):
            line = heading["text"].strip()
            if line.lower() in _APPENDICES:
                break
        if any(map(str.isalnum, line)):
            kept.append(line)
    return "\n".join(kept)
