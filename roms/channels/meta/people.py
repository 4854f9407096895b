"""Who wrote, to whom, and where answers go. People may have a number, an id of this business only, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roms.channels.items import Identity
from roms.channels.reading import each, id_of, object_of, text_of
from roms.channels.whatsapp import identities, phone_of, user_id_of


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a webhook. address: the number's digits, else the id; "" for nobody."""

    address: str
    identities: tuple[Identity, ...] = ()
    name: str = ""


class People:
    """The `contacts` that come with messages, found by number or by id."""

    def __init__(self, contacts: object) -> None:
        self.all = [object_of(raw) for raw in each(contacts)]
        self.by_key: dict[str, Mapping[str, Any]] = {}
        for raw in self.all:
            for key in (phone_of(raw.get("wa_id")), user_id_of(raw.get("user_id"))):
                if key:
                    self.by_key.setdefault(key, raw)

    def sender(self, message: Mapping[str, Any]) -> Person:
        """Who wrote it; where it says nothing, and only one person is named beside it, that one."""
        keys = [message.get(key) for key in ("from", "from_user_id", "from_parent_user_id")]
        return self._person(keys, alone=True)

    def receiver(self, message: Mapping[str, Any]) -> Person:
        """To whom we wrote."""
        return self._person([message.get(key) for key in ("to", "to_user_id", "to_parent_user_id")], alone=True)

    def recipient(self, status: Mapping[str, Any]) -> Person:
        """Whom a status speaks of."""
        keys = ("recipient_id", "recipient_user_id", "recipient_parent_user_id")
        return self._person([status.get(key) for key in keys], alone=False)

    def chooser(self, preference: Mapping[str, Any]) -> Person:
        """Who wants advertising, or wants none."""
        keys = [preference.get(key) for key in ("wa_id", "user_id", "parent_user_id")]
        return self._person(keys, alone=True)

    def _person(self, keys: list[object], alone: bool) -> Person:
        first, user_id, parent = keys
        phone, user_ids = phone_of(first), [user_id_of(user_id), user_id_of(first), user_id_of(parent)]
        raw = next((self.by_key[key] for key in (*user_ids[:2], phone) if key in self.by_key), None)
        if raw is None and alone and len(self.all) == 1 and not phone and not any(user_ids):
            raw = self.all[0]
        raw = raw or {}
        phone = phone or phone_of(raw.get("wa_id"))
        user_ids = [*user_ids[:2], user_id_of(raw.get("user_id")), user_ids[2], user_id_of(raw.get("parent_user_id"))]
        profile = object_of(raw.get("profile"))
        username = text_of(profile.get("username"), 100).lstrip("@")
        known = identities(user_ids, phone, username)
        address = phone.removeprefix("+") or next((one.value for one in known if one.kind == "user_id"), "")
        return Person(address, known, text_of(profile.get("name"), 120) or username)


def group_of(message: Mapping[str, Any]) -> str:
    """The group it was written in, "" for none."""
    return id_of(message.get("group_id"))
