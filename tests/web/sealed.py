"""Webhook bodies as the providers themselves send them: sealed with the secrets of the box's accounts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from roms.services.channels import BOX_ACCOUNTS, config

FIXTURES = Path(__file__).parents[1] / "channels" / "fixtures"
KINDS = ("whapi", "meta", "waha", "twilio")
# Files of the same folders that are tables for other tests, not bodies.
TABLES = ("openapi.", "errors.json", "signatures", "status_map", "webhook_replies", "verification_get", "authenticity")
OURS = {"100000000000201": "106540352242922", "100000000000101": "102290129340398", '"toko"': '"default"'}


def bodies(kind: str) -> dict[str, Any]:
    """Every captured body of this provider by its name, as if it had been sent to the box's account."""
    folder = FIXTURES / kind
    found = {path.name: path.read_text() for path in sorted(folder.glob("*.*")) if not path.name.startswith(TABLES)}
    for theirs, ours in OURS.items():
        found = {name: text.replace(theirs, ours) for name, text in found.items()}
    if kind == "twilio":
        return {name: dict(parse_qsl(text.strip(), keep_blank_values=True)) for name, text in found.items()}
    return {name: json.loads(text) for name, text in found.items()}


def written(kind: str, document: Any) -> bytes:
    """The bytes of it on the wire."""
    if kind == "twilio" and isinstance(document, dict):
        return urlencode(document, doseq=True, errors="surrogatepass").encode()
    return json.dumps(document).encode()


def seal(kind: str, body: bytes, values: dict[str, str] | None = None) -> dict[str, str]:
    """The headers that prove these bytes, by the secrets of the box's account or by others."""
    known = {**BOX_ACCOUNTS[kind], **(values or {})}
    if kind == "meta":
        mac = hmac.new(known["app_secret"].encode(), body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={mac}"}
    if kind == "waha":
        mac = hmac.new(known["hmac_key"].encode(), body, hashlib.sha512).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Webhook-Hmac": mac,
            "X-Webhook-Hmac-Algorithm": "sha512",
        }
    if kind == "twilio":
        return {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": _twilio(known, body)}
    return {"Content-Type": "application/json"}


def _twilio(known: dict[str, str], body: bytes) -> str:
    """Over the address as we publish it, and every field, sorted, as its own validator reckons."""
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    text = f"{config().public_url}/webhook/twilio" + "".join(name + value for name, value in sorted(set(fields)))
    mac = hmac.new(known["auth_token"].encode(), text.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(mac).decode()
