"""What ROMS answered with 2xx: from then on nobody else remembers it, so it must be in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request, request_finished

from roms.channels import ADAPTERS
from roms.channels.items import Incoming
from roms.services import channels

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
        for item in ADAPTERS[account.kind].parse(account, request.get_data()):
            if isinstance(item, Incoming) and item.provider_id:
                channel_id = channels.routed(account, item.account) if item.account else account.channel_id
                if channel_id is not None:
                    self.promised.append((channel_id, "out" if item.from_business else "in", item.provider_id))


@contextmanager
def listening(app: Flask) -> Iterator[Knocks]:
    """Hear what this application answers, for the time of this block."""
    knocks = Knocks()
    with request_finished.connected_to(knocks.heard, app):
        yield knocks
