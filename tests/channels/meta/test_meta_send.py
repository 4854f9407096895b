"""What Meta is sent, every request held against its specification, and what its answers prove."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from roms.channels import ADAPTERS, calling, meta
from roms.channels.base import Account, Parcel, Signal
from roms.channels.failures import (
    Ambiguous,
    ChannelBroken,
    NeedsTemplate,
    OptedOut,
    Permanent,
    SendFailed,
    Spaced,
    Throttled,
    Tomorrow,
    Transient,
)
from tests.channels.contract import FIXTURES, Contract

SENT = FIXTURES / "meta" / "send"
ACCOUNT = Account(
    1,
    "meta",
    {
        "base_url": "https://graph.facebook.com",
        "version": "v23.0",
        "phone_number_id": "100000000000201",
        "business_id": "100000000000101",
        "token": "token-uji",
        "app_secret": "rahasia-aplikasi-uji-meta",
        "verify_token": "token-verifikasi-uji",
    },
    "https://cs.contoh.example/webhook/meta/kunci",
)
TO = "6280000001001"
WAMID = "wamid.HBgNNjI4MDAwMDAwMTAwMRUCABIYFDNBNjI4QjQ5RDk2RENERTk3QTQzAA=="


def wanted(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SENT / f"{name}.request.json").read_text())
    return found


def answered(name: str) -> httpx.Response:
    told = json.loads((SENT / f"{name}.response.json").read_text())
    return httpx.Response(told["http_status"], json=told["body"])


class Meta:
    """Meta, as far as it documents itself: refuses to be asked anything else."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.contract = Contract("meta/openapi.meta.json", "meta/openapi.meta.more.json")
        self.client = httpx.Client(transport=self.contract.guarding(answer or self.usual))

    def usual(self, request: httpx.Request) -> httpx.Response:
        return answered("media_upload_ok" if request.url.path.endswith("/media") else "send_ok")

    def send(self, parcel: Parcel, account: Account = ACCOUNT) -> dict[str, Any]:
        """The body of the last request that this parcel became."""
        meta.send(account, self.client, parcel)
        body: dict[str, Any] = json.loads(self.contract.seen[-1].content)
        return body


@pytest.fixture
def provider() -> Meta:
    return Meta()


def parcel(kind: str, text: str = "x", **payload: Any) -> Parcel:
    return Parcel(6, TO, text, kind, payload, mark="6.1.ab")


def given(body: dict[str, Any]) -> dict[str, Any]:
    """What stands in both; our own id travels with every message of ours."""
    assert body.pop("biz_opaque_callback_data") == "6.1.ab"
    return body


def test_a_text_is_the_one_that_meta_documents(provider: Meta) -> None:
    body = wanted("text")
    assert meta.send(ACCOUNT, provider.client, parcel("text", body["text"]["body"])).startswith("wamid.")
    request = provider.contract.seen[0]
    assert request.url == "https://graph.facebook.com/v23.0/100000000000201/messages"
    assert request.headers["authorization"] == "Bearer token-uji"
    assert given(json.loads(request.content)) == body


def test_an_account_that_names_no_version_speaks_the_one_we_know(provider: Meta) -> None:
    provider.send(parcel("text"), replace(ACCOUNT, values={**ACCOUNT.values, "version": ""}))
    assert provider.contract.seen[0].url.path.startswith("/v23.0/")


def test_links_are_shown_answers_quoted_and_ids_written_to(provider: Meta) -> None:
    link, reply, bsuid = wanted("text_link_preview"), wanted("text_reply"), wanted("text_to_bsuid")
    assert given(provider.send(parcel("text", link["text"]["body"]))) == link
    answer = replace(parcel("text", reply["text"]["body"]), quotes=reply["context"]["message_id"])
    assert given(provider.send(answer)) == reply
    stranger = replace(parcel("text", bsuid["text"]["body"]), address=bsuid["recipient"])
    assert given(provider.send(stranger)) == bsuid


def test_a_group_is_written_to_as_a_group(provider: Meta) -> None:
    body = provider.send(replace(parcel("text"), address="GRUP-CONTOH-0001"))
    assert (body["recipient_type"], body["to"]) == ("group", "GRUP-CONTOH-0001")


def options(*labels: str) -> list[dict[str, str]]:
    return [{"key": str(number), "label": label} for number, label in enumerate(labels, 1)]


def test_three_short_answers_are_buttons(provider: Meta) -> None:
    body = provider.send(parcel("text", "Mau?\n1. Ya\n2. Tidak", prompt="Mau?", options=options("Ya", "Tidak")))
    assert body["interactive"] == {
        "type": "button",
        "body": {"text": "Mau?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "1", "title": "Ya"}},
                {"type": "reply", "reply": {"id": "2", "title": "Tidak"}},
            ]
        },
    }


def test_up_to_ten_answers_are_a_list_and_long_ones_stand_whole_below(provider: Meta) -> None:
    long = "Pengiriman ke luar pulau Jawa dan Bali"
    body = provider.send(parcel("buttons", "…", prompt="Apa?", options=options("A", "B", "C", long)))
    rows = body["interactive"]["action"]["sections"][0]["rows"]
    assert body["interactive"]["type"] == "list"
    assert rows[3] == {"id": "4", "title": "Pengiriman ke luar pula…", "description": long}


@pytest.mark.parametrize(
    "labels",
    [[f"Nomor {n}" for n in range(11)], ["A", "A", "B"], ["A", "x" * 73, "B", "C"], ["A", ""], ["a" * 30, "a" * 31]],
)
def test_answers_that_meta_cannot_show_are_numbered_text(labels: list[str], provider: Meta) -> None:
    body = provider.send(parcel("text", "Apa?\n1. …", prompt="Apa?", options=options(*labels)))
    assert body["text"]["body"] == "Apa?\n1. …"


@pytest.mark.parametrize("prompt", ["", "x" * 1025])
def test_a_question_that_is_empty_or_too_long_for_buttons_is_numbered_text(prompt: str, provider: Meta) -> None:
    assert provider.send(parcel("text", "Apa?", prompt=prompt, options=options("A")))["type"] == "text"


FILES = [
    ("image", "image/jpeg", {"caption": "Foto resi pengiriman"}, "image_id"),
    ("audio", "audio/mpeg", {}, "audio_id"),
    ("audio", "audio/ogg; codecs=opus", {"voice": True}, "voice_id"),
    ("sticker", "image/webp", {}, "sticker_id"),
]


@pytest.mark.parametrize(("kind", "mime", "more", "name"), FILES)
def test_a_file_of_ours_is_uploaded_and_sent_by_its_id(
    kind: str, mime: str, more: dict[str, Any], name: str, provider: Meta
) -> None:
    content = {"name": "Foto resi.jpg", "mime": mime, **more}
    body = given(provider.send(replace(parcel(kind, content=content), data=b"\x00\r\n--bytes")))
    body[kind]["id"] = wanted(name)[kind]["id"]
    assert body == wanted(name)
    upload = provider.contract.seen[0]
    assert upload.url.path == "/v23.0/100000000000201/media"
    assert b"\x00\r\n--bytes" in upload.content
    assert mime.partition(";")[0].encode() in upload.content


@pytest.mark.parametrize(
    ("kind", "name"), [("document", "document_link"), ("image", "image_link"), ("video", "video_link")]
)
def test_a_file_elsewhere_is_sent_by_its_address(kind: str, name: str, provider: Meta) -> None:
    body = wanted(name)
    file = body[kind]
    content = {"source": file["link"], "caption": file["caption"], "name": file.get("filename", "x")}
    assert given(provider.send(parcel(kind, content=content))) == body


@pytest.mark.parametrize(
    ("kind", "mime", "size", "becomes"),
    [
        ("image", "image/webp", 10, "document"),
        ("image", "image/png", 6 * 1024 * 1024, "document"),
        ("sticker", "image/png", 10, "image"),
        ("video", "video/mp4", 17 * 1024 * 1024, "document"),
    ],
)
def test_a_file_that_does_not_fit_its_kind_goes_as_another(
    kind: str, mime: str, size: int, becomes: str, provider: Meta
) -> None:
    sent = replace(parcel(kind, content={"name": "x.bin", "mime": mime, "caption": "lihat"}), data=b"x" * size)
    body = provider.send(sent)
    assert body["type"] == becomes
    assert body[becomes]["caption"] == "lihat"


def test_places_cards_and_signs(provider: Meta) -> None:
    place, card = wanted("location"), wanted("contacts")
    assert given(provider.send(parcel("location", content=place["location"]))) == place
    body = provider.send(parcel("contact", content={"name": "Gudang Surabaya", "phone": "+6280000001999"}))
    assert body["contacts"][0]["name"] == card["contacts"][0]["name"]
    assert body["contacts"][0]["phones"] == [{"phone": "+6280000001999", "type": "CELL", "wa_id": "6280000001999"}]
    for name in ("reaction", "reaction_remove"):
        sign = wanted(name)
        content = {"target": sign["reaction"]["message_id"], "seq": 3, "emoji": sign["reaction"]["emoji"]}
        assert given(provider.send(replace(parcel("reaction", content=content), quotes="wamid.x"))) == sign


def test_templates_take_values_in_order_by_name_and_in_their_parts(provider: Meta) -> None:
    ordered, named, rich = (
        wanted(name) for name in ("template_text", "template_named_parameters", "template_media_and_buttons")
    )
    content: dict[str, Any] = {"name": "konfirmasi_pengiriman", "language": "id"}
    for values in (["Budi", "INV-2026-1187"], {"body": ["Budi\n", "INV-2026-1187"]}):
        assert given(provider.send(parcel("template", content=content | {"parameters": values}))) == ordered
    content = {"name": "pengingat_tagihan", "language": "id"}
    by_name = {"body": {"nama": "Rina", "jatuh_tempo": "30 November 2026"}}
    body = provider.send(
        replace(parcel("template", content=content | {"parameters": by_name}), address="6280000001005")
    )
    assert given(body) == named
    parts = {
        "header": {"type": "image", "link": "https://contoh.example/media/promo.jpg"},
        "body": ["Siti"],
        "buttons": [{"index": 0, "value": "PROMO_MAU", "type": "quick_reply"}, {"index": 1, "value": "promo-2026"}],
    }
    content = {"name": "promo_akhir_tahun", "language": "id", "parameters": parts}
    assert given(provider.send(replace(parcel("template", content=content), address="6280000001002"))) == rich


def test_a_templates_picture_of_ours_is_uploaded(provider: Meta) -> None:
    content = {"name": "p", "language": "id", "parameters": {"header": {"type": "image", "file": "abc"}}}
    body = provider.send(replace(parcel("template", content=content), data=b"\x89PNG\r\n\x1a\n"))
    header = body["template"]["components"][0]["parameters"][0]
    assert header == {"type": "image", "image": {"id": "1000000000005001"}}
    assert b"image/png" in provider.contract.seen[0].content


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (parcel("text", "x" * 4097), "too_long"),
        (parcel("text", "  "), "empty"),
        (parcel("image", content={"caption": "x" * 1025, "source": "https://a.example/b.jpg"}), "too_long"),
        (parcel("image", content={"source": "media/x.jpg"}), "no_file"),
        (replace(parcel("image", content={"mime": "image/gif"}), data=b"GIF"), "file_type"),
        (parcel("hologram"), "cannot"),
        (parcel("location", content={"latitude": 91, "longitude": 0}), "cannot"),
        (parcel("contact", content={"name": "X"}), "cannot"),
        (parcel("reaction", content={"emoji": "x"}), "cannot"),
        (parcel("template", content={"name": "x"}), "132001"),
        (replace(parcel("text"), address=""), "bad_address"),
        (replace(parcel("text"), address="a b"), "bad_address"),
    ],
)
def test_what_can_never_go_is_refused_before_anything_is_asked(sent: Parcel, code: str, provider: Meta) -> None:
    with pytest.raises(Permanent) as failure:
        meta.send(ACCOUNT, provider.client, sent)
    assert failure.value.code == code
    assert provider.contract.seen == []


def outcome(
    answer: httpx.Response | Callable[[httpx.Request], httpx.Response], sent: Parcel | None = None
) -> SendFailed:
    provider = Meta(answer if callable(answer) else lambda _: answer)
    with pytest.raises(SendFailed) as failure:
        meta.send(ACCOUNT, provider.client, sent or parcel("text"))
    assert "token-uji" not in f"{failure.value!r}"
    return failure.value


ANSWERS: dict[str, tuple[type[SendFailed], str]] = {
    "error_100_bad_parameter": (Permanent, "100"),
    "error_130429_rate_limit": (Throttled, "130429"),
    "error_131000_generic": (Ambiguous, "131000"),
    "error_131008_missing_parameter": (Permanent, "131008"),
    "error_131009_title_too_long": (Permanent, "131009"),
    "error_131030_not_in_allowed_list": (Permanent, "131030"),
    "error_131056_pair_rate_limit": (Spaced, "131056"),
    "error_132001_template_missing": (Permanent, "132001"),
    "error_190_token_expired": (ChannelBroken, "190"),
    "error_2_transient": (Transient, "2"),
}


def test_every_error_answer_we_know_of_has_its_line() -> None:
    assert {path.name.removesuffix(".response.json") for path in SENT.glob("error_*")} == set(ANSWERS)


@pytest.mark.parametrize(("name", "expected"), ANSWERS.items())
def test_an_error_answer_has_its_class_and_code(name: str, expected: tuple[type[SendFailed], str]) -> None:
    failure = outcome(answered(name))
    assert (type(failure), failure.code) == expected


def refusing(status: int, code: int, **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": "no", "code": code, **more}})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusing(400, 131047), NeedsTemplate),
        (refusing(400, 131048), Tomorrow),
        (refusing(400, 131049), Tomorrow),
        (refusing(400, 131050), OptedOut),
        (refusing(403, 250), ChannelBroken),
        (refusing(400, 131031), ChannelBroken),
        (refusing(400, 999999), Permanent),
        (refusing(400, 131000), Transient),
        (refusing(500, 999999), Ambiguous),
        (refusing(500, 2), Ambiguous),
        (refusing(500, 999999, is_transient=True), Transient),
        (refusing(503, 131016), Transient),
        (httpx.Response(500, text="<html>"), Ambiguous),
        (httpx.Response(502), Ambiguous),
        (httpx.Response(429), Throttled),
        (httpx.Response(401), ChannelBroken),
        (httpx.Response(301, headers={"location": "https://elsewhere.example"}), ChannelBroken),
        (httpx.Response(408), Ambiguous),
        (httpx.Response(404), Permanent),
        (httpx.Response(200, json={"messages": []}), Ambiguous),
        (httpx.Response(200, text="welcome"), Ambiguous),
        (httpx.Response(200, json={"error": "what"}), Ambiguous),
        (httpx.Response(200, json={"messages": [{"id": "x", "message_status": "paused"}]}), Permanent),
    ],
)
def test_only_evidence_makes_a_send_failed(answer: httpx.Response, expected: type[SendFailed]) -> None:
    assert type(outcome(answer)) is expected


def test_meta_may_say_how_long_to_wait() -> None:
    answer = refusing(400, 131056)
    answer.headers["retry-after"] = "40"
    slower, usual = outcome(answer), outcome(answered("error_131056_pair_rate_limit"))
    assert isinstance(slower, Throttled)
    assert isinstance(usual, Throttled)
    assert (slower.retry_after, usual.retry_after) == (40.0, 16.0)


def test_an_upload_that_nobody_answered_leaves_the_message_surely_unsent() -> None:
    sent = replace(parcel("image", content={"mime": "image/png"}), data=b"x")

    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    assert type(outcome(cut, sent)) is Transient
    assert type(outcome(httpx.Response(500), sent)) is Transient
    assert type(outcome(answered("error_190_token_expired"), sent)) is ChannelBroken
    assert type(outcome(cut)) is Ambiguous


@pytest.mark.parametrize("change", [{"token": ""}, {"token": "a\nb"}, {"base_url": ""}, {"phone_number_id": "../x"}])
def test_an_account_that_cannot_work_breaks_its_channel_and_sends_nothing(
    change: dict[str, str], provider: Meta
) -> None:
    with pytest.raises(ChannelBroken):
        meta.send(replace(ACCOUNT, values=ACCOUNT.values | change), provider.client, parcel("text"))
    assert provider.contract.seen == []


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (Signal(TO, WAMID, read=True), "mark_read"),
        (Signal(TO, WAMID, typing=True), "mark_read_and_typing"),
        (Signal(TO, WAMID, typing=False), None),
        (Signal(TO, "", read=True), None),
    ],
)
def test_read_marks_and_typing(what: Signal, name: str | None) -> None:
    provider = Meta(lambda _: answered("mark_read_ok"))
    meta.signal(ACCOUNT, provider.client, what)
    assert [json.loads(request.content) for request in provider.contract.seen] == ([wanted(name)] if name else [])


def test_the_limits_are_those_that_are_told_beforehand() -> None:
    abilities = ADAPTERS["meta"].abilities
    assert abilities.window is not None
    assert (abilities.window.total_seconds(), abilities.buttons, abilities.list_rows) == (86400, 3, 10)
    assert abilities.files["image"] == (("image/jpeg", "image/png"), 5 * 1024 * 1024)
    assert calling.TIMEOUT.connect == 5.0
