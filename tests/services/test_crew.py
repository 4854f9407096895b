"""People and teams: what can be changed by whom, what never can, and what becomes of what somebody had."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from roms.db import db, writing
from roms.engine.types import Mode
from roms.errors import Invalid, LastAdmin, NotAllowed, NotFound, TeamUsed
from roms.models import Channel, Policy, Role, Sees, Team, User
from roms.services import account_list, accounts, crew, crew_list, handoff, setup, teams
from roms.services.crew import Change, Newcomer
from tests.cast import PASSWORD, Cast, conversation, say

ADMINS = 4


def row(user_id: int) -> User:
    return db.session.scalars(select(User).filter_by(id=user_id).execution_options(populate_existing=True)).one()


def person(user_id: int) -> dict[str, Any]:
    return crew_list.person(user_id)


# --- people --------------------------------------------------------------------------------------------------------


def test_somebody_new_signs_in_with_the_password_that_was_told(cast: Cast) -> None:
    user_id, password = crew.add(cast.admin.id, Newcomer(" Dewi.S ", "  Dewi   Sartika ", Role.AGENT, "en"))
    token, actor = accounts.sign_in("dewi.s", password)
    assert accounts.actor_of(token) == actor
    assert (actor.id, actor.name, actor.role, actor.language) == (user_id, "Dewi Sartika", Role.AGENT, "en")
    found = person(user_id)
    assert (found["capacity"], found["skills"], found["sees"], found["sees_numbers"]) == (None, [], "all", True)


@pytest.mark.parametrize(
    ("new", "field", "problem"),
    [
        (Newcomer("Ani", "Ani II"), "login", "taken"),
        (Newcomer("a b", "Ab"), "login", "shape"),
        (Newcomer("", "Nobody"), "login", "shape"),
        (Newcomer("dewi", "   "), "name", "missing"),
        (Newcomer("dewi", "x" * 121), "name", "shape"),
        (Newcomer("dewi", "Dewi", password="short"), "password", "weak"),
        (Newcomer("dewi", "Dewi", password="dewi-dewi-dewi"), "password", "weak"),
    ],
)
def test_a_newcomer_who_cannot_be_is_named_and_not_stored(cast: Cast, new: Newcomer, field: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        crew.add(cast.admin.id, new)
    assert (refused.value.data["field"], refused.value.data["problem"]) == (field, problem)
    assert db.session.scalar(select(func.count()).select_from(User)) == 3


def test_what_is_not_named_stays(cast: Cast) -> None:
    everything: Change = {
        **{
            "name": "Ani L",
            "role": Role.SUPERVISOR,
            "language": "en",
            "capacity": 5,
            "skills": [" EN", "Billing", "en"],
        },  # type: ignore[typeddict-item]
        "sees": Sees.TEAM,
        "sees_numbers": False,
    }
    crew.change(cast.admin.id, cast.ani.id, everything)
    before = person(cast.ani.id)
    assert (before["name"], before["role"], before["language"], before["capacity"]) == ("Ani L", "supervisor", "en", 5)
    assert (before["skills"], before["sees"], before["sees_numbers"]) == (["billing", "en"], "team", False)
    crew.change(cast.admin.id, cast.ani.id, {"name": "Ani"})
    assert person(cast.ani.id) == before | {"name": "Ani"}
    crew.change(cast.admin.id, cast.ani.id, {"capacity": None, "skills": []})
    assert (person(cast.ani.id)["capacity"], person(cast.ani.id)["skills"]) == (None, [])


@pytest.mark.parametrize(
    "wanted", [{"capacity": 0}, {"capacity": 1001}, {"skills": ["x" * 61]}, {"skills": [str(n) for n in range(31)]}]
)
def test_what_cannot_be_changes_nothing(cast: Cast, wanted: Change) -> None:
    before = person(cast.ani.id)
    with pytest.raises(Invalid):
        crew.change(cast.admin.id, cast.ani.id, wanted | {"name": "Somebody else"})
    assert person(cast.ani.id) == before


def test_a_new_password_ends_every_session_and_the_old_one_opens_nothing(cast: Cast) -> None:
    accounts.set_password(cast.ani.id, PASSWORD)
    token, _ = accounts.sign_in("ani", PASSWORD)
    told = crew.reset_password(cast.admin.id, cast.ani.id)
    assert accounts.actor_of(token) is None
    with pytest.raises(accounts.WrongPassword):
        accounts.sign_in("ani", PASSWORD)
    accounts.sign_in("ani", told)
    assert crew.end_sessions(cast.admin.id, cast.ani.id) == 1
    assert crew.end_sessions(cast.admin.id, cast.ani.id) == 0


@pytest.mark.usefixtures("cast")
def test_nobody_is_found_where_nobody_is() -> None:
    for act in (lambda: crew.change(None, 999, {"name": "X"}), lambda: crew.end_sessions(None, 999)):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotFound):
        crew.reset_password(None, 999)


# --- the last admin ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [{"role": Role.AGENT}, {"role": Role.SUPERVISOR}, {"is_active": False}])
def test_s10_the_last_admin_stays_one(cast: Cast, wanted: Change) -> None:
    for by in (cast.admin.id, None):
        with pytest.raises(LastAdmin):
            crew.change(by, cast.admin.id, wanted | {"name": "Nobody"})
    assert (row(cast.admin.id).role, row(cast.admin.id).is_active, row(cast.admin.id).name) == (
        Role.ADMIN,
        True,
        "Admin",
    )
    crew.change(cast.admin.id, cast.ani.id, {"role": Role.ADMIN})
    crew.change(cast.admin.id, cast.admin.id, wanted)
    with pytest.raises(LastAdmin):
        crew.change(cast.ani.id, cast.ani.id, wanted)


@pytest.mark.parametrize("wanted", [{"role": Role.AGENT}, {"is_active": False}])
def test_s10_admins_who_remove_each_other_at_once_leave_one(app: Flask, cast: Cast, wanted: Change) -> None:
    """Each removes the next, all at the same moment; whoever was removed before may remove nobody."""
    ids = [cast.admin.id, *(crew.add(None, Newcomer(f"chief{n}", f"Chief {n}", Role.ADMIN))[0] for n in range(3))]
    assert len(ids) == ADMINS
    start, outcomes = threading.Barrier(ADMINS), list[str]()

    def remove(by: int, whom: int) -> None:
        with app.app_context():
            start.wait(30)
            try:
                crew.change(by, whom, wanted)
                outcomes.append("done")
            except (LastAdmin, NotAllowed) as refused:
                outcomes.append(refused.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=remove, args=(ids[n], ids[(n + 1) % ADMINS])) for n in range(ADMINS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    left = db.session.scalar(select(func.count()).select_from(User).filter_by(role=Role.ADMIN, is_active=True))
    assert len(outcomes) == ADMINS
    assert left == ADMINS - outcomes.count("done")
    assert left is not None
    assert left >= 1


def test_s10_who_is_no_admin_any_more_changes_nothing(cast: Cast) -> None:
    """Also where the request began before."""
    acts = (
        lambda by: crew.add(by, Newcomer("dewi", "Dewi")),
        lambda by: crew.change(by, cast.budi.id, {"role": Role.ADMIN}),
        lambda by: crew.reset_password(by, cast.admin.id),
        lambda by: crew.end_sessions(by, cast.budi.id),
        lambda by: teams.add(by, "sales", "Sales"),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act(cast.ani.id)
    assert row(cast.budi.id).role is Role.AGENT


# --- leaving -------------------------------------------------------------------------------------------------------


def test_who_is_deactivated_is_out_and_gives_back_what_is_open(app: Flask, cast: Cast, client: FlaskClient) -> None:
    for number in range(4):
        say(client, "cs", f"62811000000{number}")
    mine = [n for n in range(4) if conversation(f"62811000000{n}").assignee_id == cast.ani.id]
    assert len(mine) == 2
    assert person(cast.ani.id)["open"] == 2
    accounts.set_password(cast.ani.id, PASSWORD)
    token, _ = accounts.sign_in("ani", PASSWORD)
    assert crew.change(cast.admin.id, cast.ani.id, {"is_active": False}) == 2
    assert accounts.actor_of(token) is None
    assert {conversation(f"62811000000{n}").assignee_id for n in range(4)} == {cast.budi.id}
    assert crew.change(cast.admin.id, cast.ani.id, {"is_active": False}) == 0
    assert crew.change(cast.admin.id, cast.budi.id, {"is_active": False}) == 4
    assert {conversation(f"62811000000{n}").assignee_id for n in range(4)} == {None}
    with pytest.raises(accounts.WrongPassword):
        accounts.sign_in("ani", PASSWORD)
    crew.change(cast.admin.id, cast.ani.id, {"is_active": True})
    accounts.sign_in("ani", PASSWORD)


def test_what_rested_with_who_left_finds_another_when_it_goes_on(cast: Cast, client: FlaskClient) -> None:
    say(client, "cs")
    owner, other = sorted((cast.ani, cast.budi), key=lambda each: each.id != conversation().assignee_id)
    handoff.pause(cast.admin, conversation().public_id)
    assert crew.change(cast.admin.id, owner.id, {"is_active": False}) == 1
    assert conversation().assignee_id is None
    handoff.resume(cast.admin, conversation().public_id)
    assert (conversation().mode, conversation().assignee_id) == (Mode.AGENT, other.id)


@pytest.mark.parametrize("who", ["nobody", "ani", "somebody who left"])
def test_a_team_without_people_is_everybodys(cast: Cast, client: FlaskClient, who: str) -> None:
    sales = teams.add(None, "sales", "Sales")
    teams.set_default(None, cast.whapi, sales)
    if who != "nobody":
        teams.set_member(None, sales, cast.ani.id, True)
    if who == "somebody who left":
        crew.change(None, cast.ani.id, {"is_active": False})
    for number in range(4):
        say(client, "cs", f"62811000000{number}")
    owners = {conversation(f"62811000000{n}").assignee_id for n in range(4)}
    expected = {"nobody": {cast.ani.id, cast.budi.id}, "ani": {cast.ani.id}, "somebody who left": {cast.budi.id}}
    assert owners == expected[who]
    reason = conversation("628110000003").reason or {}
    assert reason.get("notes") == (None if who == "ani" else ["empty_team"])


# --- teams ---------------------------------------------------------------------------------------------------------


def test_a_team_is_made_changed_and_filled(cast: Cast) -> None:
    sales = teams.add(cast.admin.id, " Sales-2 ", " Penjualan ")
    wanted: teams.Change = {"policy": Policy.LEAST_LOADED, "answer_within": 300, "name": "Jualan"}
    teams.change(cast.admin.id, sales, wanted)
    for _twice in range(2):
        teams.set_member(cast.admin.id, sales, cast.ani.id, True)
    teams.set_member(cast.admin.id, sales, cast.budi.id, True)
    found = crew_list.team(sales)
    assert (found["key"], found["name"], found["policy"]) == ("sales-2", "Jualan", "least_loaded")
    assert (found["answer_within"], found["members"], found["flows"]) == (300, [cast.ani.id, cast.budi.id], [])
    assert person(cast.ani.id)["teams"] == [sales]
    for _twice in range(2):
        teams.set_member(cast.admin.id, sales, cast.ani.id, False)
    assert crew_list.team(sales)["members"] == [cast.budi.id]


@pytest.mark.parametrize(
    ("key", "name", "field", "problem"),
    [
        ("front desk", "Front", "key", "shape"),
        ("", "Front", "key", "shape"),
        ("-x", "Front", "key", "shape"),
        ("sales", "Other", "key", "taken"),
        ("front", "", "name", "missing"),
    ],
)
def test_a_team_that_cannot_be_is_named(cast: Cast, key: str, name: str, field: str, problem: str) -> None:
    teams.add(None, "sales", "Sales")
    with pytest.raises(Invalid) as refused:
        teams.add(None, key, name)
    assert (refused.value.data["field"], refused.value.data["problem"]) == (field, problem)
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1


@pytest.mark.parametrize("wanted", [{"answer_within": 59}, {"answer_within": 604_801}, {"hours_id": 7}, {"name": ""}])
def test_a_team_does_not_become_what_cannot_be(cast: Cast, wanted: teams.Change) -> None:
    sales = teams.add(None, "sales", "Sales")
    with pytest.raises(Invalid):
        teams.change(None, sales, wanted | {"policy": Policy.LEAST_LOADED})
    assert crew_list.team(sales)["policy"] == "round_robin"


@pytest.mark.usefixtures("cast")
def test_a_team_that_flows_name_is_put_out_of_use_only_by_who_is_sure() -> None:
    assert crew_list.unmade() == ["sales"]
    sales, other = teams.add(None, "sales", "Sales"), teams.add(None, "care", "Care")
    assert crew_list.unmade() == []
    with pytest.raises(TeamUsed) as refused:
        teams.change(None, sales, {"is_active": False})
    uses = refused.value.data["flows"]
    for use in uses:
        text = crew_list_file(use["file"]).splitlines()[use["line"] - 1]
        assert text.strip().startswith("team: sales"), use
    assert {"order.checked_now", "shop.person_now"} <= {use["step"] for use in uses}
    assert len({(use["file"], use["line"]) for use in uses}) == len(uses)
    assert crew_list.team(sales)["is_active"]
    teams.change(None, other, {"is_active": False})
    teams.change(None, sales, {"is_active": False}, is_sure=True)
    assert not crew_list.team(sales)["is_active"]


def crew_list_file(name: str) -> str:
    from roms.services import publishing

    return publishing.newest().files[name]


def test_a_channel_has_a_team_and_its_timeline_says_who_gave_it(cast: Cast) -> None:
    care = teams.add(None, "care", "Layanan")
    teams.set_default(cast.admin.id, cast.whapi, care)
    assert {line["id"]: line["team"] for line in crew_list.lines()}[cast.whapi] == care
    with pytest.raises(TeamUsed) as refused:
        teams.change(None, care, {"is_active": False})
    assert refused.value.data["channels"] == [db.session.get_one(Channel, cast.whapi).name]
    teams.set_default(cast.admin.id, cast.whapi, None)
    teams.set_default(cast.admin.id, cast.whapi, None)
    events = [(event["event"], event["who"]) for event in account_list.one(cast.whapi)["events"]]
    assert events[:2] == [("no_team", "Admin"), ("team", "Admin")]
    assert [name for name, _ in events].count("no_team") == 1
    for act in (lambda: teams.set_default(None, cast.whapi, 99), lambda: teams.set_default(None, 9999, care)):
        with pytest.raises(NotFound):
            act()
    for team_id, user_id in ((99, cast.ani.id), (care, 999)):
        with pytest.raises(NotFound):
            teams.set_member(None, team_id, user_id, True)


# --- written down --------------------------------------------------------------------------------------------------


def test_every_change_is_a_line_of_the_log_and_no_name_or_password_is(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="roms.services.crew"):
        user_id, password = crew.add(cast.admin.id, Newcomer("dewi", "Dewi Sartika"))
        crew.change(cast.admin.id, user_id, {"capacity": 3, "name": "Dewi Kartika", "skills": ["en"]})
        crew.change(cast.admin.id, user_id, {"capacity": 3})
        other = crew.reset_password(None, user_id)
        crew.end_sessions(None, user_id)
        sales = teams.add(None, "sales", "Penjualan")
        teams.change(None, sales, {"policy": Policy.LEAST_LOADED})
        teams.set_member(None, sales, user_id, True)
    lines = [json.loads(record.getMessage().removeprefix("crew ")) for record in caplog.records]
    told = ["person_added", "person_changed", "password_reset", "sessions_ended", "team_added", "team_changed"]
    assert [line["event"] for line in lines] == [*told, "member_added"]
    assert [line["by"] for line in lines] == [cast.admin.id] * 2 + [0] * 5
    assert lines[1]["capacity"] == [None, 3]
    assert lines[1]["skills"] == [[], ["en"]]
    for secret in (password, other, "Dewi", "Kartika"):
        assert secret not in caplog.text


# --- a trial -------------------------------------------------------------------------------------------------------


def test_admins_read_who_changed_whom_and_what_was_refused_leaves_no_trace(cast: Cast) -> None:
    with pytest.raises(LastAdmin):
        crew.change(cast.admin.id, cast.admin.id, {"role": Role.AGENT})
    assert crew_list.changes() == []
    crew.change(cast.admin.id, cast.ani.id, {"role": Role.SUPERVISOR, "capacity": 5})
    crew.change(cast.admin.id, cast.ani.id, {"capacity": 5})  # nothing is another than before
    sales = teams.add(None, "sales", "Sales")
    teams.set_member(cast.admin.id, sales, cast.budi.id, True)
    teams.change(cast.admin.id, sales, {"answer_within": 120})
    crew.change(cast.admin.id, cast.budi.id, {"name": "Budi Baru", "is_active": False})
    told = [(each["event"], each["by"], each["data"]) for each in reversed(crew_list.changes())]
    assert told[:-1] == [
        ("person_changed", 1, {"person": cast.ani.id, "role": ["agent", "supervisor"], "capacity": [None, 5]}),
        ("team_added", None, {"team": "sales"}),
        ("member_added", 1, {"team": "sales", "person": cast.budi.id}),
        ("team_changed", 1, {"team": "sales", "answer_within": [None, 120]}),
    ]
    assert (told[-1][0], told[-1][2]["is_active"]) == ("person_changed", [True, False])
    assert "Budi" not in json.dumps(told), "a name is a person's own"


@pytest.mark.usefixtures("app")
def test_a_trial_has_a_crew_that_shows_teams_skills_and_limits() -> None:
    made = setup.prepare()
    assert [(each.role, each.login) for each in made][:3] == [("admin", "admin"), ("agent", "ani"), ("agent", "budi")]
    found = {each["login"]: each for each in crew_list.people()}
    assert {each["role"] for each in found.values()} == {"admin", "supervisor", "agent"}
    assert found["citra"]["skills"] == ["billing", "en", "id"]
    assert (found["dimas"]["capacity"], found["dimas"]["sees"], found["dimas"]["sees_numbers"]) == (4, "own", False)
    by_key = {team["key"]: team for team in crew_list.all_teams()}
    assert by_key["sales"]["members"] == [found["ani"]["id"], found["budi"]["id"]]
    assert {line["team"] for line in crew_list.lines()} == {by_key["sales"]["id"]}
    accounts.sign_in("sari", made[5].password)
    assert setup.prepare() == []


def test_a_trial_makes_every_team_that_its_flows_name(cast: Cast) -> None:
    assert set(crew_list.unmade()) <= {key for key, *_ in setup.TRIAL_TEAMS}


@pytest.mark.usefixtures("app")
def test_a_trial_takes_a_team_that_is_there_already() -> None:
    with writing():
        db.session.execute(_team_of_before())
    setup.prepare()
    sales = next(team for team in crew_list.all_teams() if team["key"] == "sales")
    assert (sales["name"], len(sales["members"])) == ("From before", 2)


def _team_of_before() -> Any:
    from sqlalchemy import insert

    from roms import clock

    values = {"policy": Policy.ROUND_ROBIN, "is_active": True, "created_at": clock.now()}
    return insert(Team).values(key="sales", name="From before", **values)


# --- the command line ----------------------------------------------------------------------------------------------


def ran(app: Flask, *args: str, code: int = 0) -> str:
    done = app.test_cli_runner().invoke(args=list(args))
    assert done.exit_code == code, done.output
    return done.output


def test_operators_do_the_same_in_a_shell(app: Flask, cast: Cast) -> None:
    ran(app, "users", "add", "dewi", "--name", "Dewi", "--role", "supervisor", "--password", "kata sandi panjang")
    accounts.sign_in("dewi", "kata sandi panjang")
    assert "signed out of 1" in ran(app, "users", "sign-out", "dewi")
    ran(app, "users", "capacity", "ani", "3")
    ran(app, "users", "skills", "ani", "EN", "billing")
    ran(app, "users", "sees", "ani", "team", "--no-numbers")
    ran(app, "teams", "add", "sales", "--name", "Penjualan", "--policy", "least_loaded")
    assert ran(app, "teams", "members", "sales", "ani", "budi").strip() == "ani, budi"
    assert ran(app, "teams", "members", "sales", "budi", "--remove").strip() == "ani"
    listed = ran(app, "users", "list")
    ani = next(line for line in listed.splitlines() if line.startswith("ani "))
    assert ani.split() == ["ani", "agent", "on", "0/3", "sales", "billing,en", "Ani"]
    assert "sales" in ran(app, "teams", "list")
    ran(app, "teams", "default", str(cast.whapi), "sales")
    ran(app, "teams", "set", "sales", "--answer-within", "5")
    assert crew_list.all_teams()[0]["answer_within"] == 300
    refused = ran(app, "teams", "set", "sales", "--off", code=1)
    assert "order.yaml:" in refused
    assert "channel " in refused
    ran(app, "teams", "set", "sales", "--off", "--sure")
    ran(app, "teams", "default", str(cast.whapi))
    ran(app, "users", "role", "dewi", "admin")
    ran(app, "users", "deactivate", "admin")
    assert "last admin" in ran(app, "users", "role", "dewi", "agent", code=1)
    ran(app, "users", "activate", "admin")
    assert "nobody has the login" in ran(app, "users", "role", "nobody", "agent", code=1)
    assert "there is no team" in ran(app, "teams", "members", "nowhere", code=1)


def test_what_flows_name_and_nobody_made_is_said(app: Flask, cast: Cast) -> None:
    assert "flask teams add sales" in ran(app, "teams", "list")
