"""What a flow learns of the contact counts at once, and is told to whoever keeps it."""

import pytest

from roms.engine.effects import SetContact
from tests.engine.chat import Chat, flow_files, spoken

TOLD = """
a: {say: {id: Satu, en: One}}
b: {set: {contact.language: %s}, say: {id: Dua, en: Two}}
c: {ask: {prompt: {id: Nama?, en: Name?}, save: who, invalid: {then: a}}}
d: {set: {contact.name: "{{who}}", who: "{{contact.first_name}}"}, say: {id: "Halo {{who}}", en: "Hi {{who}}"}}
"""


def learned(chat):
    return [each for each in chat.last.effects if isinstance(each, SetContact)]


@pytest.mark.parametrize(
    ("value", "code"), [("en", "en"), ("= 'en'", "en"), ("'{{message.text}}'", "en"), ("id", "id")]
)
def test_texts_of_the_same_turn_speak_the_new_language_at_once(value, code):
    chat = Chat(flow_files(TOLD % value))
    assert chat.says("en") == (["Satu", "Two", "Name?"] if code == "en" else ["Satu", "Dua", "Nama?"])
    assert learned(chat) == [SetContact("language", code)]


def test_a_name_is_learned_without_line_breaks_and_with_its_first_word():
    chat = Chat(flow_files(TOLD % "id"))
    chat.says("x")
    assert chat.says("  Budi \n Santoso ") == ["Halo Budi"]
    assert learned(chat) == [SetContact("name", "Budi Santoso")]
    assert "contact.name" not in chat.variables


def test_an_empty_name_changes_nothing():
    chat = Chat(flow_files('a: {set: {contact.name: "{{contact.phone}}"}, say: "{{contact.name}}"}'), name="Ani")
    assert chat.says("x") == ["Ani"]
    assert learned(chat) == []


@pytest.mark.parametrize("value", ["= 'fr'", "= 3", "'{{contact.phone}}'"])
def test_a_language_we_do_not_speak_breaks_the_flow(value):
    chat = Chat(flow_files(TOLD % value))
    chat.says("x")
    assert spoken(chat.last.effects)[-1].startswith("Maaf")
    assert chat.mode == "AGENT"
    assert learned(chat) == []
