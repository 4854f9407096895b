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
from roms.channels.items import Incoming, Item
from tests.channels.mutated import ANYTHING, changed, check_storable, places

ACCOUNT = Account(1, "whapi")
BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent / "fixtures" / "whapi").glob("*.json"))]


def check_read(body: bytes) -> list[Item]:
    try:
        return list(whapi.parse(ACCOUNT, body))
    except BadPayload:
        return []


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
