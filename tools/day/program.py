"""The virtual days, from an empty database in a temporary folder to the report."""

from __future__ import annotations

import argparse
import logging
import random
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, upgrade

from roms import clock
from roms.app import create_app
from roms.config import ROOT, Config
from roms.db import db, writing
from roms.models import Policy, Presence, Role, Team, TeamMember, User, UserSkill
from roms.services import channels, publishing
from tools import redis
from tools.day import account, report
from tools.day.account import Account
from tools.day.course import Course
from tools.day.people import Worker, comings, staff
from tools.places import redis_socket
from tools.terminal import say

FLOWS = Path(__file__).parent / "flows"
TEAMS = (("sales", Policy.ROUND_ROBIN), ("care", Policy.LEAST_LOADED))


def main() -> int:
    """0: nobody was left without an owner or a word. 1: somebody was, and is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    say(f"day · {options.customers} customers · seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="roms-day-") as folder, _redis(Path(folder)) as address:
        app = _app(Path(folder), address)
        with app.app_context():
            workers, course, found = pass_by(options.customers, options.seed)
            report.tell(found, course, workers, options.all)
    say("\nWRONG: see above" if found.wrong else "\nnobody left without an owner or a word, nobody overtaken")
    return int(bool(found.wrong))


def pass_by(customers: int, seed: int) -> tuple[list[Worker], Course, Account]:
    """Let the days pass in an empty database; the clock is virtual meanwhile."""
    real = clock.now
    try:
        workers = open_shop()
        course = Course(workers, set_clock, random.Random(seed))
        course.plan(customers)
        course.run()
    finally:
        clock.now = real
    return workers, course, account.made(workers)


def set_clock(moment: datetime) -> None:
    """It is now this moment, for all of ROMS."""
    clock.now = lambda: moment


def open_shop() -> list[Worker]:
    """The people, their teams and what they can do, and the flows; all of them away."""
    workers = staff()
    begin = min(moment for worker in workers for moment, _ in comings(worker)) - timedelta(hours=8)
    set_clock(begin)
    with writing():
        channels.ensure()
        teams = {key: Team(key=key, name=key.title(), policy=policy, created_at=begin) for key, policy in TEAMS}
        db.session.add_all(teams.values())
        for worker in workers:
            person = User(login=worker.login, name=worker.login.title(), password_hash="", role=Role.AGENT)
            person.language, person.capacity, person.presence = "id", worker.capacity, Presence.AWAY
            person.created_at = begin
            db.session.add(person)
            db.session.flush()
            worker.id = person.id
            db.session.add_all(UserSkill(user_id=person.id, skill=skill) for skill in worker.skills)
            db.session.add_all(TeamMember(team_id=teams[team].id, user_id=person.id) for team in worker.teams)
    publishing.first(publishing.files_in(FLOWS))
    return workers


def _app(folder: Path, redis_url: str) -> Flask:
    environ = {
        "DATABASE_URL": f"sqlite:///{folder}/roms.db",
        "REDIS_URL": redis_url,
        "ROMS_INSTANCE": "trial",
        "ROMS_SECRET_KEY": secrets.token_urlsafe(32),
        "ROMS_SPOOL": str(folder / "spool"),
        "ROMS_STORAGE": str(folder / "files"),
    }
    app = create_app(Config.from_environ(environ))
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade()
    return app


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    with subprocess.Popen(redis.command(folder), stdout=subprocess.DEVNULL) as server:
        try:
            while not redis.answers(redis_socket(folder)):
                if server.poll() is not None:
                    raise RuntimeError("Redis did not start")
            yield f"unix://{redis_socket(folder)}"
        finally:
            server.terminate()


if __name__ == "__main__":
    raise SystemExit(main())
