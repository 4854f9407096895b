"""The one door: what became of every item that a provider brought, whoever fetched, kept or repeated it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from roms import metrics
from roms.channels.base import Account
from roms.channels.items import (
    AccountState,
    Deleted,
    Echo,
    Edited,
    IdentityChanged,
    Incoming,
    Item,
    Preference,
    Profile,
    Reaction,
    Receipt,
    Skipped,
    TemplateChanged,
)
from roms.engine.problems import FlowErrors
from roms.errors import OtherSecret, Problem
from roms.services import (
    account_states,
    changes,
    channels,
    consent,
    echoes,
    intake,
    outages,
    people,
    receipts,
    templates,
    together,
)

log = logging.getLogger(__name__)

# All that storing one item can come to, be it a database that is down or a bug that one odd message finds.
FAILURES = (
    *(SQLAlchemyError, Problem, FlowErrors, AssertionError, LookupError, OSError),
    *(ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError),
)

# By the type of an item: the verb, and what is counted; of messages the verb itself says which.
STORE: Mapping[type, tuple[Callable[[int, Any], object], str]] = {
    Incoming: (lambda channel_id, item: intake.receive(channel_id, item), "stored"),
    Echo: (echoes.heard, "receipts"),
    Receipt: (lambda channel_id, item: receipts.record(channel_id, item), "receipts"),
    Reaction: (changes.record, "changes"),
    Edited: (changes.record, "changes"),
    Deleted: (changes.record, "changes"),
    IdentityChanged: (people.changed, "people"),
    Profile: (people.told, "people"),
    Preference: (consent.told, "people"),
    AccountState: (account_states.told, "states"),
    TemplateChanged: (templates.changed, "states"),
}


@dataclass(frozen=True, slots=True)
class Stumble:
    """Something that could not be processed, for a reason that is not the database's. No item: the whole webhook."""

    error: Exception
    item: Item | None = None
    place: int | None = None  # among the items of its webhook


@dataclass(slots=True)
class Handled:
    """What became of several items: counted, and what was stumbled over."""

    done: Counter[str]
    stumbles: list[Stumble]


def handled(account: Account, items: Sequence[Item]) -> Handled:
    """Store each of these; messages of many people together, and one by one where that does not work.

    Whatever is wrong with one, the others get their turn. Without a database none does: that is raised.
    """
    came = Handled(Counter(), [])
    for found in _grouped(account, items):
        group = found if isinstance(found, list) else [found]
        results = _all_at_once(account, found) if isinstance(found, list) else []
        came.done.update(results or [_handle(account, items, item, came) for item in group])
    return came


def _grouped(account: Account, items: Sequence[Item]) -> Sequence[Item | list[Incoming] | list[Receipt]]:
    try:
        return list(together.groups(account, items)) if len(items) > 1 else items
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.warning("the items of a %s webhook are stored one by one: %r", account.kind, type(error))
        return items


def _all_at_once(account: Account, group: Sequence[Incoming] | Sequence[Receipt]) -> list[str]:
    """Nothing where that does not work; then nothing of it is stored, or nothing that may not come again."""
    try:
        return _stored_together(account.channel_id, group)
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.warning("%s items of a %s webhook are stored one by one: %r", len(group), account.kind, type(error))
        return []


def _stored_together(channel_id: int, group: Sequence[Incoming] | Sequence[Receipt]) -> list[str]:
    messages = [item for item in group if isinstance(item, Incoming)]
    if messages:
        return ["stored" if is_new else "repeated" for is_new in intake.receive_all(channel_id, messages)]
    receipts.record_all(channel_id, [item for item in group if isinstance(item, Receipt)])
    return ["receipts"] * len(group)


def _handle(account: Account, items: Sequence[Item], item: Item, came: Handled) -> str:
    try:
        return _store(account, item)
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.exception("an item of a %s webhook could not be stored", account.kind)
        came.stumbles.append(Stumble(error, item, next(i for i, each in enumerate(items) if each is item)))
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
        if isinstance(item, Incoming) and channels.is_named(account, item.account):
            raise OtherSecret
        metrics.skipped(account.kind, "other_account")
        return "skipped"
    verb, result = STORE[type(item)]
    is_new = verb(channel_id, item)
    return "repeated" if isinstance(item, Incoming) and not is_new else result
