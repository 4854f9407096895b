"""JSON as the database holds it, by pydantic's reader and writer: every turn reads a session and writes one, and the
standard library takes three times as long. It has the last word on what those refuse: deep nesting, half characters.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json, to_json


def read(text: str | bytes) -> Any:
    """Raises ValueError where it is none."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def write(value: Any) -> str:
    """JSON has no infinite numbers, and PostgreSQL refuses a row that holds one: it is written as none at all."""
    try:
        return to_json(value, inf_nan_mode="null").decode()
    except ValueError:
        return _by_the_standard_library(value)


def _by_the_standard_library(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
