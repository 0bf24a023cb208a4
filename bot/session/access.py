"""Access: which articles of the archive somebody may see.

    internal=user:123,chat:-100456,key:desk; sports=*; *=key:desk

An entry names a label (`index.corpus.labels`) and who may see its articles: users and chats of
Telegram, keys of the HTTP API, everybody (`*`), or nobody (nothing). The entry `*` stands for all
labels that are not named; without it everybody may see them. Whoever sits at the terminal of the
machine sees everything: the files are there to be read anyway.

Who may not see an article gets the archive as if it were not there (see `index.snapshot.labels`):
nothing is left out afterwards.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from bot.session.protocols import Answering
from index import ALL_RIGHTS, PasokhError, Rights, folded_label


class AccessError(PasokhError):
    """An entry of PASOKH_ACCESS cannot be read."""


class CallerKind(StrEnum):
    """What a caller is known by."""

    USER = "user"
    CHAT = "chat"
    KEY = "key"
    PUBLIC = "public"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: by the id of a Telegram user or chat, by the name of a key, or by nothing."""

    kind: CallerKind
    name: str = ""

    def __str__(self) -> str:
        """Write it as in PASOKH_ACCESS, e.g. `user:123`."""
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @classmethod
    def user(cls, number: int) -> Self:
        """Return a user of Telegram, in a private chat."""
        return cls(CallerKind.USER, str(number))

    @classmethod
    def chat(cls, number: int) -> Self:
        """Return a group or channel on Telegram: all its members read what one of them asks."""
        return cls(CallerKind.CHAT, str(number))

    @classmethod
    def key(cls, name: str) -> Self:
        """Return who shows a key of the HTTP API, by the name of the key."""
        return cls(CallerKind.KEY, name)


PUBLIC: Final = Caller(CallerKind.PUBLIC)
"""Whoever is not known: a visitor of the page, and the unknown readers of an inline result."""

TERMINAL: Final = Caller(CallerKind.TERMINAL)
"""Whoever sits at the machine."""

EVERYBODY: Final = "*"
"""Who an entry names that opens its articles to all."""

_OTHERS: Final = "*"
_MAX_QUOTED: Final = 80
_CALLER: Final = re.compile(r"(?:user:\d{1,19}|chat:-?\d{1,19}|key:[\w.-]{1,64})", re.ASCII)
_EXPECTED: Final = (
    "LABEL=user:123,chat:-100456,key:NAME, LABEL=* for everybody or LABEL= for nobody"
)


@dataclass(frozen=True, slots=True)
class Access:
    """The entries of PASOKH_ACCESS: who sees each label; without any everybody sees everything."""

    callers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read entries with ";" or ends of lines between them; lines that begin with # say nothing.

        Raises:
            AccessError: Naming the entry that cannot be read and what was expected.
        """
        lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
        callers: dict[str, frozenset[str]] = {}
        for entry in filter(None, (part.strip() for line in lines for part in line.split(";"))):
            label, equals, listed = entry.partition("=")
            name = folded_label(label.strip().removesuffix("/"))
            named = frozenset(part.strip() for part in listed.split(",") if part.strip())
            if not equals or not name:
                raise AccessError(f"Expected {_EXPECTED} in PASOKH_ACCESS, got {_quoted(entry)}.")
            if "/" in name or "!" in name:
                raise AccessError(
                    "Expected a folder right below the corpus, without / and !, as a label in "
                    f"PASOKH_ACCESS, got {_quoted(label)}; name that folder, or rename it."
                )
            if name in callers:
                raise AccessError(
                    f"Expected each label once in PASOKH_ACCESS, got {_quoted(label)} twice; "
                    "name all who may see it behind one =."
                )
            for one in named - {EVERYBODY}:
                if not _CALLER.fullmatch(one):
                    raise AccessError(
                        f"Expected user:ID, chat:ID, key:NAME or * behind {name}= in "
                        f"PASOKH_ACCESS, got {_quoted(one)}."
                    )
            callers[name] = named
        return cls(callers)

    @classmethod
    def read(cls, value: str) -> Self:
        """Read the value of PASOKH_ACCESS: entries, or the path of a file of them.

        Raises:
            AccessError: Naming what cannot be read and what was expected.
        """
        if "=" in value or not value.strip():
            return cls.parse(value)
        try:
            return cls.parse(Path(value.strip()).expanduser().read_text(encoding="utf-8-sig"))
        except (OSError, RuntimeError, ValueError) as error:
            raise AccessError(
                f"Expected {_EXPECTED} in PASOKH_ACCESS, or the path of a text file of such "
                f"entries, got {_quoted(value)}: {error}."
            ) from error

    def entry_for(self, labels: Sequence[str]) -> str:
        """Return the label whose entry decides on articles of these labels, if any, else the first.

        Args:
            labels: From the most specific to the most general one.
        """
        return next((label for label in labels if label in self.callers), labels[0])

    def without_articles(self, counts: Iterable[Sequence[str]]) -> list[str]:
        """Return the labels with an entry that no article has: slips in names, as a rule.

        Args:
            counts: The labels of all articles.
        """
        known = {label for labels in counts for label in labels}
        return sorted(self.callers.keys() - known - {_OTHERS})

    def seen_by(self, label: str) -> frozenset[str]:
        """Return who sees the articles of a label, as PASOKH_ACCESS names them."""
        others = self.callers.get(_OTHERS, frozenset({EVERYBODY}))
        return self.callers.get(label, others)

    def rights(self, caller: Caller) -> Rights:
        """Return what a caller may see."""
        if caller == TERMINAL or not self.callers:
            return ALL_RIGHTS
        is_shown = {
            label: not who.isdisjoint((str(caller), EVERYBODY))
            for label, who in self.callers.items()
        }
        if all(is_shown.values()):
            return ALL_RIGHTS
        others = is_shown.pop(_OTHERS, True)
        return Rights(
            shown=frozenset(label for label, shown in is_shown.items() if shown),
            hidden=frozenset(label for label, shown in is_shown.items() if not shown),
            others=others,
        )

    def archive_for(self, caller: Caller, archive: Answering) -> Answering:
        """Return what a caller may see of an archive: it answers as if there were nothing else."""
        rights = self.rights(caller)
        return archive if rights == ALL_RIGHTS else archive.part(rights)


NO_LIMITS: Final = Access()
"""Everybody sees everything."""


def _quoted(text: str) -> str:
    """Write a part of an entry for a message, shortened."""
    shown = ascii(text) if not text.isprintable() else repr(text)
    return shown if len(shown) <= _MAX_QUOTED else f"{shown[:_MAX_QUOTED]}..."
