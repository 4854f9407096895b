"""Webhook bodies with anything in any place, and what may be asked of every item that is read from one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hypothesis import strategies as st

from roms.channels.items import AccountState, Deleted, Edited, Identity, Incoming, Item, Profile, Reaction, Receipt

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
STATES = {"connected", "starting", "needs_scan", "needs_person", "stopped", "failed", "restricted"}


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = changed(document[path[0]], path[1:], value)
    return copy


def check_storable(item: Item) -> None:
    """What a database will be asked to take: text in UTF-8 without NUL, JSON as the standard has it, short keys."""
    text = json.dumps(asdict(item), allow_nan=False, default=str, ensure_ascii=False)
    assert "\\u0000" not in text
    assert text.encode() is not None
    assert len(item.account) <= 190
    if isinstance(item, Incoming):
        check_incoming(item)
    if isinstance(item, Receipt | Reaction | Edited | Deleted):
        assert 0 < len(item.provider_id) <= 190
    if isinstance(item, Receipt):
        assert item.status in {"accepted", "sent", "delivered", "read", "failed"}
        assert (item.status == "failed") == bool(item.error_class)
    if isinstance(item, AccountState):
        assert item.state in STATES
    if isinstance(item, Reaction):
        assert item.address
        check_identities(item.author)
    if isinstance(item, Profile):
        check_identities(item.identities)


def check_incoming(item: Incoming) -> None:
    kinds = {"text", "image", "video", "audio", "document", "sticker", "location", "contact", "order", "unsupported"}
    assert item.kind in kinds
    assert item.address
    assert len(item.address) <= 100
    assert item.text
    assert item.provider_id or item.fingerprint
    assert len(item.provider_id or "") <= 190
    assert item.is_group == (item.identities[0].kind == "group")
    assert (item.kind == "unsupported") == (item.raw is not None) == ("type" in item.extra)
    check_identities(item.identities + item.author)


def check_identities(identities: tuple[Identity, ...]) -> None:
    for identity in identities:
        assert 0 < len(identity.value) <= 100
        assert identity.kind != "phone" or identity.value[1:].isdigit()
