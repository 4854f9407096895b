"""What the box posts has the shape of what the providers post, and bears their signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from roms.channels.fake import Box
from roms.channels.fake.model import Doc
from roms.channels.fake.twilio import signature
from tests.channels.box.conftest import BUDI, FIXTURES, Ears, fixture, shape

SAY: dict[str, dict[str, Any]] = {
    "text": {"text": "Halo"},
    "image": {"kind": "image", "caption": "Bukti"},
    "video": {"kind": "video", "caption": "Rusak"},
    "voice": {"kind": "voice"},
    "document": {"kind": "document"},
    "sticker": {"kind": "sticker"},
    "location": {"kind": "location"},
    "contact": {"kind": "contact"},
    "reaction": {"kind": "reaction", "target": "x_y_z", "emoji": "👍"},
    "unreaction": {"kind": "reaction", "target": "x_y_z", "emoji": ""},
    "button": {"kind": "tap", "target": "x", "id": "a", "title": "Ya", "how": "button"},
    "row": {"kind": "tap", "target": "x", "id": "a", "title": "Ya", "how": "list", "description": "Sekali"},
    "template": {"kind": "tap", "target": "x", "id": "A", "title": "Ya", "how": "template"},
    "order": {"kind": "order"},
    "edit": {"kind": "edit", "target": "x_y_z", "text": "Benar"},
    "delete": {"kind": "delete", "target": "x_y_z"},
    "group": {"text": "Min?", "group": True},
    "echo": {"text": "Baik", "by_business": True},
    "forwarded": {"text": "Promo", "forwarded": True},
    "unsupported": {"kind": "unsupported"},
    "number": {"kind": "number_changed"},
    "user_id": {"kind": "user_id_changed"},
}
META = {
    "text": "text", "image": "image", "video": "video", "voice": "audio_voice", "sticker": "sticker",
    "reaction": "reaction", "unreaction": "reaction_removed", "button": "interactive_button_reply",
    "row": "interactive_list_reply", "template": "button_template_quick_reply", "order": "order", "edit": "edit",
    "delete": "revoke", "group": "group_text", "echo": "smb_message_echo", "forwarded": "text_forwarded",
    "unsupported": "unsupported", "number": "system_number_changed", "user_id": "system_user_id_changed",
}  # fmt: skip
WHAPI = {
    "text": "message_text", "voice": "message_voice", "location": "message_location", "contact": "message_contact",
    "reaction": "message_reaction", "unreaction": "message_reaction_removed", "edit": "message_edited_action",
    "delete": "message_deleted_action", "group": "message_group_text", "echo": "message_from_me_phone",
    "forwarded": "message_text_forwarded",
}  # fmt: skip
WAHA = {
    "text": "message_text", "image": "message_image", "voice": "message_voice", "document": "message_document",
    "sticker": "message_sticker", "location": "message_location", "contact": "message_vcard", "group": "message_group",
    "reaction": "message_reaction", "unreaction": "message_reaction_removed", "edit": "message_edited",
    "delete": "message_revoked", "echo": "message_any_from_me_phone",
}  # fmt: skip
TWILIO = {
    "text": "inbound_text", "image": "inbound_image_caption", "voice": "inbound_voice", "video": "inbound_video",
    "document": "inbound_document", "sticker": "inbound_sticker", "location": "inbound_location",
    "contact": "inbound_contact_vcard", "button": "inbound_button_reply", "template": "inbound_template_button",
    "forwarded": "inbound_text_forwarded",
}  # fmt: skip
OPTIONAL = {"title", "voice", "seconds", "url", "emails", "org", "addresses", "link", "description", "metadata"}


def keys(value: Any) -> Any:
    """The shape without what a provider may leave out."""
    if isinstance(value, dict):
        return {key: keys(each) for key, each in value.items() if key not in OPTIONAL}
    return [keys(each) for each in value] if isinstance(value, list) else value if value != "NoneType" else "str"


def said(box: Box, ears: Ears, account: str, what: str) -> Any:
    box.send(BUDI, account=account, name="Budi Santoso", **SAY[what])
    return ears.wait(1)[0].body


@pytest.mark.parametrize(("what", "name"), META.items())
def test_metas_bodies_have_metas_shape(box: Box, ears: Ears, what: str, name: str) -> None:
    wanted = fixture("meta", f"{name}.json")["entry"][0]["changes"]
    given = said(box, ears, "meta", what)["entry"][0]["changes"]
    assert keys(shape(given)) == keys(shape(wanted))
    assert given[0]["value"]["metadata"]["phone_number_id"] == "106540352242922"


@pytest.mark.parametrize(("what", "name"), WHAPI.items())
def test_whapis_bodies_have_whapis_shape(box: Box, ears: Ears, what: str, name: str) -> None:
    wanted = shape(fixture("whapi", f"{name}.json"))
    given = shape(said(box, ears, "whapi", what))
    for body in (wanted, given):
        for part in ("voice", "contact"):
            body["messages"][0].get(part, {}).pop("link", None)
    assert keys(given) == keys(wanted)


@pytest.mark.parametrize(("what", "name"), WAHA.items())
def test_wahas_bodies_have_wahas_shape(box: Box, ears: Ears, what: str, name: str) -> None:
    given = said(box, ears, "waha", what)
    assert keys(shape(given)) == keys(shape(fixture("waha", f"{name}.json")))


@pytest.mark.parametrize(("what", "name"), TWILIO.items())
def test_twilios_forms_have_twilios_fields(box: Box, ears: Ears, what: str, name: str) -> None:
    from urllib.parse import parse_qsl

    wanted = dict(parse_qsl((FIXTURES / "twilio" / f"{name}.form").read_text(), keep_blank_values=True))
    given = said(box, ears, "twilio", what)
    replied = {"OriginalRepliedMessageSid", "OriginalRepliedMessageSender"}
    assert set(given) - replied == set(wanted) - replied
    assert given["MessageType"] == wanted["MessageType"]


@pytest.mark.parametrize("what", ["reaction", "edit", "delete", "echo", "group"])
def test_twilio_tells_nothing_of_what_it_has_no_word_for(box: Box, ears: Ears, what: str) -> None:
    assert said_then_text(box, ears, what)["Body"] == "sesudah"


def said_then_text(box: Box, ears: Ears, what: str) -> Any:
    box.send(BUDI, account="twilio", **SAY[what])
    box.send(BUDI, account="twilio", text="sesudah")
    return ears.wait(1)[0].body


def test_who_hides_the_number_is_known_by_other_names(box: Box, ears: Ears) -> None:
    person = box.phones.add("Kopi Senja", hidden=True)
    for account in ("meta", "twilio", "whapi", "waha"):
        box.send(person, account=account, text="Permisi")
    bodies = {one.kind: one.body for one in ears.wait(4)}
    value = bodies["meta"]["entry"][0]["changes"][0]["value"]
    wanted = fixture("meta", "text_username_no_phone.json")["entry"][0]["changes"][0]["value"]
    assert keys(shape(value)) == keys(shape(wanted))
    assert bodies["twilio"]["From"] == f"whatsapp:{person.user_id}"
    assert "WaId" not in bodies["twilio"]
    assert bodies["whapi"]["messages"][0]["chat_id"] == f"{person.lid}@lid" == bodies["waha"]["payload"]["from"]
    assert all(person.number not in one.raw.decode() for one in ears.heard)


def test_everybody_signs_as_they_do(box: Box, ears: Ears) -> None:
    for account in ("meta", "twilio", "waha"):
        box.send(BUDI, account=account, text="Halo 👋 a/b @toko")
    heard = {one.kind: one for one in ears.wait(3)}
    meta, twilio, waha = heard["meta"], heard["twilio"], heard["waha"]
    digest = hmac.new(b"trial-app-secret", meta.raw, hashlib.sha256).hexdigest()
    assert meta.headers["x-hub-signature-256"] == f"sha256={digest}"
    assert b"\\ud83d\\udc4b a\\/b \\u0040toko" in meta.raw
    signed = twilio.url + "".join(name + twilio.body[name] for name in sorted(twilio.body))
    mac = hmac.new(b"trial-auth-token", signed.encode(), hashlib.sha1).digest()
    assert twilio.headers["x-twilio-signature"] == base64.b64encode(mac).decode()
    assert waha.headers["x-webhook-hmac"] == hmac.new(b"trial-hmac", waha.raw, hashlib.sha512).hexdigest()
    assert waha.headers["x-webhook-hmac-algorithm"] == "sha512"


def test_the_signature_of_twilio_is_that_of_its_own_vectors() -> None:
    from urllib.parse import parse_qsl

    vectors = [one for one in fixture("twilio", "signatures.json")["vectors"] if one["name"].startswith("form_")]
    assert len(vectors) >= 3
    for one in vectors:
        fields = dict(parse_qsl(one["body"], keep_blank_values=True))
        assert signature(one["auth_token"], one["url"], fields) == one["X-Twilio-Signature"]


def test_several_changes_come_in_one_body_when_dialled(box: Box, ears: Ears) -> None:
    box.faults.dial(on="webhook", account="meta", batch=3)
    for text in ("satu", "dua", "tiga"):
        box.send(BUDI, account="meta", text=text)
    changes = ears.wait(1)[0].body["entry"][0]["changes"]
    assert [change["value"]["messages"][0]["text"]["body"] for change in changes] == ["satu", "dua", "tiga"]


def test_webhooks_are_repeated_swapped_and_lost_when_dialled(box: Box, ears: Ears) -> None:
    box.faults.dial(on="webhook", repeat=2)
    box.send(BUDI, text="tiga kali")
    assert {one.raw for one in ears.wait(3)} == {ears.heard[0].raw}
    box.faults.dial(on="webhook", hold=True)
    for text in ("b", "a"):
        box.send(BUDI, text=text)
    assert [one.body["messages"][0]["text"]["body"] for one in ears.wait(5)[3:]] == ["a", "b"]
    box.faults.dial(on="webhook", drop=True)
    box.send(BUDI, text="lost")
    box.send(BUDI, text="found")
    assert ears.wait(6)[-1].body["messages"][0]["text"]["body"] == "found"


def test_what_is_not_answered_2xx_comes_again(box: Box, ears: Ears) -> None:
    ears.answers += [500, 404]
    box.send(BUDI, account="waha", text="lagi")
    assert len({one.raw for one in ears.wait(3)}) == 1


def test_the_vectors_of_meta_and_waha_are_reproduced(box: Box) -> None:
    from roms.channels.fake.dialects import DIALECTS

    box.secrets.waha_hmac_key = "my-secret-key"
    letter = DIALECTS["waha"].seal(box, [Doc({"event": "message", "session": "default", "engine": "WEBJS"})], "")
    assert letter.headers["X-Webhook-Hmac"] == fixture("waha", "signatures.json")["vectors"][0]["X-Webhook-Hmac"]
