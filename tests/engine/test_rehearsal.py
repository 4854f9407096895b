"""Flow tests: what passes, what fails and how it says so, and what counts as walked."""

import time

import pytest

from roms.engine.coverage import coverage, junit
from roms.engine.flowfile import FlowErrors, compile_release
from roms.engine.rehearsal import run, run_all
from roms.engine.script import scripts
from tests.engine.chat import FLOWS, flow_files, shipped

TESTS = {f"tests/{path.name}": path.read_text(encoding="utf-8") for path in (FLOWS / "tests").glob("*.yaml")}
STEPS = """
hello: {say: Halo}
ask: {menu: {prompt: Apa?, options: [{key: 1, label: Satu, go: one}, {key: 2, label: Dua, go: one}],
             invalid: {retries: 0, then: one}, timeout: {after: 5m, go: one}}}
one: {set: {kind: x}, label: seen, note: "Wrote {{message.text}}.", handoff: {team: sales, priority: high, say: Tunggu}}
"""
RELEASE = compile_release(flow_files(STEPS))


def played(chat: str, release=RELEASE):
    (test,) = scripts({"tests/one.yaml": "test: a chat\nchat:\n" + chat})
    return run(release, test)


def failures(chat: str) -> list[str]:
    return [str(each) for each in played(chat).mismatches]


@pytest.mark.parametrize("test", scripts(TESTS), ids=lambda test: f"{test.spot.file}:{test.spot.line}")
def test_the_shipped_flows_pass_their_tests(test):
    assert run(compile_release(shipped()), test).mismatches == []


def test_the_tests_of_the_shipped_flows_walk_every_step_and_every_way():
    release = compile_release(shipped())
    walked = [place for result in run_all(release, scripts(TESTS)) for place in result.walked]
    assert coverage(release, walked).unwalked == ()


GOOD = """
  - customer: x
  - bot: Halo
  - bot: |-
      Apa?
      1. Satu
      2. Dua
  - customer: {tap: 2}
  - bot~: ^Tu.{2}gu$
  - vars: {kind: x}
  - label: seen
  - note: Wrote 2
  - handoff: {team: sales, priority: high, reason: flow}
  - mode: AGENT
"""


def test_a_chat_that_goes_as_written_passes():
    assert failures(GOOD) == []


@pytest.mark.parametrize(
    ("line", "instead", "expected", "got"),
    [
        ("- bot: Halo", "- bot: Hal", '"Hal"', '"Halo"'),
        ("- bot~: ^Tu.{2}gu$", "- bot~: ^Tu.gu$", 'something with "^Tu.gu$"', '"Tunggu"'),
        ("- vars: {kind: x}", "- vars: {kind: y}", "kind = 'y'", "kind = 'x'"),
        ("- label: seen", "- label: unseen", "label unseen", "seen"),
        ("- note: Wrote 2", "- note: Wrote 3", 'a note with "Wrote 3"', '"Wrote 2."'),
        ("- mode: AGENT", "- mode: BOT", "mode BOT", "mode AGENT"),
        ("- mode: AGENT", "- event: resumed", "resumed to be possible", "mode AGENT, where it is not"),
        ("- handoff: {team: sales, priority: high, reason: flow}", "- handoff: help", "handoff {'team': 'help'}",
         "handoff {'team': 'sales', 'skill': '', 'priority': 'high', 'reason': 'flow'}"),
        ("- handoff: {team: sales, priority: high, reason: flow}", "- handoff: false", "handoff False",
         "handoff {'team': 'sales', 'skill': '', 'priority': 'high', 'reason': 'flow'}"),
        ("- mode: AGENT", "- bot: Masih", '"Masih"', "nothing"),
    ],
)  # fmt: skip
def test_a_departure_names_its_line_and_both_sides(line, instead, expected, got):
    chat = GOOD.replace(line, instead)
    number = chat[: chat.index(instead)].count("\n") + 3  # two lines stand before the chat
    assert failures(chat) == [f"tests/one.yaml:{number}: expected {expected}\n    got      {got}"]


def test_what_the_bot_says_and_no_line_expects_is_a_failure():
    assert failures("  - customer: x\n  - bot: Halo\n  - wait: 1m\n") == [
        'tests/one.yaml:5: expected nothing more from the bot here\n    got      "Apa?⏎1. Satu⏎2. Dua"'
    ]
    assert len(failures("  - customer: x\n")) == 2


def test_what_nothing_took_is_told_apart_from_what_leads_to_the_same():
    known = compile_release(flow_files(STEPS, "[{keywords: [halo]}, {otherwise: true}]"))
    chat = "- customer: {}\n- unmatched: {}\n- bot: Halo\n- bot~: Apa?\n"
    assert played(chat.format("halo", "false"), known).mismatches == []
    assert played(chat.format("pagi", "true"), known).mismatches == []
    (mismatch,) = played(chat.format("pagi", "false"), known).mismatches
    assert (mismatch.expected, mismatch.got) == ("something to take the message", "nothing to take the message")


def test_a_list_of_words_is_a_test_for_each():
    text = "test: many\nchat:\n- customer: x\n- bot: Halo\n- bot~: Apa\n- customer: [1, satu, tiga]\n- bot: Tunggu\n"
    results = run_all(RELEASE, scripts({"tests/one.yaml": text}))
    assert [result.script.name for result in results] == ["many (1)", "many (satu)", "many (tiga)"]
    assert [bool(result.mismatches) for result in results] == [False, False, False]
    assert [result.walked[-1].step for result in results] == ["one"] * 3


def test_timers_fire_in_the_order_they_are_due():
    late = "  - customer: x\n  - bot: Halo\n  - bot~: Apa\n  - wait: 5m\n  - bot: Tunggu\n  - mode: AGENT\n"
    assert failures(late) == []
    assert failures(late.replace("5m", "299s"))[0].startswith("tests/one.yaml:7")


def test_edges_are_told_apart_although_they_join_the_same_steps():
    walked = played("  - customer: x\n  - bot: Halo\n  - bot~: Apa\n  - customer: 1\n  - bot: Tunggu\n").walked
    report = coverage(RELEASE, walked)
    assert (report.steps_walked, report.steps) == (3, 3)
    lines = [str(each) for each in report.unwalked]
    assert (
        lines == ["main.yaml:5: not walked: main.ask → main.one"] + ["main.yaml:6: not walked: main.ask → main.one"] * 2
    )


def test_every_mistake_in_a_test_file_is_told_with_its_line():
    text = "- test: a\n  chat: [{customr: x}]\n- test: b\n  given: {time: soon}\n  chat:\n    - wait: long\n"
    with pytest.raises(FlowErrors) as errors:
        scripts({"tests/a.yaml": text})
    assert [(each.line, each.hint[:20]) for each in errors.value.problems] == [(2, "did you mean `custom"), (6, "")]
    with pytest.raises(FlowErrors, match=r"tests/b.yaml:2:15: error: `2025-11-03 10:00 Mars` is no time"):
        scripts({"tests/b.yaml": "test: b\ngiven: {time: 2025-11-03 10:00 Mars}\nchat: [{customer: x}]"})


def test_the_results_are_written_for_machines():
    xml = junit([played('  - customer: x\n  - bot: "Ha\\tlo & <"\n  - bot~: Apa\n'), played(GOOD)])
    assert 'tests="2" failures="1"' in xml
    assert '<failure message="tests/one.yaml:4">tests/one.yaml:4: expected "Ha\tlo &amp; &lt;"' in xml


def test_a_thousand_tests_take_less_than_five_seconds():
    begun = time.process_time()
    release = compile_release(shipped())
    count = 0
    while count < 1000:
        count += len(run_all(release, scripts(TESTS)))  # read anew each time
    assert time.process_time() - begun < 5
