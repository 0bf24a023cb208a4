"""`pasokh matrix`: rooms of a homeserver are read and answered until a signal says to stop.

How far it has read is kept once all of that is answered, and a message is sent under a number of
its own, which the homeserver takes once: so whenever this process ends nothing is lost, and nothing
is answered twice.

Does not: read encrypted rooms.
"""

import asyncio
import logging
import re
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from aiohttp import ClientError
from nio import (
    AsyncClient,
    AsyncClientConfig,
    Event,
    InviteMemberEvent,
    MatrixRoom,
    RoomInfo,
    RoomMemberEvent,
    RoomMessagesResponse,
    RoomSendError,
    SyncResponse,
    WhoamiResponse,
)

from bot.logs import log_failure
from bot.matrix.rooms import Place, Rooms
from bot.matrix.talk import Talk
from bot.session.session import Session
from bot.settings import Settings, SettingsError
from bot.texts.matrix import MatrixText
from bot.texts.telegram import Phrase
from index import PasokhError
from index.proxy import DIRECT

_TWO: Final = 2
_FOR_GOOD: Final = frozenset({"M_FORBIDDEN", "M_TOO_LARGE"})
_WAIT_MS: Final = 30_000
_LONGEST_RETRY_S: Final = 60.0
_PAGE: Final = 100
_MOST_MISSED: Final = 2000
"""Messages of one room that are read after a pause; older ones are left out."""
_FILTER: Final = {
    "presence": {"types": []},
    "room": {"timeline": {"limit": _PAGE}},
}

_log = logging.getLogger(__name__)


class Refused(PasokhError):
    """The homeserver does not let the bot in."""


def serve(settings: Settings, session: Session, tell: Callable[[str], None]) -> None:
    """Serve until a signal says to stop.

    Raises:
        PasokhError: If the bot cannot run: a setting is missing, or the homeserver refuses it.
    """
    if not (settings.matrix_homeserver and settings.matrix_token and settings.matrix_allowed):
        msg = (
            "Expected PASOKH_MATRIX_HOMESERVER, PASOKH_MATRIX_TOKEN and PASOKH_MATRIX_ALLOWED, but "
            "not all are set; docs/matrix.md says how to get them."
        )
        raise SettingsError(msg)
    rooms = Rooms(settings.matrix_store, retention_days=settings.retention_days)
    with suppress(asyncio.CancelledError):
        asyncio.run(_Bot(settings, Talk(session=session, rooms=rooms), rooms).run(tell))
    rooms.close()


class _Bot:
    """One user of a homeserver that answers."""

    def __init__(self, settings: Settings, talk: Talk, rooms: Rooms) -> None:
        assert settings.matrix_homeserver and settings.matrix_token, "see `serve`"  # noqa: S101, PT018
        self._allowed: Final = settings.matrix_allowed
        self._talk, self._rooms = talk, rooms
        proxy = settings.proxy_for("matrix", settings.matrix_homeserver)
        address = proxy.get_secret_value() if proxy else DIRECT
        self._client: Final = AsyncClient(
            settings.matrix_homeserver,
            config=AsyncClientConfig(encryption_enabled=False, max_timeouts=3),
            proxy=None if address == DIRECT else address,
        )
        self._client.access_token = settings.matrix_token.get_secret_value()
        self._warned: Final[set[str]] = set()

    async def run(self, tell: Callable[[str], None]) -> None:
        """Read and answer until cancelled.

        Raises:
            Refused: If the homeserver cannot be reached at first, or does not take the token.
        """
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None, "asyncio runs this in a task"  # noqa: S101
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            client = self._client
            try:
                me = await client.whoami()
            except (ClientError, OSError, ValueError) as error:
                where, why = client.homeserver, str(error) or type(error).__name__
                msg = f"Expected a Matrix homeserver at {where} (PASOKH_MATRIX_HOMESERVER): {why}."
                raise Refused(msg) from error
            if not isinstance(me, WhoamiResponse):
                msg = (
                    f"{client.homeserver} does not take PASOKH_MATRIX_TOKEN ({me.message}); "
                    "make a new one (docs/matrix.md)."
                )
                raise Refused(msg)
            tell(f"Answering as {me.user_id} at {client.homeserver}. Ctrl-C stops.")
            since, wait_s = self._rooms.token(me.user_id), 1.0
            while True:
                try:
                    since, wait_s = await self._read(since), 1.0
                except Exception as error:  # noqa: BLE001  # nothing said is lost to an error
                    log_failure("matrix", error)
                    await asyncio.sleep(wait_s)
                    wait_s = min(2 * wait_s, _LONGEST_RETRY_S)
        finally:
            await self._client.close()

    async def _read(self, since: str | None) -> str:
        """Answer all that was said since a token; return the next one, which is kept."""
        client = self._client
        is_first = not client.rooms
        found = await client.sync(
            0 if is_first else _WAIT_MS, since=since, sync_filter=_FILTER, full_state=is_first
        )
        if not isinstance(found, SyncResponse):
            raise Refused(f"The homeserver refuses to be read: {found.message}.")
        for room_id, invite in found.rooms.invite.items():
            inviters = [one.sender for one in invite.invite_state
                        if isinstance(one, InviteMemberEvent)
                        and one.state_key == client.user_id]  # fmt: skip
            if any(self._may(inviter, room_id) for inviter in inviters):
                await client.join(room_id)
        # What was said before the first start is nobody's question any more.
        if since is not None:
            joined = found.rooms.join.items()
            await asyncio.gather(
                *(self._answer_room(room_id, room, since) for room_id, room in joined)
            )
        self._rooms.keep_token(client.user_id, found.next_batch)
        return str(found.next_batch)

    def _may(self, user: str, room_id: str) -> bool:
        """Tell whether what a user says in a room is answered."""
        return not self._allowed.isdisjoint({user, room_id, f"*:{user.partition(':')[2]}"})

    async def _answer_room(self, room_id: str, joined: RoomInfo, since: str) -> None:
        """Answer what was said in a room, in order."""
        events: Sequence[Event] = joined.timeline.events
        if joined.timeline.limited:
            events = [*await self._missed(room_id, joined.timeline.prev_batch, since), *events]
        # What was said before we were invited is none of ours.
        came = (
            place
            for place, one in enumerate(events)
            if isinstance(one, RoomMemberEvent)
            and one.state_key == self._client.user_id
            and one.membership not in {"leave", one.prev_membership}
        )
        for event in events[next(came, 0) :]:
            if event.sender != self._client.user_id and self._may(event.sender, room_id):
                await self._answer(self._client.rooms[room_id], event)

    async def _missed(self, room_id: str, start: str | None, since: str) -> list[Event]:
        """Return what a sync left out because it was too much, oldest first."""
        events: list[Event] = []
        while start and len(events) < _MOST_MISSED:
            page = await self._client.room_messages(room_id, start, since, limit=_PAGE)
            if not isinstance(page, RoomMessagesResponse):
                raise Refused(f"The homeserver refuses to be read: {page.message}.")
            events += page.chunk
            start = page.end if page.chunk else None
        return events[::-1]

    async def _answer(self, room: MatrixRoom, event: Event) -> None:
        """Answer an event that is for us, once."""
        client, room_id = self._client, room.room_id
        relation = event.source.get("content", {}).get("m.relates_to") or {}
        thread = relation["event_id"] if relation.get("rel_type") == "m.thread" else ""
        place, text = Place(room_id, thread), self._said_to_us(room, event)
        if self._rooms.is_answered(event.event_id):
            return
        if event.source.get("type") == "m.room.encrypted" and room_id not in self._warned:
            self._warned.add(room_id)
            reply = self._talk.tell(MatrixText.ENCRYPTED, place)
        elif text is None:
            return
        else:
            await client.room_typing(room_id)
            try:
                reply = await asyncio.to_thread(self._talk.reply, text, place)
            except Exception as error:  # noqa: BLE001  # whatever it is, somebody waits
                log_failure("matrix", error)
                reply = self._talk.tell(Phrase.FAILED, place)
        replied: dict[str, object] = {"m.in_reply_to": {"event_id": event.event_id}}
        if thread:
            replied |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": True}
        is_plain = room.member_count <= _TWO and not thread
        for number, content in enumerate(reply.messages):
            related = content if is_plain else content | {"m.relates_to": replied}
            number_of_its_own = f"pasokh-{event.event_id}-{number}"
            sent = await client.room_send(room_id, "m.room.message", related, number_of_its_own)
            if isinstance(sent, RoomSendError):
                if sent.status_code not in _FOR_GOOD:
                    raise Refused(f"The homeserver took no message: {sent.message}.")
                _log.warning("undeliverable", extra={"fields": {"why": sent.status_code}})
        self._rooms.keep_talk(place, reply.turns, reply.scope, event.event_id)
        await client.room_typing(room_id, typing_state=False)

    def _said_to_us(self, room: MatrixRoom, event: Event) -> str | None:
        """Return what an event says to us: all of a room of two, else what names us; None if not.

        What is no text is empty.
        """
        content = event.source.get("content", {})
        kind = event.source.get("type")
        is_of_two, user = room.member_count <= _TWO, self._client.user_id
        if kind not in {"m.room.message", "m.sticker"} or content.get("msgtype") == "m.notice":
            return None
        edited = content.get("m.new_content", content)
        if not content or edited.get("msgtype") not in {"m.text", "m.emote"}:
            return "" if content and is_of_two else None
        quoted = r"(?:> .*\n)+\n" if content.get("m.relates_to") else ""
        names = "|".join(map(re.escape, filter(None, (user, room.user_name(user)))))
        text = re.sub(quoted, "", edited["body"], count=1).strip()
        named = re.match(rf"@?(?:{names})\b[:,،]?\s*", text, re.IGNORECASE)
        is_named = named or user in content.get("m.mentions", {}).get("user_ids", ())
        return text[named.end() if named else 0 :] if is_of_two or is_named else None
