"""Our accounts at the providers: what the database names and the settings unlock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from roms import clock
from roms.channels import ADAPTERS
from roms.channels.base import Account
from roms.config import Config
from roms.db import db
from roms.errors import NotFound
from roms.models import Channel

KINDS = {"whapi": "WhatsApp (Whapi)", "webchat": "Web chat"}  # kind -> name of the first account


@dataclass(frozen=True, slots=True)
class Line:
    """A channel as the rest of the services see it."""

    id: int
    kind: str
    name: str
    account: Account

    @property
    def is_direct(self) -> bool:
        """Writing a message down delivers it: there is no provider to call."""
        return ADAPTERS[self.kind].direct

    @property
    def facts(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.kind, "name": self.name}


def line(channel_id: int) -> Line:
    """The channel with this id, from memory after the first time."""
    known: dict[int, Line] = current_app.extensions.setdefault("roms.lines", {})
    if channel_id not in known:
        row = db.session.get(Channel, channel_id)
        if row is None:
            raise NotFound("there is no such channel")
        known[channel_id] = Line(row.id, row.kind, row.name, _account(row))
    return known[channel_id]


def find(kind: str, channel_id: int | None = None) -> Account:
    """The account a webhook is for: by id, or the first of its kind."""
    if kind not in KINDS:
        raise NotFound(f"there is no channel of the kind {kind!r}")
    if channel_id is None:
        first: dict[str, int] = current_app.extensions.setdefault("roms.first_lines", {})
        if kind not in first:
            found = db.session.scalar(select(Channel.id).filter_by(kind=kind).order_by(Channel.id).limit(1))
            if found is None:
                raise NotFound(f"no channel of the kind {kind!r} is set up")
            first[kind] = found
        channel_id = first[kind]
    found_line = line(channel_id)
    if found_line.kind != kind:
        raise NotFound("there is no such channel")
    return found_line.account


def warnings() -> list[dict[str, str]]:
    """What an operator should mend, in words."""
    config: Config = current_app.extensions["roms.config"]
    found = []
    if not config.whapi_secret:
        text = (
            "The Whapi webhook has no secret: it is open to this machine only. Set ROMS_WHAPI_SECRET to let Whapi in."
        )
        found.append({"code": "webhook_open", "text": text})
    if not config.whapi_token:
        text = "The Whapi channel has no token: it receives, but no answer can leave. Set ROMS_WHAPI_TOKEN."
        found.append({"code": "no_token", "text": text})
    return found


def ensure() -> None:
    """Have one account of every kind (called inside a setup transaction)."""
    for kind, name in KINDS.items():
        if db.session.scalar(select(Channel.id).filter_by(kind=kind).limit(1)) is None:
            db.session.add(Channel(kind=kind, name=name, created_at=clock.now()))


def _account(row: Channel) -> Account:
    config: Config = current_app.extensions["roms.config"]
    if row.kind == "whapi":
        return Account(row.id, row.kind, config.whapi_base_url, config.whapi_token, config.whapi_secret)
    return Account(row.id, row.kind)
