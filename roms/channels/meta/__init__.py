"""Meta's WhatsApp Cloud API: who may knock, what they bring, how a message goes out.

Facts: Meta's published specification v23.0 and its pages on webhooks, media, limits and error codes of 2026.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping

import httpx

from roms.channels import sentences
from roms.channels.base import Abilities, Account, Adapter, Field, Knock, Parcel, Signal
from roms.channels.failures import Ambiguous, Forbidden, Permanent
from roms.channels.items import Item
from roms.channels.meta import bodies, graph, inbound, looking
from roms.channels.reading import each, id_of, loaded, object_of, text_of
from roms.channels.whatsapp import FILES, WINDOW

SIGNATURE = "x-hub-signature-256"


def verify(account: Account, knock: Knock) -> None:
    """The app secret's HMAC-SHA256 over the very bytes that came; without a secret nobody is let in."""
    secret = account["app_secret"].encode("utf-8", "replace")
    wanted = "sha256=" + hmac.new(secret, knock.body, hashlib.sha256).hexdigest()
    given = knock.headers.get(SIGNATURE, "")
    if not secret or not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
        raise Forbidden("The webhook's signature is missing or wrong.")


def challenge(account: Account, query: Mapping[str, str]) -> str:
    """What Meta wants to read when it is told our address: its own challenge, if it knows our token."""
    token, given = (
        value.encode("utf-8", "replace") for value in (account["verify_token"], query.get("hub.verify_token", ""))
    )
    is_ours = bool(token) and hmac.compare_digest(given, token)
    if not is_ours or query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
        raise Forbidden("The verify token is missing or wrong.")
    return query["hub.challenge"]


def parse(account: Account, body: bytes) -> Iterator[Item]:
    """Everything in the body; BadPayload at once, before the first item, when it is not JSON."""
    return inbound.items(account, loaded(body))


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Hand the parcel to Meta, its file first; return Meta's id for the message."""
    body = bodies.body_of(parcel, lambda name, mime, data: graph.upload(account, client, name, mime, data))
    answer = graph.ask(account, client, "POST", f"{graph.number_of(account)}/messages", json=body)
    message = object_of(next(each(answer.get("messages")), None))
    if text_of(message.get("message_status")) == "paused":
        raise Permanent("Meta answered that this template is paused.", "132015")
    provider_id = id_of(message.get("id"))
    if not provider_id:
        raise Ambiguous("Meta took the message but gave no id for it.")
    return provider_id


def signal(account: Account, client: httpx.Client, what: Signal) -> None:
    """Two ticks in blue, and that somebody types; Meta shows the latter with the former only, for at most 25 s."""
    if not what.provider_id or not (what.read or what.typing):
        return
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": what.provider_id}
    typing = {"typing_indicator": {"type": "text"}} if what.typing else {}
    graph.ask(account, client, "POST", f"{graph.number_of(account)}/messages", json=body | typing)


ADAPTER = Adapter(
    kind="meta",
    title="WhatsApp (Meta)",
    verify=verify,
    parse=parse,
    send=send,
    fields=(
        Field("phone_number_id", pattern=r"[0-9]{5,30}"),
        Field("business_id", pattern=r"[0-9]{5,30}"),
        Field("token", secret=True, pattern=r"[!-~]+"),
        Field("app_secret", secret=True, pattern=r"[!-~]+", signs=True),
        Field("verify_token", secret=True, required=False, made_by_us=True),
        Field("base_url", default="https://graph.facebook.com", pattern=r"https?://\S+"),
        Field("per_second", required=False, default="80", pattern=r"[1-9][0-9]{0,2}|1000"),
        Field("version", default=graph.VERSION, pattern=r"v[0-9]{1,3}\.[0-9]"),
    ),
    abilities=Abilities(
        window=WINDOW,
        templates=True,
        per_second=80,
        per_person=6.0,  # Meta lends 45 at once; a few are left for whoever else sends from this number
        person_burst=40,
        buttons=3,
        list_rows=10,
        reactions=True,
        quotes=True,
        read_marks=True,
        typing=True,
        files=FILES,
        groups=True,
    ),
    account_of=lambda account: account["phone_number_id"],
    challenge=challenge,
    signal=signal,
    media=looking.media,
    templates=looking.templates,
    setup=looking.setup,
    state=looking.state,
    errors=sentences.classes("meta"),
)
