"""The thread in which a process writes down what it counted and how far it got, beside its work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from roms.db import db, hurried
from roms.services import channels, heartbeats, tallies

log = logging.getLogger(__name__)

TICK = 1.0  # seconds: what a process that is killed has not written down yet
PATIENCE = 5.0  # seconds this waits for a lock; nobody waits for it
AT_THE_END = 1.0  # the same while the process ends
BEATS = 6  # within the time after which a part counts as silent


class Pulse:
    """Begins with `start`, in the process that works; `stop` writes the rest down and says that this end was wanted."""

    def __init__(self, app: Flask, also: Callable[[], None] = lambda: None) -> None:
        self._app, self._also = app, also
        self._stopping = threading.Event()
        self._is_told = True  # what is in memory is in the database too
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * AT_THE_END)
        with self._app.app_context():
            self._write(True, AT_THE_END, is_over=True)

    def _run(self) -> None:
        with self._app.app_context():
            every = max(1, round(channels.config().silent_after / BEATS / TICK))
            ticks = 0
            while True:
                self._also()
                self._write(ticks % every == 0)
                ticks += 1
                if self._stopping.wait(TICK):
                    return

    def _write(self, is_time: bool, patience: float = PATIENCE, is_over: bool = False) -> None:
        """A database that is away is told later: counts stay in memory, and a beat that is late is none."""
        try:
            with hurried(patience):
                tallies.write()
                if is_time:
                    heartbeats.write(is_over)
            self._is_told = True
        except SQLAlchemyError as error:
            if self._is_told:
                log.warning("counts and heartbeats cannot be written down now: %s", type(error).__name__)
            self._is_told = False
        finally:
            db.session.remove()
