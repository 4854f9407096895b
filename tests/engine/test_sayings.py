"""What is said besides text, and answers that are no words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from roms.engine import attachments
from roms.engine.effects import SendMessage
from roms.engine.events import MessageReceived
from roms.engine.flowfile import compile_release
from roms.engine.lines import written
from roms.engine.media import looked_at
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from tests.engine import pictures
from tests.engine.chat import Chat, flow_files

ORDER = "[{otherwise: true}, {payload: order, keywords: [Pesan, Order]}]"


def said(steps: str, triggers: str = "[{otherwise: true}]", **contact: Any) -> list[SendMessage]:
    files = flow_files(steps, triggers)
    chat = Chat({**files, **pictures.named_in(files["main.yaml"])}, **contact)
    effects = [each for each in chat.happens(MessageReceived("halo")) if isinstance(each, SendMessage)]
    assert all(json.loads(json.dumps(each.content)) == each.content for each in effects)
    return effects


def test_a_picture_is_said_with_what_a_channel_needs_to_show_it() -> None:
    (picture,) = said("a: {say: {image: media/a.png, caption: {id: Harga, en: Prices}}}")
    file = looked_at(pictures.png())
    assert (picture.kind, picture.text) == ("image", "Harga")
    assert picture.content == {
        "source": "media/a.png", "name": "a.png", "hash": file.hash, "mime": "image/png", "size": file.size,
        "width": 2, "height": 1, "caption": "Harga",
    }  # fmt: skip


def test_each_language_may_have_its_own_file_and_caption() -> None:
    steps = "a: {say: {image: {id: media/a.png, en: media/b.jpg}, caption: {id: Harga, en: Prices}}}"
    assert [each.text for each in said(steps, language="en")] == ["Prices"]
    assert said(steps, language="en")[0].content["width"] == 640
    assert [each.text for each in said(steps, language="id")] == ["Harga"]


def test_sounds_videos_documents_and_stickers_are_said_alike() -> None:
    steps = """
a:
  say:
    - {video: media/clip.mp4, caption: Lihat}
    - {audio: media/voice.ogg}
    - {document: media/list.pdf, name: "Katalog {{contact.name}}.pdf"}
    - {document: media/d.gif}
    - {sticker: media/c.webp}
    - Sampai jumpa
"""
    effects = said(steps, name="Ani")
    assert [each.kind for each in effects] == ["video", "audio", "document", "document", "sticker", "text"]
    assert [each.text for each in effects[:3]] == ["Lihat", "[voice.ogg]", "[Katalog Ani.pdf]"]
    assert effects[2].content["name"] == "Katalog Ani.pdf"
    assert effects[4].content | {"width": 512, "height": 256} == effects[4].content
    assert effects[5].content is None


@pytest.mark.parametrize(
    ("written", "name"),
    [("Katalog", "Katalog.pdf"), ("a/../b\\c.pdf", "a .. b c.pdf"), ("x.exe", "x.exe.pdf"), ("A\nB.PDF", "A B.PDF"),
     (" ", "list.pdf"), ("x" * 300, "x" * 150 + ".pdf")],
)  # fmt: skip
def test_a_documents_name_has_no_folders_and_says_what_it_is(written: str, name: str) -> None:
    (document,) = said("a: {say: {document: media/list.pdf, name: '{{contact.name}}'}}", name=written)
    assert document.content["name"] == name


def test_what_is_put_into_an_address_stays_one_part_of_it() -> None:
    steps = "a: {say: {image: 'https://img.example.com/qr/{{contact.name|upper}}.png?size=1', caption: x}}"
    (picture,) = said(steps, name="a/../b?c=d#e é")
    assert picture.content["source"] == "https://img.example.com/qr/A%2F..%2FB%3FC%3DD%23E%20%C3%89.png?size=1"
    assert picture.text == f"x\n{picture.content['source']}"
    assert "hash" not in picture.content


def test_a_place_reads_as_name_address_and_map() -> None:
    (pin,) = said("a: {say: {location: {latitude: -6.2, longitude: 106, name: Toko, address: {id: Jl. A, en: A St}}}}")
    assert pin.text == "Toko\nJl. A\nhttps://maps.google.com/?q=-6.2,106.0"
    assert pin.content == {"latitude": -6.2, "longitude": 106.0, "name": "Toko", "address": "Jl. A"}


def test_a_contact_card_reads_as_name_and_number() -> None:
    (card,) = said("a: {say: {contact: {name: Ani, phone: +62 812-3456-7890}}}")
    assert (card.kind, card.text) == ("contact", "Ani: +62 812-3456-7890")
    assert card.content == {"name": "Ani", "phone": "+62 812-3456-7890"}


def test_a_template_reads_as_its_text_where_there_are_none() -> None:
    steps = "a: {say: {template: {name: reminder, parameters: ['{{contact.name}}', 17:00]}, text: '{{contact.name}}!'}}"
    (template,) = said(steps, name="Ani", language="en")
    assert (template.kind, template.text) == ("template", "Ani!")
    assert template.content == {"name": "reminder", "language": "en", "parameters": ["Ani", "17:00"]}
    (fixed,) = said(steps.replace("reminder,", "reminder, language: id,"), language="en")
    assert fixed.content["language"] == "id"


@pytest.mark.parametrize(("language", "day"), [("id", "Minggu, 22 November 2026"), ("en", "Sunday, 22 November 2026")])
def test_a_parameter_of_a_template_may_be_written_in_both_languages(language: str, day: str) -> None:
    parameter = "{id: '{{d|date}}', en: '{{d|date}}'}"
    steps = f"a: {{set: {{d: 2026-11-22}}, say: {{template: {{name: r, parameters: [{parameter}]}}, text: x}}}}"
    (template,) = said(steps, language=language)
    assert template.content["parameters"] == [day]


def test_a_button_starts_its_flow_whenever_it_is_tapped_or_its_label_typed() -> None:
    steps = (
        "a: {say: {buttons: [{payload: order, label: {id: Pesan, en: Order}}], text: Mau apa?}, go: b}\n"
        "b: {say: Ya, end: true}"
    )
    (offer, _) = said(steps, ORDER)
    assert (offer.kind, offer.text, offer.prompt) == ("buttons", "Mau apa?\n▸ Pesan", "Mau apa?")
    assert [(option.key, option.label) for option in offer.options] == [("order", "Pesan")]
    for text, payload in (("Pesan", "order"), ("pesan", None)):
        chat = Chat(flow_files(steps, ORDER))
        chat.says("halo")
        chat.passes(days=7)
        assert chat.says(text, payload)[-1] == "Ya"
        assert not chat.last.unmatched


def test_a_handover_a_close_and_a_wrong_answer_may_say_anything() -> None:
    for steps in (
        "a: {handoff: {say: [x, {image: media/a.png}]}}",
        "a: {say: x, close: {say: {image: media/a.png}}}",
        "a: {ask: {prompt: x, save: n, as: email, invalid: {say: {image: media/a.png}, then: p}}}\np: {handoff: true}",
    ):
        files = flow_files(steps)
        chat = Chat({**files, **pictures.named_in(steps)})
        assert [*chat.says("halo"), *chat.says("bukan")][:2] == ["x", "[a.png]"]


def test_pictures_without_end_are_stopped_like_texts_without_end() -> None:
    many = ", ".join(["{image: media/a.png}"] * 11)
    effects = said(f"a: {{say: [{many}]}}")
    assert len(effects) == 2
    assert effects[-1].text.startswith("Maaf, ada kendala")


IMAGE = {"kind": "image", "name": "bukti.jpg", "caption": "Lunas", "id": "m1", "mime": "image/jpeg"}
SCAN = {"kind": "document", "name": "bukti.png", "id": "m2", "mime": "image/png"}
LETTER = {"kind": "document", "name": "surat.pdf", "id": "m3", "mime": "application/pdf"}
VOICE = {"kind": "voice", "id": "m4"}
HOME = {"kind": "location", "latitude": -6.2, "longitude": 106.8, "name": "Rumah"}


@pytest.mark.parametrize(
    ("kind", "content", "taken"),
    [
        ("image", IMAGE, IMAGE),
        ("image", SCAN, SCAN),
        ("image", LETTER, None),
        ("image", HOME, None),
        ("image", None, None),
        ("file", IMAGE, IMAGE),
        ("file", LETTER, LETTER),
        ("file", VOICE, VOICE),
        ("file", HOME, None),
        ("file", None, None),
        ("location", HOME, {"latitude": -6.2, "longitude": 106.8, "name": "Rumah"}),
        ("location", {"kind": "location", "latitude": 91, "longitude": 0}, None),
        ("location", {"kind": "location", "latitude": "6", "longitude": True}, None),
        ("location", {"kind": "location"}, None),
        ("location", IMAGE, None),
    ],
)
def test_an_answer_is_kept_as_the_channel_gave_it(kind: str, content: Any, taken: Any) -> None:
    assert attachments.READ[kind]("[image]", content) == taken


@pytest.mark.parametrize(
    "text",
    [
        "-6.2, 106.8",
        "-6.2,106.8",
        "( -6.2 , 106.8 )",
        "-6.2 106.8",
        "https://maps.google.com/?q=-6.2,106.8",
        "https://maps.google.com/maps?q=-6.2%2C106.8&z=17&hl=id",
        "Lokasi saya: https://www.google.com/maps?q=loc:-6.2,106.8",
        "https://www.google.com/maps/@-6.2,106.8,17z",
        "https://www.google.com/maps/place/Monas/@-6.5,106.5,17z/data=!3m1!4b1!4m6!3m5!1s0x2e!8m2!3d-6.2!4d106.8!16s",
        "https://www.google.com/maps/search/?api=1&query=-6.2,106.8",
        "https://www.google.com/maps/search/-6.2,+106.8?entry=tts",
        "https://maps.apple.com/?ll=-6.2,106.8&q=Pin",
        "https://www.openstreetmap.org/#map=17/-6.2/106.8",
        "https://waze.com/ul?ll=-6.2%2C106.8&navigate=yes",
        "geo:-6.2,106.8?z=17",
    ],
)
def test_a_place_is_understood_from_a_pasted_link_or_from_two_numbers(text: str) -> None:
    assert attachments.location(text, None) == {"latitude": -6.2, "longitude": 106.8}


@pytest.mark.parametrize(
    "text",
    ["", "Jl. Melati 10", "6, 7", "1.500, 2.500, 3.500", "-96.2, 106.8", "-6.2, 186.8", "pesan 2.5 dan 3.5",
     "https://maps.app.goo.gl/Zx9", "https://example.com/?page=1,2", "x" * 2001],
)  # fmt: skip
def test_what_names_no_place_is_asked_again(text: str) -> None:
    assert attachments.location(text, None) is None


PROOF = """
ask: {ask: {prompt: Fotonya?, save: proof, as: image, where: known(proof.id), invalid: {then: p}}}
where: {ask: {prompt: Di mana?, save: home, as: location, invalid: {then: p}}}
done: {say: "{{proof.name}}, {{proof.caption}}, {{home.latitude}}", end: true}
p: {handoff: true}
"""
CHAT = """
test: a picture and a place
chat:
  - customer: halo
  - bot: Fotonya?
  - customer: sebentar
  - bot~: Maaf
  - customer: {image: bukti.jpg, caption: Lunas ya}
  - bot: Di mana?
  - customer: {location: {latitude: -6.2, longitude: 106.8}}
  - vars: {home: {latitude: -6.2, longitude: 106.8}}
  - bot: bukti.jpg, Lunas ya, -6.2
"""


def test_flow_tests_send_pictures_and_places() -> None:
    (script,) = scripts({"tests/a.yaml": CHAT})
    assert run(compile_release(flow_files(PROOF)), script).mismatches == []


SHOWN = """
a:
  say:
    - {image: media/a.png, caption: Harga}
    - {document: media/list.pdf, name: Katalog.pdf}
    - {location: {latitude: 1, longitude: 2, name: Toko}}
    - {contact: {name: Ani, phone: +628123456789}}
    - {template: {name: reminder}, text: Besok ya}
    - {buttons: [{payload: order, label: Pesan}], text: Lagi?}
"""
EXPECTED = [
    "{image: media/a.png, caption: Harga}",
    "{document: media/list.pdf, name: Katalog.pdf}",
    "{location: {name: Toko, latitude: 1}}",
    "{contact: {name: Ani, phone: +628123456789}}",
    "{template: {name: reminder}, text: Besok ya}",
    "{buttons: [Pesan], text: Lagi?}",
]


@pytest.mark.parametrize("wrong", range(-1, len(EXPECTED)))
def test_flow_tests_expect_what_is_shown_and_only_that(wrong: int) -> None:
    lines = [
        each.replace("a.png", "b.png").replace("Katalog", "Lain").replace("Toko", "Rumah").replace("Ani", "Budi")
        .replace("reminder", "other").replace("Pesan", "Beli") if number == wrong else each
        for number, each in enumerate(EXPECTED)
    ]  # fmt: skip
    text = "test: x\nchat:\n  - customer: halo\n" + "".join(f"  - bot: {line}\n" for line in lines)
    (script,) = scripts({"tests/a.yaml": text})
    release = compile_release({**flow_files(SHOWN, ORDER), **pictures.named_in(SHOWN)})
    found = run(release, script).mismatches
    assert [each.spot.line for each in found] == ([] if wrong < 0 else [wrong + 4])


def test_a_text_is_not_a_picture_and_a_picture_is_not_a_text() -> None:
    release = compile_release({**flow_files("a: {say: {image: media/a.png}}"), **pictures.named_in("media/a.png")})
    (script,) = scripts({"tests/a.yaml": "test: x\nchat: [{customer: x}, {bot: '[a.png]'}]"})
    (mismatch,) = run(release, script).mismatches
    assert mismatch.got == "{'image': 'media/a.png'}"


def test_what_was_said_is_written_as_a_test_expects_it() -> None:
    wanted = [{"image": "media/a.png", "caption": "Harga"}, {"document": "media/list.pdf", "name": "Katalog.pdf"}]
    assert [written(each) for each in said(SHOWN, ORDER)][:2] == wanted
