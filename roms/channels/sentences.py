"""What a provider's error means to a shop owner and what to do next, in Indonesian and English.

Each provider's folder holds errors.json: code -> {class, id, en}, with `pause` (seconds) where the provider only wants
us to go slower. sentences.json holds what we refuse ourselves, and one sentence for each class that stands in where a
provider says something new.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from roms.channels.failures import ERROR_CLASSES, SendFailed, Spaced, Throttled

FOLDER = Path(__file__).parent
LANGUAGES = ("id", "en")


def sentence(kind: str, code: str, error_class: str) -> dict[str, str]:
    """{"id": …, "en": …} for this code of this kind of channel, or else for its class."""
    ours = _common()
    found = entry(kind, code) or ours["codes"].get(code) or ours["classes"].get(error_class)
    return {language: found[language] for language in LANGUAGES} if found else dict(ours["classes"]["unknown_outcome"])


def entry(kind: str, code: str) -> Mapping[str, Any] | None:
    """The line of this code in the provider's errors.json; a code may stand in a range like "200-299"."""
    known = _codes(kind)
    if code in known or not (code.isascii() and code.isdigit() and len(code) < 10):
        return known.get(code)
    return next((line for name, line in known.items() if _within(int(code), name)), None)


def classes(kind: str) -> dict[str, str]:
    """The provider's code -> error class: what an Adapter shows as `errors`."""
    return {code: line["class"] for code, line in _codes(kind).items()}


def failure(kind: str, code: str, message: str, pause: float | None = None) -> SendFailed | None:
    """What a refusal with this code proves, to be raised; None for a code nobody has told us of.

    pause: what the provider asks for, in seconds; without it the table's own.
    """
    line = entry(kind, code)
    if line is None:
        return None
    if "pause" in line:
        kind_of = Spaced if line.get("person") else Throttled  # of one person, or of the account
        return kind_of(message, code, float(line["pause"]) if pause is None else pause)
    return ERROR_CLASSES[line["class"]](message, code)


def _within(code: int, name: str) -> bool:
    first, dash, last = name.partition("-")
    return bool(dash) and int(first) <= code <= int(last)


@cache
def _codes(kind: str) -> Mapping[str, Mapping[str, Any]]:
    path = FOLDER / kind / "errors.json" if kind.isidentifier() else FOLDER / "none"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


@cache
def _common() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return dict(json.loads((FOLDER / "sentences.json").read_text(encoding="utf-8")))
