"""A command in a network of its own: loopback only, and a name server that records what is asked.

Run as `unshare --net --mount python private_network.py NAMES COMMAND...`, as root or with
`--map-root-user`. Each name looked up is a line of the file NAMES, and does not exist.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path
from struct import pack

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1  # linux/sockios.h, linux/if.h
_HEADER_BYTES = 12
_NO_SUCH_NAME = b"\x81\x83"  # RFC 1035, section 4.1.1: a response, recursion available, RCODE 3


def inside(names: Path, *command: str | Path) -> list[str | Path]:
    """Return `command` as run in a network of its own."""
    unshare = shutil.which("unshare") or "unshare"
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    return [unshare, *mapped, "--net", "--mount", sys.executable, __file__, names, *command]


def why_not(folder: Path, timeout_s: float) -> str:
    """Say why there can be no such network here; empty where a look-up in it is recorded."""
    names = folder / "tried"
    look_up = "import socket; socket.getaddrinfo('asked.example', 443)"
    try:
        done = subprocess.run(
            inside(names, sys.executable, "-c", look_up),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no network namespace: {error}"
    if names.exists() and "asked.example" in names.read_text(encoding="utf-8").split():
        return ""
    return f"no network namespace: {done.stderr[-200:]}"


def _record(server: socket.socket, names: Path) -> None:
    """Answer every question that its name does not exist, the name recorded first."""
    while True:
        query, asker = server.recvfrom(4096)
        labels, at = [], _HEADER_BYTES
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length
        with names.open("a", encoding="utf-8") as file:
            file.write(".".join(labels) + "\n")
        counts = query[4:6] + bytes(6)
        server.sendto(query[:2] + _NO_SUCH_NAME + counts + query[_HEADER_BYTES : at + 5], asker)


def _run(names: Path, command: Sequence[str]) -> int:
    """Run a command here, in namespaces of this process's own."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ioctl(server, _SIOCSIFFLAGS, pack("16sh14x", b"lo", _IFF_UP))
    server.bind(("127.0.0.1", 53))
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("nameserver 127.0.0.1\n")
        file.flush()
        mount = shutil.which("mount") or "mount"
        subprocess.run([mount, "--bind", file.name, "/etc/resolv.conf"], check=True)
    threading.Thread(target=_record, args=(server, names), daemon=True).start()
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(_run(Path(sys.argv[1]), sys.argv[2:]))
