"""Where things are: the checkout, the data folder, and the environment a trial instance's processes get."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A Unix socket's path may have about 107 bytes; deep checkouts have more.
LONGEST_SOCKET_PATH = 100


def data_folder(given: str | None) -> Path:
    """The folder that holds everything a trial instance keeps: --data, else ROMS_DATA, else var/ in the checkout."""
    chosen = given or os.environ.get("ROMS_DATA")
    return Path(chosen).expanduser().resolve() if chosen else ROOT / "var"


def redis_socket(data: Path) -> Path:
    """The embedded Redis's socket: the same at every start, so that a shell beside the instance finds it too."""
    socket = data / "redis" / "redis.sock"
    if len(os.fsencode(socket)) < LONGEST_SOCKET_PATH:
        return socket
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"roms-{os.getuid()}-{name}" / "redis.sock"


def trial_environment(data: Path, port: int) -> dict[str, str]:
    """What web, workers, ticker and fake are told; what the person has set already is kept."""
    web, fake = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    ours = {
        "ROMS_INSTANCE": "trial",
        "DATABASE_URL": f"sqlite:///{data}/roms.db",
        "REDIS_URL": f"unix://{redis_socket(data)}",
        "ROMS_PUBLIC_URL": web,
        "ROMS_SECRET_KEY_FILE": str(data / "secret.key"),
        "ROMS_CREDENTIALS_KEY_FILE": str(data / "credentials.key"),
        "ROMS_FAKE_URL": fake,
        "ROMS_HTTP_HOSTS": f"orders.tokokita.example={fake}/_shop",  # the sample shop's order system
    }
    settled = {"ROMS_DATA": str(data), "ROMS_BIND": f"127.0.0.1:{port}", "PYTHONUNBUFFERED": "1"}
    theirs = {name: value for name, value in os.environ.items() if name != "ROMS_VENV"}  # ours alone; config refuses it
    return ours | theirs | settled
