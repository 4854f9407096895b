"""People on a step that is of another kind in the release they are moved to: they are asked, or wait, or are told."""

import pytest

from roms.engine.effects import CallOut, StartTimer
from roms.engine.events import OutsideAnswered, ReleaseChanged
from roms.engine.flowfile import compile_release
from tests.engine.chat import Chat, flow_files, spoken

KINDS = {
    "ask": "ask: {prompt: 'Apa?', save: what, invalid: {then: p}}",
    "wait": "wait: 1h",
    "http": "http: {get: 'https://a.example/', failed: p}",
}
STEPS = "s: {{{}}}\nt: {{ask: {{prompt: 'Terus?', save: next, invalid: {{then: p}}}}}}\np: {{handoff: true}}\n"


def files(kind):
    return flow_files(STEPS.format(KINDS[kind]))


def moved(before, after):
    chat = Chat(files(before))
    chat.says("halo")
    chat.release = compile_release(files(after), 8)
    return chat, chat.happens(ReleaseChanged("move"))


@pytest.mark.parametrize("before", ["wait", "http"])
def test_a_question_that_was_never_put_is_put(before):
    chat, effects = moved(before, "ask")
    assert spoken(effects) == ["Apa?"]
    assert spoken(chat.happens(OutsideAnswered(1, 200, {}))) == []
    assert chat.says("itu") == ["Terus?"]


def test_a_wait_that_takes_the_place_of_something_else_begins():
    for before in ("ask", "http"):
        chat, effects = moved(before, "wait")
        (timer,) = [each for each in effects if isinstance(each, StartTimer) and each.kind == "wait"]
        assert spoken(effects) == []
        assert spoken(chat.fires(timer)) == ["Terus?"]


def test_another_system_that_nobody_has_asked_yet_is_asked():
    for before in ("ask", "wait"):
        chat, effects = moved(before, "http")
        (call,) = [each for each in effects if isinstance(each, CallOut)]
        assert spoken(effects) == []
        assert spoken(chat.happens(OutsideAnswered(call.turn, 200, {}))) == ["Terus?"]


def test_a_step_that_called_and_asks_now_is_put():
    sub = "flow: sub\nsteps: {a: {ask: {prompt: Dalam?, save: x, invalid: {then: main.p}}}}\n"
    chat = Chat(flow_files(STEPS.format("call: {flow: sub}"), sub=sub))
    assert chat.says("halo") == ["Dalam?"]
    chat.release = compile_release(files("ask"), 8)
    assert spoken(chat.happens(ReleaseChanged("move"))) == ["Apa?"]
    assert chat.says("itu") == ["Terus?"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_of_the_same_kind_stands_on_in_silence(kind):
    assert spoken(moved(kind, kind)[1]) == []
