"""What we stumble over is set aside: sealed, in the database, so that nothing is lost and nothing behind it waits.

services/aside.py tells what is there and has it tried again. Nothing here but the sealed webhook has anybody's words
in it: only an id of the provider's, and which error it was.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from roms import clock, secretbox
from roms.channels.base import Account
from roms.channels.items import Incoming
from roms.config import ROOT
from roms.db import db, insert_once, table, transaction
from roms.engine.types import Mode
from roms.models import AsideState, Conversation, SetAside, SetAsideBody
from roms.services import channels, outages
from roms.services.door import FAILURES, Stumble
from roms.services.scene import Row, add_history, finish, scene_of

log = logging.getLogger(__name__)

PAUSES = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=10))  # before each of the ticker's tries
LARGEST = 1024 * 1024  # bytes of a webhook, packed and sealed; a larger one stays with the provider
KINDS = {"Incoming": "message", "IdentityChanged": "identity", "AccountState": "state", "TemplateChanged": "template"}


class Repeated(Exception):
    """It is here already: what was written for it is not to be."""


def keep(account: Account, came_at: datetime, body: bytes, stumbles: Sequence[Stumble]) -> int:
    """Keep these items of a webhook; how many are kept now, or were already. The database's failures are raised."""
    try:
        sealed = secretbox.sealed_bytes(channels.config().credentials_keys, zlib.compress(body))
    except secretbox.Sealed as error:
        log.error("a %s webhook cannot be set aside: %s", account.kind, error)
        return 0
    if len(sealed) > LARGEST:
        log.error("a %s webhook of %s bytes is too large to be set aside", account.kind, len(body))
        return 0
    kept, body_id = 0, None
    for stumble in stumbles:
        row = _row(account, came_at, body, stumble)
        try:
            body_id = _kept(row, stumble, sealed, body_id)
        except Repeated:
            log.info("a %s of channel %s was set aside before", row["kind"], row["channel_id"])
        kept += 1
    return kept


def _row(account: Account, came_at: datetime, body: bytes, stumble: Stumble) -> Row:
    item = stumble.item
    whose, provider_id = getattr(item, "account", ""), str(getattr(item, "provider_id", None) or "")
    return {
        "channel_id": (channels.routed(account, whose) if whose else None) or account.channel_id,
        "kind": _kind(stumble),
        "place": stumble.place,
        "provider_id": provider_id[:200],
        "mark": _mark(stumble, provider_id, body, came_at),
        "failed": told(stumble.error),
        "state": AsideState.TRYING,
        "tries": 0,
        "due_at": clock.now() + PAUSES[0],
        "came_at": came_at,
        "changed_at": clock.now(),
    }


def _kind(stumble: Stumble) -> str:
    name = "webhook" if stumble.item is None else type(stumble.item).__name__
    return KINDS.get(name, name.lower())


def _mark(stumble: Stumble, provider_id: str, body: bytes, came_at: datetime) -> str:
    """A message is the same whatever webhook repeats it, one without an id only in what came at that moment; of all
    else there may be several with one id."""
    is_message = isinstance(stumble.item, Incoming)
    own = provider_id if is_message else ""
    if not own:
        own = f"{hashlib.sha256(body).hexdigest()} {stumble.place} {came_at.isoformat() if is_message else ''}"
    return hashlib.sha256(f"{_kind(stumble)} {own}".encode("utf-8", "replace")).hexdigest()


def told(error: BaseException) -> str:
    """Which error it was and where in our code; its own words may be somebody's message."""
    ours = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(ROOT)]
    where = f" in {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno} ({ours[-1].name})" if ours else ""
    return f"{type(error).__name__}{where}"


def _kept(row: Row, stumble: Stumble, sealed: bytes, body_id: int | None) -> int:
    """Shown in the thread, if it is known; without, should that be what cannot be done."""
    item = stumble.item
    if isinstance(item, Incoming):
        try:
            return _write(row, sealed, body_id, item.address)
        except FAILURES as error:
            if outages.is_one(error):
                raise
            log.warning("what was set aside cannot be shown in its thread: %s", told(error))
    return _write(row, sealed, body_id, "")


@transaction()
def _write(row: Row, sealed: bytes, body_id: int | None, address: str) -> int:
    conversation = Conversation.at(row["channel_id"], address) if address else None
    if body_id is None:
        body_id = db.session.scalars(insert(table(SetAsideBody)).values(sealed=sealed).returning(SetAsideBody.id)).one()
    found = {**row, "body_id": body_id, "conversation_id": conversation and conversation.id}
    id_ = insert_once(table(SetAside), found, "channel_id", "mark")
    if id_ is None:
        raise Repeated
    tell(conversation, "aside", id_)
    return body_id


def tell(conversation: Conversation | None, event: str, id_: int, actor: int | None = None) -> None:
    """A line in the thread (within a transaction that has locked it first)."""
    if conversation is not None:
        scene = scene_of(conversation, channels.line(conversation.channel_id), clock.now(), actor)
        add_history(scene, event, {"id": id_}, actor)
        scene.ring = event == "aside" and conversation.mode is Mode.AGENT
        finish(scene)


def seal_anew() -> None:
    """Under the first key, so that the others can be taken away (within a transaction); what none opens is left."""
    keys = channels.config().credentials_keys
    for body in db.session.scalars(select(SetAsideBody).order_by(SetAsideBody.id)):
        try:
            body.sealed = secretbox.sealed_bytes(keys, secretbox.opened_bytes(keys, body.sealed))
        except secretbox.Sealed as error:
            log.error("what was set aside as %s: %s", body.id, error)
