"""Application: pages, API and static files behind the same checks and headers."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import report_failure
from bot.setting_types import origins_of
from bot.settings import Settings
from bot.texts.language import Language
from bot.web.api import Json, open_api
from bot.web.desk import Desk
from bot.web.limits import RateLimits
from bot.web.pages import Pages
from bot.web.problems import Problem
from bot.web.service import Service
from index import PasokhError

_API: Final = "/api/v1"
_MAX_BODY_BYTES: Final = 1_000_000
_TOO_LONG: Final = Problem(413, f"at most {_MAX_BODY_BYTES:,} bytes", "more", "send less at a time")
_MAX_ADDRESS_BYTES: Final = 32_768
_LONG_ADDRESS: Final = Problem(
    414, f"an address of at most {_MAX_ADDRESS_BYTES:,} bytes", "more", "send a shorter one"
)
_ELSEWHERE: Final = Problem(
    421, "the address of this server in the header Host", "another", "set PASOKH_PUBLIC_URL"
)
_TELEGRAM: Final = "https://web.telegram.org"
"""Shows Mini Apps in a frame; other apps of Telegram have windows of their own."""
_CLOSEST: Final = {
    400: ("a request that can be read", "another"),
    404: ("a path of these pages, or /api/v1/openapi.json for the API", "no such path"),
    405: ("a method of this path", "another"),
}


def open_app(service: Service) -> ASGIApp:
    """Return everything that is served."""
    settings = service.settings
    limits = RateLimits(settings.web_rate_per_minute)
    desk = Desk(settings.web_workers)
    pages = Pages(service, desk, limits)
    api = open_api(service, desk, limits)
    if origins := origins_of(settings.web_cors):
        api.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )

    async def failed(request: Request, error: Exception) -> Response:
        match error:
            case Problem():
                problem = error
            case ClientDisconnect():
                problem = Problem(400, "all of the request", "a part of it", "send it again")
            case HTTPException():
                expected, got = _CLOSEST.get(error.status_code, _CLOSEST[400])
                problem = Problem(error.status_code, expected, got, "see docs/web.md")
            case _:
                report_failure(error, Language.EN, settings.log_file)
                status = 503 if isinstance(error, PasokhError) else 500
                problem = Problem(status, "no error", type(error).__name__, "see the server's log")
        if request.url.path.startswith(_API):
            return Json(problem.record, problem.status, problem.headers)
        return pages.problem(request, problem)

    api.add_exception_handler(HTTPException, failed)
    api.add_exception_handler(ClientDisconnect, failed)
    app = Starlette(
        routes=[
            *pages.routes,
            Mount(_API, api),
            Mount("/static", StaticFiles(packages=[("bot.web", "static")])),
        ],
        exception_handlers={
            Exception: failed,
            **dict.fromkeys((Problem, HTTPException, ClientDisconnect, PasokhError), failed),
        },
    )
    return Guard(app, settings)


class Guard:
    """Refuses requests for other hosts, and adds the headers that every reply has.

    A page of somebody else's could otherwise read an archive on this machine: its host's name may
    be made to lead here (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Guard `app`."""
        self._app = app
        public = urlsplit(settings.public_url or "")
        self._hosts = {"localhost", settings.web_host.lower(), (public.hostname or "").lower()}
        is_mini_app = public.scheme == "https" and settings.telegram_token is not None
        ancestors = _TELEGRAM if is_mini_app else "'none'"
        self._headers = {
            "Content-Security-Policy": (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                "connect-src 'self'; form-action 'self'; base-uri 'none'; "
                f"frame-ancestors {ancestors}"
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if public.scheme == "https":
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name for name, _ in message["headers"]}
                caching = "max-age=31536000" if path.startswith("/static/") else "private, no-cache"
                headers: Mapping[str, str] = {**self._headers, "Cache-Control": caching}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in headers.items()
                        if name.lower().encode() not in named
                    ),
                ]
            await send(message)

        n_received = 0

        async def receive_so_much() -> Message:
            nonlocal n_received
            message = await receive()
            n_received += len(message.get("body", b""))
            if n_received > _MAX_BODY_BYTES:
                raise _TOO_LONG
            return message

        if not self._is_ours(scope):
            refused: Problem | None = _ELSEWHERE
        elif len(scope["raw_path"]) + len(scope["query_string"]) > _MAX_ADDRESS_BYTES:
            # The protocol has such a limit too, but not for what arrives at once.
            refused = _LONG_ADDRESS
        else:
            stated = dict(scope["headers"]).get(b"content-length", b"")
            is_long = stated.isdigit() and int(stated) > _MAX_BODY_BYTES
            refused = _TOO_LONG if is_long else None
        if refused is None:
            await self._app(scope, receive_so_much, send_with_headers)
        else:
            await Json(refused.record, refused.status)(scope, receive, send_with_headers)

    def _is_ours(self, scope: Scope) -> bool:
        """Tell whether a request names this server, or an IP address, which nobody can redirect."""
        named = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        try:
            host = urlsplit(f"//{named}").hostname or ""
        except ValueError:
            return False
        if host in self._hosts:
            return True
        try:
            ip_address(host)
        except ValueError:
            return False
        return True
