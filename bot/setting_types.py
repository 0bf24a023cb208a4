"""Types of settings with their checks, and in words what each setting expects."""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr, StringConstraints
from pydantic_settings import NoDecode

from index import ReadConfig
from index.config import RECORD_FIELDS
from index.proxy import DIRECT
from index.web import EVERY_NETWORK, Network

_MAX_QUOTED: Final = 80

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
EncoderName = Annotated[
    str, StringConstraints(pattern=r"^(bundled|sentence-transformers:.+|openai:.+)$")
]

CrossEncoderName = Annotated[str, StringConstraints(pattern=r"^sentence-transformers:.+$")]


def _expand_home(path: Path) -> Path:
    """Replace a leading ~ by the user's folder, which no shell does in a `.env` file."""
    try:
        return path.expanduser()
    except RuntimeError as error:  # there is no such user
        raise ValueError(str(error)) from None


def _parsed_by(parse: Callable[[str], object]) -> Callable[[str], str]:
    """Return a check that `parse` accepts a text."""

    def check(text: str) -> str:
        parse(text)
        return text

    return check


def _matching(pattern: str) -> Callable[[SecretStr], SecretStr]:
    """Return a check that a whole secret matches a pattern."""

    def check(secret: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, secret.get_secret_value()):
            raise ValueError(pattern)
        return secret

    return check


HomePath = Annotated[Path, AfterValidator(_expand_home)]
Columns = Annotated[str, AfterValidator(_parsed_by(ReadConfig.parse))]
_API_KEY: Final = re.compile(r"([\w.-]{1,64}):([0-9a-f]{64})")


def keys_of(value: str) -> dict[str, str]:
    """Return the SHA-256 of each key by the key's name, of a text `NAME:SHA256,NAME:SHA256`.

    Raises:
        ValueError: If a part is not of this form or a name comes twice.
    """
    keys: dict[str, str] = {}
    for part in filter(None, map(str.strip, value.split(","))):
        found = _API_KEY.fullmatch(part)
        if found is None or found[1] in keys:
            msg = f"expected NAME:SHA256 with names of their own, got {quoted(part)}"
            raise ValueError(msg)
        keys[found[1]] = found[2]
    return keys


def origins_of(value: str) -> list[str]:
    """Return the origins of a text that lists them.

    Raises:
        ValueError: If a part is no origin: scheme, host, maybe a port, nothing behind.
    """
    origins = [part.strip() for part in value.split(",") if part.strip()]
    for origin in origins:
        if not re.fullmatch(r"https?://[^\s@/?#]+", origin):
            msg = f"expected an origin such as https://example.org, got {quoted(origin)}"
            raise ValueError(msg)
    return origins


def _address_to_listen_on(value: str) -> object:
    return value == "localhost" or ip_address(value)


ListenAddress = Annotated[str, AfterValidator(_parsed_by(_address_to_listen_on))]
ApiKeys = Annotated[str, AfterValidator(_parsed_by(keys_of))]
Origins = Annotated[str, AfterValidator(_parsed_by(origins_of))]


def networks_of(value: str) -> tuple[Network, ...]:
    """Return the networks of a text: all for "true", none for "false", or those it lists.

    Raises:
        ValueError: If a part of the list is no network.
    """
    match value.strip().lower():
        case "true":
            return EVERY_NETWORK
        case "false":
            return ()
        case listed:
            return tuple(ip_network(part.strip()) for part in listed.split(","))


AllowedNetworks = Annotated[str, AfterValidator(_parsed_by(networks_of))]


def _split_ids(value: object) -> object:
    """Split `1, -100200` into two ids; a value that is no text is returned as it is."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def quoted(value: Any) -> str:  # noqa: ANN401  # whatever the source held
    """Write a value for a message, shortened."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}..."


Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_split_ids)]
_CHANNEL = re.compile(r"@[a-z]\w{3,31}|-?\d{1,19}", re.ASCII)


def _checked_channels(value: frozenset[str]) -> frozenset[str]:
    """Return channels in lower case.

    Raises:
        ValueError: If one is neither a public name nor an id.
    """
    channels = frozenset(map(str.lower, value))
    for channel in channels:
        if not _CHANNEL.fullmatch(channel):
            msg = f"expected @name or the id of a channel, got {quoted(channel)}"
            raise ValueError(msg)
    return channels


Channels = Annotated[
    frozenset[str], NoDecode, BeforeValidator(_split_ids), AfterValidator(_checked_channels)
]
_MATRIX_ID = re.compile(r"@[!-9;-?A-~]++:[\w.:-]+|![!-~]+|\*:[\w.:-]+", re.ASCII)


def _checked_matrix_ids(value: frozenset[str]) -> frozenset[str]:
    """Return ids of users, rooms and servers.

    Raises:
        ValueError: If one is none of these.
    """
    for one in value:
        if not _MATRIX_ID.fullmatch(one):
            msg = f"expected @user:server, !room:server or *:server, got {quoted(one)}"
            raise ValueError(msg)
    return value


MatrixIds = Annotated[
    frozenset[str], NoDecode, BeforeValidator(_split_ids), AfterValidator(_checked_matrix_ids)
]
# Telegram: bot id, colon, secret (https://core.telegram.org/bots/api#authorizing-your-bot); its
# rules for a webhook's secret: https://core.telegram.org/bots/api#setwebhook.
TelegramToken = Annotated[SecretStr, AfterValidator(_matching(r"\d+:[A-Za-z0-9_-]+"))]
WebhookSecret = Annotated[SecretStr, AfterValidator(_matching(r"[A-Za-z0-9_-]{1,256}"))]
# What a header takes after "Bearer " (RFC 6750, 2.1, and more).
ApiKey = Annotated[SecretStr, AfterValidator(_matching(r"[!-~]+"))]
# As httpx takes them. The last number of a port is 65535.
_PORT = r"([0-5]?\d{1,4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
_PROXY = rf"(https?|socks5h?)://([^\s@/?#]+@)?([\w.-]+|\[[\da-fA-F:.]+\])(:{_PORT})?/?"
ProxyAddress = Annotated[SecretStr, AfterValidator(_matching(rf"{DIRECT}|{_PROXY}"))]
ADDRESS: Final = r"^https?://[^\s@]+$"
OCR: Final = r"^([a-z_]+(\+[a-z_]+)*)?$"
INDEX: Final = r"^(files|qdrants?://[^\s@/]+/[A-Za-z0-9_]{1,64})$"

_EXPECTED_ADDRESS = (
    "an address that starts with http:// or https://, without a user name or password"
)
_EXPECTED_PROXY = (
    "none, or an address such as socks5://USER:PASSWORD@HOST:1080 (http, https or socks5; special "
    "signs in the password percent-encoded)"
)
# What each field takes, in words for an error message.
EXPECTED: Final = {
    "corpus": "a path",
    "columns": f"FIELD=COLUMN pairs split by commas, each of {', '.join(RECORD_FIELDS)} once",
    "outside_links": "true or false",
    "ocr": "languages as tesseract names them, such as fas+ara+eng; empty for no OCR",
    "data_dir": "a path",
    "index_dir": "a path",
    "cache_dir": "a path",
    "keep_snapshots": "a whole number, 1 or more",
    "access": (
        "LABEL=user:ID,chat:ID,key:NAME entries with ; between, or the path of a file of them; "
        "everybody sees everything if empty"
    ),
    "encoder": "bundled, sentence-transformers:NAME_OR_FOLDER or openai:MODEL",
    "encoder_query_prefix": "a text",
    "encoder_passage_prefix": "a text",
    "reranker": "sentence-transformers:NAME_OR_FOLDER",
    "reader": "bundled or off",
    "encoder_base_url": _EXPECTED_ADDRESS,
    "encoder_api_key": "a text",
    "encoder_timeout_s": "a number of seconds above 0",
    "encoder_proxy": _EXPECTED_PROXY,
    "search_memory_mb": "a whole number, 1 or more",
    "index": (
        "files, or qdrant://HOST:PORT/NAME (qdrants:// for https) without a user name or password, "
        "NAME of letters, digits and _"
    ),
    "index_key": "a text of ASCII letters and signs without spaces",
    "index_timeout_s": "a number of seconds above 0",
    "cluster": "local, auto or an address of a Ray cluster",
    "cluster_gpus": "a number of GPUs, 0 or more",
    "llm_base_url": _EXPECTED_ADDRESS,
    "llm_model": "a name",
    "llm_api_key": "a text of ASCII letters and signs without spaces",
    "llm_timeout_s": "a number of seconds above 0",
    "llm_proxy": _EXPECTED_PROXY,
    "llm_max_tokens": "a whole number, 50 or more",
    "llm_check": "on or off",
    "llm_check_model": "a name",
    "llm_entailment": "sentence-transformers:NAME_OR_FOLDER",
    "llm_tokens_per_day": "a whole number, 0 or more",
    "feeds": "addresses separated by commas",
    "watch_interval_s": "a number of seconds above 0",
    "web_user_agent": "a name of printable ASCII that begins with a letter",
    "web_timeout_s": "a number of seconds above 0",
    "web_delay_s": "a number of seconds, 0 or more",
    "web_allow_private": "true, false or networks such as 10.1.0.0/16,fd00::/8",
    "web_proxy": _EXPECTED_PROXY,
    "proxy": _EXPECTED_PROXY,
    "threads": "a whole number, 0 or more",
    "max_quotes": "a whole number from 1 to 4",
    "answer_threshold": "a number from 0 to 1",
    "language": "auto, en or fa",
    "bidi": "auto, terminal or reorder",
    "retention_days": "a whole number of days, 1 or more",
    "followed_per_chat": "a whole number from 1 to 1,000",
    "timezone": "the name of a time zone such as Asia/Tehran or Europe/Berlin",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
    "log_file": "a path",
    "telegram_token": "a bot token as @BotFather gives it, like 123456:ABC-def",
    "telegram_base_url": _EXPECTED_ADDRESS,
    "telegram_proxy": _EXPECTED_PROXY,
    "telegram_webhook_url": _EXPECTED_ADDRESS,
    "telegram_webhook_secret": "1 to 256 of the characters A-Z a-z 0-9 _ -",
    "telegram_webhook_listen": "an address to listen on",
    "telegram_webhook_port": "a port from 1 to 65535",
    "telegram_workers": "a whole number from 1 to 64",
    "telegram_queue": "a whole number from 1 to 100000",
    "telegram_rate_per_minute": "a whole number, 1 or more",
    "telegram_total_per_minute": "a whole number, 1 or more",
    "telegram_allowed_users": "ids of users, with commas between",
    "telegram_allowed_chats": "ids of chats, with commas between",
    "telegram_channels": "@names or ids of channels, with commas between",
    "telegram_admins": "ids of users, with commas between",
    "metrics_port": "a port from 0 to 65535",
    "web_host": "an IP address of this machine, or localhost",
    "web_port": "a port from 0 to 65535",
    "public_url": _EXPECTED_ADDRESS,
    "api_keys": "NAME:SHA256 pairs split by commas, as pasokh web key NAME prints them",
    "web_rate_per_minute": "a whole number, 1 or more",
    "web_workers": "a whole number from 1 to 64",
    "web_cors": "origins such as https://example.org, split by commas",
    "matrix_homeserver": _EXPECTED_ADDRESS,
    "matrix_token": "a text of ASCII letters and signs without spaces",
    "matrix_allowed": "@user:server, !room:server or *:server, with commas between",
    "matrix_proxy": _EXPECTED_PROXY,
}
