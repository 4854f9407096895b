"""A flow that breaks hands over to a person, with a note that names the place; the contact gets a kind sentence."""

from dataclasses import replace

import pytest

from roms.engine.effects import AddNote, FindAgent
from roms.engine.events import MessageReceived
from roms.engine.flowfile import compile_release
from roms.engine.lifecycle import begin, decide
from roms.engine.types import Place
from tests.engine.chat import NOON, Chat, flow_files, spoken

LOOP = """
a: {say: A, set: {n: = 1}}
choose: {branch: [{when: n == 1, go: ask}, {otherwise: true, go: ask}]}
ask: {ask: {prompt: "?", save: n, invalid: {then: a}}}
"""


def unchecked(files, **edges):
    """A release whose steps lead elsewhere than the checker would allow."""
    release = compile_release(files, 7)
    steps = {
        place: replace(step, following=edges.get(place.step, step.following)) for place, step in release.steps.items()
    }
    return replace(release, steps=steps)


def broken(decision):
    (note,) = [each for each in decision.effects if isinstance(each, AddNote)]
    assert FindAgent("", "normal", "broken") in decision.effects
    assert decision.session.mode == "AGENT"
    assert spoken(decision.effects)[-1].startswith("Maaf")
    return note.text


def start(release, text="x"):
    return decide(release, begin(release, NOON, {}), MessageReceived(text), NOON)


def test_a_talking_circle_stops_and_its_repeats_are_not_sent():
    release = unchecked(flow_files("a: {say: A}\nb: {say: B}\nc: {end: true}"), b=Place("main", "a"))
    decision = start(release)
    assert "more than 10 messages" in broken(decision)
    assert spoken(decision.effects)[:-1] == ["A", "B"]


def test_a_silent_circle_stops():
    release = unchecked(flow_files("a: {set: {n: 1}}\nb: {set: {n: 2}}\nc: {end: true}"), b=Place("main", "a"))
    assert "more than 100 steps" in broken(start(release))


def test_eleven_different_messages_are_too_many_and_ten_are_not():
    many = "a: {say: [%s], end: true}"
    assert len(Chat(flow_files(many % ", ".join("abcdefghij"))).says("x")) == 10
    chat = Chat(flow_files(many % ", ".join("abcdefghijk")))
    assert len(chat.says("x")) == 10
    broken(chat.last)


def test_a_missing_step_is_named_with_file_and_line():
    release = unchecked(flow_files("a: {say: A}\nb: {end: true}"), a=Place("main", "gone"))
    note = broken(start(release))
    assert "main.yaml:4" in note
    assert "main.a" in note
    assert "main.gone" in note


def test_a_waiting_step_that_is_gone_hands_over():
    release = compile_release(flow_files(LOOP), 7)
    lost = replace(begin(release, NOON, {}), place=Place("main", "nowhere"), release=7)
    assert "nowhere" in broken(decide(release, lost, MessageReceived("x"), NOON))


@pytest.mark.parametrize(
    "expression",
    ["contact.phone > 3", "contact.phone + 1 > 3",
     "1 / 0 > 1", 'matches(contact.phone, "x")', "lower(contact.phone) == 1",
     "1 in contact.phone", 'number("abc") > 1', 'duration(contact.phone) > 1', "1 < \"2\"", 'round("x") > 0'],
)  # fmt: skip
def test_an_expression_on_a_missing_or_wrong_value_hands_over(expression):
    steps = f"a: {{branch: [{{when: '{expression}', go: b}}, {{otherwise: true, go: b}}]}}\nb: {{end: true}}"
    chat = Chat(flow_files(steps))
    chat.says("x")
    assert broken(chat.last)


def test_numbers_cannot_grow_without_end():
    steps = "a: {set: {n: 10}}\n" + "\n".join(f"s{i}: {{set: {{n: = n * n}}}}" for i in range(60)) + "\nz: {end: true}"
    chat = Chat(flow_files(steps))
    chat.says("x")
    assert "too large" in broken(chat.last)


def test_texts_cannot_grow_without_end():
    steps = "a: {set: {n: ababab}}\n" + "\n".join(f's{i}: {{set: {{n: "{{{{n}}}}{{{{n}}}}"}}}}' for i in range(60))
    chat = Chat(flow_files(steps + "\nz: {end: true}"))
    chat.says("x")
    assert len(chat.variables["n"]) == 4096
