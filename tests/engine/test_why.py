"""Why, and why not: which rules fitted a message and why each of them lost; what became of the question that waited."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from roms.config import ROOT
from roms.engine import rehearsal, retell, rules
from roms.engine.effects import SendMessage
from roms.engine.events import MessageReceived, TimerFired
from roms.engine.play import Player
from roms.engine.script import scripts
from roms.engine.session import load
from roms.services.publishing import files_in
from tests.engine.chat import LIFECYCLE, Chat, flow_files

FLOW = "flow: {name}\ntriggers: {triggers}\nsteps:\n  a: {{say: {name}, end: true}}\n"
ASK = """
ask: {ask: {prompt: Umur?, save: age, as: integer, where: age > 0, timeout: {after: 5m, go: late},
  invalid: {say: Angka ya, retries: 2, then: done}}}
done: {say: "Umur {{age}}", end: true}
late: {say: Terlambat, end: true}
"""


def flows(**triggers: str) -> dict[str, str]:
    more = {name: FLOW.format(name=name, triggers=each) for name, each in triggers.items()}
    return flow_files(ASK, **more)


def told(chat: Chat, text: str, payload: str | None = None) -> retell.Told:
    """What this message would bring, and why; then it is said for good."""
    event = MessageReceived(text, payload)
    found = retell.tell(chat.release, load(json.loads(json.dumps(chat.stored)), chat.facts), event, chat.now)
    effects = chat.happens(event)
    assert found.said == tuple(each.text for each in effects if isinstance(each, SendMessage))
    return found


def lost(found: retell.Told) -> dict[str, tuple[str, dict[str, str]]]:
    return {each.flow: (each.why, dict(each.values)) for each in found.lost}


@pytest.mark.parametrize(
    ("winner", "loser", "text", "why", "values"),
    [
        ("keywords: [harga]", "starts_with: harga", "harga", "weaker", {"mine": "starts", "best": "exact"}),
        ("keywords: [harga]", "pattern: har", "harga", "weaker", {"mine": "pattern", "best": "exact"}),
        ("keywords: [harga kopi]", "keywords: [kopi]", "harga kopi", "weaker", {"mine": "word", "best": "exact"}),
        ("keywords: [kopi]", "keywords: [harga]", "hagra kopi", "weaker", {"mine": "typo", "best": "word"}),
        ("payload: p", "keywords: [harga]", "harga", "weaker", {"mine": "exact", "best": "button"}),
        ("keywords: [harga], priority: 5", "keywords: [harga]", "harga", "priority", {"mine": "0", "best": "5"}),
        ("keywords: [harga]", "keywords: [harga]", "harga", "later", {}),
        ("keywords: [kopi]", "keywords: [teh]", "kopi teh", "later", {}),
        (
            "keywords: [harga]",
            "keywords: [harga], when: 'message.text == \"x\"', priority: 9",
            "harga",
            "condition",
            {"when": 'message.text == "x"'},
        ),
        ("keywords: [harga]", "keywords: [harga], when: age > 3, priority: 9", "harga", "unknown", {"when": "age > 3"}),
    ],
)
def test_a_rule_that_lost_says_why(winner: str, loser: str, text: str, why: str, values: dict[str, str]) -> None:
    chat = Chat(flows(a_wins=f"[{{{winner}}}]", b_loses=f"[{{{loser}}}]"))
    found = told(chat, text, "p" if "payload" in winner else None)
    assert (found.outcome, found.flow) == ("started", "a_wins")
    assert lost(found)["b_loses"] == (why, values)
    assert lost(found)["main"][0] == "weaker"  # otherwise


def test_while_a_question_waits_only_interrupts_may_take_a_message() -> None:
    chat = Chat(flows(plain="[{keywords: [harga]}]", loud="[{keywords: [bantuan], interrupt: true, return: true}]"))
    chat.says("halo")
    missed = told(chat, "harga")
    assert (missed.outcome, lost(missed)) == ("missed", {"plain": ("waiting", {})})
    question = missed.question
    assert question is not None
    assert (question.kind, question.tries, question.most, question.outcome) == ("integer", 0, 2, "not_understood")
    assert lost(told(chat, "bantuann")) == {"loud": ("typo_waits", {})}
    interrupted = told(chat, "bantuan")
    assert (interrupted.outcome, interrupted.flow) == ("interrupted", "loud")
    assert interrupted.question is not None
    assert interrupted.question.outcome == "interrupted"


def test_an_answer_that_the_question_does_not_allow_is_told_apart_from_one_it_does_not_understand() -> None:
    chat = Chat(flows())
    assert told(chat, "halo").outcome == "otherwise"
    refused = told(chat, "0 tahun")
    assert refused.question is not None
    assert (refused.outcome, refused.question.outcome) == ("missed", "not_allowed")
    answered = told(chat, "30")
    assert (answered.outcome, answered.rule) == ("answered", "answer accepted")
    assert (dict(answered.before), dict(answered.after)) == ({}, {"age": 30})


def test_asking_for_a_person_comes_before_every_rule() -> None:
    chat = Chat(flows(prices="[{keywords: [cs]}]"))
    found = told(chat, "cs")
    assert (found.outcome, found.rule) == ("person", "word 'cs' reaches a person")
    assert lost(found) == {"prices": ("person", {})}
    silent = told(chat, "cs")  # a person has it now
    assert (silent.outcome, silent.said, lost(silent)) == ("silent", (), {"prices": ("mode", {})})


def test_a_timer_and_a_flow_that_breaks_are_told() -> None:
    chat = Chat(flows(bad="[{keywords: [rusak]}]") | {"bad.yaml": BAD})
    chat.says("halo")
    late = retell.tell(chat.release, load(chat.stored, chat.facts), TimerFired("question", 1), chat.now)
    assert (late.outcome, late.said) == ("happened", ("Terlambat",))
    assert late.question is not None
    assert late.question.outcome == "silence"
    chat.says("1")
    assert told(chat, "rusak").outcome == "broken"


def test_a_where_that_breaks_is_explained_too() -> None:
    where = 'a: {ask: {prompt: Umur?, save: age, as: integer, where: "age / 0 > 1", invalid: {say: Angka, then: a}}}'
    chat = Chat(flow_files(where))
    chat.says("halo")
    found = told(chat, "7")
    assert found.question is not None
    assert (found.outcome, found.question.outcome) == ("broken", "held")


BAD = "flow: bad\ntriggers: [{keywords: [rusak]}]\nsteps:\n  a: {set: {x: '= 1 / 0'}, say: x, end: true}\n"


def test_every_rule_that_the_shipped_flows_give_can_be_told_in_any_language() -> None:
    texts = {"lifecycle.yaml": LIFECYCLE, **files_in(ROOT / "flows")}
    release = Chat(texts).release
    codes = {rules.read(rule).code for rule in _rules(release)}
    assert "" not in codes
    assert {"keyword", "option", "answer", "invalid_try", "timeout", "person", "otherwise"} <= codes


def _rules(release: object) -> Iterator[str]:
    """Every rule that stands beside a message in the shipped flows' own tests."""
    found: list[str] = []
    happens = Player.happens

    def listening(self, event):
        decision = happens(self, event)
        found.extend(each.why.rule for each in decision.effects if isinstance(each, SendMessage))
        return decision

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Player, "happens", listening)
        tests = {f"tests/{name}": text for name, text in files_in(ROOT / "flows" / "tests").items()}
        rehearsal.run_all(release, scripts(tests))
    yield from found


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("keyword 'it's', typed 'its'", "typo", {"word": "it's", "typed": "its"}),
        ("option 2, by 'dua'", "option_word", {"key": "2", "word": "dua"}),
        ("no answer for 1800 s", "timeout", {"seconds": "1800"}),
        ("the wait is over", "waited", {}),
        ("answer 404", "outside", {"status": "404"}),
        ("no answer: timeout", "outside_failed", {"problem": "timeout"}),
        ("the request cannot be made", "outside_unasked", {}),
        ("when total > 3", "branch", {"when": "total > 3"}),
        ("option 1, the last of 3 messages", "option", {"key": "1"}),
        ("called by main.ask, the last of 2 messages", "called", {"step": "main.ask"}),
        ("back from address", "returned", {"flow": "address"}),
        ("option 1, 12 messages together", "option", {"key": "1"}),
        ("something of tomorrow", "", {}),
    ],
)
def test_a_rule_is_read_back_from_its_line(text: str, code: str, values: dict[str, str]) -> None:
    assert (rules.read(text).code, dict(rules.read(text).values)) == (code, values)


def test_a_rule_says_of_how_many_messages_it_is_the_answer() -> None:
    together, last = rules.read("otherwise, 3 messages together"), rules.read("answer accepted, the last of 2 messages")
    assert (together.several, together.count) == ("together", 3)
    assert (last.several, last.count) == ("last", 2)
    assert (rules.read("otherwise").several, rules.read("otherwise").count) == ("", 0)
