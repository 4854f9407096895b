"""Accounts at providers: a page and an API for admins, and for everybody what is wrong with them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated

import httpx
from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from roms import queue
from roms.config import Config
from roms.errors import Conflict, NotFound
from roms.services import account_list, account_looks, account_setup, account_states, accounts, standing
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, Text, body
from roms.web.rights import ADMIN, SIGNED_IN, may
from roms.web.starting import boot

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


@bp.get("/inbox/channels", strict_slashes=False)
@may(ADMIN)
def show() -> ResponseReturnValue:
    config: Config = current_app.extensions["roms.config"]
    return i18n.page("channels.html", part="channels", boot=boot(public=config.is_https))


@bp.get("/api/warnings")
@may(SIGNED_IN)
def wrong() -> ResponseReturnValue:
    me = identity.actor()
    return {"warnings": warnings(me.language, me.is_admin)}


@bp.post("/api/confirm")
@may(SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """The password again; from now on, for ten minutes, this browser may do what is dangerous."""
    accounts.confirm(identity.actor(), body(Password).password, request.remote_addr or "")
    return {"confirmed": True}


@bp.get("/api/channels")
@may(ADMIN)
def listing() -> ResponseReturnValue:
    return {"channels": account_list.listing(), "kinds": account_list.kinds()}


@bp.post("/api/channels")
@may(ADMIN, confirmed=True)
def add() -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(NewChannel)
    channel_id, made = account_setup.add(actor.id, wanted.kind, wanted.name, wanted.values)
    return {"channel": account_list.one(channel_id), "made": made}, 201


@bp.get(ONE)
@may(ADMIN)
def opened(id_: int) -> ResponseReturnValue:
    return {"channel": account_list.one(id_)}


@bp.patch(ONE)
@may(ADMIN, confirmed=True)
def change(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(ChangedChannel)
    asked = account_setup.Change(wanted.name, wanted.values, wanted.is_enabled, wanted.make)
    made = account_setup.change(actor.id, id_, asked)
    return {"channel": account_list.one(id_), "made": made}


@bp.delete(ONE)
@may(ADMIN, confirmed=True)
def remove(id_: int) -> ResponseReturnValue:
    account_setup.remove(identity.actor().id, id_)
    return "", 204


@bp.post(f"{ONE}/connect")
@may(ADMIN)
def connect(id_: int) -> ResponseReturnValue:
    return _done(id_, account_looks.connect(_present(id_), identity.actor().id, client()))


@bp.post(f"{ONE}/refresh")
@may(ADMIN)
def refresh(id_: int) -> ResponseReturnValue:
    account_looks.ask(_present(id_), client())
    return _done(id_, {"ok": True})


@bp.post(f"{ONE}/test")
@may(ADMIN, confirmed=True)
def test(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(TestMessage)
    return _done(id_, account_looks.send_test(_present(id_), actor.id, wanted.phone, wanted.text, client()))


@bp.get(f"{ONE}/qr")
@may(ADMIN)
def qr(id_: int) -> ResponseReturnValue:
    return account_looks.code(_present(id_), client())


@bp.post(f"{ONE}/pairing-code")
@may(ADMIN, confirmed=True)
def pairing_code(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(PairingPhone)
    return _done(id_, account_looks.pairing_code(_present(id_), actor.id, wanted.phone, client()))


@bp.post(f"{ONE}/restart")
@may(ADMIN)
def restart(id_: int) -> ResponseReturnValue:
    return _done(id_, account_looks.restart(_present(id_), identity.actor().id, client()))


@bp.post(f"{ONE}/logout")
@may(ADMIN, confirmed=True)
def logout(id_: int) -> ResponseReturnValue:
    return _done(id_, account_looks.logout(_present(id_), identity.actor().id, client()))


@bp.post(f"{ONE}/templates")
@may(ADMIN)
def templates(id_: int) -> ResponseReturnValue:
    queue.ask(queue.SYNC_TEMPLATES, _present(id_, or_off=True))
    return {"asked": True}, 202


def _present(id_: int, or_off: bool = False) -> int:
    """An account that a provider can be asked about."""
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
