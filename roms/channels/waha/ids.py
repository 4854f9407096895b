"""WAHA's names of messages: `false_<chat>_<key>` with `_<participant>` in groups, or an object, or the bare key."""

from __future__ import annotations

from roms.channels.addresses import WEB
from roms.channels.addresses import address_of as address_in
from roms.channels.reading import id_of, object_of, text_of


def key_of(value: object) -> str:
    """The part that is the same in every event about a message, "" for none."""
    if isinstance(value, dict):
        return key_of(value.get("_serialized")) or key_of(value.get("id"))
    whole = text_of(value, 2000)
    parts = whole.split("_", 3)
    return id_of(parts[2] if len(parts) > 2 and parts[0] in ("true", "false") else whole)


def chat_of(value: object) -> str:
    """The chat's address that a long id names, "" for none."""
    if isinstance(value, dict):
        return chat_of(value.get("_serialized")) or address_of(object_of(value.get("remote")).get("_serialized"))
    parts = text_of(value, 2000).split("_", 3)
    return address_of(parts[1]) if len(parts) > 2 and parts[0] in ("true", "false") else ""


def long(key: str, address: str, ours: bool = False) -> str:
    """The long form of a bare key. Who wrote in a group is not known any more: engines look the message up by the key.

    A long id is left as it is.
    """
    return key if key.startswith(("true_", "false_")) else f"{'true' if ours else 'false'}_{address_of(address)}_{key}"


def address_of(value: object) -> str:
    """A chat's address as WAHA has it, "" if it is none: digits@c.us for a person."""
    return address_in(value, WEB)
