"""Contacts over HTTP: found however they are typed, changed, joined and parted, out and in again."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels.items import Identity, Incoming
from roms.db import db, writing
from roms.models import Contact, History
from roms.services import accounts, contacts, intake
from roms.services.stored import storage_here
from tests.cast import PASSWORD, Cast
from tests.conftest import Clock
from tests.web.conftest import Browser


def heard(cast: Cast, phone: str, name: str) -> int:
    identities = (Identity("phone", f"+{phone}"), Identity("user_id", f"ID.{phone}"))
    intake.receive(cast.whapi, Incoming(f"{phone}@s.whatsapp.net", "halo", name=name, identities=identities))
    db.session.rollback()
    return db.session.scalars(select(Contact.id).where(Contact.phone == f"+{phone}")).one()


@pytest.fixture
def admin(app: Flask, people: Cast) -> Browser:
    accounts.set_password(people.admin.id, PASSWORD)
    browser = Browser(app)
    assert browser.sign_in("admin").status_code == 303
    return browser


def patch(browser: Browser, contact: int, values: Any) -> Any:
    return browser.ask("PATCH", f"/api/contacts/{contact}", json=values, headers={"X-CSRFToken": browser.csrf})


@pytest.mark.parametrize(
    "typed",
    [
        *("0812-3456 7890", "+62 812 3456 7890", "62812 3456", "081234567890", "+62 (0)812-3456-7890", "7890"),
        *("0062 812", "zoé", "ZOE aminah", "zoë", "ID.6281234567890", "melati"),
    ],
)
def test_a_contact_is_found_however_it_is_typed(ani: Browser, people: Cast, typed: str) -> None:
    contact = heard(people, "6281234567890", "Zoë Aminah")
    heard(people, "6285700000001", "Budi")
    assert patch(ani, contact, {"attributes": {"jalan": "Mélati 5"}}).status_code == 200
    found = ani.get("/api/contacts", query_string={"q": typed}).get_json()["items"]
    assert [each["id"] for each in found] == [contact]
    assert found[0]["channels"] == ["whapi"]


def test_what_is_typed_finds_no_more_than_it_says(ani: Browser, people: Cast) -> None:
    heard(people, "6281234567890", "Siti")
    for typed in ("%", "_", "\\", "08199", "Zoe"):
        assert ani.get("/api/contacts", query_string={"q": typed}).get_json()["items"] == [], typed


def test_pages_follow_each_other(ani: Browser, people: Cast) -> None:
    ids = [heard(people, f"628123456789{n}", f"N{n}") for n in range(3)]
    first = ani.get("/api/contacts?limit=2").get_json()
    rest = ani.get(f"/api/contacts?limit=2&before={first['next']}").get_json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == ids[::-1]
    assert rest["next"] is None


def test_a_persons_name_is_kept_and_stands_in_the_thread(ani: Browser, people: Cast) -> None:
    contact = heard(people, "6281234567890", "Siti")
    told = patch(ani, contact, {"name": "Bu  Siti", "language": "en", "attributes": {"kota": "Solo", "vip": "ya"}})
    assert (told.status_code, told.get_json()["name"], told.get_json()["named_by"]) == (200, "Bu Siti", people.ani.id)
    assert patch(ani, contact, {"attributes": {"vip": None}}).get_json()["attributes"] == {"kota": "Solo"}
    db.session.rollback()
    said = db.session.scalars(select(History.data).where(History.event == "contact")).all()
    assert [(each["field"], each["old"], each["new"]) for each in said] == [
        ("name", "Siti", "Bu Siti"),
        ("language", "", "en"),
    ]
    detail = ani.get(f"/api/contacts/{contact}").get_json()
    assert [each["kind"] for each in detail["identities"]] == ["phone", "user_id"]
    assert [each["channel"]["kind"] for each in detail["conversations"]] == ["whapi"]


@pytest.mark.parametrize(
    ("values", "status"),
    [({"role": "admin"}, 400), ({"workspace_id": 2}, 400), ({"owner_id": 1}, 400), ({"mode": "BOT"}, 400),
     ({"phone": "+1"}, 400), ({"merged_into": 1}, 400), ({"language": "fr"}, 422), ({"attributes": {"": "x"}}, 422),
     ({"name": 5}, 422), ({"attributes": {"a": "x" * 501}}, 422), ({"attributes": {"a": {"b": 1}}}, 422)],
)  # fmt: skip
def test_s09_nothing_else_can_be_changed(ani: Browser, people: Cast, values: Any, status: int) -> None:
    contact = heard(people, "6281234567890", "Siti")
    answer = patch(ani, contact, {"name": "Aminah"} | values)
    assert (answer.status_code, answer.get_json()["error"]["data"]["field"].split(".")[0]) == (status, *values)
    assert contacts.one(people.ani, contact)["name"] == "Siti"
    assert contacts.one(people.ani, contact)["attributes"] == {}


def test_agents_read_and_admins_join_part_and_move_files(ani: Browser, admin: Browser, people: Cast) -> None:
    one, two = heard(people, "6281234567890", "Siti"), heard(people, "6285700000001", "Aminah")
    for path in (f"/api/contacts/{one}/merge", "/api/contacts/import", "/api/merges/1/undo"):
        assert ani.post(path, json={"with": two}).status_code in (403, 422), path
    assert ani.get("/api/contacts/export").status_code == 403
    made = admin.post(f"/api/contacts/{one}/merge", json={"with": two})
    assert (made.status_code, len(made.get_json()["contact"]["conversations"])) == (200, 2)
    assert ani.get(f"/api/contacts/{two}").get_json()["id"] == one
    assert admin.post(f"/api/contacts/{one}/merge", json={"with": two}).status_code == 409
    assert admin.post(f"/api/merges/{made.get_json()['merge']}/undo").status_code == 200
    assert ani.get(f"/api/contacts/{two}").get_json()["name"] == "Aminah"
    for path in ("/api/contacts/99", "/api/contacts/99/conversations"):
        assert ani.get(path).status_code == 404
    assert Browser(admin.client.application).get("/api/contacts").status_code == 401


def gone(browser: Browser, contact: int, typed: str) -> int:
    headers = {"X-CSRFToken": browser.csrf}
    return browser.ask("DELETE", f"/api/contacts/{contact}", json={"name": typed}, headers=headers).status_code


def test_u23_a_contact_goes_by_who_types_its_name_and_nobody_who_was_talked_with(
    clock: Clock, ani: Browser, admin: Browser, people: Cast
) -> None:
    siti = heard(people, "6281234567890", "Siti")
    file = "name,phone,labels\nSalah  Impor,+6285700000001,\n,+6285700000002,\n"
    assert admin.post("/api/contacts/import", data=file).get_json()["created"] == 2
    one, two = (each["id"] for each in reversed(admin.get("/api/contacts").get_json()["items"]) if each["id"] != siti)
    assert gone(ani, one, "Salah Impor") == 403
    assert [gone(admin, one, typed) for typed in ("", "salah impor", "+6285700000001")] == [422] * 3
    assert (gone(admin, siti, "Siti"), gone(admin, 99, "Siti")) == (409, 404)
    clock.forward(minutes=11)
    assert gone(admin, one, "Salah Impor") == 403
    assert admin.post("/api/confirm", json={"password": PASSWORD}).status_code == 200
    assert (gone(admin, one, " Salah Impor "), gone(admin, one, "Salah Impor")) == (204, 404)
    assert gone(admin, two, "+6285700000002") == 204
    assert [each["id"] for each in admin.get("/api/contacts").get_json()["items"]] == [siti]
    new = admin.get(f"/api/contacts/{heard(people, '6285700000001', 'Baru')}").get_json()
    assert (new["name"], len(new["conversations"])) == ("Baru", 1)  # who writes then is somebody new


def test_a_file_that_went_out_comes_in_again_and_no_cell_is_a_formula(admin: Browser, people: Cast) -> None:
    contact = heard(people, "6281234567890", "=cmd|' /C calc'!A0")
    patch(admin, contact, {"attributes": {"catatan": "@SUM(1)"}})
    answer = admin.get("/api/contacts/export?bom=1")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    again = admin.post("/api/contacts/import", data=answer.data)
    assert (again.status_code, again.get_json()["unchanged"], again.get_json()["bad"]) == (200, 1, [])
    lines = admin.get("/api/contacts/export?format=jsonl").text.splitlines()
    assert json.loads(lines[0])["name"] == "=cmd|' /C calc'!A0"
    assert admin.post("/api/contacts/import", data="\n".join(lines)).get_json()["unchanged"] == 1


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_trying_tells_the_truth_also_of_columns_that_nobody_knows(admin: Browser, people: Cast, form: str) -> None:
    contact = heard(people, "6281234567890", "Siti")
    patch(admin, contact, {"name": "Siti"})
    rows = [{"phone": "+6281234567890", "name": "Siti", "kota": "Solo"}, {"phone": "+6285700000001", "kota": "Solo"}]
    text = "phone,name,kota\n+6281234567890,Siti,Solo\n+6285700000001,,Solo\n"
    data = text if form == "csv" else "\n".join(json.dumps(row) for row in rows)
    tried = admin.post(f"/api/contacts/import?format={form}&dry_run=1", data=data).get_json()
    assert (tried["created"], tried["updated"], tried["unchanged"], tried["ignored"]) == (1, 0, 1, ["kota"])
    done = admin.post(f"/api/contacts/import?format={form}", data=data).get_json()
    assert done | {"dry_run": True} == tried


FILE = (
    "name;phone;attribute:kota\nSiti;0812-3456-7890;Solo\nBudi;not a number;\nAni;+62 812 3456 7890;\n"
    "Eko;62857 0000 0001;\n"
)


def test_all_of_a_file_or_nothing_unless_bad_lines_are_skipped(admin: Browser, people: Cast) -> None:
    def send(options: str = "") -> Any:
        form = {"file": (io.BytesIO(FILE.encode()), "people.csv")}
        return admin.post(f"/api/contacts/import?{options}", data=form, content_type="multipart/form-data")

    def count() -> int:
        db.session.rollback()
        return len(db.session.scalars(select(Contact)).all())

    tried = send("dry_run=1").get_json()
    assert (tried["created"], [(bad["line"], bad["field"]) for bad in tried["bad"]]) == (
        2,
        [(3, "phone"), (4, "phone")],
    )
    refused = send()
    assert (refused.status_code, len(refused.get_json()["error"]["data"]["bad"]), count()) == (422, 2, 0)
    taken = send("skip_bad=1").get_json()
    assert (taken["created"], taken["updated"], count()) == (2, 0, 2)
    siti = db.session.scalars(select(Contact).where(Contact.phone == "+6281234567890")).one()
    assert (siti.name, siti.attributes, siti.named_by) == ("Siti", {"kota": "Solo"}, people.admin.id)
    heard(people, "6281234567890", "Another name")
    assert count() == 2


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"[1]", b'phone\n"', b"{\n", b"phone,phone\n1,2,3\n"]
)
def test_no_file_is_a_500(admin: Browser, data: bytes) -> None:
    assert admin.post("/api/contacts/import", data=data).status_code == 422


def test_s06_a_picture_is_for_who_is_signed_in_and_shown_as_nothing_else(ani: Browser, people: Cast) -> None:
    contact = heard(people, "6281234567890", "Siti")
    path = f"/files/contact/{contact}/picture"
    assert ani.get(path).status_code == 404
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\xff\xd8\xff")
        file.flush()
        storage_here().put("a" * 64, Path(file.name))
    with writing():
        db.session.get_one(Contact, contact).picture = "a" * 64
    assert ani.get("/api/contacts").get_json()["items"][0]["picture"] == f"{path}?v={'a' * 12}"
    answer = ani.get(path)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"].startswith("private")
    assert Browser(ani.client.application).get(path).status_code == 404
    assert ani.get("/files/contact/99/picture").status_code == 404


def test_agents_write_first_and_see_who_may_be_the_same(ani: Browser, admin: Browser, people: Cast) -> None:
    data = "name;phone\nSiti Aminah;0812-3456-7890\n"
    assert admin.post("/api/contacts/import", data=data).status_code == 200
    visitor = heard(people, "6285700000001", "Pembeli")
    assert patch(ani, visitor, {"attributes": {"wa": "(0812) 3456.7890"}}).status_code == 200
    siti = next(each["id"] for each in ani.get("/api/contacts").get_json()["items"] if each["name"] == "Siti Aminah")
    for contact in (siti, visitor):
        (pair,) = ani.get(f"/api/contacts/suggestions?contact={contact}").get_json()["items"]
        assert {pair["contact"]["id"], pair["with"]["id"]} == {siti, visitor}
    page = ani.get("/api/contacts/suggestions").get_json()
    assert (len(page["items"]), page["next"]) == (1, None)
    assert ani.post(f"/api/contacts/{siti}/merge", json={"with": visitor}).status_code == 403
    begun = ani.post(f"/api/contacts/{siti}/conversations", json={"channel": people.whapi})
    assert (begun.status_code, begun.get_json()["conversation"]["mode"]) == (201, "AGENT")
    assert ani.post(f"/api/contacts/{siti}/conversations", json={"channel": people.whapi}).status_code == 200
    for wrong, status in ((people.webchat, 422), ("x", 422), (None, 422), (999, 404)):
        answer = ani.post(f"/api/contacts/{siti}/conversations", json={"channel": wrong})
        assert answer.status_code == status, wrong
    assert ani.post("/api/contacts/999/conversations", json={"channel": people.whapi}).status_code == 404
    assert people.whapi in [way["channel"]["id"] for way in ani.get(f"/api/contacts/{siti}").get_json()["ways"]]


def test_whether_they_want_advertising_is_noted_with_a_reason(ani: Browser, people: Cast) -> None:
    id_ = heard(people, "6281234567890", "Siti")
    path = f"/api/contacts/{id_}/consent"
    for bad in ({}, {"wanted": False}, {"wanted": "perhaps", "reason": "x"}, {"wanted": False, "reason": " "}):
        assert ani.post(path, json=bad).status_code in (400, 422), bad
    assert ani.post(path, json={"wanted": False, "reason": "x" * 201}).status_code == 422
    assert ani.post("/api/contacts/4711/consent", json={"wanted": False, "reason": "x"}).status_code == 404
    told = ani.post(path, json={"wanted": False, "reason": "minta lewat telepon"})
    assert (told.status_code, told.get_json()["consent"]["text"]) == (200, "minta lewat telepon")
    assert told.get_json()["consent"]["by"] == people.ani.id
    assert ani.post(path, json={"wanted": True, "reason": "salah orang"}).get_json()["opted_out_at"] is None
