"""Whapi's list of messages, in the form that its webhooks have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from roms.channels.fake.model import Reply, Request, Route
from roms.channels.fake.whapi.incoming import news
from roms.channels.fake.whapi.outgoing import linked

if TYPE_CHECKING:
    from roms.channels.fake.box import Box


def messages(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /messages/list?count=&offset=&time_from=&from_me=&sort="""
    linked(box, request)
    query = request.query
    since, ours = int(query.get("time_from") or 0), query.get("from_me", "")
    deeds = sorted(box.phones.deeds("whapi"), key=lambda deed: deed.at, reverse=query.get("sort") != "asc")
    docs = [doc.body for deed in deeds for doc in news(box, deed) if "messages" in doc.body]
    every = [one for body in docs for one in body["messages"] if one["timestamp"] >= since]
    found = [one for one in every if ours in ("", str(one["from_me"]).lower())]
    count, offset = int(query.get("count") or 100), int(query.get("offset") or 0)
    page = found[offset : offset + count]
    return Reply(200, {"messages": page, "count": len(page), "total": len(found), "offset": offset})


ROUTES = (Route("GET", r"/messages/list", messages),)
