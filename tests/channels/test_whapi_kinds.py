"""The kinds that Whapi's contract names and no captured body shows, and what is told beside a message's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from roms.channels import whapi
from roms.channels.base import Account
from roms.channels.items import AccountState, Deleted, Edited, Identity, Incoming, Item, Profile, Reaction, Skipped

BUDI, GROUP, LID = "6280000001001@s.whatsapp.net", "120363000000000001@g.us", "100000000000001@lid"
WHO = (Identity("phone", "+6280000001001"),)


def parsed(document: Any) -> list[Item]:
    return list(whapi.parse(Account(1, "whapi"), json.dumps(document).encode()))


def one(**fields: Any) -> Item:
    [item] = parsed({"messages": [{"id": "m1", "chat_id": BUDI, "from": "6280000001001", **fields}]})
    return item


def message(**fields: Any) -> Incoming:
    item = one(**fields)
    assert isinstance(item, Incoming)
    return item


@pytest.mark.parametrize(
    ("kind", "content", "expected", "text", "extra"),
    [
        ("gif", {"id": "a", "caption": "ha"}, "video", "[video] ha",
         {"media": {"id": "a", "animated": True}, "caption": "ha"}),
        ("short", {"id": "a", "seconds": 3}, "video", "[video]", {"media": {"id": "a", "seconds": 3}}),
        ("audio", {"id": "a", "file_size": 9.0}, "audio", "[audio]", {"media": {"id": "a", "size": 9.0}}),
        ("voice", {"id": "a"}, "audio", "[audio]", {"media": {"id": "a", "voice": True}}),
        ("sticker", {"id": "a", "animated": True}, "sticker", "[sticker]", {"media": {"id": "a", "animated": True}}),
        ("live_location", {"latitude": -6.2, "longitude": "106.8", "caption": "jalan"}, "location",
         "[location] -6.2, 106.8 jalan",
         {"location": {"latitude": -6.2, "longitude": 106.8, "live": True}, "caption": "jalan"}),
        ("order", {"order_id": "o1", "title": "Kopi", "item_count": 2, "total_price": 5000, "currency": "IDR"},
         "order",
         "[order] 2 × Kopi 5000 IDR",
         {"order": {"items": [],
                    "id": "o1", "title": "Kopi", "item_count": 2, "total_price": 5000, "currency": "IDR"}}),
        ("poll", {"title": "Puas?", "options": ["Ya", 5, None, "Tidak"]}, "unsupported", "[poll] Puas?: Ya, 5, Tidak",
         {"type": "poll"}),
        ("system", {"body": "Budi changed"}, "unsupported", "[system] Budi changed", {"type": "system"}),
        ("call", {}, "unsupported", "[call]", {"type": "call"}),
        ("carousel", {"body": {"text": "Promo"}}, "unsupported", "[carousel] Promo", {"type": "carousel"}),
        ("pin", None, "unsupported", "[pin]", {"type": "pin"}),
        ("unknown", None, "unsupported", "[unknown]", {"type": "unknown"}),
    ],
)  # fmt: skip
def test_a_kind_is_read_by_what_it_says(
    kind: str, content: Any, expected: str, text: str, extra: dict[str, Any]
) -> None:
    item = message(type=kind, **{kind: content})
    assert (item.kind, item.text, item.extra) == (expected, text, extra)
    assert (item.raw is not None) == (expected == "unsupported")


def test_the_provider_s_own_words_are_kept_of_what_we_cannot_read_but_not_without_end() -> None:
    deep: Any = "x" * 5000
    for _ in range(50):
        deep = {"a": deep}
    item = message(type="hologram", hologram={"b": "y" * 9000, "list": list(range(900)), "preview": "z" * 9000}, d=deep)
    assert item.raw is not None
    assert item.raw["hologram"]["b"].startswith("yyy")
    assert "preview" not in item.raw["hologram"]
    assert len(json.dumps(item.raw)) < 2000


@pytest.mark.parametrize("fields", [{"type": "story"}, {"chat_id": "stories"}, {"chat_id": "status@broadcast"}])
def test_somebodys_status_for_all_is_no_message(fields: dict[str, Any]) -> None:
    assert isinstance(one(**fields), Skipped)


def test_contact_cards_are_taken_apart() -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Wulandari;Rina;;;\r\nitem1.TEL;waid=6280000001005:+62 800-0000\r\n 1005\r\n"
        "TEL;TYPE=HOME:(021) 555\r\nEMAIL:rina@contoh.example\r\nORG:PT Contoh\\, Tbk;Gudang\r\n"
        "PHOTO;ENCODING=b:AAAA\r\n BBBB\r\n"
        "END:VCARD"
    )
    [contact] = message(type="contact", contact={"vcard": card}).extra["contacts"]
    assert contact.pop("vcard").startswith("BEGIN:VCARD")
    assert contact == {
        "name": "Rina Wulandari",
        "phones": ["+6280000001005", "(021) 555"],
        "emails": ["rina@contoh.example"],
        "org": "PT Contoh, Tbk, Gudang",
    }


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"quoted_id": "q.1-a"}, {"quoted": {"id": "q.1-a"}}),
        ({"forwarded": True, "forwarding_score": 1}, {"forwarded": True}),
        ({"forwarded": True, "forwarding_score": 7}, {"forwarded": "often"}),
        ({"forwarding_score": "many", "quoted_id": []}, {}),
        ({"ad": {"title": "Promo", "body": "Murah", "source": {"id": "ad-1", "url": "https://fb.example/x"}}},
         {"referral": {"source": "ad-1", "headline": "Promo", "body": "Murah", "url": "https://fb.example/x"}}),
    ],
)  # fmt: skip
def test_what_stands_beside_the_words_is_told(context: Any, told: dict[str, Any]) -> None:
    assert message(type="text", text={"body": "x"}, context=context).extra == told


def test_a_reaction_in_a_group_is_of_the_one_who_reacted() -> None:
    item = one(chat_id=GROUP, type="action", action={"type": "reaction", "target": "t.1-a", "emoji": "🙏"})
    assert item == Reaction("t.1-a", "🙏", GROUP, WHO)


def test_a_reaction_from_the_paired_phone_is_ours_and_one_through_the_interface_is_an_echo() -> None:
    fields = {"type": "action", "action": {"type": "reaction", "target": "t.1-a", "emoji": "🙏"}, "from_me": True}
    assert one(**fields, source="mobile") == Reaction("t.1-a", "🙏", BUDI, from_business=True)
    assert one(**fields, source="api") == Skipped("own_echo")


@pytest.mark.parametrize(
    ("action", "item"),
    [
        ({"type": "edited", "target": "t", "edited_type": "image", "edited_content": {"caption": "baru"}},
         Edited("t", "[image] baru")),
        ({"type": "edit", "target": "t"}, Skipped("action_edit")),
        ({"type": "pin", "target": "t"}, Skipped("action_pin")),
        ({"type": "teleport", "target": "t"}, Skipped("action")),
        ({"type": "delete"}, Skipped("action")),
        (None, Skipped("action")),
    ],
)  # fmt: skip
def test_an_action_changes_its_message_or_nothing(action: Any, item: Item) -> None:
    assert one(type="action", action=action) == item


def test_an_update_without_what_caused_it_is_read_by_the_words() -> None:
    before, after = ({"id": "m", "type": "text", "text": {"body": body}} for body in ("lama", "baru"))
    updates = [{"id": "m", "before_update": before, "after_update": after}, {"id": "m", "after_update": before}, {}]
    same = {"id": "m", "before_update": after, "after_update": after, "changes": ["status"]}
    assert parsed({"messages_updates": [*updates, same]}) == [
        Edited("m", "baru"), Edited("m", "lama"), Skipped("update"), Skipped("update")
    ]  # fmt: skip


def test_a_tidied_up_phone_deletes_nothing_here() -> None:
    assert parsed({"messages_removed_all": BUDI}) == [Skipped("chat_emptied")]
    assert parsed({"messages_removed": ["a", None, {"x": 1}]}) == [
        Deleted("a"),
        Skipped("bad_item"),
        Skipped("bad_item"),
    ]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"text": "SYNC_ERROR"}, "connected"),
        ({"text": "STOP"}, "stopped"),
        ({"text": "NOT_INIT"}, "stopped"),
        ({"code": 4}, "connected"),
        ({"code": 0}, "stopped"),
    ],
)
def test_every_state_of_a_channel_has_its_word(status: dict[str, Any], state: str) -> None:
    [item] = parsed({"health": {"status": status}})
    assert isinstance(item, AccountState)
    assert item.state == state
    assert (item.text != "") == (status.get("text") == "SYNC_ERROR")


def test_a_state_nobody_knows_is_counted() -> None:
    assert parsed({"health": {"status": {"text": "DREAMING"}}}) == [Skipped("state_unknown")]


def test_people_and_groups_have_names_and_pictures() -> None:
    chats = [
        {"id": GROUP, "name": "Pelanggan", "chat_pic": "http://x/y.jpg"},
        {"id": "6280000001001", "name": "+62 800", "pushname": "Budi", "profile_pic": "https://pps.example/b.jpg"},
        {"id": LID, "name": "Dewi"},
        {"id": "1@newsletter", "name": "Kabar"},
    ]
    assert parsed({"chats": chats}) == [
        Profile((Identity("group", GROUP),), "Pelanggan"),
        Profile(WHO, "Budi", "https://pps.example/b.jpg"),
        Profile((Identity("lid", LID),), "Dewi"),
        Skipped("not_a_chat"),
    ]


def test_items_bear_the_channel_they_came_to() -> None:
    batch = {
        "channel_id": "OTHER-1",
        "messages": [{"id": "a", "chat_id": BUDI, "text": {"body": "x"}}],
        "statuses": [5],
    }
    assert [item.account for item in parsed(batch) if not isinstance(item, Skipped)] == ["OTHER-1"]
    assert whapi.ADAPTER.account_of(Account(1, "whapi", {"channel_id": "OURS-1"})) == "OURS-1"
