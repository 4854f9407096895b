"""What waits to be sent: claimed under a lease, each conversation in order, the outcome written down.

Only a conversation's oldest unsent message can be claimed, so order is kept whatever the number of workers; a bot
message of an older epoch can not be claimed at all, so a bot never speaks after a person took over.
"""

from __future__ import annotations

import functools
import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, bindparam, or_, select, update

from roms import clock
from roms.channels.base import Parcel
from roms.channels.failures import ChannelBroken, Permanent, SendFailed, Throttled, Tomorrow, Transient
from roms.channels.items import Receipt
from roms.db import db, serialize, table, transaction
from roms.models import Channel, Contact, Conversation, Direction, Message, Sender, Status
from roms.services import (
    account_states,
    aftermath,
    channels,
    evidence,
    pacing,
    parcels,
    permission,
    queued,
    refusals,
    templates,
    window,
)
from roms.services.channels import Line
from roms.services.receipts import key, moved_forward, pending_for
from roms.services.scene import Row, Scene, finish, scene_of

LEASE = timedelta(seconds=45)  # connect 5 s, read 15 s, and a margin; renewed while a sender is at it for longer
LONGEST_BACKOFF = 15 * 60  # seconds
GIVE_UP_AFTER = timedelta(hours=24)
BROKEN_CHANNEL_PAUSE = 60.0  # seconds until a channel that needs attention is tried again


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until the lease ends, or to give up for the reason in `refused`."""

    parcel: Parcel
    conversation_id: int
    lease: str
    until: datetime
    refused: SendFailed | None = None
    is_bots: bool = False


Outcome = str | SendFailed  # the provider's id, or why not
CLAIMED = ("id", "conversation_id", "kind", "text", "payload", "sender", "created_at", "error_class", "attempts")


@transaction()
def claim(channel_id: int, width: int) -> list[Claimed]:
    """Take up to `width` messages, of as many conversations, that are due now."""
    at, line = clock.now(), channels.line(channel_id)
    if not line.is_enabled:
        return []
    pace = pacing.held(line.id)
    room = pacing.room(line, pace, width, at)
    ranks = [(rank, min(room, most)) for rank, most in queued.ranks(width)]
    if not room:
        return []
    lease = secrets.token_urlsafe(12)
    taken = next(filter(None, (_taken_by(lease, line, at, *each) for each in ranks)), [])
    if not taken:
        return []
    pacing.leaves(line, pace, len(taken), at)
    queued.written_to(line, [row.conversation_id for row in taken], at)
    places = {row.id: row for row in db.session.execute(_places(), {"ids": [row.conversation_id for row in taken]})}
    return [
        Claimed(
            parcels.made(line, row, places[row.conversation_id].address),
            row.conversation_id,
            lease,
            at + LEASE,
            _refused(line, row, places[row.conversation_id], at),
            row.sender is Sender.BOT,
        )
        for row in sorted(taken, key=lambda row: row.id)
    ]


def _taken_by(lease: str, line: Line, at: datetime, rank: int, width: int) -> list[Any]:
    """The next of this rank, which are held under this lease from now on."""
    ours = {"the_lease": lease, "the_end": at + LEASE, **queued.asked(line, at, width, rank)}
    return list(db.session.execute(_take(queued.is_paced(line)), ours))


@functools.cache
def _take(is_paced: bool) -> Executable:
    """Made once, like the other statements here: making one costs more than running it."""
    columns = table(Message).c
    ours = {"lease": bindparam("the_lease"), "lease_until": bindparam("the_end"), "tried_at": queued.AT}
    take = update(table(Message)).where(columns.id.in_(queued.next_in_line(is_paced)))
    take = take.values(ours | {"status": Status.SENDING, "attempts": columns.attempts + 1})
    return take.returning(*(columns[name] for name in CLAIMED))


@functools.cache
def _places() -> Executable:
    """Where these conversations' messages go, and what is to be asked of them before."""
    these, their = table(Conversation), table(Contact).c
    wanted = select(these.c.id, these.c.address, these.c.window_until, their.opted_out_at)
    return wanted.join_from(these, table(Contact)).where(these.c.id.in_(bindparam("ids", expanding=True)))


def _refused(line: Line, row: Any, place: Any, at: datetime) -> SendFailed | None:
    """Why this is not sent although it waits: what was right when it was written may not be any more."""
    is_template = row.kind == "template" and line.abilities.templates
    if is_template and templates.is_refused(line.id, (row.payload or {}).get("content") or {}):
        return refusals.refusal(refusals.TEMPLATE)
    if permission.is_refused(line, place.id, place.opted_out_at, row._mapping, at):
        return refusals.refusal(refusals.UNWANTED)
    if not is_template and not window.is_open(line, place.window_until, at):
        return refusals.refusal(refusals.WINDOW)
    longest = 2 * GIVE_UP_AFTER if row.error_class == Tomorrow.error_class else GIVE_UP_AFTER
    if row.kind != "template" and at - row.created_at >= longest:
        return refusals.refusal(refusals.TOO_OLD)
    return None


@transaction()
def record(channel_id: int, outcomes: Sequence[tuple[Claimed, Outcome]]) -> None:
    """Write down what became of these sends. Whoever lost the lease can still say that the provider took it, as long
    as nobody sent it again."""
    at, line = clock.now(), channels.line(channel_id)
    provider_ids = sorted(outcome for _, outcome in outcomes if isinstance(outcome, str))
    serialize(*(key(channel_id, provider_id) for provider_id in provider_ids))
    conversations = Conversation.all_locked({claimed.conversation_id for claimed, _ in outcomes})
    scenes = {id_: scene_of(conversation, line, at) for id_, conversation in conversations.items()}
    held = _held(outcomes)
    taken = _taken(channel_id, provider_ids)
    early = pending_for(channel_id, provider_ids)
    written: list[Row] = []
    leases: list[str | None] = []
    for claimed, outcome in outcomes:
        if claimed.parcel.id in held:
            row = _settle(scenes[claimed.conversation_id], held[claimed.parcel.id], outcome, early)
            if row["provider_id"] in taken:  # a provider that gives an id twice; it must not cost the others' outcomes
                row["provider_id"] = None
            taken.add(row["provider_id"])
            written.append(row)
            leases.append(claimed.lease)
    write(written, leases)
    finish(*scenes.values())


def _held(outcomes: Sequence[tuple[Claimed, Outcome]]) -> dict[int, Row]:
    """Those of these messages that are ours to settle, by id, with all columns."""
    by_id = {claimed.parcel.id: (claimed.lease, outcome) for claimed, outcome in outcomes}
    rows = [dict(row) for row in db.session.execute(_open(), {"ids": list(by_id)}).mappings()]
    return {row["id"]: row for row in rows if _is_ours(row, *by_id[row["id"]])}


@functools.cache
def _open() -> Executable:
    columns = table(Message).c
    is_open = columns.status.in_([Status.SENDING, Status.UNKNOWN])
    return select(*columns).where(columns.id.in_(bindparam("ids", expanding=True)), is_open)


def _is_ours(row: Row, lease: str, outcome: Outcome) -> bool:
    """After the lease only the provider's yes counts: later messages may have gone out meanwhile."""
    return row["lease"] == lease and (row["status"] is Status.SENDING or isinstance(outcome, str))


def _taken(channel_id: int, provider_ids: Sequence[str]) -> set[str | None]:
    """Those of these ids that another message has already."""
    named = {"channel": channel_id, "ids": provider_ids}
    return set(db.session.scalars(_known(), named)) if provider_ids else set()


@functools.cache
def _known() -> Executable:
    columns = table(Message).c
    ours = columns.channel_id == bindparam("channel"), columns.direction == Direction.OUT
    return select(columns.provider_id).where(*ours, columns.provider_id.in_(bindparam("ids", expanding=True)))


def _settle(scene: Scene, row: Row, outcome: Outcome, early: Mapping[str, Receipt]) -> Row:
    """The message as it is from now on, shown to whoever looks."""
    values = _after(outcome, row["attempts"], row["created_at"], scene.at)
    is_outlived = row["sender"] is Sender.BOT and row["epoch"] != scene.conversation.epoch
    if values["status"] is Status.QUEUED and is_outlived:
        values["status"] = Status.CANCELLED
    if isinstance(outcome, SendFailed):  # some repeat what they were told, our token too
        values["error_text"] = account_states.redacted(scene.line.account, str(outcome))
    if isinstance(outcome, str) and outcome in early:
        values |= moved_forward(values["status"], early[outcome])
    row |= values | {"revision": scene.next_seq()}
    scene.shown.append(row)
    aftermath.of(scene, [row])
    return row


def _after(outcome: Outcome, attempts: int, created_at: datetime, at: datetime) -> Row:
    """The columns of a message after a send: only proof that nobody took it allows another try."""
    values: Row = {"lease": None, "lease_until": None}
    if isinstance(outcome, str):
        return values | {"status": Status.ACCEPTED, "provider_id": outcome, **NO_ERROR}
    values |= {"error_code": outcome.code or type(outcome).__name__.lower(), "error_text": str(outcome)}
    values["error_class"] = outcome.error_class
    may_try_again = isinstance(outcome, Transient | ChannelBroken) and at - created_at < GIVE_UP_AFTER
    if may_try_again:
        return values | {"status": Status.QUEUED, "due_at": at + timedelta(seconds=_pause(outcome, attempts))}
    if isinstance(outcome, Permanent | Transient | ChannelBroken):
        return values | {"status": Status.FAILED}
    return values | {"status": Status.UNKNOWN, **evidence.begins(at)}


def _pause(outcome: SendFailed, attempts: int) -> float:
    """Seconds until the next try: what the provider asks for, else doubling with full jitter."""
    if isinstance(outcome, Throttled):
        return outcome.retry_after
    if isinstance(outcome, ChannelBroken):
        return BROKEN_CHANNEL_PAUSE
    longest = min(LONGEST_BACKOFF, 2 ** min(attempts, 20))
    return random.uniform(longest / 2, longest)


NO_ERROR = {"error_code": "", "error_text": "", "error_class": ""}
SETTLED = ("revision", "status", "lease", "lease_until", "due_at", "provider_id", "checked", "is_doubtful", *NO_ERROR)


def write(rows: Sequence[Row], leases: Sequence[str | None]) -> None:
    """Only over the very lease that was found with it: a row that somebody else holds by now is theirs to write."""
    if rows:
        mine = [{"the_id": row["id"], "the_lease": lease} for row, lease in zip(rows, leases, strict=True)]
        values = [{name: row[name] for name in SETTLED} for row in rows]
        db.session.execute(_put(), [each | which for each, which in zip(values, mine, strict=True)])


@functools.cache
def _put() -> Executable:
    columns = table(Message).c
    is_open = or_(columns.status == Status.SENDING, columns.status == Status.UNKNOWN)  # IN takes no list of rows
    held = columns.id == bindparam("the_id"), columns.lease == bindparam("the_lease")
    settle = update(table(Message)).where(is_open, *held)
    return settle.values({name: bindparam(name) for name in SETTLED})


def due_channels() -> list[int]:
    """Channels with something to send now, and not left alone."""
    at = clock.now()
    due = select(Message.channel_id).where(Message.status == Status.QUEUED, queued.is_due(at))
    wanted = select(Channel.id).where(Channel.is_enabled, Channel.id.in_(due), Channel.id.not_in(pacing.resting(at)))
    return list(db.session.scalars(wanted))
