"""Posts of channels taken into the archive: kept as collected articles, then built into the index.

Posts that come while a build runs are built by the next.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from bot.settings import Settings
from bot.telegram.delivery.index_process import run_index
from bot.telegram.types import Incoming
from index import Moment, TelegramPost
from index.text import TEHRAN
from index.web import Failure, keep_post

_GATHER_S: Final = 10.0
"""Posts of so long are built together: some builds take as long, and a post may wait a minute."""

_AGAIN_AFTER_S: Final = 60.0

_log = logging.getLogger(__name__)


class ChannelPosts:
    """Keeps posts and sees to it that they are built."""

    def __init__(self, settings: Settings) -> None:
        """Keep posts beside the index of `settings`."""
        self._settings = settings
        self._has_new = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to build what is kept, from now on and from before."""
        if self._settings.telegram_channels:
            self._has_new.set()
            self._task = asyncio.create_task(self._build_on())

    async def close(self) -> None:
        """End, and a build under way with it: the next start builds what is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def keep(self, incoming: Incoming) -> None:
        """Keep a post, or a new version of one; one without report is passed over.

        Raises:
            StorageError: If it cannot be written.
        """
        outcome = await asyncio.to_thread(self._keep, incoming)
        fields = {"update_id": incoming.update_id, "outcome": outcome}
        _log.info("post", extra={"fields": fields})
        self._has_new.set()

    def _keep(self, incoming: Incoming) -> str:
        said = incoming.post
        assert said is not None, "a post comes with what it says of itself"  # noqa: S101
        post = TelegramPost(
            text=incoming.text,
            n_bold=said.n_bold,
            number=incoming.message_id,
            chat=said.channel,
            chat_id=str(incoming.chat_id).removeprefix("-100"),
            username=said.username,
            published=_moment(said.published),
            edited=_moment(said.edited) if said.edited else None,
            via=said.via,
        )
        kept = keep_post(post, self._settings.index_home)
        return str(kept.problem if isinstance(kept, Failure) else kept)

    async def _build_on(self) -> None:
        """Build whenever something new is kept, until this is cancelled."""
        while True:
            await self._has_new.wait()
            await asyncio.sleep(_GATHER_S)
            self._has_new.clear()
            try:
                failure = await run_index(self._settings, "build")
            except OSError as error:
                failure = str(error)
            if failure is not None:
                _log.error("build", extra={"fields": {"reason": failure}})
                await asyncio.sleep(_AGAIN_AFTER_S)
                self._has_new.set()


def _moment(seconds: int) -> Moment:
    at = datetime.fromtimestamp(seconds, UTC).astimezone(TEHRAN)
    return Moment(at.replace(second=0))
