"""Whose variables are whose when calls, waits, side talks and interrupts meet: against a model that keeps it simple.

The model has one dictionary for every flow under way and hands the very dictionary on where it is shared; the engine
has to come to the same although every session goes through JSON.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from roms.engine.effects import StartTimer
from roms.engine.events import TimerFired
from tests.engine.chat import LIFECYCLE, Chat, indented

FLOWS = "abc"
MOST_RETURNS = 5
Variables = dict[str, Any]


def flow(name: str) -> str:
    """A question that does as it is told."""
    cases = [f"{{when: cmd == 'call {to}', go: call_{to}}}, {{when: cmd == 'go {to}', go: {to}.hub}}" for to in FLOWS]
    cases += ["{when: cmd == 'wait', go: w}", "{when: cmd == 'end', go: last}", "{otherwise: true, go: put}"]
    triggers = [f"{{keywords: i{name}, interrupt: true, return: true}}", f"{{keywords: n{name}, interrupt: true}}"]
    triggers += [f"{{keywords: s{name}}}", *(["{otherwise: true}"] if name == "a" else [])]
    steps = [
        "hub: {ask: {prompt: '?', as: text, save: cmd, invalid: {then: hub}}}",
        f"pick: {{branch: [{', '.join(cases)}]}}",
        "put: {set: {x: '{{cmd}}'}, go: hub}",
        "w: {wait: 1h}",
        "on: {go: hub}",
        "last: {end: true}",
    ]
    for to in FLOWS:
        steps += [f"call_{to}: {{call: {{flow: {to}, with: {{x: '{{{{x}}}}+'}}, save: {{x: x}}}}}}"]
        steps += [f"back_{to}: {{go: hub}}"]
    return f"flow: {name}\ntriggers: [{', '.join(triggers)}]\nsteps:\n{indented(chr(10).join(steps))}"


CHAT = Chat({"lifecycle.yaml": LIFECYCLE, **{f"{name}.yaml": flow(name) for name in FLOWS}})


@dataclass
class Talk:
    """One talk: its flows under way with their variables, who called all but the first, and where it stands."""

    flows: list[str]
    variables: list[Variables]
    callers: list[str] = field(default_factory=list)
    waits: bool = False

    @property
    def place(self) -> str:
        return f"{self.flows[-1]}.{'w' if self.waits else 'hub'}"


class Conversation(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.chat = copy(CHAT)
        self.talks: list[Talk] = []
        self.clock: StartTimer | None = None
        self.said("sa")
        self.talks = [Talk(["a"], [{}])]

    def said(self, text: str) -> None:
        self.chat.passes(seconds=1)
        self.chat.says(text)
        for effect in self.chat.last.effects:
            if isinstance(effect, StartTimer) and effect.kind == "wait":
                self.clock = effect

    @property
    def top(self) -> Talk:
        return self.talks[-1]

    def asked(self) -> bool:
        return bool(self.talks) and not self.top.waits

    def calls(self) -> int:
        return sum(len(talk.callers) for talk in self.talks)

    def tell(self, text: str) -> Variables:
        """An answer to the question, kept."""
        self.said(text)
        mine = self.top.variables[-1]
        mine["cmd"] = text
        return mine

    @precondition(lambda self: self.asked() and self.calls() < 5)
    @rule(to=st.sampled_from(FLOWS))
    def call(self, to: str) -> None:
        mine = self.tell(f"call {to}")
        self.top.callers.append(f"{self.top.flows[-1]}.call_{to}")
        self.top.flows.append(to)
        self.top.variables.append({"x": f"{mine.get('x') or ''}+"})

    @precondition(asked)
    @rule(to=st.sampled_from(FLOWS))
    def go(self, to: str) -> None:
        """Within a sub-flow, into another flow: no way back."""
        self.tell(f"go {to}")
        if to != self.top.flows[-1]:
            self.talks[-1] = Talk([to], [self.top.variables[-1]])

    @precondition(asked)
    @rule(number=st.integers(0, 99))
    def put(self, number: int) -> None:
        self.tell(f"v{number}")["x"] = f"v{number}"

    @precondition(asked)
    @rule()
    def wait(self) -> None:
        self.tell("wait")
        self.top.waits = True
        self.talks = [*(talk for talk in self.talks[:-1] if not talk.waits), self.top]

    @precondition(asked)
    @rule()
    def end(self) -> None:
        ended = self.tell("end")
        if self.top.callers:
            self.top.callers.pop()
            self.top.flows.pop()
            self.top.variables.pop()
            self.top.variables[-1]["x"] = ended.get("x")
        else:
            self.talks.pop()
            if self.asked_to_wait() and self.clock is None:
                self.top.waits = False

    def asked_to_wait(self) -> bool:
        return bool(self.talks) and self.top.waits

    @precondition(lambda self: self.talks)
    @rule(to=st.sampled_from(FLOWS), returns=st.booleans())
    def interrupt(self, to: str, returns: bool) -> None:
        self.said(f"{'i' if returns else 'n'}{to}")
        if returns:
            self.begin_aside(to, self.top.variables[-1])
        else:
            self.talks, self.clock = [Talk([to], [self.top.variables[-1]])], None

    @precondition(asked_to_wait)
    @rule(to=st.sampled_from(FLOWS))
    def talk_aside(self, to: str) -> None:
        self.said(f"s{to}")
        self.begin_aside(to, {})

    def begin_aside(self, to: str, variables: Variables) -> None:
        *before, top = self.talks
        kept = [talk for talk in before if (talk.place, talk.callers) != (top.place, top.callers)]
        self.talks = [*[*kept, top][-MOST_RETURNS:], Talk([to], [variables])]

    @precondition(lambda self: not self.talks)
    @rule(to=st.sampled_from(FLOWS))
    def begin(self, to: str) -> None:
        self.said(f"s{to}")
        self.talks = [Talk([to], [{}])]

    @precondition(lambda self: self.clock)
    @rule()
    def time_comes(self) -> None:
        timer, self.clock = self.clock, None
        assert timer is not None
        self.chat.happens(TimerFired(timer.kind, timer.turn))
        if self.asked_to_wait():
            self.top.waits = False

    @invariant()
    def the_engine_agrees(self) -> None:
        session = self.chat.last.session
        standing = [*session.asked_before, *([session.place] if session.place else [])]
        assert [f"{place.flow}.{place.step}" for place in standing] == [talk.place for talk in self.talks]
        assert str(session.mode) == "BOT"
        if self.talks:
            assert dict(session.variables) == self.top.variables[-1]


Conversation.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestWhoseVariables = Conversation.TestCase
