"""Twilio's signature: over the address it called and every field it sent.

The address is the one we are configured with, never one that the request names: our own with the account's key, or the
short one of the first account, each with or without its port.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from roms.channels.base import Account, Knock
from roms.channels.failures import Forbidden
from roms.channels.twilio.inbound import pairs_of

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
PORTS = {"https": 443, "http": 80}


def verify(account: Account, knock: Knock) -> None:
    """HMAC-SHA1 with the auth token, or SHA256 with the key that the call names; without either nobody is let in."""
    key, algorithm = _key(account, knock.headers.get(SETTINGS))
    given = knock.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    tail = _signed_fields(knock)
    wanted = [_reckoned(key, f"{address}{tail}", algorithm) for address in _addresses(account, knock.query)]
    matches = [hmac.compare_digest(given, one) for one in wanted]  # all of them, whichever fits
    if not key or tail is None or not any(matches):
        raise Forbidden("The webhook's signature is missing or wrong.")


def _key(account: Account, settings: str | None) -> tuple[str, str]:
    """(secret, algorithm) that this call says it is signed with; ("", …) for a key that we do not have."""
    if settings is None:
        return account["auth_token"], "sha1"
    told = dict(part.strip().partition("=")[::2] for part in settings.split(","))
    keys = dict(pair.strip().partition(":")[::2] for pair in account["signing_keys"].split(",") if pair.strip())
    return (keys.get(told.get("key", ""), "") if told.get("algorithm") == "HMAC_SHA256" else ""), "sha256"


def _signed_fields(knock: Knock) -> str | None:
    """What follows the address: each field's name and value, sorted. JSON is covered by a hash in the address."""
    if "json" in knock.headers.get("content-type", "").lower():
        told = parse_qs(knock.query).get("bodySHA256", [""])[0]
        covered = hmac.compare_digest(told.encode("utf-8", "replace"), hashlib.sha256(knock.body).hexdigest().encode())
        return "" if covered else None
    return "".join(name + value for name, value in sorted(set(pairs_of(knock.body))))


def _addresses(account: Account, query: str) -> Iterator[str]:
    own = account.webhook
    for address in dict.fromkeys((own, own.rpartition("/")[0])) if own else ():
        parts = urlsplit(address)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        tail = parts.path + (f"?{query}" if query else "")
        yield from dict.fromkeys(
            f"{parts.scheme}://{place}{tail}"
            for place in (parts.netloc, host, f"{host}:{PORTS.get(parts.scheme, 443)}")
        )


def _reckoned(key: str, text: str, algorithm: str) -> bytes:
    signed = hmac.new(key.encode("utf-8", "replace"), text.encode("utf-8", "replace"), algorithm)
    return base64.b64encode(signed.digest())
