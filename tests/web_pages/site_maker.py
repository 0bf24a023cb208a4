"""A site: the pages and the API on loopback, over a small archive with odd and hostile articles."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx
import uvicorn

from bot.web.server import address_of, config_of, listen
from bot.web.service import Service

# Reading the certificates of the system takes longer than a page, and here nothing is encrypted.
_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

KIRBY = "what did Kirby say about Sukhoi jets?"
SEED = "mehr-5805672"
SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
STORM = f"Storm over Malin\n\nA storm {SCRIPT} closed the harbour of Malin on Monday morning.\n"
_FERRY = (
    "The ferry between Larne and Cairnryan was cancelled on Friday after a storm. "
    "The operator said that passengers could travel on Sunday instead."
)
ODD = ("..", "a/../b", "x?y=1#z", "100%", "spaces and «گیومه»", "<b>&amp;", "two\nlines")
"""Ids that an address cannot hold as they are."""
RECORDS: tuple[dict[str, object], ...] = (
    {
        "id": "hostile",
        "title": "Boats",
        "text": "Nine boats \x1b[31m\u202estayed away from Greencastle for a week after that.",
        "date": "2024-03-04",
        "source": "Harbour Post",
        "url": "javascript:alert(1)",
    },
    {
        "id": "ferry-1",
        "text": _FERRY,
        "date": "2024-05-03",
        "source": "Coast News",
        "title": "Ferry",
    },
    {
        "id": "ferry-2",
        "text": _FERRY,
        "date": "2024-05-04",
        "source": "Isle Press",
        "title": "Boats",
    },
    *(
        {
            "id": one,
            "title": f"Bakery number {number}",
            "text": f"The bakery number {number} in Enniskillen sold {number + 3} thousand loaves.",
            "source": "Coast News",
        }
        for number, one in enumerate(ODD)
    ),
)


@dataclass(frozen=True)
class Site:
    """A running server."""

    address: str
    service: Service

    def client(self, **options: Any) -> httpx.Client:  # noqa: ANN401  # httpx's own
        """Return a client of its own, which keeps cookies."""
        given = {"base_url": self.address, "timeout": 60, "trust_env": False, "verify": _NO_ROOTS}
        return httpx.Client(**given | options)


@contextmanager
def served(service: Service) -> Iterator[Site]:
    """Serve on a free port until the end."""
    with listen(service.settings) as listening:
        server = uvicorn.Server(config_of(service))
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield Site(address_of(listening).rstrip("/"), service)
        finally:
            server.should_exit = True
            thread.join()


Serve = Callable[..., AbstractContextManager[Site]]
