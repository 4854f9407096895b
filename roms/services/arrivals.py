"""What a provider brought becomes rows: the one door for webhooks, at once or out of the spool.

While the database is away a webhook goes into the spool, and so does every later one of the same channel until the
spool has nothing of that channel left: so the order is kept and nobody who knocks waits for a replay.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from roms import clock, metrics
from roms.channels import ADAPTERS
from roms.channels.base import Account
from roms.channels.items import (
    AccountState,
    Deleted,
    Edited,
    IdentityChanged,
    Incoming,
    Item,
    Profile,
    Reaction,
    Receipt,
    Skipped,
    TemplateChanged,
)
from roms.db import db, hurried
from roms.engine.problems import FlowErrors
from roms.errors import NotReady, Problem
from roms.services import (
    account_states,
    changes,
    channels,
    intake,
    outages,
    people,
    receipts,
    tallies,
    templates,
    together,
    traffic,
)
from roms.spool import Damaged, Letter, Spool, Unwritable

log = logging.getLogger(__name__)

# All that storing one item can come to, be it a database that is down or a bug that one odd message finds.
FAILURES = (
    *(SQLAlchemyError, Problem, FlowErrors, AssertionError, LookupError),
    *(ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError),
)
PATIENCE = 0.4  # seconds that a webhook waits for a lock, its own turn and then the file's: less than 1 s together
TRIES = 3  # of a letter that fails while the database is well
FLUSH_FOR = 2.0  # seconds at a time: the ticker has other things to do

# By the type of an item: the verb, and what is counted; of messages the verb itself says which.
STORE: Mapping[type, tuple[Callable[[int, Any], object], str]] = {
    Incoming: (lambda channel_id, item: intake.receive(channel_id, item), "stored"),
    Receipt: (lambda channel_id, item: receipts.record(channel_id, item), "receipts"),
    Reaction: (changes.record, "changes"),
    Edited: (changes.record, "changes"),
    Deleted: (changes.record, "changes"),
    IdentityChanged: (people.changed, "people"),
    Profile: (people.told, "people"),
    AccountState: (account_states.told, "states"),
    TemplateChanged: (templates.changed, "states"),
}


def spool() -> Spool:
    config = channels.config()
    return Spool(config.spool, config.credentials_keys)


# --- a webhook comes ---------------------------------------------------------------------------------------------


def receive(account: Account, body: bytes) -> Counter[str]:
    """What became of everything in a body that was proven to be the provider's: stored now, or spooled."""
    came_at = clock.now()
    items = list(ADAPTERS[account.kind].parse(account, body))
    if not spool().is_waiting(account.channel_id):
        try:
            with hurried(PATIENCE):
                done = Counter(_handled(account, items))
                traffic.heard(account.channel_id)
        except SQLAlchemyError as error:
            if not outages.is_one(error):
                raise
            log.warning("the database does not take a %s webhook (%s): it is spooled", account.kind, type(error))
            db.session.rollback()
        else:
            return done
    try:
        spool().put(Letter(account.channel_id, account.kind, came_at, body))
    except Unwritable as error:
        log.error("a %s webhook could be kept nowhere: %s", account.kind, error)
        raise NotReady("neither the database nor the spool takes anything now; try again") from error
    return Counter(spooled=len(items))


# --- the database is back ----------------------------------------------------------------------------------------


def flush() -> None:
    """Replay what waits, for a moment: each channel's oldest first, until the database fails."""
    with spool().alone() as is_mine:
        until = time.monotonic() + FLUSH_FOR
        for channel_id in spool().channels() if is_mine else ():
            try:
                with hurried(PATIENCE):
                    _flush(channel_id, until)
            except SQLAlchemyError as error:
                if not outages.is_one(error):
                    raise
                db.session.rollback()
                return


def _flush(channel_id: int, until: float) -> None:
    for path in spool().waiting(channel_id):
        if time.monotonic() > until or not _replayed(path):
            return


def _replayed(path: Path) -> bool:
    """Whether the next one may follow; the database's own failures are raised."""
    try:
        letter = spool().opened(path)
    except FileNotFoundError:
        return True
    except Damaged as error:
        log.error("a file of the spool is damaged: %s", error)
        spool().set_aside(path)
        return True
    if _is_stored(letter):
        tallies.replayed(letter.channel_id, letter.came_at)
        spool().done(path)
        return True
    tries: Counter[str] = current_app.extensions.setdefault("roms.spool_tries", Counter())
    tries[path.name] += 1
    if tries[path.name] < TRIES:
        return False
    del tries[path.name]
    spool().set_aside(path)
    return True


def _is_stored(letter: Letter) -> bool:
    try:
        account = channels.line(letter.channel_id).account
        items = list(ADAPTERS[letter.kind].parse(account, letter.body))
        late = [replace(item, came_at=letter.came_at) if isinstance(item, Incoming) else item for item in items]
        return "failed" not in set(_handled(account, late))
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.exception("a spooled %s webhook could not be replayed", letter.kind)
        return False


# --- the one door ------------------------------------------------------------------------------------------------


def _handled(account: Account, items: Sequence[Item]) -> Iterator[str]:
    """What became of each; messages of many people are stored together, and one by one where that does not work."""
    for found in together.groups(account, items) if len(items) > 1 else items:
        if isinstance(found, list):
            yield from _all_at_once(account, found) or [_handle(account, item) for item in found]
        else:
            yield _handle(account, found)


def _all_at_once(account: Account, group: Sequence[Incoming]) -> list[str]:
    """Nothing where that does not work; then nothing of it is stored."""
    try:
        return ["stored" if is_new else "repeated" for is_new in intake.receive_all(account.channel_id, group)]
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.warning("%s messages of a %s webhook are stored one by one: %r", len(group), account.kind, type(error))
        return []


def _handle(account: Account, item: Item) -> str:
    """What became of one item; whatever is wrong with it, the others get their turn. Without a database none does."""
    try:
        return _store(account, item)
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.exception("an item of a %s webhook could not be stored", account.kind)
        return "failed"


def _store(account: Account, item: Item) -> str:
    if isinstance(item, Skipped):
        metrics.skipped(account.kind, item.reason)
        return "skipped"
    if type(item) not in STORE:
        metrics.skipped(account.kind, type(item).__name__)
        return "skipped"
    channel_id = channels.routed(account, item.account) if item.account else account.channel_id
    if channel_id is None:
        metrics.skipped(account.kind, "other_account")
        return "skipped"
    verb, result = STORE[type(item)]
    is_new = verb(channel_id, item)
    return "repeated" if isinstance(item, Incoming) and not is_new else result
