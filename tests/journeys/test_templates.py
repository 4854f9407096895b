"""Approved messages: listed, told of between times, filled in, sent, and stopped when they are paused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import background, jobs, queue
from roms.channels.failures import Transient
from roms.channels.fake import Box
from roms.channels.items import TemplateChanged
from roms.db import db
from roms.errors import Conflict, Invalid
from roms.models import MessageTemplate, Status
from roms.services import refusals, replies, template_parts, templates
from roms.services.said import Draft
from tests.cast import Cast, messages, say
from tests.conftest import Clock
from tests.official import BODY, Official, channel_row, cid, official, opens_until, template

__all__ = ["official"]
GOOD: dict[str, Any] = {"body": ["Siti", "INV-7"]}


def rows() -> dict[str, MessageTemplate]:
    db.session.rollback()
    found = db.session.scalars(select(MessageTemplate).execution_options(populate_existing=True))
    return {row.name: row for row in found}


def stored(cast: Cast, *listed: Any) -> MessageTemplate:
    """The provider lists these; the first of them."""
    templates.store(cast.whapi, listed or (template(),))
    return rows()[(listed[0] if listed else template()).name]


def sent(cast: Cast, row: MessageTemplate, parameters: Any, client_id: str = "b-1") -> Any:
    draft = Draft(template={"id": row.id, "parameters": parameters})
    return replies.send(cast.ani, cid(), client_id, draft, seen=0, force=True)[0]["entry"]


def test_l02_the_list_is_fetched_shown_and_kept_up_to_date(
    client: FlaskClient, cast: Cast, official: Official, clock: Clock
) -> None:
    say(client, "cs")
    official.listed = [template(), template("sale", "paused"), template("old")]
    assert cast.whapi in templates.due()
    jobs.sync_templates(cast.whapi)
    assert cast.whapi not in templates.due()
    official.listed = official.listed[:2]
    clock.forward(hours=1, seconds=1)
    assert cast.whapi in templates.due()
    jobs.sync_templates(cast.whapi)
    told = templates.listing(cast.ani, cid())
    assert [(each["name"], each["is_sendable"]) for each in told["templates"]] == [
        ("order_ready", True),
        ("sale", False),
    ]
    assert told["templates"][0]["parameters"] == [
        {"where": "body", "key": "1", "example": "Budi"},
        {"where": "body", "key": "2", "example": "INV-1"},
    ]
    assert set(told["templates"][1]["why_not"]) == {"id", "en"}
    assert told["fetched_at"] == clock.now.isoformat().replace("+00:00", "Z")
    assert rows()["old"].is_gone


def test_a_list_that_cannot_be_fetched_changes_nothing(cast: Cast, official: Official) -> None:
    stored(cast)
    at = channel_row(cast.whapi).templates_at
    official.fails = [Transient("away", "500")]
    jobs.sync_templates(cast.whapi)
    assert (channel_row(cast.whapi).templates_at, rows()["order_ready"].is_gone) == (at, False)


def test_the_ticker_and_the_button_ask_for_the_list_once(client: FlaskClient, cast: Cast, official: Official) -> None:
    say(client, "cs")
    queue.client().delete("rq:queue:files")
    background.sync_templates()
    templates.refresh(cast.ani, cid())
    assert queue.client().llen("rq:queue:files") == len(templates.due()), "once for each channel that has templates"


def test_a_channel_without_templates_refreshes_nothing(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    with pytest.raises(Conflict):
        templates.refresh(cast.ani, cid())
    assert templates.listing(cast.ani, cid()) == {"templates": [], "fetched_at": None}


def test_l02_a_template_goes_out_when_the_window_is_closed(
    client: FlaskClient, cast: Cast, official: Official, work: Callable[[], None]
) -> None:
    say(client, "cs")
    opens_until(None)
    entry = sent(cast, stored(cast), GOOD)
    work()
    assert (entry["kind"], entry["text"]) == ("template", "Halo Siti, pesanan INV-7 siap.")
    (parcel,) = official.parcels
    content = {"name": "order_ready", "language": "id", "category": "utility", "provider_id": "id-order_ready"}
    assert (parcel.kind, parcel.payload["content"]) == (
        "template",
        content | {"parameters": {"body": ["Siti", "INV-7"]}},
    )
    assert messages()[-1].status is Status.ACCEPTED


def test_l02_a_paused_one_is_not_sent_and_one_that_waits_is_stopped(
    client: FlaskClient, cast: Cast, official: Official, work: Callable[[], None]
) -> None:
    say(client, "cs")
    row = stored(cast)
    sent(cast, row, GOOD)
    assert templates.changed(cast.whapi, TemplateChanged("order_ready", "id", "paused", reason="blocked")) == 1
    with pytest.raises(Invalid):
        sent(cast, row, GOOD, "b-2")
    work()
    assert official.parcels == []
    failed = messages()[-1]
    assert (failed.status, failed.error_code) == (Status.FAILED, refusals.TEMPLATE)
    assert templates.changed(cast.whapi, TemplateChanged("", "", "approved", provider_id="id-order_ready")) == 1
    sent(cast, row, GOOD, "b-3")
    work()
    assert len(official.parcels) == 1


def test_news_of_an_unknown_template_have_the_list_fetched(cast: Cast, official: Official) -> None:
    queue.client().delete("rq:queue:files")
    assert templates.changed(cast.whapi, TemplateChanged("new", "id", "approved")) == 0
    assert queue.client().llen("rq:queue:files") == 1


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "body"),
        ({"body": ["Siti"]}, "body"),
        ({"body": ["Siti", "INV", "x"]}, "body"),
        ({"body": ["Siti", "  "]}, "body.2"),
        ({"body": ["Si\nti", "x"]}, "body.1"),
        ({"body": ["Si\tti", "x"]}, "body.1"),
        ({"body": ["Si    ti", "x"]}, "body.1"),
        ({"body": ["x" * 1025, "x"]}, "body.1"),
        ({"body": ["x" * 1000, "y" * 100]}, "body"),
        ({"body": {"1": "Siti", "3": "x"}}, "body"),
        ({"body": ["Siti", "x"], "header": {"text": "x"}}, "header"),
        ({"body": ["Siti", "x"], "buttons": [{"index": 0, "value": "x"}]}, "buttons"),
    ],
)
def test_what_whatsapp_would_refuse_is_refused_with_the_field(
    client: FlaskClient, cast: Cast, official: Official, parameters: Any, field: str
) -> None:
    say(client, "cs")
    count = len(messages())
    with pytest.raises(Invalid) as refused:
        sent(cast, stored(cast), parameters)
    assert refused.value.data["field"] == f"template.parameters.{field}"
    assert len(messages()) == count


HEADER = {"type": "HEADER", "format": "TEXT", "text": "Promo {{1}}"}
NAMED = {
    "type": "BODY",
    "text": "Hai {{nama}}",
    "example": {"body_text_named_params": [{"param_name": "nama", "example": "Rina"}]},
}
URL = {"type": "URL", "text": "Lihat", "url": "https://toko.example/{{1}}", "example": ["x"]}
BUTTONS = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Mau"}, URL]}


def test_headers_names_and_buttons_are_filled_in_and_read_back() -> None:
    parts = [HEADER, NAMED, {"type": "FOOTER", "text": "Balas STOP"}, BUTTONS]
    assert [(each["where"], each["key"]) for each in template_parts.parameters(parts)] == [
        ("header", "1"),
        ("body", "nama"),
        ("button", "1"),
    ]
    given = {"body": {"nama": "Rina"}, "header": {"text": "Akhir"}, "buttons": [{"index": 1, "value": "a7"}]}
    made = template_parts.filled(parts, given)
    assert made["buttons"] == [{"index": 1, "type": "url", "key": "1", "value": "a7"}]
    assert template_parts.preview(parts, made) == "Promo Akhir\nHai Rina\nBalas STOP"


def test_holes_that_twilio_numbers_through_all_parts_keep_their_names() -> None:
    parts = [HEADER, {"type": "BODY", "text": "Hai {{2}}"}]
    made = template_parts.filled(parts, {"header": {"text": "Akhir"}, "body": ["Rina"]})
    assert made == {"body": {"2": "Rina"}, "header": {"type": "text", "text": "Akhir", "key": "1"}}


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (template("a", "pending"), "pending"),
        (template("a", "approved", {"type": "CAROUSEL"}, BODY), "parts"),
        (template("a", "approved", {"type": "HEADER", "format": "LOCATION"}, BODY), "parts"),
        (template("a", "something new"), "unknown"),
        (template("a"), ""),
    ],
)
def test_why_a_template_cannot_be_picked_is_told(cast: Cast, official: Official, listed: Any, why: str) -> None:
    assert templates.why_not(stored(cast, listed)) == why


def test_a_flows_template_gets_its_id_and_its_names(cast: Cast, official: Official) -> None:
    stored(cast, template("catalog", "approved", NAMED))
    content = {"name": "catalog", "language": "id", "parameters": ["Rina"]}
    made = templates.of_flow(cast.whapi, content)
    assert (made["provider_id"], made["parameters"]) == ("id-catalog", {"body": {"nama": "Rina"}})
    unknown = templates.of_flow(cast.whapi, content | {"name": "other"})
    assert unknown == content | {"name": "other", "parameters": {"body": ["Rina"]}}


def test_a_message_that_waited_a_day_is_too_old_but_a_template_may_be_sent_again(
    client: FlaskClient, cast: Cast, official: Official, clock: Clock, work: Callable[[], None]
) -> None:
    say(client, "cs")
    opens_until(clock.now + timedelta(days=9))
    sent(cast, stored(cast), GOOD)
    templates.changed(cast.whapi, TemplateChanged("order_ready", "id", "paused"))
    replies.send(cast.ani, cid(), "b-2", "halo", seen=0)
    clock.forward(hours=24)
    work()
    assert [message.error_code for message in messages()[-2:]] == [refusals.TEMPLATE, refusals.TOO_OLD]
    templates.changed(cast.whapi, TemplateChanged("order_ready", "id", "approved"))
    with pytest.raises(Conflict, match="older than 24 hours"):
        replies.retry(cast.ani, cid(), messages()[-1].seq)
    replies.retry(cast.ani, cid(), messages()[-2].seq)
    work()
    assert [parcel.kind for parcel in official.parcels] == ["template"]


def test_where_there_are_no_templates_a_flows_template_is_its_text(
    client: FlaskClient, cast: Cast, provider: Box
) -> None:
    from types import SimpleNamespace

    from roms.services import channels, parcels

    row = SimpleNamespace(id=1, kind="template", text="Katalog", payload={"content": {"name": "c"}}, attempts=1)
    made = parcels.made(channels.line(cast.whapi), row, "62812@s.whatsapp.net")
    assert (made.kind, made.text, made.payload) == ("text", "Katalog", {})
