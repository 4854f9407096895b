"""Our accounts at the providers: what the database names and the credentials key unlocks."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from roms import clock, secretbox
from roms.channels import ADAPTERS
from roms.channels.base import Abilities, Account, Adapter
from roms.config import Config
from roms.db import after_commit, db, table
from roms.errors import NotFound, NotReady
from roms.models import Channel

BOX_ACCOUNTS: Mapping[str, Mapping[str, str]] = {  # what the WhatsApp in a box knows of us; addresses without its own
    "whapi": {"base_url": "", "token": "trial-token"},
    "meta": {
        "base_url": "/meta",
        "phone_number_id": "106540352242922",
        "business_id": "102290129340398",
        "token": "trial-token",
        "app_secret": "trial-app-secret",
        "verify_token": "trial-verify",
    },
    "twilio": {
        "base_url": "/twilio",
        "content_url": "/twilio",
        "account_sid": "AC" + 32 * "0",
        "auth_token": "trial-auth-token",
        "from": "whatsapp:+12025550142",
    },
    "waha": {"base_url": "/waha", "session": "default", "api_key": "trial-key", "hmac_key": "trial-hmac"},
}
READ_AFRESH = 2.0  # seconds after which another process's change to a channel is seen
KEY = re.compile(r"[A-Za-z0-9_-]{1,43}")  # only what can be the key of an address reaches the database
VERSIONS = select(Channel.id, Channel.version)


@dataclass(frozen=True, slots=True)
class Line:
    """A channel as the rest of the services see it."""

    id: int
    kind: str
    name: str
    account: Account
    is_enabled: bool = True
    state: str = "unknown"
    problem: str = ""  # why its credentials cannot be opened
    version: int = 0

    @property
    def adapter(self) -> Adapter:
        return ADAPTERS[self.kind]

    @property
    def abilities(self) -> Abilities:
        return self.adapter.abilities

    @property
    def per_second(self) -> int:
        """Messages the provider takes of this account: where its owner knows better than the usual, what he says."""
        own = self.account["per_second"]
        return int(own) if own.isdecimal() and own.isascii() else self.abilities.per_second

    @property
    def can_be_asked(self) -> bool:
        """How the account is, at the provider."""
        return bool(self.adapter.linking or self.adapter.state)

    @property
    def is_direct(self) -> bool:
        """Writing a message down delivers it: there is no provider to call."""
        return self.adapter.direct

    @property
    def facts(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.kind, "name": self.name}


@dataclass(slots=True)
class Memory:
    """What this process knows of the channels, and when it last asked whether that is still so."""

    lines: dict[int, Line] = field(default_factory=dict)
    first: dict[tuple[str, str | None], int] = field(default_factory=dict)  # kind and key of a webhook's address
    asked_at: float = field(default_factory=time.monotonic)


def line(channel_id: int) -> Line:
    """The channel with this id, from memory after the first time."""
    known = _memory().lines
    if channel_id not in known:
        columns = table(Channel).c
        row = db.session.execute(select(*columns).where(columns.id == channel_id)).one_or_none()
        if row is None:
            raise NotFound("there is no such channel")
        known[channel_id] = _line(row)
    return known[channel_id]


def are_several() -> bool:
    """Whether people can write to more than one number of ours."""
    numbers = select(func.count()).where(table(Channel).c.kind != "webchat")
    return (db.session.scalar(numbers) or 0) > 1


def afresh(channel_id: int) -> Line:
    """The same as it is this moment: for whoever is about to try credentials that another process just changed."""
    db.session.rollback()  # an earlier read must not share its view
    _memory().asked_at = -READ_AFRESH
    return line(channel_id)


def _memory() -> Memory:
    """What is known, less what another process has changed: asked every other second, for all channels at once."""
    known = current_app.extensions
    memory: Memory = known.get("roms.channels") or known.setdefault("roms.channels", Memory())
    if time.monotonic() - memory.asked_at >= READ_AFRESH:
        memory.asked_at = time.monotonic()  # first, so that other threads do not ask as well
        versions = {row.id: row.version for row in db.session.execute(VERSIONS)}
        if any(versions.get(each.id) != each.version for each in list(memory.lines.values())):
            memory = known["roms.channels"] = Memory()
    return memory


def find(kind: str, key: str | None = None) -> Account:
    """The account a webhook is for: by the key in its address, or the first of its kind.

    NotReady when its credentials cannot be opened: the provider shall try again.
    """
    check_address(kind, key)
    first = _memory().first
    if (kind, key) not in first:
        wanted = select(Channel.id).filter_by(kind=kind).order_by(Channel.id).limit(1)
        found = db.session.scalar(wanted if key is None else wanted.filter_by(webhook_key=key))
        if found is None:
            raise NotFound("there is no such channel" if key else f"no channel of the kind {kind!r} is set up")
        first[kind, key] = found
    found_line = line(first[kind, key])
    if found_line.problem:
        raise NotReady(found_line.problem)
    return found_line.account


def check_address(kind: str, key: str | None) -> None:
    """NotFound for what cannot be the address of a webhook, whatever the database has."""
    if kind not in ADAPTERS:
        raise NotFound(f"there is no channel of the kind {kind!r}")
    if key is not None and not KEY.fullmatch(key):
        raise NotFound("there is no such channel")


def in_memory(kind: str, key: str | None) -> Account | None:
    """The account that `find` found before, as it was then: for while the database cannot be asked."""
    memory: Memory | None = current_app.extensions.get("roms.channels")
    known = memory.lines.get(memory.first.get((kind, key), 0)) if memory else None
    return known.account if known and not known.problem else None


def routed(account: Account, name: str) -> int | None:
    """The channel that an item with this provider's name of an account is for; None: none of ours.

    One webhook address may serve several accounts of one owner, if what signed this call would sign for them too.
    """
    adapter = ADAPTERS[account.kind]
    own = adapter.account_of(account)
    if not name or not own or name == own:
        return account.channel_id
    known = db.session.scalars(select(Channel.id).filter_by(kind=account.kind, account=name).order_by(Channel.id))
    others = (line(channel_id).account for channel_id in known)
    signs = [field.name for field in adapter.fields if field.signs]
    return next((other.channel_id for other in others if all(other[name] == account[name] for name in signs)), None)


def is_named(account: Account, name: str) -> bool:
    """Whether an account of this provider's has that name, whatever it is signed with."""
    known = select(Channel.id).filter_by(kind=account.kind, account=name)
    return db.session.scalar(known.limit(1)) is not None


def ensure() -> None:
    """Have the web chat, and in a trial an account of every kind in the box (called inside a setup transaction)."""
    fake = config().fake_url if config().is_trial else ""
    for kind, adapter in ADAPTERS.items():
        row = db.session.scalar(select(Channel).filter_by(kind=kind).order_by(Channel.id).limit(1))
        if row is None and (adapter.direct or fake):
            add(kind, adapter.title, {} if adapter.direct else box_values(kind, fake))
        elif row is not None and fake and _is_of_the_box(row, fake):
            put(row, box_values(kind, fake))


def _is_of_the_box(row: Channel, box: str) -> bool:
    """A trial's account without an address (from before accounts had one), or with the box's on another port."""
    wanted = box_values(row.kind, box)
    address = row.settings.get("base_url", "")
    if not wanted or address == wanted["base_url"] or (address and not address.startswith("http://127.0.0.1:")):
        return False
    return all(row.settings.get(name, value) == value for name, value in wanted.items() if not _moves(row.kind, name))


def _moves(kind: str, name: str) -> bool:
    return name.endswith("_url") or any(field.secret for field in ADAPTERS[kind].fields if field.name == name)


def box_values(kind: str, box: str) -> dict[str, str]:
    """What an account of this kind must know to talk with the box at this address."""
    values = BOX_ACCOUNTS.get(kind, {})
    return {name: box + value if name.endswith("_url") else value for name, value in values.items()}


def add(kind: str, name: str, values: Mapping[str, str]) -> Channel:
    """A new channel with these values of its adapter's fields, within the caller's transaction."""
    row = Channel(kind=kind, name=name, webhook_key=secrets.token_urlsafe(24), created_at=clock.now(), settings={})
    db.session.add(row)
    put(row, values)
    db.session.flush()
    return row


def put(row: Channel, values: Mapping[str, str]) -> None:
    """Change what its adapter needs to know; what is not named stays as it is."""
    adapter = ADAPTERS[row.kind]
    secret = {field.name for field in adapter.fields if field.secret}
    changed = opened(row.secrets)[0] | {name: value for name, value in values.items() if name in secret}
    row.settings = row.settings | {name: value for name, value in values.items() if name not in secret}
    row.secrets = secretbox.seal(config().credentials_keys, {name: value for name, value in changed.items() if value})
    row.account = adapter.account_of(Account(row.id or 0, row.kind, row.settings | changed))
    touch(row)


def touch(row: Channel) -> None:
    """Something about it has changed: every process reads it afresh, this one at once."""
    row.version = (row.version or 0) + 1
    forget()
    after_commit(forget)  # another thread may have read the old one meanwhile


def opened(sealed: str) -> tuple[dict[str, str], str]:
    """The secrets of a channel; or none, and why they cannot be opened."""
    try:
        return secretbox.unseal(config().credentials_keys, sealed), ""
    except secretbox.Sealed as error:
        return {}, str(error)


def forget() -> None:
    """Read every channel afresh from now on."""
    current_app.extensions.pop("roms.channels", None)


def webhook_of(kind: str, key: str) -> str:
    """The public address that a provider is to call."""
    return f"{config().public_url}/webhook/{kind}/{key}"


def config() -> Config:
    found: Config = current_app.extensions["roms.config"]
    return found


def _line(row: Any) -> Line:
    values, problem = opened(row.secrets)
    account = Account(row.id, row.kind, row.settings | values, webhook_of(row.kind, row.webhook_key))
    return Line(row.id, row.kind, row.name, account, row.is_enabled, row.state, problem, row.version)
