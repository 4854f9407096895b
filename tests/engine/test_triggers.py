"""What starts a flow, what breaks into one, and what always reaches a person."""

import pytest

from roms.engine.effects import FindAgent, SendMessage
from roms.engine.flowfile import FlowErrors
from roms.engine.words import Typos, clean, words_of
from tests.engine.chat import Chat, flow_files, problems, spoken

QUESTION = """
ask: {ask: {prompt: Umur?, save: age, as: integer, invalid: {say: Angka ya, then: done}}}
done: {say: "Umur {{age}}", end: true}
"""


def says(name):
    return f"steps:\n  a: {{say: {name}, end: true}}\n"


def flows(**triggers):
    """One flow a trigger list; each says its own name."""
    more = {name: f"flow: {name}\ntriggers: {each}\n{says(name)}" for name, each in triggers.items()}
    return flow_files(QUESTION, **more)


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("HARGA", "keyword 'harga'"),
        ("berapa harga kopi?", "keyword 'harga'"),
        ("Hárgá", "keyword 'harga'"),
        ("ｈａｒｇａ", "keyword 'harga'"),
        ("hargaa", "keyword 'harga', typed 'hargaa'"),
        ("hagra kopi", "keyword 'harga', typed 'hagra'"),
        ("saya tanya info promo dong", "keyword 'info promo'"),
    ],
)
def test_a_keyword_is_found_whatever_its_case_accents_and_slips(message, rule):
    chat = Chat(flows(prices="[{keywords: [harga, info promo]}]"))
    assert chat.says(message) == ["prices"]
    assert next(each.why.rule for each in chat.last.effects if isinstance(each, SendMessage)) == rule
    assert not chat.last.unmatched


@pytest.mark.parametrize("message", ["berharga", "har", "ha rga", "promo info", "barga"])
def test_half_words_and_other_words_start_nothing(message):
    chat = Chat(flows(prices="[{keywords: [harga, info promo]}]"))
    assert chat.says(message) == ["Umur?"]
    assert chat.last.unmatched


def test_short_words_must_be_typed_right():
    assert Chat(flows(greeting="[{keywords: [hai]}]")).says("hay") == ["Umur?"]


ORDER = {
    "a_word": "[{keywords: [kopi]}]",
    "b_pattern": "[{pattern: 'kopi|teh'}]",
    "c_start": "[{starts_with: kopi}]",
    "d_phrase": "[{keywords: [kopi susu panas]}]",
    "e_payload": "[{payload: COFFEE}]",
}


def test_the_best_match_wins_payload_phrase_pattern_word():
    chat = Chat(flows(**ORDER))
    assert chat.says("kopi susu panas", payload="COFFEE") == ["e_payload"]
    assert chat.says("kopi susu panas") == ["d_phrase"]
    assert chat.says("kopi susu") == ["b_pattern"]
    assert Chat(flows(a_word=ORDER["a_word"], c_start=ORDER["c_start"])).says("kopi susu") == ["c_start"]


def test_priority_decides_among_equals_and_file_order_after_it():
    equal = {"a": "[{keywords: [kopi]}]", "b": "[{keywords: [kopi], priority: 1}]", "c": "[{keywords: [susu]}]"}
    assert Chat(flows(**equal)).says("kopi") == ["b"]
    assert Chat(flows(**equal)).says("ada susu dan kopi") == ["b"]
    assert Chat(flows(a=equal["a"], c=equal["c"])).says("ada susu dan kopi") == ["a"]


def test_a_trigger_waits_for_its_condition():
    files = flows(vip="[{keywords: [kopi], when: contact.phone}]")
    assert Chat(files, phone="+62812").says("kopi") == ["vip"]
    assert Chat(files).says("kopi") == ["Umur?"]


def test_named_groups_become_variables():
    more = (
        "flow: t\ntriggers: [{pattern: 'resi (?P<code>[A-Z0-9]+)'}]\nsteps:\n  a: {say: 'Resi {{code}}', end: true}\n"
    )
    assert Chat(flow_files(QUESTION, t=more)).says("cek resi ab12 ya") == ["Resi ab12"]


def test_an_interrupt_breaks_into_a_question_and_other_triggers_do_not():
    chat = Chat(flows(menu="[{keywords: [menu], interrupt: true}]", prices="[{keywords: [harga]}]"))
    chat.says("x")
    assert chat.says("harga") == ["Angka ya"]
    assert chat.says("menu dong") == ["menu"]
    assert "place" not in chat.stored


def test_an_interrupt_with_return_comes_back_to_the_question():
    chat = Chat(flows(hours="[{keywords: [buka], interrupt: true, return: true}]"))
    chat.says("x")
    chat.says("salah")
    assert chat.says("buka jam berapa") == ["hours", "Umur?"]
    assert "misses" not in chat.stored
    assert chat.says("30") == ["Umur 30"]


@pytest.mark.parametrize("message", ["cs", "CS!", "agen", "admin", "human", "tolong cs dong", "mau bicara dengan admin",
                                     "I want to talk to a human please"])  # fmt: skip
def test_words_that_reach_a_person_work_everywhere(message):
    for first in ([], ["x"]):
        chat = Chat(flow_files(QUESTION.replace("integer", "text")))
        for text in first:
            chat.says(text)
        chat.says(message)
        assert FindAgent("", "normal", "word") in chat.last.effects
        assert spoken(chat.last.effects)
        assert chat.mode == "AGENT"


@pytest.mark.parametrize("message", ["Budi Admin", "jam berapa admin buka", "10 0", "discs"])
def test_a_person_is_not_called_by_a_word_in_passing(message):
    chat = Chat(flow_files(QUESTION.replace("integer", "text")))
    chat.says("x")
    assert chat.says(message) == [f"Umur {message}"]


def test_zero_reaches_a_person_unless_the_question_takes_it():
    menu = "m: {menu: {prompt: '?', options: [{key: %s, label: B, go: b}], invalid: {then: b}}}\nb: {say: B, end: true}"
    for key, mode in ((0, "BOT"), (9, "AGENT")):
        chat = Chat(flow_files(menu % key))
        chat.says("x")
        chat.says("0")
        assert chat.mode == mode
    ages = Chat(flow_files(QUESTION))
    ages.says("x")
    assert ages.says("0") == ["Umur 0"]


def test_the_lifecycle_may_choose_its_own_words_for_a_person():
    files = flow_files(QUESTION)
    files["lifecycle.yaml"] += "\nperson: {words: [tolong], say: Segera}\n"
    chat = Chat(files)
    assert chat.says("tolong") == ["Segera"]
    assert Chat(files).says("cs") == ["Umur?"]


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("", "Baik, saya sambungkan dengan CS kami. Sekarang tutup; CS membalas Senin, 9 Maret 2026 mulai 08.00."),
        ("person: {say: Segera}", "Segera"),
        ("person: {say: Segera, closed: 'Pukul {{hours.opens_at|time}}'}", "Pukul 08.00"),
    ],
)
def test_who_asks_for_a_person_while_nobody_is_there_is_told_when(person, said):
    files = flow_files(QUESTION) | {"hours.yaml": "hours: shop\nopen: {mon: 08:00-17:00}\n"}
    files["lifecycle.yaml"] += f"\n{person}\n"
    assert Chat(files).says("cs") == [said]


def test_words_with_nothing_to_look_for_are_refused():
    with pytest.raises(FlowErrors):
        Chat(flows(nothing="[{keywords: ['!!']}]"))
    assert "trigger-empty" in [each.code for each in problems(flows(nothing="[{priority: 3}]"))]


def test_text_that_no_database_takes_is_cleaned():
    assert clean("a\x00b\ud83d") == "ab?"
    assert len(clean("x" * 10_000)) == 4096
    assert words_of("1️⃣ Café_au-LAIT") == ["1", "cafe_au", "lait"]


def test_a_slip_is_one_letter_in_words_of_four_letters_or_more():
    typos = Typos(["pesanan", "cs", "harga"])
    assert [typos.nearest(word) for word in ("pesenan", "pesanann", "pesnan", "hrg", "cx", "pasar")] == [
        "pesanan", "pesanan", "pesanan", "harga", None, None,
    ]  # fmt: skip
