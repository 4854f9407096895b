"""Whatever arrives, reading it ends in items or in BadPayload: a webhook never becomes a 500."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from roms.channels import whapi
from roms.channels.base import Account
from roms.channels.failures import BadPayload
from roms.channels.items import Incoming, Item, Receipt

ACCOUNT = Account(1, "whapi")
BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent / "fixtures" / "whapi").glob("*.json"))]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def check_read(body: bytes) -> list[Item]:
    try:
        return list(whapi.parse(ACCOUNT, body))
    except BadPayload:
        return []


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
    if isinstance(item, Incoming):
        text = json.dumps([item.text, item.name, item.extra, item.payload, item.address], allow_nan=False)
        assert "\\u0000" not in text
        assert f"{item.text}{item.name}{item.address}".encode() is not None
        assert item.address
        assert item.text
        assert item.provider_id or item.fingerprint
        assert len(item.address) <= 100
        assert len(item.provider_id or "") <= 190
    elif isinstance(item, Receipt):
        assert item.status in {"accepted", "sent", "delivered", "read", "failed"}
        assert item.provider_id


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_body_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(BODIES)))
    path = data.draw(st.sampled_from(places(document)))
    mutated = changed(document, path, data.draw(ANYTHING))
    for item in check_read(json.dumps(mutated).encode()):
        check_storable(item)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(BODIES), st.integers(0, 2000), st.binary(max_size=6))
def test_a_body_with_bytes_changed_is_read_or_refused(body: bytes, place: int, other: bytes) -> None:
    for item in check_read(body[:place] + other + body[place + len(other) :]):
        check_storable(item)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    check_read(body)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANYTHING, max_size=5), st.lists(ANYTHING, max_size=5))
def test_a_good_message_survives_any_neighbours(before: list[Any], after: list[Any]) -> None:
    good = {"id": "ok", "type": "text", "chat_id": "6280000001001@s.whatsapp.net", "text": {"body": "halo"}}
    items = list(whapi.parse(ACCOUNT, json.dumps({"messages": [*before, good, *after]}, allow_nan=True).encode()))
    assert "ok" in [item.provider_id for item in items if isinstance(item, Incoming)]
