"""Alerts: saved questions are asked when something new is published, and alerts put in the queue.

An alert is stored with its question (see `bot.session.following`) until it is in the queue under a
number of its own, so that whenever this process ends none is lost and none is queued twice.
"""

import asyncio
from typing import Final

from bot.logs import log_failure
from bot.telegram.delivery.executor import AnswerExecutor
from bot.telegram.delivery.queue import UpdateQueue

_EVERY_S: Final = 5.0
"""Between two looks at what is published and what time it is."""


async def watch(executor: AnswerExecutor, queue: UpdateQueue) -> None:
    """Put alerts in the queue until cancelled; what fails is tried again."""
    while True:
        are_more = False
        try:
            alerts, are_more = await executor.ask_due()
            for alert in alerts:
                await queue.put(alert)
                await executor.queued(alert)
        except Exception as error:  # noqa: BLE001  # no question is lost to an error
            log_failure("alerts", error)
        await asyncio.sleep(0 if are_more else _EVERY_S)
