"""A proxy for TCP that misbehaves when told: between us and Redis, PostgreSQL or a provider, changeable while it runs.

with Cut(("127.0.0.1", 5432)) as line:
    line.set(delay=0.2)      # every piece comes so much later
    line.set(cut_after=100)  # a connection is reset after so many bytes of the answer
    line.set(cut_in=100)     # … of what is answered from now on
    line.set(break_on=b"GET /ws/")  # who asks this is reset when it has been asked
    line.set(black_hole=True)
    line.set(refuse=True)
    line.reset()             # what is open is reset now
    line.set()               # good again
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self, TypeVar

T = TypeVar("T")
PIECE = 64 * 1024
RESET = struct.pack("ii", 1, 0)  # closing with a linger of 0 seconds is a reset
SECONDS_TO_OBEY = 5.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the line does wrong; without any field it is a good line.

    cut_after: bytes of the answer on one connection, counted from when it was opened; None: it is not cut.
    cut_in: the same, counted from when this was set.
    break_on: a question with these bytes is still brought, and its connection is reset then.
    """

    refuse: bool = False
    black_hole: bool = False
    delay: float = 0.0  # seconds, both ways
    cut_after: int | None = None
    cut_in: int | None = None
    break_on: bytes = b""


class Cut:
    """`target`: a host and a port, or the path of a Unix socket. It listens on `port` of the loopback address."""

    def __init__(self, target: tuple[str, int] | str, port: int = 0) -> None:
        self._target, self.port = target, port
        self._trouble = Trouble()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tcpcut", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_TO_OBEY)
        self._loop.close()

    def set(self, **trouble: Any) -> None:
        """From now on, also for what is open already; without any it is good again. TypeError for one unknown."""
        self._do(self._change(Trouble(**trouble)))

    def reset(self) -> None:
        """Reset every connection that is open; the next ones are as `set` says."""
        self._do(self._reset())

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(SECONDS_TO_OBEY)

    async def _change(self, trouble: Trouble) -> None:
        self._trouble = trouble
        if trouble.refuse:
            await self._deafen()
            await self._reset()
        elif self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _deafen(self) -> None:
        """Whoever was just accepted is taken in first: asyncio loses hold of a connection whose server is closed."""
        if self._server is None:
            return
        server, self._server = self._server, None
        for each in server.sockets:
            self._loop.remove_reader(each)
        await asyncio.sleep(0)
        server.close()

    async def _end(self) -> None:
        await self._deafen()
        await self._reset()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _reset(self) -> None:
        for writer in list(self._open):
            _break_off(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._trouble.refuse:
                raise ConnectionRefusedError
            there = await self._reach()
        except OSError:
            _break_off(writer)
            self._open.discard(writer)
            return
        self._open.add(there[1])
        try:
            with contextlib.suppress(asyncio.CancelledError):  # at our own end; asyncio would log it as a mistake
                await asyncio.gather(self._carry(reader, there[1], writer), self._carry(there[0], writer, writer))
        finally:
            for each in (writer, there[1]):
                self._open.discard(each)
                each.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, str):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection(*self._target)

    async def _carry(
        self, here: asyncio.StreamReader, there: asyncio.StreamWriter, asker: asyncio.StreamWriter
    ) -> None:
        """One way until either side ends; `asker` is who gets the answer, and is cut off after so much of it."""
        carried, known, before = 0, self._trouble, 0
        with contextlib.suppress(OSError):  # whoever breaks off has the other broken off below
            while piece := await here.read(PIECE):
                await asyncio.sleep(self._trouble.delay)
                while self._trouble.black_hole:
                    await asyncio.sleep(0.02)
                if known is not self._trouble:
                    known, before = self._trouble, carried
                most = known.cut_after if known.cut_in is None else before + known.cut_in
                is_last = asker is there and most is not None and carried + len(piece) >= most
                there.write(piece[: max(0, (most or 0) - carried)] if is_last else piece)
                await there.drain()
                carried += len(piece)
                is_asked = asker is not there and known.break_on and known.break_on in piece
                if is_last or is_asked:
                    await asyncio.sleep(0)
                    _break_off(asker)
                    break
        await self._ended(there)

    async def _ended(self, there: asyncio.StreamWriter) -> None:
        """This way is over: say so on the other side, which may still answer."""
        with contextlib.suppress(OSError, RuntimeError):
            if there.can_write_eof() and not there.is_closing():
                there.write_eof()


def _break_off(writer: asyncio.StreamWriter) -> None:
    """With a reset, as a machine that died: nothing that waits is sent any more."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
