"""Several messages in a row: one turn for all of them, or for the last, and nobody waits for ever."""

import json
from datetime import timedelta

import pytest

from roms.engine import bursts
from roms.engine.effects import AddNote, FindAgent, SendMessage, StartTimer
from roms.engine.events import AgentClaimed, MessageReceived, OutsideAnswered, Paused, ReleaseChanged, Resumed
from roms.engine.flowfile import compile_release
from roms.engine.lifecycle import decide
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.session import Unreadable, load, written
from tests.engine.chat import LIFECYCLE, NOON, Chat, flow_files, problems, spoken

STEPS = """
a: {ask: {prompt: "Siapa?", save: name, invalid: {retries: 1, then: p}, timeout: {after: 2s, go: late}}}
b: {ask: {prompt: "Umur?", save: age, as: integer, burst: %s, invalid: {retries: 1, then: p}}}
c: {say: "{{name}}, {{age}}", end: true}
late: {close: {say: Sampai jumpa}}
p: {handoff: true}
"""
HELP = """flow: help
triggers: [{keywords: bantu, interrupt: true, return: true}, {payload: X, interrupt: true}]
steps: {a: {note: "<{{message.text}}>", say: Begini}}
"""


def files(lifecycle="{merge: 3s}", question="each"):
    made = flow_files(STEPS % question, help=HELP)
    return made | {"lifecycle.yaml": f"burst: {lifecycle}\n{LIFECYCLE}"}


def chat(**kinds):
    return Chat(files(**kinds))


def quiet(talk):
    """The contact writes no more."""
    return spoken(talk.fires(talk.timer("burst")))


def test_messages_in_a_row_are_one_turn():
    talk = chat()
    assert talk.says("halo") == []
    assert talk.timer("burst").due == NOON + timedelta(seconds=3)
    talk.passes(seconds=2)
    assert talk.says("saya mau pesan") == []
    assert talk.timer("burst").due == NOON + timedelta(seconds=5)
    assert talk.stored["pending"] == {"texts": ["halo", "saya mau pesan"], "since": written(NOON)}
    assert quiet(talk) == ["Siapa?"]
    assert "pending" not in talk.stored
    talk.says("Budi")
    talk.says("Santoso")
    assert quiet(talk) == ["Umur?"]
    assert talk.variables["name"] == "Budi\nSantoso"


def test_a_message_says_of_how_many_it_is_the_answer():
    for kind, words in (("merge", ", 2 messages together"), ("last", ", the last of 2 messages")):
        talk = chat(lifecycle=f"{{{kind}: 3s}}")
        talk.says("x")
        talk.says("y")
        quiet(talk)
        (message,) = [each for each in talk.last.effects if isinstance(each, SendMessage)]
        assert message.why.rule == f"otherwise{words}"
        assert talk.last.gathered == (2 if kind == "merge" else 1)
    talk.says("y")
    quiet(talk)
    (message,) = [each for each in talk.last.effects if isinstance(each, SendMessage)]
    assert message.why.rule == "answer accepted"


def test_only_the_last_counts_where_the_flow_says_so():
    talk = chat(lifecycle="{last: 3s}")
    talk.says("x")
    quiet(talk)
    talk.says("Budi, eh")
    talk.says("Andi")
    assert quiet(talk) == ["Umur?"]
    assert talk.variables["name"] == "Andi"


def test_a_question_may_say_otherwise():
    talk = chat()
    talk.says("x")
    quiet(talk)
    talk.says("Budi")
    quiet(talk)
    assert talk.says("17") == ["Budi, 17"]
    talk = chat(lifecycle="each", question="{last: 60s}")
    assert talk.says("x") == ["Siapa?"]
    assert talk.says("Budi") == ["Umur?"]
    assert talk.says("17") == []
    assert talk.says("18") == []
    assert quiet(talk) == ["Budi, 18"]


def test_nobody_is_kept_waiting_longer_than_five_times():
    talk = chat()
    for _ in range(7):
        assert talk.says("lagi") == []
        talk.passes(seconds=2)
    assert talk.timer("burst").due == NOON + timedelta(seconds=15)
    talk.passes(seconds=1)
    assert talk.says("lagi") == ["Siapa?"]
    assert talk.last.gathered == 8
    assert "pending" not in talk.stored


def test_no_more_than_twenty_messages_and_no_more_than_a_message_holds_are_kept():
    talk = chat()
    assert [talk.says("x") for _ in range(20)] == [[]] * 19 + [["Siapa?"]]
    talk = chat()
    assert talk.says("x" * 3000) == []
    assert talk.says("x" * 3000) == ["Siapa?"]


def test_a_timer_of_an_earlier_message_does_nothing():
    talk = chat()
    talk.says("x")
    first = talk.timer("burst")
    talk.says("y")
    second = talk.timer("burst")
    assert talk.fires(first) == ()
    assert spoken(talk.fires(second)) == ["Siapa?"]


def test_silence_is_not_silence_while_something_is_kept():
    talk = chat()
    talk.says("x")
    quiet(talk)
    timeout = talk.timer("question")
    talk.says("Budi")
    burst = talk.timer("burst")
    assert talk.fires(timeout) == ()
    assert spoken(talk.fires(burst)) == ["Umur?"]


@pytest.mark.parametrize(
    ("kind", "event", "said", "note"),
    [
        ("merge", MessageReceived("bantu"), ["Begini", "Umur?"], "<tiga\nbelas\nbantu>"),
        ("last", MessageReceived("bantu"), ["Begini", "Umur?"], "<bantu>"),
        ("merge", MessageReceived("", "X"), ["Begini"], "<tiga\nbelas>"),
    ],
)
def test_who_breaks_in_or_taps_is_answered_at_once(kind, event, said, note):
    talk = chat(question=f"{{{kind}: 3s}}")
    talk.says("x")
    quiet(talk)
    talk.says("Budi")
    quiet(talk)
    talk.says("tiga")
    talk.says("belas")
    timer = talk.timer("burst")
    effects = talk.happens(event)
    assert spoken(effects) == said
    assert [each.text for each in effects if isinstance(each, AddNote)] == [note]
    assert talk.fires(timer) == ()


def test_whoever_wants_a_person_gets_one_at_once():
    talk = chat()
    talk.says("halo")
    timer = talk.timer("burst")
    effects = talk.happens(MessageReceived("tolong cs dong"))
    assert FindAgent("", "normal", "word") in effects
    assert "pending" not in talk.stored
    assert talk.fires(timer) == ()


@pytest.mark.parametrize(("kind", "name", "gathered"), [("merge", "Budi\nini fotonya", 2), ("last", "ini fotonya", 1)])
def test_a_picture_ends_the_burst(kind, name, gathered):
    talk = chat(lifecycle=f"{{{kind}: 3s}}")
    talk.says("x")
    quiet(talk)
    talk.says("Budi")
    assert spoken(talk.happens(MessageReceived("ini fotonya", None, "image"))) == ["Umur?"]
    assert talk.variables["name"] == name
    assert talk.last.gathered == gathered


def test_a_picture_without_words_lets_the_words_before_it_count():
    talk = chat()
    talk.says("x")
    quiet(talk)
    talk.says("Budi")
    assert spoken(talk.happens(MessageReceived("", None, "image"))) == ["Umur?"]
    assert talk.variables["name"] == "Budi"


@pytest.mark.parametrize("event", [AgentClaimed(1), Paused(1)])
def test_whoever_leaves_the_bot_leaves_what_was_kept(event):
    talk = chat()
    talk.says("x")
    quiet(talk)
    talk.says("Budi")
    timer = talk.timer("burst")
    talk.happens(event)
    assert "pending" not in talk.stored
    assert talk.fires(timer) == ()
    if talk.mode == "PAUSED":
        talk.happens(Resumed(1))
        assert [each.kind for each in talk.last.effects if isinstance(each, StartTimer)] == ["question", "idle"]
        assert talk.says("Andi") == []


def test_a_burst_into_a_closed_conversation_waits_too():
    talk = chat()
    talk.says("x")
    quiet(talk)
    talk.fires(talk.timer("question"))
    assert talk.mode == "CLOSED"
    talk.passes(hours=7)
    assert talk.says("halo") == []
    assert talk.mode == "BOT"
    talk.says("lagi")
    assert quiet(talk) == ["Siapa?"]


def test_what_is_kept_survives_a_release_that_keeps_nothing():
    talk = chat()
    talk.says("x")
    quiet(talk)
    talk.says("Budi")
    timer = talk.timer("burst")
    talk.release = compile_release(files(lifecycle="each"), 8)
    talk.stored = json.loads(json.dumps(talk.stored))
    talk.happens(ReleaseChanged("move"))
    assert talk.stored["pending"]["texts"] == ["Budi"]
    if talk.now:
        later = Chat(files(lifecycle="each"))
        later.stored = dict(talk.stored)
        assert spoken(later.happens(MessageReceived("Santoso"))) == ["Umur?"]
        assert later.variables["name"] == "Budi\nSantoso"
    assert spoken(talk.fires(timer)) == ["Umur?"]


def test_what_no_database_takes_is_not_kept():
    talk = chat()
    talk.says("a\x00b\ud800")
    assert talk.stored["pending"]["texts"] == ["ab?"]


@pytest.mark.parametrize("damage", [{}, {"texts": [1], "since": NOON.isoformat()}, {"texts": ["x"], "since": "x"},
                                    {"texts": ["x"], "since": "2026-03-02T12:00:00"}, 7])  # fmt: skip
def test_a_damaged_burst_is_unreadable(damage):
    data = {"mode": "BOT", "since": NOON.isoformat(), "pending": damage or {"since": "x"}}
    with pytest.raises(Unreadable):
        load(data, {})


def test_a_flow_test_waits_for_the_end_of_the_burst():
    text = "test: x\nchat: [{customer: halo}, {customer: pesan}, %s{bot: Siapa?}]"
    release = compile_release(files())
    for wait, right in (("{wait: 3s}, ", True), ("{wait: 2s}, ", False), ("", False)):
        (test,) = scripts({"t.yaml": text % wait})
        assert (run(release, test).mismatches == []) == right


@pytest.mark.parametrize(
    ("lifecycle", "question", "found"),
    [
        ("{merge: 61s}", "each", ("burst-time", "lifecycle.yaml", 1, 16)),
        ("{last: 0s}", "each", ("burst-time", "lifecycle.yaml", 1, 15)),
        ("{merge: 3}", "each", ("duration", "lifecycle.yaml", 1, 16)),
        ("{merge: three}", "each", ("duration", "lifecycle.yaml", 1, 16)),
        ("{merge: 3s, last: 3s}", "each", ("shape-long", "lifecycle.yaml", 1, 8)),
        ("always", "each", ("shape-choice", "lifecycle.yaml", 1, 8)),
        ("{first: 3s}", "each", ("shape-unknown", "lifecycle.yaml", 1, 9)),
        ("each", "{merge: 2m}", ("burst-time", "main.yaml", 5, 69)),
        ("each", "{last: 1m}", None),
        ("{merge: 1s}", "each", None),
    ],
)
def test_the_checker_knows_how_long_is_sensible(lifecycle, question, found):
    got = [(each.code, each.file, each.line, each.column) for each in problems(files(lifecycle, question))]
    assert got == ([found] if found else [])


def test_the_same_values_give_the_same_decision():
    talk = chat()
    talk.says("x")
    session = load(talk.stored, talk.facts)
    assert decide(talk.release, session, MessageReceived("y"), NOON) == decide(
        talk.release, session, MessageReceived("y"), NOON
    )


MEANWHILE = """
look: {say: Sebentar, http: {get: "https://a.example/", failed: size}}
size: {ask: {prompt: "Ukuran?", save: size, invalid: {then: p}}}
later: {say: "Baik, {{size}}", wait: 1m}
again: {ask: {prompt: "Lagi?", as: yes_no, save: more, invalid: {retries: 0, then: p}}}
p: {handoff: true}
"""
ASIDE = "flow: aside\ntriggers: [{keywords: harga}]\nsteps: {a: {say: Seribu}}\n"


def meanwhile(kind):
    made = flow_files(MEANWHILE, aside=ASIDE) | {"lifecycle.yaml": f"burst: {kind}\n{LIFECYCLE}"}
    talk = Chat(made)
    talk.says("halo")
    quiet(talk)
    return talk


@pytest.mark.parametrize("kind", ["{merge: 3s}", "{last: 3s}"])
def test_what_is_written_while_another_system_is_asked_answers_no_question_that_comes_after(kind):
    talk = meanwhile(kind)
    assert talk.says("cepat ya") == []
    assert "pending" not in talk.stored
    assert spoken(talk.happens(OutsideAnswered(1, 200, {}))) == ["Ukuran?"]
    assert talk.mode == "BOT"


@pytest.mark.parametrize("kind", ["{merge: 3s}", "{last: 3s}"])
def test_what_is_written_right_before_a_wait_is_over_is_a_talk_of_its_own(kind):
    talk = meanwhile(kind)
    talk.happens(OutsideAnswered(1, 200, {}))
    talk.says("L")
    assert quiet(talk) == ["Baik, L"]
    wait = talk.timer("wait")
    talk.passes(seconds=59)
    talk.says("harga")
    burst = talk.timer("burst")
    assert talk.fires(wait) == ()
    assert spoken(talk.fires(burst)) == ["Seribu", "Lagi?"]


def thanked_when_a_wait_was_over(kind):
    talk = meanwhile(kind)
    talk.happens(OutsideAnswered(1, 200, {}))
    talk.says("L")
    quiet(talk)
    wait = talk.timer("wait")
    talk.passes(seconds=59)
    talk.says("makasih")
    burst = talk.timer("burst")
    assert talk.fires(wait) == ()
    return talk, burst


@pytest.mark.parametrize("kind", ["{merge: 3s}", "{last: 3s}"])
def test_thanks_right_before_a_wait_is_over_do_not_hold_up_what_comes_after_it(kind):
    talk, burst = thanked_when_a_wait_was_over(kind)
    assert spoken(talk.fires(burst)) == ["Lagi?"]


def test_nor_do_thanks_that_fill_the_burst():
    talk, _ = thanked_when_a_wait_was_over("{merge: 3s}")
    assert [talk.says("makasih") for _ in range(bursts.MOST - 1)][-1] == ["Lagi?"]
