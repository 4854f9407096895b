"""Who answers a provider waits for no PostgreSQL that hangs: after a moment without a word from it its line is cut.

One that is gone the kernel notices. One that is stopped, or stands behind a wall that swallows everything, nobody does:
the driver waits for its answer without end. So every wait of somebody in a hurry (`within`) is watched by a thread, and
for a while after one was cut nobody in a hurry asks at all: the webhook goes into the spool.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

LOOK = 0.05  # seconds between two looks at who waits
BELIEVED = 1.0  # seconds for which one that did not answer is not asked again

# Seconds that who works now waits for a word of the server; None: as long as it takes.
within: ContextVar[float | None] = ContextVar("within", default=None)


class Watch:
    """Who waits for an answer, by thread: until when, and on which socket."""

    def __init__(self) -> None:
        self._waits: dict[int, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._runs = False
        self._hangs_until = 0.0

    @property
    def is_hung(self) -> bool:
        return time.monotonic() < self._hangs_until

    def note(self) -> None:
        """It gave no answer."""
        self._hangs_until = time.monotonic() + BELIEVED

    def begin(self, line: Any) -> None:
        """From now on this thread waits on this connection."""
        if (seconds := within.get()) is None:
            return
        with self._lock:
            self._waits[threading.get_ident()] = time.monotonic() + seconds, line.fileno()
            starts, self._runs = not self._runs, True
        if starts:
            threading.Thread(target=self._run, name="lifeline", daemon=True).start()

    def end(self) -> None:
        """It has its answer, or an error."""
        if threading.get_ident() in self._waits:
            with self._lock:
                self._waits.pop(threading.get_ident(), None)

    @contextlib.contextmanager
    def over(self, line: Any) -> Iterator[None]:
        self.begin(line)
        try:
            yield
        finally:
            self.end()

    def _run(self) -> None:
        while True:
            time.sleep(LOOK)
            now = time.monotonic()
            with self._lock:
                for thread, (until, number) in list(self._waits.items()):
                    if now > until:
                        del self._waits[thread]
                        self._cut(number)

    def _cut(self, number: int) -> None:
        self.note()
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as line:
            line.shutdown(socket.SHUT_RDWR)


def _connectors() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="connect")


watch, _connecting = Watch(), _connectors()


def _anew() -> None:
    """A fork has none of our threads, and whoever counts on one waits without end."""
    global watch, _connecting
    watch, _connecting = Watch(), _connectors()


os.register_at_fork(after_in_child=_anew)


def attach(engine: Engine) -> None:
    """Watch what is waited for on this engine's connections."""

    @event.listens_for(engine, "do_connect")
    def on_connect(_dialect: object, _record: object, arguments: Any, named: Any) -> Any:
        if (seconds := within.get()) is None:
            return None
        refuse_if_hung(engine)
        return connected(engine, lambda: engine.dialect.loaded_dbapi.connect(*arguments, **named), seconds)

    @event.listens_for(engine, "before_cursor_execute")
    def on_begin(_connection: object, cursor: Any, *_: object) -> None:
        watch.begin(cursor.connection)

    @event.listens_for(engine, "commit")
    def on_commit(connection: Any) -> None:
        watch.begin(connection.connection.driver_connection)

    for name in ("after_cursor_execute", "handle_error", "checkin"):
        event.listen(engine, name, lambda *_: watch.end())


def refuse_if_hung(engine: Engine) -> None:
    if within.get() is not None and watch.is_hung:
        raise engine.dialect.loaded_dbapi.OperationalError("the database did not answer a moment ago")


def connected(engine: Engine, connect: Callable[[], Any], seconds: float) -> Any:
    """The driver itself knows no less than two seconds. One that comes too late is closed."""
    future: Future[Any] = _connecting.submit(connect)
    try:
        return future.result(seconds)
    except TooLate:
        watch.note()
        future.add_done_callback(lambda late: late.result().close() if late.exception() is None else None)
        raise engine.dialect.loaded_dbapi.OperationalError("the database did not answer in time") from None
