"""Signs, edits and withdrawals: before or after their message, in any order, told twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from roms.channels.items import Deleted, Edited, Identity, Incoming, Reaction
from roms.db import db, writing
from roms.models import Attachment, FileState, Message, PendingReceipt
from roms.services import changes, frames, inbox, intake
from tests.cast import Cast, conversation, messages
from tests.conftest import Clock

NOON = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SITI = "6281234567890@s.whatsapp.net"


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def heard(cast: Cast, text: str, id_: str, **more: object) -> None:
    identities = (Identity("phone", "+6281234567890"),)
    intake.receive(cast.whapi, Incoming(SITI, text, provider_id=id_, identities=identities, at=NOON, **more))  # type: ignore[arg-type]


def entry(id_: str) -> dict[str, object]:
    row = db.session.execute(select(*Message.__table__.c).where(Message.provider_id == id_)).mappings().one()
    return frames.message_entry(row)


THINGS = [
    Reaction("m", "👍", SITI, at=at(1)),
    Reaction("m", "❤️", SITI, at=at(2)),
    Reaction("m", "", SITI, at=at(3)),
    Reaction("m", "🙏", SITI, from_business=True, at=at(2)),
    Edited("m", "dua", at(4)),
    Edited("m", "tiga", at(5)),
]


def test_any_order_with_repeats_before_and_after_the_message_ends_in_the_same(app: Flask, cast: Cast) -> None:
    numbers = iter(range(10_000))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.permutations(THINGS), st.lists(st.sampled_from(THINGS), max_size=3), st.integers(0, 9), st.booleans())
    def tell(things: list[object], again: list[object], when: int, taken_back: bool) -> None:
        id_ = f"m{next(numbers)}"
        told = [*things, *again, *([Deleted("m", at(9))] if taken_back else [])]
        for index, thing in enumerate([*told, None]):
            if index == min(when, len(told)):
                heard(cast, "satu", id_)
            if thing is not None:
                changes.record(cast.whapi, type(thing)(id_, *list(_fields(thing))[1:]))
        found = entry(id_)
        if taken_back:
            assert (found["text"], found["reactions"], found["edited"]) == ("", [], None)
            assert found["deleted"] == {"at": frames.moment(at(9))}
        else:
            assert found["text"] == "tiga"
            assert [one["text"] for one in found["edited"]["before"]] == ["satu", "dua"]  # type: ignore[index]
            assert [(one["emoji"], one["by"]) for one in found["reactions"]] == [("🙏", "business")]  # type: ignore[attr-defined]

    tell()
    assert db.session.scalar(select(func.count()).select_from(PendingReceipt)) == 0


def _fields(thing: object) -> list[object]:
    return [getattr(thing, name) for name in thing.__dataclass_fields__]  # type: ignore[attr-defined]


def test_a_change_runs_no_engine_raises_no_unread_and_shows_in_the_list(cast: Cast) -> None:
    heard(cast, "halo", "m1")
    before = len(messages()), conversation().unread, conversation().state
    changes.record(cast.whapi, Reaction("m1", "👍", SITI))
    changes.record(cast.whapi, Edited("m1", "halo kak"))
    assert (len(messages()), conversation().unread, conversation().state) == before
    cid = conversation().public_id
    told = inbox.changes(cast.ani, cid, conversation().seq - 1)
    assert [(each["text"], each["reactions"][0]["emoji"]) for each in told["entries"]] == [("halo kak", "👍")]


def test_what_was_taken_back_leaves_nothing_behind(cast: Cast) -> None:
    media = {"id": "media-1", "mime_type": "image/jpeg"}
    heard(cast, "[image] rahasia", "m1", kind="image", extra={"media": media, "caption": "rahasia"})
    heard(cast, "itu apa", "m2", extra={"quoted": {"id": "m1"}})
    assert entry("m2")["quoted"] == {"seq": messages()[0].seq, "text": "[image] rahasia", "sender": "contact"}
    changes.record(cast.whapi, Deleted("m1", at(5)))
    row = messages()[0]
    assert (row.text, row.payload) == ("", {"deleted": {"at": frames.moment(at(5))}})
    file = db.session.scalars(select(Attachment)).one()
    assert (file.state, file.ref, file.due_at) == (FileState.REFUSED, None, None)
    assert "rahasia" not in str([message.payload for message in messages() if message.provider_id == "m2"])


def test_the_list_does_not_show_what_was_taken_back(cast: Cast) -> None:
    with writing():
        cast_channel = db.session.get(__import__("roms.models", fromlist=["Channel"]).Channel, cast.whapi)
        cast_channel.is_enabled = False
        __import__("roms.services.channels", fromlist=["forget"]).forget()
    heard(cast, "rahasia", "m1")
    assert (conversation().last or {})["text"] == "rahasia"
    changes.record(cast.whapi, Deleted("m1"))
    assert (conversation().last or {})["text"] == ""
    assert len(messages()) == 1


def test_the_list_shows_an_edit_that_came_before_its_message_in_a_group(cast: Cast) -> None:
    heard(cast, "satu", "a", is_group=True)
    changes.record(cast.whapi, Edited("b", "tiga", at(4)))
    heard(cast, "dua", "b", is_group=True, from_business=True)
    assert (conversation().last or {})["text"] == entry("b")["text"] == "tiga"


def test_a_sign_on_nothing_becomes_a_small_message_after_a_while(cast: Cast, clock: Clock) -> None:
    heard(cast, "halo", "m1")
    unread = conversation().unread
    changes.record(cast.whapi, Reaction("never", "👍", SITI))
    assert changes.due() == []
    clock.forward(minutes=3)
    for _ in range(2):
        for pending in changes.due():
            changes.settle(pending)
    shown = [(message.kind, message.text) for message in messages() if message.kind == "reaction"]
    assert shown == [("reaction", "👍")]
    assert conversation().unread == unread


@pytest.mark.parametrize("change", [Edited("slips", "dua"), Deleted("slips")])
def test_what_slips_between_two_transactions_is_for_the_ticker(cast: Cast, change: changes.Change) -> None:
    changes.record(cast.whapi, change)
    heard(cast, "satu", "other")
    with writing():
        db.session.execute(Message.__table__.update().where(Message.provider_id == "other").values(provider_id="slips"))
    (pending,) = changes.due()
    changes.settle(pending)
    assert entry("slips")["text"] == ("dua" if isinstance(change, Edited) else "")
