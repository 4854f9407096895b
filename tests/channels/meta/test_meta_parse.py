"""Everything that Meta's webhooks bring, one file for each kind, and what becomes of it in a batch."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roms.channels import meta
from roms.channels.base import Account
from roms.channels.failures import BadPayload
from roms.channels.items import (
    AccountState,
    Deleted,
    Edited,
    Identity,
    IdentityChanged,
    Incoming,
    Item,
    Preference,
    Profile,
    Reaction,
    Receipt,
    Skipped,
    TemplateChanged,
)
from tests.channels.contract import FIXTURES
from tests.channels.storable import ANYTHING, changed, check, places

ACCOUNT = Account(1, "meta", {"phone_number_id": "100000000000201", "business_id": "100000000000101"})
OTHERS = ("errors", "signatures", "status_map", "verification_get", "openapi.meta", "openapi.meta.more")
FILES = {path.stem: path for path in sorted((FIXTURES / "meta").glob("*.json")) if path.stem not in OTHERS}
BUDI = (Identity("user_id", "ID.1000000000000001"), Identity("phone", "+6280000001001"))


def read(name: str) -> list[Item]:
    return list(meta.parse(ACCOUNT, FILES[name].read_bytes()))


def read_one(name: str) -> Any:
    [item] = read(name)
    return item


def value_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILES[name].read_text())["entry"][0]["changes"][0]["value"]
    return found


def parsed(*values: Any, field: str = "messages", entry: str = "100000000000101") -> list[Item]:
    changes = [{"field": field, "value": value} for value in values]
    body = {"object": "whatsapp_business_account", "entry": [{"id": entry, "changes": changes}]}
    return list(meta.parse(ACCOUNT, json.dumps(body).encode()))


MESSAGES: dict[str, tuple[str, str, str | None, set[str]]] = {  # kind, text, tapped, what else there is
    "audio_file": ("audio", "[audio]", None, {"media"}),
    "audio_voice": ("audio", "[audio]", None, {"media"}),
    "button_template_quick_reply": ("text", "Konfirmasi", "KONFIRMASI_PENGIRIMAN", {"quoted"}),
    "contacts": ("contact", "[contact] Gudang Surabaya", None, {"contacts"}),
    "document": (
        "document",
        "[document] Faktur Pembelian November.pdf Faktur terlampir",
        None,
        {"media", "caption"},
    ),
    "group_text": ("text", "Min, jadwal besok jam berapa?", None, set()),
    "image": ("image", "[image] Ini bukti transfernya ya, Kak", None, {"media", "caption"}),
    "interactive_button_reply": ("text", "Cek Pesanan", "menu:status_pesanan", {"quoted"}),
    "interactive_list_reply": ("text", "Dukungan Teknis", "dept:teknis", {"quoted"}),
    "interactive_nfm_reply": ("text", "nama: Dewi Lestari\nkeluhan: Paket penyok", None, {"quoted"}),
    "location": ("location", "[location] Monumen Nasional, Gambir, Jakarta Pusat, DKI Jakarta", None, {"location"}),
    "location_pin_only": ("location", "[location] -7.797068, 110.370529", None, {"location"}),
    "order": (
        "order",
        "[order] 2 × KOPI-ARABIKA-250, 1 × TEH-MELATI-100 · Tolong dikirim besok pagi",
        None,
        {"order"},
    ),
    "smb_message_echo": ("text", "Baik Bu, kami cek dulu ya. (dibalas lewat HP)", None, set()),
    "sticker": ("sticker", "[sticker]", None, {"media"}),
    "text": ("text", "Halo, pesanan saya nomor INV-2026-1187 kok belum sampai ya?", None, set()),
    "text_ctwa_referral": ("text", "Halo, saya lihat iklannya. Boleh info lebih lanjut?", None, {"referral"}),
    "text_forwarded": ("text", "Info promo gratis ongkir dari toko kakak, ini benar?", None, {"forwarded"}),
    "text_frequently_forwarded": ("text", "Sebarkan! Promo hari ini saja.", None, {"forwarded"}),
    "text_no_bsuid": ("text", "Selamat pagi, apakah toko buka hari ini?", None, set()),
    "text_product_enquiry": ("text", "Yang ini masih ada stok?", None, {"quoted", "product"}),
    "text_reply_quoted": ("text", "Iya betul, alamat yang itu.", None, {"quoted"}),
    "text_username_no_phone": ("text", "Permisi, mau tanya harga paket grosir.", None, set()),
    "unknown_old_shape": ("unsupported", "[unknown]", None, {"type"}),
    "unsupported": ("unsupported", "[poll_creation]", None, {"type"}),
    "video": ("video", "[video] Barangnya rusak waktu saya buka", None, {"media", "caption"}),
}


@pytest.mark.parametrize(("name", "expected"), MESSAGES.items())
def test_a_message_says_what_it_says(name: str, expected: tuple[str, str, str | None, set[str]]) -> None:
    item = read_one(name)
    assert isinstance(item, Incoming)
    assert (item.kind, item.text, item.payload, set(item.extra)) == expected
    assert item.account == "100000000000201"
    assert item.at is not None
    assert (item.provider_id or "").startswith("wamid.")


def test_whoever_writes_is_known_by_id_number_and_name() -> None:
    item = read_one("text")
    assert (item.address, item.name, item.identities) == ("6280000001001", "Budi Santoso", BUDI)
    assert item.at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    stranger = read_one("text_username_no_phone")
    assert (stranger.address, stranger.phone) == ("ID.1000000000000009", None)
    assert stranger.identities[1] == Identity("username", "kopisenja.contoh")
    assert read_one("text_no_bsuid").identities == (Identity("phone", "+12025550171"),)


def test_a_group_is_one_place_with_many_authors() -> None:
    item = read_one("group_text")
    assert (item.is_group, item.address) == (True, "GRUP-CONTOH-0001")
    assert item.identities == (Identity("group", "GRUP-CONTOH-0001"),)
    assert (item.author, item.name) == (BUDI, "Budi Santoso")


def test_what_our_people_type_on_the_phone_is_ours_and_goes_to_the_customer() -> None:
    item = read_one("smb_message_echo")
    assert (item.from_business, item.address, item.phone) == (True, "6280000001002", "+6280000001002")


def test_files_cards_places_and_orders_have_their_parts() -> None:
    voice = read_one("audio_voice").extra["media"]
    assert (voice["id"], voice["mime_type"], voice["voice"]) == ("1000000000004002", "audio/ogg", True)
    assert voice["sha256"] == "f9227d1b8214103dd89206e92798a7178be4a54f71a9d3fdb3df0aae19cbb9ca"
    assert read_one("contacts").extra["contacts"] == [
        {
            "name": "Gudang Surabaya",
            "phones": ["+62 800-0000-1999"],
            "emails": ["gudang@contoh.example"],
            "org": "PT Contoh Sejahtera",
        }
    ]
    assert read_one("location").extra["location"]["latitude"] == -6.175392
    order = read_one("order").extra["order"]
    assert order["items"][0] == {"id": "KOPI-ARABIKA-250", "quantity": 2, "price": 85000, "currency": "IDR"}
    referral = read_one("text_ctwa_referral").extra["referral"]
    assert (referral["source"], referral["url"]) == ("ad", "https://fb.me/contoh-iklan")
    assert read_one("text_frequently_forwarded").extra["forwarded"] == "often"
    assert read_one("unsupported").raw["errors"][0]["code"] == 131051


def test_signs_edits_and_withdrawals_name_their_message() -> None:
    sign, gone = read_one("reaction"), read_one("reaction_removed")
    assert isinstance(sign, Reaction)
    assert (sign.emoji, gone.emoji, sign.provider_id == gone.provider_id) == ("👍", "", True)
    assert sign.author == BUDI
    edit, revoke = read_one("edit"), read_one("revoke")
    assert isinstance(edit, Edited)
    assert edit.text.startswith("Halo, pesanan saya nomor INV-2026-1188")
    assert isinstance(revoke, Deleted)
    assert revoke.provider_id == read_one("text_reply_quoted").provider_id


def test_people_change_numbers_and_ids() -> None:
    number, user_id = read_one("system_number_changed"), read_one("system_user_id_changed")
    assert isinstance(number, IdentityChanged)
    assert (number.old.value, number.new.value, number.address) == ("+6280000001004", "+6280000001104", "6280000001104")
    assert (user_id.old.value, user_id.new.value) == ("ID.1000000000000009", "ID.1000000000000019")
    assert user_id.address == "ID.1000000000000019"


def test_a_new_number_brings_a_new_id_and_the_old_id_may_stand_in_the_words_only() -> None:
    value = value_of("system_number_changed")
    value["messages"][0]["system"] |= {"previous_user_id": "ID.1", "user_id": "ID.2"}
    assert [(item.old.value, item.new.value, item.address) for item in parsed(value)] == [  # type: ignore[union-attr]
        ("+6280000001004", "+6280000001104", "6280000001104"),
        ("ID.1", "ID.2", ""),
    ]
    value = value_of("system_user_id_changed")
    del value["messages"][0]["system"]["previous_user_id"], value["messages"][0]["from_user_id"]
    [item] = parsed(value)
    assert isinstance(item, IdentityChanged)
    assert item.old.value == "ID.1000000000000009"


STATUSES = json.loads((FIXTURES / "meta" / "status_map.json").read_text())["inbound_status"]


@pytest.mark.parametrize(("word", "ours"), STATUSES.items())
def test_a_status_is_ours(word: str, ours: str | None) -> None:
    value = value_of("status_sent")
    value["statuses"][0]["status"] = word
    [item] = parsed(value)
    assert (
        item.status == ours
        if isinstance(item, Receipt)
        else (ours, item)
        == (
            None,
            Skipped("status_deleted", "100000000000201"),
        )
    )


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("status_failed")])
def test_a_failed_status_has_code_words_and_class(name: str) -> None:
    item = read_one(name)
    classes = {"131047": "needs_template", "131049": "retry_after_24h", "131056": "retryable"}
    assert item.error_code == name.rpartition("_")[2]
    assert item.error_text
    assert item.error_class == classes.get(item.error_code, "permanent")


def test_our_own_id_comes_back_and_a_number_we_began_with_meets_its_id() -> None:
    receipt, profile = read("status_sent_template")
    assert isinstance(receipt, Receipt)
    assert receipt.mark == "pesan-lokal-000006"  # whether it is ours is not for the adapter to say
    assert profile == Profile(
        (Identity("user_id", "ID.1000000000000005"), Identity("phone", "+6280000001005")), account="100000000000201"
    )
    value = value_of("status_sent")
    value["statuses"][0]["biz_opaque_callback_data"] = "x" * 512
    [item] = parsed(value)
    assert isinstance(item, Receipt)
    assert len(item.mark) == 64


def test_who_wants_advertising_says_so_in_whatsapps_own_menu() -> None:
    told = {"detail": "User requested to stop", "category": "marketing_messages", "timestamp": 1731705721}
    people = [{"profile": {"name": "Budi"}, "wa_id": "6280000001001", "user_id": "ID.1000000000000001"}]
    value = {"metadata": {"phone_number_id": "100000000000201"}, "contacts": people}
    asked = [
        {**told, "wa_id": "6280000001001", "value": "stop"},
        {**told, "user_id": "ID.1000000000000001", "value": "resume"},
        {**told, "wa_id": "6280000001001", "value": "less"},
        {**told, "wa_id": "6280000001001", "value": "stop", "category": "calls"},
    ]
    found = parsed(value | {"user_preferences": asked}, field="user_preferences")
    at, ours = datetime(2024, 11, 15, 21, 22, 1, tzinfo=UTC), "100000000000201"
    assert found == [
        Preference(BUDI, False, "User requested to stop", at, ours),
        Preference(BUDI, True, "User requested to stop", at, ours),
        *[Skipped("preference_unknown", ours)] * 2,
    ]
    assert parsed({"user_preferences": [{**told, "value": "stop"}]}, field="user_preferences") == [Skipped("no_sender")]


def test_templates_and_accounts_tell_of_themselves() -> None:
    assert read_one("template_status_update") == TemplateChanged(
        "konfirmasi_pengiriman", "id", "approved", provider_id="100000000000401"
    )
    value = {"event": "FLAGGED", "message_template_id": 5, "message_template_name": "p", "reason": "NONE"}
    assert parsed(value, field="message_template_status_update") == [
        TemplateChanged("p", quality="red", provider_id="5")
    ]
    quality = {"message_template_name": "p", "message_template_language": "id", "new_quality_score": "YELLOW"}
    assert parsed(quality, field="message_template_quality_update") == [TemplateChanged("p", "id", quality="yellow")]
    category = {"message_template_name": "p", "new_category": "MARKETING"}
    assert parsed(category, field="template_category_update") == [TemplateChanged("p", category="marketing")]
    ban = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
    [state] = parsed(ban, field="account_update")
    assert isinstance(state, AccountState)
    assert (state.state, state.code) == ("failed", "DISABLE")
    assert parsed(ban, field="account_update", entry="999")[0].account == "999"
    assert parsed({"event": "PARTNER_ADDED"}, field="account_update") == [Skipped("account_update")]


def test_everything_of_a_batch_is_read_in_order_for_its_own_account() -> None:
    other = value_of("text_no_bsuid") | {"metadata": {"phone_number_id": "222"}}
    mixed = value_of("text") | {"statuses": value_of("status_read")["statuses"]}
    items = parsed(mixed, {"broken": 1}, None, other, value_of("image"))
    assert [(type(item).__name__, item.account) for item in items] == [
        ("Incoming", "100000000000201"),
        ("Receipt", "100000000000201"),
        ("Skipped", ""),
        ("Skipped", ""),
        ("Incoming", "222"),
        ("Incoming", "100000000000201"),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "nothing_for_us"),
        (b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"x": 1}}]}]}', "nothing_for_us"),
        (b'{"entry": [{"changes": [{"field": "history", "value": {"history": []}}]}]}', "field_history"),
        (b'{"entry": [{"changes": [{"field": "novelty", "value": {"x": 1}}]}]}', "field_unknown"),
        (FILES["errors_value_level"].read_bytes(), "error_130429"),
    ],
)
def test_what_is_not_for_us_is_counted_under_a_few_names(body: bytes, reason: str) -> None:
    assert [item.reason for item in meta.parse(ACCOUNT, body) if isinstance(item, Skipped)] == [reason]


def test_a_call_is_shown_and_an_unknown_kind_with_what_meta_said() -> None:
    call = {"metadata": {}, "calls": [{"id": "c1", "from": "6280000001001", "event": "connect", "timestamp": "1"}]}
    [item] = parsed(call, field="calls")
    assert isinstance(item, Incoming)
    assert (item.kind, item.text, item.provider_id) == ("unsupported", "[call]", "c1")
    value = value_of("text")
    value["messages"][0] |= {"type": "hologram", "hologram": {"beam": 1}}
    [item] = parsed(value)
    assert isinstance(item, Incoming)
    assert item.raw is not None
    assert (item.text, item.raw["hologram"]) == ("[hologram]", {"beam": 1})


def test_every_file_is_read_to_something_storable() -> None:
    for name in FILES:
        for item in read(name):
            check(item)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_body_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    document = json.loads(FILES[data.draw(st.sampled_from(sorted(FILES)))].read_text())
    mutated = changed(document, data.draw(st.sampled_from(places(document))), data.draw(ANYTHING))
    try:
        items = list(meta.parse(ACCOUNT, json.dumps(mutated).encode()))
    except BadPayload:
        assert not isinstance(mutated, dict)
        return
    assert items
    for item in items:
        check(item)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2000), st.binary(max_size=6))
def test_a_body_with_bytes_changed_is_read_or_refused(name: str, place: int, other: bytes) -> None:
    body = FILES[name].read_bytes()
    try:
        items = list(meta.parse(ACCOUNT, body[:place] + other + body[place + len(other) :]))
    except BadPayload:
        return
    for item in items:
        check(item)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANYTHING, max_size=5), st.lists(ANYTHING, max_size=5))
def test_a_good_message_survives_any_neighbours(before: list[Any], after: list[Any]) -> None:
    good = value_of("text")["messages"][0]
    messages = {"messages": [*before, good, *after]}
    body = {"entry": [*before, {"changes": [*before, {"field": "messages", "value": messages}, *after]}, *after]}
    items = list(meta.parse(ACCOUNT, json.dumps(body).encode()))
    assert good["id"] in [item.provider_id for item in items if isinstance(item, Incoming)]
