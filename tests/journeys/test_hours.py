"""Opening hours of teams: which held when, and what flows and contacts are told by them; all of it can be replayed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from roms.db import db, writing
from roms.engine.book import Known
from roms.engine.flowfile import FlowErrors
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Arrangement, Channel, HoursVersion, Presence, Team, User
from roms.services import explaining, holidays, hours, hours_editing, publishing, recalling, teams_named
from tests.cast import Cast, conversation, messages, say, texts
from tests.conftest import Clock
from tests.engine.chat import flow_files

SENDER = "6281234567890"
CLOSED: dict[str, list[str]] = {day: [] for day in hours_editing.DAYS}
EVENING = {day: ["18:00-22:00"] for day in hours_editing.DAYS}
SOON = {"seconds": 6}  # until what was written down holds


def made(cast: Cast, name: str = "Malam", **parts: Any) -> int:
    found = hours_editing.create(cast.admin, name)
    hours_editing.change(cast.admin, found, name, {"zone": "WIB", "open": EVENING} | parts)
    return found


def team(key: str, hours_id: int | None = None, within: int | None = None) -> int:
    with writing():
        row = Team(key=key, name=key.title(), created_at=datetime(2026, 1, 1, tzinfo=UTC))
        db.session.add(row)
        db.session.flush()
        found = row.id
    hours_editing.give(found, hours_id, within)
    return found


def publish(steps: str, **more: str) -> None:
    publishing.publish(flow_files(steps, **more))


def everybody(presence: Presence, **values: Any) -> None:
    with writing():
        db.session.execute(update(User).values(presence=presence, **values))


def said(sender: str = SENDER) -> list[str]:
    return [text for who, text in texts(sender) if who == "bot"]


ASKS = 'a: {say: "{{teams.sales.open}} {{teams.sales.opens_at|time}}", end: true}'


def test_a_team_keeps_its_hours_from_when_they_were_given_and_no_flow_is_told_later_ones(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    publish(ASKS)
    night = made(cast)
    sales = team("sales")
    say(client, "x")  # 09:00 in Jakarta; no hours.yaml: always open
    hours_editing.give(sales, night, None)
    say(client, "x")
    clock.forward(**SOON)
    say(client, "x")
    hours_editing.change(cast.admin, night, "Malam", {"zone": "WITA", "open": EVENING})
    say(client, "x")
    clock.forward(**SOON)
    say(client, "x")
    assert said() == ["true ", "true ", "false 18.00", "false 18.00", "false 18.00"]
    moments = [row.created_at for row in messages() if row.sender == "bot"]
    zones = [hours.of_team(cast.whapi, "sales", at) for at in moments]
    assert [str(each.zone) if each else None for each in zones] == [
        *(None, None, "Asia/Jakarta", "Asia/Jakarta", "Asia/Makassar"),
    ]
    assert _replayed() == []


def _replayed() -> list[Any]:
    from roms.engine.replay import replay

    (record,) = recalling.records([conversation().id])
    return replay(publishing.newest(), record, record.began, datetime(2030, 1, 1, tzinfo=UTC))


def test_another_process_hears_of_new_hours_before_they_hold(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    night = made(cast)
    sales = team("sales")
    assert hours.LEAD.total_seconds() / 2 > hours.READ_AFRESH
    clock.forward(**SOON)
    before = hours.known(cast.whapi, clock.now)
    with writing():  # as another process would, which this one is not told by
        db.session.execute(update(Team).where(Team.id == sales).values(hours_id=night))
        hours.written(clock.now)
    memory = hours._memory()
    memory.asked_at -= hours.READ_AFRESH
    assert hours.known(cast.whapi, clock.now) == before
    assert hours.known(cast.whapi, clock.now + hours.LEAD)["sales"].hours is not None


def test_whoever_sets_a_team_or_a_channel_the_ticker_notices_once(cast: Cast, clock: Clock) -> None:
    night, sales = made(cast), team("sales")
    with writing():
        db.session.execute(update(Team).where(Team.id == sales).values(hours_id=night, answer_within=60))
        db.session.execute(update(Channel).where(Channel.id == cast.whapi).values(default_team_id=sales))
    assert hours.notice() == 2
    assert hours.notice() == 0
    clock.forward(**SOON)
    own = hours.known(cast.whapi, clock.now)[""]
    assert (own.answer_within, own.hours is hours.of_team(cast.webchat, "sales", clock.now)) == (60, True)
    assert hours.of_team(cast.webchat, "", clock.now) is None
    with writing():
        db.session.execute(update(Channel).values(default_team_id=None))
    assert hours.notice() == 1
    assert [row.subject for row in db.session.scalars(select(Arrangement).order_by(Arrangement.id))][-1].startswith(
        "ch"
    )


def test_nothing_is_asked_of_the_database_for_every_message(cast: Cast, clock: Clock) -> None:
    hours.known(cast.whapi, clock.now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db.session, "execute", lambda *_: pytest.fail("asked"))
        for seconds in range(100):
            hours.known(cast.whapi, clock.now + timedelta(seconds=seconds))


# --- what contacts are told -----------------------------------------------------------------------------------------

HANDED = "a: {handoff: {team: sales, say: 'Sebentar ya.'}}"


@pytest.mark.parametrize("is_english", [False, True])
def test_who_writes_when_the_team_is_closed_is_told_once_when_it_opens(
    client: FlaskClient, cast: Cast, clock: Clock, is_english: bool
) -> None:
    publish("a: {set: {contact.language: en}, handoff: {team: sales, say: One moment.}}" if is_english else HANDED)
    team("sales", made(cast))
    clock.forward(**SOON)
    say(client, "x")
    say(client, "masih ada?")
    assert len(said()) == 2
    assert ("from 18:00" if is_english else "mulai 18.00") in said()[1]
    assert conversation().answer_by == clock.now.replace(hour=11, minute=10, second=0)
    (row,) = [each for each in messages() if (each.payload or {}).get("promise")]
    assert (row.payload, row.why) == ({"promise": "later"}, None)


@pytest.mark.parametrize(
    "words", ["Kami buka lagi jam 18.00 WIB.", "Buka {{teams.sales.opens_at|time}}.", "Jam 18:00 ya"]
)
def test_a_flow_that_says_so_itself_is_not_repeated(client: FlaskClient, cast: Cast, clock: Clock, words: str) -> None:
    publish(f"a: {{handoff: {{team: sales, say: '{words}'}}}}")
    team("sales", made(cast))
    clock.forward(**SOON)
    say(client, "x")
    assert len(said()) == 1


@pytest.mark.parametrize("words", ["Rp 18.000 saja.", "Harganya 118.00", "Pukul 18.001"])
def test_a_price_is_no_hour(client: FlaskClient, cast: Cast, clock: Clock, words: str) -> None:
    publish(f"a: {{handoff: {{team: sales, say: '{words}'}}}}")
    team("sales", made(cast))
    clock.forward(**SOON)
    say(client, "x")
    assert len(said()) == 2


def test_the_word_for_a_person_is_answered_once_by_the_hours_of_the_channels_team(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    publish("a: {say: x, end: true}")
    sales = team("sales", made(cast))
    with writing():
        db.session.execute(update(Channel).values(default_team_id=sales))
    hours.notice()
    clock.forward(**SOON)
    say(client, "cs")
    (told,) = said()
    assert "mulai 18.00" in told


def test_when_nobody_is_there_that_is_said_and_no_replay_or_why_is_confused(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    publish(HANDED)
    team("sales")
    everybody(Presence.AWAY)
    say(client, "x")
    assert [text.split()[0] for text in said()] == ["Sebentar", "Saat"]
    assert _replayed() == []
    asked, answer, promise = messages()
    told = explaining.explain(asked.id)
    assert (told["doubt"], told["answers"]) == (None, [answer.seq])
    assert explaining.explain(answer.id)["doubt"] is None
    with pytest.raises(NotFound):
        explaining.explain(promise.id)


def test_who_waits_behind_others_is_told_how_many(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    publish(HANDED)
    team("sales")
    everybody(Presence.AVAILABLE, capacity=0)
    for number in range(3):
        clock.forward(seconds=1)
        say(client, "x", f"62811{number}")
    assert [said(f"62811{number}")[-1] for number in range(3)] == [
        "Semua CS sedang melayani. Anda giliran berikutnya.",
        "Semua CS sedang melayani. Ada sekitar 1 orang sebelum Anda.",
        "Semua CS sedang melayani. Ada sekitar 2 orang sebelum Anda.",
    ]


def test_the_texts_are_the_lifecycles_and_whoever_is_taken_at_once_hears_none(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    files = flow_files(HANDED)
    files["lifecycle.yaml"] += 'person: {away: {id: "Kosong.", en: "Nobody."}}\n'
    publishing.publish(files)
    team("sales")
    say(client, "x", "628111")
    everybody(Presence.AWAY)
    say(client, "x", "628222")
    assert (said("628111"), said("628222")) == (["Sebentar ya."], ["Sebentar ya.", "Kosong."])


# --- how they are kept ----------------------------------------------------------------------------------------------


def test_every_change_is_a_version_and_what_is_wrong_is_told_in_both_languages(cast: Cast, clock: Clock) -> None:
    night = made(cast)
    with pytest.raises(Invalid) as caught:
        hours_editing.change(cast.admin, night, "Malam", {"zone": "WIB", "open": {"mon": ["25:00-26:00"]}})
    assert caught.value.data["say"]["id"] == "`25:00-26:00` bukan rentang jam seperti 08:00-17:00, dan bukan `tutup`"
    with pytest.raises(Invalid):
        hours_editing.change(cast.admin, night, "Malam", {"zone": "Mars/Base", "open": CLOSED})
    with pytest.raises(Conflict):
        hours_editing.create(cast.admin, "Malam")
    assert db.session.scalar(select(func.count()).select_from(HoursVersion)) == 2
    (shown,) = hours_editing.listed()["hours"]
    assert (shown["open"]["mon"], shown["zone"], shown["by"]) == (["18:00-22:00"], "WIB", cast.admin.id)


def test_single_days_breaks_and_holidays_with_hours(cast: Cast, clock: Clock) -> None:
    week = CLOSED | {"sat": ["08:00-12:00", "13:00-24:00"], "sun": ["22:00-02:00"]}
    days = {"2026-11-21": [], "2026-11-23": ["10:00-11:00"]}
    night = made(cast, open=week, days=days, holidays={"2026-11-22": {"name": "Libur", "open": ["09:00-10:00"]}})
    (shown,) = hours_editing.listed()["hours"]
    assert shown["open"]["sat"] == ["08:00-12:00", "13:00-24:00"]
    assert shown["open"]["sun"] == ["22:00-02:00"]
    assert shown["days"] == [{"date": "2026-11-21", "open": []}, {"date": "2026-11-23", "open": ["10:00-11:00"]}]
    assert shown["now"]["opens_at"] == "2026-11-22T02:00:00Z"  # a closed Saturday, then the holiday's own hours
    assert hours_editing.named("Malam") == night


def test_holidays_of_a_year_are_added_once_and_keep_what_people_changed(cast: Cast, clock: Clock) -> None:
    night = made(cast, holidays={"2027-01-01": {"name": "Libur kami", "open": ["10:00-12:00"]}})
    assert hours_editing.add_holidays(cast.admin, night, holidays.of_year(2027, with_leave=False)) == 16
    assert hours_editing.add_holidays(cast.admin, night, holidays.of_year(2027, with_leave=False)) == 0
    (shown,) = hours_editing.listed()["hours"]
    assert shown["holidays"][0] == {"date": "2027-01-01", "name": "Libur kami", "open": ["10:00-12:00"]}
    assert {day["certainty"] for day in shown["holidays"][1:]} == {"fixed", "estimate"}


# --- what flows name ------------------------------------------------------------------------------------------------


def test_a_team_that_nobody_made_cannot_be_published_and_the_shipped_flows_get_theirs(cast: Cast) -> None:
    with pytest.raises(FlowErrors) as caught:
        publishing.publish(flow_files(HANDED), known=teams_named.known())
    assert [each.code for each in caught.value.problems] == ["unknown-team"]
    assert teams_named.of_newest() == {"sales"}
    assert teams_named.have(teams_named.of_newest()) == ["sales"]
    assert teams_named.have(teams_named.of_newest()) == []
    assert publishing.publish(flow_files(HANDED), known=teams_named.known())[1]


def test_a_team_with_a_space_is_made_once_however_it_is_spelled(cast: Cast) -> None:
    assert teams_named.have(["front desk"]) == ["front desk"]
    assert teams_named.have(["front_desk"]) == []
    assert teams_named.known() == Known(frozenset({"front desk"}), frozenset())


def test_hours_that_another_version_of_the_program_wrote_leave_the_release_its_own(cast: Cast, clock: Clock) -> None:
    night = made(cast)
    team("sales", night)
    with writing():
        db.session.add(HoursVersion(hours_id=night, spec={"open": "x"}, from_at=clock.now + hours.LEAD))
    hours.forget()
    clock.forward(**SOON)
    assert hours.of_team(cast.whapi, "sales", clock.now) is None
