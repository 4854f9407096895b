"""WAHA's lists: the chats with the newest first, and what was said in one of them, the newest first too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from roms.channels.fake.model import Deed, Reply, Request, Route
from roms.channels.fake.waha.incoming import listed, news
from roms.channels.fake.waha.outgoing import chat, session

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

SILENT = ("reaction", "edit", "delete", "number_changed", "user_id_changed")


def overview(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /api/<session>/chats/overview?limit=&offset="""
    session(box, request, parts[0])
    chats: dict[str, dict[str, Any]] = {}
    for deed in _said(box):
        payload = _payload(box, deed)
        place = payload["to"] if payload["fromMe"] else payload["from"]
        chats[place] = {"id": place, "name": deed.person.name, "picture": None, "lastMessage": payload, "_chat": {}}
    newest = sorted(chats.values(), key=lambda chat: -chat["lastMessage"]["timestamp"])
    return Reply(200, _page(request, newest, 20))


def messages(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /api/<session>/chats/<chat>/messages?limit=&offset=&downloadMedia=&filter.timestamp.gte=&filter.fromMe="""
    session(box, request, parts[0])
    name, query = unquote(parts[1]), request.query
    lines = box.phones.said(chat(box, {"chatId": name}), "waha")
    ours, since = query.get("filter.fromMe"), int(query.get("filter.timestamp.gte") or 0)
    lines = [line for line in lines if int(line["at"]) >= since and ours in (None, str(not line["mine"]).lower())]
    said = {deed.id: deed for deed in _said(box)}
    page = _page(request, lines, 10)
    return Reply(200, [_payload(box, said[one["id"]]) if one["id"] in said else listed(one, name) for one in page])


def _said(box: Box) -> list[Deed]:
    return sorted((deed for deed in box.phones.deeds("waha") if deed.kind not in SILENT), key=lambda deed: deed.at)


def _payload(box: Box, deed: Deed) -> dict[str, Any]:
    payload: dict[str, Any] = news(box, deed)[0].body["payload"]
    return payload


def _page(request: Request, found: list[dict[str, Any]], usual: int) -> list[dict[str, Any]]:
    limit, offset = int(request.query.get("limit") or usual), int(request.query.get("offset") or 0)
    return found[offset : offset + limit]


ROUTES = (
    Route("GET", r"/api/([\w-]+)/chats/overview", overview),
    Route("GET", r"/api/([\w-]+)/chats/([^/]+)/messages", messages),
)
