"""What only admins may ask: /stats and /reload.

Does not: check who asks; `Gate.is_admin` does.
"""

import time
from collections.abc import Callable

from bot.telegram.delivery.access import language_of, reply
from bot.telegram.delivery.executor import Desk
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.types import Incoming, Kind, Outgoing
from bot.texts.language import localize_number, say
from bot.texts.telegram import Phrase
from index import PasokhError

_HOUR_S = 3600


class Admin:
    """Answers the admins' commands."""

    def __init__(self, desk: Desk, metrics: Metrics, load: Callable[[], tuple[int, int]]) -> None:
        """Look after `desk`; `load` returns how many updates wait and are being answered."""
        self._desk = desk
        self._metrics = metrics
        self._load = load

    async def obey(self, incoming: Incoming) -> tuple[Outgoing, ...] | None:
        """Return what a command comes to, None for anything else."""
        if incoming.kind is not Kind.TEXT:
            return None
        command, _, _ = incoming.text.partition(" ")
        match command.partition("@")[0]:
            case "/stats":
                return self._stats(incoming)
            case "/reload":
                return await self._reload(incoming)
            case _:
                return None

    def _stats(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        """Say how the bot is doing."""
        language, metrics = language_of(incoming), self._metrics
        waiting, busy = self._load()
        p50, p95 = (localize_number(round(one, 2), language) for one in metrics.percentiles())
        text = say(
            Phrase.STATS,
            language,
            waiting=waiting,
            busy=busy,
            done=int(metrics.total("settled_updates", state="done")),
            dropped=int(metrics.total("settled_updates", state="dropped")),
            p50=p50,
            p95=p95,
            uncertain=int(metrics.total("uncertain_calls")),
            snapshot=self._desk.snapshot,
            hours=int((time.time() - metrics.started) // _HOUR_S),
        )
        return reply(incoming, text)

    async def _reload(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        """Take up the published index without a pause and name it; a broken one is not taken."""
        language = language_of(incoming)
        try:
            await self._desk.refresh()
        except PasokhError as error:
            return reply(incoming, say(Phrase.NOT_RELOADED, language, message=error))
        return reply(incoming, say(Phrase.RELOADED, language, snapshot=self._desk.snapshot))
