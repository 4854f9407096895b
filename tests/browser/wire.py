"""A piece of network between a browser and the server, to be cut and mended: open connections break, new ones fail."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Wire:
    """Listens on a port of its own and passes everything on, until it is cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._whole = True
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def cut(self) -> None:
        """Break every connection, and each that is tried from now on."""
        with self._lock:
            self._whole = False
        self.snap()

    def snap(self) -> None:
        """Break every connection; new ones work."""
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """New connections work again."""
        with self._lock:
            self._whole = True

    def _listen(self) -> None:
        while True:
            try:
                here, _address = self._listener.accept()
            except OSError:
                return
            with self._lock:
                whole = self._whole
            if whole:
                threading.Thread(target=self._join, args=(here,), daemon=True).start()
            else:
                here.close()

    def _join(self, here: socket.socket) -> None:
        with here, socket.create_connection(("127.0.0.1", self._port)) as there:
            with self._lock:
                self._ends |= {here, there}
            back = threading.Thread(target=carry, args=(there, here), daemon=True)
            back.start()
            carry(here, there)
            back.join()
            with self._lock:
                self._ends -= {here, there}


def carry(source: socket.socket, target: socket.socket) -> None:
    """One direction, until either end is closed; then the other direction ends too."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
