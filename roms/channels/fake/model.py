"""The words of the box: people, what they do, what was taken of ours, and what a provider's dialect is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

KINDS = ("whapi", "meta", "twilio", "waha")
BUSINESS = "12025550142"  # all four accounts have this number: of the range kept for films
BUSINESS_NAME = "Toko Kita"


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with their type, and a name where they have one."""

    type: str
    data: bytes
    name: str = ""


@dataclass(slots=True)
class Person:
    """Somebody with a phone. Who hides the number is known by user_id (Meta, Twilio) or lid (Whapi, WAHA)."""

    name: str
    number: str  # digits; "" when never known
    user_id: str
    lid: str
    username: str = ""
    hidden: bool = False
    picture: str = ""  # "none", or whatever makes its colour another one

    @property
    def key(self) -> str:
        """What the page and tests call this person."""
        return self.number or self.user_id

    @property
    def shown_number(self) -> str:
        """The number that a business is told, "" when it is hidden."""
        return "" if self.hidden else self.number


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did on the phone, in nobody's dialect.

    kind: text, image, video, audio, voice, document, sticker, location, contact, reaction, tap, order, edit, delete,
    unsupported, number_changed or user_id_changed. more: what the kind needs (docs/box.md lists it).
    """

    person: Person
    kind: str
    id: str
    at: float
    text: str = ""
    file: File | None = None
    file_id: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    quotes: str = ""
    forwarded: str = ""  # "", "once" or "often"
    group: str = ""
    by_business: bool = False  # typed by our own people on the paired phone


@dataclass(frozen=True, slots=True)
class Draft:
    """A send of ours that a dialect has read and found good.

    to: as it was written. refused: the code of a failed status that follows although it was taken. answer: what the
    sender is told. target: of a reaction, an edit or a deletion: the message it changes.
    """

    account: str
    person: Person
    to: str
    kind: str
    answer: Callable[[Taken], Reply]
    text: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    file: File | None = None
    quotes: str = ""
    target: str = ""
    body: object = None
    refused: int = 0
    callback: str = ""  # where this message's statuses go
    data: str = ""  # what comes back in every status


@dataclass(frozen=True, slots=True)
class Taken:
    """A message of ours that was taken."""

    id: str
    at: float
    draft: Draft


@dataclass(frozen=True, slots=True)
class Doc:
    """One thing to tell ROMS: its content in the dialect; url where it goes to another address than the webhook."""

    body: dict[str, Any]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A webhook request, signed."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """A request of ROMS to a provider."""

    method: str
    path: str  # without what the dialect's base is
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    raw: bytes
    base: str  # the box's own address
    full_path: str = ""

    @property
    def body(self) -> object:
        """The JSON of it; None when it is none."""
        try:
            return json.loads(self.raw or b"null")
        except (ValueError, RecursionError):
            return None

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object of it, or nothing."""
        body = self.body
        return body if isinstance(body, dict) else {}

    @property
    def form(self) -> dict[str, str]:
        """The fields of a url-encoded form; the last one of a name counts."""
        return dict(parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: an object as JSON, or bytes of a type."""

    status: int
    body: object
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def encoded(self) -> bytes:
        """What goes over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")


class Refusal(Exception):
    """The provider does not do this; `reply` says so in its own words."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


Handler = Callable[["Box", Request, Sequence[str]], "Reply | Draft"]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. pattern: of the whole path, its groups are handed over. on: which faults are meant for it."""

    method: str
    pattern: str
    handler: Handler
    on: str = "other"  # send, media, upload or other


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's language, both ways.

    new_id: for a message of this person (or of ours). news: what a deed looks like, at this base address. status: the
    word on a message of ours, None where the provider says no such thing. seal: several docs as one signed request.
    error: a refusal by HTTP status and by the provider's own code (0: the usual one for that status).
    """

    kind: str
    title: str
    base: str  # path before its own
    routes: Sequence[Route]
    new_id: Callable[[Person, bool, str], str]
    address: Callable[[Person], str]
    news: Callable[[Box, Deed], list[Doc]]
    status: Callable[[Box, Taken, str, int], Doc | None]
    seal: Callable[[Box, Sequence[Doc], str], Letter]
    error: Callable[[int, int], Reply]
    batches: bool = False
    has_window: bool = False
    refuses: Mapping[str, int] = field(default_factory=dict)  # window, file: its code when refused after the answer
