"""A caller who does not hang up holds nobody else up."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from tests.web.conftest import Site

SLOW = 10  # callers; gunicorn's own worker waits two seconds for each, and answers nobody meanwhile


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    return sqlite_only


def test_ten_callers_who_never_hang_up_keep_nobody_waiting(site: Site) -> None:
    address = urlsplit(site.url)
    begun = time.monotonic()
    with ExitStack() as lines:
        for _ in range(SLOW):
            line = lines.enter_context(socket.create_connection((address.hostname, address.port)))
            line.sendall(b"GET /live HTTP/1.1\r\nHost: roms\r\nConnection: close\r\n\r\n")
            assert line.recv(12) == b"HTTP/1.1 200"
        assert httpx.get(f"{site.url}/live").status_code == 200
        assert time.monotonic() - begun < SLOW
