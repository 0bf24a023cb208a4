"""Every regular expression of the project takes time in proportion to the text, whatever it is.

Hostile texts are made from each pattern: what it repeats, repeated, after what stands before it.
"""

import ast
import importlib
import re
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # typeshed has none of them
from types import FrameType
from typing import Any, TypeAlias

import pytest
from patience import scaled

from bot.question import overview, period_rules, period_words

SHORT, LONG = 750, 3_000
"""Characters of a hostile text: a linear pattern takes four times as long for the longer one, one
that grows with the square sixteen times."""
MOST_GROWTH = 8.0
AT_EASE_S = 0.001  # no growth with the square is so fast at 3,000 characters
TRIES = 5
MOST_S = 10.0  # of the clock, for one text that others take milliseconds for: it never ends

# What hurt a reader once.
USUAL = (
    "'a", "a@", "a-", "&amp;", "http://", "<p>", "<p ", "[a](b)", "<!-- a -->", " ", "\n", "a ",
    "a", "0", "0,", "a. ", "می ", "ا و ",
)  # fmt: skip
ENDS = ("", "a", "\x00")
LETTERS = "a0 \n.,-'\"(<[{:/&#\\@+اه\u0301é漢\x80"
MOST_KINDS = 10
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
SETS = (_constants.IN, _constants.ANY, _constants.NOT_LITERAL)


ROOT = Path(__file__).parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("bot", "index")
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name != "__main__.py"
]
LATER = "compiled when first used"

Pattern: TypeAlias = Any
"""A compiled pattern of `re` or of `regex`."""
Parsed: TypeAlias = Any
"""What `re` makes of a pattern: nodes, each a code and a value; it has no types."""


def _places(name: str) -> Iterator[tuple[str, Pattern]]:
    """Yield every pattern that a module makes or passes to `re`, with its place."""
    if name == LATER:
        words = (period_words.MARK, *(rule[0] for rule in period_rules._RULES))
        words += (*overview._COMPARE, *overview._CHANGE, *overview._SUM_UP)
        yield from ((LATER, re.compile(text, re.IGNORECASE)) for text in words)
        return
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:  # an extra that is not installed
        return
    nodes = list(ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8"))))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    of_others = {alias.asname or alias.name for node in imports for alias in node.names}
    found: dict[int, tuple[str, Pattern]] = {}
    for variable in vars(module).keys() - of_others:
        for pattern in _patterns(vars(module)[variable]):
            found[id(pattern)] = (f"{name}.{variable}", pattern)
    yield from found.values()
    for node in nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=called),
                args=[ast.Constant(value=str() | bytes() as text), *_],
            ) if called != "compile":
                yield f"{name}, line {node.lineno}", re.compile(text)


def _patterns(value: object) -> Iterator[Pattern]:
    """Yield the patterns in a value, in collections and dataclasses too."""
    if hasattr(value, "finditer") and hasattr(value, "pattern"):  # of `re` or of `regex`
        yield value
    elif isinstance(value, Mapping):
        yield from _patterns((*value, *value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _patterns(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        yield from _patterns([getattr(value, name) for name in value.__dataclass_fields__])


def _texts(pattern: Pattern) -> Iterator[tuple[str, str]]:
    """Yield pairs of a short and a long text that repeat what a pattern repeats."""
    source, is_bytes = pattern.pattern, isinstance(pattern.pattern, bytes)
    flags = pattern.flags & ~re.DEBUG
    tree = _parser.parse(source, flags & ~re.UNICODE if is_bytes else flags)
    literals = [chr(value) for code, value in _nodes(tree) if code is _constants.LITERAL]
    kinds = _Kinds("".join(dict.fromkeys([*literals[:6], *LETTERS, *literals[6:60]])))
    repeated = set(kinds.repeated(tree, ""))
    units = {("", unit) for unit in (*USUAL, kinds.sample(tree))} | repeated
    # The unit alone; and what leads to it again and again, each of which may run to the end.
    units |= {("", unit) for _, unit in repeated} | {("", start + unit) for start, unit in repeated}
    for (start, unit), end in product(sorted(units), ENDS):
        if unit:
            yield tuple(start + unit * (size // len(unit)) + end for size in (SHORT, LONG))


def _nodes(tree: Parsed) -> Iterator[tuple[Parsed, Parsed]]:
    """Yield every node of a parsed pattern."""
    for code, value in tree:
        yield code, value
        for inner in _inner(code, value):
            yield from _nodes(inner)


def _inner(code: Parsed, value: Parsed) -> list[Parsed]:
    """Return the parsed patterns within a node."""
    if code in REPEATS:
        return [value[2]]
    if code is _constants.BRANCH:
        return list(value[1])
    if code is _constants.SUBPATTERN:
        return [value[3]]
    if code is _constants.ATOMIC_GROUP:
        return [value]
    return [value[1]] if code in (_constants.ASSERT, _constants.ASSERT_NOT) else []


class _Kinds:
    """Maker of texts that parts of one pattern match."""

    def __init__(self, letters: str) -> None:
        self._letters = letters

    def repeated(self, tree: Parsed, before: str) -> Iterator[tuple[str, str]]:
        """Yield a text that leads to each repeated part, and texts of that part."""
        for code, value in tree:
            if code in REPEATS and value[1] > 3:
                yield from ((before, text) for text in self.samples(value[2]))
            for inner in _inner(code, value):
                yield from self.repeated(inner, before)
            before += self.sample([(code, value)])

    def samples(self, tree: Parsed) -> Iterator[str]:
        """Yield texts of a repeated part: with each kind of character in its sets, one by one."""
        for row, (code, value) in enumerate(tree):
            before, after = self.sample(tree[:row]), self.sample(tree[row + 1 :])
            if code in SETS:
                middles = self._characters(code, value)[:MOST_KINDS]
            else:
                middles = [text for inner in _inner(code, value) for text in self.samples(inner)]
            yield from (before + middle + after for middle in middles)
        yield self.sample(tree)

    def sample(self, tree: Parsed) -> str:
        """Return a text that a pattern matches, but for its assertions."""
        return "".join(self._of(code, value) for code, value in tree)

    def _of(self, code: Parsed, value: Parsed) -> str:
        if code is _constants.LITERAL:
            return chr(value)
        if code in SETS:
            return "".join(self._characters(code, value)[:1])
        if code in (_constants.ASSERT, _constants.ASSERT_NOT):
            return ""
        text = "".join(map(self.sample, _inner(code, value)[:1]))
        return text * max(value[0], 1) if code in REPEATS else text

    def _characters(self, code: Parsed, value: Parsed) -> list[str]:
        """Return the known characters of a set, or else one other."""
        state = _parser.State()
        state.str = ""
        compiler: Any = re._compiler  # type: ignore[attr-defined]  # as `_parser`
        one = compiler.compile(_parser.SubPattern(state, [(code, value)]), re.DOTALL)
        others = map(chr, range(0x3400))
        return list(filter(one.match, self._letters)) or list(filter(one.match, others))[:1]


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _growth(pattern: Pattern, texts: tuple[str, str]) -> float:
    """Return how many times longer the longer text takes; the least of some tries."""
    is_bytes = isinstance(pattern.pattern, bytes)
    short, long = (text.encode("latin-1", "replace") if is_bytes else text for text in texts)
    least = float("inf")
    for _ in range(TRIES):
        seconds = _seconds(pattern, long)
        if seconds < AT_EASE_S:
            return 0.0
        least = min(least, seconds / max(_seconds(pattern, short), 1e-6))
        if least < MOST_GROWTH:
            break
    return least


def _seconds(pattern: Pattern, text: str | bytes) -> float:
    """Return the processor time in which a pattern is looked for everywhere in a text."""
    started = time.process_time()
    deque(pattern.finditer(text), maxlen=0)
    return time.process_time() - started


@pytest.mark.parametrize("name", [*MODULES, LATER])
def test_patterns_take_time_in_proportion_to_the_text(name: str) -> None:
    """Four times the text takes about four times as long, also where nothing matches."""
    for place, pattern in _places(name):
        _check(place, pattern)


def _check(place: str, pattern: Pattern) -> None:
    texts = ("", "")
    usual = signal.signal(signal.SIGALRM, _too_slow)  # `re` lets signals through
    try:
        for texts in _texts(pattern):
            signal.setitimer(signal.ITIMER_REAL, scaled(MOST_S))
            growth = _growth(pattern, texts)
            assert growth < MOST_GROWTH, (
                f"{place} takes {growth:.0f} times as long for {LONG} as for {SHORT} characters "
                f"of {texts[0][:60]!r}...{texts[0][-6:]!r}: {pattern.pattern!r}"
            )
    except TimeoutError:
        pytest.fail(f"{place} has no end for {texts[0][:60]!r}...: {pattern.pattern!r}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


def test_patterns_are_found() -> None:
    """The test above sees patterns of both packages, those in collections and those in calls."""
    places = [place for name in (*MODULES, LATER) for place, _ in _places(name)]
    assert len(places) > 200
    assert {"index.sources.markup._ROOT", "bot.question.scope._MORE"} <= set(places)
    assert "index.text.sentences._CUTS" in places
    assert any(place.startswith("bot.grounding.polarity, line") for place in places)


@pytest.mark.parametrize(
    "pattern", [r"\s*,", r"(?:<!--.*?-->\s*)*<a", r'"(?:\\.|[^"\\])*"', r"x(?:a|aa)*y", r"\d+ b"]
)
def test_the_texts_hurt_patterns_that_are_not_linear(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above would fail for patterns like those that once stood in the project."""
    monkeypatch.setitem(globals(), "MOST_S", 1.0)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        _check("here", re.compile(pattern, re.DOTALL))
