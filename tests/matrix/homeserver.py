"""A real Matrix homeserver on loopback: Synapse with SQLite, in an environment of its own."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from patience import scaled
from ports import free_port

PACKAGE = "matrix-synapse==1.163.2"
_SECRET = "only-for-tests"  # noqa: S105  # nothing is behind it
_MANY = {"per_second": 10_000, "burst_count": 10_000}
_LIMITS = {
    "rc_message": _MANY, "rc_registration": _MANY, "rc_joins": {"local": _MANY, "remote": _MANY},
    "rc_login": {"address": _MANY, "account": _MANY, "failed_attempts": _MANY},
    "rc_invites": {"per_room": _MANY, "per_user": _MANY, "per_issuer": _MANY},
}  # fmt: skip


def install(folder: Path) -> Path:
    """Install it where it is not yet; return the Python that runs it."""
    python = folder / "bin" / "python"
    if not (folder / "bin" / "synapse_homeserver").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]
        subprocess.run(pip, check=True)
    return python


@dataclass
class Homeserver:
    """The server; `python` runs it, `folder` is its own."""

    python: Path
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        """Address for PASOKH_MATRIX_HOMESERVER."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        listener = {"port": self.port, "type": "http", "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"]}]}  # fmt: skip
        config = {
            "server_name": "localhost",
            "listeners": [listener],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "key"),
            "registration_shared_secret": _SECRET,
            "report_stats": False,
            "trusted_key_servers": [],
            "pid_file": str(self.folder / "pid"),
            **_LIMITS,
        }
        path = self.folder / "homeserver.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        run = [self.python, "-m", "synapse.app.homeserver", "--config-path", path]
        subprocess.run([*run, "--generate-keys"], check=True, capture_output=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(run, stdout=log, stderr=log, cwd=self.folder)
        end = time.monotonic() + scaled(60)
        while True:
            try:
                httpx.get(f"{self.url}/_matrix/client/versions", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                assert self.process.poll() is None, (self.folder / "log").read_text("utf-8")[-2000:]
                assert time.monotonic() < end, "the homeserver does not answer"
                time.sleep(0.2)
            else:
                return

    def stop(self) -> None:
        """End it."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(scaled(30))

    def register(self, name: str) -> "Person":
        """Make a user and log it in."""
        tool = self.python.with_name("register_new_matrix_user")
        password = "of-a-test"  # noqa: S105  # nothing is behind it
        run = [tool, "--user", name, "--password", password, "--no-admin", "--shared-secret",
               _SECRET, self.url]  # fmt: skip
        subprocess.run(run, check=True, capture_output=True, env=os.environ | {"NO_PROXY": "*"})
        identifier = {"type": "m.id.user", "user": name}
        body = {"type": "m.login.password", "identifier": identifier, "password": password}
        login = f"{self.url}/_matrix/client/v3/login"
        answered = httpx.post(login, json=body, timeout=60, trust_env=False)
        return Person(self, answered.json()["user_id"], answered.json()["access_token"])


@dataclass
class Person:
    """A user of the homeserver who writes and reads with plain requests."""

    server: Homeserver
    user: str
    token: str

    def call(self, method: str, path: str, body: object = None, **query: str) -> dict[str, Any]:
        """Make a request of the client-server API."""
        answered = httpx.request(
            method,
            f"{self.server.url}/_matrix/client/v3/{path}",
            json=body,
            params=query,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
            trust_env=False,
        )
        answered.raise_for_status()
        return dict(answered.json())

    def make_room(self, *invited: "Person", **more: object) -> str:
        """Make a room and invite to it."""
        body = {"invite": [one.user for one in invited], "preset": "private_chat", **more}
        return str(self.call("POST", "createRoom", body)["room_id"])

    def say(self, room: str, text: str = "", kind: str = "m.text", **content: object) -> str:
        """Write in a room; return the event's id."""
        body = {"msgtype": kind, "body": text, **content}
        number = next(self.server._numbers)
        path = f"rooms/{room}/send/m.room.message/said-{number}"
        return str(self.call("PUT", path, body)["event_id"])

    def heard(self, room: str, sender: "Person") -> list[dict[str, Any]]:
        """Return the contents that somebody said in a room, in order."""
        events = self.call("GET", f"rooms/{room}/messages", dir="b", limit="500")["chunk"]
        return [
            one["content"]
            for one in reversed(events)
            if one["type"] == "m.room.message" and one["sender"] == sender.user
        ]

    def wait_for(self, room: str, sender: "Person", n: int) -> Sequence[dict[str, Any]]:
        """Wait until somebody has said `n` things in a room; return them."""
        end = time.monotonic() + scaled(90)
        while len(found := self.heard(room, sender)) < n:
            assert time.monotonic() < end, f"heard {len(found)} of {n}: {found}"
            time.sleep(0.1)
        return found
