"""Whapi.Cloud: who may knock, and how a message goes out.

Whapi signs nothing: its webhooks prove themselves by a header of our choosing. A message is taken by the answer 201
with an id; only an answer that proves the contrary counts as not taken, everything else is Ambiguous.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Never

import httpx

from roms.channels.base import Abilities, Account, Adapter, Field, Knock, Parcel
from roms.channels.calling import answer_of, call, pause_of
from roms.channels.failures import Ambiguous, ChannelBroken, Forbidden, Permanent, SendFailed, Throttled
from roms.channels.items import Item
from roms.channels.reading import id_of, loaded, object_of, printable, text_of
from roms.channels.whapi import bodies, inbound

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
    """Everything in the body; BadPayload at once, before the first item, when it is not JSON."""
    return inbound.items(loaded(body))


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Hand the parcel to Whapi; return its id for the message."""
    path, body = bodies.path_and_body(parcel)
    recipient = inbound.address_of(parcel.address)
    if not recipient:
        raise Permanent("The address is not one that Whapi knows.")
    return _taken(_post(account, client, path, {"to": recipient, **body}))


def _loopback(remote: str) -> bool:
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _post(account: Account, client: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    if not account["base_url"] or not account["token"]:
        raise ChannelBroken("The channel has no address or no usable token of Whapi configured.")
    headers = {"Authorization": f"Bearer {account['token']}"}
    return call(client, "POST", account["base_url"].rstrip("/") + path, headers, "Whapi", json=body)


def _taken(response: httpx.Response) -> str:
    """The id of a message that was taken; otherwise what became of it."""
    answer = answer_of(response)
    if not response.is_success:
        _refused(response, answer)
    if answer.get("sent") is False:
        raise Permanent("Whapi answered that it did not send the message.", "not_sent")
    provider_id = id_of(object_of(answer.get("message")).get("id"))
    if not provider_id:
        raise Ambiguous("Whapi took the message but gave no id for it.", str(response.status_code))
    return provider_id


def _refused(response: httpx.Response, answer: Mapping[str, Any]) -> Never:
    status = response.status_code
    said = text_of(object_of(answer.get("error")).get("message"), 300) or response.reason_phrase
    message = printable(f"Whapi answered {status}: {said}")
    if status == 429:
        raise Throttled(message, "429", pause_of(response))
    raise _outcome(status)(message, str(status))


def _outcome(status: int) -> type[SendFailed]:
    """A redirect means a wrong address; 408 and 5xx come from machines that may have passed the message on."""
    if status in (401, 402, 403) or 300 <= status < 400:
        return ChannelBroken
    return Permanent if 400 <= status < 500 and status != 408 else Ambiguous


ADAPTER = Adapter(
    kind="whapi",
    title="WhatsApp (Whapi)",
    verify=verify,
    parse=parse,
    send=send,
    fields=(
        Field("base_url", default="https://gate.whapi.cloud", pattern=r"https?://\S+"),
        Field("token", secret=True, pattern=r"[!-~]+"),
        Field("secret", secret=True, required=False, made_by_us=True, signs=True),
    ),
    abilities=Abilities(reactions=True, quotes=True, read_marks=True, typing=True, groups=True, unofficial=True),
)
