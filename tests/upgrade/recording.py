"""What this version leaves behind for the next one: rows as it writes them, jobs, letters of the spool, frames.

`python -m tests.upgrade.recording` writes earlier.json anew. Done once a release, when it is out: the tests beside this
hold that the code after it still understands what was recorded.
"""

from __future__ import annotations

import contextvars
import inspect
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import event, text

from roms import clock, jobs, queue
from roms.app import create_app
from roms.channels.items import Receipt
from roms.config import ROOT, Config
from roms.db import db
from roms.services import handoff, outbox, receipts, replies
from roms.spool import Letter, Spool
from tests.cast import Cast, conversation, say

EARLIER = Path(__file__).with_name("earlier.json")
KEY = "dGhpcyBpcyBhIGtleSBmb3IgdGVzdHMsIDMyIGJ5dGU="
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
JOBS = (queue.DRAIN, queue.CALL_OUT, queue.SYNC_TEMPLATES, queue.LOOK, queue.SIGNAL, queue.FETCH)


def jobs_now() -> dict[str, list[str]]:
    """Every job by the name that lies in Redis, with its arguments."""
    return {name: list(inspect.signature(getattr(jobs, name.rpartition(".")[2])).parameters) for name in JOBS}


def migrated(folder: Path) -> Flask:
    """The application on an empty SQLite database, without Redis."""
    environ = {"DATABASE_URL": f"sqlite:///{folder / 'roms.db'}", "REDIS_URL": "redis://127.0.0.1:1"}
    environ |= {"ROMS_INSTANCE": "trial", "ROMS_DATA": str(folder), "ROMS_SECRET_KEY": "x" * 40}
    environ |= {"ROMS_CREDENTIALS_KEY": KEY, "ROMS_FAKE_URL": "http://127.0.0.1:9"}
    app = create_app(Config.from_environ(environ))
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade()
    return app


def a_day(app: Flask) -> None:
    """Whatever leaves rows of many kinds behind."""
    client, cast = app.test_client(), Cast.enters()
    for words in ("halo", "1", "pesanan", "cs"):
        say(client, words)
    cid = conversation().public_id
    handoff.claim(cast.ani, cid)
    replies.send(cast.ani, cid, "b-1", "Sebentar ya", seen=99)
    for number in range(3):
        sent = outbox.claim(cast.whapi, 16)
        outbox.record(cast.whapi, [(each, f"p-{number}-{each.parcel.id}") for each in sent])
    receipts.record(cast.whapi, Receipt("p-0-2", "delivered"))
    say(client, "halo", "6281234567891")
    say(client, "1", "6281234567891")


def written(app: Flask) -> list[tuple[str, Any]]:
    """Every statement that changed something, with its parameters, in order."""
    kept: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            kept.extend((statement, each) for each in (parameters if isinstance(parameters, list) else [parameters]))

    event.listen(db.engine, "before_cursor_execute", keep)
    contextvars.copy_context().run(a_day, app)
    event.remove(db.engine, "before_cursor_execute", keep)
    return kept


def letter(folder: Path) -> str:
    spool = Spool(folder / "letters", (KEY,))
    spool.put(Letter(1, "whapi", NOW, b'{"messages": []}'))
    return next(iter(spool.waiting(1))).read_bytes().hex()


def _hex(data: Any) -> dict[str, str]:
    return {"hex": bytes(data).hex()}


def main() -> None:
    """Record."""
    clock.now = lambda: NOW
    with tempfile.TemporaryDirectory() as name:
        app = migrated(Path(name))
        with app.app_context():
            revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
            db.session.rollback()
            told = {"revision": revision, "jobs": jobs_now(), "letter": letter(Path(name)), "writes": written(app)}
            db.session.remove()
            db.engine.dispose()
    EARLIER.write_text(
        json.dumps(told, ensure_ascii=False, indent=1, default=lambda data: {"hex": bytes(data).hex()}) + "\n"
    )
    print(f"{len(told['writes'])} writes, {os.path.getsize(EARLIER) // 1024} KB")


if __name__ == "__main__":
    main()
