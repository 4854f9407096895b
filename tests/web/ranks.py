"""Everybody who could ask, and a conversation of every kind that somebody may or may not see."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from roms import clock
from roms.db import Model, db, table, writing
from roms.engine.types import Mode
from roms.models import Attachment, Contact, Conversation, FileState, Role, Sees, Team, TeamMember, User
from roms.services import accounts
from tests.cast import PASSWORD, Cast, conversation, person, say
from tests.services.test_pictures import photo
from tests.web.conftest import Browser

# kind -> whose it is: "me" is who asks, "other" a colleague; and the team. Team agents here are in sales.
KINDS: Mapping[str, tuple[str, str]] = {
    "own": ("me", "support"),
    "own team's": ("other", "sales"),
    "other team's": ("other", "support"),
    "nobody's team's": ("other", ""),
    "waiting for own team": ("", "sales"),
    "waiting for other team": ("", "support"),
    "waiting for anybody": ("", ""),
}
NOT_THERE = ("deleted", "nonsense")
OF_TEAM = frozenset(("own", "own team's", "nobody's team's", "waiting for own team", "waiting for anybody"))
SEEN: Mapping[str, frozenset[str]] = {
    "own": frozenset(("own",)),
    "team": OF_TEAM,
    "all": frozenset(KINDS),
    "supervisor": frozenset(KINDS),
    "admin": frozenset(KINDS),
}
STRANGERS = ("stranger", "visitor", "signed out", "deactivated")
NONSENSE = {"conversation": "nonsense", "contact": "2147483647", "file": "0" * 32}


@dataclass(frozen=True, slots=True)
class Ids:
    """How addresses name a conversation, its contact and its file."""

    conversation: str
    contact: int
    file: str


@dataclass(slots=True)
class Ranks:
    app: Flask
    people: dict[str, int]
    browsers: dict[str, Browser]
    ids: dict[str, Ids]
    rows: dict[str, int]  # the conversations in the database
    channel: int

    def own(self, who: str) -> None:
        """Everything as it was, and "own" is this person's."""
        names = {"me": self.people.get(who, self.people["other"]), "other": self.people["other"], "": None}
        columns = table(Conversation).c
        with writing():
            for kind, (assignee, team) in KINDS.items():
                whose = {"assignee_id": names[assignee], "team": team, "mode": Mode.AGENT, "queued_at": None}
                db.session.execute(update(table(Conversation)).where(columns.id == self.rows[kind]).values(whose))
            mine = {"user_id": names["me"], "state": FileState.READY}
            public_ids = [each.file for each in self.ids.values()]
            files = update(table(Attachment)).where(table(Attachment).c.public_id.in_(public_ids))
            db.session.execute(files.values(mine))


def ranks(app: Flask, client: FlaskClient, cast: Cast) -> Ranks:
    """All of them, signed in where they can be."""
    people = _people(cast)
    rows, ids = {}, {}
    for number, kind in enumerate([*KINDS, "deleted"]):
        sender = f"62812000000{number:02}"
        say(client, "halo", sender, from_name=f"Kontak {kind.title()}")
        rows[kind] = conversation(sender).id
    made = Ranks(app, people, _browsers(app), ids, rows, cast.whapi)
    for kind, row in rows.items():
        ids[kind] = _ids(made, row)
    _vanish(rows.pop("deleted"), ids["deleted"].contact)
    with writing():
        table_ = table(User)
        gone = table_.c.id == people["deactivated"]
        db.session.execute(update(table_).where(gone).values(is_active=False))
    made.browsers["signed out"].post("/logout")
    return made


def _people(cast: Cast) -> dict[str, int]:
    with writing():
        made = {name: person(name.replace(" ", ""), Role.AGENT) for name in ("own", "team", "all", "other")}
        made |= {name: person(name.replace(" ", ""), Role.AGENT) for name in ("signed out", "deactivated")}
        made["supervisor"] = person("supervisor", Role.SUPERVISOR)
        made["own"].sees, made["team"].sees, made["supervisor"].sees = Sees.OWN, Sees.TEAM, Sees.OWN
        teams = [Team(key=key, name=key.title(), created_at=clock.now()) for key in ("sales", "support")]
        db.session.add_all([*made.values(), *teams])
        db.session.flush()
        db.session.add(TeamMember(team_id=teams[0].id, user_id=made["team"].id))
        people = {name: each.id for name, each in made.items()} | {"admin": cast.admin.id}
    for id_ in people.values():
        accounts.set_password(id_, PASSWORD)
    return people


def _browsers(app: Flask) -> dict[str, Browser]:
    browsers = {name: Browser(app) for name in ("stranger", "visitor")}
    for name in (*SEEN, "signed out", "deactivated"):
        browsers[name] = Browser(app)
        assert browsers[name].sign_in(name.replace(" ", "")).status_code == 303
    token = browsers["visitor"].post("/widget/api/session", json={}).json["token"]
    browsers["visitor"].client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return browsers


def _ids(made: Ranks, row: int) -> Ids:
    """With a picture that was uploaded, and that is the contact's face too."""
    here = select(Conversation.public_id, Conversation.contact_id).where(Conversation.id == row)
    found = db.session.execute(here).one()
    told = picture(made.browsers["admin"], f"/api/conversations/{found.public_id}/files").json["file"]
    file = told["file"]
    with writing():
        key = db.session.scalar(select(Attachment.hash).filter_by(public_id=file))
        of = update(table(Contact)).where(table(Contact).c.id == found.contact_id)
        db.session.execute(of.values(picture=key))
    return Ids(found.public_id, found.contact_id, file)


def picture(browser: Browser, path: str) -> TestResponse:
    """A picture in a form, as the inbox sends one."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(photo()), "a.jpg")})
    return browser.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def _vanish(row: int, contact: int) -> None:
    """A conversation and its contact go, with all that hangs on them."""
    gone: dict[str, Any] = {"conversation": row, "contact": contact}
    with writing():
        for each in reversed(Model.metadata.sorted_tables):
            for column in each.columns:
                for key in column.foreign_keys:
                    if key.column.table.name in gone:
                        db.session.execute(delete(each).where(column == gone[key.column.table.name]))
        for name, id_ in gone.items():
            the_table = Model.metadata.tables[name]
            db.session.execute(delete(the_table).where(the_table.c.id == id_))
