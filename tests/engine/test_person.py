"""A person is one word away wherever the bot stands: at every step, in the middle of an answer, when it is closed."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from roms.engine import bursts
from roms.engine.effects import FindAgent
from roms.engine.flow import Step
from roms.engine.lifecycle import begin
from roms.engine.media import Files
from roms.engine.session import dump
from roms.engine.steps import STANDING
from roms.engine.types import Mode
from tests.engine.chat import FLOWS, LIFECYCLE, NOON, Chat, shipped

NIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)  # three in the morning in Jakarta
KINDS = "text integer decimal money phone email date time yes_no image file location".split()
BURSTS = {"several": {"merge": "20s"}, "last": {"last": "20s"}}


def every_question() -> str:
    """A flow with each kind of step at which a talk stands, as JSON, which is YAML too."""
    wrong = {"invalid": {"then": "p"}}
    option = {"label": "Satu", "go": "q_wait"}
    steps = {f"q_{kind}": {"ask": {"prompt": "?", "save": f"v_{kind}", "as": kind} | wrong} for kind in KINDS}
    steps["q_choice"] = {"ask": {"prompt": "?", "save": "c", "as": "choice", "choices": ["Merah", "Biru"]} | wrong}
    for name, burst in BURSTS.items():
        steps[f"q_{name}"] = {"ask": {"prompt": "?", "save": name, "burst": burst} | wrong}
    steps["q_menu"] = {"menu": {"prompt": "?", "options": [{"key": 1} | option]} | wrong}
    steps["q_zero"] = {"menu": {"prompt": "?", "options": [{"key": 0} | option]} | wrong}
    controls = {"wait": "2h"}, {"http": {"get": "https://a.example/", "failed": "p"}}, {"call": {"flow": "other"}}
    steps |= {f"q_{name}": control for control in controls for name in control}
    return json.dumps(steps | {"p": {"handoff": True}})


EVERY = f"flow: main\ntriggers: [{{otherwise: true}}]\nsteps: {every_question()}\n"
OTHER = "flow: other\nsteps: {inside: {ask: {prompt: '?', save: i, invalid: {then: last}}}, last: {say: x}}\n"
# What the question itself has an answer for: a number, and an option that somebody wrote down.
TAKEN = {
    "shipped": {("quantity", "0")},
    "every kind of question": {("q_integer", "0"), ("q_zero", "0")},
    "clinic": set[tuple[str, str]](),
    "service-desk": set(),
}


def example(name: str) -> Files:
    files = {path.name: path.read_text(encoding="utf-8") for path in (FLOWS / "examples" / name).glob("*.yaml")}
    return {"lifecycle.yaml": LIFECYCLE, **files}


RELEASES: dict[str, Files] = {
    "shipped": shipped(),
    "every kind of question": {"lifecycle.yaml": LIFECYCLE, "main.yaml": EVERY, "other.yaml": OTHER},
    **{path.name: example(path.name) for path in sorted(Path(FLOWS / "examples").iterdir()) if path.is_dir()},
}


def standing_at(chat: Chat, step: Step, now: datetime) -> None:
    """A talk of this release that stands at this step; where it gathers messages, the first has come."""
    chat.now = now
    chat.stored = dump(begin(chat.release, now, chat.facts))
    chat.says("halo")
    chat.stored = dump(replace(chat.session, mode=Mode.BOT, place=step.place, pending=(), asked_before=()))
    if bursts.gathers(step):
        assert chat.says("Jadi begini") == []


def standing(chat: Chat) -> list[Step]:
    return [step for step in chat.release.steps.values() if isinstance(step.control, STANDING)]


def found(chat: Chat) -> bool:
    return any(isinstance(effect, FindAgent) for effect in chat.last.effects)


@pytest.mark.parametrize("name", RELEASES)
def test_l06_every_word_for_a_person_works_at_every_step_where_a_talk_stands(name: str) -> None:
    chat, deaf = Chat(RELEASES[name]), set()
    for step, word in itertools.product(standing(chat), chat.release.person.words):
        for text in (word, f"tolong {word} dong" if word != "0" else word):
            standing_at(chat, step, NOON)
            said = chat.says(text)
            if chat.mode != "AGENT" or not said or not found(chat):
                deaf.add((step.place.step, text))
    assert deaf == TAKEN[name]


@pytest.mark.parametrize("name", ["shipped", "every kind of question"])
def test_l06_when_it_is_closed_the_same_word_says_when_at_every_step(name: str) -> None:
    files = RELEASES[name] | {"hours.yaml": 'hours: shop\nzone: WIB\nopen: {mon-sun: "08:30-17:00"}\n'}
    chat = Chat(files)
    for step in standing(chat):
        standing_at(chat, step, NIGHT)
        (said,) = chat.says("cs")
        assert re.search("Selasa, 3 Maret 2026 mulai (pukul )?08.30", said), step.place
        assert found(chat)
