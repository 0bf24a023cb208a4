"""Labels of an article, by which it is told who may see it: its folder, or its site.

    private/2024/a.txt              private
    a.txt, a.zip!private/b.txt      .           (in the corpus itself, in no folder)
    https://www.paper.example/1     paper.example, example, collected
    https://t.me/name/12            @name, t.me, me, collected
    https://t.me/c/123/12           -100123, t.me, me, collected
    a file that was added           collected

The first two are articles of the corpus, the others were gathered (`index.web`). A channel is
called as in PASOKH_TELEGRAM_CHANNELS: by its public name where it has one, else by its number.
Labels come from the most specific to the most general one, case-folded.
"""

from contextlib import suppress
from typing import Final
from unicodedata import normalize
from urllib.parse import urlsplit

from index.config import COLLECTED

TOP: Final = "."
"""Label of the articles in no folder."""

_ADDED: Final = "files/"
_TELEGRAM: Final = "t.me"
_PRIVATE: Final = "c"


def folded(label: str) -> str:
    """Return a label as it is compared: letters as one, in one case, without spaces around."""
    return normalize("NFC", normalize("NFC", label).casefold()).strip()


def labels_of(origin: str, url: str) -> tuple[str, ...]:
    """Return the labels of an article, at least one.

    Args:
        origin: Where it was read from, as the ledger has it.
        url: Its address; only looked at where it was gathered from there.
    """
    folder, slash, below = origin.partition("/")
    if not slash or "!" in folder:
        return (TOP,)
    if folder != COLLECTED:
        return (folded(folder),)
    return (COLLECTED,) if below.startswith(_ADDED) else (*_site(url), COLLECTED)


def _site(url: str) -> tuple[str, ...]:
    """Return the labels of an address: channel on Telegram, host, and what that is part of."""
    with suppress(ValueError):  # of what is no address
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        names = host.split(".") if host else []
        hosts = tuple(".".join(names[at:]) for at in range(len(names)))
        if host != _TELEGRAM:
            return hosts
        first, _, rest = parts.path.strip("/").partition("/")
        is_private = first == _PRIVATE
        channel = f"-100{rest.partition('/')[0]}" if is_private else f"@{folded(first)}"
        return (channel, *hosts)
    return ()
