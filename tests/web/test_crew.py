"""The API for people and teams: who may, with what proof, and that what is refused says which field and why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from roms.config import ROOT
from roms.engine.types import Mode
from roms.models import Policy, Role, Sees
from roms.services import accounts, crew, crew_list, teams
from roms.web import i18n
from tests.cast import PASSWORD, Cast, conversation, say
from tests.conftest import Clock
from tests.web.conftest import Browser


@pytest.fixture
def admin(browser: Browser, people: Cast) -> Browser:
    accounts.set_password(people.admin.id, PASSWORD)
    assert browser.sign_in("admin").status_code == 303
    return browser


def asked(browser: Browser, method: str, path: str, body: Any = None) -> Any:
    answer = browser.ask(method, path, json=body, headers={"X-CSRFToken": browser.csrf})
    return answer.get_json() | {"status": answer.status_code} if answer.data else {"status": answer.status_code}


READS = [("GET", "/inbox/crew"), ("GET", "/api/people"), ("GET", "/api/people/1"), ("GET", "/api/teams")]
WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/api/people", {"login": "dewi", "name": "Dewi"}),
    ("PATCH", "/api/people/2", {"role": "admin"}),
    ("POST", "/api/people/2/password", {}),
    ("DELETE", "/api/people/2/sessions", None),
    ("POST", "/api/teams", {"key": "care", "name": "Care"}),
    ("PATCH", "/api/teams/1", {"name": "Other"}),
    ("PUT", "/api/teams/1/members/2", None),
    ("DELETE", "/api/teams/1/members/2", None),
    ("PUT", "/api/channels/1/team", {"team": None}),
]


def state() -> Any:
    seen = [{**each, "browsers": 0} for each in crew_list.people()]
    return seen, crew_list.all_teams(), crew_list.lines()


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_s10_only_admins_may_any_of_it(ani: Browser, people: Cast, role: Role) -> None:
    teams.add(None, "sales", "Sales")
    if role is not Role.AGENT:
        crew.change(None, people.ani.id, {"role": role})
        ani.sign_in()
    before = state()
    for method, path, body in [*((*read, None) for read in READS), *WRITES]:
        answer = ani.ask(method, path, json=body, headers={"X-CSRFToken": ani.csrf})
        assert answer.status_code in (403, 404), (method, path)
    assert state() == before


def test_nobody_at_all_may_any_of_it(browser: Browser) -> None:
    for method, path, body in [*((*read, None) for read in READS[1:]), *WRITES]:
        assert asked(browser, method, path, body)["status"] in (400, 401), (method, path)


def test_s10_changes_want_the_password_again_after_ten_minutes(clock: Clock, admin: Browser) -> None:
    teams.add(None, "sales", "Sales")
    clock.forward(minutes=11)
    before = state()
    for method, path, body in WRITES:
        assert asked(admin, method, path, body)["error"]["code"] == "confirm_password", (method, path)
    assert state() == before
    for method, path in READS:
        assert admin.ask(method, path).status_code == 200, path
    assert asked(admin, "POST", "/api/confirm", {"password": PASSWORD})["status"] == 200
    for method, path, body in WRITES:
        assert asked(admin, method, path, body)["status"] in (200, 201), (method, path)


def test_every_route_is_among_those_tried(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("crew.")]
    verbs = [(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    assert len(set(verbs) - {("POST", "/api/me/password")}) == len(READS) + len(WRITES)


def test_everybody_gives_themselves_a_password_that_no_admin_knows(app: Flask, ani: Browser) -> None:
    other = Browser(app)
    other.sign_in()
    own = "hanya saya yang tahu"
    wrong = asked(ani, "POST", "/api/me/password", {"old": "guessed", "password": own})
    assert wrong["error"]["code"] == "wrong_password"
    weak = asked(ani, "POST", "/api/me/password", {"old": PASSWORD, "password": "ani-ani-ani"})
    assert weak["error"]["data"] == {"field": "password", "problem": "weak"}
    assert other.get("/api/agents").status_code == 200
    assert asked(ani, "POST", "/api/me/password", {"old": PASSWORD, "password": own})["status"] == 204
    assert ani.get("/api/agents").status_code == 200
    assert other.get("/api/agents").status_code == 401
    assert other.sign_in("ani", PASSWORD).status_code == 401
    assert other.sign_in("ani", own).status_code == 303


def test_guessing_the_old_password_is_stopped_like_signing_in(ani: Browser) -> None:
    tries = [{"old": f"guess {n}", "password": "sebuah kata sandi"} for n in range(accounts.TRIES + 1)]
    codes = [asked(ani, "POST", "/api/me/password", each)["status"] for each in tries]
    assert codes == [401] * accounts.TRIES + [429]


def test_a_person_comes_changes_and_goes(admin: Browser, app: Flask, people: Cast) -> None:
    made = asked(admin, "POST", "/api/people", {"login": "Dewi", "name": "Dewi Sartika", "language": "en"})
    assert made["status"] == 201
    dewi = Browser(app)
    assert dewi.sign_in("dewi", made["password"]).status_code == 303
    path = f"/api/people/{made['person']['id']}"
    changed = asked(admin, "PATCH", path, {"capacity": 4, "skills": ["EN", "billing"], "sees": "own"})["person"]
    assert (changed["capacity"], changed["skills"], changed["sees"]) == (4, ["billing", "en"], "own")
    assert (changed["name"], changed["language"], changed["browsers"]) == ("Dewi Sartika", "en", 1)
    assert asked(admin, "GET", "/api/people")["skills"] == ["billing", "en"]
    assert asked(admin, "PATCH", path, {"capacity": None})["person"]["capacity"] is None
    assert asked(admin, "DELETE", f"{path}/sessions")["ended"] == 1
    assert dewi.get("/api/agents").status_code == 401
    told = asked(admin, "POST", f"{path}/password", {"password": "sebuah kata sandi"})["password"]
    assert dewi.sign_in("dewi", told).status_code == 303
    say(app.test_client(), "cs")
    say(app.test_client(), "cs", "6281200000002")
    crew.change(None, people.budi.id, {"is_active": False})
    held = [one for one in ("6281234567890", "6281200000002") if conversation(one).assignee_id != people.ani.id]
    gone = asked(admin, "PATCH", path, {"is_active": False})
    assert gone["given_back"] == len(held)
    assert not gone["person"]["is_active"]
    assert dewi.get("/api/agents").status_code == 401
    assert {conversation("6281200000002").mode, conversation().mode} == {Mode.AGENT}


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "problem"),
    [
        ("POST", "/api/people", {"login": "ani", "name": "A"}, "login", "taken"),
        ("POST", "/api/people", {"login": "d e", "name": "A"}, "login", "shape"),
        ("POST", "/api/people", {"login": "dewi", "name": ""}, "name", "missing"),
        ("POST", "/api/people", {"login": "dewi", "name": "D", "password": "kurang"}, "password", "weak"),
        ("PATCH", "/api/people/2", {"capacity": 0}, "capacity", "shape"),
        ("PATCH", "/api/people/2", {"role": "owner"}, "role", None),
        ("PATCH", "/api/people/2", {"role": None}, "role", None),
        ("PATCH", "/api/people/2", {"sees": "everything"}, "sees", None),
        ("PATCH", "/api/people/2", {"language": "fr"}, "language", None),
        ("POST", "/api/teams", {"key": "front desk", "name": "F"}, "key", "shape"),
        ("POST", "/api/teams", {"key": "sales", "name": "F"}, "key", "taken"),
        ("PATCH", "/api/teams/1", {"answer_within": 5}, "answer_within", "shape"),
        ("PATCH", "/api/teams/1", {"hours_id": 9}, "hours_id", "gone"),
        ("PATCH", "/api/teams/1", {"policy": "random"}, "policy", None),
        ("PUT", "/api/channels/1/team", {}, "team", None),
    ],
)
def test_what_cannot_be_is_named(
    admin: Browser, method: str, path: str, body: Any, field: str, problem: str | None
) -> None:
    teams.add(None, "sales", "Sales")
    before = state()
    refused = asked(admin, method, path, body)
    assert (refused["status"], refused["error"]["data"]["field"]) == (422, field)
    assert refused["error"]["data"].get("problem") == problem
    assert state() == before


def test_s10_the_last_admin_is_refused_in_words(admin: Browser, people: Cast) -> None:
    for body in ({"role": "agent"}, {"is_active": False}):
        refused = asked(admin, "PATCH", f"/api/people/{people.admin.id}", body)
        assert (refused["status"], refused["error"]["code"]) == (409, "last_admin")
        assert refused["error"]["message"] == i18n.texts("id", "errors")["last_admin"]
    assert admin.get("/api/people").status_code == 200


def test_a_team_in_use_says_where_and_asks_whether_one_is_sure(admin: Browser, people: Cast) -> None:
    team = asked(admin, "POST", "/api/teams", {"key": "sales", "name": "Penjualan"})["team"]
    path = f"/api/teams/{team['id']}"
    assert asked(admin, "GET", "/api/teams")["unmade"] == []
    assert asked(admin, "PUT", f"/api/channels/{people.whapi}/team", {"team": team["id"]})["status"] == 200
    assert asked(admin, "PUT", f"{path}/members/{people.ani.id}")["team"]["members"] == [people.ani.id]
    refused = asked(admin, "PATCH", path, {"is_active": False})
    assert (refused["status"], refused["error"]["code"]) == (409, "team_used")
    assert {use["file"] for use in refused["error"]["data"]["flows"]} == {"order.yaml", "shop.yaml"}
    assert len(refused["error"]["data"]["channels"]) == 1
    sure = asked(admin, "PATCH", path, {"is_active": False, "sure": True})
    assert (sure["status"], sure["team"]["is_active"]) == (200, False)
    assert asked(admin, "DELETE", f"{path}/members/{people.ani.id}")["team"]["members"] == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_choice_and_refusal_has_its_words(lang: str) -> None:
    words = i18n.texts(lang, "crew")
    assert words.keys() == i18n.texts("en", "crew").keys()
    wanted = {f"role_{each.value}" for each in Role} | {f"sees_{each.value}" for each in Sees}
    wanted |= {f"policy_{each.value}" for each in Policy}
    wanted |= {f"role_{each.value}_text" for each in Role} | {f"policy_{each.value}_text" for each in Policy}
    fields = [("login", "taken"), ("login", "shape"), ("name", "missing"), ("name", "shape"), ("password", "weak")]
    fields += [("capacity", "shape"), ("skills", "shape"), ("key", "shape"), ("key", "taken")]
    wanted |= {f"wrong_{field}_{problem}" for field, problem in [*fields, ("answer_within", "shape")]}
    verbs = [(ROOT / "roms" / "services" / name).read_text() for name in ("crew.py", "teams.py")]
    events = set(re.findall(r'"(\w+_(?:added|changed|reset|ended|removed))"', "".join(verbs)))
    assert len(events) == 8
    changed = {*crew.Change.__annotations__, *teams.Change.__annotations__}
    wanted |= {f"trail_{event}" for event in events} | {f"trail_field_{field}" for field in changed}
    assert wanted - words.keys() == set()
