"""Who may knock at Twilio's webhook, and everything that its forms bring."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roms.channels import twilio
from roms.channels.base import Account, Knock
from roms.channels.failures import BadPayload, Forbidden
from roms.channels.items import Identity, Incoming, Item, Receipt, Skipped
from tests.channels.contract import FIXTURES
from tests.channels.storable import check

FILES = {path.stem: path.read_bytes() for path in sorted((FIXTURES / "twilio").glob("*.form"))}
SIGNATURES = json.loads((FIXTURES / "twilio" / "signatures.json").read_text())
TOKEN = "token-rahasia-uji-twilio"
URL = "https://cs.contoh.example/webhook/twilio/kunci"
ACCOUNT = Account(1, "twilio", {"auth_token": TOKEN, "from": "whatsapp:+12025550142"}, URL)
FORM = "application/x-www-form-urlencoded"


def let_in(account: Account, knock: Knock) -> bool:
    try:
        twilio.verify(account, knock)
    except Forbidden:
        return False
    return True


def knocking(url: str, body: bytes, signature: str | None, **headers: str) -> tuple[str, Knock]:
    """(the address without its query, the knock)"""
    parts = urlsplit(url)
    told = {"content-type": FORM} | headers | ({} if signature is None else {"x-twilio-signature": signature})
    return f"{parts.scheme}://{parts.netloc}{parts.path}", Knock(body, told, "203.0.113.9", parts.query)


@pytest.mark.parametrize("vector", SIGNATURES["vectors"], ids=lambda vector: vector["name"])
def test_the_vectors_are_judged_as_written(vector: dict[str, Any]) -> None:
    more = {name.lower(): value for name, value in vector.get("headers", {}).items()}
    signature, body = vector["X-Twilio-Signature"], vector["body"].encode()
    url, knock = knocking(vector["url"], body, signature, **{"content-type": vector["content_type"], **more})
    values = {
        "auth_token": vector.get("auth_token", ""),
        "signing_keys": f"kunci-uji-1:{vector.get('key_secret', 'x')}",
    }
    assert let_in(Account(1, "twilio", values, url), knock) is vector["valid"]


@pytest.mark.parametrize(("told", "found"), [("STOP", "out"), ("start", "in"), ("HELP", "help"), ("MORE", None)])
def test_what_advanced_opt_out_took_a_message_for_is_told(told: str, found: str | None) -> None:
    [item] = twilio.parse(ACCOUNT, FILES["inbound_text"] + f"&OptOutType={told}".encode())
    assert isinstance(item, Incoming)
    assert item.extra.get("opt_out") == found
    check(item)


@pytest.mark.parametrize("vector", SIGNATURES["files"], ids=lambda vector: vector["file"])
def test_a_form_is_let_in_byte_for_byte_and_only_so(vector: dict[str, Any]) -> None:
    body, signature = FILES[vector["file"].removesuffix(".form")], vector["X-Twilio-Signature"]
    url, knock = knocking(vector["url"], body, signature)
    account = Account(1, "twilio", {"auth_token": TOKEN}, url)
    assert let_in(account, knock)
    assert not let_in(Account(1, "twilio", {"auth_token": "token akun lain"}, url), knock)
    assert not let_in(Account(1, "twilio", {"auth_token": ""}, url), knock)
    assert not let_in(Account(1, "twilio", {"auth_token": TOKEN}, ""), knock)
    assert not let_in(account, knocking(vector["url"], body.replace(b"whatsapp", b"Whatsapp", 1), signature)[1])
    assert not let_in(account, knocking(vector["url"], body + b"&Extra=", signature)[1])
    for other in (None, "", f"{signature},{signature}", signature.lower(), "é"):
        assert not let_in(account, knocking(vector["url"], body, other)[1])


def signed(url: str, body: bytes) -> str:
    text = url + "".join(name + value for name, value in sorted(set(parse_qsl(body.decode(), keep_blank_values=True))))
    return base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), "sha1").digest()).decode()


@pytest.mark.parametrize(
    ("called", "is_ours"),
    [
        (URL, True),
        ("https://cs.contoh.example/webhook/twilio", True),
        ("https://cs.contoh.example:443/webhook/twilio", True),
        (f"{URL}?kanal=toko-1", True),
        ("http://cs.contoh.example/webhook/twilio/kunci", False),
        ("https://evil.example/webhook/twilio/kunci", False),
        ("https://cs.contoh.example/webhook", False),
    ],
)
def test_the_address_is_ours_however_it_was_called(called: str, is_ours: bool) -> None:
    body = FILES["inbound_text"]
    assert let_in(ACCOUNT, knocking(called, body, signed(called, body))[1]) is is_ours


def test_an_address_with_a_port_of_its_own_is_signed_with_or_without_it() -> None:
    account = Account(1, "twilio", {"auth_token": TOKEN}, "http://127.0.0.1:8000/webhook/twilio/k")
    for called in ("http://127.0.0.1:8000/webhook/twilio", "http://127.0.0.1/webhook/twilio/k"):
        assert let_in(account, knocking(called, b"A=1", signed(called, b"A=1"))[1])


def test_a_key_that_we_do_not_have_lets_nobody_in_and_json_must_be_covered() -> None:
    vector = next(each for each in SIGNATURES["vectors"] if each["name"] == "settings_header_hmac_sha256")
    for settings_ in ("key=other,algorithm=HMAC_SHA256", "key=kunci-uji-1,algorithm=NONE", "", "rubbish"):
        more = {"x-twilio-webhooks-signature-settings": settings_}
        url, knock = knocking(vector["url"], vector["body"].encode(), vector["X-Twilio-Signature"], **more)
        account = Account(
            1, "twilio", {"auth_token": TOKEN, "signing_keys": "kunci-uji-1:" + vector["key_secret"]}, url
        )
        assert not let_in(account, knock)
    json_type = {"content-type": "application/json"}
    bare = base64.b64encode(hmac.new(TOKEN.encode(), URL.encode(), "sha1").digest()).decode()
    assert not let_in(ACCOUNT, knocking(URL, b"{}", bare, **json_type)[1])
    query = f"bodySHA256={hashlib.sha256(b'{}').hexdigest()}"
    good = base64.b64encode(hmac.new(TOKEN.encode(), f"{URL}?{query}".encode(), "sha1").digest()).decode()
    assert let_in(ACCOUNT, knocking(f"{URL}?{query}", b"{}", good, **json_type)[1])
    assert not let_in(ACCOUNT, knocking(f"{URL}?{query}", b"{ }", good, **json_type)[1])


def test_a_refusal_tells_neither_the_token_nor_the_signature_it_wanted() -> None:
    with pytest.raises(Forbidden) as refusal:
        twilio.verify(ACCOUNT, knocking(URL, b"A=1", "wrong")[1])
    assert TOKEN not in repr(refusal.value)
    assert signed(URL, b"A=1") not in repr(refusal.value)


def read(body: bytes) -> list[Item]:
    return list(twilio.parse(ACCOUNT, body))


def read_one(name: str, **changed: str | None) -> Any:
    fields: dict[str, str | None] = dict(parse_qsl(FILES[name].decode(), keep_blank_values=True))
    whole = {key: value for key, value in (fields | changed).items() if value is not None}
    [item] = read(urlencode(whole).encode())
    return item


MESSAGES: dict[str, tuple[str, str, str | None, set[str]]] = {
    "inbound_button_reply": ("text", "Konfirmasi", "KONFIRMASI_PENGIRIMAN", {"quoted"}),
    "inbound_contact_vcard": ("contact", "[contact]", None, {"media", "contacts"}),
    "inbound_document": ("document", "[document] Faktur Pembelian November.pdf", None, {"media"}),
    "inbound_image_caption": ("image", "[image] Ini bukti transfernya ya, Kak", None, {"media", "caption"}),
    "inbound_location": (
        "location",
        "[location] Monumen Nasional, Gambir, Jakarta Pusat, DKI Jakarta",
        None,
        {"location"},
    ),
    "inbound_sticker": ("sticker", "[sticker]", None, {"media"}),
    "inbound_template_button": ("text", "Cek Pesanan", "menu:status_pesanan", {"quoted"}),
    "inbound_text": ("text", "Halo, pesanan saya nomor INV-2026-1187 kok belum sampai ya?", None, set()),
    "inbound_text_ctwa_referral": ("text", "Halo, saya lihat iklannya. Boleh info lebih lanjut?", None, {"referral"}),
    "inbound_text_forwarded": ("text", "Info promo gratis ongkir dari toko kakak, ini benar?", None, {"forwarded"}),
    "inbound_text_no_bsuid": ("text", "Selamat pagi, apakah toko buka hari ini?", None, set()),
    "inbound_text_reply": ("text", "Iya betul, alamat yang itu.", None, {"quoted"}),
    "inbound_video": ("video", "[video] Barangnya rusak waktu saya buka", None, {"media", "caption"}),
    "inbound_voice": ("audio", "[audio]", None, {"media"}),
}


def test_every_file_has_its_line() -> None:
    assert set(MESSAGES) == {name for name in FILES if name.startswith("inbound")}


@pytest.mark.parametrize("type_is_told", [True, False])
@pytest.mark.parametrize(("name", "expected"), MESSAGES.items())
def test_a_message_says_what_it_says(
    name: str, expected: tuple[str, str, str | None, set[str]], type_is_told: bool
) -> None:
    if not type_is_told and name == "inbound_sticker":
        expected = ("image", "[image]", None, {"media"})  # nothing else tells a sticker from a picture
    item = read_one(name) if type_is_told else read_one(name, MessageType=None)
    assert (item.kind, item.text, item.payload, set(item.extra)) == expected
    assert item.account == "whatsapp:+12025550142"
    assert item.provider_id == dict(parse_qsl(FILES[name].decode()))["MessageSid"]


def test_whoever_writes_is_known_by_id_number_and_name() -> None:
    item = read_one("inbound_text")
    assert (item.address, item.name) == ("whatsapp:+6280000001001", "Budi Santoso")
    assert item.identities == (Identity("user_id", "ID.1000000000000001"), Identity("phone", "+6280000001001"))
    stranger = read_one("inbound_text", From="whatsapp:ID.1000000000000001", WaId=None, ChannelMetadata="{")
    assert (stranger.address, stranger.phone) == ("whatsapp:ID.1000000000000001", None)
    quiet = read_one("inbound_text_no_bsuid", ProfileName=None)
    assert (quiet.name, quiet.identities) == ("Alex Morgan", (Identity("phone", "+12025550171"),))


def test_parts_of_messages() -> None:
    assert read_one("inbound_voice").extra["media"]["voice"] is True
    assert read_one("inbound_document").extra["media"]["name"] == "Faktur Pembelian November.pdf"
    assert read_one("inbound_text_reply").extra["quoted"] == {"id": "SMdfb6a6ad24efa8166ade0a31acf26ae8"}
    assert read_one("inbound_text_forwarded").extra["forwarded"] is True
    assert read_one("inbound_text_ctwa_referral").extra["referral"]["source"] == "ad"
    assert read_one("inbound_text", ListId="dept:1", ListTitle="Bagian", Body="").payload == "dept:1"


def test_several_files_are_several_messages() -> None:
    more = {"NumMedia": "2", "MediaUrl1": "https://api.twilio.com/b", "MediaContentType1": "application/pdf"}
    fields = dict(parse_qsl(FILES["inbound_image_caption"].decode())) | more
    first, second = (item for item in read(urlencode(fields).encode()) if isinstance(item, Incoming))
    assert (first.extra["caption"], second.extra.get("caption")) == ("Ini bukti transfernya ya, Kak", None)
    assert second.provider_id == f"{first.provider_id}:1"


def test_an_unknown_kind_is_shown_with_what_twilio_said() -> None:
    item = read_one("inbound_text", MessageType="reaction", Body="👍")
    assert (item.kind, item.text) == ("unsupported", "[reaction] 👍")
    assert item.raw["MessageType"] == "reaction"


STATUSES = json.loads((FIXTURES / "twilio" / "status_map.json").read_text())["inbound_status"]


@pytest.mark.parametrize(("word", "ours"), [(word, ours) for word, ours in STATUSES.items() if ours])
def test_a_status_is_ours(word: str, ours: str) -> None:
    item = read_one("status_sent", MessageStatus=word, SmsStatus="sent")
    assert isinstance(item, Receipt)
    assert item.status == ("accepted" if ours == "pending" else ours)
    assert item.account == "whatsapp:+12025550142"


@pytest.mark.parametrize(
    ("code", "ours", "error_class"),
    [
        ("63016", "63016", "needs_template"),
        ("470", "63016", "needs_template"),
        ("1015", "63018", "retryable"),
        ("21610", "21610", "opted_out"),
        ("99999", "99999", "permanent"),
        (None, "", "permanent"),
    ],
)
def test_a_failed_status_has_code_and_class(code: str | None, ours: str, error_class: str) -> None:
    item = read_one("status_undelivered_63016", ErrorCode=code)
    assert (item.status, item.error_code, item.error_class) == ("failed", ours, error_class)
    assert item.error_text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "nothing_for_us"),
        (b"&&&", "nothing_for_us"),
        (b"hello", "nothing_for_us"),
        (b'{"specversion": "1.0"}', "nothing_for_us"),
        (b"From=%2B12025550171&To=%2B12025550142&Body=sms&MessageSid=SM1", "other_channel"),
        (b"From=messenger%3A123&To=whatsapp%3A%2B12025550142&Body=x", "other_channel"),
        (b"From=whatsapp%3A&Body=x", "no_sender"),
        (b"MessageStatus=dreaming&MessageSid=SM1", "status_unknown"),
    ],
)
def test_what_is_not_for_us_is_counted(body: bytes, reason: str) -> None:
    assert [item.reason for item in read(body) if isinstance(item, Skipped)] == [reason]


@pytest.mark.parametrize("body", [b"{", b"&".join(b"a%d=1" % n for n in range(1001))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read(body)


NAMES = sorted({name for body in FILES.values() for name, _ in parse_qsl(body.decode(), keep_blank_values=True)})


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(sorted(FILES)),
    st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8")) | st.none(), max_size=4),
)
def test_a_form_with_anything_in_any_field_is_read(name: str, changes: dict[str, str | None]) -> None:
    fields: dict[str, str | None] = dict(parse_qsl(FILES[name].decode(), keep_blank_values=True))
    whole = {key: value for key, value in (fields | changes).items() if value is not None}
    items = read(urlencode(whole).encode())
    assert items
    for item in items:
        check(item)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 1200), st.binary(max_size=6))
def test_a_form_with_bytes_changed_is_read_or_refused(name: str, place: int, other: bytes) -> None:
    body = FILES[name]
    try:
        items = read(body[:place] + other + body[place + len(other) :])
    except BadPayload:
        return
    for item in items:
        check(item)
