"""Where providers knock: verified on the raw body, then given to the one door, services/arrivals.py."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from roms import metrics
from roms.channels import ADAPTERS
from roms.channels.base import Account, Knock
from roms.channels.failures import Forbidden
from roms.errors import NotFound, NotReady
from roms.services import arrivals, known_accounts, tallies
from roms.web import problems
from roms.web.rights import PROVIDER, may

bp = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)

KINDS = ("stored", "repeated", "receipts", "skipped")
OTHERS = ("changes", "people", "states", "aside")  # told where there are any


@bp.get("/webhook/<kind>")
@bp.get("/webhook/<kind>/<key>")
@may(PROVIDER)
def challenge(kind: str, key: str | None = None) -> ResponseReturnValue:
    """A provider asks whether this address is ours before it uses it."""
    account = known_accounts.find(kind, key)
    answers = ADAPTERS[kind].challenge
    if answers is None:
        raise NotFound("this provider asks no such question")
    return Response(answers(account, request.args.to_dict()), content_type="text/plain; charset=utf-8")


@bp.post("/webhook/<kind>")
@bp.post("/webhook/<kind>/<key>")
@may(PROVIDER)
def receive(kind: str, key: str | None = None) -> ResponseReturnValue:
    headers = {name.lower(): value for name, value in request.headers.items()}
    account = known_accounts.find(kind, key)
    knock = Knock(request.get_data(), headers, request.remote_addr or "", request.query_string.decode("latin-1"))
    account = _verified(account, knock, key)
    done = arrivals.receive(account, ADAPTERS[kind].whole(knock))
    tallies.came(account.channel_id, done)
    for result, count in done.items():
        metrics.webhook_items(kind, result, count)
    # The provider repeats what was not answered with 200, and what it repeats we recognise. What is set aside is kept.
    status = NotReady.status if done["failed"] else 200
    adapter = ADAPTERS[kind]
    if adapter.answer is not None:
        return Response(adapter.answer[0], status, content_type=adapter.answer[1])
    if "spooled" in done:
        return {"spooled": done["spooled"]}, status
    return {name: done[name] for name in (*KINDS, *(other for other in OTHERS if done[other]))}, status


def _verified(account: Account, knock: Knock, key: str | None) -> Account:
    """The account that this call is proven to be for: what was remembered may be older than a new secret."""
    try:
        ADAPTERS[account.kind].verify(account, knock)
    except Forbidden:
        fresh = known_accounts.asked(account.kind, key)
        if fresh == account:
            raise
        account = fresh
        ADAPTERS[account.kind].verify(account, knock)
    return account


@bp.errorhandler(SQLAlchemyError)
def later(error: SQLAlchemyError) -> ResponseReturnValue:
    """A statement of ours that the database does not take: nothing was acknowledged, the provider shall come again."""
    log.error("the database failed a webhook", exc_info=error)
    return problems.told(NotReady("the database does not take anything now; try again"))
