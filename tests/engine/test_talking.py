"""Every control, as a contact meets it."""

from datetime import timedelta

import pytest

from roms.engine.effects import AddLabel, AddNote, FindAgent, Option, SendMessage, StartTimer
from roms.engine.events import TimerFired
from tests.engine.chat import NOON, Chat, flow_files, spoken

MENU = """
choose:
  menu:
    prompt: Apa?
    options:
      - {key: 1, label: Harga, words: [harga, biaya], go: prices}
      - {key: 2, label: {id: Lokasi, en: Location}, go: place}
    invalid: {say: "Pilih 1 atau 2", retries: 2, then: help}
    timeout: {after: 30m, go: bye}
prices: {say: Murah, end: true}
place: {say: Di sini, end: true}
help: {say: Begini caranya, end: true}
bye: {close: {say: Dadah}}
"""
ASK = """
name:
  ask:
    prompt: Nama?
    save: name
    where: length(name) > 2
    invalid: {say: Terlalu pendek, retries: 1, then: help}
hello: {say: "Halo {{name}}", end: true}
help: {say: Tidak apa-apa, end: true}
"""


def test_steps_run_in_the_order_they_stand_until_the_end():
    chat = Chat(
        flow_files("one: {say: satu}\ntwo: {say: [dua, {id: tiga, en: three}]}\nthree: {say: empat, end: true}")
    )
    assert chat.says("x") == ["satu", "dua", "tiga", "empat"]
    assert "release" not in chat.stored


def test_a_text_speaks_the_language_of_the_contact():
    files = flow_files("one: {say: {id: Hai, en: Hi}, end: true}")
    assert Chat(files, language="en").says("x") == ["Hi"]
    assert Chat(files, language="fr").says("x") == ["Hai"]


def test_a_menu_shows_numbered_text_and_carries_its_options_for_buttons():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    (message,) = [each for each in chat.last.effects if isinstance(each, SendMessage)]
    assert message.text == "Apa?\n1. Harga\n2. Lokasi"
    assert (message.prompt, message.options) == ("Apa?", (Option("1", "Harga"), Option("2", "Lokasi")))
    assert chat.stored["place"] == "main.choose"
    assert chat.stored["release"] == 7


@pytest.mark.parametrize("typed", ["1", " 1. ", "(1)", "harga", "HARGA!", "biaya dong kak", "hagra", "Harga"])
def test_an_option_is_chosen_by_key_word_label_or_a_slip(typed):
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    assert chat.says(typed) == ["Murah"]


def test_an_option_is_chosen_by_its_button():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    assert chat.says("Lokasi toko kami", payload="2") == ["Di sini"]


@pytest.mark.parametrize("typed", ["", "3", "harga atau lokasi", "saya beli 1 minggu lalu", "🙂"])
def test_what_names_no_single_option_is_a_miss(typed):
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    assert chat.says(typed) == ["Pilih 1 atau 2"]
    assert chat.last.unmatched


def test_after_the_retries_a_question_goes_its_other_way():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    assert [chat.says("x"), chat.says("y"), chat.says("z")] == [["Pilih 1 atau 2"]] * 2 + [["Begini caranya"]]


def test_silence_runs_into_the_timeout():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    timer = chat.timer("question")
    assert timer.due == NOON + timedelta(minutes=30)
    assert spoken(chat.fires(timer)) == ["Dadah"]
    assert chat.mode == "CLOSED"


def test_an_answer_outlives_the_timeout():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    timer = chat.timer("question")
    chat.says("1")
    before = dict(chat.stored)
    assert chat.fires(timer) == ()
    assert chat.stored == before


def test_a_number_that_no_timer_was_set_with_does_nothing():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    for turn in (-1, 0, 2, 99):
        assert chat.happens(TimerFired("question", turn)) == ()


def test_an_answer_is_kept_and_the_next_step_follows():
    chat = Chat(flow_files(ASK))
    assert chat.says("x") == ["Nama?"]
    assert chat.says("Bo") == ["Terlalu pendek"]
    assert chat.says("Budi") == ["Halo Budi"]
    assert chat.variables == {"name": "Budi"}


def test_an_answer_that_fails_its_condition_is_not_kept():
    chat = Chat(flow_files(ASK))
    chat.says("x")
    chat.says("Bo")
    assert chat.variables == {}


def test_a_choice_saves_its_value():
    steps = """
size:
  ask:
    prompt: Ukuran?
    save: size
    as: choice
    choices: [{value: S, label: Kecil, words: [mungil]}, {value: L, label: Besar}]
    invalid: {then: size}
done: {say: "{{size}}", end: true}
"""
    chat = Chat(flow_files(steps))
    assert chat.says("x") == ["Ukuran?\n1. Kecil\n2. Besar"]
    assert chat.says("yang mungil") == ["S"]


def test_set_branch_label_and_note_happen_in_their_step():
    steps = """
count: {set: {total: = 2 * 3 + 1, who: "Kak {{contact.first_name|default:'X'}}", kept: true}}
check: {branch: [{when: total > 6 and kept, go: much}, {otherwise: true, go: little}]}
little: {say: sedikit, end: true}
much: {label: [big, vip], note: "Total {{total}}", say: "{{who}}: banyak", end: true}
"""
    chat = Chat(flow_files(steps), first_name="Ani")
    assert chat.says("x") == ["Kak Ani: banyak"]
    assert chat.last.effects[:3] == (AddLabel("big"), AddLabel("vip"), AddNote("Total 7"))


def test_go_leads_into_another_flow():
    other = "flow: other\nsteps:\n  first: {say: salah, end: true}\n  second: {say: benar, end: true}\n"
    chat = Chat(flow_files("one: {go: other.second}", other=other))
    assert chat.says("x") == ["benar"]


def test_a_handoff_says_its_text_and_finds_an_agent():
    steps = "one: {handoff: {team: sales, priority: high, say: Sebentar}}"
    chat = Chat(flow_files(steps))
    assert chat.says("x") == ["Sebentar"]
    assert FindAgent("sales", "high", "flow") in chat.last.effects
    assert (chat.mode, "place" in chat.stored, "release" in chat.stored) == ("AGENT", False, False)


def test_a_handoff_after_too_many_misses_says_so():
    chat = Chat(flow_files(ASK.replace("{say: Tidak apa-apa, end: true}", "{handoff: true}")))
    for text in ("x", "y", "z"):
        chat.says(text)
    assert FindAgent("", "normal", "retries") in chat.last.effects


def test_close_says_goodbye_and_the_goodbye_still_goes_out():
    chat = Chat(flow_files("one: {close: {say: Dadah}}"))
    assert chat.says("x") == ["Dadah"]
    assert (chat.mode, chat.last.session.epoch) == ("CLOSED", 0)


def test_every_message_knows_where_it_comes_from():
    chat = Chat(flow_files(MENU))
    chat.says("halo")
    chat.says("1")
    (message,) = [each for each in chat.last.effects if isinstance(each, SendMessage)]
    why = message.why
    assert (why.release, why.file, why.line, why.flow, why.step) == (7, "main.yaml", 12, "main", "prices")
    assert why.rule == "option 1"


def test_a_new_talk_begins_without_the_old_variables():
    chat = Chat(flow_files(ASK))
    for text in ("x", "Budi", "y"):
        chat.says(text)
    assert chat.variables == {}


def test_a_question_without_timeout_sets_no_timer():
    chat = Chat(flow_files(ASK))
    chat.says("x")
    assert [each.kind for each in chat.last.effects if isinstance(each, StartTimer)] == ["idle"]


def test_a_miss_offers_anew_what_can_be_tapped_and_reads_as_before():
    chat = Chat(flow_files(MENU.replace('say: "Pilih 1 atau 2"', "say: [Maaf, Pilih 1 atau 2]")))
    chat.says("halo")
    chat.says("😡")
    sent = [effect for effect in chat.last.effects if isinstance(effect, SendMessage)]
    keys = [(each.text, [option.key for option in each.options]) for each in sent]
    assert keys == [("Maaf", []), ("Pilih 1 atau 2", ["1", "2"])]
