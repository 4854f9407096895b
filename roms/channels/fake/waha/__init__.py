"""WAHA, both ways: what it posts to us, and what it takes."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from roms.channels.fake.model import Dialect, Doc, Letter, Person
from roms.channels.fake.waha import incoming, listing, outgoing, sessions
from roms.channels.fake.waha.words import address, refusal

if TYPE_CHECKING:
    from roms.channels.fake.box import Box


def _new_id(person: Person, ours: bool, group: str) -> str:
    key = f"3EB0{secrets.token_hex(14).upper()}"
    if group:
        return f"{'true' if ours else 'false'}_{group}@g.us_{key}_{address(person)}"
    return f"{'true' if ours else 'false'}_{address(person)}_{key}"


def _seal(box: Box, docs: Sequence[Doc], url: str) -> Letter:
    """HMAC-SHA512 over the very bytes; text is UTF-8, not escaped."""
    raw = json.dumps(docs[0].body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    digest = hmac.new(box.secrets.waha_hmac_key.encode(), raw, hashlib.sha512).hexdigest()
    headers = {"Content-Type": "application/json", "X-Webhook-Hmac": digest, "X-Webhook-Hmac-Algorithm": "sha512"}
    marks = {"X-Webhook-Request-Id": secrets.token_hex(13), "X-Webhook-Timestamp": str(int(box.now() * 1000))}
    return Letter(raw, headers | marks)


DIALECT = Dialect(
    kind="waha",
    title="WAHA",
    base="/waha",
    routes=(*outgoing.ROUTES, *sessions.ROUTES, *listing.ROUTES),
    new_id=_new_id,
    address=address,
    news=incoming.news,
    status=incoming.status,
    seal=_seal,
    error=refusal,
)
