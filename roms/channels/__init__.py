"""The outside: one module or folder per provider, and the list of them in sight."""

from __future__ import annotations

from collections.abc import Mapping

from roms.channels import meta, twilio, waha, webchat, whapi
from roms.channels.base import Adapter

ADAPTERS: Mapping[str, Adapter] = {
    adapter.kind: adapter
    for adapter in (
        whapi.ADAPTER,
        meta.ADAPTER,
        twilio.ADAPTER,
        waha.ADAPTER,
        webchat.ADAPTER,
    )
}
