"""Commands of admins: /stats, /reload and /remove.

Does not: check who asks; `Gate.is_admin` does.
"""

import time

from bot.settings import Settings
from bot.telegram.delivery.access import language_of, reply
from bot.telegram.delivery.executor import AnswerExecutor
from bot.telegram.delivery.index_process import run_index
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.queue import UpdateQueue
from bot.telegram.types import Incoming, Kind, Outgoing
from bot.texts.language import localize_number, say
from bot.texts.telegram import Phrase
from index import PasokhError

_HOUR_S = 3600


class Admin:
    """Answers the commands of admins."""

    def __init__(
        self, settings: Settings, executor: AnswerExecutor, metrics: Metrics, queue: UpdateQueue
    ) -> None:
        """Report on `metrics` and `queue`; change the index of `settings`, reload it."""
        self._settings = settings
        self._executor = executor
        self._metrics = metrics
        self._queue = queue

    async def obey(self, incoming: Incoming) -> tuple[Outgoing, ...] | None:
        """Return the reply to a command, None for anything else."""
        if incoming.kind is not Kind.TEXT:
            return None
        language, metrics = language_of(incoming), self._metrics
        command, _, article = incoming.text.partition(" ")
        match command.partition("@")[0]:
            case "/stats":
                p50, p95 = metrics.percentiles()
                text = say(
                    Phrase.STATS,
                    language,
                    waiting=len(self._queue),
                    busy=self._queue.n_busy,
                    done=int(metrics.total("settled_updates", state="done")),
                    dropped=int(metrics.total("settled_updates", state="dropped")),
                    p50=localize_number(round(p50, 2), language),
                    p95=localize_number(round(p95, 2), language),
                    uncertain=int(metrics.total("uncertain_calls")),
                    snapshot=self._executor.snapshot,
                    hours=int((time.time() - metrics.started) // _HOUR_S),
                )
            case "/reload":
                try:
                    await self._executor.refresh()
                except PasokhError as error:  # the index before goes on serving
                    text = say(Phrase.NOT_RELOADED, language, message=error)
                else:
                    text = say(Phrase.RELOADED, language, snapshot=self._executor.snapshot)
            case "/remove" if article.strip():
                failure = await run_index(self._settings, "remove", "--", article.strip())
                await self._executor.refresh()
                text = failure or say(Phrase.REMOVED, language, article=article.strip())
            case "/remove":
                text = say(Phrase.REMOVE_WHAT, language)
            case _:
                return None
        return reply(incoming, text)
