"""Words that every dialect writes alike: a contact card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def vcard(card: Mapping[str, Any]) -> str:
    """A contact card as phones write it."""
    name, phone = str(card.get("name") or ""), str(card.get("phone") or "")
    digits = "".join(sign for sign in phone if sign.isdigit())
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"N:;{name};;;", f"FN:{name}", f"TEL;type=CELL;waid={digits}:{phone}")
    return "\n".join((*lines, "END:VCARD"))
