"""What Whapi posts: messages, what changes them, statuses, and how the channel is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from roms.channels.fake.cards import vcard
from roms.channels.fake.model import BUSINESS, BUSINESS_NAME, Deed, Doc, Taken
from roms.channels.fake.people import GROUP_NAME
from roms.channels.fake.whapi.words import CHANNEL, address, envelope

if TYPE_CHECKING:
    from roms.channels.fake.box import Box
    from roms.channels.fake.linking import Gateway

CODES = {"failed": 0, "pending": 1, "sent": 2, "delivered": 3, "read": 4, "played": 5, "deleted": 6}
HEALTH = {
    "stopped": (0, "STOP"),
    "starting": (2, "LAUNCH"),
    "scan": (3, "QR"),
    "passkey": (3, "QR"),
    "passkey_confirm": (3, "QR"),
    "working": (4, "AUTH"),
    "failed": (5, "ERROR"),
}


def news(box: Box, deed: Deed) -> list[Doc]:
    """What is posted of this deed."""
    if deed.kind == "number_changed":
        return [_renamed(deed)]
    if deed.kind == "user_id_changed":
        return []
    return [envelope("messages", _message(box, deed))]


def echo(taken: Taken) -> Doc:
    """Our own message as the channel sees it, sent by the API."""
    draft, to = taken.draft, taken.draft.to
    words = {"body": draft.text} if draft.kind == "text" else {**draft.content, "caption": draft.text}
    message = {"id": taken.id, "from_me": True, "type": draft.kind, "chat_id": to, "timestamp": int(taken.at)}
    message |= {"source": "api", "status": "pending", draft.kind: words, "from": BUSINESS, "from_name": BUSINESS_NAME}
    return envelope("messages", message | {"chat_name": draft.person.name})


def _message(box: Box, deed: Deed) -> dict[str, Any]:
    kind, content = _content(box, deed)
    chat = f"{deed.group}@g.us" if deed.group else address(deed.person)
    ours = deed.by_business
    name = GROUP_NAME if deed.group else deed.person.name
    writer = BUSINESS if ours else address(deed.person).removesuffix("@s.whatsapp.net")
    message = {
        "id": deed.id,
        "from_me": ours,
        "type": kind,
        "chat_id": chat,
        "timestamp": int(deed.at),
        "source": "mobile",
        kind: content,
        "from": writer,
        "from_name": BUSINESS_NAME if ours else deed.person.name,
        "chat_name": name,
    }
    context = _context(box, deed)
    return message | ({"context": context} if context else {})


def _context(box: Box, deed: Deed) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if deed.quotes:
        line = box.phones.line(deed.quotes)
        context = {"quoted_id": deed.quotes, "quoted_type": line.kind if line else "text"}
        context["quoted_author"] = address(deed.person).partition("@")[0] if line and line.mine else BUSINESS
        if line and line.kind == "text":
            context["quoted_content"] = {"body": line.text}
    if deed.forwarded:
        context |= {"forwarded": True, "forwarding_score": 9 if deed.forwarded == "often" else 1}
    return context


def _content(box: Box, deed: Deed) -> tuple[str, Any]:
    if deed.file:
        return deed.kind, _file(box, deed)
    return _TABLE.get(deed.kind, _text)(deed)


def _text(deed: Deed) -> tuple[str, Any]:
    return "text", {"body": deed.text}


def _file(box: Box, deed: Deed) -> dict[str, Any]:
    file = deed.file
    assert file is not None
    digest = base64.b64encode(hashlib.sha256(file.data).digest()).decode()
    content: dict[str, Any] = {"id": deed.file_id, "mime_type": file.type, "file_size": len(file.data)}
    content["sha256"] = digest
    if deed.kind in ("voice", "audio"):
        content["seconds"] = 3
    if deed.kind == "sticker":
        content["animated"] = False
    if file.name:
        content |= {"filename": file.name, "file_name": file.name}
    if deed.text:
        content["caption"] = deed.text
    wanted = box.gateways["whapi"].config.get("media") or {}
    if deed.kind in (wanted.get("auto_download") or ()):
        content["link"] = f"{box.base_url}/_files/{deed.file_id}"
    return content


def _location(deed: Deed) -> tuple[str, Any]:
    keys = ("latitude", "longitude", "name", "address")
    return "location", {key: deed.more[key] for key in keys if deed.more.get(key) not in (None, "")}


def _cards(deed: Deed) -> tuple[str, Any]:
    cards = [{"name": card["name"], "vcard": vcard(card)} for card in deed.more["contacts"]]
    return ("contact", cards[0]) if len(cards) == 1 else ("contact_list", {"list": cards})


def _action(deed: Deed) -> tuple[str, Any]:
    action: dict[str, Any] = {"target": deed.more["target"], "type": deed.kind}
    if deed.kind == "reaction":
        action["emoji"] = deed.text
    if deed.kind == "edit":
        action |= {"edited_type": "text", "edited_content": {"body": deed.text}}
    return "action", action


def _reply(deed: Deed) -> tuple[str, Any]:
    listed = deed.more["how"] == "list"
    kind = "list_reply" if listed else "buttons_reply"
    chosen = {"id": f"{'ListV3' if listed else 'ButtonsV3'}:{deed.more['id']}", "title": deed.text}
    if listed and deed.more.get("description"):
        chosen["description"] = deed.more["description"]
    return "reply", {"type": kind, kind: chosen}


def _order(deed: Deed) -> tuple[str, Any]:
    items: list[Mapping[str, Any]] = deed.more["items"]
    total = sum(item["quantity"] * item["price"] for item in items)
    order = {"order_id": deed.id[:15], "seller": BUSINESS, "title": deed.more.get("text", ""), "token": "contoh"}
    return "order", order | {"item_count": len(items), "currency": "IDR", "total_price": total, "status": "new"}


def _unsupported(deed: Deed) -> tuple[str, Any]:
    kind = str(deed.more["type"])
    return (
        ("poll", {"title": deed.text or "Kopi atau teh?", "options": ["Kopi", "Teh"]}) if "poll" in kind else (kind, {})
    )


_TABLE = {
    "location": _location,
    "contact": _cards,
    "reaction": _action,
    "edit": _action,
    "delete": _action,
    "tap": _reply,
    "order": _order,
    "unsupported": _unsupported,
}


def _renamed(deed: Deed) -> Doc:
    """Whapi has no event of its own for a new number: the contact changes."""
    before = {"id": deed.more["old_number"], "name": deed.person.name}
    item = {"before_update": before, "after_update": before | {"id": deed.person.number}, "changes": ["id"]}
    return Doc({"contacts_updates": [item], "event": {"type": "contacts", "event": "patch"}, "channel_id": CHANNEL})


def status(box: Box, taken: Taken, word: str, code: int) -> Doc | None:
    """The word on a message of ours; the time is text here, as it is at the provider."""
    body: dict[str, Any] = {"id": taken.id, "code": CODES.get(word, 0), "status": word}
    body |= {"recipient_id": address(taken.draft.person), "timestamp": str(int(box.now()))}
    if word == "failed":
        body["errors"] = [{"code": code or 500, "message": "The message could not be sent"}]
    return envelope("statuses", body)


def health(gateway: Gateway) -> dict[str, Any]:
    """How the channel is."""
    code, text = HEALTH[gateway.state]
    body: dict[str, Any] = {"start_at": int(gateway.began), "uptime": 40, "status": {"code": code, "text": text}}
    body["version"] = "1.8.7-box"
    return body | ({"user": {"id": BUSINESS, "name": BUSINESS_NAME}} if gateway.works else {})


def gateway_news(gateway: Gateway) -> list[Doc]:
    """What is posted when the channel changes."""
    of_channel = {"type": "channel", "event": "post"}
    docs = [Doc({"health": health(gateway), "event": of_channel, "channel_id": CHANNEL})]
    if gateway.works:
        user = {"id": BUSINESS, "name": BUSINESS_NAME}
        docs.append(Doc({"user": user, "event": {"type": "users", "event": "post"}, "channel_id": CHANNEL}))
    return docs
