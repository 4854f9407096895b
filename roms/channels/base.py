"""What every channel adapter speaks: a closed vocabulary, so that the rest of ROMS knows no provider.

An adapter verifies that a webhook came from its provider, parses it into Incoming and Receipt values, and sends one
Parcel. It remembers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

from roms.errors import Problem


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a provider, as configured: where it lives and what proves who we are."""

    channel_id: int
    kind: str
    base_url: str = ""
    token: str = ""
    secret: str = ""  # expected in every webhook; empty: only the loopback address may knock


@dataclass(frozen=True, slots=True)
class Knock:
    """A webhook request as it arrived: raw bytes, header names in lower case, the peer's address."""

    body: bytes
    headers: Mapping[str, str]
    remote: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message that arrived (or, with from_business, one that our people typed on the paired phone).

    address: where answers go, in the provider's own form. phone: E.164 with plus, when the sender has one.
    provider_id: the provider's id, None when it gave none (then `fingerprint` tells repeats within seconds).
    at: the provider's time in UTC, None when it gave none.
    """

    address: str
    text: str
    kind: str = "text"
    provider_id: str | None = None
    fingerprint: str = ""
    payload: str | None = None
    name: str = ""
    phone: str | None = None
    is_group: bool = False
    from_business: bool = False
    at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider's word on a message we sent. status: accepted, sent, delivered, read or failed."""

    provider_id: str
    status: str
    at: datetime | None = None
    error_code: str = ""
    error_text: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of the provider's that is fine but not for us; `reason` is counted."""

    reason: str


Item = Incoming | Receipt | Skipped


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way out. id is ours and travels as callback data where the provider returns such."""

    id: int
    address: str
    text: str
    kind: str = "text"
    payload: Mapping[str, Any] = field(default_factory=dict)
    data: bytes | None = None  # of the file in payload["content"], where it is one of our own


class SendFailed(Exception):
    """A send that did not succeed: `code` is the provider's, the message says what happened."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Transient(SendFailed):
    """The provider surely did not take it and may take it later."""


class Throttled(Transient):
    """Too fast; `retry_after` is in seconds."""

    def __init__(self, message: str, code: str = "", retry_after: float = 5.0) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after


class Permanent(SendFailed):
    """The provider will never take this message."""


class ChannelBroken(SendFailed):
    """The account itself does not work (token, payment, not logged in): no message of this channel can go."""


class Ambiguous(SendFailed):
    """No answer, or one that proves nothing: the message may have been sent."""


class Forbidden(Problem):
    """The webhook did not come from the provider."""

    status = 403
    code = "webhook_forbidden"


class BadPayload(Problem):
    """The webhook's body is not what this provider sends."""

    status = 400
    code = "bad_payload"


class Adapter(Protocol):
    """One provider's language. All three raise nothing but the classes above."""

    kind: str
    direct: bool  # writing the message down delivers it: there is no provider to call

    def verify(self, account: Account, knock: Knock) -> None: ...

    def parse(self, account: Account, body: bytes) -> Iterator[Item]: ...

    def send(self, account: Account, client: httpx.Client, parcel: Parcel) -> str:
        """Hand the parcel to the provider; return the provider's message id."""
        ...
