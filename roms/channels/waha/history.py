"""What people wrote while nobody listened: WAHA tells which chats moved, and what was said in each of them.

Facts: WAHA's documentation and specification of 2026 (chats/overview; chats/{id}/messages with limit, offset,
downloadMedia, filter.timestamp.gte and filter.fromMe). NOWEB and GOWS remember nothing unless their store is on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from roms.channels.base import Account
from roms.channels.failures import Permanent
from roms.channels.items import Item
from roms.channels.reading import each, moment, object_of, text_of
from roms.channels.waha import messages as parsed
from roms.channels.waha.calls import asked
from roms.channels.waha.ids import address_of

CHATS, PAGE, MOST_PAGES = 50, 100, 50


def messages(account: Account, client: httpx.Client, since: datetime) -> Iterator[Item]:
    """Everything of theirs since then, chat by chat. Raises SendFailed."""
    for page in range(MOST_PAGES):
        chats = _asked(account, client, "overview", {"limit": CHATS, "offset": page * CHATS})
        fresh = [chat for chat in chats if _moved(chat, since)]
        for chat in fresh:
            said = list(_of(account, client, text_of(chat.get("id"), 200), since))
            for payload in reversed(said):  # they come with the newest first, in whole seconds
                yield replace(parsed.message(payload, None), account=account["session"])
        if len(fresh) < CHATS:  # they come with the newest first
            return


def _moved(chat: dict[str, Any], since: datetime) -> bool:
    """Where it does not tell, it may have."""
    at = moment(object_of(chat.get("lastMessage")).get("timestamp"))
    return bool(address_of(chat.get("id"))) and (at is None or at >= since.replace(microsecond=0))


def _of(account: Account, client: httpx.Client, chat: str, since: datetime) -> Iterator[dict[str, Any]]:
    wanted = {"filter.timestamp.gte": int(since.timestamp()), "filter.fromMe": "false", "downloadMedia": "true"}
    for page in range(MOST_PAGES):
        place = {"limit": PAGE, "offset": page * PAGE}
        found = _asked(account, client, f"{quote(chat, safe='')}/messages", wanted | place)
        yield from found
        if len(found) < PAGE:
            return


def _asked(account: Account, client: httpx.Client, what: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    response = asked(account, client, "GET", f"/api/{account['session']}/chats/{what}?{urlencode(query)}")
    try:
        told = response.json()
    except (ValueError, RecursionError) as error:
        raise Permanent("WAHA answered with something that is not JSON.", "no_json") from error
    return [one for one in each(told) if isinstance(one, dict)]
