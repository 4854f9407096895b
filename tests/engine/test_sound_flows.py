"""Whatever flows the checker lets pass and whatever happens to them: no error, no endless turn, no silence."""

import json
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roms.config import ROOT
from roms.engine import retell, rules
from roms.engine.effects import AddNote, CallOut, FindAgent, SendMessage, StartTimer
from roms.engine.events import (
    AgentReplied,
    Closed,
    MessageReceived,
    OutsideAnswered,
    Paused,
    ReleaseChanged,
    Released,
    Resumed,
    TimerFired,
)
from roms.engine.flow import Ask, Http, Menu, Wait
from roms.engine.lifecycle import begin, decide
from roms.engine.session import dump, load
from roms.engine.turn import MOST_MESSAGES, MOST_STEPS
from roms.engine.types import Mode, Refused
from tests.engine.chat import NOON
from tests.engine.sound_flows import releases

WORDS = st.sampled_from([*"1 2 3 satu dua ya zzz Halo tap tiga 123".split(), "1 satu", "", "-6.2, 106.8", "besok"])
CONTENTS = st.sampled_from([{"kind": "image", "id": "1"}, {"kind": "location", "latitude": -6.2, "longitude": 106.8}])
MESSAGES = st.one_of(
    st.builds(MessageReceived, WORDS),
    st.builds(MessageReceived, WORDS, st.sampled_from(["TAP", "1", "ya", None])),
    st.builds(MessageReceived, WORDS, st.none(), st.just("image"), CONTENTS),
)
ANSWERS = st.tuples(st.sampled_from([200, 404, 500, 204, 0]), st.sampled_from([None, {"a": 1}, [1], "x"]))
PEOPLE = st.sampled_from([Paused(1), Resumed(1), Resumed(1), ReleaseChanged("move"), AgentReplied("Hai", 1),
                          Released(1), Closed(1), ReleaseChanged("handoff")])  # fmt: skip
HAPPENING = st.one_of(MESSAGES, MESSAGES, st.integers(0, 3), ANSWERS, st.tuples(PEOPLE))
HAPPENINGS = st.lists(HAPPENING, min_size=6, max_size=20)
TEXTS = [
    json.loads((ROOT / f"roms/web/static/i18n/{language}/inbox.json").read_text(encoding="utf-8"))
    for language in ("id", "en")
]
CLOCKS = {Wait: "wait", Http: "http"}


def stands_where_it_was_called(release, session):
    """Every call leads to the flow of the next one, and the last of each talk to the flow of its question."""
    questions = (*session.asked_before, session.place)
    for depth, question in enumerate(questions):
        asides = [(depth, question) for question in questions[depth - 1 : depth] if depth]
        inside = [call.place for call in session.calls if call.depth == depth and (depth, call.place) not in asides]
        called = [release.steps[place].control.to.flow for place in inside]
        assert question is None or called == [place.flow for place in (*inside[1:], question)][: len(inside)]


def check(release, before, event, decision, moved):
    """What must be true of every turn of a flow that the checker let pass."""
    after = decision.session
    places = {
        (f"{place.flow}.yaml", place.step)
        for place in (*decision.walked, *(each.place for each in before.calls), *before.asked_before, before.place)
        if place
    }
    found = {each.code for each in release.warnings if (each.file, each.step) in places}
    spoken = [each for each in decision.effects if isinstance(each, SendMessage)]
    notes = [each.text for each in decision.effects if isinstance(each, AddNote)]
    assert len(spoken) <= MOST_MESSAGES
    assert len(decision.walked) <= MOST_STEPS + 1
    excused = ("more than", "contact.language can be", "no moment", "needs a date")
    assert moved or all("unset" in found or any(each in note for each in excused) for note in notes), notes
    if isinstance(event, MessageReceived) and before.mode is Mode.BOT:
        is_answered = spoken or after.pending or after.mode is not Mode.BOT or stands(release, after) in (Wait, Http)
        assert is_answered or "silence" in found
        assert not (spoken and after.pending)
    if before.mode in (Mode.AGENT, Mode.PAUSED) and not isinstance(event, (Released, Resumed, TimerFired)):
        assert not spoken
    if after.mode is Mode.AGENT and before.mode is Mode.BOT and not isinstance(event, AgentReplied):
        assert any(isinstance(each, FindAgent) for each in decision.effects)
    for message in spoken:
        code = rules.read(message.why.rule).code
        assert all(f"rule_{code}" in texts for texts in TEXTS), message.why.rule


def stands(release, session):
    step = release.steps.get(session.place) if session.place else None
    return type(step.control) if step else None


def check_session(release, session):
    """What must be true of a session wherever it stands."""
    clocks = {kind: count % 2 == 1 for kind, count in session.clocks.items()}
    assert bool(session.pending) == clocks.get("burst", False) == (session.pending_since is not None)
    assert len(session.pending) < 20
    assert (session.place is None) == (session.release == 0)
    if session.place is None:
        assert (session.calls, session.asked_before, session.arrived) == ((), (), None)
        assert not {"wait", "http", "question"} & {kind for kind, runs in clocks.items() if runs}
    else:
        assert session.mode in (Mode.BOT, Mode.PAUSED)
        assert stands(release, session) in (Menu, Ask, Wait, Http)
    if session.mode is Mode.BOT and stands(release, session) in CLOCKS and not session.pending:
        assert clocks[CLOCKS[stands(release, session)]]
    if session.mode is Mode.BOT and stands(release, session) in (Menu, Ask) and not session.pending:
        assert clocks.get("question", False) == bool(release.steps[session.place].control.timeout)
    assert len(session.calls) <= 10
    stands_where_it_was_called(release, session)
    assert all(call.depth <= len(session.asked_before) for call in session.calls)
    assert [call.depth for call in session.calls] == sorted(call.depth for call in session.calls)


def happened(happening, timers, calls):
    """A number stands for a timer that was set, an answer for the newest call or an older one."""
    if isinstance(happening, int):
        timer = timers[-4:][happening] if happening < len(timers[-4:]) else None
        return timer and TimerFired(timer.kind, timer.turn), timer and timer.due
    if isinstance(happening, tuple) and len(happening) == 2:
        status, data = happening
        turn = calls[-1 if status else 0].turn if calls else 1
        return OutsideAnswered(turn, status, data, "" if status else "timeout"), None
    return happening[0] if isinstance(happening, tuple) else happening, None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(releases(7), releases(8), HAPPENINGS)
def test_a_flow_the_checker_lets_pass_answers_whatever_happens(release, newer, happenings):
    now, session, timers, calls, newest = NOON, begin(release, NOON, {}), [], [], release
    moved = False
    for happening in happenings:
        event, due = happened(happening, timers, calls)
        now = max(now + timedelta(seconds=1), due or now)
        if event is None:
            continue
        if isinstance(event, ReleaseChanged):
            newest, moved = newer, True
        at_hand = release if session.release == 7 and not isinstance(event, ReleaseChanged) else newest
        try:
            decision = decide(at_hand, session, event, now)
        except Refused:
            continue
        assert decide(at_hand, session, event, now) == decision
        told = retell.tell(at_hand, session, event, now)
        assert told.said == tuple(each.text for each in decision.effects if isinstance(each, SendMessage))
        check(at_hand, session, event, decision, moved)
        check_session(release if decision.session.release == 7 else newest, decision.session)
        timers += [each for each in decision.effects if isinstance(each, StartTimer)]
        calls += [each for each in decision.effects if isinstance(each, CallOut)]
        data = dump(decision.session)
        assert json.loads(json.dumps(data)) == data
        session = load(json.loads(json.dumps(data)), decision.session.facts)
        assert session == decision.session
        if session.mode in (Mode.AGENT, Mode.CLOSED):  # where people are, or nobody: the next contact
            session, timers, calls, moved = begin(newest, now, session.facts), [], [], False
