"""Twilio's list of messages, theirs and ours, newest first and page after page; and the files of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from roms.channels.fake.model import Deed, Reply, Request, Route
from roms.channels.fake.secrets_of import ACCOUNT_SID
from roms.channels.fake.twilio import incoming
from roms.channels.fake.twilio.account import now_of
from roms.channels.fake.twilio.outgoing import ACCOUNT, allowed
from roms.channels.fake.twilio.words import wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Parts = Sequence[str]
WHERE = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"


def messages(box: Box, request: Request, parts: Parts) -> Reply:
    """GET …/Messages.json?To=&DateSent>=&PageSize=&Page="""
    allowed(box, request, parts[0])
    ours = [box.phones.taken(one["id"]) for one in box.accepted if one["provider"] == "twilio"]
    every = [(taken.at, now_of(box, taken)) for taken in ours if taken]
    every += [(deed.at, one) for deed in box.phones.deeds("twilio") for one in _inbound(box, deed)]
    query, wanted = request.query, _since(request.query.get("DateSent>", ""))
    found = [one for at, one in sorted(every, key=lambda each: each[0])[::-1] if at >= wanted]
    found = [one for one in found if query.get("To", "") in ("", one["to"])]
    size, page = int(query.get("PageSize") or 50), int(query.get("Page") or 0)
    more = len(found) > (page + 1) * size
    following = f"{WHERE}.json?{urlencode({**query, 'Page': page + 1})}" if more else None
    list_ = found[page * size : (page + 1) * size]
    return Reply(200, {"messages": list_, "page": page, "page_size": size, "next_page_uri": following})


def _since(text: str) -> float:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() if text else 0.0
    except ValueError:
        raise wrong(20001) from None


def _inbound(box: Box, deed: Deed) -> list[dict[str, Any]]:
    docs = incoming.news(box, deed)
    if not docs:
        return []
    form, when = docs[0].body, formatdate(int(deed.at))
    message: dict[str, Any] = {
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": form["Body"],
        "direction": "inbound",
        "error_code": None,
        "error_message": None,
        "from": form["From"],
        "messaging_service_sid": None,
        "num_media": form["NumMedia"],
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": deed.id,
        "status": "received",
        "subresource_uris": {"media": f"{WHERE}/{deed.id}/Media.json"},
        "to": form["To"],
        "uri": f"{WHERE}/{deed.id}.json",
    }
    return [message | dict.fromkeys(("date_created", "date_sent", "date_updated"), when)]


def files(box: Box, request: Request, parts: Parts) -> Reply:
    """GET …/Messages/<sid>/Media.json"""
    allowed(box, request, parts[0])
    deed = next((one for one in box.phones.deeds("twilio") if one.id == parts[1]), None)
    if deed is None:
        raise wrong(20404)
    form = incoming.news(box, deed)[0].body
    url, type_ = str(form.get("MediaUrl0", "")), form.get("MediaContentType0")
    media = {"sid": url.rpartition("/")[2], "account_sid": ACCOUNT_SID, "parent_sid": deed.id, "content_type": type_}
    found = [media | {"uri": f"{WHERE}/{deed.id}/Media/{media['sid']}.json"}] if url else []
    return Reply(200, {"media_list": found, "page": 0, "page_size": 50, "next_page_uri": None})


ROUTES = (
    Route("GET", rf"{ACCOUNT}/Messages\.json", messages),
    Route("GET", rf"{ACCOUNT}/Messages/(\w+)/Media\.json", files),
)
