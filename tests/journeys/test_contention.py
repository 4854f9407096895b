"""Many writers at once, each in a process of its own."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier

from flask import Flask
from sqlalchemy import func, select

from roms.app import create_app
from roms.channels.items import Incoming
from roms.config import Config
from roms.db import db
from roms.models import Conversation, Message
from roms.services import intake
from tests.cast import Cast

PROCESSES, EACH = 8, 40


def write(config: Config, channel_id: int, name: str, start: Barrier) -> None:
    """An application with lines of its own, which begins when all are there."""
    with create_app(config).app_context():
        db.session.scalar(select(1))
        start.wait(60)
        for number in range(EACH):
            address = f"62899{number % 7:07d}@s.whatsapp.net"
            intake.receive(channel_id, Incoming(address, "halo", provider_id=f"{name}-{number}"))


def test_r40_eight_processes_write_at_once_and_nobody_is_turned_away(app: Flask, cast: Cast) -> None:
    db.session.remove()
    db.engine.dispose()  # what a fork closes of a file that its parent opened loses it its locks
    many = multiprocessing.get_context("fork")
    start = many.Barrier(PROCESSES)
    work = [(app.extensions["roms.config"], cast.whapi, f"w{number}", start) for number in range(PROCESSES)]
    writers = [many.Process(target=write, args=each, daemon=True) for each in work]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(110)
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    inbound = select(func.count()).select_from(Message).filter_by(direction="in")
    assert db.session.scalar(inbound) == PROCESSES * EACH
    assert db.session.scalar(select(func.count()).select_from(Conversation)) == 7
