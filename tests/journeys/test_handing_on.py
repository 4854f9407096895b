"""Handing on, through the real services and the real routes: with notes, ends, steps, reasons, in bulk, and undone."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import clock
from roms.channels.items import Incoming
from roms.config import ROOT
from roms.db import db, writing
from roms.engine.types import Mode
from roms.errors import Conflict, Invalid, NotAllowed, NotFound
from roms.models import BulkAction, History, Status, Team, TeamMember
from roms.services import bulk, choices, handoff, inbox, intake, publishing, recalling, replaying, timers, undoing
from roms.services.actors import Actor
from roms.services.deeds import Deed
from tests.cast import Cast, conversation, messages, say, texts
from tests.conftest import Clock

OTHERS = [f"62812000000{number:02d}" for number in range(12)]
REASONS = "close_reasons: {solved: {id: Selesai, en: Solved}, spam: Spam}\n"


def cid(sender: str = "6281234567890") -> str:
    return conversation(sender).public_id


def history(event: str, sender: str = "6281234567890") -> list[dict[str, Any]]:
    mine = select(History.data).where(History.conversation_id == conversation(sender).id, History.event == event)
    return list(db.session.scalars(mine.order_by(History.seq)))


def team(key: str, *members: Actor) -> None:
    with writing():
        row = Team(key=key, name=key.title(), created_at=clock.now())
        db.session.add(row)
        db.session.flush()
        db.session.add_all(TeamMember(team_id=row.id, user_id=each.id) for each in members)


def seconds(there: Clock, **ahead: float) -> int:
    return int((there.now + timedelta(**ahead)).timestamp())


def hears(cast: Cast, text: str, sender: str) -> None:
    intake.receive(
        cast.whapi, Incoming(f"{sender}@s.whatsapp.net", text, provider_id=f"wa-{sender}-{text}", name="Siti")
    )


def fire_due() -> int:
    due = timers.due()
    for timer in due:
        timers.fire(timer)
    return len(due)


def taken(client: FlaskClient, cast: Cast, sender: str = "6281234567890") -> str:
    say(client, "halo", sender)
    found = cid(sender)
    handoff.claim(cast.ani, found)
    return found


def test_handed_to_a_colleague_with_a_note(client: FlaskClient, cast: Cast) -> None:
    mine = taken(client, cast)
    answer = handoff.transfer(cast.ani, mine, agent=cast.budi.id, note="Minta diskon, tolong dicek")
    assert answer["conversation"]["assignee"] == cast.budi.id
    last = history("assigned")[-1]
    assert (last["agent"], last["rule"], last["by"]) == (cast.budi.id, "transferred", cast.ani.id)
    note = messages()[-1]
    assert (note.text, note.status, note.agent_id) == ("Minta diskon, tolong dicek", Status.INTERNAL, cast.ani.id)


def test_handed_to_a_team_whoevers_turn_it_is_there_gets_it_and_the_wait_goes_on(
    client: FlaskClient, cast: Cast
) -> None:
    team("retur", cast.ani, cast.budi)
    mine = taken(client, cast)
    say(client, "barang saya rusak")
    waiting = conversation().waiting_since
    handoff.transfer(cast.ani, mine, team="retur")
    after = conversation()
    assert (after.team, after.assignee_id, after.waiting_since) == ("retur", cast.budi.id, waiting)
    assert history("handoff")[-1]["reason"] == "transferred"


def test_an_agent_hands_on_only_what_is_his(client: FlaskClient, cast: Cast) -> None:
    mine = taken(client, cast)
    for act in (
        lambda: handoff.transfer(cast.budi, mine, agent=cast.admin.id),
        lambda: handoff.assign(cast.budi, mine, cast.admin.id),
    ):
        with pytest.raises(NotAllowed):
            act()
    handoff.assign(cast.budi, mine, cast.budi.id)
    assert handoff.transfer(cast.admin, mine, agent=cast.ani.id)["conversation"]["assignee"] == cast.ani.id


@pytest.mark.parametrize("wrong", [{}, {"agent": 99_999}, {"team": "nowhere"}, {"agent": 1, "team": "x"}])
def test_to_nobody_and_to_both_nothing_is_handed(client: FlaskClient, cast: Cast, wrong: dict[str, Any]) -> None:
    mine = taken(client, cast)
    with pytest.raises(Invalid):
        handoff.transfer(cast.ani, mine, note="x", **wrong)
    assert (conversation().assignee_id, history("handoff")) == (cast.ani.id, [])


def test_the_bot_goes_on_at_the_step_that_was_chosen(client: FlaskClient, cast: Cast) -> None:
    mine = taken(client, cast)
    offered = choices.steps(cast.ani, mine)
    assert offered["steps"][0]["step"] == "shop.welcome"
    assert {"order.number", "buy.product"} <= {each["step"] for each in offered["steps"]}
    assert "order.confirm" not in {each["step"] for each in offered["steps"]}  # nobody gave an order number
    handoff.release(cast.ani, mine, "order.number")
    assert texts()[-1] == ("bot", "Boleh minta nomor pesanannya? Contoh: ORD-12345")
    say(client, "ORD-12345")
    assert "ORD-12345, betul?" in texts()[-1][1]


def test_a_step_that_is_not_in_the_release_is_refused_and_nothing_changes(client: FlaskClient, cast: Cast) -> None:
    mine = taken(client, cast)
    with pytest.raises(Invalid, match=r"no step shop\.gone in release 1"):
        handoff.release(cast.ani, mine, "shop.gone")
    assert conversation().mode is Mode.AGENT


def test_a_pause_ends_when_it_was_to_end(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    mine = taken(client, cast)
    until = seconds(clock, minutes=15)
    handoff.pause(cast.ani, mine, until)
    assert int(conversation().paused_until.timestamp()) == until  # type: ignore[union-attr]
    clock.forward(minutes=14)
    assert fire_due() == 0
    clock.forward(minutes=2)
    fire_due()
    assert (conversation().mode, conversation().paused_until) == (Mode.AGENT, None)


@pytest.mark.parametrize("ahead", [-1, 0, 31 * 24 * 3600])
def test_a_pause_ends_neither_in_the_past_nor_never(client: FlaskClient, cast: Cast, clock: Clock, ahead: int) -> None:
    mine = taken(client, cast)
    with pytest.raises(Invalid):
        handoff.pause(cast.ani, mine, seconds(clock, seconds=ahead))


def test_snoozed_it_leaves_the_open_ones_and_a_message_brings_it_back(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    mine = taken(client, cast)
    handoff.snooze(cast.ani, mine, seconds(clock, hours=2))
    assert {view: inbox.counts(cast.ani)[view] for view in ("mine", "snoozed", "all")} == {
        "mine": 0, "snoozed": 1, "all": 1,
    }  # fmt: skip
    assert [each["id"] for each in inbox.listing(cast.ani, "snoozed")["items"]] == [mine]
    assert inbox.counts(cast.budi)["snoozed"] == 0
    say(client, "jadi bagaimana?")
    assert conversation().snoozed_until is None
    assert history("woken") == [{"by": "message"}]
    assert inbox.counts(cast.ani)["mine"] == 1


def test_a_snooze_outlives_the_lateness_of_the_ticker_and_ends_once(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    mine = taken(client, cast)
    say(client, "halo?")
    handoff.snooze(cast.ani, mine, seconds(clock, hours=2))
    clock.forward(minutes=30)
    fire_due()
    assert conversation().assignee_id == cast.ani.id  # nobody's time to answer runs meanwhile
    clock.forward(hours=9)
    fire_due()
    fire_due()
    assert history("woken") == [{"by": "time"}]
    clock.forward(minutes=11)
    fire_due()
    assert conversation().assignee_id == cast.budi.id  # the response clock began anew


def test_only_what_is_snoozed_can_be_woken(client: FlaskClient, cast: Cast) -> None:
    mine = taken(client, cast)
    with pytest.raises(Conflict):
        handoff.wake(cast.ani, mine)
    shown = handoff.snooze(cast.ani, mine)["conversation"]
    assert "woken" in shown["actions"]
    shown = handoff.wake(cast.ani, mine)["conversation"]
    assert "woken" not in shown["actions"]
    assert history("woken") == [{"by": "person"}]


def test_a_reason_is_kept_and_shown_and_gone_when_it_is_taken_up_again(client: FlaskClient, cast: Cast) -> None:
    files = publishing.files_in(ROOT / "flows")
    publishing.publish(files | {"lifecycle.yaml": REASONS + str(files["lifecycle.yaml"])})
    mine = taken(client, cast)
    assert [each["key"] for each in choices.of_all()["close_reasons"]] == ["solved", "spam"]
    with pytest.raises(Invalid):
        handoff.close(cast.ani, mine, "other")
    shown = handoff.close(cast.ani, mine, "solved")["conversation"]
    assert shown["closed_as"] == {"key": "solved", "id": "Selesai", "en": "Solved"}
    assert history("mode")[-1]["reason"] == "solved"
    assert handoff.reopen(cast.ani, mine)["conversation"]["closed_as"] is None


# --- taken back ---------------------------------------------------------------------------------------------------


UNDONE = ["mode", "assignee", "team", "priority", "labels", "snoozed_until", "waiting_since", "unread", "reason"]


def stand(mine: str, actor: Actor) -> dict[str, Any]:
    shown = inbox.opened(actor, mine)["conversation"]
    return {name: shown[name] for name in UNDONE}


DEEDS = [
    Deed("close"), Deed("assign", agent=3), Deed("transfer", team="retur"), Deed("snooze"), Deed("label", label="vip"),
    Deed("release", step="shop.choose"), Deed("unlabel", label="lama"), Deed("read"),
]  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.verb)
@pytest.mark.parametrize("how", ["bot", "agent", "snoozed", "closed"])
def test_what_was_done_is_put_back(client: FlaskClient, cast: Cast, clock: Clock, deed: Deed, how: str) -> None:
    team("retur", cast.budi)
    say(client, "halo")
    mine = cid()
    handoff.act(cast.admin, mine, Deed("label", label="lama"))
    if how != "bot":
        handoff.claim(cast.ani, mine)
        say(client, "halo?")
    if how == "snoozed":
        handoff.snooze(cast.ani, mine, seconds(clock, hours=1))
    if how == "closed":
        handoff.close(cast.ani, mine)
    before = stand(mine, cast.admin)
    told = bulk.act(cast.admin, deed, [mine])
    if not told["results"][0]["done"]:
        assert told["results"][0]["error"]["code"] == "conflict"
        return
    if told["undo"] is None:
        assert stand(mine, cast.admin) == before
        return
    assert stand(mine, cast.admin) != before
    assert undoing.undo(cast.admin, told["undo"]) == {"done": [mine], "refused": []}
    assert stand(mine, cast.admin) == before


def test_the_question_that_waited_still_waits_after_an_undone_closing(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    undo = handoff.close(cast.admin, cid())["undo"]
    undoing.undo(cast.admin, undo)
    say(client, "3")
    assert texts()[-1][1].startswith("Boleh minta nomor pesanannya?")


def test_what_somebody_touched_since_is_left_and_named(client: FlaskClient, cast: Cast) -> None:
    ids = []
    for sender in OTHERS[:3]:
        say(client, "halo", sender)
        ids.append(cid(sender))
    undo = bulk.act(cast.admin, Deed("close"), ids)["undo"]
    say(client, "halo lagi", OTHERS[1])
    told = undoing.undo(cast.admin, undo)
    assert told["done"] == [ids[0], ids[2]]
    assert [(each["id"], each["code"]) for each in told["refused"]] == [(ids[1], "conflict")]
    assert [conversation(sender).mode for sender in OTHERS[:3]] == [Mode.BOT] * 3


def test_it_is_taken_back_once_within_ten_minutes_and_by_whoever_did_it(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    mine = taken(client, cast)
    undo = handoff.close(cast.ani, mine)["undo"]
    with pytest.raises(NotFound):
        undoing.undo(cast.budi, undo)
    undoing.undo(cast.ani, undo)
    with pytest.raises(Conflict, match="already"):
        undoing.undo(cast.ani, undo)
    late = handoff.close(cast.ani, mine)["undo"]
    clock.forward(minutes=11)
    with pytest.raises(Conflict, match="ten minutes"):
        undoing.undo(cast.ani, late)


# --- many, and at once ---------------------------------------------------------------------------------------------


def test_many_are_done_each_by_itself_and_told_apart(client: FlaskClient, cast: Cast) -> None:
    for sender in OTHERS[:3]:
        say(client, "halo", sender)
    ids = [cid(sender) for sender in OTHERS[:3]]
    handoff.claim(cast.budi, ids[1])
    told = bulk.act(cast.ani, Deed("close"), [*ids, ids[0], "gone"])
    assert [(each["done"], each.get("error", {}).get("code")) for each in told["results"]] == [
        (True, None), (False, "not_allowed"), (True, None), (False, "not_found"),
    ]  # fmt: skip
    row = db.session.scalars(select(BulkAction).filter_by(public_id=told["undo"])).one()
    assert [each["id"] for each in row.before] == [ids[0], ids[2]]


@pytest.mark.parametrize(("verb", "count"), [("shout", 1), ("claim", 1), ("close", 0), ("close", 201)])
def test_what_is_no_bulk_is_refused(client: FlaskClient, cast: Cast, verb: str, count: int) -> None:
    with pytest.raises(Invalid):
        bulk.act(cast.admin, Deed(verb), [f"c{number}" for number in range(count)])


def at_once(app: Flask, *acts: Any) -> list[Exception]:
    """All of them in threads of their own, begun together; what they raised."""
    raised: list[Exception] = []
    gate = threading.Barrier(len(acts))

    def run(act: Any) -> None:
        with app.app_context():
            gate.wait()
            try:
                act()
            except (Conflict, NotAllowed, NotFound) as problem:
                raised.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_two_who_hand_it_on_at_once_leave_one_owner(app: Flask, client: FlaskClient, cast: Cast) -> None:
    mine = taken(client, cast)
    raised = at_once(
        app,
        lambda: handoff.transfer(cast.ani, mine, agent=cast.budi.id, note="a"),
        lambda: handoff.transfer(cast.ani, mine, agent=cast.admin.id, note="b"),
    )
    assert [type(each) for each in raised] == [NotAllowed]  # whoever was second had it no more
    assert conversation().assignee_id in (cast.budi.id, cast.admin.id)
    assert len([each for each in messages() if each.status is Status.INTERNAL]) == 1


def test_closing_many_against_messages_that_come_in_loses_neither(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    for sender in OTHERS:
        say(client, "halo", sender)
    ids = [cid(sender) for sender in OTHERS]
    at_once(
        app,
        lambda: bulk.act(cast.admin, Deed("close"), ids),
        lambda: [hears(cast, "lagi", sender) for sender in reversed(OTHERS)],
        lambda: bulk.act(cast.admin, Deed("assign", agent=cast.ani.id), ids[::-1]),
    )
    for sender in OTHERS:
        assert "lagi" in [text for _, text in texts(sender)]
        moves = [(data["from"], data["to"]) for data in history("mode", sender)]
        assert all(before[1] == after[0] for before, after in pairwise(moves))


# --- told again ------------------------------------------------------------------------------------------------------


def test_what_people_did_is_read_back_to_the_letter(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    team("retur", cast.budi)
    mine = taken(client, cast)
    clock.forward(seconds=5)
    acts = [
        lambda: handoff.release(cast.ani, mine, "order.number"),
        lambda: say(client, "ORD-12345"),
        lambda: handoff.pause(cast.ani, mine, seconds(clock, hours=20)),
        lambda: handoff.claim(cast.ani, mine),
        lambda: handoff.snooze(cast.ani, mine, seconds(clock, hours=30)),
        lambda: handoff.wake(cast.ani, mine),
        lambda: handoff.snooze(cast.ani, mine),
        lambda: handoff.transfer(cast.ani, mine, team="retur", note="tolong"),
        lambda: undoing.undo(cast.budi, handoff.close(cast.budi, mine)["undo"]),
        lambda: handoff.transfer(cast.budi, mine, agent=cast.ani.id),
        lambda: handoff.release(cast.ani, mine, "shop.choose"),
        lambda: undoing.undo(cast.admin, handoff.close(cast.admin, mine)["undo"]),
        lambda: say(client, "3"),
    ]
    for act in acts:
        act()
        clock.forward(seconds=20)
    record = recalling.one(conversation().id)
    told = [past.event for past in record.past if not past.event.name.startswith(("message", "timer"))]
    assert [event.name for event in told] == [
        "agent_claimed", "released", "paused", "agent_claimed", "snoozed", "woken", "snoozed", "transferred", "closed",
        "undone", "transferred", "released", "closed", "undone",
    ]  # fmt: skip
    assert (told[1].step, told[5].name, told[6].until) == ("order.number", "woken", 0)
    found = replaying.differences(publishing.newest(), [conversation().id], timedelta(days=90))
    assert [each for each in found if each] == []
