"""What Twilio tells when it is asked: how the account is, the templates it has, where a file lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from roms.channels.alike import FILES, alike
from roms.channels.base import Account, Download, Evidence, Parcel
from roms.channels.failures import Permanent
from roms.channels.items import AccountState, Template
from roms.channels.reading import each, id_of, object_of, text_of
from roms.channels.twilio import bodies, rest
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
    url = f"{rest.content_of(account)}/v1/ContentAndApprovals"
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


def evidence(account: Account, client: httpx.Client, parcel: Parcel, since: datetime) -> Evidence:
    """Its newest messages to this person. No date is asked for, because what Twilio still holds has none of sending.
    That the list is never behind is not promised, so it is no proof."""
    asked = {"To": bodies.receiver(parcel.address), "PageSize": "50"}
    answer = rest.ask(account, client, "GET", rest.messages_of(account), params=asked)
    messages = [object_of(raw) for raw in each(answer.get("messages"))]
    found = [(_made(raw), id_of(raw.get("sid"))) for raw in messages if _says(raw, parcel)]
    return Evidence(tuple(sid for at, sid in sorted(found) if sid and at >= since.timestamp()))


def _says(raw: Mapping[str, Any], parcel: Parcel) -> bool:
    """Files have their address only in another list; their caption must do."""
    if text_of(raw.get("direction")) != "outbound-api":
        return False
    is_file, words = text_of(raw.get("num_media")) not in ("", "0"), text_of(raw.get("body"))
    if parcel.kind in FILES:
        return is_file and alike(parcel, parcel.kind, "", words)
    return not is_file and (parcel.kind in ("location", "contact") or alike(parcel, "text", words))


def _made(raw: Mapping[str, Any]) -> float:
    try:
        made = parsedate_to_datetime(text_of(raw.get("date_created"), 60))
    except ValueError:
        return 0.0
    return (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()


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
    """Twilio's types (text, quick-reply, card …) in the form that Meta has; a file is part of it already."""
    types = object_of(raw.get("types"))
    said = object_of(next(iter(types.values()), None))
    title = text_of(said.get("header_text")) or text_of(said.get("title"))
    if title and text_of(said.get("body")):
        yield {"type": "HEADER", "format": "TEXT", "text": title}
    yield {"type": "BODY", "text": text_of(said.get("body")) or title, "example": _examples(raw)}
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


def _examples(raw: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    variables = object_of(raw.get("variables")).items()
    return {
        "body_text_named_params": [{"param_name": name, "example": text_of(value, 200)} for name, value in variables]
    }


def _is_at(url: str, places: set[str]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "@" not in parts.netloc and f"{parts.scheme}://{parts.netloc}" in places
