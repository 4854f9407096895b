"""The outside: one module or folder per provider, and the list of them in sight."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from roms.channels.base import Adapter

KINDS = (
    "whapi",
    "meta",
    "twilio",
    "waha",
    "webchat",
)
ADAPTERS: Mapping[str, Adapter] = {kind: import_module(f"roms.channels.{kind}").ADAPTER for kind in KINDS}
