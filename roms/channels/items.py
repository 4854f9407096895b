"""What a webhook brings: the closed list of things that can have happened at a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Identity:
    """One of the names a person goes by.

    kind: phone (E.164 with plus), user_id (business-scoped), lid, username, visitor, group, or the channel's own kind.
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message that arrived (or, with from_business, one that our people typed on the paired phone).

    address: where answers go, in the provider's own form. identities: of the person, surest first; in a group of the
    group. author: who wrote in a group. provider_id: the provider's id, None when it gave none (then `fingerprint`
    tells repeats within seconds). payload: the id of what was tapped. at: the provider's time in UTC, None when it gave
    none. extra: what it is besides its words, in the keys that docs/adding-a-channel.md lists. raw: the provider's own
    words for a kind we do not know. account: the provider's name for the account it came to, "" when there is one only.
    came_at, via: when it came to us, where it had to wait, and how, where not by itself: retried (it was set aside) or
    recovered (we asked the provider for it after an outage). is_followed: a later one of the same person was fetched
    with it. Adapters leave these alone. unsure: with from_business, the provider does not say whether it was typed on
    the phone or sent by us.
    """

    address: str
    text: str
    kind: str = "text"
    provider_id: str | None = None
    fingerprint: str = ""
    payload: str | None = None
    name: str = ""
    identities: tuple[Identity, ...] = ()
    author: tuple[Identity, ...] = ()
    is_group: bool = False
    from_business: bool = False
    at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] | None = None
    account: str = ""
    came_at: datetime | None = None
    via: str = ""
    is_followed: bool = False
    unsure: bool = False

    @property
    def phone(self) -> str | None:
        """The number that answers go to, if it is known."""
        return next((identity.value for identity in self.identities if identity.kind == "phone"), None)


@dataclass(frozen=True, slots=True)
class Echo:
    """One of our own messages, sent through the interface, as the provider shows it: it has it. caption: the words
    below a file."""

    address: str
    provider_id: str
    kind: str
    text: str
    caption: str = ""
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """Somebody put a sign on a message, or took it away (emoji ""). provider_id: of the message reacted to."""

    provider_id: str
    emoji: str
    address: str
    author: tuple[Identity, ...] = ()
    name: str = ""
    from_business: bool = False
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """The writer changed the words of this message."""

    provider_id: str
    text: str
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The writer took this message back."""

    provider_id: str
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """A person has a new number or a new user id. address: where answers go from now on, "" when that stays."""

    old: Identity
    new: Identity
    address: str = ""
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """News of a person: names they go by that belong together, a name, the address of a picture. Empty: not told."""

    identities: tuple[Identity, ...]
    name: str = ""
    picture: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """A person told the provider whether they want advertising from us. text: the provider's words for it."""

    identities: tuple[Identity, ...]
    wanted: bool
    text: str = ""
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider's word on a message we sent.

    status: accepted, sent, delivered, read or failed. error_class: for a failed one, see SendFailed. mark: the
    parcel's, where the provider hands it back.
    """

    provider_id: str
    status: str
    at: datetime | None = None
    error_code: str = ""
    error_text: str = ""
    error_class: str = ""
    mark: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class AccountState:
    """How the account itself is: connected, starting, needs_scan, needs_person, stopped, failed or restricted.

    code, text: the provider's. data: what a page needs, e.g. {"passkey": …}.
    """

    state: str
    code: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message the provider has approved (or not yet).

    status: approved, pending, rejected, paused, disabled. quality: green, yellow, red, unknown. category: utility,
    marketing, authentication. components: Meta's own form [{type: HEADER|BODY|FOOTER|BUTTONS, …}]; body text with
    {{1}} or {{name}} where parameters go.
    """

    name: str
    language: str
    status: str
    provider_id: str = ""
    category: str = ""
    quality: str = "unknown"
    components: tuple[Mapping[str, Any], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TemplateChanged:
    """What the provider tells of one template; empty fields stay as they are."""

    name: str
    language: str = ""
    status: str = ""
    quality: str = ""
    category: str = ""
    reason: str = ""
    provider_id: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of the provider's that is fine but not for us; `reason` is counted."""

    reason: str
    account: str = ""


Item = (
    Incoming
    | Echo
    | Reaction
    | Edited
    | Deleted
    | IdentityChanged
    | Profile
    | Preference
    | Receipt
    | AccountState
    | TemplateChanged
    | Skipped
)
