"""What Meta tells of templates and of the account itself: READERS is the table by the change's field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from roms.channels.items import AccountState, Item, Skipped, TemplateChanged
from roms.channels.meta.words import ACCOUNT, BANS, CATEGORIES, QUALITIES, STATUSES
from roms.channels.reading import each, id_of, moment, object_of, text_of

JSON = Mapping[str, Any]


def _status(account: str, entry: JSON, value: JSON) -> Item:
    event, reason = text_of(value.get("event"), 40).upper(), text_of(value.get("reason"), 300)
    details = object_of(value.get("other_info")) or object_of(value.get("rejection_info"))
    told = (text_of(details.get(key), 300) for key in ("title", "description", "reason", "recommendation"))
    words = " · ".join(dict.fromkeys(filter(None, ("" if reason == "NONE" else reason, *told))))
    # A flagged one may still be sent; Meta disables it if people go on to complain.
    return _changed(account, value, STATUSES.get(event, ""), "red" if event == "FLAGGED" else "", words)


def _quality(account: str, entry: JSON, value: JSON) -> Item:
    quality = QUALITIES.get(text_of(value.get("new_quality_score")).upper(), "unknown")
    return _changed(account, value, quality=quality)


def _category(account: str, entry: JSON, value: JSON) -> Item:
    """Announced is not changed: only a new category counts."""
    return _changed(account, value, category=CATEGORIES.get(text_of(value.get("new_category")).upper(), ""))


def _changed(
    account: str, value: JSON, status: str = "", quality: str = "", reason: str = "", category: str = ""
) -> Item:
    name = text_of(value.get("message_template_name"), 512)
    provider_id = id_of(value.get("message_template_id"))
    if not (name or provider_id) or not (status or quality or category):
        return Skipped("template", account)
    language = text_of(value.get("message_template_language"), 20)
    return TemplateChanged(name, language, status, quality, category, reason, provider_id, account)


def _account(account: str, entry: JSON, value: JSON) -> Item:
    event = text_of(value.get("event"), 60).upper()
    ban = text_of(object_of(value.get("ban_info")).get("waba_ban_state"), 40).upper()
    state = BANS.get(ban, "") or ACCOUNT.get(event, "")
    if not state:
        return Skipped("account_update", account)
    violation = text_of(object_of(value.get("violation_info")).get("violation_type"), 200)
    limits = (text_of(object_of(each_).get("restriction_type"), 100) for each_ in each(value.get("restriction_info")))
    text = ", ".join(dict.fromkeys(filter(None, (violation, *limits))))
    return AccountState(state, ban or event, text, at=moment(entry.get("time")), account=account)


READERS: Mapping[str, Callable[[str, JSON, JSON], Item]] = {
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "template_category_update": _category,
    "account_update": _account,
}
