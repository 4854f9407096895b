"""Whapi.Cloud: who may knock, and how a message goes out.

Whapi signs nothing: its webhooks prove themselves by a header of our choosing. A message is taken by the answer 201
with an id; only an answer that proves the contrary counts as not taken, everything else is Ambiguous.
"""

from __future__ import annotations

import functools
import hmac
import ipaddress
from collections.abc import Iterator

import httpx

from roms.channels.base import Abilities, Account, Adapter, Field, Knock, Linking, Parcel
from roms.channels.calling import answer_of
from roms.channels.failures import Ambiguous, Forbidden, Permanent
from roms.channels.items import Item
from roms.channels.reading import id_of, loaded, object_of
from roms.channels.whapi import bodies, history, inbound, linking, looking, news, signals
from roms.channels.whapi.calls import ERRORS, asked
from roms.channels.whapi.files import ACCEPTED, download

SECRET_HEADER = "x-webhook-secret"
# A proxy sends these for somebody far away, and a browser the others for a page that may be anybody's.
FROM_AFAR = ("forwarded", "x-forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "via", "cf-")
FROM_A_PAGE = ("origin", "sec-")


def verify(account: Account, knock: Knock) -> None:
    """The secret in its header, or, where none is configured, a program on this very machine."""
    if account["secret"]:
        given = knock.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), account["secret"].encode("utf-8", "replace")):
            raise Forbidden("The webhook's secret is missing or wrong.")
    elif not _loopback(knock.remote) or any(name.lower().startswith(FROM_AFAR + FROM_A_PAGE) for name in knock.headers):
        raise Forbidden("Without a configured secret only this machine itself may call the webhook.")


def parse(account: Account, body: bytes) -> Iterator[Item]:
    """Everything in the body; BadPayload at once, before the first item, when it is not JSON.

    Items bear Whapi's name of the channel, so that with `channel_id` configured those of another one are not ours.
    """
    return inbound.items(loaded(body))


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Hand the parcel to Whapi; return its id for the message. A reaction has none: it gets one of ours."""
    if parcel.kind == "reaction":
        path, sign = bodies.reaction(parcel)
        asked(account, client, "PUT", path, sign)
        return f"reaction-{parcel.id}"
    path, body = bodies.path_and_body(parcel)
    recipient = inbound.address_of(parcel.address)
    if not recipient:
        raise Permanent("The address is not one that Whapi knows.")
    return _taken(asked(account, client, "POST", path, {"to": recipient, **body}))


@functools.lru_cache(maxsize=100)
def _loopback(remote: str) -> bool:
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _taken(response: httpx.Response) -> str:
    """The id of a message that was taken; otherwise what became of it."""
    answer = answer_of(response)
    if answer.get("sent") is False:
        raise Permanent("Whapi answered that it did not send the message.", "not_sent")
    provider_id = id_of(object_of(answer.get("message")).get("id"))
    if not provider_id:
        raise Ambiguous("Whapi took the message but gave no id for it.", str(response.status_code))
    return provider_id


def account_of(account: Account) -> str:
    return account["channel_id"]


ADAPTER = Adapter(
    kind="whapi",
    title="WhatsApp (Whapi)",
    verify=verify,
    parse=parse,
    send=send,
    fields=(
        Field("base_url", default="https://gate.whapi.cloud", pattern=r"https?://\S+"),
        Field("token", secret=True, pattern=r"[!-~]+"),
        Field("channel_id", required=False, pattern=r"[\w-]{1,100}"),
        Field("secret", secret=True, required=False, made_by_us=True, signs=True),
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
    address_of=inbound.address_of,
    signal=signals.signal,
    media=download,
    setup=linking.setup,
    state=linking.state,
    history=history.messages,
    linking=Linking(linking.state, linking.qr, linking.pairing_code, linking.restart, linking.logout),
    picture=news.picture,
    evidence=looking.evidence,
    errors=ERRORS,
)
