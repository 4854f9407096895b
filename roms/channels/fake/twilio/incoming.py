"""What Twilio posts: forms of messages and of statuses. Of edits, deletions and reactions it tells nothing."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from roms.channels.fake.cards import vcard
from roms.channels.fake.model import BUSINESS, Deed, Doc, File, Taken
from roms.channels.fake.secrets_of import ACCOUNT_SID
from roms.channels.fake.twilio.words import FAILED, address, text_of

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

SENDER = f"whatsapp:+{BUSINESS}"
SILENT = ("reaction", "edit", "delete", "order", "number_changed", "user_id_changed", "unsupported")
TYPES = {"voice": "audio", "contact": "contacts"}


def news(box: Box, deed: Deed) -> list[Doc]:
    """What is posted of this deed; nothing of what the business typed itself, of groups, and of the silent kinds."""
    if deed.by_business or deed.group or deed.kind in SILENT:
        return []
    form = _frame(deed) | _content(box, deed)
    form |= _told(box, deed)
    return [Doc(form)]


def _frame(deed: Deed) -> dict[str, Any]:
    number = deed.person.shown_number
    context = {"ProfileName": deed.person.name} | ({"WaId": number} if number else {})
    metadata = {"type": "whatsapp", "data": {"context": context}}
    ids = dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), deed.id)
    return {
        **ids,
        "ExternalUserId": f"whatsapp:{deed.person.user_id}",
        "NumMedia": "0",
        "ProfileName": deed.person.name,
        "MessageType": TYPES.get(deed.kind, deed.kind),
        **({"WaId": number} if number else {}),
        "SmsStatus": "received",
        "Body": deed.text,
        "To": SENDER,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "AccountSid": ACCOUNT_SID,
        "ChannelMetadata": json.dumps(metadata, separators=(",", ":"), ensure_ascii=False),
        "From": address(deed.person),
        "ApiVersion": "2010-04-01",
    }


def _content(box: Box, deed: Deed) -> dict[str, Any]:
    if deed.file:
        named = {"Body": deed.file.name} if deed.kind == "document" and deed.file.name else {}
        return _media(box, deed, deed.file) | named
    if deed.kind == "location":
        place = {"Latitude": str(deed.more["latitude"]), "Longitude": str(deed.more["longitude"])}
        named = {"Address": "address", "Label": "name"}
        return place | {field: deed.more[key] for field, key in named.items() if deed.more.get(key)}
    if deed.kind == "contact":
        card = "\n".join(vcard(one) for one in deed.more["contacts"]).encode()
        return _media(box, deed, File("text/vcard", card))
    if deed.kind == "tap":
        kind = "button" if deed.more["how"] == "template" else "interactive"
        return {"MessageType": kind, "ButtonText": deed.text, "ButtonPayload": deed.more["id"]}
    return {}


def _media(box: Box, deed: Deed, file: File) -> dict[str, Any]:
    media_id = f"ME{hashlib.sha256(deed.id.encode()).hexdigest()[:32]}"
    box.phones.keep(media_id, file)
    url = f"{box.base_url}/twilio/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{deed.id}/Media/{media_id}"
    return {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": file.type.partition(";")[0]}


def _told(box: Box, deed: Deed) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if deed.quotes:
        line = box.phones.line(deed.quotes)
        told["OriginalRepliedMessageSid"] = deed.quotes
        told["OriginalRepliedMessageSender"] = address(deed.person) if line and line.mine else SENDER
    if deed.forwarded:
        told["FrequentlyForwarded" if deed.forwarded == "often" else "Forwarded"] = "true"
    return told


def status(box: Box, taken: Taken, word: str, code: int) -> Doc | None:
    """The word on a message of ours, to the address that was given with it."""
    draft = taken.draft
    if word == "failed":
        word = "failed" if code in FAILED else "undelivered"
    number = draft.person.number
    form = {
        "ChannelPrefix": "whatsapp",
        "ApiVersion": "2010-04-01",
        "MessageStatus": word,
        "SmsSid": taken.id,
        "SmsStatus": word,
        "ChannelInstallSid": "XE00000000000000000000000000000001",
        "To": address(draft.person),
        "From": SENDER,
        "MessageSid": taken.id,
        "AccountSid": ACCOUNT_SID,
        "ChannelToAddress": f"+{number[:-4]}XXXX" if number else "",
    }
    if word in ("delivered", "read", "undelivered"):
        form["EventType"] = word.upper()
    if word in ("failed", "undelivered"):
        form |= {"ErrorCode": str(code or 63005), "ErrorMessage": text_of(code or 63005)}
    return Doc(form, draft.callback)
