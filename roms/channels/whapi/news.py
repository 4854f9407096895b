"""What Whapi tells besides messages: how the account is, and who people are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from roms.channels import faces
from roms.channels.addresses import MOBILE, NOT_A_CHAT, address_of, identities_of
from roms.channels.base import Account, Download
from roms.channels.failures import Permanent
from roms.channels.items import AccountState, Item, Profile, Skipped
from roms.channels.reading import each, object_of, text_of
from roms.channels.whapi.calls import ask
from roms.channels.whapi.files import STORES

STATES = {
    "AUTH": "connected",
    "SYNC_ERROR": "connected",  # messages go out, but what people read is not told
    "QR": "needs_scan",
    "INIT": "starting",
    "LAUNCH": "starting",
    "NOT_INIT": "stopped",
    "STOP": "stopped",
    "ERROR": "failed",
}
NUMBERS = {"0": "NOT_INIT", "1": "INIT", "2": "LAUNCH", "3": "QR", "4": "AUTH", "5": "ERROR"}
WORDS = {"SYNC_ERROR": "Whapi sends, but does not hear everything; link the phone anew if that lasts."}
USERS = {"post": "connected", "delete": "needs_scan"}


def of_the_account(document: Mapping[str, Any], event: Mapping[str, Any]) -> Iterator[Item]:
    """Its health, a new QR code, the phone linked or unlinked; and that a chat was emptied, which we keep."""
    if isinstance(document.get("health"), dict):
        yield health(document["health"])
    if isinstance(document.get("qr"), dict):
        failed = document["qr"].get("status") == "ERROR"
        yield AccountState("failed" if failed else "needs_scan", "QR", text_of(document["qr"].get("status"), 40))
    if text_of(event.get("type")) == "users":
        said = text_of(event.get("event") or event.get("method"))
        yield AccountState(USERS[said], "AUTH" if said == "post" else "LOGOUT") if said in USERS else Skipped("users")
    for _ in each(document.get("messages_removed_all")):
        yield Skipped("chat_emptied")  # somebody tidied up the paired phone; nobody took anything back


def health(told: Mapping[str, Any]) -> Item:
    """The state of an account, by its word; the numbers of only a few states are sure."""
    status = object_of(told.get("status"))
    code = text_of(status.get("text"), 40).upper() or NUMBERS.get(text_of(status.get("code")), "")
    if code not in STATES:
        return Skipped("state_unknown")
    user = object_of(told.get("user"))
    me = {key: text_of(user.get(key), 120) for key in ("id", "name") if text_of(user.get(key))}
    return AccountState(STATES[code], code, WORDS.get(code, ""), {"me": me} if me else {})


def person(raw: Mapping[str, Any]) -> Item:
    """A contact or a chat; a name that is only a number tells nothing."""
    address = address_of(raw.get("id"), MOBILE)
    if not address or address.endswith(NOT_A_CHAT):
        return Skipped("not_a_chat")
    names = (text_of(raw.get(key), 120) for key in ("name", "pushname"))
    pictures = (text_of(raw.get(key), 1000) for key in ("profile_pic_full", "chat_pic_full", "profile_pic", "chat_pic"))
    return Profile(
        identities_of(address, "whapi"),
        next((name for name in names if any(map(str.isalpha, name))), ""),
        next((picture for picture in pictures if picture.startswith("https://")), ""),
    )


def picture(account: Account, client: httpx.Client, address: str, told: str) -> Download | None:
    """Where somebody's picture is; Whapi is asked unless it has told. None: there is none, or it is not for us."""
    if told:
        return faces.at(told, account["base_url"], STORES)
    try:
        name = address.partition("@")[0] if address.endswith("@" + MOBILE) else address
        profile = ask(account, client, "GET", f"/contacts/{quote(name, safe='@')}/profile")
    except Permanent as error:
        if error.code != "404":
            raise
        return None
    keys = ("icon_full", "profile_pic_full", "icon", "profile_pic")
    found = next((url for key in keys if (url := text_of(profile.get(key), 2000))), "")
    return faces.at(found, account["base_url"], STORES) if found else None


def person_updated(raw: Mapping[str, Any]) -> Item:
    after = object_of(raw.get("after_update"))
    return person({"id": object_of(raw.get("before_update")).get("id") or raw.get("id"), **after})
