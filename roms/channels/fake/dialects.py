"""The four languages, by kind: a fifth is a folder and a line."""

from __future__ import annotations

from collections.abc import Mapping

from roms.channels.fake import meta, twilio, waha, whapi
from roms.channels.fake.model import Dialect

DIALECTS: Mapping[str, Dialect] = {one.kind: one for one in (whapi.DIALECT, meta.DIALECT, twilio.DIALECT, waha.DIALECT)}
