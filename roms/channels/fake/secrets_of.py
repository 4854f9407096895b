"""What the box expects of us and signs with: made up, the same in every trial, and good for nothing anywhere else."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

ACCOUNT_SID = "AC" + 32 * "0"
PHONE_NUMBER_ID = "106540352242922"
BUSINESS_ID = "102290129340398"


@dataclass(slots=True)
class Secrets:
    """Everything that proves who somebody is, by provider; tests and the set-up calls may change it."""

    whapi_tokens: tuple[str, ...] = ("trial-token", "token", "token-uji")
    whapi_headers: dict[str, str] = field(default_factory=dict)  # what every webhook carries
    meta_token: str = "trial-token"
    meta_app_secret: str = "trial-app-secret"
    meta_verify_token: str = "trial-verify"
    twilio_auth_token: str = "trial-auth-token"
    waha_api_key: str = "trial-key"
    waha_hmac_key: str = "trial-hmac"


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are the same, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def bearer(headers: object) -> str:
    """The token of an Authorization header, "" for none."""
    given = headers.get("authorization", "") if isinstance(headers, dict) else ""
    scheme, _, token = given.partition(" ")
    return token.strip() if scheme == "Bearer" else ""
