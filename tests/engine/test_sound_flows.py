"""Whatever flows the checker lets pass and whatever is written to them: no error, no endless turn, no silence."""

import json
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roms.engine.effects import AddNote, FindAgent, SendMessage, StartTimer
from roms.engine.events import MessageReceived, TimerFired
from roms.engine.lifecycle import begin, decide
from roms.engine.session import dump, load
from roms.engine.turn import MOST_MESSAGES, MOST_STEPS
from roms.engine.types import Mode
from tests.engine.chat import NOON
from tests.engine.sound_flows import releases

WORDS = st.sampled_from([*"1 2 3 satu dua ya zzz Halo".split(), "1 satu", ""])
HAPPENINGS = st.lists(st.one_of(st.builds(MessageReceived, WORDS), st.integers(0, 3)), min_size=6, max_size=20)


def stands_where_it_was_called(release, session):
    """Every call leads to the flow of the next one, and the last of each talk to the flow of its question."""
    questions = (*session.asked_before, session.place)
    for depth, question in enumerate(questions):
        inside = [call.place for call in session.calls if call.depth == depth]
        called = [release.steps[place].control.to.flow for place in inside]
        assert question is None or called == [place.flow for place in (*inside[1:], question)][: len(inside)]


def check(release, before, event, decision):
    """What must be true of every turn of a flow that the checker let pass."""
    after = decision.session
    places = {
        (f"{place.flow}.yaml", place.step) for place in (*decision.walked, *(each.place for each in before.calls))
    }
    found = {each.code for each in release.warnings if (each.file, each.step) in places}
    spoken = [each.text for each in decision.effects if isinstance(each, SendMessage)]
    notes = [each.text for each in decision.effects if isinstance(each, AddNote)]
    assert len(spoken) <= MOST_MESSAGES
    assert len(decision.walked) <= MOST_STEPS + 1
    assert all("more than" in note or "unset" in found for note in notes), notes
    if isinstance(event, MessageReceived) and before.mode is Mode.BOT:
        assert spoken or after.pending or after.mode is not Mode.BOT or "silence" in found
        assert not (spoken and after.pending)
    assert bool(after.pending) == (after.clocks.get("burst", 0) % 2 == 1) == (after.pending_since is not None)
    assert len(after.pending) < 20
    if after.mode is not Mode.BOT:
        assert (after.calls, after.asked_before, after.place) == ((), (), None)
    if after.mode is Mode.AGENT and before.mode is Mode.BOT:
        assert any(isinstance(each, FindAgent) for each in decision.effects)
    assert len(after.calls) <= 10
    stands_where_it_was_called(release, after)
    assert all(call.depth <= len(after.asked_before) for call in after.calls)
    assert [call.depth for call in after.calls] == sorted(call.depth for call in after.calls)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(releases(), HAPPENINGS)
def test_a_flow_the_checker_lets_pass_answers_whatever_happens(release, happenings):
    now, session, timers = NOON, begin(release, NOON, {}), []
    for event in happenings:
        now += timedelta(seconds=1)
        if isinstance(event, int):
            timers = timers[-4:]
            if event >= len(timers):
                continue
            now, event = max(now, timers[event].due), TimerFired(timers[event].kind, timers[event].turn)
        decision = decide(release, session, event, now)
        check(release, session, event, decision)
        timers += [each for each in decision.effects if isinstance(each, StartTimer)]
        data = dump(decision.session)
        assert json.loads(json.dumps(data)) == data
        session = load(json.loads(json.dumps(data)), {})
        assert session == decision.session
        if session.mode is not Mode.BOT:  # where people are, or nobody: the next contact
            session, timers = begin(release, now, {}), []
