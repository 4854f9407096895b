"""What ROMS answered with 2xx: from then on nobody else remembers it, so it must be in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request, request_finished

from roms.channels import ADAPTERS
from roms.channels.base import Account
from roms.channels.items import Incoming
from roms.services import arrivals, channels

Promise = tuple[int, str, str]  # channel, "in" or "out", the provider's id


class Knocks:
    """Every message in a webhook that was answered well, and how often a person asked for another try."""

    def __init__(self) -> None:
        self.promised: list[Promise] = []
        self.resent = 0

    def heard(self, _app: Flask, response: Response, **_: Any) -> None:
        path = (request.view_args or {}) if request.endpoint == "webhooks.receive" else {}
        if not path or response.status_code >= 300:
            return
        account = channels.find(path["kind"], path.get("key"))
        self.promised += promises_in(account, request.get_data())


def promises_in(account: Account, body: bytes) -> Iterator[Promise]:
    """The messages of a webhook that are to be found again."""
    for item in ADAPTERS[account.kind].parse(account, body):
        if isinstance(item, Incoming) and item.provider_id:
            channel_id = channels.routed(account, item.account) if item.account else account.channel_id
            if channel_id is not None:
                yield channel_id, "out" if item.from_business else "in", item.provider_id


def spooled() -> set[Promise]:
    """What waits for the database to be back: sealed files, read as the replay will read them."""
    spool = arrivals.spool()
    letters = (spool.opened(path) for channel_id in spool.channels() for path in spool.waiting(channel_id))
    return {each for one in letters for each in promises_in(channels.line(one.channel_id).account, one.body)}


@contextmanager
def listening(app: Flask) -> Iterator[Knocks]:
    """Hear what this application answers, for the time of this block."""
    knocks = Knocks()
    with request_finished.connected_to(knocks.heard, app):
        yield knocks
