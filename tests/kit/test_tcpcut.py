"""The line that is cut on purpose is cut as it was told, and is good again when it was told so."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis as redis_library

from tools.tcpcut import Cut, Trouble

BIG = b"x" * 300_000


def echo(listener: socket.socket) -> None:
    def answer(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            while piece := caller.recv(65536):
                caller.sendall(piece)

    with suppress(OSError):
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


@pytest.fixture
def line() -> Iterator[Cut]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener,), daemon=True).start()
        with Cut(listener.getsockname()) as cut:
            yield cut
        listener.shutdown(socket.SHUT_RDWR)


def call(line: Cut) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=5)


def said(caller: socket.socket, words: bytes) -> bytes:
    threading.Thread(target=caller.sendall, args=(words,), daemon=True).start()
    heard = b""
    while len(heard) < len(words) and (piece := caller.recv(65536)):
        heard += piece
    return heard


def test_a_good_line_carries_everything_both_ways(line: Cut) -> None:
    with call(line) as one, call(line) as other:
        assert said(one, BIG) == BIG
        assert said(other, b"halo") == b"halo"


def test_it_refuses_and_takes_again_at_the_same_place(line: Cut) -> None:
    with call(line) as open_before:
        assert said(open_before, b"halo") == b"halo"
        line.set(refuse=True)
        with pytest.raises(ConnectionResetError):
            open_before.recv(1)
    with pytest.raises(ConnectionRefusedError):
        call(line)
    line.set()
    with call(line) as after:
        assert said(after, b"lagi") == b"lagi"


def test_who_was_accepted_when_it_begins_to_refuse_is_reset_and_not_forgotten(line: Cut) -> None:
    """A connection nobody holds any more is a ResourceWarning, which fails the test."""

    async def refuse_just_then() -> None:
        caller.connect(("127.0.0.1", line.port))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # accepted now; who serves it begins after us
        await line._change(Trouble(refuse=True))

    with socket.socket() as caller:
        caller.settimeout(5)
        line._do(refuse_just_then())
        gc.collect()
        with pytest.raises(ConnectionResetError):
            caller.recv(1)


def test_a_black_hole_says_nothing_until_it_is_over(line: Cut) -> None:
    line.set(black_hole=True)
    with call(line) as caller:
        caller.sendall(b"halo")
        caller.settimeout(0.2)
        with pytest.raises(TimeoutError):
            caller.recv(10)
        line.set()
        caller.settimeout(5)
        assert caller.recv(10) == b"halo"


def test_it_resets_what_is_open_and_nothing_else(line: Cut) -> None:
    with call(line) as caller:
        assert said(caller, b"halo") == b"halo"
        line.reset()
        with pytest.raises(ConnectionResetError):
            caller.recv(1)
    with call(line) as after:
        assert said(after, b"lagi") == b"lagi"


def test_it_delays(line: Cut) -> None:
    line.set(delay=0.15)
    with call(line) as caller:
        began = time.monotonic()
        assert said(caller, b"halo") == b"halo"
        assert time.monotonic() - began >= 0.3, "there and back"


def test_it_cuts_after_so_many_bytes_of_the_answer(line: Cut) -> None:
    line.set(cut_after=1000)
    with call(line) as caller:
        assert said(caller, b"x" * 999) == b"x" * 999
        heard = b""
        caller.sendall(b"y" * 5)
        with suppress(ConnectionResetError):
            while piece := caller.recv(10):
                heard += piece
        assert len(heard) <= 1


def test_who_is_not_there_is_a_reset_and_an_unknown_trouble_a_mistake() -> None:
    with socket.socket() as nobody:  # holds the port and does not listen
        nobody.bind(("127.0.0.1", 0))
        with Cut(nobody.getsockname()) as cut:
            with pytest.raises(ConnectionResetError), call(cut) as caller:  # it may come before the call is through
                caller.recv(1)
            with pytest.raises(TypeError):
                cut.set(slow=True)


def test_a_real_redis_behind_it_is_lost_and_found(redis: str) -> None:
    with Cut(redis.removeprefix("unix://")) as cut:
        client = redis_library.Redis("127.0.0.1", cut.port, socket_timeout=0.2, socket_connect_timeout=0.2, retry=None)
        with client:
            assert client.ping()
            for trouble in ("black_hole", "refuse"):
                cut.set(**{trouble: True})
                with pytest.raises(redis_library.RedisError):
                    client.ping()
            cut.set()
            assert client.ping()


def test_it_cuts_an_open_connection_after_so_many_more_bytes_of_the_answer(line: Cut) -> None:
    with call(line) as caller:
        assert said(caller, b"before") == b"before"
        line.set(cut_in=10)
        heard = b""
        with suppress(ConnectionResetError):
            caller.sendall(b"0123456789abcdef")
            while piece := caller.recv(65536):
                heard += piece
        assert heard in (b"", b"0123456789")  # a reset may overtake what was on its way
    line.set()
    with call(line) as another:
        assert said(another, BIG) == BIG


def test_it_brings_a_question_and_resets_who_asked_it(line: Cut) -> None:
    line.set(break_on=b"GET /ws/")
    with call(line) as quiet, call(line) as loud:
        assert said(quiet, b"GET /api/") == b"GET /api/"
        with pytest.raises((ConnectionResetError, AssertionError)):
            assert said(loud, b"GET /ws/inbox")
