"""WhatsApp by way of Twilio: who may knock, what they bring, how a message goes out.

Facts: Twilio's published specifications (api v2010, messaging v3, content v1), the reckoning of its own validator, and
its pages on WhatsApp of 2026. Twilio has no reactions, no quotes on the way out and no read marks without typing.

Questions go out as numbered text: Twilio shows buttons only by a Content template that was made before, and an adapter
remembers none. Where a message names such a template (`content_sid`), that is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from roms.channels import sentences
from roms.channels.base import Abilities, Account, Adapter, Field, Parcel, Signal
from roms.channels.failures import Ambiguous
from roms.channels.items import Item
from roms.channels.reading import id_of, text_of
from roms.channels.twilio import bodies, history, inbound, looking, rest
from roms.channels.twilio.signing import verify
from roms.channels.whatsapp import WINDOW

NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def parse(account: Account, body: bytes) -> Iterator[Item]:
    """Everything in the body; BadPayload at once, before the first item, when it is no form."""
    return inbound.items(inbound.fields_of(body))


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Hand the parcel to Twilio; return Twilio's id for the message."""
    form = bodies.body_of(parcel) | rest.sender_of(account)
    if account.webhook:
        form["StatusCallback"] = inbound.marked(account.webhook, parcel.mark)
    answer = rest.ask(account, client, "POST", rest.messages_of(account), data=form)
    refusal = sentences.failure("twilio", text_of(answer.get("error_code")), "Twilio took the message and failed it.")
    if refusal and text_of(answer.get("status")) in ("failed", "undelivered"):
        raise refusal
    provider_id = id_of(answer.get("sid"))
    if not provider_id:
        raise Ambiguous("Twilio took the message but gave no id for it.")
    return provider_id


def signal(account: Account, client: httpx.Client, what: Signal) -> None:
    """That somebody types, for at most 25 s; Twilio marks as read with it, and has no mark without it."""
    if what.typing and bodies.MESSAGE_SID.fullmatch(what.provider_id):
        body = {"channel": "WHATSAPP", "messageId": what.provider_id}
        rest.ask(account, client, "POST", f"{rest.messaging_of(account)}/v3/Indicators/Typing.json", json=body)


ADAPTER = Adapter(
    kind="twilio",
    title="WhatsApp (Twilio)",
    verify=verify,
    parse=parse,
    send=send,
    fields=(
        Field("account_sid", pattern=r"AC[0-9a-fA-F]{32}"),
        Field("auth_token", secret=True, pattern=r"[!-~]+", signs=True),
        Field("from", pattern=r"whatsapp:\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}"),
        Field("signing_keys", secret=True, required=False, pattern=r"[^\s:,]+:[^\s,]+(,[^\s:,]+:[^\s,]+)*", signs=True),
        Field("base_url", default="https://api.twilio.com", pattern=r"https?://\S+"),
        Field("content_url", default="https://content.twilio.com", pattern=r"https?://\S+"),
    ),
    abilities=Abilities(
        window=WINDOW,
        templates=True,
        per_second=80,
        typing=True,
        text=bodies.BODY,
        caption=bodies.CAPTION,
        files=bodies.FILES,
        needs_links=True,
    ),
    address_of=lambda phone: f"whatsapp:{phone}",
    account_of=inbound.account_of,
    answer=(NOTHING, "text/xml"),
    signal=signal,
    media=looking.media,
    templates=looking.templates,
    state=looking.state,
    history=history.messages,
    evidence=looking.evidence,
    whole=inbound.whole,
    errors=sentences.classes("twilio"),
)
