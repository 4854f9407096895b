"""WAHA, a gateway of one's own that is linked like a phone: who may knock, and how a message goes out.

Its webhooks are signed with HMAC-SHA512 over the raw body. WAHA names one message in several ways: the chat's part of
`<fromMe>_<chat>_<key>[_<participant>]` may be a number in one event and a hidden identity in the next. So wherever ROMS
speaks of a message (provider_id, receipts, quotes, reactions) it is the bare `<key>`; `ids` makes the long form again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import httpx

from roms.channels.base import Abilities, Account, Adapter, Field, Knock, Linking, Parcel
from roms.channels.calling import answer_of
from roms.channels.failures import Ambiguous, Forbidden
from roms.channels.items import Item
from roms.channels.reading import loaded
from roms.channels.waha import bodies, history, inbound, linking, looking, people, signals
from roms.channels.waha.calls import ERRORS, asked
from roms.channels.waha.files import ACCEPTED, download
from roms.channels.waha.ids import address_of, key_of


def verify(account: Account, knock: Knock) -> None:
    """HMAC-SHA512 of the raw body with our key, in hex; without a key nobody is let in."""
    if not account["hmac_key"]:
        raise Forbidden("The channel has no key that WAHA signs its webhooks with.")
    if knock.headers.get("x-webhook-hmac-algorithm", "").lower() != "sha512":
        raise Forbidden("The webhook's signature is missing or of another kind than sha512.")
    right = hmac.new(account["hmac_key"].encode("utf-8", "replace"), knock.body, hashlib.sha512).hexdigest()
    given = knock.headers.get("x-webhook-hmac", "").lower()
    if not hmac.compare_digest(given.encode("utf-8", "replace"), right.encode()):
        raise Forbidden("The webhook's signature is missing or wrong.")


def parse(account: Account, body: bytes) -> Iterator[Item]:
    """What happened, at least one item; BadPayload at once, before the first, when it is not JSON."""
    return inbound.items(loaded(body))


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Hand the parcel to WAHA; return the key of the message. A reaction has none: it gets one of ours."""
    method, path, body = bodies.request_of(parcel)
    answer = answer_of(asked(account, client, method, path, {"session": account["session"], **body}))
    if parcel.kind == "reaction":
        return f"reaction-{parcel.id}"
    key = key_of(answer.get("id"))
    if not key:
        raise Ambiguous("WAHA took the message but gave no id for it.", "no_id")
    return key


def account_of(account: Account) -> str:
    """One WAHA serves several numbers, each in a session with a name."""
    return account["session"]


ADAPTER = Adapter(
    kind="waha",
    title="WhatsApp (WAHA)",
    verify=verify,
    parse=parse,
    send=send,
    fields=(
        Field("base_url", default="http://127.0.0.1:3000", pattern=r"https?://\S+"),
        Field("session", default="default", pattern=r"[A-Za-z0-9_-]{1,54}"),
        Field("api_key", secret=True, pattern=r"[!-~]+"),
        Field("hmac_key", secret=True, pattern=r"[!-~]+", made_by_us=True, signs=True),
    ),
    abilities=Abilities(
        reactions=True,
        quotes=True,
        read_marks=True,
        typing=True,
        groups=True,
        unofficial=True,
        files=ACCEPTED,
    ),
    account_of=account_of,
    address_of=address_of,
    signal=signals.signal,
    media=download,
    setup=linking.setup,
    state=linking.state,
    linking=Linking(linking.state, linking.qr, linking.pairing_code, linking.restart, linking.logout),
    history=history.messages,
    phone_of=people.phone_of,
    picture=people.picture,
    evidence=looking.evidence,
    errors=ERRORS,
)
