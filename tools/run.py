"""Try ROMS: database, Redis, web, workers, ticker and a WhatsApp in a box, all on 127.0.0.1, until Ctrl-C.

Everything it keeps is in one folder (var/ unless --data says otherwise). DATABASE_URL, REDIS_URL and ROMS_ settings
that are set already are kept; with REDIS_URL set no Redis is started, with ROMS_FAKE_URL set no box.
ROMS_VENV names a Python environment to use instead of making .venv.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import http.client
import json
import os
import secrets
import socket
import time
from pathlib import Path
from typing import Any

from tools import logs, redis, venv
from tools.places import ROOT, data_folder, redis_socket, trial_environment
from tools.processes import Processes, Stopped
from tools.terminal import give_up, say, stage, stage_line, table

SECONDS_TO_START = 60.0
SECONDS_TO_LEAVE = 8.0  # what a killed instance's guardian needs at most


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    which_instance(parser)
    parser.add_argument("--logs", action="store_true", help="show all log lines here, not only warnings and errors")


def which_instance(parser: argparse.ArgumentParser) -> None:
    """What tells one trial instance from another."""
    parser.add_argument("--port", type=int, default=8000, help="web server's; the box takes the next (8000)")
    parser.add_argument("--data", metavar="FOLDER", help="where the instance keeps everything (var)")


def main(options: argparse.Namespace) -> int:
    """Prepare, start in order, say where things are, watch, end in order."""
    begun = time.monotonic()
    data = data_folder(options.data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = taken_lock(data)
    environment = trial_environment(data, options.port)
    fakes = "ROMS_FAKE_URL" not in os.environ
    for port in (options.port, options.port + 1)[: 1 + fakes]:
        check_port(port, options.port)
    say(f"ROMS trial instance, data in {shown(data)}")
    venv.ensure()
    for key in ("ROMS_SECRET_KEY_FILE", "ROMS_CREDENTIALS_KEY_FILE"):
        keep_secret(Path(environment[key]))
    leave_settings(data, environment)
    processes = Processes(data / "log", environment, lock, options.logs)
    try:
        created = start(processes, data, options.port, fakes)
        announce(created, data, options.port, fakes, time.monotonic() - begun)
        processes.watch()
    except Stopped:
        say("\nstopping …")
    finally:
        processes.stop()
    return 0


def taken_lock(data: Path) -> int:
    """One instance a data folder. The lock's file names its holder; a dead one's guardian needs a moment to tidy up."""
    lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    limit = time.monotonic() + SECONDS_TO_LEAVE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode().strip() or "?"
            if Path(f"/proc/{holder}").exists() or time.monotonic() > limit:
                give_up(f"{shown(data)} is in use by another running instance ({holder}); choose another --data")
            time.sleep(0.1)
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock


def check_port(port: int, web: int) -> None:
    """A taken port is better said now than by a traceback in a log."""
    if not 1 <= port <= 65535:
        give_up(f"{port} is no port; choose with --port a number from 1024 to 65534")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            whose = "web server" if port == web else "WhatsApp in a box, next to the web server's"
            give_up(f"port {port} (for the {whose}): {error.strerror}. Choose another: ./dev run --port {web + 10}")


def shown(path: Path) -> str:
    """A path as short as it can be said."""
    return str(path.relative_to(ROOT)) + "/" if path.is_relative_to(ROOT) else str(path)


def keep_secret(path: Path) -> None:
    """A random key, made once, readable by its owner only; in the form that seals credentials, which signs too."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


def leave_settings(data: Path, environment: dict[str, str]) -> None:
    """For commands such as `.venv/bin/flask flows publish`: what this instance runs with (read by roms/config.py)."""
    ours = {name: value for name, value in sorted(environment.items()) if name.startswith("ROMS_") or "_URL" in name}
    ours.pop("ROMS_BIND")
    with os.fdopen(os.open(data / "trial.env", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in ours.items())


def start(processes: Processes, data: Path, port: int, fakes: bool) -> dict[str, Any]:
    """Redis, then the database, then everything that needs both; what the setup created comes back."""
    if "REDIS_URL" not in os.environ:
        with stage("redis", "private server on a Unix socket"):
            processes.start("redis", redis.command(data), last=True)
            where = redis_socket(data)
            processes.wait_for(lambda: redis.answers(where), "Redis does not answer", redis.SECONDS_TO_START)
    created = set_up(processes)
    with stage("processes", ", ".join(programs(port, fakes))):
        for name, command in programs(port, fakes).items():
            processes.start(name, command, last=name == "fake")
        processes.wait_for(lambda: answer(port, "/ready") == 200, "the web server is not ready", SECONDS_TO_START)
        if fakes:
            processes.wait_for(lambda: answer(port + 1, "/") != 0, "the box does not answer", SECONDS_TO_START)
    return created


def programs(port: int, fakes: bool) -> dict[str, list[str]]:
    """What runs, by name."""
    python = venv.python()
    fake = [python, "-m", "roms.channels.fake", "--port", str(port + 1), "--web", f"http://127.0.0.1:{port}"]
    return {
        "web": [python, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
        "worker": [python, "worker.py"],
        "caller": [python, "worker.py", "calls"],
        "fetcher": [python, "worker.py", "files"],
        "ticker": [python, "worker.py", "tick"],
    } | ({"fake": fake} if fakes else {})


def set_up(processes: Processes) -> dict[str, Any]:
    """Migrate, seed and publish; what it says it created is one line of JSON, with passwords that belong in no file."""
    begun = time.monotonic()
    code, output = processes.output_of("setup", [venv.python(), "-m", "flask", "--app", "wsgi", "setup"])
    if code != 0:
        log = processes.log_of("setup")
        say("\n".join("    " + line for line in logs.last_lines(log, 30)))
        give_up(f"the setup failed with code {code}; its words are above and in {log}")
    created = dict(json.loads(output.decode().strip().splitlines()[-1]))
    news = "published" if created.get("published") else "live"
    stage_line("database", f"migrated, release {created.get('release')} {news}", time.monotonic() - begun)
    return created


def answer(port: int, path: str) -> int:
    """The status of a GET, 0 when nobody answers. http.client, because a proxy setting must not be heard here."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def announce(created: dict[str, Any], data: Path, port: int, fakes: bool, seconds: float) -> None:
    """Where to go and who to be. Passwords are known only at this moment; they are stored hashed."""
    web = f"http://127.0.0.1:{port}"
    addresses = [("start page", f"{web}/"), ("inbox", f"{web}/inbox"), ("webhook", f"{web}/webhook/whapi")]
    say("\n  addresses")
    table([*addresses, *([("fake phone", f"http://127.0.0.1:{port + 1}/")] if fakes else [])])
    if people := created.get("created"):
        say("\n  logins, shown only this once")
        columns = ("role", "name", "login", "password")
        table([columns, *(tuple(str(person.get(column, "")) for column in columns) for person in people)])
    say(f"\n  logs in {shown(data / 'log')}, Ctrl-C ends everything")
    say(f"ready ({seconds:.1f} s)")
