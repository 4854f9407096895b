"""Pictures of contacts: asked for in the background, seldom, small, and gone when they are gone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from roms import jobs, process
from roms.channels.faces import at
from roms.channels.failures import Permanent
from roms.channels.fake import Box
from roms.channels.items import Identity, Incoming, Profile
from roms.db import db, writing
from roms.errors import NotFound
from roms.models import Channel, Contact, Conversation
from roms.services import channels, contacts, faces, frames, intake, merging, people, serving
from tests.cast import Cast
from tests.conftest import Clock

NUMBER = "6281234567890"
PHONE = Identity("phone", f"+{NUMBER}")
ADDRESS = {"whapi": f"{NUMBER}@s.whatsapp.net", "waha": f"{NUMBER}@c.us"}


def contact(n: int = 0) -> Contact:
    db.session.rollback()
    found = select(Contact).order_by(Contact.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found))[n]


def address() -> str:
    return db.session.scalars(select(Conversation.address)).one()


def look() -> None:
    faces.plan()
    jobs.fetch_files()
    wait(jobs._fetching)
    db.session.rollback()


def stored(app: Flask) -> list[Path]:
    return [each for each in Path(app.extensions["roms.config"].storage).rglob("*") if each.is_file()]


@pytest.fixture(autouse=True)
def hangs_up() -> Iterator[None]:
    yield
    process.client().close()
    process.client.cache_clear()


@pytest.fixture(params=["whapi", "waha"])
def line(request: pytest.FixtureRequest, cast: Cast, provider: Box) -> int:
    """A channel where somebody wrote."""
    kind, channel = request.param, cast.whapi
    with writing():
        if kind == "waha":
            channel = channels.add("waha", "WAHA", channels.box_values("waha", provider.base_url)).id
        else:
            channels.put(db.session.get_one(Channel, channel), {"token": "trial-token"})
    provider.phones.add("Siti Aminah", NUMBER)
    intake.receive(channel, Incoming(ADDRESS[kind], "halo", provider_id="w1", identities=(PHONE,), name="Siti"))
    return channel


def test_a_picture_comes_by_itself_changes_with_the_week_and_goes(
    app: Flask, cast: Cast, provider: Box, line: int, clock: Clock
) -> None:
    seq = db.session.scalars(select(Conversation.seq)).one()
    look()
    first = contact()
    assert contacts.one(cast.ani, first.id)["picture"].startswith(f"/files/contact/{first.id}/picture?v=")
    assert db.session.scalars(select(Conversation.seq)).one() == seq + 1
    content, _size = serving.content(faces.shown(cast.ani, first.id))
    with content, Image.open(io.BytesIO(content.read())) as face:
        assert (face.format, face.size) == ("JPEG", (96, 96))
    asked = provider.phones.find(NUMBER)
    assert asked is not None
    asked.picture, before = "new", first.picture
    look()
    assert contact().picture == before, "not before a week is over"
    clock.forward(days=6, hours=23)
    intake.receive(line, Incoming(address(), "lagi", provider_id="w2"))
    clock.forward(hours=2)
    look()
    assert contact().picture not in ("", before)
    assert [each.name for each in stored(app)] == [contact().picture]
    asked.picture = "none"
    clock.forward(days=6)
    intake.receive(line, Incoming(address(), "lagi", provider_id="w3"))
    clock.forward(days=2)
    look()
    assert (contact().picture, stored(app)) == ("", [])
    with pytest.raises(NotFound):
        faces.shown(cast.ani, contact().id)


def test_news_of_a_picture_is_followed_once(cast: Cast, provider: Box, line: int, clock: Clock) -> None:
    look()
    asked = provider.phones.find(NUMBER)
    assert asked is not None
    asked.picture, before = "new", contact().picture
    people.told(line, Profile((PHONE,), picture=f"{provider.base_url}/_faces/{NUMBER}?oe=1"))
    look()
    after = contact().picture
    assert after not in ("", before)
    people.told(line, Profile((PHONE,), picture=f"{provider.base_url}/_faces/{NUMBER}?oe=2"))
    assert not faces.waiting()
    people.told(line, Profile((PHONE,), picture="https://pictures.example/x.jpg"))
    look()
    assert contact().picture == after, "a foreign host is not asked"


def test_a_picture_moves_with_a_merge_and_stays_with_its_owner(app: Flask, cast: Cast, line: int) -> None:
    look()
    intake.receive(cast.webchat, Incoming("visitor-1", "halo", identities=(Identity("webchat", "visitor-1"),)))
    one, two = contact(0), contact(1)
    owner, merge = one.id, merging.merge(cast.admin, two.id, one.id)
    assert contact(1).picture == contact(0).picture != ""
    assert frames.picture_url(contact(1)) is not None
    with pytest.raises(NotFound):
        faces.shown(cast.ani, owner)
    merging.undo(cast.admin, merge)
    assert contact(1).picture == ""
    assert faces.shown(cast.ani, owner).key == contact(0).picture
    faces.tidy()
    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    "url",
    ["http://pps.whatsapp.net/a", "https://pps.whatsapp.net.example/a", "https://whatsapp.net@example/a", "//x", "[",
     "https://evilwhatsapp.net/a", "https://a:b@pps.whatsapp.net/a"],
)  # fmt: skip
def test_s12_only_hosts_of_the_provider(url: str) -> None:
    with pytest.raises(Permanent):
        at(url, "https://gate.whapi.cloud")
    assert at("https://pps.whatsapp.net/v/a?x=1", "https://gate.whapi.cloud").headers == {}


def test_what_is_no_picture_leaves_the_old_one(
    cast: Cast, provider: Box, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    before = contact().picture
    drawn: Callable[..., bytes] = lambda person: b"<svg onload=alert(1)>"  # noqa: E731
    monkeypatch.setattr("roms.channels.fake.faces.drawn", drawn)
    people.told(line, Profile((PHONE,), picture=f"{provider.base_url}/_faces/{NUMBER}"))
    look()
    assert contact().picture == before
