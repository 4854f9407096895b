"""Accounts at providers as admins make, change and remove them. Secrets go in here and never come out again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from roms import queue, secretbox
from roms.channels import ADAPTERS
from roms.channels.base import Adapter, Field
from roms.channels.reading import printable
from roms.db import after_commit, db, writing
from roms.errors import ChannelUsed, Conflict, Invalid, NotFound, NotReady
from roms.models import (
    Attachment,
    Channel,
    ChannelEvent,
    Conversation,
    Message,
    MessageTemplate,
    PendingReceipt,
    RawItem,
    SetAside,
)
from roms.services import account_states, channels, stumbles

LONGEST_VALUE, LONGEST_NAME = 2000, 120


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an account; None and empty: it stays. make: secrets of ours to make anew."""

    name: str | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_enabled: bool | None = None
    make: Collection[str] = ()


def add(user_id: int | None, kind: str, name: str, values: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    """A new account: its id, and the secrets we made for it, which are told this once."""
    adapter = ADAPTERS.get(kind)
    if adapter is None or adapter.direct:
        raise Invalid(f"kind: there is no kind of account {kind!r}", field="kind")
    given = {each.name: each.default for each in adapter.fields if each.default and not values.get(each.name)}
    made = {each.name: secrets.token_urlsafe(24) for each in adapter.fields if _is_made(each, values)}
    whole = checked(adapter, {**values, **given, **made})
    _complete(adapter, whole)
    with _written():
        row = channels.add(kind, _free_name(kind, name), whole)
        _alone(row)
        account_states.remember(row, "added", user_id, fields=sorted(whole))
        return row.id, made


def change(user_id: int | None, channel_id: int, wanted: Change) -> dict[str, str]:
    """Change an account; the secrets that were made anew."""
    with _written():
        row = _row(channel_id)
        adapter = ADAPTERS[row.kind]
        made = {name: secrets.token_urlsafe(24) for name in wanted.make}
        if others := sorted(made.keys() - {each.name for each in adapter.fields if each.made_by_us}):
            raise Invalid(f"{others[0]}: this is not made by us", field=others[0])
        if values := checked(adapter, {**wanted.values, **made}):
            _new_values(row, adapter, values, user_id)
        if wanted.name is not None and wanted.name.strip() != row.name:
            row.name = _free_name(row.kind, wanted.name, row.id)
            account_states.remember(row, "renamed", user_id, name=row.name)
        if wanted.is_enabled is not None and wanted.is_enabled != row.is_enabled:
            _switch(row, wanted.is_enabled, user_id)
        channels.touch(row)
        return made


def remove(user_id: int | None, channel_id: int) -> None:
    """Forget an account that was never used; ChannelUsed for any other."""
    with _written():
        row = _row(channel_id)
        if ADAPTERS[row.kind].direct:
            raise Conflict("the web chat is part of the house: it can be switched off, but not removed")
        for used in (Conversation, Message, Attachment, SetAside):
            if db.session.scalar(select(exists().where(used.channel_id == channel_id))):
                raise ChannelUsed
        for left in (ChannelEvent, MessageTemplate, PendingReceipt, RawItem):
            db.session.execute(delete(left).where(left.channel_id == channel_id))
        channels.touch(row)
        db.session.flush()
        db.session.delete(row)


def checked(adapter: Adapter, values: Mapping[str, str]) -> dict[str, str]:
    """These values without the spaces that come with copying; Invalid names the first field that cannot be."""
    known = {each.name: each for each in adapter.fields}
    found = {name: value.strip() for name, value in values.items()}
    for name, value in found.items():
        each = known.get(name)
        if each is None:
            raise Invalid(f"{name}: {adapter.title} has no such field", field=name)
        if not value and each.required:
            raise Invalid(f"{name}: this is needed", field=name, problem="missing")
        if len(value) > LONGEST_VALUE or value != printable(value) or not value.isprintable():
            raise Invalid(f"{name}: one line of at most {LONGEST_VALUE} characters", field=name, problem="shape")
        if value and each.pattern and not re.fullmatch(each.pattern, value):
            raise Invalid(f"{name}: this does not look like one", field=name, problem="shape")
    return found


def rotate() -> tuple[int, list[str]]:
    """Seal all credentials anew under the first key: how many, and the names of accounts that could not be opened."""
    count, shut = 0, []
    with _written():
        for row in db.session.scalars(select(Channel).order_by(Channel.id).with_for_update()):
            values, problem = channels.opened(row.secrets)
            if problem:
                shut.append(row.name)
            elif values:
                row.secrets = secretbox.seal(channels.config().credentials_keys, values)
                channels.touch(row)
                count += 1
        stumbles.seal_anew()
    return count, shut


def _is_made(each: Field, values: Mapping[str, str]) -> bool:
    return each.made_by_us and not values.get(each.name)


def _complete(adapter: Adapter, values: Mapping[str, str]) -> None:
    for each in adapter.fields:
        if each.required and not values.get(each.name):
            raise Invalid(f"{each.name}: this is needed", field=each.name, problem="missing")


def _new_values(row: Channel, adapter: Adapter, values: Mapping[str, str], user_id: int | None) -> None:
    kept = {**row.settings, **values}  # what a newer version asks for besides, it has a default for
    defaults = {each.name: each.default for each in adapter.fields if each.default and not kept.get(each.name)}
    channels.put(row, defaults | dict(values))
    _complete(adapter, row.settings | channels.opened(row.secrets)[0])
    _alone(row)
    row.state, row.state_code, row.state_text, row.state_data, row.restarted_at = "unknown", "", "", None, None
    account_states.remember(row, "changed", user_id, fields=sorted(values))
    after_commit(lambda: queue.ask(queue.LOOK, row.id))


def _switch(row: Channel, on: bool, user_id: int | None) -> None:
    row.is_enabled = on
    account_states.remember(row, "enabled" if on else "disabled", user_id)
    if on:
        account_states.revive(row.id)
        after_commit(lambda: queue.ask(queue.LOOK, row.id))


def _row(channel_id: int) -> Channel:
    row = account_states.locked(channel_id)
    if row is None:
        raise NotFound("there is no such channel")
    return row


def _free_name(kind: str, name: str, channel_id: int = 0) -> str:
    name = " ".join(printable(name).split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"name: 1 to {LONGEST_NAME} characters", field="name", problem="missing")
    if db.session.scalar(select(exists().where(Channel.kind == kind, Channel.name == name, Channel.id != channel_id))):
        raise Invalid("name: another account of this kind has it", field="name", problem="taken")
    return name


def _alone(row: Channel) -> None:
    """Two rows for one account would answer every message twice."""
    db.session.flush()
    same = Channel.kind == row.kind, Channel.account == row.account, Channel.id != row.id
    if row.account and (other := db.session.scalar(select(Channel.name).where(*same).limit(1))):
        raise Invalid(f"this account is set up already, as {other}", field="", problem="twice")


@contextmanager
def _written() -> Iterator[None]:
    """A transaction whose failures are a person's to mend: no key to seal with, a name somebody has just taken."""
    try:
        with writing():
            yield
    except secretbox.Sealed as sealed:
        raise NotReady(str(sealed)) from sealed
    except IntegrityError as clash:
        raise Conflict("somebody else has just done something like this; look again") from clash
