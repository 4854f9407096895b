"""Every route, asked by everybody, about every kind of conversation, contact and file: as tests/web/matrix.py says."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from roms import clock
from roms.db import db, table, writing
from roms.engine.types import Mode
from roms.models import Conversation, LoginSession, User
from roms.services import accounts
from roms.web import rights
from roms.web.rights import ADMIN, SIGNED_IN, SUPERVISOR, VISITOR, may
from tests.cast import Cast
from tests.web.matrix import INT, MATRIX, PLACES, Line
from tests.web.ranks import KINDS, NONSENSE, NOT_THERE, SEEN, STRANGERS, Ranks, picture, ranks

BY_ROLE = (SIGNED_IN, SUPERVISOR, ADMIN)
ID = {"conversation": "<cid:cid>", "contact": "<int(max=2147483647):contact>", "file": "<file:public_id>"}
RANK = {"supervisor": (SIGNED_IN, SUPERVISOR), "admin": BY_ROLE}  # all others are agents
_numbers = itertools.count(1)


@pytest.fixture
def all_of_them(app: Flask, client: FlaskClient, cast: Cast) -> Ranks:
    return ranks(app, client, cast)


def routes(app: Flask) -> Iterator[tuple[str, rights.Right | None]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield f"{method} {rule.rule}", rights.of(app, rule.endpoint)


def test_s08_every_route_has_its_line_and_declares_what_that_says(app: Flask) -> None:
    declared = dict(routes(app))
    assert sorted(declared) == sorted(MATRIX), "give a new route its line in tests/web/matrix.py"
    for route, line in MATRIX.items():
        assert declared[route] == rights.Right(line.who, line.confirmed, line.quietly), route


def test_s10_an_application_with_a_route_that_says_nothing_does_not_start(app: Flask) -> None:
    app.add_url_rule("/api/secret", "secret", lambda: "all of it")
    with pytest.raises(RuntimeError, match="/api/secret"):
        rights.complete(app)
    assert app.test_client().get("/api/secret").status_code == 403
    app.view_functions["secret"] = may(SUPERVISOR)(lambda: "all of it")
    rights.complete(app)


def address(route: str, line: Line, ranks: Ranks, kind: str) -> str:
    """Of the route, about one of this kind."""
    path = route.partition(" ")[2]
    if line.of:
        ids = ranks.ids.get(kind)
        path = path.replace(ID[line.of], str(getattr(ids, line.of) if ids else NONSENSE[line.of]))
    for place, value in {**PLACES, ID["contact"]: "1"}.items():
        path = path.replace(place, value)
    assert "<" not in path, f"{route}: give its placeholder a value in PLACES"
    return path


def filled(body: object, ranks: Ranks, who: str) -> object:
    if not isinstance(body, dict):
        return body
    values = {"@new": f"client-{next(_numbers):04}", "@me": ranks.people.get(who, 0), "@channel": ranks.channel}
    return {key: values.get(value, value) if isinstance(value, str) else value for key, value in body.items()}


def ask(ranks: Ranks, who: str, route: str, kind: str, **besides: object) -> TestResponse:
    line, method = MATRIX[route], route.partition(" ")[0]
    path, browser = address(route, line, ranks, kind), ranks.browsers[who]
    if line.form:
        return picture(browser, path)
    more = {} if method == "GET" else {"json": filled({**(line.body or {}), **besides}, ranks, who)}
    return browser.ask(method, path, headers={"X-CSRFToken": browser.csrf}, **more)


def wanted(line: Line, who: str, kind: str, path: str) -> tuple[int, ...]:
    """The statuses that may come."""
    if who in STRANGERS:
        outside = 401 if path.startswith("/api/") else 303
        return (404,) if line.quietly else (outside, 400)  # 400: whoever signs out begins with a new token
    if line.who not in RANK.get(who, (SIGNED_IN,)):
        return (403,)
    if line.of and kind not in SEEN[who]:
        return (404,)
    return (line.status, *line.also)


def is_as_wanted(answer: TestResponse, line: Line, who: str, kind: str, path: str) -> bool:
    expected = wanted(line, who, kind, path)
    if line.who is ADMIN and not line.of and who == "admin":
        return answer.status_code not in (401, 403) and "/login" not in answer.headers.get("Location", "")
    if line.detail and expected == (404,):
        is_there = kind in SEEN.get(who, ())
        return answer.status_code == 404 and (line.detail in answer.text) == is_there
    return answer.status_code in expected


@pytest.mark.parametrize("who", [*SEEN, *STRANGERS])
def test_s08_s09_s10_everybody_gets_from_every_route_what_the_matrix_says(who: str, all_of_them: Ranks) -> None:
    wrong = []
    for route, line in MATRIX.items():
        if line.who not in BY_ROLE:
            continue
        kinds, method = [*KINDS, *NOT_THERE] if line.of else ["own"], route.partition(" ")[0]
        for kind in kinds if who in SEEN else kinds[:1] + kinds[-1:]:
            if method != "GET" or kind == "own":
                all_of_them.own(who)
            answer = ask(all_of_them, who, route, kind)
            if not is_as_wanted(answer, line, who, kind, route.partition(" ")[2]):
                wrong.append(f"{route} for {who} of {kind}: {answer.status_code} {answer.text[:150]}")
    assert not wrong, "\n".join(wrong)


def test_s08_a_visitors_doors_open_only_with_the_visitors_own_token(all_of_them: Ranks) -> None:
    for route in (route for route, line in MATRIX.items() if line.who is VISITOR):
        for who in ("stranger", "admin"):
            assert ask(all_of_them, who, route, "own").status_code == 401, (route, who)


FIELDS = ("role", "workspace_id", "owner_id", "mode")
# What admins change there, and where no body is read.
MEANT = {f"PATCH /api/people/<{INT}:id_>": ("role",), f"PUT /api/teams/<{INT}:id_>/members/<{INT}:person>": FIELDS}


@pytest.mark.parametrize("field", FIELDS)
def test_s09_what_changes_something_names_nothing_but_what_may_be_changed(field: str, all_of_them: Ranks) -> None:
    changing = [route for route in MATRIX if re.match("PATCH|PUT", route) and field not in MEANT.get(route, ())]
    assert len(changing) > 8
    admin = all_of_them.browsers["admin"]
    for route in changing:
        method, path = route.partition(" ")[0], address(route, MATRIX[route], all_of_them, "own")
        answer = admin.ask(method, path, json={field: "admin"}, headers={"X-CSRFToken": admin.csrf})
        assert (answer.status_code, answer.json["error"]["data"]) == (400, {"field": field}), route


def settled() -> list[tuple[object, ...]]:
    """What each of us may."""
    db.session.rollback()
    us = select(User.login, User.role, User.sees, User.sees_numbers, User.is_active, User.capacity).order_by(User.id)
    return [tuple(row) for row in db.session.execute(us)]


def test_s09_what_does_something_takes_no_more_than_it_asks_for(all_of_them: Ranks) -> None:
    before, me, other = settled(), all_of_them.people["own"], all_of_them.people["other"]
    own = select(Conversation.mode, Conversation.assignee_id).filter_by(id=all_of_them.rows["own"])
    besides = {"role": "admin", "workspace_id": 1, "owner_id": other, "assignee_id": other, "mode": "CLOSED"}
    besides |= {"sees": "all", "sees_numbers": True}
    tried = 0
    for route, line in MATRIX.items():
        if not route.startswith("POST /api") or line.form or line.who is not SIGNED_IN:
            continue
        all_of_them.own("own")
        answer = ask(all_of_them, "own", route, "own", **besides)
        is_refused = answer.status_code in (400, 422) and answer.json["error"]["data"].get("field") in besides
        assert is_refused or answer.status_code in (line.status, *line.also), (route, answer.text)
        assert settled() == before, route
        mode, assignee = db.session.execute(own).one()
        assert (mode is Mode.CLOSED) == route.endswith("/close"), route
        assert assignee in (me, None), route
        tried += 1
    assert tried > 25


def test_s08_what_is_not_theirs_and_what_is_not_there_are_told_alike(all_of_them: Ranks) -> None:
    all_of_them.own("own")
    differ = []
    for route in (route for route, line in MATRIX.items() if line.of and line.who is SIGNED_IN):
        asked = [ask(all_of_them, "own", route, kind) for kind in ("other team's", *NOT_THERE)]
        told = [(each.status_code, each.get_json(silent=True)) for each in asked]
        if told != [(404, told[0][1])] * 3:
            differ.append((route, told))
    assert differ == []


def test_s08_lists_hold_what_is_to_be_seen_and_nothing_else(all_of_them: Ranks) -> None:
    for who, kinds in SEEN.items():
        all_of_them.own(who)
        browser, ids = all_of_them.browsers[who], all_of_them.ids
        page = browser.get("/api/conversations?limit=100").json
        assert {each["id"] for each in page["items"]} == {ids[kind].conversation for kind in kinds}
        assert page["counts"]["all"] == len(kinds)
        found = browser.get("/api/conversations?q=Kontak").json["items"]
        assert {each["id"] for each in found} == {ids[kind].conversation for kind in kinds}
        people = browser.get("/api/contacts").json["items"]
        assert {each["id"] for each in people} == {ids[kind].contact for kind in kinds}


def test_s10_taking_contacts_out_asks_for_the_password_again(all_of_them: Ranks) -> None:
    confirmed = [route for route, line in MATRIX.items() if line.confirmed]
    assert "GET /api/contacts/export" in confirmed
    with writing():
        long_ago = clock.now() - accounts.CONFIRMED_FOR - timedelta(seconds=1)
        db.session.execute(update(table(LoginSession)).values(confirmed_at=long_ago))
    for route in confirmed:
        answer = ask(all_of_them, "admin", route, "own")
        assert (answer.status_code, answer.json["error"]["code"]) == (403, "confirm_password"), route


# Repairs, and what can be undone: they let nobody in and take nothing away.
WITHOUT_PASSWORD = {
    "POST /api/contacts/import",
    *(route for route in MATRIX if route.endswith("/merge") or route.startswith("POST /api/merges")),
    *(route for route in MATRIX if re.match(r"POST /api/(journal|aside)/", route)),
    *(route for route in MATRIX if re.match(r"POST /api/channels/.*/(connect|refresh|restart|templates)$", route)),
}


def test_s10_what_admins_alone_may_change_asks_for_the_password_again_but_for_repairs() -> None:
    changing = {route for route, line in MATRIX.items() if line.who is ADMIN and not route.startswith("GET ")}
    assert {route for route in changing if not MATRIX[route].confirmed} == WITHOUT_PASSWORD
    assert len(WITHOUT_PASSWORD) == 14
    assert MATRIX["GET /api/contacts/export"].confirmed


def test_s10_the_command_changes_a_role_and_signs_out_everywhere(app: Flask, all_of_them: Ranks) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["users", "role", "all", "supervisor"]).exit_code == 0
    assert all_of_them.browsers["all"].get("/api/agents").status_code == 401
    assert run(args=["users", "role", "admin", "agent"]).exit_code != 0
    assert all_of_them.browsers["admin"].get("/api/channels").status_code == 200
