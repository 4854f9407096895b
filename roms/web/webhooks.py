"""Where providers knock: verified on the raw body, parsed, then every item of the batch for itself."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from roms import metrics
from roms.channels import ADAPTERS
from roms.channels.base import Account, Knock
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
from roms.engine.problems import FlowErrors
from roms.errors import NotFound, NotReady, Problem
from roms.services import account_states, changes, channels, intake, people, receipts, templates, together, traffic
from roms.web import problems

bp = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)

# All that storing one item can come to, be it a database that is down or a bug that one odd message finds.
FAILURES = (
    *(SQLAlchemyError, Problem, FlowErrors, AssertionError, LookupError),
    *(ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError),
)
KINDS = ("stored", "repeated", "receipts", "skipped")
OTHERS = ("changes", "people", "states")  # told where there are any

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


@bp.get("/webhook/<kind>")
@bp.get("/webhook/<kind>/<key>")
def challenge(kind: str, key: str | None = None) -> ResponseReturnValue:
    """A provider asks whether this address is ours before it uses it."""
    account = channels.find(kind, key)
    answers = ADAPTERS[kind].challenge
    if answers is None:
        raise NotFound("this provider asks no such question")
    return Response(answers(account, request.args.to_dict()), content_type="text/plain; charset=utf-8")


@bp.post("/webhook/<kind>")
@bp.post("/webhook/<kind>/<key>")
def receive(kind: str, key: str | None = None) -> ResponseReturnValue:
    account = channels.find(kind, key)
    adapter = ADAPTERS[kind]
    headers = {name.lower(): value for name, value in request.headers.items()}
    knock = Knock(request.get_data(), headers, request.remote_addr or "", request.query_string.decode("latin-1"))
    adapter.verify(account, knock)
    done = Counter(_handled(account, list(adapter.parse(account, knock.body))))
    traffic.heard(account.channel_id)
    for result, count in done.items():
        metrics.webhook_items(kind, result, count)
    # The provider repeats what was not answered with 200, and what it repeats we recognise.
    status = NotReady.status if done["failed"] else 200
    if adapter.answer is not None:
        return Response(adapter.answer[0], status, content_type=adapter.answer[1])
    return {name: done[name] for name in (*KINDS, *(other for other in OTHERS if done[other]))}, status


@bp.errorhandler(SQLAlchemyError)
def later(error: SQLAlchemyError) -> ResponseReturnValue:
    """A database that is away or full: nothing was acknowledged, so the provider shall come again."""
    log.error("the database failed a webhook", exc_info=error)
    return problems.told(NotReady("the database does not take anything now; try again"))


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
        log.warning("%s messages of a %s webhook are stored one by one: %r", len(group), account.kind, type(error))
        return []


def _handle(account: Account, item: Item) -> str:
    """What became of one item; whatever happens to it, the others get their turn."""
    try:
        return _store(account, item)
    except FAILURES:
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
