"""Addresses of files in webhooks that were sealed with the right secret: only the provider's own are ever asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from roms.db import db
from roms.models import Attachment, FileState
from roms.services import channels
from tests.attachments import fetch
from tests.cast import give
from tests.elsewhere import Elsewhere, elsewhere
from tests.web.conftest import Browser
from tests.web.sealed import bodies, seal, written


@pytest.fixture
def sink() -> Iterator[Elsewhere]:
    """A stranger who would hear of it if anybody asked."""
    with elsewhere() as server:
        yield server


def with_address(kind: str, url: str) -> Any:
    """A captured picture whose bytes are said to be there."""
    found = bodies(kind)
    if kind == "twilio":
        return found["inbound_image_caption.form"] | {"MediaUrl0": url}
    if kind == "waha":
        document = json.loads(json.dumps(found["message_image.json"]))
        document["payload"]["media"]["url"] = url
        return document
    document = json.loads(json.dumps(found["message_image_with_link.json"]))
    picture = document["messages"][0]["image"]
    picture.pop("id", None)
    picture["link"] = url
    return document


EVIL = (
    "{sink}/photo",
    "http://169.254.169.254/latest/meta-data/",
    "https://api.twilio.com@{bare}/photo",
    "https://api.twilio.com.evil.example/photo",
    "//{bare}/photo",
    "file:///etc/passwd",
    "gopher://{bare}/x",
    "http://[::ffff:127.0.0.1]/photo",
    "{sink}\\@api.twilio.com/photo",
)


@pytest.mark.parametrize("kind", ["twilio", "waha", "whapi"])
def test_s12_a_forged_address_is_never_asked_and_the_message_is_there(
    kind: str, browser: Browser, sink: Elsewhere
) -> None:
    bare = sink.url("").removeprefix("http://").rstrip("/")
    for evil in EVIL:
        url = evil.format(sink=sink.url("").rstrip("/"), bare=bare)
        document = with_address(kind, url)
        if kind == "twilio":
            document["MessageSid"] = document["SmsMessageSid"] = document["SmsSid"] = f"MM{abs(hash(url)):032x}"[:34]
        elif kind == "waha":
            document["payload"]["id"] = f"false_6280000001002@c.us_{abs(hash(url)):032X}"
        else:
            document["messages"][0]["id"] = f"x{abs(hash(url))}"
        body = written(kind, document)
        assert browser.ask("POST", f"/webhook/{kind}", data=body, headers=seal(kind, body)).status_code == 200
    fetch()
    db.session.rollback()
    files = db.session.scalars(select(Attachment)).all()
    assert len(files) == len(EVIL)
    told = [(file.ref, file.state, file.error_code) for file in files]
    assert all(state is FileState.REFUSED or code == "gone" for _, state, code in told), told  # the provider's own 404
    assert sink.asked == []


@pytest.mark.parametrize(("kind", "header"), [("twilio", "Authorization"), ("waha", "X-Api-Key")])
def test_s12_a_redirect_leads_to_no_stranger(kind: str, header: str, browser: Browser, sink: Elsewhere) -> None:
    with elsewhere() as own:
        give(channels.find(kind).channel_id, base_url=own.origin)
        body = written(kind, with_address(kind, own.url("/to/" + sink.url("/photo"))))
        assert browser.ask("POST", f"/webhook/{kind}", data=body, headers=seal(kind, body)).status_code == 200
        fetch()
        assert [header in headers for _, _, headers, _ in own.asked] == [True]
        assert sink.asked == []
    assert db.session.scalars(select(Attachment.state)).all() == [FileState.REFUSED]
