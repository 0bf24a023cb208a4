"""A small server that speaks the Bot API over real HTTP, with faults when asked for.

It keeps updates until they are confirmed by an offset, holds `getUpdates` open as Telegram does
and refuses what Telegram refuses (markup, lengths, buttons). It runs on a thread of its own.
Does not: know the library under test, or anything of Pasokh.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

from bot_api_markup import MarkupError, plain, units
from patience import scaled

TOKEN = "4242:" + "A" * 35
ME = {"id": 4242, "is_bot": True, "first_name": "Pasokh", "username": "pasokh_test_bot"}
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 409: "Conflict"}

Params = dict[str, Any]


class Refusal(Exception):  # it says what happened
    """An answer other than 200."""

    def __init__(self, status: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class Call:
    """One request as it came, and what became of it.

    Attributes:
        is_accepted: Whether it took effect, whatever the client heard.
        fault: What was done to it; empty for an honest answer.
    """

    method: str
    params: Params
    at: float
    is_accepted: bool = False
    fault: str = ""
    message_id: int = 0
    text: str = ""


@dataclass
class Faults:
    """How often each fault strikes, as a share of the calls that it can strike."""

    rate: float = 0.0
    seed: int = 1
    retry_after_s: int = 1
    slow_s: float = 1.0
    of_sending: tuple[str, ...] = ("429", "500", "slow", "cut_before", "cut_after", "malformed")
    of_polling: tuple[str, ...] = (
        "409", "500", "slow", "cut_before", "cut_after", "malformed", "duplicate", "shuffle",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Begin the row of chances."""
        self._random = random.Random(self.seed)  # noqa: S311  # faults, not secrets

    def choose(self, method: str) -> str:
        """Return the fault that strikes a call, if any."""
        kinds = {"sendMessage": self.of_sending, "editMessageText": self.of_sending}.get(
            method, self.of_polling if method == "getUpdates" else ()
        )
        roll = self._random.random()
        return kinds[int(roll / self.rate)] if self.rate and roll < self.rate * len(kinds) else ""

    def shuffle(self, updates: list[Params]) -> None:
        """Put updates in any order."""
        self._random.shuffle(updates)


@dataclass
class BotApi:
    """The server and everything it saw."""

    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    said_at: dict[int, float] = field(default_factory=dict)
    scripted: dict[str, list[str]] = field(default_factory=dict)
    """Faults to strike the next calls of a method, in order, before chance decides."""
    blocked: set[int] = field(default_factory=set)
    admins: set[int] = field(default_factory=set)
    """Users who administer every group."""
    moved: dict[int, int] = field(default_factory=dict)
    """Groups that are supergroups now: what is sent to the old one is refused."""
    knows_drafts: bool = True
    port: int = 0

    def __post_init__(self) -> None:
        """Start the server and wait for its port."""
        self._updates: dict[int, Params] = {}
        self._confirmed = 0
        self._next_update = 1000
        self._next_message = 1
        self._messages: dict[tuple[int, int], tuple[str, str]] = {}
        self._polls = 0
        self._loop = asyncio.new_event_loop()
        self._news = asyncio.Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        while not self.port:
            time.sleep(0.005)

    @property
    def url(self) -> str:
        """Address for PASOKH_TELEGRAM_BASE_URL."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End the server."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(scaled(10))

    def push(self, update: Params) -> int:
        """Offer an update; its number is given unless it brings one."""
        number = update.get("update_id", self._next_update)
        self._next_update = max(self._next_update, number) + 1
        self.said_at.setdefault(number, time.monotonic())
        self._updates[number] = update | {"update_id": number}
        self._loop.call_soon_threadsafe(self._news.set)
        return number

    def say(self, chat_id: int, text: str, *, language: str = "en", **more: object) -> int:
        """Let the person of a private chat write something; return the update's number."""
        self._next_message += 1
        user = {"id": chat_id, "is_bot": False, "first_name": "Person", "language_code": language}
        message = {
            "message_id": self._next_message,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private", "first_name": "Person"},
            "from": user,
            "text": text,
            **more,
        }
        return self.push({"message": message})

    def accepted(self, method: str = "sendMessage", chat_id: int | None = None) -> list[Call]:
        """Return the calls of a method that took effect, in order."""
        return [
            call
            for call in list(self.calls)
            if call.method == method
            and call.is_accepted
            and (chat_id is None or call.params.get("chat_id") == str(chat_id))
        ]

    def texts(self, chat_id: int) -> list[str]:
        """Return what a chat was sent, as people see it."""
        return [call.text for call in self.accepted(chat_id=chat_id)]

    def wait_until(self, holds: Callable[[], bool], timeout_s: float = 60) -> None:
        """Wait for something to become true; `timeout_s` is scaled.

        Raises:
            TimeoutError: If it does not; the message says what was seen.
        """
        limit_s = scaled(timeout_s)
        end = time.monotonic() + limit_s
        while not holds():
            if time.monotonic() > end:
                msg = f"not in {limit_s} s; saw {Counter(call.method for call in self.calls)}"
                raise TimeoutError(msg)
            time.sleep(0.01)

    def _run(self) -> None:
        """Serve until stopped."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._visit, "127.0.0.1", 0, limit=1 << 20, backlog=512)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until either side ends it."""
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) and await self._one(
                head, reader, writer
            ):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    async def _one(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; return whether the connection stays."""
        line, *headers = head.decode().split("\r\n")
        lengths = [one.split(":")[1] for one in headers if one.lower().startswith("content-length")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
        _, secret, method = line.split()[1].split("/")
        types = [one for one in headers if one.lower().startswith("content-type: multipart")]
        params = _parts(types[0], body) if types else _fields(body)
        call = Call(method, params, time.monotonic())
        self.calls.append(call)
        script = self.scripted.get(method)
        call.fault = script.pop(0) if script else self.faults.choose(method)
        if call.fault == "cut_before":
            return False
        status, answer = await self._answer(secret, call, reader)
        if call.fault == "cut_after":
            return False
        payload = b'{"ok": tru' if call.fault == "malformed" else json.dumps(answer).encode()
        reason = _REASONS.get(status, "Error")
        writer.write(
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(payload)}\r\n\r\n".encode()
            + payload
        )
        await writer.drain()
        return True

    async def _answer(
        self, secret: str, call: Call, reader: asyncio.StreamReader
    ) -> tuple[int, Params]:
        """Return status and answer of a call."""
        try:
            await self._strike(call, secret)
            result = await self._obey(call, reader)
        except Refusal as refusal:
            answer = {"ok": False, "error_code": refusal.status, "description": str(refusal)}
            return refusal.status, answer | (
                {"parameters": refusal.parameters} if refusal.parameters else {}
            )
        call.is_accepted = True
        return 200, {"ok": True, "result": result}

    async def _strike(self, call: Call, secret: str) -> None:
        """Check the token and do the fault that comes before a call takes effect."""
        if secret != f"bot{TOKEN}":
            raise Refusal(401, "Unauthorized")
        match call.fault:
            case "429":
                wait_s = self.faults.retry_after_s
                raise Refusal(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s)
            case "409":
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            case "500" | "502":
                raise Refusal(int(call.fault), "Internal Server Error")
            case "401":
                raise Refusal(401, "Unauthorized")
            case "400":
                raise Refusal(400, "Bad Request: can't parse entities: as the script says")
            case "slow":
                await asyncio.sleep(self.faults.slow_s)

    async def _obey(self, call: Call, reader: asyncio.StreamReader) -> object:
        """Do what a call asks for."""
        match call.method:
            case "getMe":
                return ME
            case "getUpdates":
                return await self._get_updates(call, reader)
            case "getChatAdministrators":
                person = {"is_bot": False, "first_name": "Person"}
                return [
                    {"status": "creator", "user": person | {"id": one}, "is_anonymous": False}
                    for one in self.admins
                ]
            case "sendMessage":
                return self._send(call)
            case "sendDocument":
                return self._send_document(call)
            case "editMessageText":
                return self._edit(call)
            case _:
                self._check(call)
                return True

    def _check(self, call: Call) -> None:
        """Refuse what Telegram refuses of calls that return nothing."""
        match call.method:
            case "answerInlineQuery":
                self._check_results(json.loads(call.params["results"]))
            case "answerCallbackQuery":
                _require(len(call.params.get("text", "")) <= 200, "text is too long")
            case "setMyCommands":
                self._check_commands(json.loads(call.params["commands"]))
            case "sendMessageDraft":
                self._check_draft(call)
            case "sendChatAction" | "deleteWebhook" | "setWebhook":
                pass
            case _:
                raise Refusal(404, "Not Found")

    async def _get_updates(self, call: Call, reader: asyncio.StreamReader) -> list[Params]:
        """Confirm what lies before the offset; wait for more; return a batch."""
        self._polls += 1
        mine = self._polls
        self._news.set()  # whoever waits already is told that another asks
        self._confirm(int(call.params.get("offset", 0)))
        end = time.monotonic() + float(call.params.get("timeout", 0))
        while not self._updates and time.monotonic() < end and not reader.at_eof():
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(0.5, end - time.monotonic()))
            if self._polls != mine:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
        batch = [self._updates[number] for number in sorted(self._updates)][:100]
        if call.fault == "duplicate":
            batch += batch[:3]
        if call.fault == "shuffle":
            self.faults.shuffle(batch)
        return batch

    def _confirm(self, offset: int) -> None:
        """Forget what the client says it has."""
        for number in [number for number in self._updates if number < offset]:
            del self._updates[number]

    def _send(self, call: Call) -> Params:
        """Take a message."""
        chat_id = int(call.params["chat_id"])
        if chat_id in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat_id in self.moved:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, description, migrate_to_chat_id=self.moved[chat_id])
        call.text = self._checked(call.params)
        self._next_message += 1
        call.message_id = self._next_message
        key = (chat_id, call.message_id)
        self._messages[key] = (call.text, call.params.get("reply_markup", ""))
        return self._message(chat_id, call.message_id, call.text)

    def _send_document(self, call: Call) -> Params:
        """Take a file."""
        _require(len(call.params["document"]) < 50 * 2**20, "file is too big")
        _require(units(call.params.get("caption", "")) <= 1024, "caption is too long")
        self._next_message += 1
        call.message_id = self._next_message
        call.text = call.params.get("caption", "")
        return self._message(int(call.params["chat_id"]), call.message_id, call.text)

    def _edit(self, call: Call) -> Params:
        """Change a message."""
        key = (int(call.params["chat_id"]), int(call.params["message_id"]))
        if key not in self._messages:
            raise Refusal(400, "Bad Request: message to edit not found")
        call.text = self._checked(call.params)
        changed = (call.text, call.params.get("reply_markup", ""))
        if self._messages[key] == changed:
            raise Refusal(400, "Bad Request: message is not modified")
        self._messages[key] = changed
        return self._message(*key, call.text)

    def _message(self, chat_id: int, message_id: int, text: str) -> Params:
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
        return {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": chat,
            "from": ME,
            "text": text,
        }

    def _checked(self, params: Params) -> str:
        """Return the text of a message that may be sent, as people see it."""
        text = _parsed(params["text"], params.get("parse_mode", ""))
        _require(text.strip(), "message text is empty")
        _require(units(text) <= 4096, "message is too long")
        markup = json.loads(params.get("reply_markup", "{}"))
        for row in markup.get("inline_keyboard", []):
            for button in row:
                _require(button["text"], "Button text is empty")
                if "web_app" in button:  # only https, and only in chats with one person
                    _require(button["web_app"]["url"].startswith("https://"), "Web App URL invalid")
                    _require(int(params["chat_id"]) > 0, "BUTTON_TYPE_INVALID")
                    continue
                data = button["callback_data"].encode()
                _require(0 < len(data) <= 64, "BUTTON_DATA_INVALID")
        return text

    def _check_results(self, results: list[Params]) -> None:
        """Check inline results."""
        _require(len(results) <= 50, "RESULTS_TOO_MUCH")
        names = [one["id"].encode() for one in results]
        _require(len(set(names)) == len(names), "RESULT_ID_DUPLICATE")
        for name, one in zip(names, results, strict=True):
            content = one["input_message_content"]
            text = _parsed(content["message_text"], content.get("parse_mode", ""))
            _require(0 < len(name) <= 64, "RESULT_ID_INVALID")
            _require(text.strip() and units(text) <= 4096, "MESSAGE_TOO_LONG")

    def _check_draft(self, call: Call) -> None:
        """Check a draft as Telegram does; a server before Bot API 9.3 knows no drafts."""
        if not self.knows_drafts:
            raise Refusal(404, "Not Found")
        chat_id = int(call.params["chat_id"])
        _require(chat_id > 0 and chat_id not in self.blocked, "TEXTDRAFT_PEER_INVALID")
        _require(int(call.params["draft_id"]) != 0, "draft_id must be non-zero")
        call.text = self._checked(call.params)

    def _check_commands(self, commands: list[Params]) -> None:
        """Check a command menu."""
        for one in commands:
            name = one["command"]
            _require(
                name.isascii() and name == name.lower() and len(name) <= 32, "BOT_COMMAND_INVALID"
            )
            _require(0 < len(one["description"]) <= 256, "BOT_COMMAND_DESCRIPTION_INVALID")


def _fields(body: bytes) -> Params:
    """Return the parameters of a form."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _parts(content_type: str, body: bytes) -> Params:
    """Return the parameters of a form with files: the text of each, and names of files."""
    message = message_from_bytes(content_type.encode() + b"\r\n\r\n" + body)
    params: Params = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        params[name] = part.get_payload(decode=True).decode()
        if (filename := part.get_filename()) is not None:
            params[f"{name} name"] = filename
    return params


def _parsed(text: str, mode: str) -> str:
    """Return what people see of a text."""
    if not mode:
        return text
    _require(mode == "HTML", "unsupported parse_mode")
    try:
        return plain(text)
    except MarkupError as error:
        raise Refusal(400, str(error)) from error


def _require(holds: object, description: str) -> None:
    """Refuse what does not hold."""
    if not holds:
        raise Refusal(400, f"Bad Request: {description}")
