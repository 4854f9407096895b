"""Meta's Cloud API, both ways: what it posts to us, and what it takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from roms.channels.fake.meta import account, incoming, outgoing
from roms.channels.fake.meta.words import address, refusal
from roms.channels.fake.model import Dialect, Doc, Letter, Person
from roms.channels.fake.secrets_of import BUSINESS_ID

if TYPE_CHECKING:
    from roms.channels.fake.box import Box


def _new_id(person: Person, ours: bool, group: str) -> str:
    """As Meta's look: base64 of the other side and of something random."""
    inner = b"\x1d\x06\x18" + address(person).encode() + b"\x15\x02\x00" + (b"\x11" if ours else b"\x12")
    inner += b"\x18\x14" + secrets.token_hex(10).upper().encode() + b"\x00"
    return f"wamid.{base64.b64encode(inner).decode()}"


def _seal(box: Box, docs: Sequence[Doc], url: str) -> Letter:
    """Signed with the app's secret over the very bytes; Meta writes \\u escapes and \\/ into them."""
    changes = [doc.body for doc in docs]
    entry: dict[str, Any] = {"id": BUSINESS_ID, "time": int(box.now()), "changes": changes}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":"))
    raw = body.replace("/", "\\/").replace("@", "\\u0040").encode("ascii", "replace")
    digest = hmac.new(box.secrets.meta_app_secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
    return Letter(raw, headers | {"User-Agent": "facebookexternalua"})


DIALECT = Dialect(
    kind="meta",
    title="Meta Cloud API",
    base="/meta",
    routes=(*outgoing.ROUTES, *account.ROUTES),
    new_id=_new_id,
    address=address,
    news=incoming.news,
    status=incoming.status,
    seal=_seal,
    error=refusal,
    batches=True,
    has_window=True,
    refuses={"window": 131047, "file": 131053},
)
