"""Private articles: no route of pages or API tells of one to a caller who may not see it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from private_corpus import PRIVATE, QUESTIONS, marks_in, write_corpus
from site_maker import Site, served

from bot.settings import Settings
from bot.web.desk import Desk
from bot.web.keys import hash_of, new_key
from bot.web.limits import RateLimits
from bot.web.pages import Pages
from bot.wire import open_web
from index.encoders import Encoder

IDS: Final = [record["id"] for record in PRIVATE] + ["flood", "dam", "bridge"]
SPEAKERS: Final = ("Ziksandeh", "ziksarandeh", "mayor")
TOPICS: Final = ("northern bridge", "Karun dam", "the auditor of Shiraz", "mine")
OPEN_QUESTION: Final = "How much did the northern bridge cost?"

Sent = tuple[str, dict[str, Any]]
"""Method and address, and what `httpx` sends with them."""


def _got(path: str, name: str, values: Any, **more: str) -> list[Sent]:  # noqa: ANN401
    return [(f"GET {path}", {"params": {name: value, **more}}) for value in values]


PAGES: Final[dict[str, list[Sent]]] = {
    "/": [("POST /", {"data": {"q": text}}) for text in QUESTIONS]
    + [("POST /", {"data": {"do": "more"}}), ("GET /", {})]
    + [
        ("POST /", {"data": {"q": QUESTIONS[0], field: value}})
        for field, value in (("source", "nobody"), ("lang", "de"), ("since", "2019"))
    ],
    "/anew": [("POST /anew", {})],
    "/language": [("GET /language", {"params": {"to": "fa", "back": "/archive"}})],
    "/article": _got("/article", "id", IDS),
    "/article/{article_id:path}": [(f"GET /article/{one}?quote=0-20", {}) for one in IDS],
    "/cite": _got("/cite", "id", IDS, format="ris", quote="0-20"),
    "/archive": [("GET /archive", {})],
    "/quotes": _got("/quotes", "speaker", SPEAKERS),
    "/timeline": _got("/timeline", "topic", TOPICS),
    "/timeline.svg": _got("/timeline.svg", "topic", TOPICS),
}
_V1: Final = "/api/v1"
API: Final[dict[str, list[Sent]]] = {
    "/ask": _got(f"{_V1}/ask", "question", QUESTIONS)
    + [(f"POST {_V1}/ask", {"json": {"question": text}}) for text in QUESTIONS[:3]]
    + [
        (
            f"GET {_V1}/ask",
            {"params": {"question": text}, "headers": {"Accept": "text/event-stream"}},
        )
        for text in QUESTIONS[:3]
    ]
    + _got(f"{_V1}/ask", "question", QUESTIONS[:1], source="nobody"),
    "/search": _got(f"{_V1}/search", "question", QUESTIONS, k="50"),
    "/quotes": _got(f"{_V1}/quotes", "speaker", SPEAKERS),
    "/timeline": _got(f"{_V1}/timeline", "topic", TOPICS),
    "/article": _got(f"{_V1}/article", "id", IDS),
    "/article/{article_id}": [(f"GET {_V1}/article/{one}", {}) for one in IDS],
    "/verify": [],  # a test of its own below
    "/health": [(f"GET {_V1}/health", {})],
}


@dataclass(frozen=True)
class Sites:
    """One archive served with and without keys: `desk` may see what is private, `other` not."""

    keyed: Site
    keyless: Site
    desk: str
    other: str

    def replies(self, sent: list[Sent], key: str | None, *, keyless: bool = False) -> list[str]:
        """Return all that one caller gets, headers among it."""
        site = self.keyless if keyless else self.keyed
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with site.client(headers=headers) as client:
            shown = []
            for line, options in sent:
                method, path = line.split()
                reply = client.request(method, path, **options)
                assert reply.status_code < 500, (line, options)
                assert reply.status_code != 401, (line, options)
                shown.append(f"{reply.headers} {reply.text}")
            return shown


@pytest.fixture(scope="module")
def sites(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sites]:
    """Serve an archive of open and private articles."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    folder = tmp_path_factory.mktemp("private")
    desk, other = new_key(), new_key()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=write_corpus(folder / "corpus", has_private=True),
        data_dir=folder / "data",
        cache_dir=cache_dir,
        access="private=key:desk",
        api_keys=f"desk:{hash_of(desk)},other:{hash_of(other)}",
        web_port=0,
        web_rate_per_minute=100_000,
    )
    service = open_web(settings)
    keyless = replace(service, settings=settings.model_copy(update={"api_keys": ""}))
    with ExitStack() as stack:
        running = [stack.enter_context(served(one)) for one in (service, keyless)]
        yield Sites(*running, desk, other)


def test_every_route_is_tried(sites: Sites) -> None:
    """A route that is added is tried below, or this fails."""
    settings = sites.keyed.service.settings
    pages = Pages(sites.keyed.service, Desk(1), RateLimits(settings.web_rate_per_minute))
    with sites.keyed.client() as client:
        described = client.get(f"{_V1}/openapi.json").json()["paths"]

    assert {route.path for route in pages.routes} == PAGES.keys()
    assert described.keys() == API.keys()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_tells_of_a_private_article(sites: Sites, path: str) -> None:
    """Pages show everybody, whatever key is sent, what the public may see."""
    for key in (None, sites.other, sites.desk):
        assert marks_in(sites.replies(PAGES[path], key)) == []


@pytest.mark.parametrize("path", API)
def test_the_api_tells_of_a_private_article_to_who_may_see_it(sites: Sites, path: str) -> None:
    """Another key, and everybody where no key is set, gets nothing of it; the right key does."""
    sent = API[path]

    assert marks_in(sites.replies(sent, sites.other)) == []
    assert marks_in(sites.replies(sent, None, keyless=True)) == []
    if path not in {"/health", "/verify"}:
        assert marks_in(sites.replies(sent, sites.desk))


def test_a_private_article_is_checked_as_one_that_there_is_not(sites: Sites) -> None:
    """A quote said to stand in a private article is missing for who may not see it."""
    with sites.keyed.client(headers={"Authorization": f"Bearer {sites.other}"}) as client:
        answer = client.get(f"{_V1}/ask", params={"question": OPEN_QUESTION}).text

    def check(article_id: str, key: str) -> str:
        said = answer.replace('"bridge"', f'"{article_id}"')
        assert said != answer
        (reply,) = sites.replies([(f"POST {_V1}/verify", {"content": said})], key)
        return reply.partition(") ")[2].replace(article_id, "ID")

    assert check("audit", sites.other) == check("nothing", sites.other)
    assert check("audit", sites.desk) != check("nothing", sites.desk)
    assert marks_in(check("audit", sites.other)) == []
