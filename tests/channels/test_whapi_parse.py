"""Every webhook body of Whapi that we know of, and what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from roms.channels import whapi
from roms.channels.base import Account
from roms.channels.failures import BadPayload
from roms.channels.items import (
    AccountState,
    Deleted,
    Echo,
    Edited,
    Identity,
    Incoming,
    Item,
    Profile,
    Reaction,
    Receipt,
    Skipped,
)

FIXTURES = Path(__file__).parent / "fixtures" / "whapi"
ACCOUNT = Account(1, "whapi")
CHANNEL = "CONTOH-AB12C"
BUDI, SITI = "6280000001001@s.whatsapp.net", "6280000001002@s.whatsapp.net"


def parsed(document: Any) -> list[Item]:
    return list(whapi.parse(ACCOUNT, json.dumps(document).encode()))


def fixture(name: str) -> list[Item]:
    return list(whapi.parse(ACCOUNT, (FIXTURES / f"{name}.json").read_bytes()))


def message(**fields: Any) -> Incoming:
    base = {
        "id": "m1",
        "from_me": False,
        "type": "text",
        "chat_id": BUDI,
        "from": "6280000001001",
        "text": {"body": "x"},
    }
    [item] = parsed({"messages": [{**base, **fields}]})
    assert isinstance(item, Incoming)
    return item


MESSAGES = [  # fixture, kind, text, payload, address
    ("message_text", "text", "Halo, pesanan saya nomor INV-2026-1187 kok belum sampai ya?", None, BUDI),
    ("message_text_quoted", "text", "Iya betul, alamat yang itu.", None, BUDI),
    ("message_text_forwarded", "text", "Info promo gratis ongkir dari toko kakak, ini benar?", None, SITI),
    ("message_link_preview", "text", "Kak, mau yang ini https://contoh.example/produk/kopi", None, SITI),
    ("message_reply_button", "text", "Cek Pesanan", "menu:status_pesanan", BUDI),
    ("message_reply_list", "text", "Dukungan Teknis", "dept:teknis", SITI),
    ("message_image_with_link", "image", "[image] Ini bukti transfernya ya, Kak", None, SITI),
    ("message_image_without_link", "image", "[image]", None, SITI),
    ("message_video", "video", "[video] Barangnya rusak waktu saya buka", None, "6280000001003@s.whatsapp.net"),
    ("message_voice", "audio", "[audio]", None, "6280000001004@s.whatsapp.net"),
    ("message_document", "document", "[document] Faktur Pembelian November.pdf", None, "6280000001005@s.whatsapp.net"),
    ("message_sticker", "sticker", "[sticker]", None, "6280000001006@s.whatsapp.net"),
    ("message_location", "location", "[location] Monumen Nasional, Gambir, Jakarta Pusat, DKI Jakarta", None, BUDI),
    ("message_contact", "contact", "[contact] Gudang Surabaya", None, SITI),
    ("message_contact_list", "contact", "[contact] Gudang Surabaya, Gudang Medan", None, SITI),
    ("message_group_text", "text", "Min, jadwal besok jam berapa?", None, "120363000000000001@g.us"),
    ("message_from_me_phone", "text", "Baik Bu, kami cek dulu ya. (dibalas lewat HP)", None, SITI),
    ("message_poll_vote", "unsupported", "[vote]", None, "6280000001005@s.whatsapp.net"),
    ("legacy_payload", "text", "Halo, saya butuh bantuan!", None, BUDI),
]

RECEIPTS = {
    "status_pending": "accepted",
    "status_sent": "sent",
    "status_delivered": "delivered",
    "status_read": "read",
    "status_played": "read",
    "status_failed": "failed",
}

SKIPPED = {"status_deleted": "status_deleted"}

OUT = "p.ak8gd8sXZhvFgg.cY8S-glxOq7YBfj"
AT = {second: datetime.fromtimestamp(1795226400 + second, UTC) for second in (120, 125, 140, 145)}
WHO = (Identity("phone", "+6280000001001"),)
NEW = "Halo, pesanan saya nomor INV-2026-1188 kok belum sampai ya?"
ME = {"me": {"id": "12025550142", "name": "Toko Contoh"}}
CHANGES: dict[str, Item] = {
    "message_from_me_api": Echo(
        SITI,
        "p.xkk2mLNtUjvdAv.lMRP-gnSn59hWZK",
        "text",
        "Pesanan sedang diproses.",
        at=datetime.fromtimestamp(1795226565, UTC),
        account=CHANNEL,
    ),
    "message_reaction": Reaction(OUT, "👍", BUDI, WHO, "Budi Santoso", at=AT[120], account=CHANNEL),
    "message_reaction_removed": Reaction(OUT, "", BUDI, WHO, "Budi Santoso", at=AT[125], account=CHANNEL),
    "message_edited_action": Edited("bv0561FwU5Ox73KbPCmxz8-gGaRp0oZXY", NEW, AT[140], CHANNEL),
    "messages_patch_edited": Edited("bv0561FwU5Ox73KbPCmxz8-gGaRp0oZXY", NEW, AT[140], CHANNEL),
    "message_deleted_action": Deleted("HVFdEM4dfGDg9g9BpEZN3w-geIAQKuW9H", AT[145], CHANNEL),
    "messages_delete": Deleted("HVFdEM4dfGDg9g9BpEZN3w-geIAQKuW9H", account=CHANNEL),
    "channel_auth": AccountState("connected", "AUTH", data=ME, account=CHANNEL),
    "channel_error": AccountState("failed", "ERROR", account=CHANNEL),
    "channel_init": AccountState("starting", "INIT", account=CHANNEL),
    "channel_launch": AccountState("starting", "LAUNCH", account=CHANNEL),
    "channel_qr": AccountState("needs_scan", "QR", account=CHANNEL),
    "channel_qr_image": AccountState("needs_scan", "QR", "OK", account=CHANNEL),
    "user_login": AccountState("connected", "AUTH", account=CHANNEL),
    "user_logout": AccountState("needs_scan", "LOGOUT", account=CHANNEL),
    "chat_new": Profile(WHO, "Budi Santoso", account=CHANNEL),
    "contact_patch": Profile((Identity("phone", "+6280000001002"),), "Siti Rahmawati", account=CHANNEL),
}

TABLES = {"authenticity", "errors", "status_map"}


def test_every_fixture_has_its_line_in_a_table_here() -> None:
    named = {row[0] for row in MESSAGES} | RECEIPTS.keys() | SKIPPED.keys() | CHANGES.keys() | TABLES
    assert {path.stem for path in FIXTURES.glob("*.json")} == named


@pytest.mark.parametrize(("name", "kind", "text", "payload", "address"), MESSAGES)
def test_a_message_is_read_whatever_its_kind(
    name: str, kind: str, text: str, payload: str | None, address: str
) -> None:
    [item] = fixture(name)
    assert isinstance(item, Incoming)
    assert (item.kind, item.text, item.payload, item.address) == (kind, text, payload, address)


@pytest.mark.parametrize(("name", "status"), RECEIPTS.items())
def test_a_status_is_a_receipt(name: str, status: str) -> None:
    [item] = fixture(name)
    assert isinstance(item, Receipt)
    assert item.status == status
    assert item.provider_id.startswith("p.")
    assert item.at is not None


@pytest.mark.parametrize(("name", "reason"), SKIPPED.items())
def test_what_is_not_for_us_is_skipped_with_its_reason(name: str, reason: str) -> None:
    assert fixture(name) == [Skipped(reason, CHANNEL)]


@pytest.mark.parametrize(("name", "item"), CHANGES.items())
def test_what_happened_to_messages_people_and_the_account_is_told(name: str, item: Item) -> None:
    assert fixture(name) == [item]


def test_the_payload_of_the_older_interface_is_understood() -> None:
    [item] = fixture("legacy_payload")
    assert isinstance(item, Incoming)
    assert (item.phone, item.name, item.provider_id) == ("+6280000001001", "Budi Santoso", None)
    assert item.fingerprint
    assert item.at == datetime.fromtimestamp(1795226400, UTC)


def test_the_fingerprint_tells_a_repeat_from_another_message() -> None:
    sent = {"from": "6280000001001@c.us", "text": {"body": "halo"}, "timestamp": 1704123456}
    first, again, other, later = parsed(
        {"messages": [sent, dict(reversed(sent.items())), {**sent, "text": "hai"}, {**sent, "timestamp": 1704123460}]}
    )
    assert isinstance(first, Incoming)
    assert first == again
    assert len({item.fingerprint for item in (first, other, later) if isinstance(item, Incoming)}) == 3


def test_a_message_typed_on_the_paired_phone_is_from_the_business_to_the_contact() -> None:
    [item] = fixture("message_from_me_phone")
    assert isinstance(item, Incoming)
    assert (item.from_business, item.address, item.phone, item.name) == (True, SITI, "+6280000001002", "Siti Rahmawati")


@pytest.mark.parametrize("source", ["web", "mobile", "business_api"])
def test_whatever_of_ours_did_not_go_through_the_interface_was_typed_by_a_person(source: str) -> None:
    assert message(from_me=True, source=source).from_business


def test_a_group_is_answered_as_a_group_and_the_speaker_is_named() -> None:
    [item] = fixture("message_group_text")
    assert isinstance(item, Incoming)
    assert (item.is_group, item.phone, item.name) == (True, None, "Budi Santoso")
    assert item.author == (Identity("phone", "+6280000001001"),)


def test_one_bad_item_does_not_drop_the_others() -> None:
    good = {"id": "a", "type": "text", "chat_id": BUDI, "text": {"body": "satu"}}
    bad = [None, 5, "x", [], {}, {"type": "text", "text": {"body": "?"}}, {**good, "chat_id": {"a": 1}}]
    strange = {"id": "c", "type": "hologram", "chat_id": BUDI}
    batch = parsed({"messages": [good, *bad, strange], "statuses": [{"id": "p.1", "status": "read"}, {"id": "p.2"}]})
    assert [type(item).__name__ for item in batch] == ["Incoming", *["Skipped"] * 7, "Incoming", "Receipt", "Skipped"]


def test_a_kind_we_do_not_know_is_shown_to_people() -> None:
    assert (message(type="hologram").text, message(type="poll", poll={"title": "Puas?"}).text) == (
        "[hologram]",
        "[poll] Puas?",
    )
    assert message(type="<script>").text == "[message]"
    assert message(text={"body": ""}).kind == "unsupported"


def test_what_media_needs_for_being_fetched_later_is_kept() -> None:
    [item] = fixture("message_document")
    assert isinstance(item, Incoming)
    assert item.extra["media"]["name"] == "Faktur Pembelian November.pdf"
    assert item.extra["media"]["size"] == 102400
    assert item.extra["media"]["url"].startswith("https://")
    assert item.extra["media"]["sha256"] == "2396a1256ac4b1c6849c931ddb8018bdd984bb2383be21bb819a33b95d8d603f"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("6280000001001", BUDI),
        ("+6280000001001", BUDI),
        ("6280000001001@c.us", BUDI),
        ("6280000001001:12@s.whatsapp.net", BUDI),
        ("100000000000001@lid", "100000000000001@lid"),
    ],
)
def test_the_same_person_has_one_address_however_it_is_written(written: str, address: str) -> None:
    assert message(chat_id=written).address == address


@pytest.mark.parametrize("chat", ["status@broadcast", "123@newsletter", "stories"])
def test_what_somebody_tells_everybody_is_not_answered(chat: str) -> None:
    assert parsed({"messages": [{"id": "s", "type": "image", "chat_id": chat}]}) == [Skipped("not_a_chat")]


def test_a_hidden_identity_has_no_phone_number() -> None:
    assert message(chat_id="100000000000001@lid").phone is None


def test_a_status_goes_by_its_word_and_by_its_number_only_without_one() -> None:
    statuses = [{"id": "p", "status": "sent", "code": 4}, {"id": "p", "code": 4}, {"id": "p", "code": 77}]
    assert parsed({"statuses": statuses}) == [Receipt("p", "sent"), Receipt("p", "read"), Skipped("status_unknown")]


def test_a_failed_status_says_why() -> None:
    [item] = fixture("status_failed")
    assert isinstance(item, Receipt)
    assert (item.error_code, item.error_text, item.error_class) == ("500", "Pesan gagal dikirim", "retryable")


def test_the_status_table_is_the_one_written_down() -> None:
    for word, status in json.loads((FIXTURES / "status_map.json").read_text())["inbound_status"].items():
        expected = {"pending": "accepted", None: None}.get(status, status)
        [item] = parsed({"statuses": [{"id": "p", "status": word}]})
        assert (item.status if isinstance(item, Receipt) else None) == expected


@pytest.mark.parametrize("seconds", [True, "soon", -1, 0, 1e30, [1], None, "nan"])
def test_a_time_that_is_none_is_left_out(seconds: object) -> None:
    assert message(timestamp=seconds).at is None


def test_a_time_in_milliseconds_is_the_same_moment() -> None:
    assert message(timestamp=1795226400000).at == message(timestamp="1795226400").at is not None


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999"])
def test_a_number_that_is_none_costs_no_message(number: bytes) -> None:
    place = (
        b'{"messages": [{"chat_id": "6280000001001", "type": "location", "location": {"latitude": ' + number + b"}}]}"
    )
    [item] = whapi.parse(ACCOUNT, place)
    assert isinstance(item, Incoming)
    assert (item.kind, item.extra) == ("unsupported", {"type": "location"})


def test_what_no_database_stores_is_taken_out_of_the_text() -> None:
    assert message(text={"body": "a\x00b\ud800c 😀"}).text == "ab?c 😀"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xef\xbb\xbf{}", b'{"messages": []}', b'{"event": {"type": "weather"}}']
)
def test_a_body_with_nothing_for_us_is_counted(body: bytes) -> None:
    assert list(whapi.parse(ACCOUNT, body)) == [Skipped("nothing_for_us")]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"messages": [\n {"id": }]}', "line 2, column 9"),
        (b'{"messages": "\xff"}', "byte 14"),
        (b"[1, 2]", "JSON object"),
        (b"[" * 100_000, "beyond all measure"),
        (b'{"a": ' + b"9" * 5000 + b"}", "beyond all measure"),
    ],
)
def test_a_broken_body_is_refused_at_once_with_the_place(body: bytes, place: str) -> None:
    with pytest.raises(BadPayload, match=place):
        whapi.parse(ACCOUNT, body)
