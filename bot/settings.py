"""Settings of the user, read once from `PASOKH_*` variables and a `.env` file.

The only module that reads the environment. What a setting names is not opened or checked here.
"""

import difflib
import hashlib
import os
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self, cast
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_types import (
    ADDRESS,
    EXPECTED,
    INDEX,
    OCR,
    AllowedNetworks,
    ApiKey,
    ApiKeys,
    Channels,
    Columns,
    CrossEncoderName,
    EncoderName,
    HomePath,
    Ids,
    ListenAddress,
    LogLevel,
    MatrixIds,
    Origins,
    ProxyAddress,
    TelegramToken,
    WebhookSecret,
    networks_of,
    quoted,
)
from bot.texts.direction import Bidi
from bot.texts.language import LanguageChoice
from index import PasokhError, Place, QdrantConfig
from index.proxy import DIRECT
from index.web import Network

PREFIX = "PASOKH_"
_ENV_FILE = Path(".env")
_PROXY_KINDS = frozenset({"http", "https", "socks5", "socks5h"})
_PROXIES = frozenset({"encoder_proxy", "llm_proxy", "proxy", "telegram_proxy", "web_proxy"})
_SECRETS = _PROXIES | {
    "encoder_api_key",
    "llm_api_key",
    "telegram_token",
    "telegram_webhook_secret",
    "index_key",
}


class SettingsError(PasokhError):
    """A setting is unknown, has a bad value or conflicts with another."""


class Settings(BaseSettings):
    """Every setting of the project; made by `read_settings`, never changed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        dotenv_filtering="match_prefix",
        extra="forbid",
        frozen=True,
    )

    corpus: HomePath = Field(
        default=Path("seeds"), description="Folder or file of articles to answer from."
    )
    columns: Columns = Field(
        default="",
        description="Columns or JSON keys of unusual names: text=body_html,headline=h1.",
    )
    outside_links: bool = Field(
        default=False,
        description="Whether links in the corpus to files outside it are read: true or false.",
    )
    ocr: str = Field(
        default="",
        pattern=OCR,
        description="Languages of scanned PDFs for OCR, e.g. fas+ara+eng; no OCR if empty.",
    )
    data_dir: HomePath = Field(
        default_factory=lambda: user_data_path("pasokh", appauthor=False),
        description="Where indexes and the chat history are kept; the user's data folder if empty.",
    )
    index_dir: HomePath | None = Field(
        default=None,
        description="Folder of the index; one per corpus under the data folder if empty.",
    )
    cache_dir: HomePath = Field(
        default_factory=lambda: user_cache_path("pasokh", appauthor=False),
        description="Where converted weights and vectors are kept; the user's cache if empty.",
    )
    keep_snapshots: int = Field(
        default=2,
        ge=1,
        description="Index snapshots kept; the one that served before is kept in any case.",
    )
    access: str = Field(
        default="",
        description="Who sees which articles: internal=user:12,chat:-1005,key:desk; or a file.",
    )
    encoder: EncoderName = Field(
        default="bundled",
        description="bundled, sentence-transformers:NAME_OR_FOLDER or openai:MODEL.",
    )
    encoder_query_prefix: str | None = Field(
        default=None, description='Put before questions, for other encoders; quote it: "query: ".'
    )
    encoder_passage_prefix: str | None = Field(
        default=None, description='Put before passages, for other encoders; quote it: "passage: ".'
    )
    reranker: CrossEncoderName | None = Field(
        default=None,
        description="sentence-transformers:NAME_OR_FOLDER of a CrossEncoder; none if empty.",
    )
    reader: Literal["bundled", "off"] = Field(
        default="bundled",
        description="What reads question and sentences together: bundled, or off for nothing.",
    )
    encoder_base_url: str | None = Field(
        default=None,
        pattern=ADDRESS,
        description="Address of the embedding server up to /v1, for openai:MODEL.",
    )
    encoder_api_key: SecretStr | None = Field(
        default=None, description="Key for the embedding server; never shown or logged."
    )
    encoder_timeout_s: float = Field(
        default=30.0,
        gt=0,
        allow_inf_nan=False,
        description="Seconds to wait for the embedding server.",
    )
    encoder_proxy: ProxyAddress | None = Field(
        default=None, description="Proxy to the embedding server; PASOKH_PROXY if empty."
    )
    search_memory_mb: int = Field(
        default=1024,
        ge=1,
        description="MB that codes of vectors should keep to; 96 bytes a passage find most.",
    )
    index: str = Field(
        default="files",
        pattern=INDEX,
        description="Where questions are answered from: files, or qdrant://HOST:6333/NAME.",
    )
    index_key: ApiKey | None = Field(
        default=None, description="Key for the Qdrant server; never shown or logged."
    )
    index_timeout_s: float = Field(
        default=10.0,
        gt=0,
        allow_inf_nan=False,
        description="Seconds to wait for one answer of the Qdrant server.",
    )
    cluster: str | None = Field(
        default=None,
        description="Ray cluster that encodes and builds: local, auto or ray://HOST:PORT.",
    )
    cluster_gpus: float = Field(
        default=0.0,
        ge=0,
        allow_inf_nan=False,
        description="GPUs that each worker of the cluster needs; 0.5 lets two share one.",
    )
    llm_base_url: str | None = Field(
        default=None,
        pattern=ADDRESS,
        description="Address of a language model's server up to /v1; answers are quotes if empty.",
    )
    llm_model: str | None = Field(
        default=None, description="Name of the language model on that server."
    )
    llm_api_key: ApiKey | None = Field(
        default=None, description="Key for the language model's server; never shown or logged."
    )
    llm_timeout_s: float = Field(
        default=60.0,
        gt=0,
        allow_inf_nan=False,
        description="Seconds for a whole answer of the language model, half for its first word.",
    )
    llm_proxy: ProxyAddress | None = Field(
        default=None, description="Proxy to the language model's server; PASOKH_PROXY if empty."
    )
    llm_max_tokens: int = Field(
        default=800, ge=50, description="Most tokens in one answer of the language model."
    )
    llm_check: bool = Field(
        default=True,
        description="Whether a second request has the model judge its own claims: on or off.",
    )
    llm_check_model: str | None = Field(
        default=None,
        description="Name of the model that judges claims; PASOKH_LLM_MODEL if empty.",
    )
    llm_entailment: CrossEncoderName | None = Field(
        default=None,
        description="sentence-transformers:NAME_OR_FOLDER of an NLI CrossEncoder; none if empty.",
    )
    llm_tokens_per_day: int | None = Field(
        default=None,
        ge=0,
        description="Most tokens a day (UTC), questions included; no limit if empty.",
    )
    feeds: str = Field(
        default="", description="Feeds and sitemaps that are watched, separated by commas."
    )
    watch_interval_s: float = Field(
        default=900.0,
        gt=0,
        allow_inf_nan=False,
        description="Seconds between two looks at a feed; more where the feed asks for it.",
    )
    web_user_agent: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z][ -~]*$",
        description="Sent to web servers, best with a contact; pasokh and its version if empty.",
    )
    web_timeout_s: float = Field(
        default=30.0, gt=0, allow_inf_nan=False, description="Most seconds of one web request."
    )
    web_delay_s: float = Field(
        default=2.0,
        ge=0,
        allow_inf_nan=False,
        description="Least seconds between two requests to one web host.",
    )
    web_allow_private: AllowedNetworks = Field(
        default="false",
        description="Private networks that may be fetched: false, true or 10.1.0.0/16,fd00::/8.",
    )
    web_proxy: ProxyAddress | None = Field(
        default=None, description="Proxy to web servers; PASOKH_PROXY if empty."
    )
    proxy: ProxyAddress | None = Field(
        default=None,
        description="Proxy to all servers: socks5://HOST:1080, http://USER:PASSWORD@HOST, none.",
    )
    threads: int = Field(default=0, ge=0, description="Threads of the encoder; 0 takes all cores.")
    max_quotes: int = Field(default=3, ge=1, le=4, description="Most quotes in an answer, 1 to 4.")
    answer_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Least probability to answer at all; calibrated if empty.",
    )
    language: LanguageChoice = Field(
        default=LanguageChoice.AUTO,
        description="Labels and dates: auto (as the question), en or fa.",
    )
    bidi: Bidi = Field(
        default=Bidi.AUTO,
        description="Right-to-left text: terminal (it can), reorder (it cannot) or auto.",
    )
    retention_days: int = Field(
        default=30, ge=1, description="Days after which the bot deletes what it was asked."
    )
    followed_per_chat: int = Field(
        default=20, ge=1, le=1000, description="Saved questions (/follow) of one chat."
    )
    timezone: ZoneInfo = Field(
        default=ZoneInfo("Asia/Tehran"),
        description="Time zone of /digest and /quiet where a chat names none.",
    )
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_file: HomePath | None = Field(
        default=None, description="File for the log as JSON Lines; no log is kept if empty."
    )
    telegram_token: TelegramToken | None = Field(
        default=None, description="Token of the Telegram bot; never shown or logged."
    )
    telegram_base_url: str = Field(
        default="https://api.telegram.org",
        pattern=ADDRESS,
        description="Address of the Bot API server; another one for a local server.",
    )
    telegram_proxy: ProxyAddress | None = Field(
        default=None, description="Proxy to the Bot API server; PASOKH_PROXY if empty."
    )
    telegram_webhook_url: str | None = Field(
        default=None,
        pattern=ADDRESS,
        description="Public address that Telegram calls; long polling if empty.",
    )
    telegram_webhook_secret: WebhookSecret | None = Field(
        default=None, description="Secret that Telegram's calls carry; needed with a webhook."
    )
    telegram_webhook_listen: str = Field(
        default="127.0.0.1", description="Address that the webhook listens on."
    )
    telegram_webhook_port: int = Field(
        default=8443, ge=1, le=65535, description="Port that the webhook listens on."
    )
    telegram_workers: int = Field(
        default=2, ge=1, le=64, description="Questions answered at the same time by the bot."
    )
    telegram_queue: int = Field(
        default=1000,
        ge=1,
        le=100000,
        description="Updates that may wait; when there are more, Telegram keeps them.",
    )
    telegram_rate_per_minute: int = Field(
        default=20,
        ge=1,
        description="Questions a minute that one user may ask the bot, and inline as many.",
    )
    telegram_total_per_minute: int = Field(
        default=600,
        ge=1,
        description="Questions a minute that all users together may ask, and inline as many.",
    )
    telegram_allowed_users: Ids = Field(
        default_factory=frozenset, description="Users the bot answers, as ids; everybody if empty."
    )
    telegram_allowed_chats: Ids = Field(
        default_factory=frozenset,
        description="Chats the bot answers in, as ids; everywhere if empty.",
    )
    telegram_channels: Channels = Field(
        default_factory=frozenset,
        description="Channels whose posts are taken into the archive, as @name or id.",
    )
    telegram_admins: Ids = Field(
        default_factory=frozenset,
        description="Users who may send /stats, /reload and /remove, as ids.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port of /metrics and /healthz on 127.0.0.1; 0 for none.",
    )
    web_host: ListenAddress = Field(
        default="127.0.0.1",
        description="Address that pasokh web listens on; another than loopback needs API keys.",
    )
    web_port: int = Field(
        default=8080,
        ge=0,
        le=65535,
        description="Port that pasokh web listens on; 0 for a free one.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=ADDRESS,
        description="Address under which people reach pasokh web; sources link to it.",
    )
    api_keys: ApiKeys = Field(
        default="", description="Names and hashes of API keys, as pasokh web key NAME prints them."
    )
    web_rate_per_minute: int = Field(
        default=30,
        ge=1,
        description="Questions, searches, lists and checks a minute of one API key or address.",
    )
    web_workers: int = Field(
        default=2, ge=1, le=64, description="Questions answered at the same time by pasokh web."
    )
    web_cors: Origins = Field(
        default="",
        description="Origins whose pages may call the API from a browser; none if empty.",
    )
    matrix_homeserver: str | None = Field(
        default=None, pattern=ADDRESS, description="Address of the Matrix homeserver."
    )
    matrix_token: ApiKey | None = Field(
        default=None, description="Access token of the bot's Matrix user; never shown or logged."
    )
    matrix_allowed: MatrixIds = Field(
        default_factory=frozenset,
        description="Users, rooms and servers (*:example.org) that the bot answers on Matrix.",
    )
    matrix_proxy: ProxyAddress | None = Field(
        default=None, description="Proxy to the Matrix homeserver; PASOKH_PROXY if empty."
    )

    @model_validator(mode="after")
    def _refuse_conflicts(self) -> Self:
        """Refuse two settings that conflict, naming both values."""
        if self.encoder.startswith("openai:") and self.encoder_base_url is None:
            msg = (
                f"{PREFIX}ENCODER is {self.encoder!r} but {PREFIX}ENCODER_BASE_URL is empty; "
                "set it to the server's address, e.g. http://localhost:8080/v1"
            )
            raise ValueError(msg)
        if self.llm_base_url and not self.llm_model:
            msg = (
                f"{PREFIX}LLM_BASE_URL is {self.llm_base_url!r} but {PREFIX}LLM_MODEL is empty; "
                "set it to the name of a model on that server"
            )
            raise ValueError(msg)
        for name in ("encoder_query_prefix", "encoder_passage_prefix"):
            if self.encoder == "bundled" and getattr(self, name) is not None:
                msg = (
                    f"{PREFIX}{name.upper()} is {getattr(self, name)!r} but {PREFIX}ENCODER is "
                    "'bundled', which brings its own prefixes; empty one of them"
                )
                raise ValueError(msg)
        if self.telegram_webhook_url and self.telegram_webhook_secret is None:
            msg = (
                f"{PREFIX}TELEGRAM_WEBHOOK_URL is {self.telegram_webhook_url!r} but "
                f"{PREFIX}TELEGRAM_WEBHOOK_SECRET is empty; set it to a long random text"
            )
            raise ValueError(msg)
        return self

    @property
    def index_home(self) -> Path:
        """Folder of this corpus's index, e.g. `<data_dir>/indexes/seeds-1f2e3d4c`."""
        if self.index_dir is not None:
            return self.index_dir
        corpus = self.corpus.absolute()
        digest = hashlib.sha256(os.fsencode(corpus)).hexdigest()[:8]
        return self.data_dir / "indexes" / f"{corpus.name or 'root'}-{digest}"

    @property
    def index_place(self) -> Place:
        """Where questions are answered from: that folder, or an index on a server."""
        return self.hosted or self.index_home

    @property
    def hosted(self) -> QdrantConfig | None:
        """The index on a server, None where files are asked."""
        scheme, _, rest = self.index.partition("://")
        if not rest:
            return None
        host, _, name = rest.partition("/")
        return QdrantConfig(
            address=f"{'https' if scheme == 'qdrants' else 'http'}://{host}",
            name=name,
            api_key=self.index_key,
            timeout_s=self.index_timeout_s,
        )

    @property
    def feed_addresses(self) -> tuple[str, ...]:
        """The addresses in `feeds`."""
        return tuple(part.strip() for part in self.feeds.split(",") if part.strip())

    @property
    def private_networks(self) -> tuple[Network, ...]:
        """The networks in `web_allow_private`."""
        return networks_of(self.web_allow_private)

    @property
    def history_file(self) -> Path:
        """File of the questions typed in `pasokh chat`."""
        return self.data_dir / "history"

    @property
    def following_file(self) -> Path:
        """File of the questions followed with `pasokh follow`."""
        return self.data_dir / "following.db"

    @property
    def telegram_following(self) -> Path:
        """File of the questions followed on Telegram, one for each bot."""
        return self.data_dir / f"telegram-following-{self._telegram_id}.db"

    @property
    def llm_budget_file(self) -> Path:
        """File of the tokens that the language model used today."""
        return self.data_dir / "llm-tokens.json"

    @property
    def translations_file(self) -> Path:
        """File of the quotes that were translated."""
        return self.data_dir / "translations.db"

    @property
    def telegram_store(self) -> Path:
        """File of the bot's queue, one for each bot; named by the public half of its token."""
        return self.data_dir / f"telegram-queue-{self._telegram_id}.db"

    @property
    def telegram_memory(self) -> Path:
        """File of the bot's conversations and votes, one for each bot as well."""
        return self.data_dir / f"telegram-memory-{self._telegram_id}.db"

    @property
    def matrix_store(self) -> Path:
        """File of how far Matrix was read, and of conversations there."""
        return self.data_dir / "matrix.db"

    @property
    def _telegram_id(self) -> str:
        """Id of the bot, which is no secret.

        Raises:
            SettingsError: If there is no token.
        """
        if self.telegram_token is None:
            msg = f"{PREFIX}TELEGRAM_TOKEN is empty; set it to the token that @BotFather gave you."
            raise SettingsError(msg)
        return self.telegram_token.get_secret_value().partition(":")[0]

    def proxy_for(
        self, part: Literal["encoder", "llm", "telegram", "matrix"], address: str
    ) -> SecretStr | None:
        """Return the proxy through which a part asks the server at an address (`index.proxy`).

        PASOKH_PROXY holds where the part has none of its own and the server is elsewhere. With
        neither, httpx takes the environment's.

        Raises:
            SettingsError: If that is of a kind which httpx does not know.
        """
        if own := getattr(self, f"{part}_proxy"):
            return cast("SecretStr", own)
        if self.proxy:
            return SecretStr(DIRECT) if _is_local(address) else self.proxy
        for scheme, proxy in getproxies().items():
            kind, has_kind, _ = proxy.partition("://")
            if scheme in {"http", "https", "all"} and has_kind and kind not in _PROXY_KINDS:
                msg = (
                    f"{scheme.upper()}_PROXY: expected an address that starts with http://, "
                    f"https:// or socks5://, got {quoted(kind + '://')}; correct it, or set "
                    f"{PREFIX}PROXY, which is taken instead"
                )
                raise SettingsError(msg)
        return None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must never be written anywhere."""
        given = {
            name: secret.get_secret_value()
            for name in sorted(_SECRETS)
            if (secret := getattr(self, name))
        }
        # Of a proxy only user name and password are, also as they are sent.
        for name in _PROXIES & given.keys():
            user = given.pop(name).rpartition("@")[0].partition("//")[2]
            given |= {f"{name} {part}": part for part in (user, unquote(user))}
        return tuple(dict.fromkeys(filter(None, given.values())))


class Origin(StrEnum):
    """Where the value of a setting comes from."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    FILE = ".env"


def origin_of(field: str, settings: Settings) -> Origin:
    """Tell where a field of settings that were just read has its value from."""
    if field not in settings.model_fields_set:
        return Origin.DEFAULT
    given = {name.upper() for name, value in os.environ.items() if value}
    return Origin.ENVIRONMENT if f"{PREFIX}{field.upper()}" in given else Origin.FILE


def shown(field: str, value: object) -> str:
    """Write a field's value as a variable has it; of a secret only that it is set.

    Of a proxy all but user name and password is shown.
    """
    match value:
        case None:
            return ""
        case SecretStr() if field in _PROXIES:
            scheme, slashes, rest = value.get_secret_value().partition("//")
            _, at, host = rest.rpartition("@")
            return f"{scheme}{slashes}{'***' if at else ''}{at}{host}"
        case SecretStr():
            return "***"
        case frozenset():
            return ",".join(map(str, sorted(value)))
        case _:
            return str(value)


def read_settings(env_file: Path | None = _ENV_FILE, *, corpus: Path | None = None) -> Settings:
    """Read the environment and `env_file`; the environment wins, and `corpus` over both.

    Raises:
        SettingsError: Naming each wrong variable, its value and what was expected; of unknown
            variables the first, with the nearest setting.
    """
    if env_file and env_file.exists() and not (env_file.is_file() or env_file.is_dir()):
        msg = f"Expected a file of settings at {env_file}, got a pipe or device; take it away."
        raise SettingsError(msg)
    try:
        in_file = dotenv_values(env_file, encoding="utf-8-sig") if env_file else {}
        known = [PREFIX + field.upper() for field in Settings.model_fields]
        for name in (*os.environ, *in_file):
            if name.upper().startswith(PREFIX) and name.upper() not in known:
                near = difflib.get_close_matches(name.upper(), known, n=1)
                hint = f"did you mean {near[0]}?" if near else "see .env.example for all of them"
                msg = f"{name} is not a setting; {hint}"
                raise SettingsError(msg)
        given: dict[str, Any] = {} if corpus is None else {"corpus": corpus}
        settings = Settings(_env_file=env_file, **given)  # type: ignore[call-arg]  # its own keyword
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        raise SettingsError("\n".join(_describe(problem) for problem in problems)) from None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{env_file} cannot be read as UTF-8 text: {error}"
        raise SettingsError(msg) from error
    own = {"INDEX_DIR": settings.index_dir, "INDEX": settings.index if settings.hosted else None}
    for name, place in own.items() if corpus is not None else ():
        if place is not None:
            msg = (
                f"--corpus is {quoted(str(corpus))} but {PREFIX}{name} is {quoted(str(place))}, "
                "which holds the index of one corpus; empty one of them"
            )
            raise SettingsError(msg)
    return settings


def _is_local(address: str) -> bool:
    """Tell whether an address leads to this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _describe(problem: ErrorDetails) -> str:
    """Describe one problem; a secret's value, or an address with a password, is left out."""
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    field = str(problem["loc"][0]).lower()
    is_address = field.endswith("_url") or field == "index"
    is_secret = field in _SECRETS or (is_address and "@" in str(problem["input"]))
    value = "a value that is not shown" if is_secret else quoted(problem["input"])
    return f"{PREFIX}{field.upper()}: expected {EXPECTED[field]}, got {value}"
