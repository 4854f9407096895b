"""What a person at Whapi's end sees without our saying anything: blue ticks, and that somebody types."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from roms.channels.base import Account, Signal
from roms.channels.whapi.calls import ask
from roms.channels.whapi.inbound import address_of

SHOWN = 20  # seconds for which typing is shown, unless it is told to end


def signal(account: Account, client: httpx.Client, signal: Signal) -> None:
    """Raises SendFailed."""
    if signal.read and signal.provider_id:
        ask(account, client, "PUT", f"/messages/{quote(signal.provider_id, safe='')}")
    address = address_of(signal.address)
    if signal.typing is not None and address:
        body = {"presence": "typing", "delay": SHOWN} if signal.typing else {"presence": "pause"}
        ask(account, client, "PUT", f"/presences/{quote(address, safe='@')}", body)
