"""Reading what strangers wrote: JSON whose every part may be missing, of another type, or made to hurt."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from roms.channels.failures import BadPayload

EARLIEST, LATEST = 1e9, 4e9  # seconds: 2001 to 2096; beyond that no message was written
LONGEST_ID = 190  # characters
MILLISECONDS = 1e11  # a larger number cannot be seconds


def loaded(body: bytes) -> dict[str, Any]:
    """The JSON object in a webhook's body, {} for an empty one; BadPayload says where it breaks."""
    try:
        text = body.decode("utf-8-sig")
        document = _JSON.decode(text or "{}")
        document = _cleaned(document) if "\\u" in text else document
    except json.JSONDecodeError as error:
        raise BadPayload(f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except UnicodeDecodeError as error:
        raise BadPayload(f"Not UTF-8: {error.reason} at byte {error.start}.") from error
    except (ValueError, RecursionError) as error:
        raise BadPayload("Not JSON that we read: a number or the nesting is beyond all measure.") from error
    if not isinstance(document, dict):
        raise BadPayload("The body must be a JSON object, beginning with a brace.")
    return document


def printable(text: str) -> str:
    """Text that every database and every encoder takes: without NUL and without halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def text_of(value: object, limit: int | None = None) -> str:
    """A string or a number as text; anything else is no text."""
    if isinstance(value, str):
        return value.strip()[:limit]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return ""


def id_of(value: object) -> str:
    """An id as text that fits its column; a longer one is not just cut off, for two may begin alike."""
    text = printable(text_of(value))
    return text if len(text) <= LONGEST_ID else text[:100] + "#" + hashlib.sha256(text.encode()).hexdigest()


def number_of(value: object, most: float) -> int | float | None:
    """A number between -most and most, also one that was written as text; None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    fits = isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most
    return value if fits else None  # type: ignore[return-value]


def object_of(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def each(value: object) -> Iterator[object]:
    """The items of a list; a single object stands for a list of one."""
    if isinstance(value, list):
        yield from value
    elif value:
        yield value


def moment(value: object) -> datetime | None:
    """A provider's seconds (or milliseconds), as number or text, as a moment in UTC."""
    if not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    seconds = seconds / 1000 if seconds > MILLISECONDS else seconds
    return datetime.fromtimestamp(seconds, UTC) if EARLIEST < seconds < LATEST else None


def _finite(literal: str) -> float | None:
    """NaN, Infinity and 1e999 become null: one of them must not cost the other messages of the same body."""
    number = float(literal)
    return number if math.isfinite(number) else None


_JSON = json.JSONDecoder(parse_constant=_finite, parse_float=_finite)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {printable(key): _cleaned(item) for key, item in value.items()}
    return value
