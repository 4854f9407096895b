"""What people wrote while nobody listened: Whapi lists its messages in the very form that webhooks have.

Facts: the vendor's published specification 1.8.7 (messages/list: count, offset, time_from, from_me, sort).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

import httpx

from roms.channels.base import Account
from roms.channels.items import Item
from roms.channels.reading import each
from roms.channels.whapi import inbound
from roms.channels.whapi.calls import ask

PAGE, MOST_PAGES = 200, 50


def messages(account: Account, client: httpx.Client, since: datetime) -> Iterator[Item]:
    """Everything of theirs since then, oldest first, page after page. Raises SendFailed."""
    for page in range(MOST_PAGES):
        wanted = {"count": PAGE, "offset": page * PAGE, "time_from": int(since.timestamp()), "from_me": "false"}
        answer = ask(account, client, "GET", f"/messages/list?{urlencode(wanted | {'sort': 'asc'})}")
        found = list(each(answer.get("messages")))
        if found:
            yield from inbound.items({"messages": found})
        if len(found) < PAGE:
            return
