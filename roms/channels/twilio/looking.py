"""What Twilio tells when it is asked: how the account is, the templates it has, where a file lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from roms.channels.base import Account, Download
from roms.channels.failures import ChannelBroken, Permanent
from roms.channels.items import AccountState, Template
from roms.channels.reading import each, id_of, object_of, text_of
from roms.channels.twilio import rest
from roms.channels.twilio.inbound import account_of

API_HOST = "api.twilio.com"
# Where Twilio sends whoever asks for a file; our credentials are for the first address only.
STORAGE = ("mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com")
STATES = {"active": "connected", "suspended": "restricted", "closed": "failed"}
STATUSES = {
    "approved": "approved",
    **dict.fromkeys(("received", "pending", "unsubmitted", "submitted"), "pending"),
    "rejected": "rejected",
    "paused": "paused",
    **dict.fromkeys(("disabled", "deleted"), "disabled"),
}
MOST_PAGES = 50


def media(account: Account, client: httpx.Client, file: Mapping[str, Any]) -> Download:
    """The address that came with the message, if it is Twilio's own."""
    url, base = text_of(file.get("url")), urlsplit(account["base_url"])
    own = f"{base.scheme}://{base.netloc}"
    if not _is_at(url, {f"https://{API_HOST}", own}):
        raise Permanent("The file's address is not one of Twilio's.", "foreign_host")
    return Download(url, rest.credentials(account), tuple(dict.fromkeys((own, API_HOST, *STORAGE))))


def state(account: Account, client: httpx.Client) -> AccountState:
    """How the account is; raises ChannelBroken where the credentials are wrong."""
    answer = rest.ask(account, client, "GET", f"{rest.account_url(account)}.json")
    status = text_of(answer.get("status"), 40).lower()
    data = {"name": text_of(answer.get("friendly_name"), 100), "type": text_of(answer.get("type"), 20)}
    found = STATES.get(status, "unknown")
    return AccountState(
        state=found,
        code="" if found == "connected" else status,
        data={key: value for key, value in data.items() if value},
        account=account_of(account),
    )


def templates(account: Account, client: httpx.Client) -> list[Template]:
    """All of them with what WhatsApp said of each, page after page."""
    if not account["content_url"]:
        raise ChannelBroken("The channel has no address of Twilio's templates configured.", "not_configured")
    url = f"{account['content_url'].rstrip('/')}/v1/ContentAndApprovals"
    found: list[Template] = []
    params = {"PageSize": "100"}
    for _ in range(MOST_PAGES):
        answer = rest.ask(account, client, "GET", url, params=params)
        read = [_template(object_of(raw)) for raw in each(answer.get("contents"))]
        found += [template for template in read if template.provider_id and template.language]
        following = text_of(object_of(answer.get("meta")).get("next_page_url"))
        if not following:
            break
        params = dict(parse_qsl(following.partition("?")[2]))  # of its address only what says where to go on
    return found


def _template(raw: Mapping[str, Any]) -> Template:
    approval = object_of(next(each(raw.get("approval_requests")), None))
    status = text_of(approval.get("status"), 40).lower()
    return Template(
        name=text_of(approval.get("name"), 512) or text_of(raw.get("friendly_name"), 512) or id_of(raw.get("sid")),
        language=text_of(raw.get("language"), 20),
        status=STATUSES.get(status, "pending"),
        provider_id=id_of(raw.get("sid")),
        category=text_of(approval.get("category"), 30).lower(),
        components=tuple(_components(raw)),
        reason=text_of(approval.get("rejection_reason"), 300),
    )


def _components(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Twilio's types (text, media, quick-reply, card …) in the form that Meta has for the same."""
    types = object_of(raw.get("types"))
    said = object_of(next(iter(types.values()), None))
    title = text_of(said.get("header_text")) or text_of(said.get("title"))
    files = [url for url in map(text_of, each(said.get("media"))) if url]
    if title and text_of(said.get("body")):
        yield {"type": "HEADER", "format": "TEXT", "text": title}
    elif files:
        yield {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": files[:1]}}
    yield {"type": "BODY", "text": text_of(said.get("body")) or title, "example": {"named": _examples(raw)}}
    if footer := text_of(said.get("footer")) or text_of(said.get("subtitle")):
        yield {"type": "FOOTER", "text": footer}
    buttons = [_button(object_of(action)) for action in each(said.get("actions") or said.get("items"))]
    if any(buttons):
        yield {"type": "BUTTONS", "buttons": [button for button in buttons if button]}


def _button(action: Mapping[str, Any]) -> dict[str, Any]:
    title = text_of(action.get("title")) or text_of(action.get("item"))
    if url := text_of(action.get("url")):
        return {"type": "URL", "text": title, "url": url}
    if phone := text_of(action.get("phone")):
        return {"type": "PHONE_NUMBER", "text": title, "phone_number": phone}
    return {"type": "QUICK_REPLY", "text": title} if title else {}


def _examples(raw: Mapping[str, Any]) -> dict[str, str]:
    return {text_of(name): text_of(value, 200) for name, value in object_of(raw.get("variables")).items()}


def _is_at(url: str, places: set[str]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "@" not in parts.netloc and f"{parts.scheme}://{parts.netloc}" in places
