"""The promises of ROMS, checked against the database, its ledger and what the pretended provider saw.

I1 nothing answered 2xx is lost · I2 one flow step per inbound · I3 one order without holes · I4 one thread, one
contact per address · I5 nothing waits for ever · I6 no send twice · I7 no bot after a takeover · I8 a status moves
forward · I10 "sent" only after the provider took it · I11 one owner or one place in the backlog, never both, and
nothing of the kind for what people do not have · I12 nobody waits while somebody has room. (I9 is about browsers:
tests/journeys/test_feed.py.)
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Select, select

from roms import background, clock
from roms.channels.fake import Box
from roms.db import Model, db, table
from roms.models import (
    AsideState,
    Channel,
    Contact,
    ContactAddress,
    Conversation,
    History,
    Message,
    SetAside,
    Team,
    TeamMember,
    User,
    UserSkill,
)
from roms.services import backlog
from tests.kit import ledger
from tests.kit.knocks import Promise, spooled

RANK = ("queued", "sending", "unknown", "accepted", "sent", "failed", "delivered", "read")
TAKEN = ("accepted", "sent", "delivered", "read")
TAKEN_BACK = {("sending", "queued"), ("sending", "cancelled"), ("queued", "cancelled")}
SENT_AGAIN = {("failed", "queued"), ("unknown", "queued")}
LONGEST_WAIT = timedelta(hours=49)  # twice a day's pause, and a margin
DRAIN_FOR = 30.0  # seconds: until all is given out, however busy the machine
DIRECT = "webchat"  # has no provider: what is written is sent


@dataclass(slots=True)
class Facts:
    """Everything the checks look at, read once."""

    messages: list[Any]
    conversations: list[Any]
    history: list[Any]
    contacts: dict[int, Any]
    addresses: list[Any]
    kinds: dict[int, str]  # of channels
    enabled: set[int]
    lines: list[ledger.Line]
    now: datetime
    box: Box | None = None
    promised: Sequence[Promise] = ()
    waiting: Collection[Promise] = ()  # in the spool, or set aside for a person to see
    resent: int | None = None  # how often a person asked for another try; None: nobody counted
    is_idle: bool = False  # the worker has done all it could
    is_boxed: bool = False  # the box is the only provider there was
    is_drained: bool = False  # the ticker has given out what it could
    people: list[Any] = field(default_factory=list)
    teams: dict[str, Any] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # of teams
    skills: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))  # of people
    steps: dict[int, list[ledger.Line]] = field(default_factory=dict)  # of messages
    threads: dict[int, list[ledger.Line]] = field(default_factory=dict)  # of conversations

    def rows(self, direction: str = "out", providers: bool = True) -> Iterator[Any]:
        for row in self.messages:
            if row.direction == direction and not (providers and self.kinds[row.channel_id] == DIRECT):
                yield row

    def kept_thread(self, conversation: int) -> list[ledger.Line]:
        return self.threads.get(conversation, [])


def assert_invariants(
    box: Box | None = None,
    promised: Sequence[Promise] = (),
    resent: int | None = None,
    is_idle: bool = False,
    is_boxed: bool = False,
) -> None:
    """Inside an app context, with the ledger kept. The ticker looks once more first: I5 and I12 are promises of its
    making."""
    background.sweep_outbox()
    db.session.rollback()
    backlog.drain(DRAIN_FOR)
    facts = gathered()
    facts.is_drained = True
    facts.box, facts.promised, facts.resent = box, promised, resent
    facts.is_idle, facts.is_boxed = is_idle, is_boxed
    db.session.rollback()
    broken = broken_promises(facts)
    assert not broken, "\n".join(["", *broken])


def broken_promises(facts: Facts) -> list[str]:
    return [f"{check.__name__.split('_')[0].upper()} {words}" for check in CHECKS for words in check(facts)]


def gathered(connection: Connection | None = None) -> Facts:
    """The database as it is this moment, or as this connection sees it."""
    if connection is None:
        db.session.rollback()
        connection = db.session.connection()
    assert ledger.is_kept(connection), "nobody keeps the ledger: tests.kit.ledger.kept"

    def every(model: type[Model]) -> list[Any]:
        return list(connection.execute(_every(model)))

    facts = Facts(
        messages=every(Message),
        conversations=every(Conversation),
        history=every(History),
        contacts={row.id: row for row in every(Contact)},
        addresses=every(ContactAddress),
        kinds={row.id: row.kind for row in every(Channel)},
        enabled={row.id for row in every(Channel) if row.is_enabled},
        lines=ledger.lines(connection),
        now=clock.now(),
        waiting=spooled() | _aside(every(SetAside)),
        people=every(User),
        teams={row.key: row for row in every(Team)},
    )
    for row in connection.execute(select(*table(TeamMember).c)):
        facts.members[row.team_id].add(row.user_id)
    for row in connection.execute(select(*table(UserSkill).c)):
        facts.skills[row.user_id].add(row.skill)
    for line in facts.lines:
        (facts.steps if line.of == "message" else facts.threads).setdefault(line.row_id, []).append(line)
    return facts


def _aside(rows: Sequence[Any]) -> set[Promise]:
    """What we stumbled over and still keep; which way it went stands in what is sealed."""
    kept = [row for row in rows if row.kind == "message" and row.state != AsideState.DONE]
    return {(row.channel_id, way, row.provider_id) for row in kept for way in ("in", "out")}


@functools.cache
def _every(model: type[Model]) -> Select[Any]:
    return select(*table(model).c).order_by(table(model).c.id)


def named(row: Any) -> str:
    return f"message {row.id} ({row.sender}, {row.status}, {row.provider_id}, {row.text[:30]!r})"


def i1_nothing_is_lost(facts: Facts) -> Iterator[str]:
    stored = Counter((row.channel_id, str(row.direction), row.provider_id) for row in facts.messages)
    for promise in dict.fromkeys(facts.promised):  # what waits may be a repeat of what is stored
        if stored[promise] != 1 and not (promise in facts.waiting and not stored[promise]):
            yield f"answered 2xx and there {stored[promise]} times: {promise}"
    ids = {(facts.kinds[row.channel_id], row.provider_id) for row in facts.rows("in") if row.provider_id}
    ids |= {(facts.kinds[channel_id], id_) for channel_id, _, id_ in facts.waiting}
    for kind, id_ in facts.box.phones.arrived if facts.box else ():
        there = sum((kind, own) in ids for own in _endings(id_))
        if there != 1:
            yield f"the box was told 2xx, and it is there {there} times: {kind} {id_}"


def _endings(id_: str) -> list[str]:
    """An id, and what is left of it behind each dash below: some providers put the chat in front, and who wrote to a
    group behind."""
    parts = id_.split("_")
    return ["_".join(parts[begin:]) for begin in range(len(parts))] + parts[1:-1]


def i2_one_step_for_each_message(facts: Facts) -> Iterator[str]:
    of_thread = defaultdict(list)
    for row in facts.messages:
        of_thread[row.conversation_id].append(row)
    for thread in facts.conversations:
        may_speak = False  # since the bot spoke last, somebody wrote
        for rows in _steps(facts, thread.id, of_thread[thread.id]):
            arrived = [row for row in rows if row.direction == "in"]
            said = [row for row in rows if row.direction == "out" and row.sender == "bot"]
            if len(arrived) > 1:
                yield f"one step for several: {', '.join(map(named, arrived))}"
            may_speak = may_speak or bool(arrived)
            if said and not may_speak and not any((row.before or {}).get("event") for row in said):
                yield f"said because of nothing: {', '.join(map(named, said))}"
            may_speak = may_speak and not said


def _steps(facts: Facts, thread: int, rows: Sequence[Any]) -> Iterator[list[Any]]:
    """What each step of this conversation wrote. A number that is saved before its messages are is not the end of one:
    what a flow learns of a contact is written in the middle. But what arrives begins one: so a number that was saved
    just before it ended the step before, whose messages were saved after their thread, with those of other people."""
    written = {row.id: facts.steps[row.id][0].id for row in rows if row.id in facts.steps}
    begun, saved = 0, list[int]()
    for line in facts.kept_thread(thread):
        saved.append(line.number)
        step = [row for row in rows if begun < row.seq <= line.number]
        if any(written.get(row.id, 0) >= line.id for row in step):
            continue
        starts = {
            max(end for end in saved if end < row.seq)
            for row in step[1:]
            if row.direction == "in" and saved[0] < row.seq
        }
        for end in sorted({*starts, saved[-1]}):
            yield [row for row in step if begun < row.seq <= end]
            begun = end
        saved = []


def i3_one_order_without_holes(facts: Facts) -> Iterator[str]:
    said: dict[int, list[Any]] = defaultdict(list)
    happened: dict[int, list[Any]] = defaultdict(list)
    for found, by_thread in ((facts.messages, said), (facts.history, happened)):
        for row in found:
            by_thread[row.conversation_id].append(row)
    for thread in facts.conversations:
        rows = said[thread.id]
        seqs = [row.seq for row in [*rows, *happened[thread.id]]]
        if twice := [seq for seq, count in Counter(seqs).items() if count > 1]:
            yield f"conversation {thread.id} has these numbers twice: {twice}"
        if [row.seq for row in rows] != sorted(row.seq for row in rows):
            yield f"conversation {thread.id} was not written in its order: {[(row.id, row.seq) for row in rows]}"
        kept = facts.kept_thread(thread.id)
        for before, after in pairwise(kept):
            if int(after.was or 0) != before.number or after.number < before.number:
                yield f"conversation {thread.id} went from {before.number} to {after.was} to {after.number}"
        given = {*seqs, *(line.number for line in kept), *(row.revision for row in rows)}
        given |= {line.number for row in rows for line in facts.steps.get(row.id, [])}
        first = kept[0].number if kept else 0
        if missing := sorted(set(range(first + 1, thread.seq + 1)) - given):
            yield f"conversation {thread.id} has holes at {missing}"
        if over := [each for each in given if each > thread.seq]:
            yield f"conversation {thread.id} stands at {thread.seq} and has {over}"


def i4_one_thread_one_contact(facts: Facts) -> Iterator[str]:
    threads = Counter((row.channel_id, row.address) for row in facts.conversations)
    names = Counter((row.kind, row.value) for row in facts.addresses)
    yield from (f"several at one address: {each}" for each, count in (threads + names).items() if count > 1)
    for row in facts.conversations:
        if facts.contacts[row.contact_id].merged_into is not None:
            yield f"conversation {row.id} is of contact {row.contact_id}, who is somebody else now"
    for row in facts.addresses:
        if facts.contacts[row.contact_id].merged_into is not None:
            yield f"{row.kind} {row.value} leads to contact {row.contact_id}, who is somebody else now"


def i5_nothing_waits_for_ever(facts: Facts) -> Iterator[str]:
    epochs = {row.id: row.epoch for row in facts.conversations}
    for row in facts.rows(providers=False):
        if row.status == "sending" and (row.lease_until is None or row.lease_until < facts.now):
            yield f"nobody sends it and nobody gave it up: {named(row)}"
        if row.status != "queued":
            continue
        if row.due_at is None or row.due_at > facts.now + LONGEST_WAIT:
            yield f"never due ({row.due_at}): {named(row)}"
        elif row.sender == "bot" and row.epoch != epochs[row.conversation_id]:
            yield f"of epoch {row.epoch} and never to be claimed: {named(row)}"
        elif facts.is_idle and row.due_at <= facts.now and row.channel_id in facts.enabled:
            yield f"due, and left by the worker: {named(row)}"


def i6_nothing_is_sent_twice(facts: Facts) -> Iterator[str]:
    if facts.resent is not None:
        again = [line for line in facts.lines if (line.was, line.now) in SENT_AGAIN]
        if len(again) > facts.resent:
            yield f"sent again {len(again)} times, asked for {facts.resent} times: {again}"
    for kind in {each["provider"] for each in facts.box.accepted} if facts.box else ():
        yield from _sent_too_often(facts, kind)


def _sent_too_often(facts: Facts, kind: str) -> Iterator[str]:
    """What a provider took under ids unknown to us must be rows whose answer was lost, or that were sent again. Signs
    are left out: some providers give them no id, and the same sign again changes nothing."""
    assert facts.box is not None
    taken = [each["id"] for each in facts.box.accepted if each["provider"] == kind and each["kind"] != "reaction"]
    of_taken = set(taken)
    rows = [row for row in facts.rows() if facts.kinds[row.channel_id] == kind]
    ours = {row.provider_id for row in rows if row.provider_id}
    strange = [id_ for id_ in taken if ours.isdisjoint(_endings(id_))]
    steps = [line for row in rows for line in facts.steps.get(row.id, [])]
    lost = {line.row_id for line in steps if line.now == "unknown"}
    lost |= {row.id for row in rows if row.status == "sending"}
    lost -= {row.id for row in rows if row.provider_id in of_taken}
    again = sum((line.was, line.now) in SENT_AGAIN for line in steps)
    if len(strange) > len(lost) + again:
        yield f"{kind} took {strange}; only {sorted(lost)} may be those, and {again} were sent again"


def i7_no_bot_after_a_takeover(facts: Facts) -> Iterator[str]:
    thread_of = {row.id: row for row in facts.messages if row.sender == "bot"}
    epochs: dict[int, int] = defaultdict(int)
    for line in facts.lines:
        if line.of == "conversation":
            epochs[line.row_id] = max(epochs[line.row_id], line.epoch)
        elif line.now == "sending" and line.was != "sending" and line.row_id in thread_of:
            row = thread_of[line.row_id]
            if line.epoch < epochs[row.conversation_id]:
                yield f"handed over in epoch {line.epoch}, which was over: {named(row)}"


def i8_a_status_moves_forward(facts: Facts) -> Iterator[str]:
    for line in facts.lines:
        step = (line.was, line.now)
        if line.of != "message" or line.was in (None, line.now) or step in TAKEN_BACK | SENT_AGAIN:
            continue
        if line.was not in RANK or line.now not in RANK or RANK.index(line.now) < RANK.index(line.was):
            yield f"message {line.row_id} went from {line.was} to {line.now}"


def i10_sent_means_taken(facts: Facts) -> Iterator[str]:
    taken = {(each["provider"], each["id"]) for each in facts.box.accepted} if facts.box else set()
    for row in facts.rows():
        if row.status not in TAKEN:
            continue
        steps = facts.steps.get(row.id, [])
        is_from_phone = bool(steps) and steps[0].was is None and steps[0].now in TAKEN and row.provider_id
        if not is_from_phone and not any(line.now == "sending" for line in steps):
            yield f"never handed to a provider: {named(row)}"
        kind = facts.kinds[row.channel_id]
        if facts.is_boxed and not is_from_phone and (kind, row.provider_id) not in taken:
            yield f"the box never took it: {named(row)}"


def i11_an_owner_or_a_place(facts: Facts) -> Iterator[str]:
    for row in facts.conversations:
        if row.queued_at is not None and (row.assignee_id is not None or row.mode != "AGENT"):
            yield f"conversation {row.id} waits for somebody in {row.mode} although {row.assignee_id} has it"
        if row.mode in ("BOT", "CLOSED") and (row.assignee_id, row.answer_from, row.answer_by) != (None, None, None):
            yield f"conversation {row.id} is in {row.mode}, has {row.assignee_id} and is awaited by {row.answer_by}"
        is_awaited = row.mode == "AGENT" and row.waiting_since is not None and row.snoozed_until is None
        is_anybodys = row.assignee_id is not None or row.queued_at is not None
        if is_awaited and not is_anybodys and row.answer_by is None:  # who took over on the phone has until then
            yield f"conversation {row.id} is nobody's, in no backlog, and no clock runs"


def i12_nobody_waits_while_somebody_has_room(facts: Facts) -> Iterator[str]:
    if not facts.is_drained:
        return
    under_way = Counter(
        row.assignee_id for row in facts.conversations if row.mode == "AGENT" and row.snoozed_until is None
    )
    for team, skill in {(row.team, row.skill) for row in facts.conversations if row.queued_at is not None}:
        side = _side(facts, team)
        is_known = any(skill in facts.skills[each.id] for each in side)
        for each in side:
            is_able = not is_known or skill in facts.skills[each.id]
            has_room = each.capacity is None or under_way[each.id] < each.capacity
            if each.presence == "available" and is_able and has_room:
                yield f"somebody waits for {team!r}, {skill!r}, and {each.login} has room"


def _side(facts: Facts, key: str) -> list[Any]:
    """Whom a team's conversations are for: everybody's where there is no such team, or nobody in it."""
    active = [each for each in facts.people if each.is_active]
    team = facts.teams.get(key)
    if team is not None and team.is_active:
        members = [each for each in active if each.id in facts.members[team.id]]
        if members:
            return members
    return [each for each in active if each.role == "agent"]


CHECKS: tuple[Callable[[Facts], Iterator[str]], ...] = (
    i1_nothing_is_lost,
    i2_one_step_for_each_message,
    i3_one_order_without_holes,
    i4_one_thread_one_contact,
    i5_nothing_waits_for_ever,
    i6_nothing_is_sent_twice,
    i7_no_bot_after_a_takeover,
    i8_a_status_moves_forward,
    i10_sent_means_taken,
    i11_an_owner_or_a_place,
    i12_nobody_waits_while_somebody_has_room,
)
