"""Twilio for WhatsApp, both ways: what it posts to us, and what it takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from roms.channels.fake.model import Dialect, Doc, Letter, Person
from roms.channels.fake.twilio import account, contents, incoming, listing, outgoing
from roms.channels.fake.twilio.words import address, refusal

if TYPE_CHECKING:
    from roms.channels.fake.box import Box


def _new_id(person: Person, ours: bool, group: str) -> str:
    return f"SM{secrets.token_hex(16)}"


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """HMAC-SHA1 of the address as it is called and every field, sorted by name."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def _seal(box: Box, docs: Sequence[Doc], url: str) -> Letter:
    """A form, one event a request."""
    fields = {name: str(value).encode("utf-8", "replace").decode() for name, value in docs[0].body.items()}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature(box.secrets.twilio_auth_token, url, fields),
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "User-Agent": "TwilioProxy/1.1",
    }
    return Letter(urlencode(fields).encode(), headers)


DIALECT = Dialect(
    kind="twilio",
    title="Twilio",
    base="/twilio",
    routes=(*outgoing.ROUTES, *contents.ROUTES, *account.ROUTES, *listing.ROUTES),
    new_id=_new_id,
    address=address,
    news=incoming.news,
    status=incoming.status,
    seal=_seal,
    error=refusal,
    has_window=True,
    refuses={"window": 63016, "file": 63019},
)
