"""What was set aside: it is told here, and tried again.

The ticker tries it three times more, each time after a longer pause, through the one door that webhooks take (so a
repeat is recognised); then it is `dead`, and a person decides. For others there are:

    counts()  -> {channel_id: n}    what is not done: trying or dead
    tally()   -> {"trying": n, "dead": n}
    listed(channel_id=None, limit=100) -> [{id, channel, conversation, kind, provider_id, state, tries, failed, …}]
    retry(id) -> {id, state, outcome, failed}    outcome: stored, repeated, …, or failed; NotFound, Conflict
    drop(id)  -> forgets it; NotFound
"""

from __future__ import annotations

import logging
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import delete, exists, func, select

from roms import clock, secretbox
from roms.channels import ADAPTERS
from roms.channels.items import Incoming, Item
from roms.db import db, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, NotFound
from roms.models import AsideState, Conversation, SetAside, SetAsideBody
from roms.services import channels, door, frames, outages
from roms.services.door import FAILURES
from roms.services.stumbles import PAUSES, tell, told

log = logging.getLogger(__name__)

AT_ONCE = 20  # tried in one look of the ticker
NOT_DONE = (AsideState.TRYING, AsideState.DEAD)


# --- it is told --------------------------------------------------------------------------------------------------


def counts() -> dict[int, int]:
    """How many are not done, by channel."""
    waiting = select(SetAside.channel_id.label("id"), func.count().label("n")).where(SetAside.state.in_(NOT_DONE))
    return {row.id: row.n for row in db.session.execute(waiting.group_by(SetAside.channel_id))}


def tally() -> dict[str, int]:
    """How many are tried again by themselves, and how many wait for a person."""
    found = select(SetAside.state, func.count()).where(SetAside.state.in_(NOT_DONE)).group_by(SetAside.state)
    return {state.value: 0 for state in NOT_DONE} | {state.value: n for state, n in db.session.execute(found)}


def listed(channel_id: int | None = None, limit: int = 100) -> list[JSON]:
    """What is not done, newest first."""
    wanted = select(SetAside, Conversation.public_id).outerjoin(Conversation).where(SetAside.state.in_(NOT_DONE))
    wanted = wanted if channel_id is None else wanted.where(SetAside.channel_id == channel_id)
    rows = db.session.execute(wanted.order_by(SetAside.id.desc()).limit(limit))
    return [_shown(row, cid) for row, cid in rows]


def ids() -> list[int]:
    """All that is not done, oldest first."""
    return list(db.session.scalars(select(SetAside.id).where(SetAside.state.in_(NOT_DONE)).order_by(SetAside.id)))


def _shown(row: SetAside, conversation: str | None) -> JSON:
    return {
        "id": row.id,
        "channel": channels.line(row.channel_id).facts,
        "conversation": conversation,
        "kind": row.kind,
        "provider_id": row.provider_id,
        "state": row.state.value,
        "tries": row.tries,
        "failed": row.failed,
        "came_at": frames.moment(row.came_at),
        "due_at": frames.moment(row.due_at),
    }


# --- it is tried again -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Try:
    """One that is being tried now."""

    id: int
    channel_id: int
    kind: str
    place: int | None
    provider_id: str
    came_at: datetime
    sealed: bytes = field(repr=False)


def due() -> list[int]:
    """What the ticker is to try now, a few at a time."""
    wanted = select(SetAside.id).where(SetAside.state == AsideState.TRYING, SetAside.due_at <= clock.now())
    return list(db.session.scalars(wanted.order_by(SetAside.due_at, SetAside.id).limit(AT_ONCE)))


def try_again(id_: int) -> None:
    """One that is due, unless somebody else just does it; nothing where its tries are used up."""
    trying = _claimed(id_, is_due=True)
    if trying is not None:
        _outcome(trying, None)


def retry(id_: int, actor: int | None = None, conversation: str | None = None) -> JSON:
    """Try it now because a person asks, and tell what came of it. `conversation`: its public id, where it must be one.

    NotFound where there is none, Conflict where it came through before.
    """
    _check(id_, conversation)
    trying = _claimed(id_, is_due=False)
    if trying is None:
        raise Conflict("it was tried by somebody else meanwhile, or it came through")
    outcome, failed = _outcome(trying, actor)
    state = AsideState.DONE if not failed else db.session.scalar(select(SetAside.state).where(SetAside.id == id_))
    return {"id": id_, "state": state, "outcome": outcome, "failed": failed}


def _check(id_: int, conversation: str | None) -> None:
    wanted = select(SetAside.state, Conversation.public_id).outerjoin(Conversation).where(SetAside.id == id_)
    found = db.session.execute(wanted).one_or_none()
    if found is None or (conversation is not None and found.public_id != conversation):
        raise NotFound("nothing was set aside under this number")
    if found.state == AsideState.DONE:
        raise Conflict("it came through before: nothing is to be tried")


@transaction()
def _claimed(id_: int, is_due: bool) -> Try | None:
    """Count the try before it is made, so that one that ends the process is not made for ever."""
    row, conversation = _locked(id_)
    at = clock.now()
    if row is None or row.state == AsideState.DONE or row.body_id is None:
        return None
    if is_due and (row.state != AsideState.TRYING or row.due_at is None or row.due_at > at):
        return None
    if is_due and row.tries >= len(PAUSES):
        _bury(row, conversation)
        return None
    row.tries += 1
    row.changed_at = at
    if row.state == AsideState.TRYING:
        row.due_at = at + PAUSES[min(row.tries, len(PAUSES) - 1)]
    sealed = db.session.scalars(select(SetAsideBody.sealed).where(SetAsideBody.id == row.body_id)).one()
    db.session.flush()
    return Try(row.id, row.channel_id, row.kind, row.place, row.provider_id, row.came_at, sealed)


def _locked(id_: int) -> tuple[SetAside | None, Conversation | None]:
    """The thread first, as everywhere."""
    whose = db.session.scalar(select(SetAside.conversation_id).where(SetAside.id == id_))
    conversation = Conversation.locked(Conversation.id == whose) if whose else None
    wanted = select(SetAside).where(SetAside.id == id_).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none(), conversation


def _outcome(trying: Try, actor: int | None) -> tuple[str, str]:
    """What became of it, and which error it was if it failed again."""
    outcome, failed = _through_the_door(trying)
    _settle(trying.id, failed, actor)
    log.log(
        logging.WARNING if failed else logging.INFO, "set aside %s (%s): %s", trying.id, trying.kind, failed or outcome
    )
    return outcome, failed


def _through_the_door(trying: Try) -> tuple[str, str]:
    try:
        account = channels.line(trying.channel_id).account
        body = zlib.decompress(secretbox.opened_bytes(channels.config().credentials_keys, trying.sealed))
        found = _wanted(trying, list(ADAPTERS[account.kind].parse(account, body)))
        items = [
            replace(each, came_at=trying.came_at, via="retried") if isinstance(each, Incoming) else each
            for each in found
        ]
        came = door.handled(account, items)
    except (*FAILURES, secretbox.Sealed) as error:
        if outages.is_one(error):
            raise
        return "failed", told(error)
    if came.stumbles:
        return "failed", told(came.stumbles[0].error)
    return ", ".join(sorted(came.done)) or "skipped", ""


def _wanted(trying: Try, items: list[Item]) -> list[Item]:
    """All of the webhook, or the one that failed: by its id, for a mended parser may find others before it."""
    if trying.place is None:
        return items
    alike = [each for each in items if trying.provider_id and getattr(each, "provider_id", "") == trying.provider_id]
    at_place = items[trying.place : trying.place + 1]
    found = [each for each in at_place if each in alike] or alike[:1] or at_place
    if not found:
        raise LookupError("the webhook has no such item any more")
    return found


@transaction()
def _settle(id_: int, failed: str, actor: int | None) -> None:
    row, conversation = _locked(id_)
    if row is None or row.state == AsideState.DONE:
        return
    row.changed_at = clock.now()
    if failed:
        row.failed = failed
        if row.state == AsideState.TRYING and row.tries >= len(PAUSES):
            _bury(row, conversation)
        db.session.flush()
        return
    row.state, row.due_at = AsideState.DONE, None
    _let_go(row)
    tell(conversation, "aside_done", id_, actor)


def _bury(row: SetAside, conversation: Conversation | None) -> None:
    row.state, row.due_at, row.changed_at = AsideState.DEAD, None, clock.now()
    db.session.flush()
    tell(conversation, "aside_dead", row.id)


def _let_go(row: SetAside) -> None:
    """Of its webhook, which is forgotten with the last item that needs it."""
    body_id, row.body_id = row.body_id, None
    db.session.flush()
    others = exists().where(SetAside.body_id == SetAsideBody.id)
    db.session.execute(
        delete(SetAsideBody).where(SetAsideBody.id == body_id, ~others).execution_options(synchronize_session=False)
    )


# --- it is given up, or old --------------------------------------------------------------------------------------


@transaction()
def drop(id_: int, actor: int | None = None) -> None:
    """Forget it for good: a person has decided."""
    row, conversation = _locked(id_)
    if row is None:
        raise NotFound("nothing was set aside under this number")
    log.warning("set aside %s (%s %s of channel %s) is dropped", id_, row.kind, row.provider_id, row.channel_id)
    _let_go(row)
    db.session.delete(row)
    db.session.flush()
    tell(conversation, "aside_dropped", id_, actor)
