"""What people wrote while nobody listened: Twilio keeps every message, and lists them by the time they came.

Facts: Twilio's published specification (api v2010, ListMessage and ListMedia). A listed message has less than a
webhook: no name of the writer, no place, no button and no message that it answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx

from roms.channels.base import Account
from roms.channels.items import Incoming, Item
from roms.channels.reading import each, id_of, number_of, object_of, text_of
from roms.channels.twilio import inbound, rest

PAGE, MOST_PAGES = "200", 50


def messages(account: Account, client: httpx.Client, since: datetime) -> Iterator[Item]:
    """Every message to our number since then, as a webhook would have brought it. Raises SendFailed.

    Twilio lists the newest first, and knows whole seconds only: turned round, for the order within one.
    """
    for raw in reversed(list(_listed(account, client, since))):
        yield from _items(account, client, raw)


def _listed(account: Account, client: httpx.Client, since: datetime) -> Iterator[Mapping[str, Any]]:
    params = {"DateSent>": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "PageSize": PAGE}
    ours = inbound.account_of(account)
    if ours:
        params["To"] = ours
    for _ in range(MOST_PAGES):
        answer = rest.ask(account, client, "GET", rest.messages_of(account), params=params)
        yield from map(object_of, each(answer.get("messages")))
        following = text_of(answer.get("next_page_uri"))
        if not following:
            return
        params = dict(parse_qsl(following.partition("?")[2]))  # of its address only what says where to go on


def _items(account: Account, client: httpx.Client, raw: Mapping[str, Any]) -> Iterator[Item]:
    sid = id_of(raw.get("sid"))
    if not sid or text_of(raw.get("direction")) != "inbound":
        return
    form = {"MessageSid": sid, "SmsStatus": "received", "Body": text_of(raw.get("body"))}
    form |= {"From": text_of(raw.get("from")), "To": text_of(raw.get("to"))}
    if number_of(text_of(raw.get("num_media")), 100):
        form |= _media(account, client, sid)
    at = _moment(raw.get("date_sent")) or _moment(raw.get("date_created"))
    for item in inbound.items(form):
        yield replace(item, at=at) if isinstance(item, Incoming) else item


def _media(account: Account, client: httpx.Client, sid: str) -> dict[str, str]:
    """Its files, in the fields that a webhook has for them."""
    url = f"{rest.account_url(account)}/Messages/{sid}/Media"
    found = [object_of(one) for one in each(rest.ask(account, client, "GET", f"{url}.json").get("media_list"))]
    form = {"NumMedia": str(len(found))}
    for number, one in enumerate(found):
        form[f"MediaUrl{number}"] = f"{url}/{id_of(one.get('sid'))}"
        form[f"MediaContentType{number}"] = text_of(one.get("content_type"), 120)
    return form


def _moment(value: object) -> datetime | None:
    """A date as in mail: Sat, 21 Nov 2026 02:00:00 +0000."""
    try:
        return parsedate_to_datetime(text_of(value, 60)).astimezone(UTC)
    except ValueError:
        return None
