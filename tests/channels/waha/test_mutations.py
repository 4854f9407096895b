"""Whatever arrives from WAHA, reading it ends in items or in BadPayload: a webhook never becomes a 500."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from roms.channels import waha
from roms.channels.base import Account
from roms.channels.failures import BadPayload
from roms.channels.items import Item
from tests.channels.mutated import ANYTHING, changed, check_storable, places
from tests.channels.waha.contract import FIXTURES

BODIES = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json")) if "openapi" not in path.name]


def check_read(body: bytes) -> list[Item]:
    try:
        return list(waha.parse(Account(1, "waha"), body))
    except BadPayload:
        return []


@settings(max_examples=500, deadline=None)
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
