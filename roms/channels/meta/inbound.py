"""Meta's webhook bodies as items: every entry, every change, every message and status in them.

What cannot be read is passed over or shown by its name; it never keeps the rest from being read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from roms.channels.base import Account
from roms.channels.items import Incoming, Item, Skipped
from roms.channels.meta import changes, news
from roms.channels.meta.content import content_of, kind_of
from roms.channels.meta.people import People, Person, group_of
from roms.channels.reading import each, id_of, moment, object_of, text_of
from roms.channels.whatsapp import fingerprint

OBJECT = "whatsapp_business_account"
# Fields we know and need nothing of; any other is counted under one name.
PASSED_OVER = {
    *("account_alerts", "account_review_update", "business_capability_update", "flows", "history", "security"),
    *("phone_number_name_update", "phone_number_quality_update", "smb_app_state_sync"),
    *("message_template_components_update", "payment_configuration_update", "tracking_events"),
}
SOURCES = {"source_type": "source", "headline": "headline", "body": "body", "source_url": "url"}


def items(account: Account, document: Mapping[str, Any]) -> Iterator[Item]:
    """Everything in one webhook body, at least one item."""
    empty = True
    if text_of(document.get("object")) in (OBJECT, ""):
        for entry in each(document.get("entry")):
            for change in each(object_of(entry).get("changes")):
                for item in _change(account, object_of(entry), object_of(change)):
                    empty = False
                    yield item
    if empty:
        yield Skipped("nothing_for_us")


def _change(account: Account, entry: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[Item]:
    value, field = object_of(change.get("value")), text_of(change.get("field"), 60)
    if field in news.READERS:
        yield news.READERS[field](_business(account, entry), entry, value)
    elif field in PASSED_OVER or not value:
        yield Skipped(f"field_{field}" if field in PASSED_OVER else "bad_item")
    else:
        yield from _value(field, value)


def _value(field: str, value: Mapping[str, Any]) -> Iterator[Item]:
    """All lists of one change; which are there counts, not what the change calls itself."""
    account, empty = id_of(object_of(value.get("metadata")).get("phone_number_id")), True
    people = People(value.get("contacts"))
    for section, read in SECTIONS.items():
        for raw in each(value.get(section)):
            empty = False
            yield from read(account, people, raw) if isinstance(raw, dict) else [Skipped("bad_item", account)]
    if empty:
        yield Skipped("nothing_for_us" if field == "messages" else "field_unknown", account)


def _business(account: Account, entry: Mapping[str, Any]) -> str:
    """Whose news it is: "" for our own business account, else that of another."""
    theirs = id_of(entry.get("id"))
    return "" if not account["business_id"] or theirs in ("", account["business_id"]) else theirs


def _message(account: str, people: People, raw: Mapping[str, Any]) -> Iterator[Item]:
    yield from _read(account, people.sender(raw), raw, ours=False)


def _echo(account: str, people: People, raw: Mapping[str, Any]) -> Iterator[Item]:
    """What our own people typed on the phone that shares the number."""
    yield from _read(account, people.receiver(raw), raw, ours=True)


def _call(account: str, people: People, raw: Mapping[str, Any]) -> Iterator[Item]:
    """A call is shown when it begins; how it ended is nothing to answer."""
    ours = text_of(raw.get("direction")).upper() == "BUSINESS_INITIATED"
    if ours or text_of(raw.get("event")) not in ("connect", ""):
        yield Skipped("call", account)
    else:
        yield from _message(account, people, {**raw, "type": "call"})


def _read(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Iterator[Item]:
    kind = kind_of(raw)
    if kind in changes.READERS:
        yield from changes.READERS[kind](account, person, raw, ours)
    elif person.address or group_of(raw):
        yield _incoming(account, person, raw, ours)
    else:
        yield Skipped("no_receiver" if ours else "no_sender", account)


def _incoming(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Incoming:
    content, group, provider_id = content_of(raw), group_of(raw), id_of(raw.get("id")) or None
    identities = changes.group(group) or person.identities
    return Incoming(
        address=group or person.address,
        text=content.text,
        kind=content.kind,
        provider_id=provider_id,
        fingerprint="" if provider_id else fingerprint(group, person.address, raw),
        payload=content.payload,
        name=person.name,
        identities=identities,
        author=person.identities if group and not ours else (),
        is_group=bool(group),
        from_business=ours,
        at=moment(raw.get("timestamp")),
        extra={**_context(raw), **content.extra},
        raw=raw if content.kind == "unsupported" else None,
        account=account,
    )


def _context(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a message refers to: another one, an advertisement, a product, and whether it was passed on."""
    context, referral = object_of(raw.get("context")), object_of(raw.get("referral"))
    product = object_of(context.get("referred_product"))
    found: dict[str, Any] = {}
    if quoted := id_of(context.get("id")):
        found["quoted"] = {"id": quoted}
    if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
        found["forwarded"] = "often" if context.get("frequently_forwarded") is True else True
    if named := text_of(product.get("product_retailer_id"), 200):
        catalog = text_of(product.get("catalog_id"), 100)
        found["product"] = {"id": named, **({"catalog": catalog} if catalog else {})}
    told = {ours: text_of(referral.get(theirs), 1000) for theirs, ours in SOURCES.items()}
    if any(told.values()):
        found["referral"] = {key: word for key, word in told.items() if word or key == "source"}
    return found


Reader = Callable[[str, People, Mapping[str, Any]], Iterator[Item]]
SECTIONS: Mapping[str, Reader] = {
    "messages": _message,
    "message_echoes": _echo,
    "calls": _call,
    "statuses": changes.status,
    "errors": changes.error,
    "user_preferences": changes.preference,
}
