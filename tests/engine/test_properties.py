"""Whatever happens, in any order: nothing breaks, the bot keeps silent where people answer, JSON carries it all."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from roms.engine.effects import CallOut, CancelUnsent, SendMessage, StartTimer
from roms.engine.events import (
    AgentClaimed,
    AgentReplied,
    Assigned,
    Closed,
    MessageReceived,
    OutsideAnswered,
    Paused,
    Released,
    Resumed,
    Snoozed,
    TimerFired,
    Transferred,
    Undone,
    Woken,
)
from roms.engine.flowfile import compile_release
from roms.engine.lifecycle import allowed, begin, decide
from roms.engine.session import dump, load
from roms.engine.types import Mode, Refused
from tests.engine.chat import NOON, flow_files, shipped
from tests.engine.pictures import named_in

ODD = """flow: odd
triggers: [{keywords: [aneh], interrupt: true, return: true}, {pattern: '(?P<found>[0-9]{3})'}, {payload: X},
           {event: [reopened, outside_hours], channels: whapi}, {otherwise: true, language: id}]
steps:
  z: {call: {flow: odd.a, with: {found: "{{found}}"}, save: {tel: tel, n: n}}}
  y: {say: "{{tel}}", end: true}
  a: {ask: {prompt: "?", as: phone, save: tel, invalid: {retries: 0, then: b}}}
  b: {ask: {prompt: "?", as: yes_no, save: yes, where: tel != "x", invalid: {then: c}, timeout: {after: 5m, go: c}}}
  c: {branch: [{when: yes and length(contact.name) > 2, go: d}, {otherwise: true, go: e}]}
  d: {ask: {prompt: "?", as: integer, save: n, burst: {last: 9s}, invalid: {then: e}}, note: "{{found}} {{tel|phone}}"}
  e: {ask: {prompt: "?", as: choice, save: c, choices: [merah, biru], invalid: {then: f}}}
  f: {set: {n: = n / 2, contact.language: "{{message.text}}", contact.name: "{{message.text}}"}, say: "{{n|number}}"}
"""
OUTSIDE = """flow: outside
triggers: [{keywords: [tanya], interrupt: true, return: true}, {keywords: [luar]}]
steps:
  a:
    http: {post: "https://a.example/{{contact.name}}", body: {m: "{{message.text}}"}, save: r, on: {404: b}, failed: d}
  b: {say: "{{r.name|title}} {{r}}"}
  c:
    ask: {prompt: Terus?, as: integer, save: n, where: n > length(r.items), invalid: {then: d},
          timeout: {after: 5m, go: a}}
  d: {say: Selesai}
"""
LATER = """flow: later
triggers: [{keywords: [nanti], interrupt: true}, {keywords: [besok]}]
steps:
  a: {say: Baik}
  b: {wait: 1h}
  c: {say: Sudah, set: {day: '= plus(now, "1h")'}}
  d: {wait: {until: = day}}
  e: {ask: {prompt: Lagi?, as: yes_no, save: more, invalid: {then: f}, timeout: {after: 5m, go: b}}}
  f: {say: Selesai}
"""
SHOW = """flow: show
triggers: [{keywords: [foto]}, {payload: Y, keywords: [Lagi]}]
steps:
  a: {say: [{image: media/a.png, caption: "{{contact.name}}"}, {document: "https://example.com/{{message.text}}"}]}
  b: {ask: {prompt: "?", as: image, save: pic, invalid: {say: {sticker: media/c.webp}, then: d}}}
  c: {ask: {prompt: "?", as: file, save: doc, where: known(pic.id), invalid: {retries: 0, then: d}}}
  d: {ask: {prompt: "?", as: location, save: home, where: home.latitude < 0, invalid: {retries: 1, then: e}}}
  e: {say: {location: {latitude: 1, longitude: 2, name: "{{home.name}}"}}}
  f: {say: {buttons: [{payload: Y, label: Lagi}], text: "?"}}
"""
RELEASE = compile_release(
    {**shipped(), "odd.yaml": ODD, "later.yaml": LATER, "outside.yaml": OUTSIDE, "show.yaml": SHOW, **named_in(SHOW)}, 7
)
SOON = int(NOON.timestamp()) + 3600
WORDS = st.sampled_from(
    [
        *"0 1 2 halo menu cs aneh nanti besok luar tanya foto Y urgent english ya x 0812-3456-7890 -6.2,106.8".split(),
        "X 123",
    ]
)
TEXTS = WORDS | st.text(max_size=30) | st.text(alphabet=st.characters(), max_size=5)
PEOPLE = st.sampled_from([AgentClaimed(1), AgentReplied("Hai", 1), AgentReplied("Hai", None, True), Assigned(2, 1),
                          Released(1), Released(1, "shop.menu"), Released(1, "odd.d"), Released(1, "outside.a"),
                          Released(1, "later.b"), Released(1, "gone.x"), Paused(1), Paused(1, SOON), Resumed(1),
                          Snoozed(1), Snoozed(1, SOON), Woken(1), Closed(1), Closed(1, "x"), Transferred(2, "", 1),
                          Transferred(None, "sales", 1)])  # fmt: skip
BEFORE = st.builds(lambda back, snoozed: ("undo", back, SOON if snoozed else 0), st.integers(0, 3), st.booleans())
ANSWERS = st.builds(
    OutsideAnswered,
    st.integers(-1, 9),
    st.sampled_from([0, 200, 204, 302, 404, 500]),
    st.sampled_from([None, {}, [1, None], "x", {"name": 7, "items": [1]}, {"name": "\x00\ud800", "items": {}}]),
    st.sampled_from(["", "json", "timeout"]),
)
CLOCKS = st.sampled_from(["question", "burst", "idle", "stay", "snooze", "response_overdue", "?"])
CONTENTS = st.sampled_from(
    [None, {}, {"kind": "image", "id": "1", "name": "x.jpg"}, {"kind": "document", "mime": "image/png"},
     {"kind": "video"}, {"kind": "location", "latitude": -6.2, "longitude": 106.8},
     {"kind": "location", "latitude": "x"}, {"kind": 7}]
)  # fmt: skip
EVENTS = st.one_of(
    ANSWERS,
    st.builds(MessageReceived, TEXTS, st.none() | WORDS, st.sampled_from(["text", "image"]), CONTENTS),
    PEOPLE,
    BEFORE,
    st.builds(
        TimerFired,
        st.sampled_from(["question", "burst", "idle", "stay", "snooze", "response_overdue", "wait", "http", "?"]),
        st.integers(-1, 9),
    ),
    st.integers(0, 5),  # the n-th timer that was set comes due
)
HAPPENINGS = st.lists(st.tuples(EVENTS, st.sampled_from([0, 1, 60, 3600, 90000])), max_size=25)


def happened(event, timers, pasts):
    """A number stands for a timer that was really set, an undo for a session that there really was."""
    if isinstance(event, tuple):
        _, back, until = event
        return Undone(1, pasts[-1 - back], until) if back < len(pasts) else MessageReceived("1")
    if isinstance(event, int):
        return TimerFired(timers[event].kind, timers[event].turn) if event < len(timers) else MessageReceived("1")
    return event


def check(before, event, decision):
    """What must be true of every decision."""
    spoken = [each for each in decision.effects if isinstance(each, SendMessage)]
    if before.mode is Mode.PAUSED or (before.mode is Mode.AGENT and not isinstance(event, Closed)):
        assert not spoken or isinstance(event, (Released, Undone))
    if spoken:
        assert isinstance(event, (MessageReceived, TimerFired, Resumed, Released, OutsideAnswered, Undone, Closed))
    assert len(spoken) <= 10
    assert (decision.effects[:1] == (CancelUnsent(),)) == (decision.session.epoch == before.epoch + 1)
    assert decision.session.epoch == before.epoch or event.name in (*allowed(RELEASE, before.mode), "undone")
    assert decision.session.clocks.get("snooze", 0) % 2 == 0 or decision.session.mode is Mode.AGENT
    assert decision.session.until is None or decision.session.mode is Mode.PAUSED
    assert decision.session.mode is Mode.BOT or decision.session.place is None or decision.session.mode is Mode.PAUSED
    assert (decision.session.place is None) == (decision.session.release == 0)


@settings(max_examples=150, deadline=None)
@given(HAPPENINGS)
def test_any_sequence_of_events_keeps_every_promise(happenings):
    now, facts, timers = NOON, {"contact": {"language": "en", "name": "Bo"}, "channel": {"kind": "whapi"}}, []
    pasts = []
    session = begin(RELEASE, now, facts)
    for event, seconds in happenings:
        now += timedelta(seconds=seconds)
        event = happened(event, timers, pasts)
        pasts.append(dump(session))
        try:
            decision = decide(RELEASE, session, event, now)
        except Refused:
            assert event.name not in allowed(RELEASE, session.mode)
            continue
        assert decide(RELEASE, session, event, now) == decision
        check(session, event, decision)
        timers += [each for each in decision.effects if isinstance(each, StartTimer)]
        data = dump(decision.session)
        assert json.loads(json.dumps(data)) == data
        facts = decision.session.facts
        assert facts["contact"]["language"] in ("id", "en")
        assert load(data, facts) == decision.session
        session = load(json.loads(json.dumps(data)), facts)


@settings(max_examples=150, deadline=None)
@given(
    TEXTS,
    st.none() | TEXTS,
    st.sampled_from(["shop.choose", "order.number", "odd.a", "odd.b", "odd.d", "odd.e", "show.b", "show.c", "show.d"]),
    CONTENTS,
)
def test_any_text_gets_an_answer_at_every_question(text, payload, place, content):
    waiting = load({"mode": "BOT", "since": NOON.isoformat(), "place": place, "release": 7, "variables": {}}, {})
    decision = decide(RELEASE, waiting, MessageReceived(text, payload, "text", content), NOON)
    assert any(isinstance(each, (SendMessage, CallOut)) for each in decision.effects) or decision.session.pending


def test_the_sample_files_are_the_shipped_ones():
    assert set(flow_files("a: {end: true}")) & set(shipped()) == {"lifecycle.yaml"}
