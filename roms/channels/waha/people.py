"""The number behind a hidden identity, and the picture of somebody, where WAHA has come to know them."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import httpx

from roms.channels import faces
from roms.channels.addresses import HIDDEN
from roms.channels.addresses import phone_of as number_in
from roms.channels.base import Account, Download
from roms.channels.calling import answer_of
from roms.channels.failures import Permanent
from roms.channels.reading import text_of
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


def picture(account: Account, client: httpx.Client, address: str, told: str) -> Download | None:
    """Where somebody's picture is; WAHA is asked unless it has told. None: there is none, or it is not for us."""
    if told:
        return faces.at(told, account["base_url"])
    query = urlencode({"contactId": address, "session": account["session"]})
    try:
        answer = answer_of(asked(account, client, "GET", f"/api/contacts/profile-picture?{query}"))
    except Permanent as error:
        if error.code != "404":
            raise
        return None
    found = text_of(answer.get("profilePictureURL"), 2000) or text_of(answer.get("url"), 2000)
    return faces.at(found, account["base_url"]) if found else None
