"""Every webhook body of WAHA that we know of, and what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from roms.channels import waha
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
    Reaction,
    Receipt,
    Skipped,
)
from tests.channels.waha.contract import FIXTURES

BUDI, SITI, GROUP = "6280000001001@c.us", "6280000001002@c.us", "120363000000000001@g.us"
LID = "100000000000003@lid"
OUT, OUR = "3EB0C7638E304B789E9D374422CFA987", "toko"
WHO = (Identity("phone", "+6280000001001"),)

MESSAGES = [  # fixture, kind, text, address, how its key ends
    ("message_text", "text", "Halo, pesanan saya nomor INV-2026-1187 kok belum sampai ya?", BUDI, "2C6735"),
    ("message_text_lid", "text", "Selamat pagi, apakah toko buka hari ini?", LID, "53814F"),
    ("message_text_quoted", "text", "Iya betul, alamat yang itu.", BUDI, "ABC8E6"),
    ("message_image", "image", "[image] Ini bukti transfernya ya, Kak", SITI, "294FED"),
    ("message_video", "video", "[video] Barangnya rusak waktu saya buka", "6280000001003@c.us", "9556F7"),
    ("message_voice", "audio", "[audio]", "6280000001004@c.us", "93C7DD"),
    ("message_document", "document", "[document] Faktur Pembelian November.pdf Faktur terlampir",
     "6280000001005@c.us", "017619"),
    ("message_sticker", "sticker", "[sticker]", "6280000001003@c.us", "38905B"),
    ("message_location", "location", "[location] Monumen Nasional, Gambir, Jakarta Pusat, DKI Jakarta", BUDI, "1548C3"),
    ("message_vcard", "contact", "[contact] Gudang Surabaya", SITI, "685261"),
    ("message_group", "text", "Min, jadwal besok jam berapa?", GROUP, "0812C7"),
    ("message_any_from_me_phone", "text", "Baik Bu, kami cek dulu ya. (dibalas lewat HP)", SITI, "B41D4E"),
    ("poll_vote", "unsupported", "[vote] Ya", "6280000001005@c.us", "8149AA"),
    ("call_received", "unsupported", "[call]", "6280000001004@c.us", "8D59C0"),
]  # fmt: skip


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(1795226400 + seconds, UTC)


OTHERS: dict[str, Item] = {
    "ack_pending": Receipt(OUT, "accepted", at(30.137), account=OUR),
    "ack_server": Receipt(OUT, "sent", at(31.137), account=OUR),
    "ack_device": Receipt(OUT, "delivered", at(32.137), account=OUR),
    "ack_read": Receipt(OUT, "read", at(33.137), account=OUR),
    "ack_played": Receipt(OUT, "read", at(34.137), account=OUR),
    "ack_group": Receipt("3EB0331AC57008092520314D7AB406C5", "read", at(38.137), account=OUR),
    "ack_error": Receipt(
        "3EB0EB7BA1E79B6E1B2EF2358AC2ED8A", "failed", at(29.137), "ERROR", "WhatsApp did not take the message.",
        "permanent", account=OUR,
    ),
    "message_reaction": Reaction(OUT, "👍", BUDI, WHO, at=at(80.412), account=OUR),
    "message_reaction_removed": Reaction(OUT, "", BUDI, WHO, at=at(85.412), account=OUR),
    "message_edited": Edited(
        "3EB05FADD65B82A0CEE502A96A2C6735", "Halo, pesanan saya nomor INV-2026-1188 kok belum sampai ya?", at(210), OUR
    ),
    "message_revoked": Deleted("3EB0E33573A8C71816EE14ED5BABC8E6", at(200), OUR),
    "session_working": AccountState("connected", "WORKING", at=at(-19.863), account=OUR),
    "session_scan_qr_code": AccountState("needs_scan", "SCAN_QR_CODE", at=at(-49.863), account=OUR),
    "session_starting": AccountState("starting", "STARTING", at=at(-59.863), account=OUR),
    "session_stopped": AccountState("stopped", "STOPPED", at=at(400.137), account=OUR),
    "session_failed": AccountState("failed", "FAILED", at=at(300.137), account=OUR),
    "session_passkey_required": AccountState(
        "needs_person", "PASSKEY_REQUIRED", data={"passkey": {}}, at=at(-39.863), account=OUR
    ),
    "presence_update": Skipped("event_presence.update", OUR),
    "message_any_from_me_api": Echo(
        "6280000001002@c.us",
        "3EB08F4C82BDDE96CD2437328F76B0E4",
        "text",
        "Pesanan sedang diproses.",
        at=at(75),
        account=OUR,
    ),
}  # fmt: skip

TABLES = {"errors", "signatures", "status_map", "openapi.waha"}


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return document


def parsed(document: Any) -> list[Item]:
    return list(waha.parse(Account(1, "waha"), json.dumps(document).encode()))


def one(event: str = "message.any", **payload: Any) -> Item:
    usual = {"id": f"false_{BUDI}_KEY1", "timestamp": 1795226400, "from": BUDI, "to": "12025550142@c.us", "body": "x"}
    [item] = parsed({"event": event, "session": OUR, "payload": {**usual, **payload}})
    return item


def message(**payload: Any) -> Incoming:
    item = one(**payload)
    assert isinstance(item, Incoming)
    return item


def test_every_fixture_has_its_line_in_a_table_here() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == {row[0] for row in MESSAGES} | OTHERS.keys() | TABLES


@pytest.mark.parametrize(("name", "kind", "text", "address", "key"), MESSAGES)
def test_a_message_is_read_whatever_its_kind(name: str, kind: str, text: str, address: str, key: str) -> None:
    [item] = parsed(read(name))
    assert isinstance(item, Incoming)
    assert (item.kind, item.text, item.address) == (kind, text, address)
    assert item.provider_id is not None
    assert (len(item.provider_id), item.provider_id[-6:]) == (32, key)
    assert (item.account, item.at is not None) == (OUR, True)
    assert item.from_business == (name == "message_any_from_me_phone")


@pytest.mark.parametrize(("name", "item"), OTHERS.items())
def test_what_happened_besides_is_told(name: str, item: Item) -> None:
    assert parsed(read(name)) == [item]


@pytest.mark.parametrize("name", [row[0] for row in MESSAGES])
def test_an_engines_inner_life_tells_at_most_a_name(name: str) -> None:
    document = read(name)
    [whole] = parsed(document)
    document["payload"].pop("_data", None)
    [item] = parsed(document)
    assert isinstance(item, Incoming)
    assert isinstance(whole, Incoming)
    assert (item.kind, item.text, item.extra, item.identities) == (
        whole.kind,
        whole.text,
        whole.extra,
        whole.identities,
    )


def test_the_message_event_and_the_one_for_any_are_the_same_message() -> None:
    assert one("message") == one("message.any")


def test_a_message_has_one_name_however_its_id_is_written() -> None:
    long = f"true_{GROUP}_3EB0X_{LID}"
    ids = ["3EB0X", "false_1@lid_3EB0X", long, {"_serialized": long}, {"id": "3EB0X", "remote": BUDI, "fromMe": True}]
    assert {message(id=each).provider_id for each in ids} == {"3EB0X"}


def test_people_groups_and_hidden_identities_are_told_apart() -> None:
    [group], [hidden] = parsed(read("message_group")), parsed(read("message_text_lid"))
    assert isinstance(group, Incoming)
    assert isinstance(hidden, Incoming)
    assert (group.is_group, group.identities, group.author) == (True, (Identity("group", GROUP),), WHO)
    assert (hidden.phone, hidden.identities) == (None, (Identity("lid", LID),))
    assert message(**{"from": "6280000001001:9@c.us"}).identities == WHO
    assert message(**{"from": "6280000001001@s.whatsapp.net"}).address == BUDI


@pytest.mark.parametrize(
    "ends",
    [
        {"from": "12025550142@c.us", "to": SITI},
        {"from": "12025550142:3@c.us", "to": SITI},
        {"from": SITI, "to": "12025550142@c.us"},
        {"from": SITI, "to": None},
        {"from": None, "to": None},
    ],
)
def test_what_we_wrote_is_to_the_other_end_whatever_an_engine_calls_it(ends: dict[str, Any]) -> None:
    payload = {"id": f"true_{SITI}_K", "fromMe": True, "source": None, "body": "x", **ends}
    me = {"id": "12025550142@c.us", "lid": "100000000000900@lid"}
    [item] = parsed({"event": "message.any", "session": OUR, "me": me, "payload": payload})
    assert isinstance(item, Incoming)
    assert (item.address, item.from_business) == (SITI, True)


def test_what_a_message_carries_is_told() -> None:
    [voice], [place], [cards], [quote] = (
        parsed(read(f"message_{name}")) for name in ("voice", "location", "vcard", "text_quoted")
    )
    items = [item.extra for item in (voice, place, cards, quote) if isinstance(item, Incoming)]
    assert items[0]["media"]["voice"] is True
    assert items[0]["media"]["url"].startswith("http://waha.contoh.example:3000/api/files/")
    assert (items[1]["location"]["latitude"], items[1]["location"]["name"]) == (-6.175392, "Monumen Nasional")
    assert items[2]["contacts"][0]["phones"] == ["+6280000001999"]
    assert items[3] == {"quoted": {"id": OUT}}


@pytest.mark.parametrize(
    ("fields", "kind", "extra"),
    [
        ({"hasMedia": True, "media": None}, "unsupported", {"type": "media"}),
        ({"hasMedia": True, "media": {"error": "gone"}}, "unsupported", {"type": "media"}),
        ({"media": {"mimetype": "image/webp", "filename": "a.webp", "url": "http://w/a"}}, "image",
         {"media": {"mime_type": "image/webp", "name": "a.webp", "url": "http://w/a"}}),
        ({"media": {"mimetype": "application/x", "error": {"message": "gone"}}}, "document",
         {"media": {"mime_type": "application/x"}}),
        ({"location": {"latitude": "north", "longitude": 1}, "body": ""}, "unsupported", {"type": "message"}),
        ({"vCards": [5, None, "no card"], "body": ""}, "contact", None),
        ({"body": None}, "unsupported", {"type": "message"}),
        ({"_data": {"type": "poll_creation"}}, "unsupported", {"type": "poll_creation"}),
        ({"_data": {"type": "<b>"}}, "unsupported", {"type": "message"}),
        ({"body": "a", "_data": {"isForwarded": True, "forwardingScore": 1}}, "text", {"forwarded": True}),
        ({"body": "a", "_data": {"isForwarded": True, "forwardingScore": 5}}, "text", {"forwarded": "often"}),
        ({"body": "a", "_data": {"isForwarded": "no", "forwardingScore": "x"}}, "text", {}),
    ],
)  # fmt: skip
def test_half_a_message_is_shown_as_what_is_left_of_it(fields: dict[str, Any], kind: str, extra: Any) -> None:
    item = message(**{"body": "", **fields})
    assert item.kind == kind
    assert extra is None or item.extra == extra


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("message", {"from": "status@broadcast"}, "not_a_chat"),
        ("message", {"from": "120@newsletter"}, "not_a_chat"),
        ("message", {"from": None, "id": "K"}, "no_sender"),
        ("message.ack", {"fromMe": False, "ack": 3}, "ack_of_theirs"),
        ("message.ack", {"fromMe": True, "ackName": "UNKNOWN", "ack": None}, "status_unknown"),
        ("message.reaction", {"reaction": None}, "bad_item"),
        ("message.reaction", {"fromMe": True, "source": "api", "reaction": {"messageId": "a"}}, "own_echo"),
        ("message.edited", {"editedMessageId": "a", "body": None}, "edit"),
        ("message.revoked", {"revokedMessageId": None}, "bad_item"),
        ("session.status", {"status": "DREAMING"}, "state_unknown"),
        ("presence.update", {}, "event_presence.update"),
        ("weather.changed", {}, "nothing_for_us"),
    ],
)
def test_what_is_not_for_us_is_skipped_with_its_reason(event: str, payload: dict[str, Any], reason: str) -> None:
    assert one(event, **payload) == Skipped(reason, OUR)


def test_the_number_of_a_receipt_counts_where_its_word_is_missing() -> None:
    assert one("message.ack", fromMe=True, ack=3) == Receipt("KEY1", "read", account=OUR)


def test_a_passkey_s_challenge_is_there_for_the_page() -> None:
    item = one("session.status", status="PASSKEY_CONFIRMATION_REQUIRED", data={"code": "1234"})
    assert isinstance(item, AccountState)
    assert (item.state, item.data) == ("needs_person", {"passkey": {"code": "1234"}})


@pytest.mark.parametrize("body", [b"", b"{}", b'{"event": 5}', b'{"event": "weather"}'])
def test_a_body_with_nothing_for_us_is_counted(body: bytes) -> None:
    assert list(waha.parse(Account(1, "waha"), body)) == [Skipped("nothing_for_us")]


@pytest.mark.parametrize("payload", [None, 5, [], "x"])
def test_an_event_without_its_payload_is_counted(payload: Any) -> None:
    assert parsed({"event": "message", "payload": payload}) == [Skipped("bad_item")]


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"a": "\xff"}', b"[" * 100_000])
def test_a_broken_body_is_refused_at_once(body: bytes) -> None:
    with pytest.raises(BadPayload):
        waha.parse(Account(1, "waha"), body)
