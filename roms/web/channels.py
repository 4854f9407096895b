"""Accounts at providers: a page and an API for admins, and for everybody what is wrong with them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated

import httpx
from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from pydantic import BaseModel, Field

from roms import queue
from roms.config import Config
from roms.errors import Conflict, NotAllowed, NotFound
from roms.services import account_list, account_looks, account_setup, account_states, accounts, standing
from roms.services.actors import Actor
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, Text, body

bp = Blueprint("channels", __name__)
bp.before_request(identity.require_actor)

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
ONE = f"/api/channels/<int(max={LARGEST}):id_>"


class NewChannel(BaseModel):
    kind: Text = Field(max_length=20)
    name: Text = Field(max_length=200)
    values: Mapping[str, Text] = Field(default_factory=dict, max_length=50, repr=False)


class ChangedChannel(BaseModel):
    name: Text | None = Field(default=None, max_length=200)
    values: Mapping[str, Text] = Field(default_factory=dict, max_length=50, repr=False)
    is_enabled: bool | None = None
    make: list[str] = Field(default_factory=list, max_length=10)


class TestMessage(BaseModel):
    phone: Phone
    text: Text = Field(min_length=1, max_length=1000)


class PairingPhone(BaseModel):
    phone: Phone


class Password(BaseModel):
    password: str = Field(max_length=accounts.LONGEST_PASSWORD, repr=False)


def warnings(lang: str, is_admin: bool = False) -> list[dict[str, str]]:
    """What an operator should mend, and what comes in late, in the reader's language."""
    return [
        {"code": found["code"], "text": i18n.t(lang, "errors", found["code"], name=found["name"])}
        for found in (*standing.warnings(is_admin), *account_states.warnings())
    ]


def admin(*, confirmed: bool = False) -> Actor:
    """The admin who asks; `confirmed`: who has given the password in the last ten minutes."""
    actor = identity.actor()
    if not actor.is_admin:
        raise NotAllowed("accounts at providers are for admins")
    if confirmed:
        accounts.need_confirmed(actor)
    return actor


@bp.get("/inbox/channels", strict_slashes=False)
def show() -> ResponseReturnValue:
    me = admin()
    config: Config = current_app.extensions["roms.config"]
    boot = {
        "me": {"id": me.id, "name": me.name, "role": me.role, "language": me.language, "login": me.login},
        "agents": [],
        "csrf": generate_csrf(),
        "instance": config.instance,
        "public": config.is_https,
    }
    return i18n.page("channels.html", part="channels", boot=boot)


@bp.get("/api/warnings")
def wrong() -> ResponseReturnValue:
    me = identity.actor()
    return {"warnings": warnings(me.language, me.is_admin)}


@bp.post("/api/confirm")
def confirm() -> ResponseReturnValue:
    """The password again; from now on, for ten minutes, this browser may do what is dangerous."""
    accounts.confirm(identity.actor(), body(Password).password, request.remote_addr or "")
    return {"confirmed": True}


@bp.get("/api/channels")
def listing() -> ResponseReturnValue:
    admin()
    return {"channels": account_list.listing(), "kinds": account_list.kinds()}


@bp.post("/api/channels")
def add() -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(NewChannel)
    channel_id, made = account_setup.add(actor.id, wanted.kind, wanted.name, wanted.values)
    return {"channel": account_list.one(channel_id), "made": made}, 201


@bp.get(ONE)
def opened(id_: int) -> ResponseReturnValue:
    admin()
    return {"channel": account_list.one(id_)}


@bp.patch(ONE)
def change(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(ChangedChannel)
    asked = account_setup.Change(wanted.name, wanted.values, wanted.is_enabled, wanted.make)
    made = account_setup.change(actor.id, id_, asked)
    return {"channel": account_list.one(id_), "made": made}


@bp.delete(ONE)
def remove(id_: int) -> ResponseReturnValue:
    account_setup.remove(admin(confirmed=True).id, id_)
    return "", 204


@bp.post(f"{ONE}/connect")
def connect(id_: int) -> ResponseReturnValue:
    return _done(id_, account_looks.connect(_present(id_), admin().id, client()))


@bp.post(f"{ONE}/refresh")
def refresh(id_: int) -> ResponseReturnValue:
    admin()
    account_looks.ask(_present(id_), client())
    return _done(id_, {"ok": True})


@bp.post(f"{ONE}/test")
def test(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(TestMessage)
    return _done(id_, account_looks.send_test(_present(id_), actor.id, wanted.phone, wanted.text, client()))


@bp.get(f"{ONE}/qr")
def qr(id_: int) -> ResponseReturnValue:
    admin()
    return account_looks.code(_present(id_), client())


@bp.post(f"{ONE}/pairing-code")
def pairing_code(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(PairingPhone)
    return _done(id_, account_looks.pairing_code(_present(id_), actor.id, wanted.phone, client()))


@bp.post(f"{ONE}/restart")
def restart(id_: int) -> ResponseReturnValue:
    return _done(id_, account_looks.restart(_present(id_), admin().id, client()))


@bp.post(f"{ONE}/logout")
def logout(id_: int) -> ResponseReturnValue:
    return _done(id_, account_looks.logout(_present(id_), admin(confirmed=True).id, client()))


@bp.post(f"{ONE}/templates")
def templates(id_: int) -> ResponseReturnValue:
    admin()
    queue.ask(queue.SYNC_TEMPLATES, _present(id_, or_off=True))
    return {"asked": True}, 202


def _present(id_: int, or_off: bool = False) -> int:
    """An account that a provider can be asked about."""
    admin()
    found = account_list.one(id_)
    if found["direct"]:
        raise NotFound("the web chat has no provider")
    if not (found["is_enabled"] or or_off):
        raise Conflict("this channel is switched off")
    return id_


def _done(id_: int, outcome: dict[str, object]) -> ResponseReturnValue:
    return {**outcome, "channel": account_list.one(id_)}


@functools.cache
def client() -> httpx.Client:
    """One client per process; a redirect is never followed, so credentials go where they are configured to go."""
    return httpx.Client(timeout=httpx.Timeout(15, connect=5), follow_redirects=False)
