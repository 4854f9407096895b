"""Many writers at once, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from flask import Flask
from sqlalchemy import func, select

from roms.config import ROOT
from roms.db import db
from roms.models import Conversation, Message
from tests.cast import Cast
from tests.conftest import KEYS

WRITER = """
import sys
from roms.app import create_app
from roms.channels.items import Incoming
from roms.config import Config
from roms.services import intake
app = create_app(Config.from_environ())
with app.app_context():
    for number in range(int(sys.argv[3])):
        address = f"62899{number % 7:07d}@s.whatsapp.net"
        intake.receive(int(sys.argv[1]), Incoming(address, "halo", provider_id=f"{sys.argv[2]}-{number}"))
"""
PROCESSES, EACH = 8, 50


def test_r40_eight_processes_write_at_once_and_nobody_is_turned_away(app: Flask, cast: Cast) -> None:
    config = app.extensions["roms.config"]
    environ = {
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        **KEYS,
        "PYTHONPATH": str(ROOT),
    }
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(cast.whapi), f"w{number}", str(EACH)],
            env=environ,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=110)
        assert writer.returncode == 0, errors
    db.session.rollback()
    inbound = select(func.count()).select_from(Message).filter_by(direction="in")
    assert db.session.scalar(inbound) == PROCESSES * EACH
    assert db.session.scalar(select(func.count()).select_from(Conversation)) == 7
