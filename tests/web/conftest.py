"""A browser whose requests are each for themselves, and a real server for what needs sockets."""

from __future__ import annotations

import contextvars
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from roms.app import create_app
from roms.config import ROOT
from roms.db import db
from roms.services import accounts
from tests.cast import PASSWORD, Cast
from tests.conftest import KEYS, config_for
from tests.web.agent import Agent, token_in


class Browser:
    """Flask's test client with a jar of cookies; no request sees what another left in the application's context."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.csrf = ""

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        answer: TestResponse = contextvars.Context().run(self.client.open, path, method=method, buffered=True, **more)
        return answer

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """As our own scripts do it: with the token."""
        return self.ask("POST", path, headers={"X-CSRFToken": self.csrf} | (headers or {}), **more)

    def sign_in(self, login: str = "ani", password: str = PASSWORD, **more: Any) -> TestResponse:
        """Through the form, as a person does."""
        self.csrf = token_in(self.get("/login").text)
        form = {"login": login, "password": password, "csrf_token": self.csrf, **more}
        answer = self.ask("POST", "/login", data=form)
        if answer.status_code == 303:
            self.csrf = token_in(self.get("/inbox").text)
        return answer


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast, with passwords that open the door."""
    return with_passwords(cast)


def with_passwords(cast: Cast) -> Cast:
    for actor in (cast.ani, cast.budi):
        accounts.set_password(actor.id, PASSWORD)
    return cast


@pytest.fixture
def browser(app: Flask, people: Cast) -> Browser:
    return Browser(app)


@pytest.fixture
def ani(browser: Browser) -> Browser:
    """A browser in which Ani is signed in."""
    assert browser.sign_in().status_code == 303
    return browser


class Site:
    """A real server, as production runs it, with a database of its own."""

    def __init__(self, url: str, process: subprocess.Popen[bytes], environ: dict[str, str]) -> None:
        self.url, self.process, self.environ = url, process, environ

    def stop(self) -> float:
        """Seconds from SIGTERM to the end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return time.monotonic() - began


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def start(folder: Path, redis_url: str, **environ: str) -> Site:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "ROMS_INSTANCE": "trial",
        "DATABASE_URL": f"sqlite:///{folder / 'roms.db'}",
        "REDIS_URL": redis_url,
        **KEYS,
        "ROMS_PUBLIC_URL": url,
        "ROMS_BIND": f"127.0.0.1:{port}",
        "ROMS_THREADS": "40",
        "ROMS_SPOOL": str(folder / "spool"),
        "PATH": "/usr/bin:/bin",
    } | environ
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
    deadline = time.monotonic() + 60
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            pytest.fail(f"the server did not start: {(folder / 'web.log').read_text()}")
        time.sleep(0.05)
    return Site(url, process, settings)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/live", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def database(app: Flask, people: Cast, tmp_path: Path) -> Path:
    """The folder with a database in which the cast is; for one kind of database, as the server is what is tested."""
    path = re.sub("^sqlite:///", "", app.config["SQLALCHEMY_DATABASE_URI"])
    if not Path(path).exists():
        pytest.fail("these tests run on SQLite: override database_url")
    return Path(path).parent


@pytest.fixture
def site(database: Path, redis: str) -> Iterator[Site]:
    running = start(database, redis)
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture
def agent(site: Site) -> Agent:
    """Ani, signed in there."""
    return Agent(site.url)


@pytest.fixture
def sqlite_only(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "roms.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@dataclass(frozen=True, slots=True)
class House:
    """A real server, and an application on the same database."""

    site: Site
    app: Flask


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, redis_server: str) -> Iterator[House]:
    """With the cast in it, for all tests of a file that leave it as good as they found it."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(sqlite_template, folder / "roms.db")
    more = {"ROMS_SPOOL": str(folder / "spool"), "ROMS_FAKE_URL": "http://127.0.0.1:9"}  # no worker, so nobody asks it
    app = create_app(config_for(f"sqlite:///{folder / 'roms.db'}", redis_server, **more))
    with app.app_context():
        with_passwords(Cast.enters())
        db.session.remove()
    site = start(folder, redis_server)
    yield House(site, app)
    site.stop()
    with app.app_context():
        db.engine.dispose()
    app.extensions["roms.redis"].close()
