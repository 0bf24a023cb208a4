"""Hostile requests: paths, fields, headers and bodies that nobody of good will sends."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final
from urllib.parse import quote

_PIECES: Final = (
    "", "a", "0", "-1", "..", "../" * 9, "//", "\\", "%", "%00", "\x00", "\n", "\r\n", "\ud800",
    "\u202e", "<script>", "'\"`", "${x}", "{{7*7}}", "é", "کربی", "😀" * 40, "x" * 3000, "1e999",
    "null", "[]", "{}", "2023-06-09", "1402/13/45", "yesterday", "mehr-5805672", "1941-2206",
    "9" * 400, "OR 1=1 --", "\u0660-\u0661", "since=since=", "=&=&", ";", "\x1b[31m",
)  # fmt: skip
_PATHS: Final = (
    "/", "/anew", "/language", "/article", "/article/{}", "/cite", "/archive", "/static/{}", "/{}",
    "/api/v1/ask", "/api/v1/search", "/api/v1/article/{}", "/api/v1/verify", "/api/v1/health",
    "/api/v1/openapi.json", "/api/v1/{}",
)  # fmt: skip
_FIELDS: Final = (
    "q", "do", "since", "until", "source", "lang", "question", "k", "id", "quote", "format", "to",
    "back", "other",
)  # fmt: skip
_KINDS: Final = ("application/json", "application/x-www-form-urlencoded", "text/plain", "", "a/b;c")
_RECORD: Final = (
    "question", "language", "answered", "answer", "reason", "confidence", "citations", "nearest",
    "timings_ms", "snapshot", "encoder", "within", "within_missed",
)  # fmt: skip


def requests(chance: Random, n: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and options of `httpx.Client.request`."""

    def text() -> str:
        return "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 3)))

    def in_address() -> str:
        written = quote(text(), safe="/:?#[]@!$&'()*+,;=%-._~", errors="replace")
        return written[:4000]

    def value(depth: int = 0) -> object:
        match chance.randint(0, 8 if depth < 3 else 4):
            case 0:
                return chance.choice([None, True, 0, -1, 10**30, 1.5])
            case 5 | 6:
                return [value(depth + 1) for _ in range(chance.randint(0, 3))]
            case 7 | 8:
                names = chance.sample(_FIELDS, 3) if chance.random() < 0.5 else _RECORD
                return {name: value(depth + 1) for name in names}
            case _:
                return text()

    for _ in range(n):
        path = chance.choice(_PATHS).replace("{}", in_address())
        if chance.random() < 0.6:
            names = (chance.choice(_FIELDS) for _ in range(chance.randint(1, 4)))
            joint = "&" if "?" in path else "?"
            path += joint + "&".join(f"{name}={in_address()}" for name in names)
        headers = {
            "Accept": chance.choice(["*/*", "text/event-stream", "", "é,;q=x"]),
            "Accept-Language": text()[:200],
            "Cookie": f"pasokh={text()[:200]}; language={text()[:20]}",
            "Content-Type": chance.choice(_KINDS),
            "Authorization": text()[:300],
        }
        body = chance.choice(
            [
                b"",
                json.dumps(value()).encode(),
                chance.randbytes(chance.randint(1, 300)),
                f"q={in_address()}&since={in_address()}".encode(),
                b"[" * 100_000,
                b"&" * 10_000,
            ]
        )
        lines = str.maketrans(dict.fromkeys("\r\n\x00"))
        yield (
            chance.choice(["GET", "POST", "GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE"]),
            path,
            {
                "headers": {
                    name: one.translate(lines).strip().encode("utf-8", "replace")
                    for name, one in headers.items()
                },
                "content": body,
            },
        )
