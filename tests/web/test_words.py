"""Saved replies and macros, as browsers ask for them: filled in, run as a whole, refused with a reason."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from roms.channels.fake import Box
from roms.db import db, writing
from roms.errors import Problem
from roms.models import Attachment, Contact, Direction, History, Message, SavedReply, Team, TeamMember
from roms.services import discarding, handoff, macros, merging, replies
from roms.services.stored import storage_here
from roms.storage.failures import Gone
from tests.cast import Cast, conversation, messages, say
from tests.web.conftest import Browser


@pytest.fixture
def boss(app: Flask, people: Cast) -> Browser:
    from roms.services import accounts
    from tests.cast import PASSWORD

    accounts.set_password(people.admin.id, PASSWORD)
    browser = Browser(app)
    assert browser.sign_in("admin").status_code == 303
    return browser


def saved(boss: Browser, shortcut: str = "salam", **more: Any) -> Any:
    texts = {"id": "Halo {{contact.first_name}}, saya {{agent.name}}.", "en": "Hi {{contact.first_name}}!"}
    given = {"shortcut": shortcut, "title": "Salam", "texts": texts} | more
    return boss.post("/api/saved", json=given)


def picture(colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return made.getvalue()


def test_a_saved_reply_is_filled_in_for_the_conversation(ani: Browser, boss: Browser) -> None:
    assert saved(boss).status_code == 201
    say(ani.client, "cs")
    cid = conversation().public_id
    (item,) = ani.get(f"/api/conversations/{cid}/saved").json["items"]
    assert (item["text"], item["missing"], item["language"]) == ("Halo Siti, saya Ani.", [], "id")
    boss.ask(
        "PATCH", f"/api/contacts/{conversation().contact_id}", json={"language": "en", "name": ""}, headers=csrf(boss)
    )
    (item,) = ani.get(f"/api/conversations/{cid}/saved").json["items"]
    assert (item["text"], item["missing"]) == ("Hi {{contact.first_name}}!", ["contact.first_name"])


def csrf(browser: Browser) -> dict[str, str]:
    return {"X-CSRFToken": browser.csrf}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"texts": {"id": "{{contact.nama}}"}}, "texts"),
        ({"texts": {"id": "{{order}}"}}, "texts"),
        ({"texts": {"id": "{{contact.name"}}, "texts"),
        ({"texts": {"fr": "Bonjour"}}, "texts"),
        ({"texts": {}}, "texts"),
        ({"shortcut": "dua kata"}, "shortcut"),
        ({"title": " "}, "title"),
        ({"team": "nobody"}, "team"),
    ],
)
def test_what_cannot_be_said_is_refused_when_it_is_saved(boss: Browser, given: dict[str, Any], field: str) -> None:
    answer = saved(boss, **given)
    assert (answer.status_code, answer.json["error"]["data"]["field"]) == (422, field)


def test_an_unknown_variable_is_named_beside_those_there_are(boss: Browser) -> None:
    told = saved(boss, texts={"id": "Halo {{contact.nama}}"}).json["error"]["data"]
    assert (told["unknown"], "contact.name" in told["known"]) == ("contact.nama", True)


def test_a_shortcut_is_taken_once_and_agents_change_nothing(ani: Browser, boss: Browser) -> None:
    made = saved(boss).json
    assert saved(boss, "SALAM").status_code == 409
    assert saved(ani, "lain").status_code == 403
    assert ani.ask("DELETE", f"/api/saved/{made['id']}", headers=csrf(ani)).status_code == 403
    changed = boss.ask("PATCH", f"/api/saved/{made['id']}", json={"title": "Baru"}, headers=csrf(boss)).json
    assert (changed["title"], changed["texts"]) == ("Baru", made["texts"])
    assert boss.ask("DELETE", f"/api/saved/{made['id']}", headers=csrf(boss)).status_code == 204
    assert boss.get("/api/saved").json["items"] == []


def test_agents_have_what_is_everybodys_and_their_teams(people: Cast, ani: Browser, boss: Browser) -> None:
    with writing():
        teams = [Team(key=key, name=key.title(), created_at=people_at()) for key in ("sales", "billing")]
        db.session.add_all(teams)
        db.session.flush()
        db.session.add(TeamMember(team_id=teams[0].id, user_id=people.ani.id))
    for shortcut, team in (("semua", None), ("jual", "sales"), ("tagihan", "billing")):
        assert saved(boss, shortcut, team=team).status_code == 201
    assert [each["shortcut"] for each in ani.get("/api/saved").json["items"]] == ["jual", "semua"]
    assert [each["team"] for each in boss.get("/api/saved").json["items"]] == ["sales", None, "billing"]
    boss.post("/api/macros", json={"name": "Tagih", "team": "billing", "steps": [{"do": "close"}]})
    assert ani.get("/api/macros").json["items"] == []


def people_at() -> Any:
    from roms import clock

    return clock.now()


def test_a_file_goes_with_it_and_its_bytes_are_stored_once(
    ani: Browser, boss: Browser, provider: Box, work: Callable[[], None]
) -> None:
    reply = saved(boss).json["id"]
    form = {"file": (io.BytesIO(picture()), "katalog.png")}
    told = boss.ask("POST", f"/api/saved/{reply}/file", data=form, headers=csrf(boss)).json
    assert (told["file"]["name"], told["file"]["kind"]) == ("katalog.png", "image")
    assert ani.get(f"/api/saved/{reply}/file").mimetype == "image/png"
    say(ani.client, "cs")
    cid = conversation().public_id
    files = [ani.post(f"/api/conversations/{cid}/saved/{reply}/file").json["file"] for _ in range(2)]
    db.session.rollback()
    hashes = set(db.session.scalars(select(Attachment.hash)))
    assert len(hashes) == 1
    body = {"client_id": "reply-0001", "text": "Ini", "seen": 999, "file": files[0]["file"]}
    assert ani.post(f"/api/conversations/{cid}/messages", json=body).status_code == 201
    ani.ask("DELETE", f"/api/files/{files[1]['file']}", headers=csrf(ani))
    work()
    assert messages()[-1].payload["content"]["name"] == "katalog.png"  # type: ignore[index]
    with writing():
        db.session.query(Attachment).update({"state": "refused", "seq": None})
    discarding.discard()
    storage_here().open(hashes.pop()).close()  # the saved reply still has it


@pytest.mark.parametrize("way", ["replaced", "taken off", "removed with its reply"])
def test_the_bytes_of_a_file_that_is_said_no_more_go_and_what_was_sent_stays(
    ani: Browser, boss: Browser, way: str
) -> None:
    first, other = (saved(boss, name).json["id"] for name in ("satu", "dua"))

    def put(reply: int, colour: str) -> str:
        form = {"file": (io.BytesIO(picture(colour)), "katalog.png")}
        assert boss.ask("POST", f"/api/saved/{reply}/file", data=form, headers=csrf(boss)).status_code == 200
        db.session.rollback()
        content = db.session.scalars(select(SavedReply.content).where(SavedReply.id == reply)).one()
        return str(content["hash"])  # type: ignore[index]

    def gone(reply: int) -> None:
        if way == "replaced":
            put(reply, "blue")
        else:
            path = f"/api/saved/{reply}" + ("/file" if way == "taken off" else "")
            assert boss.ask("DELETE", path, headers=csrf(boss)).status_code in (200, 204)
        discarding.discard()

    hash_ = put(first, "red")
    assert put(other, "red") == hash_
    gone(first)
    storage_here().open(hash_).close()  # the other reply has the same
    gone(other)
    with pytest.raises(Gone):
        storage_here().open(hash_)
    assert not discarding.waiting()
    say(ani.client, "cs")
    third = saved(boss, "tiga").json["id"]
    assert put(third, "red") == hash_
    cid = conversation().public_id
    file = ani.post(f"/api/conversations/{cid}/saved/{third}/file").json["file"]
    body = {"client_id": "reply-0001", "text": "Ini", "seen": 999, "file": file["file"]}
    assert ani.post(f"/api/conversations/{cid}/messages", json=body).status_code == 201
    gone(third)
    storage_here().open(hash_).close()  # a message shows it


def macro(boss: Browser, *steps: dict[str, Any], name: str = "Selesai") -> Any:
    return boss.post("/api/macros", json={"name": name, "steps": list(steps)})


def run(browser: Browser, made: Any, client_id: str = "macro-0001", **more: Any) -> Any:
    cid = conversation().public_id
    given = {"client_id": client_id, "seen": conversation().seq} | more
    return browser.post(f"/api/conversations/{cid}/macros/{made['id']}", json=given)


def test_a_macro_does_all_its_steps_once(ani: Browser, boss: Browser, people: Cast) -> None:
    reply = saved(boss).json["id"]
    steps: list[dict[str, Any]] = [
        {"do": "label", "label": "selesai"},
        {"do": "assign", "agent": "me"},
        {"do": "reply", "saved": reply},
        {"do": "note", "text": f"beres @[{people.budi.id}]"},
        {"do": "close"},
    ]
    made = macro(boss, *steps).json
    say(ani.client, "cs")
    for _ in range(2):
        told = run(ani, made)
        assert (told.status_code, told.json["conversation"]["mode"]) == (200, "BOT"), "which asks how it was"
    assert conversation().labels == ["selesai"]
    said = [(each.direction, each.text) for each in messages() if each.sender == "agent"]
    assert said == [(Direction.OUT, "Halo Siti, saya Ani."), (Direction.NOTE, f"beres @[{people.budi.id}]")]
    assert [each.client_id for each in messages() if each.sender == "agent"][-1] == "macro-0001.4"
    assert [data["event"] for data in db.session.scalars(select(History.data)) if data.get("event") == "closed"] == [
        "closed"
    ]


def state() -> Any:
    there = conversation()
    rows = (db.session.scalars(select(History.seq)).all(), db.session.scalars(select(Message.seq)).all())
    return there.mode, there.labels, there.seq, there.state, there.assignee_id, rows


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ({"do": "reply", "text": "{{team.name}} menyapa"}, 422),
        ({"do": "reply", "text": "x" * 4096}, 200),
        ({"do": "close"}, 200),
    ],
)
def test_all_steps_or_none(ani: Browser, boss: Browser, step: dict[str, Any], status: int) -> None:
    made = macro(
        boss, {"do": "label", "label": "a"}, {"do": "note", "text": "b"}, step, {"do": "label", "label": "c"}
    ).json
    say(ani.client, "cs")
    with writing():
        conversation().team = ""
    before = state()
    told = run(ani, made)
    assert told.status_code == status, told.text
    if status != 200:
        assert state() == before
        assert (told.json["error"]["data"]["step"], told.json["error"]["data"]["do"]) == (3, "reply")
        assert told.json["error"]["detail"].startswith("step 3 (reply): ")
    else:
        assert conversation().labels == ["a", "c"]


def test_a_macro_that_would_answer_over_a_colleague_is_held_back(ani: Browser, boss: Browser, people: Cast) -> None:
    made = macro(boss, {"do": "label", "label": "a"}, {"do": "reply", "text": "Siap"}).json
    say(ani.client, "cs")
    seen = conversation().seq
    handoff.claim(people.budi, conversation().public_id, people.ani.id)
    replies.send(people.budi, conversation().public_id, "budi-0001", "Saya bantu", 999)
    before = state()
    told = run(ani, made, seen=seen)
    error = told.json["error"]
    assert (told.status_code, error["code"], error["data"]["step"]) == (409, "stale_view", 2)
    assert error["data"]["entries"][0]["text"] == "Saya bantu"
    assert state() == before
    assert run(ani, made, seen=seen, force=True).status_code == 200


@pytest.mark.parametrize("step", [{"do": "close"}, {"do": "snooze", "minutes": 5}, {"do": "assign", "agent": "me"}])
def test_whatever_decides_is_held_back_and_what_only_notes_is_not(
    ani: Browser, boss: Browser, people: Cast, step: dict[str, Any]
) -> None:
    decides = macro(boss, {"do": "label_contact", "label": "a"}, step).json
    notes = macro(boss, {"do": "label_contact", "label": "b"}, {"do": "note", "text": "c"}, name="Catat").json
    say(ani.client, "cs")
    seen = conversation().seq
    replies.send(people.budi, conversation().public_id, "budi-0001", "Saya bantu", 999)
    before = state()
    told = run(ani, decides, seen=seen)
    assert (told.status_code, told.json["error"]["code"], told.json["error"]["data"]["step"]) == (409, "stale_view", 2)
    assert (state(), labels_of_contact()) == (before, [])
    assert run(ani, notes, seen=seen).status_code == 200
    assert labels_of_contact() == ["b"]


def labels_of_contact() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Contact.labels).where(Contact.id == conversation().contact_id)).one())


def test_a_macro_labels_the_contact_in_every_thread_and_takes_it_off(ani: Browser, boss: Browser, people: Cast) -> None:
    on = macro(boss, {"do": "label_contact", "label": "Pelanggan  lama"}, {"do": "label", "label": "hari ini"}).json
    off = macro(boss, {"do": "unlabel_contact", "label": "Pelanggan lama"}, name="Lepas").json
    say(ani.client, "cs")
    say(ani.client, "cs", "628222")
    merging.merge(people.admin, conversation().contact_id, conversation("628222").contact_id)
    before = conversation("628222").seq
    for _ in range(2):
        assert run(ani, on).json["conversation"]["contact"]["labels"] == ["Pelanggan lama"]
    db.session.rollback()
    assert (labels_of_contact(), conversation().labels) == (["Pelanggan lama"], ["hari ini"])
    told = list(db.session.scalars(select(History.data).where(History.event == "contact")))
    assert [each["new"] for each in told if each.get("field") == "labels"] == [["Pelanggan lama"]]
    assert conversation("628222").seq > before, "a page that shows it is told"
    assert run(ani, off, "macro-0002").json["conversation"]["contact"]["labels"] == []


def test_of_two_who_take_it_by_a_macro_at_once_one_does_and_nothing_of_the_other_is_there(
    app: Flask, ani: Browser, boss: Browser, people: Cast
) -> None:
    made = macro(
        boss, {"do": "label_contact", "label": "x"}, {"do": "assign", "agent": "me"}, {"do": "note", "text": "ya"}
    )
    say(ani.client, "halo")
    cid, seen = conversation().public_id, conversation().seq
    answers: list[str] = []

    def take(actor: Any, client_id: str) -> None:
        with app.app_context():
            try:
                macros.run(actor, cid, made.json["id"], client_id, macros.View(seen))
                answers.append("done")
            except Problem as problem:
                answers.append(problem.code)

    threads = [threading.Thread(target=take, args=(who, f"{who.login}-0001")) for who in (people.ani, people.budi)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == ["already_taken", "done"]
    assert [each.text for each in messages() if each.direction == Direction.NOTE and each.agent_id] == ["ya"]


def test_what_the_mode_does_not_allow_ends_the_whole_macro(ani: Browser, boss: Browser, people: Cast) -> None:
    made = macro(boss, {"do": "close"}, {"do": "close"}).json
    say(ani.client, "cs")
    before = state()
    told = run(ani, made)
    assert (told.status_code, told.json["error"]["data"]["step"]) == (409, 2)
    assert state() == before


@pytest.mark.parametrize(
    "step",
    [
        {"do": "fly"},
        {"do": "label", "label": ""},
        {"do": "reply"},
        {"do": "reply", "text": "{{nothing}}"},
        {"do": "reply", "saved": 999},
        {"do": "assign", "agent": 999},
        {"do": "transfer", "team": "nobody"},
        {"do": "snooze", "minutes": 0},
        {"do": "note", "text": " "},
    ],
)
def test_a_step_that_cannot_be_is_refused_with_its_number(boss: Browser, step: dict[str, Any]) -> None:
    told = macro(boss, {"do": "close"}, step)
    assert told.status_code in (404, 422), told.text
    assert told.json["error"]["data"].get("step") == 2
    assert boss.get("/api/macros").json["items"] == []


def test_macros_are_changed_and_removed_by_those_who_look_after_them(ani: Browser, boss: Browser) -> None:
    made = macro(boss, {"do": "close"}).json
    assert macro(boss, {"do": "close"}).status_code == 409
    assert macro(ani, {"do": "close"}, name="lain").status_code == 403
    path = f"/api/macros/{made['id']}"
    assert boss.ask("PATCH", path, json={"name": "Tutup"}, headers=csrf(boss)).json["steps"] == [{"do": "close"}]
    assert ani.get("/api/macros").json["items"][0]["name"] == "Tutup"
    assert boss.ask("DELETE", path, headers=csrf(boss)).status_code == 204
    say(ani.client, "cs")
    assert run(ani, made).status_code == 404


def test_labels_by_their_addresses(ani: Browser, boss: Browser) -> None:
    made = boss.post("/api/labels", json={"key": "VIP", "colour": "purple", "is_vip": True})
    assert (made.status_code, made.json["is_vip"]) == (201, True)
    say(ani.client, "cs")
    cid, contact = conversation().public_id, conversation().contact_id
    told = ani.post(f"/api/conversations/{cid}/labels", json={"label": "VIP"}).json["conversation"]
    assert told["labels"] == ["VIP"]
    assert ani.post(f"/api/contacts/{contact}/labels", json={"label": "VIP"}).json == {"labels": ["VIP"]}
    one = ani.get("/api/labels").json
    assert (one["items"][0]["conversations"], one["items"][0]["contacts"], one["may_edit"]) == (1, 1, False)
    assert sum(ani.get("/api/labels/counts?days=2").json["labels"]["VIP"]) == 1
    away = ani.ask("DELETE", f"/api/conversations/{cid}/labels", json={"label": "VIP"}, headers=csrf(ani)).json
    assert away["conversation"]["labels"] == []
    gone = ani.ask("DELETE", f"/api/contacts/{contact}/labels", json={"label": "VIP"}, headers=csrf(ani)).json
    assert gone == {"labels": []}
    assert ani.ask("DELETE", f"/api/labels/{made.json['id']}", headers=csrf(ani)).status_code == 403
    put_away = boss.ask("DELETE", f"/api/labels/{made.json['id']}", headers=csrf(boss)).json
    assert put_away["is_active"] is False
    assert ani.get("/api/conversations?view=all&label=VIP").json["items"] == []


def test_a_note_calls_by_its_address(ani: Browser, people: Cast) -> None:
    say(ani.client, "cs")
    cid = conversation().public_id
    who = ani.get(f"/api/conversations/{cid}/callable").json["people"]
    assert {each["name"] for each in who} == {"Admin", "Budi"}
    said = {"client_id": "note-0001", "text": f"@[{people.budi.id}] tolong"}
    assert [ani.post(f"/api/conversations/{cid}/notes", json=said).status_code for _ in range(2)] == [201, 200]
    assert ani.get("/api/mentions").json["count"] == 0
    assert ani.post(f"/api/conversations/{cid}/mentions/seen").status_code == 204


def test_a_macro_hands_on_and_snoozes_by_the_rules_of_the_buttons(ani: Browser, boss: Browser, people: Cast) -> None:
    with writing():
        db.session.add(Team(key="sales", name="Sales", created_at=people_at()))
    away = macro(boss, {"do": "assign", "agent": "me"}, {"do": "snooze", "minutes": 30}, name="Nanti").json
    on = macro(boss, {"do": "transfer", "team": "sales"}, name="Oper").json
    say(ani.client, "cs")
    handoff.assign(people.admin, conversation().public_id, people.budi.id)
    refused = run(ani, on)  # it is Budi's
    assert (refused.status_code, refused.json["error"]["data"]["step"]) == (403, 1)
    taken = run(ani, away)  # nobody told Ani's page that Budi has it
    told = taken.json["error"]
    assert (taken.status_code, told["code"], told["data"]["step"]) == (409, "already_taken", 1)
    assert told["data"]["name"] == "Budi"
    snoozed = run(ani, away, **{"from": people.budi.id}).json["conversation"]
    assert (snoozed["assignee"], snoozed["snoozed_until"] is not None) == (people.ani.id, True)
    assert run(ani, on, "macro-0002").json["conversation"]["team"] == "sales"
