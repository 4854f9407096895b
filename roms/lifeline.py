"""Who answers a provider waits for no PostgreSQL that hangs: after a moment without a word from it its line is cut.

One that is gone the kernel notices. One that is stopped, or stands behind a wall that swallows everything, nobody does:
the driver waits for its answer without end. So every wait of somebody in a hurry (`within`) is watched by a thread, and
for a while after one was cut nobody in a hurry asks at all: the webhook goes into the spool.

A server that is merely slow is no reason for that. Whoever waits is cut only when nobody of this process had an answer
in the meantime; so that somebody has, the watch itself asks it for one in good time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

LOOK = 0.05  # seconds between two looks at who waits
BELIEVED = 1.0  # seconds for which one that did not answer is not asked again
LONGEST = 5.0  # seconds that somebody in a hurry waits for one answer of a server that does answer others

# Seconds that who works now waits for a word of the server; None: as long as it takes.
within: ContextVar[float | None] = ContextVar("within", default=None)


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody waits for an answer: since when, how long without a sign of life, on which socket of which server."""

    since: float
    patience: float
    number: int
    engine: Engine


class Watch:
    """Who waits, by thread, and when the server was heard last."""

    def __init__(self) -> None:
        self._waits: dict[int, Wait] = {}
        self._lock = threading.Lock()
        self._runs = False
        self._hangs_until = self._heard = 0.0
        self._asked: Future[None] | None = None

    @property
    def is_hung(self) -> bool:
        return time.monotonic() < self._hangs_until

    def note(self) -> None:
        """It gave no answer."""
        self._hangs_until = time.monotonic() + BELIEVED

    def heard(self) -> None:
        """It answered this thread."""
        self._heard = time.monotonic()
        self.end()

    def begin(self, line: Any, engine: Engine) -> None:
        """From now on this thread waits on this connection."""
        if (seconds := within.get()) is None:
            return
        with self._lock:
            self._waits[threading.get_ident()] = Wait(time.monotonic(), seconds, line.fileno(), engine)
            starts, self._runs = not self._runs, True
        if starts:
            threading.Thread(target=self._run, name="lifeline", daemon=True).start()

    def end(self) -> None:
        """It has its answer, or an error."""
        if threading.get_ident() in self._waits:
            with self._lock:
                self._waits.pop(threading.get_ident(), None)

    @contextlib.contextmanager
    def over(self, line: Any, engine: Engine) -> Iterator[None]:
        self.begin(line, engine)
        try:
            yield
        finally:
            self.end()

    def _run(self) -> None:
        while True:
            time.sleep(LOOK)
            with self._lock:
                for thread, wait in list(self._waits.items()):
                    if self._look(wait):
                        del self._waits[thread]

    def _look(self, wait: Wait) -> bool:
        """Whether this wait was ended. Half-way through, the server is asked whether it is there."""
        now = time.monotonic()
        silent = now - max(wait.since, self._heard)
        if silent > wait.patience or now - wait.since > max(LONGEST, wait.patience):
            self._cut(wait.number)
            return True
        if silent > wait.patience / 2 and (self._asked is None or self._asked.done()):
            self._asked = _connecting.submit(copy_context().run, self._ask, wait)
        return False

    def _ask(self, wait: Wait) -> None:
        """On a line of its own, for as long as those may wait who are in a hurry."""
        within.set(wait.patience)
        try:
            with wait.engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError as error:
            log.warning("asked whether it is there, the database said: %r", type(error))

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
        watch.begin(cursor.connection, engine)

    @event.listens_for(engine, "commit")
    def on_commit(connection: Any) -> None:
        watch.begin(connection.connection.driver_connection, engine)

    event.listen(engine, "after_cursor_execute", lambda *_: watch.heard())
    for name in ("handle_error", "checkin"):
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
