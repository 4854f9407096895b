"""Values of flows as people look at them: cut to a sane length, phone numbers as the inbox shows them."""

from __future__ import annotations

import json
import re
from typing import Any

from roms.services.frames import phone_text

LONGEST = 200
PHONE = re.compile(r"\+[1-9]\d{7,14}")


def cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def shown(value: Any) -> str:
    """A value as text: a phone number the way people write it, anything nested as JSON."""
    if isinstance(value, str):
        return cut((phone_text(value) or value) if PHONE.fullmatch(value) else value)
    return cut(json.dumps(value, ensure_ascii=False, default=str))
