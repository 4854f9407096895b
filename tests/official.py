"""A channel with WhatsApp's own rules: a window of 24 hours, approved templates, reactions, signals.

What it would post is kept; the rest (database, outbox, worker, API) is real.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from roms.channels import ADAPTERS
from roms.channels.base import Abilities, Account, Parcel, Signal
from roms.channels.failures import SendFailed
from roms.channels.items import Template
from roms.db import db, writing
from roms.models import Channel, Conversation
from tests.cast import conversation

SENDER = "6281234567890"
FILES = {"image": (("image/jpeg", "image/png"), 5 << 20), "document": (("application/pdf", "image/*"), 100 << 20)}
OFFICIAL = Abilities(
    window=timedelta(hours=24),
    templates=True,
    buttons=3,
    list_rows=10,
    reactions=True,
    quotes=True,
    read_marks=True,
    typing=True,
    files={**FILES, "audio": (("audio/ogg",), 16 << 20)},
)
BODY = {"type": "BODY", "text": "Halo {{1}}, pesanan {{2}} siap.", "example": {"body_text": [["Budi", "INV-1"]]}}


@dataclass
class Official:
    """The provider behind it: what it took, what it was shown, what it lists; `fails` are raised first."""

    parcels: list[Parcel] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    listed: list[Template] = field(default_factory=list)
    fails: list[SendFailed] = field(default_factory=list)

    def send(self, account: Account, client: httpx.Client, parcel: Parcel) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.parcels.append(parcel)
        return f"wamid.{parcel.id}.{len(self.parcels)}"

    def signal(self, account: Account, client: httpx.Client, signal: Signal) -> None:
        self.signals.append(signal)

    def templates(self, account: Account, client: httpx.Client) -> list[Template]:
        if self.fails:
            raise self.fails.pop(0)
        return self.listed


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Official:
    """The cast's WhatsApp channel, as if it were one of WhatsApp's own."""
    provider = Official()
    adapter = replace(
        ADAPTERS["whapi"],
        abilities=OFFICIAL,
        send=provider.send,
        signal=provider.signal,
        templates=provider.templates,
    )
    monkeypatch.setitem(ADAPTERS, "whapi", adapter)  # type: ignore[arg-type]
    return provider


def template(name: str = "order_ready", status: str = "approved", *parts: Any, **more: Any) -> Template:
    components = parts or (BODY,)
    return Template(name, "id", status, f"id-{name}", "utility", "green", components, **more)


def opens_until(ends: datetime | None) -> None:
    """Their last message is a day older than this."""
    with writing():
        db.session.execute(update(Conversation).values(window_until=ends))


def channel_row(channel_id: int) -> Channel:
    db.session.rollback()
    row = db.session.get(Channel, channel_id, populate_existing=True)
    assert row is not None
    return row


def cid() -> str:
    return conversation(SENDER).public_id
