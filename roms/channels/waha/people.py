"""The number behind a hidden identity, where WAHA has come to know it."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from roms.channels.addresses import HIDDEN
from roms.channels.addresses import phone_of as number_in
from roms.channels.base import Account
from roms.channels.calling import answer_of
from roms.channels.failures import Permanent
from roms.channels.waha.calls import asked
from roms.channels.waha.ids import address_of


def phone_of(account: Account, client: httpx.Client, hidden: str) -> str | None:
    """E.164 of a `<id>@lid`, None while nobody knows. Raises SendFailed where WAHA does not answer."""
    address = address_of(hidden if "@" in hidden else f"{hidden}@{HIDDEN}")
    if not address.endswith("@" + HIDDEN):
        return None
    try:
        response = asked(account, client, "GET", f"/api/{account['session']}/lids/{quote(address, safe='')}")
    except Permanent:
        return None  # 404: never heard of; an engine that keeps no such list says so too
    return number_in(address_of(answer_of(response).get("pn")))
