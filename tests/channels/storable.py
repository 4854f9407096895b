"""What every item must be, whatever a provider sent: storable on both databases, and of the closed vocabulary."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from hypothesis import strategies as st

from roms.channels.items import (
    AccountState,
    Echo,
    Identity,
    IdentityChanged,
    Incoming,
    Item,
    Preference,
    Profile,
    Reaction,
    Receipt,
)

ODD = ("2.0", "1e3", "1e400", "NaN", "-0", "²", "ID.1", "6280000001001", "true", " ", "\x00", "https://[", "a" * 300)
TEXTS = st.text(st.characters(codec=None)) | st.sampled_from(ODD)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
KINDS = {"text", "image", "video", "audio", "document", "sticker", "location", "contact", "order", "unsupported"}
KEYS = {
    *("media", "caption", "location", "contacts", "order", "quoted", "forwarded", "referral", "product", "type"),
    "opt_out",
}
IDENTITIES = {"phone", "user_id", "lid", "username", "visitor", "group", "whapi"}
STATES = {"connected", "starting", "needs_scan", "needs_person", "stopped", "failed", "restricted"}
CLASSES = {"retryable", "retry_after_24h", "permanent", "needs_template", "opted_out", "fix_channel", "unknown_outcome"}


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a JSON document something stands."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with something else in this place."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = changed(document[path[0]], path[1:], value)
    return copy


def check(item: Item) -> None:
    """Text in UTF-8 without NUL, JSON as the standard has it, words of the vocabulary, ids that fit their columns."""
    text = json.dumps(dataclasses.asdict(item), allow_nan=False, default=str, ensure_ascii=False)
    assert "\\u0000" not in text
    assert text.encode() is not None
    if isinstance(item, Incoming):
        _check_message(item)
    elif isinstance(item, Echo):
        assert item.address
        assert 0 < len(item.provider_id) <= 190
    elif isinstance(item, Receipt):
        assert item.status in {"accepted", "sent", "delivered", "read", "failed"}
        assert 0 < len(item.provider_id) <= 190
        assert len(item.error_code) <= 60
        assert (item.error_class in CLASSES) == (item.status == "failed")
    elif isinstance(item, Reaction):
        assert item.provider_id
        assert item.address
    elif isinstance(item, IdentityChanged):
        assert item.old.kind == item.new.kind
        assert item.old != item.new
    elif isinstance(item, Profile | Preference):
        assert item.identities
    elif isinstance(item, AccountState):
        assert item.state in STATES


def _check_message(item: Incoming) -> None:
    assert item.kind in KINDS
    assert set(item.extra) <= KEYS
    assert item.address
    assert item.text
    assert item.provider_id or item.fingerprint
    assert len(item.address) <= 200
    assert len(item.provider_id or "") <= 200
    assert (item.raw is not None) == (item.kind == "unsupported")
    for identity in (*item.identities, *item.author):
        assert isinstance(identity, Identity)
        assert identity.kind in IDENTITIES
        assert 0 < len(identity.value) <= 200
