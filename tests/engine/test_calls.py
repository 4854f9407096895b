"""Sub-flows: what they know, how they come back, how they are left, and what the checker says of them."""

import json
from dataclasses import replace

import pytest

from roms.engine import compare
from roms.engine.coverage import coverage
from roms.engine.effects import AddNote
from roms.engine.events import ReleaseChanged
from roms.engine.flowfile import compile_release
from roms.engine.lifecycle import decide
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.session import Unreadable, dump, load
from roms.engine.types import Mode, Place
from tests.engine.chat import NOON, Chat, flow_files, spoken

MAIN = """
a: {set: {city: Bandung, note: tetap}, say: Mulai}
b: {call: {flow: address, with: {city: Jakarta, who: "{{contact.name|default:'X'}}"},
           save: {street: street, gone: comment}}}
c: {say: "{{city}} {{street}} {{note}} [{{gone}}]", end: true}
p: {handoff: true}
"""
ADDRESS = """flow: address
steps:
  street: {ask: {prompt: "Jalan di {{city}}, {{who}}?", save: street, invalid: {then: person}}}
  extra: {branch: [{when: street == "lagi", go: comment}, {otherwise: true, go: done}]}
  comment: {ask: {prompt: "Catatan?", save: comment, invalid: {then: person}}}
  done: {set: {city: lain, street: "{{street|title}}"}, end: true}
  person: {handoff: true}
"""
HOURS = "flow: hours\ntriggers: [{keywords: jam, interrupt: true, return: true}]\nsteps: {a: {say: Buka}}\n"
STOP = "flow: stop\ntriggers: [{keywords: stop, interrupt: true}]\nsteps: {a: {say: Berhenti}}\n"
FILES = flow_files(MAIN.replace("p: {handoff: true}\n", ""), address=ADDRESS, hours=HOURS, stop=STOP)


def test_a_sub_flow_knows_only_what_it_is_given_and_gives_only_what_is_saved():
    chat = Chat(FILES, name="Siti")
    assert chat.says("x") == ["Mulai", "Jalan di Jakarta, Siti?"]
    assert chat.variables == {"city": "Jakarta", "who": "Siti"}
    assert chat.says("jalan mawar") == ["Bandung Jalan Mawar tetap []"]
    assert chat.variables == {"city": "Bandung", "note": "tetap", "street": "Jalan Mawar", "gone": None}
    assert "calls" not in chat.stored


def test_a_message_says_that_it_was_called_for_or_come_back_to():
    chat = Chat(FILES)
    chat.says("x")
    assert chat.last.effects[1].why.rule == "called by main.b"
    chat.says("lagi")
    chat.says("pagar biru")
    (message,) = [each for each in chat.last.effects if hasattr(each, "why")]
    assert (message.why.rule, message.text) == ("back from address", "Bandung Lagi tetap [pagar biru]")


def test_a_side_talk_in_a_sub_flow_comes_back_to_its_question_first():
    chat = Chat(FILES)
    chat.says("x")
    assert chat.says("jam") == ["Buka", "Jalan di Jakarta, X?"]
    assert chat.says("jam") == ["Buka", "Jalan di Jakarta, X?"]
    assert chat.says("mawar") == ["Bandung Mawar tetap []"]


def test_an_interrupt_without_return_forgets_who_called():
    chat = Chat(FILES)
    chat.says("x")
    assert chat.says("stop") == ["Berhenti"]
    assert chat.last.session.calls == ()
    assert chat.last.session.place is None


def test_a_side_talk_calls_the_same_flow_and_both_callers_get_their_own():
    change = (
        "flow: change\ntriggers: [{keywords: ganti, interrupt: true, return: true}]\nsteps:\n"
        "  a: {call: {flow: address, with: {city: Solo, who: Z}, save: {other: street}}}\n"
        "  b: {say: 'Lain: {{other}}', end: true}\n"
    )
    chat = Chat(FILES | {"change.yaml": change})
    chat.says("x")
    assert chat.says("ganti") == ["Jalan di Solo, Z?"]
    assert chat.says("jam") == ["Buka", "Jalan di Solo, Z?"]
    assert [each.depth for each in chat.last.session.calls] == [0, 1]
    assert chat.says("melati") == ["Lain: Melati", "Jalan di Jakarta, X?"]
    assert chat.says("mawar") == ["Bandung Mawar tetap []"]
    chat.says("x")
    for _ in range(4):  # a side talk within a side talk, but no deeper
        assert chat.says("ganti") == ["Jalan di Solo, Z?"]
    assert len(chat.last.session.calls) == 4
    assert chat.says("melati") == ["Lain: Melati", "Jalan di Solo, Z?"]
    assert chat.says("mawar") == ["Lain: Mawar", "Jalan di Jakarta, X?"]
    assert chat.says("anggrek") == ["Bandung Anggrek tetap []"]


LEAVING = """
a: {call: {flow: main.b}}
a2: {say: Kembali, end: true}
b: {call: {flow: other, with: {n: 1}}}
b2: {say: Kembali juga, end: true}
"""
OTHER = """flow: other
triggers: [{keywords: lain}]
steps:
  q: {menu: {prompt: "?",
      options: [{key: 1, label: A, go: third.a}, {key: 2, label: B, go: e}, {key: 3, label: C, go: b}],
      invalid: {retries: 0, then: third.a}, timeout: {after: 5m, go: third.a}}}
  b: {branch: [{when: n == 1, go: third.a}, {otherwise: true, go: e}]}
  e: {end: true}
"""
THIRD = "flow: third\nsteps: {a: {set: {m: 1}, say: 'Pergi {{n}}'}}\n"
AWAY = flow_files(LEAVING, other=OTHER, third=THIRD)


@pytest.mark.parametrize("answer", ["1", "3", "zzz", None])
def test_whoever_goes_on_in_another_flow_does_not_come_back(answer):
    chat = Chat(AWAY)
    chat.says("x")
    said = chat.says(answer) if answer else spoken(chat.fires(chat.timer("question")))
    assert said == ["Pergi 1"]
    assert (chat.last.session.calls, chat.variables) == ((), {"n": 1, "m": 1})


def test_the_ends_of_nested_calls_follow_each_other():
    chat = Chat(AWAY)
    chat.says("x")
    assert [each.place for each in chat.last.session.calls] == [Place("main", "a"), Place("main", "b")]
    assert chat.says("2") == ["Kembali juga", "Kembali"]
    last = AWAY["main.yaml"].replace("  b2: {say: Kembali juga, end: true}\n", "")
    chat = Chat(AWAY | {"main.yaml": last})
    chat.says("x")
    assert chat.says("2") == ["Kembali"]


def test_calls_deeper_than_ten_hand_over():
    chat = Chat(
        flow_files("a: {ask: {prompt: '?', save: n, invalid: {then: p}}}\nb: {call: {flow: main}}\np: {handoff: true}")
    )
    for _ in range(11):
        assert chat.says("x") == ["?"]
    chat.says("x")
    (note,) = [each for each in chat.last.effects if isinstance(each, AddNote)]
    assert "more than 10 calls" in note.text
    assert chat.mode == "AGENT"
    assert chat.last.session.calls == ()


def test_a_call_survives_json_and_a_damaged_one_is_unreadable():
    chat = Chat(FILES)
    chat.says("x")
    data = json.loads(json.dumps(chat.stored))
    assert dump(load(data, {})) == data
    for damage in ([{}], [{**data["calls"][0], "depth": "0"}], [{**data["calls"][0], "variables": []}], [7]):
        with pytest.raises(Unreadable):
            load(data | {"calls": damage}, {})


def test_a_way_back_is_walked_once_for_each_call():
    release = compile_release(FILES)
    (test,) = scripts(
        {"t.yaml": "test: x\nchat: [{customer: x}, {bot: Mulai}, {bot~: Jalan}, {customer: m}, {bot~: Bandung}]"}
    )
    result = run(release, test)
    assert result.mismatches == []
    left = [str(each) for each in coverage(release, result.walked).unwalked if "main." in str(each)]
    assert left == []
    assert sum(way.source == Place("main", "b") for way in release.ways) == 2  # into the sub-flow, and past it
    partly = coverage(release, result.walked[:3])
    assert "main.yaml:5: not walked: main.b → main.c" in [str(each) for each in partly.unwalked]


@pytest.mark.parametrize(
    ("old", "new", "said", "calls", "then"),
    [
        ("Bandung", "Medan", [], 1, ["Bandung Mawar tetap []"]),  # what was set is set
        ("Jalan di", "Alamat di", [], 1, ["Bandung Mawar tetap []"]),
        ("flow: address,", "flow: lain,", ["Pilih"], 0, ["Bandung  tetap []"]),
        ("b: {call", "bb: {call", ["Pilih"], 0, ["Bandung  tetap []"]),
    ],
)
def test_people_in_a_sub_flow_move_unless_the_step_that_called_is_gone(old, new, said, calls, then):
    files = FILES | {
        "lain.yaml": "flow: lain\ntriggers: [{keywords: lain}]\nsteps: {a: {set: {street: x, comment: y}, say: Lain}}\n"
    }
    chat = Chat(files)
    chat.says("x")
    menu = "z: {menu: {prompt: Pilih, options: [{key: 1, label: A, go: c}], invalid: {then: c, retries: 0}}}\n"
    changed = {name: text.replace(old, new) for name, text in files.items()}
    changed["main.yaml"] += "  " + menu
    chat.release = compile_release(changed, 8)
    decision = decide(chat.release, load(chat.stored, chat.facts), ReleaseChanged("move"), NOON)
    assert [text.splitlines()[0] for text in spoken(decision.effects)] == said
    assert len(decision.session.calls) == calls
    chat.stored = dump(decision.session)
    assert chat.says("mawar") == then


def test_a_question_to_come_back_to_is_forgotten_with_the_step_that_called_its_flow():
    ask = "flow: hours\ntriggers: [{keywords: jam, interrupt: true, return: true}]\nsteps:\n"
    ask += "  a: {ask: {prompt: Hari apa?, save: day, invalid: {then: b}}}\n  b: {say: Buka}\n"
    chat = Chat(FILES | {"hours.yaml": ask})
    chat.says("x")
    assert chat.says("jam") == ["Hari apa?"]
    changed = {name: text.replace("b: {call", "bb: {call") for name, text in (FILES | {"hours.yaml": ask}).items()}
    chat.release = compile_release(changed, 8)
    decision = decide(chat.release, load(chat.stored, chat.facts), ReleaseChanged("move"), NOON)
    assert (decision.session.calls, decision.session.asked_before) == ((), ())
    chat.stored = dump(decision.session)
    assert chat.says("senin") == ["Buka"]
    assert chat.mode == Mode.BOT


def test_a_caller_that_is_gone_all_the_same_hands_over():
    chat = Chat(FILES)
    chat.says("x")
    steps = {place: step for place, step in chat.release.steps.items() if place != Place("main", "b")}
    chat.release = replace(chat.release, steps=steps)
    assert chat.says("mawar")[-1].startswith("Maaf")
    assert chat.mode == "AGENT"


def test_a_changed_call_is_told_in_words():
    def said(old, new):
        return [
            str(each) for each in compare.changes(FILES, {**FILES, "main.yaml": FILES["main.yaml"].replace(old, new)})
        ]

    assert said("flow: address", "flow: hours") == ["step main.b: way changed"]
    assert said("city: Jakarta", "city: Solo") == ["step main.b: variables changed"]
    assert "step main.b: following step changed" in said("  c: {say", "  c0: {say: x}\n  c: {say")
