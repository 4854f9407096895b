"""After an outage: what the provider still has is fetched, and goes through the one door.

Twilio, Whapi and WAHA can list messages; Meta cannot, but repeats its webhooks for days. What we have already is known
by its id. What was new is marked as recovered in its thread, and the account's page tells of the gap.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
from sqlalchemy import func, select

from roms import clock
from roms.channels import ADAPTERS
from roms.channels.failures import SendFailed
from roms.channels.items import Incoming, Item
from roms.db import db, insert_once, table, transaction
from roms.engine.types import JSON
from roms.models import Channel, ChannelFetch, Direction, Message
from roms.outside import dates
from roms.services import account_states, arrivals, channels, door, frames

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=5)  # clocks differ, and lists may lag behind
GRACE = timedelta(minutes=2)  # what is younger has its webhook under way
STILL_TALKING = timedelta(minutes=2)  # who wrote so lately is answered each time
LONGEST = timedelta(days=7)  # what is older nobody waits for
AT_ONCE = 500  # ids looked up with one statement


def listed() -> list[int]:
    """The accounts whose provider can be asked for what it brought."""
    kinds = [kind for kind, adapter in ADAPTERS.items() if adapter.history is not None]
    return list(db.session.scalars(select(Channel.id).where(Channel.is_enabled, Channel.kind.in_(kinds))))


def fetch(channel_id: int, client: httpx.Client, at_start: bool = False) -> int:
    """Store what came since we last looked, and how much of it was new. `at_start`: no webhook is under way.

    A provider that does not tell is asked again another time; so is one of whose messages one made us stumble.
    """
    line, at = channels.line(channel_id), clock.now()
    history = line.adapter.history
    if history is None or not line.is_enabled or line.problem or arrivals.spool().is_waiting(channel_id):
        return 0
    since = _since(channel_id, at)
    if since is None:
        _looked(channel_id, at if at_start else at - GRACE, [])
        return 0
    db.session.rollback()  # nothing is held while the provider is asked
    with dates.asking() as told:
        try:
            found = list(history(line.account, client, max(since - OVERLAP, at - LONGEST)))
        except SendFailed as failed:
            log.warning("what channel %s missed could not be fetched: %s", channel_id, failed.kind)
            return 0
    now = told.at or at  # by the clock that dated what is listed
    until = now if at_start else now - GRACE
    new = _new(channel_id, [each for each in found if not isinstance(each, Incoming) or _is_before(each, until)])
    came = door.handled(line.account, _marked(new, now))
    stuck = [each.item for each in came.stumbles]
    left = [each.at for each in stuck if isinstance(each, Incoming) and each.at]
    stored = [each for each in new if isinstance(each, Incoming) and each not in stuck]
    _looked(channel_id, min([until, *left]), stored if came.done["stored"] else [])
    return came.done["stored"]


def _since(channel_id: int, at: datetime) -> datetime | None:
    """When we last looked; at first, when we last heard of it. None: never, so that nothing can be missing."""
    columns = table(ChannelFetch).c
    looked: datetime | None = db.session.scalar(select(columns.until).where(columns.channel_id == channel_id))
    if looked is not None:
        return min(looked, at)
    theirs = Message.channel_id == channel_id, Message.direction == Direction.IN
    said = db.session.scalar(select(func.max(Message.created_at)).where(*theirs))
    heard = db.session.scalar(select(Channel.last_in_at).where(Channel.id == channel_id))
    return min((each for each in (said, heard) if each is not None), default=None)


def _is_before(item: Incoming, until: datetime) -> bool:
    return item.at is None or item.at <= until


def _new(channel_id: int, items: Sequence[Item]) -> list[Item]:
    """What we do not have, oldest first, each once: pages may overlap."""
    ids = [each.provider_id for each in items if isinstance(each, Incoming) and each.provider_id]
    known: set[str | None] = set()
    for place in range(0, len(ids), AT_ONCE):
        there = select(Message.provider_id).where(Message.channel_id == channel_id)
        known |= set(db.session.scalars(there.where(Message.provider_id.in_(ids[place : place + AT_ONCE]))))
    found = {each.provider_id: each for each in items if isinstance(each, Incoming) and each.provider_id not in known}
    others = [each for each in items if not isinstance(each, Incoming)]
    return [*sorted(found.values(), key=lambda each: each.at.timestamp() if each.at else 0.0), *others]


def _marked(items: Iterable[Item], now: datetime) -> list[Item]:
    """Of several messages of one person the bot answers the last, and what was written a moment ago: five answers at
    once are none, and a form takes one after the other."""
    marked = list(items)
    newest = {each.address: number for number, each in enumerate(marked) if isinstance(each, Incoming)}
    for number, each in enumerate(marked):
        if isinstance(each, Incoming):
            is_old = now - (each.at or now) > STILL_TALKING
            is_followed = is_old and newest[each.address] != number
            marked[number] = replace(each, via="recovered", is_followed=is_followed)
    return marked


@transaction()
def _looked(channel_id: int, until: datetime, stored: Sequence[Incoming]) -> None:
    """Next time only what came after this; the account's page tells what was missing."""
    row = account_states.locked(channel_id)
    if row is None:
        return
    if insert_once(table(ChannelFetch), {"channel_id": channel_id, "until": until}, "channel_id", asking="1") is None:
        columns = table(ChannelFetch).c
        of_this = columns.channel_id == channel_id
        db.session.execute(table(ChannelFetch).update().where(of_this).values(until=until))
    if stored:
        written = [each.at for each in stored if each.at]
        gap: JSON = {"from": frames.moment(min(written)), "to": frames.moment(max(written))} if written else {}
        account_states.remember(row, "fetched", None, count=len(stored), **gap)
