"""What a person sees without our saying anything: blue ticks, and that somebody types."""

from __future__ import annotations

from typing import Any

import httpx

from roms.channels.addresses import is_group
from roms.channels.base import Account, Signal
from roms.channels.waha import ids
from roms.channels.waha.calls import asked


def signal(account: Account, client: httpx.Client, signal: Signal) -> None:
    """First that we read, then that we type: that is how people do it. Raises SendFailed."""
    chat = ids.address_of(signal.address)
    if not chat:
        return
    where: dict[str, Any] = {"session": account["session"], "chatId": chat}
    if signal.read:
        # In a group the id needs its writer, whom we do not know here: without ids the whole chat is meant.
        known = [ids.long(signal.provider_id, chat)] if signal.provider_id and not is_group(chat) else []
        asked(account, client, "POST", "/api/sendSeen", where | ({"messageIds": known} if known else {}))
    if signal.typing is not None:
        asked(account, client, "POST", "/api/startTyping" if signal.typing else "/api/stopTyping", where)
