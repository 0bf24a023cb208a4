"""HTTP API: ask, search, read, verify, with the JSON that the commands print.

Its description (OpenAPI 3.1) is made from the same functions and types: /api/v1/openapi.json.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, FastAPI, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, Response, StreamingResponse
from typing_extensions import TypedDict

from bot.answer.statements import MAX_STATEMENTS
from bot.answer.timeline import MAX_EVENTS
from bot.logs import report_failure
from bot.question.question import MAX_QUESTION_CHARS, read_question
from bot.question.scope import ScopeError, check_scope, make_scope
from bot.records.articles import ArticleFacts, article_facts
from bot.records.read import ExportError, read_records
from bot.records.recheck import report_of
from bot.records.write import (
    CitationRecord,
    Record,
    ScopeRecord,
    citation_record,
    record_of,
    scope_record,
    to_json,
)
from bot.session.access import PUBLIC
from bot.session.protocols import Answering, TellClaims
from bot.session.session import Session
from bot.setting_types import keys_of, quoted
from bot.texts.language import Language
from bot.types import Claim
from bot.web.desk import Desk, Tell
from bot.web.keys import caller_of
from bot.web.limits import RateLimits, read_body
from bot.web.problems import Problem
from bot.web.service import Service
from index import ArticleId, PasokhError

_MAX_SAVED_BYTES: Final = 1_000_000
_MOST_CITATIONS, _MOST_CLAIMS = 200, 50
_EVENTS: Final = "text/event-stream"


class Within(BaseModel):
    """A part of the archive.

    Times, outlets and languages are written as those of `pasokh ask --since` and the like.
    """

    model_config = ConfigDict(extra="forbid")

    since: str = Field(default="", max_length=100)
    until: str = Field(default="", max_length=100)
    source: list[str] = Field(default=[], max_length=20)
    lang: list[str] = Field(default=[], max_length=20)


_Words: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARS)
]


class Statements(Within):
    """Whose words, in any script, and only those about a topic where one is named."""

    speaker: _Words
    about: str = Field(default="", max_length=MAX_QUESTION_CHARS)


class Events(Within):
    """The topic of a timeline."""

    topic: _Words


class Question(Within):
    """A question; `k` is the most quotes, twice as many in overviews."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARS)
    k: int | None = Field(default=None, ge=1, le=4)


class Search(Within):
    """A search; `k` is the most passages."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARS)
    k: int = Field(default=10, ge=1, le=50)


class Hits(TypedDict):
    """What a search found: passages, best first."""

    question: str
    within: ScopeRecord
    snapshot: str
    hits: list[CitationRecord]


class WholeArticle(ArticleFacts):
    """An article; offsets count characters of `text`. `earlier` are files of its versions."""

    text: str
    earlier: list[str]


class Verification(TypedDict):
    """What became of saved answers, as docs/verifying.md describes it."""

    stands: bool
    now: dict[str, str]
    answers: list[dict[str, Any]]


class Health(TypedDict):
    """That the server answers, and from what."""

    status: str
    snapshot: str


class ProblemRecord(TypedDict):
    """Why a request is refused."""

    status: int
    expected: str
    got: str
    to_do: str


class Refused(TypedDict):
    """A request that is refused."""

    error: ProblemRecord


class Json(JSONResponse):
    """JSON that reads back the same and that no terminal can be steered by."""

    def render(self, content: object) -> bytes:
        """Write a value."""
        return to_json(content, indent=None).encode()


_Responses: TypeAlias = dict[int | str, dict[str, Any]]
_REFUSED: Final[_Responses] = {
    status: {"model": Refused, "description": what}
    for status, what in {
        400: "It cannot be read, or names what the archive does not have.",
        401: "The key is missing or unknown.",
        404: "There is no such thing.",
        413: "It is too long.",
        422: "A field is missing or has a wrong value.",
        429: "Too many requests of this key or address.",
        503: "Too many questions wait.",
    }.items()
}
_ASKED: Final[_Responses] = {
    200: {
        "model": Record,
        "description": "The JSON of `pasokh ask --json`.",
        "content": {_EVENTS: {"schema": {"type": "string"}}},
    }
}
_SAVED: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Record"}}}
"""What /ask or `pasokh ask --json` wrote: one object, or several one after another."""
_KEY: Final = HTTPBearer(auto_error=False, description="A key that `pasokh web key NAME` made.")


def open_api(service: Service, desk: Desk, limits: RateLimits) -> FastAPI:
    """Return the API of a service."""
    routes = _Routes(service, desk, limits)
    address = (service.settings.public_url or "").rstrip("/")
    api = FastAPI(
        title="Pasokh",
        version="1",
        description=__doc__ or "",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        default_response_class=Json,
        servers=[{"url": f"{address}/api/v1"}] if address else None,
    )
    reading = [Security(_KEY), Depends(routes.authorize)]
    counted = [*reading, Depends(routes.count)]
    for method, endpoint in (("POST", routes.ask), ("GET", routes.ask_by_address)):
        api.add_api_route(
            "/ask",
            endpoint,
            methods=[method],
            dependencies=counted,
            responses={**_ASKED, **_REFUSED},
        )
    api.add_api_route(
        "/search", routes.search, dependencies=counted, responses={200: {"model": Hits}, **_REFUSED}
    )
    for path, list_them in (("/quotes", routes.quotes), ("/timeline", routes.timeline)):
        listed: _Responses = {200: {"model": Record}, **_REFUSED}
        api.add_api_route(path, list_them, dependencies=counted, responses=listed)
    found: _Responses = {200: {"model": WholeArticle}, 401: _REFUSED[401], 404: _REFUSED[404]}
    for path, read in (
        ("/article", routes.article_by_id),
        ("/article/{article_id:path}", routes.article),
    ):
        api.add_api_route(path, read, dependencies=reading, responses=found)
    api.add_api_route(
        "/verify",
        routes.verify,
        methods=["POST"],
        dependencies=counted,
        responses={200: {"model": Verification}, **_REFUSED},
        openapi_extra={"requestBody": {"required": True, "content": _SAVED}},
    )
    api.add_api_route("/health", routes.health, responses={200: {"model": Health}})
    for kind in (Exception, PasokhError, Problem, RequestValidationError, ScopeError):
        api.add_exception_handler(kind, _failed)
    return api


class _Routes:
    """The functions behind the paths; each reads what `archive_for` returned for its caller."""

    def __init__(self, service: Service, desk: Desk, limits: RateLimits) -> None:
        self._service = service
        self._desk = desk
        self._limits = limits
        self._keys = keys_of(service.settings.api_keys)

    def authorize(self, request: Request) -> None:
        """Let in whoever has a key, or everybody where no key is set."""
        caller = caller_of(request.headers.get("authorization", ""), self._keys)
        request.state.caller = caller
        request.state.archive = self._service.archive_for(caller)

    async def count(self, request: Request) -> None:
        """Count a request that was let in, as often as the limit allows."""
        await self._limits.take(request, request.state.caller)

    async def ask(self, request: Request, question: Question) -> Response:
        """Answer a question with verified quotes, or say why there is no answer.

        With `Accept: text/event-stream` the events `claims` hold the sentences of a language model
        that stand so far, and the event `answer` the object.
        """
        session = self._session(request, question)
        session.max_quotes = question.k or session.max_quotes

        def answer(tell: TellClaims | None = None) -> Record:
            found = session.find(question.question, context=())
            reply = session.word(found, tell)
            return record_of(reply, session.language_of(reply.language))

        if _EVENTS not in request.headers.get("accept", ""):
            return Json(await self._desk.run(answer))

        def answer_aloud(tell: Tell) -> None:
            def tell_claims(claims: tuple[Claim, ...]) -> None:
                words = [{"text": one.text, "numbers": list(one.numbers)} for one in claims]
                tell("claims", words)

            tell("answer", answer(tell_claims))

        events = self._desk.events(answer_aloud, lambda error: _problem_of(error).record["error"])
        return StreamingResponse(events, media_type=_EVENTS)

    async def ask_by_address(
        self, request: Request, question: Annotated[Question, Query()]
    ) -> Response:
        """Answer a question that stands in the address; otherwise as POST."""
        return await self.ask(request, question)

    async def quotes(
        self, request: Request, statements: Annotated[Statements, Query()]
    ) -> Response:
        """List what a person says, each statement once, in order of time."""
        session, about = self._session(request, statements), statements.about.strip()
        listing = partial(session.statements, statements.speaker, about, most=MAX_STATEMENTS)
        reply = await self._desk.run(listing)
        return Json(record_of(reply, session.language_of(reply.language)))

    async def timeline(self, request: Request, events: Annotated[Events, Query()]) -> Response:
        """List the events of a topic, one quote each, earliest first."""
        session = self._session(request, events)
        reply = await self._desk.run(partial(session.timeline, events.topic, most=MAX_EVENTS))
        return Json(record_of(reply, session.language_of(reply.language)))

    async def search(self, request: Request, search: Annotated[Search, Query()]) -> Response:
        """Return the passages nearest to a text, best first; whether they answer is not judged."""
        session = self._session(request, search)
        archive = session.answering
        question = read_question(search.question, scope=session.scope, outlets=archive.outlets)
        # Of a text without a word nothing is near.
        find = partial(archive.search, question, k=search.k)
        found = () if question.is_empty else await self._desk.run(find)
        hits: Hits = {
            "question": search.question,
            "within": scope_record(session.scope),
            "snapshot": archive.manifest.snapshot,
            "hits": [citation_record(one) for one in found],
        }
        return Json(hits)

    def article(self, request: Request, article_id: str) -> Response:
        """Return an article, its text exactly as it was read."""
        archive: Answering = request.state.archive
        found = archive.article(ArticleId(article_id))
        with archive.edition() as snapshot:
            successor = None if found else snapshot.successor(ArticleId(article_id))
            earlier = list(snapshot.earlier(found.id)) if found else []
        if found is None:
            newer = archive.article(successor) if successor else None
            todo = f"read {newer.id!r}, its newer version" if newer else "search, or ask anew"
            raise Problem(404, "the id of an article", quoted(article_id), todo)
        facts = article_facts(found, archive.same_report(found.id))
        whole: WholeArticle = {**facts, "text": found.text, "earlier": earlier}
        return Json(whole)

    def article_by_id(
        self, request: Request, article_id: Annotated[str, Query(alias="id")]
    ) -> Response:
        """Return an article whose id no path can hold (`..`, line ends); otherwise likewise."""
        return self.article(request, article_id)

    async def verify(self, request: Request) -> Response:
        """Check whether each quote and claim of saved answers still stands in the archive."""
        body = await read_body(request, _MAX_SAVED_BYTES)
        try:
            records = read_records(body.decode("utf-8-sig"), "the body")
        except (ExportError, UnicodeDecodeError) as error:
            expected = "what /ask or pasokh ask --json wrote, in UTF-8"
            raise Problem(400, expected, str(error), "send it as it was written") from None
        n_citations = sum(len(record["citations"]) for _, record in records)
        n_claims = sum(len(record["claims"]) for _, record in records)
        if n_citations > _MOST_CITATIONS or n_claims > _MOST_CLAIMS:
            most = f"at most {_MOST_CITATIONS} citations and {_MOST_CLAIMS} claims"
            raise Problem(413, most, f"{n_citations} and {n_claims}", "send fewer answers")

        def check() -> dict[str, Any]:
            rechecker = self._service.rechecker_for(request.state.archive)
            checked = [(line, rechecker.check(record)) for line, record in records]
            return report_of(checked, rechecker.making)

        return Json(await self._desk.run(check))

    def health(self) -> Response:
        """Return the name of the snapshot that answers; needs no key."""
        snapshot = self._service.archive_for(PUBLIC).manifest.snapshot
        answers: Health = {"status": "ok", "snapshot": snapshot}
        return Json(answers)

    def _session(self, request: Request, within: Within) -> Session:
        """Return a conversation of one question.

        Raises:
            ScopeError: If there is no such part of the archive as it is to be asked of.
        """
        archive: Answering = request.state.archive
        session = replace(self._service.session, answering=archive)
        scope = make_scope(
            since=within.since,
            until=within.until,
            sources=within.source,
            languages=within.lang,
            now=session.clock(),
        )
        session.scope = check_scope(scope, archive.outlets, archive.manifest.languages)
        return session


async def _failed(_request: Request, error: Exception) -> Response:
    """Return an error as JSON."""
    problem = _problem_of(error)
    return Json(problem.record, problem.status, problem.headers)


def _problem_of(error: Exception) -> Problem:
    """Return an error as the problem that is told of it."""
    match error:
        case Problem():
            return error
        case ScopeError():
            todo = "since, until, source and lang are described in docs/time.md and docs/asking.md"
            return Problem(400, "a part of the archive", str(error), todo)
        case RequestValidationError():
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            todo = "correct it; /api/v1/openapi.json describes every field"
            got = quoted(first.get("input"))
            return Problem(422, f"{where}: {first['msg']}", got, todo)
        case _:
            report_failure(error, Language.EN, None)
            if isinstance(error, PasokhError):
                return Problem(503, "an archive that can be read", str(error), "try again later")
            return Problem(500, "no error", type(error).__name__, "see the server's log")
