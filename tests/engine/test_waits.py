"""`wait`: the talk stands still, goes on by itself, and comes back after whatever the contact writes meanwhile."""

from datetime import UTC, datetime

import pytest

from roms.engine.events import AgentClaimed, Paused, ReleaseChanged, Released, Resumed, TimerFired
from roms.engine.expression import compile_expression
from roms.engine.flowfile import compile_release
from roms.engine.rehearsal import run
from roms.engine.scope import Broken
from roms.engine.script import scripts
from roms.engine.session import load
from tests.engine.chat import LIFECYCLE, NOON, Chat, codes, flow_files, spoken

REMIND = """flow: remind
triggers: [{keywords: [ingatkan, again]}]
steps:
  first: {say: Baik}
  stand: {set: {n: 1}, wait: 2h}
  tell: {say: Sekarang}
"""
SIDE = """
a:
  branch:
    - {when: message.text == "tanya", go: ask}
    - {when: message.text == "tidur", go: sleep}
    - {otherwise: true, go: hi}
hi: {say: Hai, end: true}
ask: {ask: {prompt: Apa?, save: what, invalid: {then: p}}}
got: {say: "Oh {{what}}", end: true}
sleep: {wait: 5h}
woken: {say: Bangun, end: true}
p: {handoff: true}
"""


def chat():
    talk = Chat(flow_files(SIDE, remind=REMIND))
    assert talk.says("ingatkan") == ["Baik"]
    return talk, talk.timer("wait")


def test_it_goes_on_when_the_time_comes_and_only_then():
    talk, timer = chat()
    assert (timer.due - NOON).total_seconds() == 7200
    assert talk.stored["place"] == "remind.stand"
    assert spoken(talk.happens(TimerFired("wait", timer.turn + 2))) == []
    assert spoken(talk.fires(timer)) == ["Sekarang"]
    assert "place" not in talk.stored
    assert spoken(talk.fires(timer)) == []


def test_whatever_the_contact_writes_is_a_side_talk_and_the_wait_stands_again():
    talk, timer = chat()
    assert talk.says("halo") == ["Hai"]
    assert talk.last.unmatched
    assert talk.stored["place"] == "remind.stand"
    assert talk.variables["n"] == 1
    assert spoken(talk.fires(timer)) == ["Sekarang"]


def test_a_thank_you_that_no_flow_takes_leaves_the_wait_alone():
    talk, timer = chat()
    assert talk.says("ok makasih ya kak") == []
    assert talk.stored["place"] == "remind.stand"
    assert not talk.last.unmatched
    assert talk.says("makasih, jam berapa?") == ["Hai"]
    assert spoken(talk.fires(timer)) == ["Sekarang"]


def test_a_side_talk_has_variables_of_its_own_and_leaves_those_of_the_wait_alone():
    talk, timer = chat()
    assert talk.says("tanya") == ["Apa?"]
    assert "n" not in talk.variables
    assert talk.says("kopi") == ["Oh kopi"]
    assert talk.variables == {"n": 1}
    assert spoken(talk.fires(timer)) == ["Sekarang"]


NUMBERED = """flow: cek
triggers: [{pattern: "^cek (?P<order>[a-z]+)$"}]
steps:
  a: {say: "Cek {{order}} {{more|default:'-'}}"}
  b: {set: {more: x}, branch: [{when: order == "lama", go: c}, {otherwise: true, go: e}]}
  c: {wait: 2h}
  d: {say: "Masih {{order}} {{more}}?", end: true}
  e: {say: Sudah}
"""


def test_a_side_talk_has_variables_of_its_own():
    talk = Chat(flow_files("a: {say: Hai}", cek=NUMBERED))
    assert talk.says("cek lama") == ["Cek lama -"]
    timer = talk.timer("wait")
    assert talk.says("cek baru") == ["Cek baru -", "Sudah"]
    assert "calls" not in talk.stored
    assert spoken(talk.fires(timer)) == ["Masih lama x?"]


def test_variables_are_there_for_a_question_below_a_wait_that_was_replaced():
    ask = "a: {ask: {prompt: Nama?, save: name, invalid: {then: p}}}\n"
    ask += "b: {say: 'x{{seen}}', end: true}\np: {handoff: true}"
    later = REMIND.replace("ingatkan, again", "tidur").replace("flow: remind", "flow: later")
    interrupting = REMIND.replace("again]", "again], interrupt: true, return: true").replace("n: 1", "seen: 1")
    talk = Chat(flow_files(ask, remind=interrupting, later=later))
    talk.says("halo")
    talk.says("ingatkan")
    assert talk.says("tidur") == ["Baik"]
    assert spoken(talk.fires(talk.timer("wait"))) == ["Sekarang", "Nama?"]
    assert talk.says("Budi") == ["x1"]


def test_a_time_that_comes_during_a_side_talk_is_made_up_for_when_that_ends():
    talk, timer = chat()
    assert talk.says("tanya") == ["Apa?"]
    assert spoken(talk.fires(timer)) == []
    assert talk.stored["place"] == "main.ask"
    assert talk.says("warna") == ["Oh warna", "Sekarang"]
    assert "place" not in talk.stored


def test_a_side_talk_that_itself_waits_replaces_the_older_wait():
    talk, old = chat()
    assert talk.says("tidur") == []
    new = talk.timer("wait")
    assert spoken(talk.fires(old)) == []
    assert spoken(talk.fires(new)) == ["Bangun"]
    assert "place" not in talk.stored


def test_the_words_for_a_person_are_heard_and_end_the_wait():
    talk, timer = chat()
    talk.says("cs")
    assert talk.mode == "AGENT"
    talk.happens(Released(1))
    assert spoken(talk.fires(timer)) == []


def test_a_takeover_ends_the_wait():
    talk, timer = chat()
    talk.happens(AgentClaimed(1))
    talk.happens(Released(1))
    assert spoken(talk.fires(timer)) == []


@pytest.mark.parametrize("is_over", [True, False])
def test_a_pause_keeps_the_wait_and_what_was_over_meanwhile_is_said_afterwards(is_over):
    talk, timer = chat()
    talk.happens(Paused(1))
    if is_over:
        assert spoken(talk.fires(timer)) == []
    assert spoken(talk.happens(Resumed(1))) == (["Sekarang"] if is_over else [])
    assert spoken(talk.fires(timer)) == ([] if is_over else ["Sekarang"])


def test_an_interrupt_without_return_gives_the_wait_up():
    talk = Chat(
        flow_files(
            "a: {say: Hai}",
            stop="flow: stop\ntriggers: [{keywords: stop, interrupt: true}]\nsteps: {a: {say: Ok}}\n",
            remind=REMIND,
        )
    )
    talk.says("ingatkan")
    timer = talk.timer("wait")
    assert talk.says("stop") == ["Ok"]
    assert spoken(talk.fires(timer)) == []


def until(text, **files):
    talk = Chat(flow_files(f"a: {{say: x, wait: {{until: {text!r}}}}}\nb: {{say: Sekarang}}", **files))
    return talk, talk.says("x")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("= at(plus(now, '1d'), '10:00')", datetime(2026, 3, 3, 3, tzinfo=UTC)),
        ("2026-03-03 10:00", datetime(2026, 3, 3, 3, tzinfo=UTC)),
        ("2026-03-{{message.text|default:'x'}}", None),
        ("= plus(now, '90m')", datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_on_the_wall_is_waited_for(text, due):
    talk, said = until(text)
    if due is None:
        assert talk.mode == "AGENT"
        assert "Maaf" in said[-1]
    else:
        assert talk.timer("wait").due == due


def test_a_moment_that_has_passed_is_not_waited_for():
    assert until("= minus(now, '1m')")[1] == ["x", "Sekarang"]
    assert until("2026-03-02")[1] == ["x", "Sekarang"]


def test_a_new_release_keeps_who_waits_and_loses_who_has_no_step():
    talk, timer = chat()
    talk.release = compile_release(flow_files(SIDE, remind=REMIND.replace("Sekarang", "Nanti")), 8)
    talk.happens(ReleaseChanged("move"))
    assert talk.stored["release"] == 8
    assert spoken(talk.fires(timer)) == ["Nanti"]
    talk, timer = chat()
    talk.release = compile_release(flow_files(SIDE), 8)
    talk.happens(ReleaseChanged("move"))
    assert "place" not in talk.stored
    assert spoken(talk.fires(timer)) == []


SCOPE = load({"mode": "BOT", "since": NOON.isoformat(), "variables": {}}, {})


def value(text):
    return compile_expression(text).value(SCOPE)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plus('2026-02-27', '2d')", "2026-03-01"),
        ("plus('2026-02-27', '1h')", "2026-02-27T01:00"),
        ("plus('2026-12-31T23:30', '1h')", "2027-01-01T00:30"),
        ("minus('2026-03-01T09:00', '1d')", "2026-02-28T09:00"),
        ("minus('2026-03-01 09:00', '30m')", "2026-03-01T08:30"),
        ("at('2026-03-01', '17:00')", "2026-03-01T17:00"),
        ("at('2026-03-01T08:00', '17:00')", "2026-03-01T17:00"),
        ("at('2026-03-01T08:00', '2026-01-01T06:15')", "2026-03-01T06:15"),
    ],
)
def test_moments_are_reckoned_on_the_wall(text, result):
    assert value(text) == result


@pytest.mark.parametrize(
    "text",
    ["plus('besok', '1d')", "plus('9999-12-31', '9d')", "minus('0001-01-01', '1d')", "at('2026-03-01', 'sore')",
     "at('2026-03-01', '25:00')", "plus(null, '1d')", "plus('2026-03-01', lower('1 DAY'))"],
)  # fmt: skip
def test_what_is_no_moment_breaks(text):
    with pytest.raises(Broken):
        value(text)


def test_silences_add_up_over_waits_and_timeouts():
    hours = LIFECYCLE.replace("idle: 24h", "idle: 90d")
    assert hours != LIFECYCLE

    def found(steps):
        return codes({**flow_files(steps), "lifecycle.yaml": hours})

    assert found("a: {say: x, wait: 25h}\nb: {say: y}") == ["window"]
    assert found("a: {say: x, wait: 25h}\nb: {label: gone, end: true}") == []
    assert found("a: {say: x, wait: 13h}\nb: {say: y, wait: 13h}\nc: {say: z}") == ["window"]
    assert found("a: {say: x, wait: 13h}\nb: {say: y}\nc: {wait: 10h}\nd: {say: z}") == []
    ask = "a: {ask: {prompt: '?', save: n, invalid: {then: p}, timeout: {after: 20h, go: b}}}\nb: {wait: 5h}\n"
    assert found(ask + "p: {handoff: true}") == []
    assert found(ask + "p: {handoff: {say: x}}") == ["window"]


def test_a_flow_test_waits():
    chat = "[{customer: ingatkan}, {bot: Baik}, {wait: 1h}, {customer: hm}, {bot: Hai}, {wait: 1h}, {bot: Sekarang}]"
    (script,) = scripts({"a.yaml": f"test: a\nchat: {chat}"})
    result = run(compile_release(flow_files(SIDE, remind=REMIND)), script)
    assert result.mismatches == []
    assert [place.step for place in result.walked] == ["first", "stand", "a", "hi", "tell"]


GATHERING = "burst: {merge: 3s}\n" + LIFECYCLE


def test_who_is_just_writing_when_the_time_comes_is_answered_first():
    question = REMIND.replace("tell: {say: Sekarang}", "tell: {ask: {prompt: Sekarang?, save: x, invalid: {then: p}}}")
    files = flow_files(SIDE, remind=question + "  done: {say: 'Oh {{x}}', end: true}\n  p: {handoff: true}\n")
    talk = Chat({**files, "lifecycle.yaml": GATHERING})
    talk.says("ingatkan")
    talk.fires(talk.timer("burst"))
    timer = talk.timer("wait")
    assert talk.says("halo") == []
    burst = talk.timer("burst")
    assert spoken(talk.fires(timer)) == []
    assert spoken(talk.fires(burst)) == ["Hai", "Sekarang?"]
    assert talk.stored["place"] == "remind.tell"
