"""Where providers knock: verified on the raw body, parsed, then every item of the batch for itself."""

from __future__ import annotations

import logging
from collections import Counter

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from roms import metrics
from roms.channels import ADAPTERS
from roms.channels.base import Knock
from roms.channels.items import Incoming, Item, Receipt, Skipped
from roms.engine.problems import FlowErrors
from roms.errors import Problem
from roms.services import channels, intake, receipts

bp = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)

# All that storing one item can come to, be it a database that is down or a bug that one odd message finds.
FAILURES = (
    *(SQLAlchemyError, Problem, FlowErrors, AssertionError, LookupError),
    *(ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError),
)
KINDS = ("stored", "repeated", "receipts", "skipped")


@bp.post("/webhook/<kind>")
@bp.post("/webhook/<kind>/<key>")
def receive(kind: str, key: str | None = None) -> ResponseReturnValue:
    account = channels.find(kind, key)
    adapter = ADAPTERS[kind]
    headers = {name.lower(): value for name, value in request.headers.items()}
    knock = Knock(request.get_data(), headers, request.remote_addr or "", request.query_string.decode("latin-1"))
    adapter.verify(account, knock)
    done = Counter(_handle(kind, account.channel_id, item) for item in adapter.parse(account, knock.body))
    for result, count in done.items():
        metrics.webhook_items(kind, result, count)
    # The provider repeats what was not answered with 200, and what it repeats we recognise.
    return {name: done[name] for name in KINDS}, 500 if done["failed"] else 200


def _handle(kind: str, channel_id: int, item: Item) -> str:
    """What became of one item; whatever happens to it, the others get their turn."""
    try:
        return _store(kind, channel_id, item)
    except FAILURES:
        log.exception("an item of a %s webhook could not be stored", kind)
        return "failed"


def _store(kind: str, channel_id: int, item: Item) -> str:
    if isinstance(item, Incoming):
        return "stored" if intake.receive(channel_id, item) else "repeated"
    if isinstance(item, Receipt):
        receipts.record(channel_id, item)
        return "receipts"
    assert isinstance(item, Skipped)
    metrics.skipped(kind, item.reason)
    return "skipped"
