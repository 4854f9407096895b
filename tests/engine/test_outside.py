"""`http`: what is asked, how the answer leads on, and that nothing else lets the talk go on or lets a secret out."""

import json
import time

import pytest

from roms.engine.effects import CallOut
from roms.engine.events import AgentClaimed, OutsideAnswered, Paused, ReleaseChanged, Released, Resumed
from roms.engine.flowfile import compile_release
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from tests.engine.chat import LIFECYCLE, Chat, codes, flow_files, spoken

STEPS = """
a: {say: Sebentar, set: {order: = message.text, n: 2}}
b:
  http:
    post: "https://orders.example.com/api/{{order}}?q={{order|lower}}"
    headers: {Authorization: "Bearer {{secret.orders}}", X-Order: "{{order}} {{secret.b}}"}
    body: {order: "{{order}}", n: "= n * 2", list: [1, {deep: "= order"}], ok: true, sum: 1.5}
    save: found
    timeout: 5s
    on: {404: none}
    failed: down
c: {say: "{{found.status}} {{found.items}}", end: true}
none: {say: "Tidak ada {{found.why}}", end: true}
down: {say: Gagal, end: true}
"""
HELP = "flow: help\ntriggers: [{keywords: tolong, interrupt: true, return: true}]\nsteps:\n"
ASK = (
    HELP
    + "  a: {ask: {prompt: Apa?, save: what, invalid: {then: p}}}\n  b: {say: Oke, end: true}\n  p: {handoff: true}\n"
)
STOP = "flow: stop\ntriggers: [{keywords: stop, interrupt: true}]\nsteps: {a: {say: Ok}}\n"


def called(text="ORD-1", steps=STEPS):
    talk = Chat(flow_files(steps, help=ASK, stop=STOP))
    assert talk.says(text) == ["Sebentar"]
    (call,) = (each for each in talk.last.effects if isinstance(each, CallOut))
    return talk, call


def answered(talk, call, status=200, data=None, problem=""):
    return spoken(talk.happens(OutsideAnswered(call.turn, status, data, problem)))


def test_the_request_is_made_of_what_is_known():
    talk, call = called("a/b ?&#é")
    encoded = "a%2Fb%20%3F%26%23%C3%A9"
    assert (call.method, call.url) == ("POST", f"https://orders.example.com/api/{encoded}?q={encoded}")
    assert json.loads(call.body) == {
        "order": "a/b ?&#é", "n": 4, "list": [1, {"deep": "a/b ?&#é"}], "ok": True, "sum": 1.5
    }  # fmt: skip
    assert call.timeout == 5
    assert talk.stored["place"] == "main.b"
    assert (talk.timer("http").due - talk.now).total_seconds() == 20


def test_a_secret_is_named_and_what_a_contact_writes_names_none():
    _, call = called("{{secret.orders}}\r\nX: y")
    assert dict(call.headers) == {
        "Authorization": ("Bearer ", "orders", ""),
        "X-Order": ("{{secret.orders}}  X: y ", "b", ""),
    }


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ((200, {"status": "ok", "items": 3}), ["ok 3"]),
        ((201, {}), [" "]),
        ((204, {}), [" "]),
        ((200, [1]), [" "]),
        ((404, {"why": "x"}), ["Tidak ada x"]),
        ((404, None, "json"), ["Tidak ada "]),
        ((404, None, "large"), ["Gagal"]),
        ((200, None, "json"), ["Gagal"]),
        ((500, {}), ["Gagal"]),
        ((302, None), ["Gagal"]),
        ((0, None, "timeout"), ["Gagal"]),
    ],
)
def test_every_outcome_has_its_way(outcome, said):
    talk, call = called()
    assert answered(talk, call, *outcome) == [each for each in said if each.strip()]
    assert "place" not in talk.stored


def test_what_the_contact_writes_meanwhile_is_not_answered_and_the_answer_speaks():
    talk, call = called()
    assert talk.says("halo?") == []
    assert not talk.last.unmatched
    assert answered(talk, call, 500) == ["Gagal"]


def test_a_worker_that_died_is_a_failure_and_its_late_answer_nothing():
    talk, call = called()
    assert spoken(talk.fires(talk.timer("http"))) == ["Gagal"]
    assert answered(talk, call, 200, {"status": "late"}) == []


def test_an_old_answer_does_not_answer_a_newer_call():
    talk, old = called()
    assert spoken(talk.fires(talk.timer("http"))) == ["Gagal"]
    assert talk.says("ORD-2") == ["Sebentar"]
    before = talk.stored
    assert answered(talk, old, 200, {"status": "old"}) == []
    assert talk.stored == before


def test_an_answer_counts_once():
    talk, call = called()
    assert answered(talk, call, 500) == ["Gagal"]
    assert answered(talk, call, 500) == []


def test_a_person_is_reached_and_the_answer_outlived():
    talk, call = called()
    talk.says("cs")
    assert talk.mode == "AGENT"
    talk.happens(Released(1))
    assert answered(talk, call) == []
    talk, call = called()
    talk.happens(AgentClaimed(1))
    assert answered(talk, call) == []


def test_an_answer_that_comes_during_a_side_talk_is_kept_for_its_end():
    talk, call = called()
    assert talk.says("tolong") == ["Apa?"]
    assert answered(talk, call, 404, {"why": "x"}) == []
    assert json.loads(json.dumps(talk.stored))["arrived"]["status"] == 404
    assert talk.says("itu") == ["Oke", "Tidak ada x"]
    assert "arrived" not in talk.stored


def test_a_side_talk_that_is_over_first_leaves_the_call_under_way():
    talk, call = called()
    assert talk.says("tolong") == ["Apa?"]
    assert talk.says("itu") == ["Oke"]
    assert talk.stored["place"] == "main.b"
    assert answered(talk, call, 500) == ["Gagal"]


def test_a_side_talk_that_itself_calls_out_leaves_the_older_call_lost():
    other = (
        HELP + "  a: {http: {get: 'https://b.example/', save: r, failed: c}}\n  b: {say: 'Oke {{r.x}}', end: true}\n"
    )
    talk = Chat(flow_files(STEPS, help=other + "  c: {say: Rusak}\n"))
    talk.says("ORD-1")
    (old,) = (each for each in talk.last.effects if isinstance(each, CallOut))
    assert talk.says("tolong") == []
    (new,) = (each for each in talk.last.effects if isinstance(each, CallOut))
    assert answered(talk, old, 200, {"status": "old"}) == []
    assert answered(talk, new, 200, {"x": 1}) == ["Oke 1", "Gagal"]


def test_an_interrupt_without_return_gives_the_call_up():
    talk, call = called()
    assert talk.says("stop") == ["Ok"]
    assert answered(talk, call) == []


@pytest.mark.parametrize("is_lost", [True, False])
def test_what_comes_in_a_pause_speaks_after_it(is_lost):
    talk, call = called()
    timer = talk.timer("http")
    talk.happens(Paused(1))
    assert (spoken(talk.fires(timer)) if is_lost else answered(talk, call, 404)) == []
    assert spoken(talk.happens(Resumed(1))) == (["Gagal"] if is_lost else ["Tidak ada "])


@pytest.mark.parametrize("text", ["..", ".", "x" * 2000])
def test_a_value_that_would_climb_or_never_end_is_not_sent(text):
    talk = Chat(flow_files(STEPS))
    assert talk.says(text) == ["Sebentar", "Gagal"]


def test_a_body_that_is_too_large_is_not_sent():
    talk = Chat(flow_files(STEPS.replace("sum: 1.5", "sum: " + "'{{order}}{{order}}{{order}}'")))
    assert talk.says("x" * 400) == ["Sebentar"]
    long = f"[{', '.join(['= order'] * 200)}]"
    talk = Chat(flow_files(STEPS.replace("sum: 1.5", f"sum: {long}")))
    assert talk.says("x" * 400) == ["Sebentar", "Gagal"]


@pytest.mark.parametrize("value", ["'{{order}}'", "= order", "[['{{order}}']]", "{a: '{{order}}{{order}}'}"])
def test_a_body_that_would_grow_without_end_is_given_up_at_once(value):
    steps = STEPS.replace("{{order}}?q={{order|lower}}", "x").replace("sum: 1.5", f"sum: [{', '.join([value] * 2000)}]")
    talk = Chat(flow_files(steps))
    begun = time.process_time()
    assert talk.says("x" * 4000) == ["Sebentar", "Gagal"]
    assert time.process_time() - begun < 0.02


def test_an_address_that_would_grow_without_end_is_given_up_at_once():
    url = "https://orders.example.com/x?" + "{{order}}" * 150
    steps = "a: {say: Sebentar, set: {order: '= message.text'}}\nb: {http: {get: '%s', failed: c}}\nc: {say: Gagal}"
    talk = Chat(flow_files(steps % url))
    begun = time.process_time()
    assert talk.says("\u1234" * 4000) == ["Sebentar", "Gagal"]
    assert time.process_time() - begun < 0.02


def test_a_new_release_answers_the_call_with_its_own_words():
    talk, call = called()
    talk.release = compile_release(flow_files(STEPS.replace("Gagal", "Rusak"), help=ASK, stop=STOP), 8)
    talk.happens(ReleaseChanged("move"))
    assert answered(talk, call, 500) == ["Rusak"]


def test_a_secret_said_or_sent_elsewhere_is_refused():
    assert codes(flow_files("a: {say: '{{secret.orders}}'}")) == ["secret-place"]
    assert codes(flow_files(STEPS.replace("= n * 2", "{{secret.x}}"))) == ["secret-place"]
    assert codes(flow_files(STEPS)) == []


def played(chat):
    (script,) = scripts({"a.yaml": f"test: a\nchat: [{{customer: ORD-1}}, {{bot: Sebentar}}, {chat}]"})
    return [str(each) for each in run(compile_release(flow_files(STEPS, help=ASK, stop=STOP)), script).mismatches]


URL = '"https://orders.example.com/api/ORD-1?q=ord-1"'


@pytest.mark.parametrize(
    "chat",
    [
        f"{{http: {{post: {URL}, answer: {{status: ok, items: 3}}}}}}, {{bot: ok 3}}",
        f"{{http: {{post: {URL}, status: 404, answer: {{why: x}}}}}}, {{bot: Tidak ada x}}",
        f"{{http: {{post: {URL}, status: 500}}}}, {{bot: Gagal}}",
        f"{{http: {{post: {URL}, problem: timeout}}}}, {{bot: Gagal}}",
        f"{{customer: hm}}, {{http: {{post: {URL}, status: 500}}}}, {{bot: Gagal}}",
        f"{{event: agent_claimed}}, {{http: {{post: {URL}}}}}, {{mode: AGENT}}",
        f"{{wait: 20s}}, {{bot: Gagal}}, {{http: {{post: {URL}}}}}",
        f"{{http: {{post: {URL}, status: 500, "
        "body: {order: ORD-1, n: 4, list: [1, {deep: ORD-1}], ok: true, sum: 1.5}}}, {bot: Gagal}",
    ],
)  # fmt: skip
def test_a_flow_test_expects_the_call_and_answers_it(chat):
    assert played(chat) == []


@pytest.mark.parametrize(
    ("chat", "mismatch"),
    [
        ("{mode: BOT}", "expected no call to another system\n    got      POST https://orders"),
        (f"{{http: {{get: {URL}, status: 500}}}}, {{bot: Gagal}}", "expected the call GET https://orders"),
        ("{http: {post: 'https://x', status: 500}}, {bot: Gagal}", "expected the call POST https://x\n"),
        (f"{{http: {{post: {URL}, status: 500, body: {{n: 4}}}}}}, {{bot: Gagal}}", '{"n": 4}\n    got      POST'),
        (f"{{event: agent_claimed}}, {{http: {{post: {URL}}}}}, {{http: {{post: {URL}}}}}", "got      no call"),
    ],
)  # fmt: skip
def test_a_flow_test_says_where_the_calls_differ(chat, mismatch):
    (found,) = played(chat)
    assert mismatch in found


def test_what_is_written_meanwhile_is_no_answer_to_what_is_asked_afterwards():
    said = 'c: {say: "{{found.status}} {{found.items}}", end: true}'
    steps = STEPS.replace(said, "c: {ask: {prompt: Apa?, save: x, invalid: {then: down}}}")
    talk = Chat({**flow_files(steps), "lifecycle.yaml": "burst: {merge: 3s}\n" + LIFECYCLE})
    talk.says("ORD-1")
    assert spoken(talk.fires(talk.timer("burst"))) == ["Sebentar"]
    (call,) = (each for each in talk.last.effects if isinstance(each, CallOut))
    assert talk.says("halo?") == []
    assert "pending" not in talk.stored
    assert answered(talk, call, 200, {}) == ["Apa?"]
