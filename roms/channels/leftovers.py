"""What we keep of a message whose kind we do not know, so that a person can look into it: small, whatever came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST, MOST, DEEPEST = 500, 30, 5
LARGEST = 10**18  # no id or count is beyond it, and not every database takes more
BULKY = frozenset(("preview", "thumbnail", "jpegThumbnail", "_data"))  # pictures in letters, an engine's inner life


def kept(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that is cut in every direction; not the words of a kind that we do read."""
    found: dict[str, Any] = _cut(raw, DEEPEST)
    return found


def label_of(kind: str) -> str:
    """A provider's word for a kind as it may be shown: a plain one, or `message`."""
    return kind if 0 < len(kind) <= 40 and kind.isascii() and kind.replace("_", "").isalnum() else "message"


def _cut(value: object, deep: int) -> Any:
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, dict):
        rest = [(key[:100], inner) for key, inner in value.items() if key not in BULKY][:MOST]
        return {key: _cut(inner, deep - 1) for key, inner in rest} if deep else {}
    if isinstance(value, list):
        return [_cut(inner, deep - 1) for inner in value[:MOST]] if deep else []
    if isinstance(value, int) and abs(value) > LARGEST:
        return None
    return value
