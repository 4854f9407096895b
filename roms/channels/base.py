"""What every channel adapter speaks: a closed vocabulary, so that the rest of ROMS knows no provider.

An adapter verifies that a webhook came from its provider, parses it into items (items.py), and sends one Parcel; what
can go wrong stands in failures.py. It remembers nothing. docs/adding-a-channel.md shows how one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from roms.channels.items import AccountState, Item, Template


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an admin fills in to connect an account. Its label and help stand under its name in i18n."""

    name: str
    secret: bool = False  # kept encrypted, never shown again
    required: bool = True
    default: str = ""
    pattern: str = ""  # a regular expression the whole value must match; "" for any
    made_by_us: bool = False  # a random value that we make and the provider is told
    signs: bool = False  # what proves that a webhook came from the provider


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a provider: what its channel's row holds, secrets opened.

    values: by Field name, those that are secret too. webhook: the public address the provider calls, "" when unknown.
    """

    channel_id: int
    kind: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Knock:
    """A webhook request as it arrived: raw bytes, header names in lower case, the peer's address."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    remote: str
    query: str = field(default="", repr=False)  # what stands behind the question mark, undecoded


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way out. id is ours; mark names it and cannot be guessed: it travels as callback data where
    the provider returns such, and is given back as Receipt.mark.

    kind: text, image, video, audio, document, sticker, location, contact, template or reaction. payload: prompt and
    options (text), content (the rest), as docs/adding-a-channel.md lists them. data: of the file, where it is one of
    our own; link: an https address where the provider can fetch it for an hour. quotes: the provider's id of the
    message that this one answers.
    """

    id: int
    address: str
    text: str
    kind: str = "text"
    payload: Mapping[str, Any] = field(default_factory=dict)
    data: bytes | None = None
    link: str = ""
    quotes: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the provider shows of a message that nobody knows the fate of.

    ids: the provider's, of every message of ours there that says the same, oldest first. is_proof: a message that is
    not among them was surely never taken; a list that may lag behind proves nothing.
    """

    ids: tuple[str, ...] = ()
    is_proof: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """What we show without saying anything: that we have read up to a message, that somebody is typing."""

    address: str
    provider_id: str = ""  # of the newest message of theirs
    read: bool = False
    typing: bool | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """Where a file of theirs is fetched: an address, headers for that very host, and the only hosts it may be at."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    hosts: tuple[str, ...]  # as roms.outside.hosts reads them


@dataclass(frozen=True, slots=True)
class Code:
    """What a phone scans to link itself: a picture, or the text to draw one of. expires: seconds it is good for."""

    png: bytes = b""
    text: str = ""
    expires: float = 20.0


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do; what it cannot is told to people beforehand, or said in plain text.

    window: how long after a person's message free text may be sent; None: for ever. buttons: at most so many, 0: none
    can be relied on. files: kind -> (types, most bytes).
    """

    window: timedelta | None = None
    templates: bool = False
    buttons: int = 0
    button_title: int = 20
    list_rows: int = 0
    row_title: int = 24
    reactions: bool = False
    quotes: bool = False
    read_marks: bool = False
    typing: bool = False
    text: int = 4096
    caption: int = 1024
    per_second: int = 0  # messages the provider takes of one account, 0: it does not say
    per_person: float = 0.0  # seconds between two messages to one person, in the long run; 0: it does not say
    person_burst: int = 1  # so many may follow at once, and are waited off afterwards
    files: Mapping[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)
    needs_links: bool = False  # the provider fetches our files itself
    groups: bool = False
    unofficial: bool = False  # linked like a phone: WhatsApp may ban the number


@dataclass(frozen=True, slots=True)
class Linking:
    """For accounts that are linked like a phone. All raise SendFailed; `state` and `code` may be called at any time."""

    state: Callable[[Account, httpx.Client], AccountState]
    qr: Callable[[Account, httpx.Client], Code]
    pairing_code: Callable[[Account, httpx.Client, str], str]  # for a phone in E.164; what the person types there
    restart: Callable[[Account, httpx.Client], None]
    logout: Callable[[Account, httpx.Client], None]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One provider's language. Nothing but what stands in failures.py is raised.

    send returns the provider's message id. The rest is for those who can: challenge answers a GET of the webhook;
    answer is the body (and type) a webhook call is answered with, in place of our counters; media tells where a file
    ({id, url, …} as parse gave it) is fetched; setup makes the provider call our webhook; state asks how it is;
    phone_of asks for the number behind a hidden identity; picture tells where the picture of who is at an address is
    (at the url that a Profile told, if one is given), None where there is none; history lists what people wrote since a
    moment, what has the same time in its order, each with the provider_id its webhook had and with `at`;
    evidence asks the provider whether it has this parcel, which was handed over at the given moment or a little later;
    whole is what of a webhook call is parsed and kept, where that is more than its body (what was put into an address
    that the provider calls back).
    """

    kind: str
    title: str
    verify: Callable[[Account, Knock], None]
    parse: Callable[[Account, bytes], Iterator[Item]]
    send: Callable[[Account, httpx.Client, Parcel], str]
    fields: tuple[Field, ...] = ()
    abilities: Abilities = Abilities()
    direct: bool = False  # writing the message down delivers it: there is no provider to call
    address_of: Callable[[str], str] = lambda phone: phone.lstrip("+")  # where a number in E.164 gets its messages
    account_of: Callable[[Account], str] = lambda account: ""  # the provider's name for it, as items bear it
    challenge: Callable[[Account, Mapping[str, str]], str] | None = None
    answer: tuple[str, str] | None = None
    signal: Callable[[Account, httpx.Client, Signal], None] | None = None
    media: Callable[[Account, httpx.Client, Mapping[str, Any]], Download] | None = None
    templates: Callable[[Account, httpx.Client], list[Template]] | None = None
    setup: Callable[[Account, httpx.Client], None] | None = None
    state: Callable[[Account, httpx.Client], AccountState] | None = None
    linking: Linking | None = None
    phone_of: Callable[[Account, httpx.Client, str], str | None] | None = None
    picture: Callable[[Account, httpx.Client, str, str], Download | None] | None = None
    history: Callable[[Account, httpx.Client, datetime], Iterator[Item]] | None = None
    evidence: Callable[[Account, httpx.Client, Parcel, datetime], Evidence] | None = None
    whole: Callable[[Knock], bytes] = lambda knock: knock.body
    errors: Mapping[str, str] = field(default_factory=dict)  # the provider's code -> error class; for docs and tests
