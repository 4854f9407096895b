"""A shop with many agents, and people who come to it and ask for a person: in this process."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select, update

from bench.rig import knock
from roms import clock
from roms.db import db, table, writing
from roms.models import Channel, Conversation, Role, Team, TeamMember, User

AGENTS = 50


def people() -> list[int]:
    """As many agents as are wanted, all in every team, one of which the channels' conversations are for; their ids."""
    with writing():
        there = list(db.session.scalars(select(User).filter_by(role=Role.AGENT)))
        more = [_agent(number) for number in range(AGENTS - len(there))]
        team = Team(key="shop", name="Shop", created_at=clock.now())
        db.session.add_all([team, *more])
        db.session.flush()
        known = {(each.team_id, each.user_id) for each in db.session.scalars(select(TeamMember))}
        of_all = {(each.id, who.id) for each in db.session.scalars(select(Team)) for who in (*there, *more)}
        db.session.add_all(TeamMember(team_id=each, user_id=who) for each, who in sorted(of_all - known))
        db.session.execute(update(Channel).values(default_team_id=team.id))
        return [each.id for each in (*there, *more)]


def _agent(number: int) -> User:
    name = f"agent{number}"
    return User(login=name, name=name, role=Role.AGENT, password_hash="", created_at=clock.now())


def post(app: Flask, said: str, phone: str) -> None:
    """A whole webhook."""
    status: list[str] = []

    def start(line: str, _headers: Any, _error: Any = None) -> Any:
        status.append(line)

    b"".join(app.wsgi_app(knock.environ(knock.body(said, phone)), start))
    if status[0] != "200 OK":
        raise SystemExit(f"the webhook answered {status[0]}")


def hello(app: Flask, number: int) -> str:
    """Somebody whom we know, in the bot's menu."""
    phone = knock.phone(number)
    post(app, "halo", phone)
    return phone


def handed_over(app: Flask, number: int) -> int:
    """A conversation that an agent has; its id."""
    phone = hello(app, number)
    post(app, "cs", phone)
    db.session.rollback()
    found = db.session.scalar(select(Conversation.id).where(Conversation.address.startswith(phone)))
    if found is None:
        raise SystemExit("nobody was handed over")
    return found


def like(conversation_id: int) -> dict[str, Any]:
    """Everything of a conversation but its id: others are made like it."""
    columns = table(Conversation).c
    row = dict(db.session.execute(select(*columns).where(columns.id == conversation_id)).mappings().one())
    del row["id"]
    return row
