"""Health of polling: conflicts with another instance, a refused token, unreadable updates.

Does not: stop the program; it fails a future that the program waits for.
"""

import asyncio
import json
import logging
import random
from http import HTTPStatus
from operator import itemgetter
from typing import Any, Final

from telegram import Update
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from bot.telegram.delivery.metrics import Metrics
from index import PasokhError

_CONFLICTS_OF_NEWCOMER: Final = 3
_CONFLICTS_OF_ELDER: Final = range(12, 24)
"""Conflicts in a row that mean another instance. Of two instances the one that Telegram has not
served yet gives up first; if it has served both, chance decides, so that one goes on."""

_NUMBER_LIMIT: Final = 2**63
"""What a database column holds."""

_log = logging.getLogger(__name__)


class Refused(PasokhError):
    """Telegram refuses to work with the bot as it is configured."""


class PollHealth:
    """Counts conflicts and contacts; `fatal` fails when going on is of no use."""

    def __init__(self, metrics: Metrics) -> None:
        """Begin without contact; needs a running loop."""
        self.fatal: Final[asyncio.Future[None]] = asyncio.get_running_loop().create_future()
        self._metrics = metrics
        self._conflicts = 0
        self._allowed = _CONFLICTS_OF_NEWCOMER

    def record(self, status: int, description: str) -> None:
        """Record the HTTP status of an answer to getUpdates, and what Telegram says of it."""
        match status:
            case HTTPStatus.CONFLICT:
                # One conflict alone is what a quick restart leaves behind.
                self._conflicts += 1
                fields = {"in_a_row": self._conflicts, "description": description}
                _log.warning("conflict", extra={"fields": fields})
                if self._conflicts >= self._allowed:
                    self._fail(
                        "Another program asks Telegram for this bot's updates "
                        f"({description}); stop it, or give this one another token."
                    )
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
                self.token_refused(description)
            case HTTPStatus.OK:
                self._conflicts = 0
                self._allowed = random.choice(_CONFLICTS_OF_ELDER)  # noqa: S311  # no secret
                self._metrics.note_contact()
            case _:
                fields = {"status": status, "description": description}
                _log.warning("polling", extra={"fields": fields})

    def token_refused(self, description: str) -> None:
        """Record that the token is not accepted, and what Telegram says of it."""
        self._fail(
            f"Telegram refuses PASOKH_TELEGRAM_TOKEN ({description}); copy it again from "
            "@BotFather, where it may have been revoked."
        )

    def _fail(self, message: str) -> None:
        """Fail the future, once, with the reason."""
        if not self.fatal.done():
            self.fatal.set_exception(Refused(message))


class PollingRequest(HTTPXRequest):
    """Requests for updates; records each status and returns only what the library can read."""

    def __init__(self, health: PollHealth, **options: Any) -> None:  # noqa: ANN401
        """Take the options of the library's own request."""
        super().__init__(**options)
        self._health = health

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401
        """Make the request."""
        status, payload = await super().do_request(*args, **kwargs)
        self._health.record(status, _description(payload))
        return status, readable(payload) if status == HTTPStatus.OK else payload


def _description(payload: bytes) -> str:
    """Return what Telegram says of a failure; empty where it says nothing."""
    try:
        return str(json.loads(payload)["description"])
    except (ValueError, TypeError, KeyError):
        return ""


def readable(payload: bytes) -> bytes:
    """Return the answer with every update readable, in the order of their numbers.

    Subtle: the library asks again at once for a batch of which it cannot read one update, and
    would do so for ever; so that update is replaced by its bare number, which acknowledges it. One
    without a number is left out, and acknowledged with the next that has one.

    Raises:
        NetworkError: If the answer is no list of updates at all, or none has a number; the
            library waits and asks again.
    """
    try:
        answer = json.loads(payload)
        numbered = [update for update in answer["result"] if _has_number(update)]
        n_odd = len(answer["result"]) - len(numbered)
    except (ValueError, TypeError, KeyError) as error:
        raise NetworkError("malformed answer to getUpdates") from error
    if n_odd:
        _log.error("unnumbered", extra={"fields": {"updates": n_odd}})
        if not numbered:
            raise NetworkError("no update of the answer to getUpdates has a number")
    updates = sorted(map(_checked, numbered), key=itemgetter("update_id"))
    return json.dumps(answer | {"result": updates}).encode()


def _has_number(update: Any) -> bool:  # noqa: ANN401
    """Tell whether a value is an update that can be acknowledged."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return type(number) is int and 0 <= number < _NUMBER_LIMIT


def _checked(update: dict[str, Any]) -> dict[str, Any]:
    """Return an update, or its number alone if the rest cannot be read."""
    try:
        Update.de_json(update)
    except Exception as error:  # noqa: BLE001  # whatever shape it has
        number = {"update_id": update["update_id"]}
        fields = number | {"error": type(error).__name__}
        _log.error("unreadable", extra={"fields": fields})
        return number
    return update
