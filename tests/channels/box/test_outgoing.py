"""What ROMS may send is taken as the providers take it, and refused as they refuse it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from roms.channels.fake import Box, qr, samples
from tests.channels.box.conftest import BUDI, FIXTURES, Ears, fixture

NUMBER = "106540352242922"
META = f"/meta/v23.0/{NUMBER}"
BEARER = {"Authorization": "Bearer trial-token"}
SID = "AC" + 32 * "0"
TWILIO = f"/twilio/2010-04-01/Accounts/{SID}"
BASIC = (SID, "trial-auth-token")
KEY = {"X-Api-Key": "trial-key"}
NEEDS_FILE = ("audio_id", "image_id", "sticker_id", "voice_id", "reaction", "reaction_remove", "mark_read",
              "mark_read_and_typing")  # fmt: skip


def names(kind: str, end: str) -> list[str]:
    return sorted(path.name for path in (FIXTURES / kind / "send").glob(f"*{end}"))


def meta(client: httpx.Client, **body: Any) -> httpx.Response:
    whole = {"messaging_product": "whatsapp", "to": BUDI, **body}
    return client.post(f"{META}/messages", json=whole, headers=BEARER)


def text(client: httpx.Client, body: str = "halo") -> httpx.Response:
    return meta(client, type="text", text={"body": body})


def twilio(client: httpx.Client, **form: str) -> httpx.Response:
    whole = {"To": f"whatsapp:+{BUDI}", "From": "whatsapp:+12025550142", **form}
    return client.post(f"{TWILIO}/Messages.json", data=whole, auth=BASIC)


def code(answer: httpx.Response) -> tuple[int, int]:
    body = answer.json()
    return answer.status_code, body.get("error", body)["code"]


@pytest.mark.parametrize("name", [n for n in names("meta", ".request.json") if n.split(".")[0] not in NEEDS_FILE])
def test_meta_takes_its_bodies(client: httpx.Client, box: Box, name: str) -> None:
    answer = client.post(f"{META}/messages", json=fixture("meta", f"send/{name}"), headers=BEARER)
    assert answer.status_code == 200, answer.text
    assert answer.json()["messages"][0]["id"] == box.accepted[0]["id"]


@pytest.mark.parametrize("name", names("twilio", ".request.form"))
def test_twilio_takes_its_forms(client: httpx.Client, box: Box, name: str) -> None:
    box.templates.contents["HX00000000000000000000000000000002"] = fixture(
        "twilio", "send/content_quick_reply.request.json"
    )
    box.templates.contents["HX00000000000000000000000000000001"] = fixture(
        "twilio", "send/content_list_picker.request.json"
    )
    raw = (FIXTURES / "twilio" / "send" / name).read_bytes()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post(f"{TWILIO}/Messages.json", content=raw, headers=form, auth=BASIC)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == set(fixture("twilio", "send/send_ok.response.json")["body"])


@pytest.mark.parametrize("kind", ["whapi", "waha"])
def test_the_gateways_take_their_bodies(client: httpx.Client, box: Box, kind: str) -> None:
    for name in names(kind, ".request.json"):
        said = fixture(kind, f"send/{name}")
        if (
            not isinstance(said, dict)
            or not said["path"].startswith(("/messages/", "/api/send"))
            or said["method"] != "POST"
        ):
            continue
        body = said["body"] | ({"session": "default"} if kind == "waha" else {})
        path = said["path"] if kind == "whapi" else f"/waha{said['path']}"
        answer = client.post(path, json=body, headers=KEY | BEARER)
        unreliable = name.startswith("list_gows")
        assert answer.status_code == (422 if unreliable else 201), (name, answer.text)
    assert len(box.accepted) + len(box.signals) >= 12


def test_wrong_secrets_are_refused_in_the_providers_own_words(client: httpx.Client, box: Box) -> None:
    wrong = {"Authorization": "Bearer salah"}
    answers = {
        "meta": client.post(f"{META}/messages", json={}, headers=wrong),
        "twilio": client.post(f"{TWILIO}/Messages.json", data={}, auth=(SID, "salah")),
        "whapi": client.post("/messages/text", json={}, headers=wrong),
        "waha": client.post("/waha/api/sendText", json={}, headers={"X-Api-Key": "salah"}),
    }
    assert {answer.status_code for answer in answers.values()} == {401}
    assert answers["meta"].json()["error"]["code"] == 190
    assert answers["twilio"].json() == fixture("twilio", "send/error_20003_auth.response.json")["body"]
    assert answers["waha"].json() == fixture("waha", "send/error_401.response.json")["body"]
    assert set(answers["whapi"].json()["error"]) == {"code", "message"}
    assert box.accepted == []


def interactive(**action: Any) -> dict[str, Any]:
    form = "list" if "sections" in action else "button"
    return {"type": "interactive", "interactive": {"type": form, "body": {"text": "Pilih"}, "action": action}}


def button(title: str, id_: str = "a") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": id_, "title": title}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"type": "text"}, 131008),
        ({"type": "hologram", "hologram": {}}, 100),
        (interactive(buttons=[button("x" * 21)]), 131009),
        (interactive(buttons=[button(str(n), str(n)) for n in range(4)]), 131009),
        (interactive(buttons=[button("Ya"), button("Tidak")]), 131009),
        (interactive(button="L", sections=[{"rows": [{"id": str(n), "title": "T"} for n in range(11)]}]), 131009),
        (interactive(button="L", sections=[{"rows": [{"id": "1", "title": "x" * 25}]}]), 131009),
        ({"type": "image", "image": {"id": "1"}}, 100),
        ({"type": "image", "image": {"link": "http://far.example/a.jpg"}}, 131009),
        ({"type": "template", "template": {"name": "tiada", "language": {"code": "id"}}}, 132001),
        ({"type": "template", "template": {"name": "diskon_besar", "language": {"code": "id"}}}, 132001),
        ({"type": "template", "template": {"name": "promo_lama", "language": {"code": "id"}}}, 132015),
        ({"type": "template", "template": {"name": "konfirmasi_pengiriman", "language": {"code": "id"}}}, 132000),
    ],
)
def test_meta_refuses_what_breaks_its_limits(
    client: httpx.Client, box: Box, body: dict[str, Any], expected: int
) -> None:
    assert code(meta(client, **body))[1] == expected
    assert box.accepted == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"Body": "x" * 1601}, 21617),
        ({"Body": "x", "To": "whatsapp:+62x"}, 21211),
        ({"Body": "x", "From": "whatsapp:+1"}, 63007),
        ({"ContentSid": "HX1"}, 21655),
        ({}, 21619),
        ({"MediaUrl": "ftp://x"}, 21620),
    ],
)
def test_twilio_refuses_what_breaks_its_limits(
    client: httpx.Client, box: Box, form: dict[str, str], expected: int
) -> None:
    assert code(twilio(client, **form)) == (400, expected)
    assert box.accepted == []


def test_free_text_outside_the_window_is_taken_and_then_fails(client: httpx.Client, box: Box, ears: Ears) -> None:
    assert text(client).status_code == 200
    failed = ears.until(lambda one: b'"failed"' in one.raw).body["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert failed["errors"][0]["code"] == 131047
    assert twilio(client, Body="halo").status_code == 201
    form = ears.until(lambda one: b"undelivered" in one.raw).body
    assert (form["MessageStatus"], form["ErrorCode"]) == ("undelivered", "63016")


def test_within_the_window_the_statuses_are_good_and_bear_our_data(client: httpx.Client, box: Box, ears: Ears) -> None:
    for account in ("meta", "twilio"):
        box.send(BUDI, account=account, text="halo")
    meta(client, type="text", text={"body": "ya"}, biz_opaque_callback_data="pesan-1")
    said = ears.until(lambda one: b'"delivered"' in one.raw).body["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert said["biz_opaque_callback_data"] == "pesan-1"
    twilio(client, Body="ya", StatusCallback=f"{ears.url}/webhook/twilio/kunci")
    assert ears.until(lambda one: b"MessageStatus=delivered" in one.raw).url.endswith("/webhook/twilio/kunci")
    box.close_window(BUDI, "meta")
    assert not box.limits.is_open("meta", BUDI)


def test_one_person_gets_45_at_once_and_then_one_every_six_seconds(client: httpx.Client, box: Box) -> None:
    answers = [code(text(client))[1] if n >= 45 else text(client).status_code for n in range(46)]
    assert answers == [200] * 45 + [131056]


def test_a_number_sends_80_a_second(client: httpx.Client, box: Box) -> None:
    people = [f"62800000{n:05d}" for n in range(120)]
    answers = [meta(client, to=one, type="text", text={"body": "x"}) for one in people]
    refused = [code(answer) for answer in answers if answer.status_code != 200]
    assert not refused or set(refused) == {(429, 130429)}
    box.limits.enforced = False
    assert text(client).status_code == 200


def test_codes_are_dialled_as_answer_and_as_failed_status(client: httpx.Client, box: Box, ears: Ears) -> None:
    box.faults.dial(account="meta", code=131026)
    assert code(text(client)) == (400, 131026)
    box.faults.dial(account="twilio", status=429, retry_after="3")
    answer = twilio(client, Body="x")
    assert (code(answer), answer.headers["Retry-After"]) == ((429, 20429), "3")
    box.faults.dial(account="meta", failed=131049)
    text(client)
    assert b"131049" in ears.until(lambda one: b"131049" in one.raw).raw


def test_files_of_people_are_fetched_with_each_providers_own_proof(client: httpx.Client, box: Box, ears: Ears) -> None:
    data = samples.sample("image").data
    for account in ("meta", "twilio", "whapi", "waha"):
        box.send(BUDI, "image", account=account)
    heard = {one.kind: one.body for one in ears.wait(4)}
    image = heard["meta"]["entry"][0]["changes"][0]["value"]["messages"][0]["image"]
    info = client.get(f"/meta/v23.0/{image['id']}", headers=BEARER).json()
    assert client.get(info["url"], headers=BEARER).content == data
    assert client.get(info["url"]).status_code == 401
    assert client.get(info["url"].replace("ext=1", "ext=0"), headers=BEARER).status_code == 404
    url = heard["twilio"]["MediaUrl0"]
    assert client.get(url).status_code == 401
    assert client.get(client.get(url, auth=BASIC).headers["location"]).content == data
    media = f"/media/{heard['whapi']['messages'][0]['image']['id']}"
    assert (client.get(media).status_code, client.get(media, headers=BEARER).content) == (401, data)
    url = heard["waha"]["payload"]["media"]["url"]
    assert (client.get(url).status_code, client.get(url, headers=KEY).content) == (401, data)
    box.faults.dial(on="media", status=404)
    assert [client.get(url, headers=KEY).status_code for _ in range(2)] == [404, 200]


def test_a_file_is_uploaded_to_meta_and_sent_by_its_id(client: httpx.Client, box: Box) -> None:
    part = {"file": ("a.jpg", samples.sample("image").data, "image/jpeg")}
    fields = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    media_id = client.post(f"{META}/media", data=fields, files=part, headers=BEARER).json()["id"]
    sent = meta(client, type="image", image={"id": media_id, "caption": "Resi"})
    message_id = sent.json()["messages"][0]["id"]
    assert client.get(f"/_media/{message_id}").content == samples.sample("image").data
    assert code(meta(client, type="sticker", sticker={"id": media_id}))[1] == 131053


def test_templates_are_listed_page_by_page(client: httpx.Client, box: Box) -> None:
    url, found = "/meta/v23.0/102290129340398/message_templates?limit=50", []
    while url:
        page = client.get(url, headers=BEARER).json()
        found, url = found + page["data"], page["paging"].get("next", "")
    assert {one["status"] for one in found} == {"APPROVED", "PAUSED", "REJECTED", "PENDING"}
    url, contents = "/twilio/v1/ContentAndApprovals?PageSize=50", []
    while url:
        page = client.get(url, auth=BASIC).json()
        contents, url = contents + page["contents"], page["meta"]["next_page_url"]
    assert len(contents) == len(found) == len(box.templates.templates)


def test_marks_and_reactions_reach_the_phone(client: httpx.Client, box: Box) -> None:
    read = {"messaging_product": "whatsapp", "status": "read", "typing_indicator": {"type": "text"}}
    said = {kind: box.send(BUDI, account=kind, text="halo") for kind in ("meta", "twilio", "whapi", "waha")}
    client.post(f"{META}/messages", json=read | {"message_id": said["meta"]}, headers=BEARER)
    body = {"channel": "WHATSAPP", "messageId": said["twilio"]}
    assert client.post("/twilio/v3/Indicators/Typing.json", json=body, auth=BASIC).json() == {"success": True}
    client.put(f"/messages/{said['whapi']}", headers=BEARER)
    seen = {"session": "default", "chatId": f"{BUDI}@c.us"}
    client.post("/waha/api/sendSeen", json=seen, headers=KEY)
    assert {one["provider"] for one in box.signals if one["what"] == "read"} == set(said)
    meta(client, type="reaction", reaction={"message_id": said["meta"], "emoji": "🙏"})
    reaction = {"session": "default", "messageId": said["waha"], "reaction": "🙏"}
    client.put("/waha/api/reaction", json=reaction, headers=KEY)
    client.put(f"/messages/{said['whapi']}/reaction", json={"emoji": "🙏"}, headers=BEARER)
    signs = [box.phones.line(said[kind]).reactions for kind in ("meta", "waha", "whapi")]
    assert signs == [{"us": "🙏"}] * 3


def test_a_code_is_shown_anew_until_a_phone_scans_it(
    client: httpx.Client, box: Box, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    from roms.channels.fake import linking

    for name in ("FIRST_SECONDS", "NEXT_SECONDS", "START_SECONDS"):
        monkeypatch.setattr(linking, name, 0.05)
    assert client.post("/waha/api/sessions/default/logout", headers=KEY).status_code == 201
    ears.until(lambda one: b'"status":"FAILED"' in one.raw)
    states = [one.body["payload"]["status"] for one in ears.heard]
    assert states == ["STARTING"] + ["SCAN_QR_CODE"] * linking.CODES + ["FAILED"]
    refused = client.post("/waha/api/sendText", json={"session": "default"}, headers=KEY)
    assert (refused.status_code, refused.json()["status"]) == (422, "FAILED")
    monkeypatch.setattr(linking, "FIRST_SECONDS", 30.0)
    client.post("/waha/api/sessions/default/restart", headers=KEY)
    ears.wait(len(states) + 3)  # stopped, starting, the first code
    assert client.get("/waha/api/default/auth/qr", headers=KEY).content.startswith(b"\x89PNG")
    client.post("/_gateway", json={"account": "waha", "state": "working"})
    assert client.get("/waha/api/sessions/default", headers=KEY).json()["status"] == "WORKING"


def test_whapi_is_linked_again_by_its_code(client: httpx.Client, box: Box) -> None:
    assert client.get("/users/login", headers=BEARER).status_code == 409
    client.post("/users/logout", headers=BEARER)
    box.gateways["whapi"].be("passkey")
    assert client.get("/health").json()["status"]["text"] == "QR"
    assert client.post("/messages/text", json={"to": BUDI, "body": "x"}, headers=BEARER).status_code == 401
    assert len(client.get("/users/login/6280000001001", headers=BEARER).json()["code"]) == 9
    box.gateways["whapi"].be("working")
    assert client.get("/health").json()["status"]["text"] == "AUTH"


def test_the_code_is_a_real_one() -> None:
    import segno

    words = "2@" + "k" * 51  # full, because what fills up the rest is free
    peer = segno.make(words, version=3, error="l", mask=0, boost_error=False, mode="byte", micro=False)
    assert qr.matrix(words) == [[bool(cell) for cell in row] for row in peer.matrix]


def test_the_page_can_do_what_python_can(client: httpx.Client, box: Box) -> None:
    body = {"person": BUDI, "account": "meta", "kind": "location"}
    assert client.post("/_send", json=body).json()["id"].startswith("wamid.")
    for wrong in ({}, {"person": BUDI, "kind": "x"}, {"person": BUDI, "account": "x"}, {"person": "?", "text": "x"}):
        assert client.post("/_send", json=wrong).status_code == 400
    assert json.loads(client.get("/_accepted").text) == {"accepted": []}
