"""Pages: ask, read an article, see what the archive holds.

They work without script; with it an answer arrives as server-sent events of the same route.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.answer.cite import cite, head, with_others
from bot.answer.timeline import MAX_EVENTS
from bot.logs import report_failure
from bot.question.question import MAX_QUESTION_CHARS
from bot.question.scope import ScopeError, check_scope, make_scope
from bot.session.access import PUBLIC
from bot.session.export import SUFFIXES, Finding, Format, export
from bot.session.picture import timeline_svg
from bot.session.protocols import Answering, TellClaims
from bot.session.session import Session
from bot.session.turns import Turn, places_of, turn_of
from bot.setting_types import quoted
from bot.texts.labels import dates, title
from bot.texts.language import Language, LanguageChoice, Text, say
from bot.texts.messages import Key
from bot.texts.remarks import AboutAnswer
from bot.texts.web import WebText
from bot.types import Answer, Citation, Claim, NoAnswer, Remark
from bot.web.conversations import Conversations
from bot.web.desk import Desk, Tell, event
from bot.web.holdings import Holdings, holdings, shown_outlet
from bot.web.limits import RateLimits, read_body
from bot.web.problems import Problem
from bot.web.render import STATIC, Renderer, bars, is_in_body, language_name, paragraphs
from bot.web.service import Service
from index import Article, ArticleId, Fate, Moment, Precision, Scope, Span
from index.sources import outlet_name

CONVERSATION: Final = "pasokh"
"""Name of the cookie that holds the number of a conversation."""

_LANGUAGE: Final = "language"
_MAX_FORM_BYTES: Final = 32_000
_MOST_LISTED: Final = 200
_SPAN: Final = re.compile(r"(\d{1,12})-(\d{1,12})", re.ASCII)
_YEAR_S: Final = 365 * 86_400
_FIELDS: Final = ("since", "until", "source", "lang")
_FORMS: Final = {"ris": Format.RIS, "bibtex": Format.BIBTEX, "markdown": Format.MARKDOWN}


class Pages:
    """The pages of one service."""

    def __init__(self, service: Service, desk: Desk, limits: RateLimits) -> None:
        """Show what visitors may read; asking is limited by `limits`."""
        self._service = service
        self._desk = desk
        self._limits = limits
        self._conversations = Conversations()
        self._held: dict[tuple[str, Language], tuple[Holdings, Counter[tuple[Fate, str]]]] = {}
        public = urlsplit(service.settings.public_url or "")
        self._public_host, self._public_path = public.netloc, public.path.rstrip("/")
        self._is_secure = public.scheme == "https"

    @property
    def routes(self) -> list[Route]:
        """The routes of the pages."""
        return [
            Route("/", self.ask, methods=["GET", "POST"]),
            Route("/anew", self.anew, methods=["POST"]),
            Route("/language", self.language, methods=["GET"]),
            Route("/article", self.article, methods=["GET"]),
            Route("/article/{article_id:path}", self.article, methods=["GET"]),
            Route("/cite", self.cite, methods=["GET"]),
            Route("/archive", self.archive, methods=["GET"]),
            Route("/quotes", self.quotes, methods=["GET"]),
            Route("/timeline", self.timeline, methods=["GET"]),
            Route("/timeline.svg", self.picture, methods=["GET"]),
        ]

    def _language_of(self, request: Request) -> Language:
        """Return the language of the reader: that chosen, set, or first of the browser's."""
        chosen = request.cookies.get(_LANGUAGE, "")
        if chosen in set(Language):
            return Language(chosen)
        if self._service.settings.language is not LanguageChoice.AUTO:
            return Language(self._service.settings.language)
        accepted = request.headers.get("accept-language", "").lower().split(",")
        tags = (part.partition(";")[0].strip().partition("-")[0] for part in accepted[:20])
        return next((Language(tag) for tag in tags if tag in set(Language)), Language.EN)

    def _root(self, request: Request) -> str:
        """Return the path that all pages lie under, as whoever asks sees it."""
        is_public = request.headers.get("host", "") == self._public_host
        return self._public_path if is_public else ""

    def _renderer(self, request: Request) -> Renderer:
        return Renderer(language=self._language_of(request), root=self._root(request))

    def _session(self, renderer: Renderer, turns: tuple[Turn, ...] = ()) -> Session:
        """Return a reader's conversation."""
        return replace(
            self._service.session,
            answering=self._service.archive_for(PUBLIC),
            choice=LanguageChoice(renderer.language),
            turns=turns,
            app_language=renderer.language.value,
        )

    def _page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        here: str = "",
        **values: object,
    ) -> Response:
        """Return a whole page."""
        renderer = self._renderer(request)
        other = Language.EN if renderer.language is Language.FA else Language.FA
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = path if request.method == "GET" else "/"
        html = renderer.page(
            template,
            **values,
            here=here,
            switch=f"{renderer.root}/language?{urlencode({'to': other.value, 'back': back})}",
            build=_build(),
        )
        return Response(html, status, media_type="text/html")

    def problem(self, request: Request, problem: Problem, successor: str = "") -> Response:
        """Return the page that says what is wrong."""
        text = _problem_text(problem.status, self._language_of(request))
        response = self._page(
            request, "problem.html", status=problem.status, text=text, successor=successor
        )
        response.headers.update(problem.headers)
        return response

    async def language(self, request: Request) -> Response:
        """Keep the chosen language and go back."""
        chosen, back = (request.query_params.get(name, "") for name in ("to", "back"))
        # Only a path of ours: "//host" and "/\host" would be another server.
        is_ours = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
        path = back if is_ours else "/"
        response = RedirectResponse(f"{self._root(request)}{path}", status_code=303)
        if chosen in set(Language):
            self._set_cookie(response, _LANGUAGE, chosen, max_age=_YEAR_S)
        return response

    def _set_cookie(
        self, response: Response, name: str, value: str, *, max_age: int | None = None
    ) -> None:
        response.set_cookie(
            name, value, max_age=max_age, secure=self._is_secure, httponly=True, samesite="lax"
        )

    async def anew(self, request: Request) -> Response:
        """Forget the conversation."""
        self._conversations.forget(request.cookies.get(CONVERSATION, ""))
        return RedirectResponse(f"{self._root(request)}/", status_code=303)

    async def ask(self, request: Request) -> Response:
        """Show the conversation and the box; answer what was asked."""
        is_post = request.method == "POST"
        form = await _read_form(request) if is_post else dict(request.query_params)
        name = request.cookies.get(CONVERSATION, "")
        text = form.get("q", "").strip()[:MAX_QUESTION_CHARS]
        renderer = self._renderer(request)
        session = self._session(renderer, self._conversations.turns(name))
        is_more = form.get("do") == "more" and session.last is not None
        streams = "text/event-stream" in request.headers.get("accept", "")
        try:
            session.scope = _scope(form, session)
        except ScopeError as error:
            if streams:
                return _events_of("error", str(error))
            return await self._ask_page(request, session, form, problem=str(error), status=400)
        if not text and not is_more:
            return await self._ask_page(request, session, form)
        await self._limits.take(request)
        if streams:
            # Headers go before the answer is known, so a new conversation gets its name now.
            name = self._conversations.keep(name, session.turns)
            response: Response = StreamingResponse(
                self._stream(name, session, renderer, text, is_more=is_more),
                media_type="text/event-stream",
            )
        else:
            earlier = await self._desk.read(partial(_earlier, session, renderer))
            answering = partial(_turn, session, renderer, text, is_more=is_more)
            shown = await self._desk.run(answering)
            name = self._conversations.keep(name, session.turns)
            response = await self._ask_page(
                request, session, {**form, "q": ""}, shown=[*earlier, shown]
            )
        self._set_cookie(response, CONVERSATION, name)
        return response

    async def _stream(
        self, name: str, session: Session, renderer: Renderer, text: str, *, is_more: bool
    ) -> AsyncIterator[bytes]:
        """Yield the claims of an answer as they stand, then the answer, as server-sent events."""

        def call(tell: Tell) -> None:
            def tell_claims(claims: tuple[Claim, ...]) -> None:
                tell("claims", renderer.page("claims.html", claims=claims))

            tell("turn", _turn(session, renderer, text, tell_claims, is_more=is_more))

        def failed(error: Exception) -> str:
            status = error.status if isinstance(error, Problem) else 500
            if not isinstance(error, Problem):
                report_failure(error, renderer.language, None)
            return _problem_text(status, renderer.language)

        async for part in self._desk.events(call, failed):
            yield part
        self._conversations.keep(name, session.turns)

    async def _ask_page(
        self,
        request: Request,
        session: Session,
        form: Mapping[str, str],
        *,
        shown: Sequence[str] | None = None,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        """Return the page with the box, below it what was asked and answered."""
        manifest = session.answering.manifest
        if shown is None:
            renderer = self._renderer(request)
            shown = await self._desk.read(partial(_earlier, session, renderer))
        outlets = {shown_outlet(name) for name in session.answering.outlets if name}
        return self._page(
            request,
            "ask.html",
            status=status,
            here="ask",
            n_articles=manifest.n_articles,
            typed=form.get("q", ""),
            scope={field: form.get(field, "") for field in _FIELDS},
            outlets=sorted(outlets)[:_MOST_LISTED],
            languages=list(manifest.languages)[:_MOST_LISTED],
            turns=[Markup(turn) for turn in shown],  # noqa: S704  # templates of ours wrote them
            problem=problem,
        )

    def _find(self, request: Request) -> tuple[Answering, Article | None, ArticleId]:
        """Return the archive and the article that a request names, which may be gone."""
        archive = self._service.archive_for(PUBLIC)
        named = request.path_params.get("article_id") or request.query_params.get("id", "")
        return archive, archive.article(ArticleId(named)), ArticleId(named)

    async def article(self, request: Request) -> Response:
        """Show an article, a quote of it marked."""
        return await self._desk.read(partial(self._article, request))

    def _article(self, request: Request) -> Response:
        archive, article, article_id = self._find(request)
        with archive.edition() as snapshot:
            successor = None if article else snapshot.successor(article_id)
            earlier = snapshot.earlier(article_id) if article else ()
        if article is None:
            newer = archive.article(successor) if successor else None
            return self.problem(request, _no_article(article_id), newer.id if newer else "")
        asked = request.query_params.get("quote")
        span = read_span(asked) if asked else None
        mark = span if span and is_in_body(article, span) else None
        reports = archive.same_report(article.id)
        return self._page(
            request,
            "article.html",
            article=article,
            head=head(article),
            mark=mark,
            anchor=f"quote={mark.start}-{mark.end}" if mark else "",
            no_mark=bool(asked) and mark is None,
            cited=cite(article, mark, number=1, score=0) if mark else None,
            paragraphs=list(paragraphs(article, mark)),
            earlier=earlier,
            others=[head(report) for report in reports if report.id != article.id],
        )

    async def cite(self, request: Request) -> Response:
        """Send a reference to an article and its quote as a file."""
        return await self._desk.read(partial(self._cite, request))

    def _cite(self, request: Request) -> Response:
        archive, article, article_id = self._find(request)
        if article is None:
            raise _no_article(article_id)
        form = _FORMS.get(request.query_params.get("format", ""))
        if form is None:
            raise Problem(400, f"format={', '.join(_FORMS)}", "another", "choose one of them")
        span = read_span(request.query_params.get("quote", ""))
        quoted = span if span and is_in_body(article, span) else Span(0, 0)
        citation = with_others(
            cite(article, quoted, number=1, score=0), archive.same_report(article.id)
        )
        language = self._language_of(request)
        finding = Finding(
            question=title(citation, language),
            snapshot=archive.manifest.snapshot,
            citations=(citation,),
        )
        name = f"pasokh.{SUFFIXES[form]}"
        return Response(
            export([finding], form, language),
            media_type="text/plain",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def archive(self, request: Request) -> Response:
        """Show how much the archive has, of what, and what is left out."""
        return await self._desk.read(partial(self._archive, request))

    def _archive(self, request: Request) -> Response:
        archive, language = self._service.archive_for(PUBLIC), self._language_of(request)
        key = archive.manifest.snapshot, language
        if key not in self._held:
            with archive.edition() as snapshot:
                held = holdings(snapshot, archive.outlets, language)
            left = Counter((item.fate, item.reason) for item in self._service.not_searched())
            # Only the snapshot of now is kept, in each language.
            kept = {other: value for other, value in self._held.items() if other[0] == key[0]}
            self._held = {**kept, key: (held, left)}
        held, left = self._held[key]
        outlets = [
            (outlet_name(name, language) or say(WebText.UNNAMED, language), count)
            for name, count in held.outlets
        ]
        if held.n_other_outlets:
            named = say(WebText.OTHERS, language, count=held.n_other_outlets)
            outlets.append((named, held.in_others))
        return self._page(
            request,
            "archive.html",
            here="archive",
            held=held,
            updated=dates(Moment(held.updated, Precision.MINUTE), language),
            periods=bars(held.periods),
            outlets=bars(outlets),
            languages=bars([(language_name(tag, language), n) for tag, n in held.languages]),
            left=[
                (Key[f"FATE_{fate.name}"], reason, count)
                for (fate, reason), count in left.most_common(_MOST_LISTED)
            ],
        )

    async def quotes(self, request: Request) -> Response:
        """List what a person says, and show the fields to ask for it."""
        speaker, about = (_words(request, name) for name in ("speaker", "about"))
        shown = None
        if speaker:
            await self._limits.take(request)
            session = self._session(self._renderer(request))
            shown = await self._desk.run(
                partial(session.statements, speaker, about, most=_MOST_LISTED)
            )
        fields = (("speaker", WebText.SPEAKER, speaker), ("about", WebText.ABOUT_TOPIC, about))
        return self._listed(request, "quotes", WebText.WHO_SAID, fields, shown)

    async def timeline(self, request: Request) -> Response:
        """List the events of a topic, with their picture, and show the field to ask for it."""
        topic = _words(request, "topic")
        shown = None
        if topic:
            await self._limits.take(request)
            shown = await self._timeline(request, topic)
        fields = (("topic", WebText.TOPIC, topic),)
        picture = f"/timeline.svg?{urlencode({'topic': topic})}"
        return self._listed(request, "timeline", WebText.TIMELINE, fields, shown, picture)

    async def picture(self, request: Request) -> Response:
        """Send the picture of a timeline."""
        topic = _words(request, "topic")
        await self._limits.take(request)
        shown = await self._timeline(request, topic) if topic else None
        if not isinstance(shown, Answer):
            raise Problem(404, "a topic that the archive has events of", "another", "ask of others")
        return Response(
            timeline_svg(shown, self._language_of(request)),
            media_type="image/svg+xml",
            # Its colours stand in it.
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )

    async def _timeline(self, request: Request, topic: str) -> Answer | NoAnswer:
        session = self._session(self._renderer(request))
        return await self._desk.run(partial(session.timeline, topic, most=MAX_EVENTS))

    def _listed(
        self,
        request: Request,
        path: str,
        heading: WebText,
        fields: Sequence[tuple[str, WebText, str]],
        shown: Answer | NoAnswer | None,
        picture: str = "",
    ) -> Response:
        """Return a page of fields and, below them, what is listed."""
        answer = shown if isinstance(shown, Answer) else None
        refusal = shown if isinstance(shown, NoAnswer) else None
        renderer = self._renderer(request)
        turn = _turn_html(renderer, shown.question, answer=answer, refusal=refusal) if shown else ""
        return self._page(
            request,
            "listed.html",
            here=path,
            path=path,
            heading=heading,
            fields=fields,
            picture=picture if answer else "",
            turn=Markup(turn),  # noqa: S704  # a template of ours wrote it
        )


def _words(request: Request, name: str) -> str:
    """Return a field of an address, without what is too long."""
    return request.query_params.get(name, "").strip()[:MAX_QUESTION_CHARS]


def read_span(text: str) -> Span | None:
    """Read START-END; None for anything else."""
    found = _SPAN.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        return None
    return Span(int(found[1]), int(found[2]))


def _problem_text(status: int, language: Language) -> str:
    """Say why a request is refused."""
    names = WebText.__members__
    return say(names.get(f"PROBLEM_{status}", WebText.PROBLEM_400), language)


def _no_article(article_id: str) -> Problem:
    return Problem(404, "the id of an article", quoted(article_id), "search, or ask anew")


def _scope(form: Mapping[str, str], session: Session) -> Scope:
    """Return the part of the archive that a form names.

    Raises:
        ScopeError: If the archive has no such part.
    """
    scope = make_scope(
        since=form.get("since", "").strip(),
        until=form.get("until", "").strip(),
        sources=[value for value in (form.get("source", ""),) if value.strip()],
        languages=[value for value in (form.get("lang", ""),) if value.strip()],
        now=session.clock(),
    )
    archive = session.answering
    return check_scope(scope, archive.outlets, archive.manifest.languages)


async def _read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        Problem: If it is too long or no form.
    """
    body = await read_body(request, _MAX_FORM_BYTES)
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        raise Problem(400, "at most 20 fields", "more", "send the form of the page") from None
    return dict(fields)


def _turn(
    session: Session,
    renderer: Renderer,
    text: str,
    tell: TellClaims | None = None,
    *,
    is_more: bool = False,
) -> str:
    """Answer a question, or show more or the sources of the last answer; return its HTML."""
    remark = Remark.MORE if is_more else session.about_answer(text)
    last, language = session.last, renderer.language
    if remark is not None and last is not None:
        return _about(session, renderer, last, remark, text or say(WebText.MORE, language))
    found = session.find(text)
    reply = session.word(found, tell)
    if found.question.remark is None:
        session.remember(turn_of(text, reply, session.scope))
    return _turn_html(
        renderer,
        text,
        reading=found.reading(language),
        answer=reply if isinstance(reply, Answer) else None,
        refusal=reply if isinstance(reply, NoAnswer) else None,
        has_more=isinstance(reply, Answer),
    )


def _about(session: Session, renderer: Renderer, last: Turn, remark: Remark, text: str) -> str:
    """Show further quotes of the last answer, or its sources once more."""
    notes: list[str] = []

    def note(key: Text, **values: object) -> None:
        notes.append(say(key, renderer.language, **values))

    if earlier := session.earlier:
        note(Key.EARLIER, question=earlier.shown)
    if remark is Remark.MORE:
        shown, citations = session.further(last)
        if citations:
            session.remember(replace(last, places=places_of((*shown, *citations))))
        note(Key.MORE_HEAD if citations else Key.NO_MORE)
    else:
        citations = session.recall(last)
        if remark is Remark.IS_TRUE:
            note(AboutAnswer.IS_TRUE)
        if not citations:
            note(Key.CHAT_SOURCES_GONE)
    has_more = remark is Remark.MORE and bool(citations)
    return _turn_html(renderer, text, notes=notes, citations=citations, has_more=has_more)


def _earlier(session: Session, renderer: Renderer) -> list[str]:
    """Return what was asked before, oldest first, with the quotes that still stand."""
    shown = []
    for turn, newer in zip(session.turns, (None, *session.turns), strict=False):
        if newer is not None and newer.asked == turn.asked:
            continue  # "more" keeps a question once more, with all quotes shown until then
        notes = () if turn.places else (say(Key.REASON_NOT_IN_ARCHIVE, renderer.language),)
        citations = session.recall(turn)
        shown.append(_turn_html(renderer, turn.question, notes=notes, citations=citations))
    return shown[::-1]


def _turn_html(
    renderer: Renderer,
    question: str,
    *,
    reading: str = "",
    notes: Sequence[str] = (),
    answer: Answer | None = None,
    refusal: NoAnswer | None = None,
    citations: Sequence[Citation] = (),
    has_more: bool = False,
) -> str:
    return renderer.page(
        "turn.html",
        question=question,
        reading=reading,
        notes=notes,
        answer=answer,
        refusal=refusal,
        citations=citations,
        has_more=has_more,
    )


def _events_of(name: str, value: str) -> Response:
    """Return one server-sent event."""
    return Response(event(name, value), media_type="text/event-stream")


@cache
def _build() -> str:
    """Return what names the static files as they are now."""
    files = sorted(STATIC.iterdir(), key=lambda file: file.name)
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
