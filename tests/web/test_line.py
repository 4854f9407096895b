"""One wire: whole frames or nothing, and nobody ever waits."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from simple_websocket import ConnectionClosed, Server

from roms.web.hub import Seat
from roms.web.line import Line, closing, frame, whole_frames_only
from roms.web.live import FROM_VISITOR, listen


@pytest.fixture
def ends() -> Iterator[tuple[Line, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Line(ours), theirs


def everything(wire: socket.socket) -> bytes:
    wire.settimeout(2)
    read = bytearray()
    while data := wire.recv(1 << 20):
        read += data
    return bytes(read)


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 100_000])
def test_a_frame_is_what_a_browser_reads(size: int) -> None:
    from wsproto.frame_protocol import FrameProtocol

    browser = FrameProtocol(client=True, extensions=[])
    browser.receive_bytes(frame(b"x" * size))
    assert b"".join(part.payload.encode() for part in browser.received_frames()) == b"x" * size  # type: ignore[union-attr]


def test_a_reader_who_sleeps_is_cut_at_once_and_gets_whole_frames_and_nothing_after_a_torn_one(
    ends: tuple[Line, socket.socket],
) -> None:
    line, theirs = ends
    piece, sent = frame(b"y" * 60_000), 0
    began = time.monotonic()
    while not line.is_cut:
        line.send(piece)
        sent += 1
    line.send(frame(b"late"))
    line.end(1000, "late")
    assert time.monotonic() - began < 10  # not for as long as the reader sleeps
    assert sent < 100
    read = everything(theirs)
    assert read == (piece * sent)[: len(read)]


def test_writers_side_by_side_never_tear_each_others_frames(ends: tuple[Line, socket.socket]) -> None:
    line, theirs = ends
    kinds = [frame(letter * 900) for letter in (b"a", b"b", b"c", b"d")]
    threads = [threading.Thread(target=lambda f=f: [line.send(f) for _ in range(20)]) for f in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.end(1012, "restart")
    read = everything(theirs)
    assert read.endswith(closing(1012, "restart"))
    whole = [read[at : at + len(kinds[0])] for at in range(0, len(read) - len(closing(1012, "restart")), len(kinds[0]))]
    assert sorted(whole) == sorted(kinds * 20)


def test_r35_a_line_on_which_nobody_answers_pings_ends_after_two() -> None:
    """As when a laptop is closed: nothing breaks, and nothing is ever said again."""
    ours, theirs = socket.socketpair()
    with theirs:
        asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "here", "HTTP_UPGRADE": "websocket"}
        asked |= {"HTTP_CONNECTION": "Upgrade", "HTTP_SEC_WEBSOCKET_VERSION": "13"}
        environ: dict[str, Any] = asked | {
            "HTTP_SEC_WEBSOCKET_KEY": "MDEyMzQ1Njc4OWFiY2RlZg==",
            "werkzeug.socket": ours,
        }
        line = whole_frames_only(environ)
        ws = Server(environ, ping_interval=0.2)
        line.when_closed = ws.event.set
        began = time.monotonic()
        with pytest.raises(ConnectionClosed):
            listen(ws, Seat(line, None, "visitor"), FROM_VISITOR, time.monotonic)
        assert time.monotonic() - began < 5
        assert b"Ping/Pong timeout" in everything(theirs)


def test_r35_no_line_is_without_pings(app: Flask) -> None:
    assert 2 * app.config["SOCK_SERVER_OPTIONS"]["ping_interval"] < 60
