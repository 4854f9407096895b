"""One socket's wire: whole frames or nothing, and never a wait.

simple-websocket writes pings, pongs and close frames from a thread of its own, with `sock.send`, which may wait for
ever and may send half. So it is handed this in place of its socket: everything written goes through `send`, one frame
at a time under one lock, without waiting. A frame that does not fit is the end of the line: the browser comes back
and catches up by number. Half a frame can be followed by nothing, because the line is dead from then on.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

TEXT, CLOSE = 0x1, 0x8
BACKLOG = 512 * 1024  # bytes the kernel holds for a browser that does not read


def frame(data: bytes, kind: int = TEXT) -> bytes:
    """A WebSocket frame as a server sends it (RFC 6455, 5.2): not masked, so the same bytes fit every socket."""
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", 0x80 | kind, size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | kind, 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | kind, 127, size)
    return head + data


def closing(code: int, reason: str) -> bytes:
    """A close frame."""
    return frame(struct.pack("!H", code) + reason.encode(), CLOSE)


class Line:
    """A socket that never waits for its reader."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self.is_cut = False
        self.when_closed: Callable[[], None] = lambda: None
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BACKLOG)

    def send(self, data: bytes) -> int:
        """Write all of it now, or cut the line; either way nobody waits. simple-websocket calls this, too."""
        with self._lock:
            self._write(data)
        return len(data)

    def end(self, code: int, reason: str) -> None:
        """Say why, and close."""
        with self._lock:
            self._write(closing(code, reason))
            self._cut()

    def cut(self) -> None:
        """Close without a word."""
        with self._lock:
            self._cut()

    def _write(self, data: bytes) -> None:
        if self.is_cut:
            return
        try:
            sent = self._sock.send(data, socket.MSG_DONTWAIT)
        except OSError:  # full, or gone
            sent = 0
        if sent < len(data):
            self._cut()

    def _cut(self) -> None:
        """Wake the thread that reads; it closes the socket."""
        if not self.is_cut:
            self.is_cut = True
            with contextlib.suppress(OSError):  # the browser was faster
                self._sock.shutdown(socket.SHUT_RDWR)

    # What simple-websocket needs besides; the rest of a socket's methods nobody may use.

    def recv(self, size: int) -> bytes:
        return self._sock.recv(size)

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        with self._lock:
            self.is_cut = True
        self._sock.close()
        self.when_closed()


def whole_frames_only(environ: dict[str, Any]) -> Line:
    """Put a Line in the place of the request's socket, and refuse compression.

    simple-websocket always accepts permessage-deflate, at 100 KB of memory a socket and several times the work.
    """
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    name = "gunicorn.socket" if "gunicorn.socket" in environ else "werkzeug.socket"
    line = Line(environ[name])
    environ[name] = line
    return line
