"""People with real browsers' manners, for a real server: cookies, tokens, tickets and sockets."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.cast import PASSWORD

ONE_BY_ONE = httpx.Limits(max_keepalive_connections=0)  # so that nobody has to close anything


def token_in(page: str) -> str:
    """The CSRF token that a page of ours carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"|csrf-token" content="([^"]+)"|"csrf": ?"([^"]+)"', page)
    assert found, page
    return unescape(found[1] or found[2] or found[3])


class Agent:
    """Signed in; `socket()` opens the live feed."""

    def __init__(self, url: str, login: str = "ani") -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, limits=ONE_BY_ONE)
        form = {"login": login, "password": PASSWORD, "csrf_token": token_in(self.http.get("/login").text)}
        assert self.http.post("/login", data=form).status_code == 303
        self.csrf = {"X-CSRFToken": token_in(self.http.get("/inbox").text)}

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.http.post(path, json=body or {}, headers=self.csrf)

    def ticket(self) -> str:
        return str(self.post("/api/ticket").json()["ticket"])

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())}

    def socket(self, **more: Any) -> ClientConnection:
        given = {"origin": self.url, "additional_headers": self.cookie, "ticket": ""} | more
        ticket = given.pop("ticket") or self.ticket()
        return connect(f"{self.url.replace('http', 'ws')}/ws/inbox?ticket={ticket}", **given)


class Visitor:
    """Somebody who writes in the web chat."""

    def __init__(self, url: str) -> None:
        self.url = url
        token = httpx.post(url + "/widget/api/session", json={"language": "id"}).json()["token"]
        self.http = httpx.Client(base_url=url, limits=ONE_BY_ONE, headers={"Authorization": f"Bearer {token}"})
        self.said = 0

    def say(self, text: str) -> httpx.Response:
        self.said += 1
        message = {"client_id": f"message-{self.said}", "text": text}
        return self.http.post("/widget/api/messages", json=message)

    def socket(self, **more: Any) -> ClientConnection:
        ticket = self.http.post("/widget/api/ticket", json={}).json()["ticket"]
        return connect(f"{self.url.replace('http', 'ws')}/ws/widget?ticket={ticket}", origin=self.url, **more)


def heard(ws: ClientConnection, kind: str, seconds: float = 3.0) -> dict[str, Any]:
    """The next frame of this kind."""
    deadline = time.monotonic() + seconds
    while True:
        frame = json.loads(ws.recv(timeout=max(0.01, deadline - time.monotonic())))
        if frame["t"] == kind:
            return dict(frame)


def listens(ws: ClientConnection) -> None:
    """Wait until the server's subscription stands, so that what follows comes by it."""
    ws.send('{"t":"ping"}')
    assert heard(ws, "pong") == {"t": "pong"}
    time.sleep(0.6)


def closed(ws: ClientConnection, seconds: float = 6.0) -> int:
    """The code with which the server closed."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            ws.recv(timeout=max(0.01, deadline - time.monotonic()))
    except ConnectionClosed as ended:
        return ended.rcvd.code if ended.rcvd else 1006


def refused(opens: Callable[[], ClientConnection]) -> int:
    """The status with which a handshake was refused."""
    with pytest.raises(InvalidStatus) as refusal, opens():
        pass
    return refusal.value.response.status_code
