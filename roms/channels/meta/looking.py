"""What Meta tells when it is asked: how our number is, the templates it has, where a file lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from roms.channels.base import Account, Download
from roms.channels.failures import ChannelBroken, Permanent
from roms.channels.items import AccountState, Template
from roms.channels.meta import graph
from roms.channels.meta.words import CATEGORIES, QUALITIES, STATUSES
from roms.channels.reading import each, id_of, object_of, text_of

MEDIA_HOST = "lookaside.fbsbx.com"
NUMBER_FIELDS = "display_phone_number,verified_name,quality_rating,status,messaging_limit_tier,health_status"
TEMPLATE_FIELDS = "id,name,language,status,category,quality_score,components,rejected_reason"
MOST_PAGES = 50
LONGEST_WEBHOOK = 200  # characters, Meta's own limit
STATES = {
    "CONNECTED": "connected",
    "PENDING": "starting",
    **dict.fromkeys(("FLAGGED", "RESTRICTED", "RATE_LIMITED"), "restricted"),
    **dict.fromkeys(("DISCONNECTED", "UNVERIFIED"), "needs_person"),
    **dict.fromkeys(("BANNED", "DELETED", "MIGRATED"), "failed"),
}


def media(account: Account, client: httpx.Client, file: Mapping[str, Any]) -> Download:
    """A link good for some five minutes, to be fetched with our token; Meta names no hosts but its own two."""
    media_id = text_of(file.get("id"), 200)
    if not (media_id.isascii() and media_id.isalnum()):
        raise Permanent("The file has no id that Meta knows.", "no_file")
    answer = graph.ask(account, client, "GET", media_id, params={"phone_number_id": graph.number_of(account)})
    url, base = text_of(answer.get("url")), urlsplit(account["base_url"])
    hosts = (MEDIA_HOST, f"{base.scheme}://{base.netloc}")
    if not _is_at(url, hosts):
        raise Permanent("Meta named an address for the file that is not its own.", "foreign_host")
    return Download(url, {"Authorization": f"Bearer {account['token']}"}, hosts)


def state(account: Account, client: httpx.Client) -> AccountState:
    """How our number is; raises ChannelBroken where the token or the number is wrong."""
    answer = graph.ask(account, client, "GET", graph.number_of(account), params={"fields": NUMBER_FIELDS})
    status = text_of(answer.get("status"), 40).upper()
    found = STATES.get(status, "connected" if not status else "unknown")
    health = object_of(answer.get("health_status"))
    blocked = text_of(health.get("can_send_message")).upper() == "BLOCKED"
    wrong = _first_error(health) if blocked else {}
    keys = {"phone": "display_phone_number", "name": "verified_name", "limit": "messaging_limit_tier"}
    data = {key: text_of(answer.get(theirs), 100) for key, theirs in keys.items() if answer.get(theirs)}
    quality = QUALITIES.get(text_of(answer.get("quality_rating")).upper(), "unknown")
    return AccountState(
        state="restricted" if blocked and found == "connected" else found,
        code=text_of(wrong.get("error_code"), 20) or ("" if found == "connected" else status),
        text=text_of(wrong.get("error_description"), 300),
        data={**data, "quality": quality},
        account=account["phone_number_id"],
    )


def templates(account: Account, client: httpx.Client) -> list[Template]:
    """All of them, page after page."""
    found: list[Template] = []
    after = ""
    for _ in range(MOST_PAGES):
        params = {"fields": TEMPLATE_FIELDS, "limit": "100", **({"after": after} if after else {})}
        answer = graph.ask(account, client, "GET", f"{graph.business_of(account)}/message_templates", params=params)
        read = [_template(object_of(raw)) for raw in each(answer.get("data"))]
        found += [template for template in read if template.name and template.language]
        paging = object_of(answer.get("paging"))
        after = text_of(object_of(paging.get("cursors")).get("after")) if paging.get("next") else ""
        if not after:
            break
    return found


def setup(account: Account, client: httpx.Client) -> None:
    """Have Meta call our own address for this business account, whatever address the app has otherwise."""
    if not account.webhook or len(account.webhook) > LONGEST_WEBHOOK or not account["verify_token"]:
        raise ChannelBroken("Meta cannot be told a webhook: there is no address or no verify token.", "not_configured")
    body = {"override_callback_uri": account.webhook, "verify_token": account["verify_token"]}
    graph.ask(account, client, "POST", f"{graph.business_of(account)}/subscribed_apps", json=body)


def _template(raw: Mapping[str, Any]) -> Template:
    quality = object_of(raw.get("quality_score")).get("score") or raw.get("quality_score")
    reason = text_of(raw.get("rejected_reason"), 300)
    return Template(
        name=text_of(raw.get("name"), 512),
        language=text_of(raw.get("language"), 20),
        status=STATUSES.get(text_of(raw.get("status")).upper(), "pending"),
        provider_id=id_of(raw.get("id")),
        category=CATEGORIES.get(text_of(raw.get("category")).upper(), ""),
        quality=QUALITIES.get(text_of(quality).upper(), "unknown"),
        components=tuple(dict(object_of(part)) for part in each(raw.get("components")) if isinstance(part, dict)),
        reason="" if reason == "NONE" else reason,
    )


def _first_error(health: Mapping[str, Any]) -> Mapping[str, Any]:
    errors = (error for part in each(health.get("entities")) for error in each(object_of(part).get("errors")))
    return object_of(next(errors, None))


def _is_at(url: str, hosts: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "@" not in parts.netloc and (f"{parts.scheme}://{parts.netloc}" in {f"https://{hosts[0]}", *hosts})
