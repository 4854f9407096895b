"""JSON as the database holds it: one encoder and one decoder, kept: every turn reads a session and writes one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

_ENCODER = json.JSONEncoder(check_circular=False, allow_nan=False)
_DECODER = json.JSONDecoder()


def read(text: str | bytes) -> Any:
    """Raises ValueError. What begins and ends as we write it is not searched for white space around it."""
    if isinstance(text, bytes):
        text = text.decode()
    if text[:1] == "{":
        value, end = _DECODER.raw_decode(text)
        if end == len(text):
            return value
    return _DECODER.decode(text)


def write(value: Any) -> str:
    """JSON has no infinite numbers, and PostgreSQL refuses a row that holds one: it is written as none at all."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        return _ENCODER.encode(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
