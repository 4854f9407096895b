"""What WAHA posts: messages, acknowledgements, what changes a message, and how the session is."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from roms.channels.fake.cards import vcard
from roms.channels.fake.model import Deed, Doc, Taken
from roms.channels.fake.waha.words import SESSION, US, address, envelope

if TYPE_CHECKING:
    from roms.channels.fake.box import Box
    from roms.channels.fake.linking import Gateway

ACKS = {"pending": (0, "PENDING"), "sent": (1, "SERVER"), "delivered": (2, "DEVICE"), "read": (3, "READ")}
ACKS |= {"played": (4, "PLAYED"), "failed": (-1, "ERROR")}
STATES = {
    "stopped": "STOPPED",
    "starting": "STARTING",
    "scan": "SCAN_QR_CODE",
    "working": "WORKING",
    "failed": "FAILED",
    "passkey": "PASSKEY_REQUIRED",
    "passkey_confirm": "PASSKEY_CONFIRMATION_REQUIRED",
}
TYPES = {"text": "chat", "voice": "ptt", "contact": "vcard", "tap": "chat"}


def news(box: Box, deed: Deed) -> list[Doc]:
    """What is posted of this deed."""
    if deed.kind.endswith("_changed"):
        return []
    if deed.kind == "reaction":
        payload = _bare(deed, box.now()) | {"participant": address(deed.person)}
        return [envelope("message.reaction", payload | {"reaction": {"text": deed.text, "messageId": _target(deed)}})]
    if deed.kind == "edit":
        return [envelope("message.edited", _message(box, deed) | {"editedMessageId": key_of(_target(deed))})]
    if deed.kind == "delete":
        after = _bare(deed, int(deed.at)) | {"body": "", "hasMedia": False}
        after.pop("source")
        payload = {"after": after, "revokedMessageId": key_of(_target(deed)), "before": None}
        return [envelope("message.revoked", payload)]
    return [envelope("message.any", _message(box, deed))]


def key_of(message_id: str) -> str:
    """The bare key inside an id."""
    parts = message_id.split("_")
    return parts[2] if len(parts) > 2 else message_id


def _target(deed: Deed) -> str:
    return str(deed.more["target"])


def _bare(deed: Deed, at: float) -> dict[str, Any]:
    chat = f"{deed.group}@g.us" if deed.group else address(deed.person)
    ours = deed.by_business
    ends = {"from": US if ours else chat, "to": chat if ours else US}
    return {"id": deed.id, "timestamp": at, **ends, "fromMe": ours, "source": "app"}


def _message(box: Box, deed: Deed) -> dict[str, Any]:
    kind = str(deed.more.get("type")) if deed.kind == "unsupported" else TYPES.get(deed.kind, deed.kind)
    ack = {"ack": 0, "ackName": "PENDING"} if deed.by_business else {"ack": 1, "ackName": "SERVER"}
    data: dict[str, Any] = {"notifyName": deed.person.name, "type": kind}
    if deed.forwarded:
        data |= {"isForwarded": True, "forwardingScore": 9 if deed.forwarded == "often" else 1}
    message = _bare(deed, int(deed.at)) | {"body": deed.text, "hasMedia": bool(deed.file), "media": _media(box, deed)}
    message |= ack | {"vCards": [vcard(card) for card in deed.more.get("contacts", ())], "replyTo": _quoted(box, deed)}
    if deed.group:
        message["participant"] = address(deed.person)
    if deed.kind == "location":
        place = {key: str(deed.more[key]) for key in ("latitude", "longitude")}
        named = {key: deed.more[key] for key in ("name", "address") if deed.more.get(key)}
        message["location"] = place | {"live": False} | named
    return message | {"_data": data}


def _media(box: Box, deed: Deed) -> dict[str, Any] | None:
    if not deed.file:
        return None
    type_ = deed.file.type.partition(";")[0]
    end = ".oga" if type_ == "audio/ogg" else mimetypes.guess_extension(type_) or ".bin"
    name = f"{deed.id}{end}"
    box.phones.keep(f"waha-{name}", deed.file)
    url = f"{box.base_url}/waha/api/files/{SESSION}/{name}"
    return {"url": url, "mimetype": deed.file.type, "filename": deed.file.name or None}


def _quoted(box: Box, deed: Deed) -> dict[str, Any] | None:
    if not deed.quotes:
        return None
    line = box.phones.line(deed.quotes)
    writer = address(deed.person) if line and line.mine else US
    return {"id": key_of(deed.quotes), "participant": writer, "body": line.text if line else ""}


def status(box: Box, taken: Taken, word: str, code: int) -> Doc | None:
    """The acknowledgement of a message of ours."""
    if word not in ACKS:
        return None
    ack, name = ACKS[word]
    payload = {"id": taken.id, "from": address(taken.draft.person), "to": US, "participant": None, "fromMe": True}
    return envelope("message.ack", payload | {"ack": ack, "ackName": name})


def echo(taken: Taken) -> Doc:
    """Our own message as the session sees it, sent by the API."""
    payload = {
        "id": taken.id, "timestamp": int(taken.at), "from": US, "fromMe": True, "source": "api",
        "to": address(taken.draft.person), "body": taken.draft.text, "hasMedia": _is_file(taken.draft.shown),
        "media": None, "ack": 0, "ackName": "PENDING", "vCards": [], "replyTo": None, "_data": {"type": "chat"},
    }  # fmt: skip
    return envelope("message.any", payload)


def _is_file(shown: Mapping[str, Any]) -> bool:
    return "link" in shown or "type" in shown


def listed(line: Mapping[str, Any], chat: str) -> dict[str, Any]:
    """A message as the list of a chat has it, without its file."""
    ours = not line["mine"]
    ends = {"from": US if ours else chat, "to": chat if ours else US, "fromMe": ours}
    message = {"id": line["id"], "timestamp": int(line["at"]), "source": "api" if ours and not line["by"] else "app"}
    message |= {"body": line["text"], "hasMedia": _is_file(line["shown"]), "media": None, "replyTo": None, "vCards": []}
    if "latitude" in line["shown"]:
        place = {key: str(line["shown"][key]) for key in ("latitude", "longitude")}
        message["location"] = place | {"live": False}
    return message | ends | {"ack": 1, "ackName": "SERVER", "_data": {}}


def gateway_news(gateway: Gateway) -> list[Doc]:
    """What is posted when the session changes."""
    past = [{"status": STATES[state], "timestamp": int(at * 1000)} for state, at in gateway.past]
    payload = {"name": SESSION, "status": STATES[gateway.state], "statuses": past, "data": None}
    return [envelope("session.status", payload, gateway.config.get("metadata"))]
