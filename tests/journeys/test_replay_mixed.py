"""Replay is exact, and what is recorded a test that passes, where everything meets.

Calls, bursts, waits, other systems, side talks, hours, what is learned of contacts.
"""

from __future__ import annotations

import random

import pytest
from flask import Flask

from roms.channels.items import Identity, Incoming
from roms.config import ROOT
from roms.db import db
from roms.engine.events import OutsideAnswered, TimerFired
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.transcript import transcript
from roms.models import Conversation
from roms.services import http_calls, intake, publishing, recalling, replaying, timers
from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys.test_replay import WEEK, acted, address

ORDER = """flow: pesan
triggers: [{keywords: [pesan]}, {payload: PESAN}, {event: reopened}]
steps:
  who: {call: {flow: nama, with: {old: "{{contact.name}}"}, save: {who: who, found: found}}}
  look:
    http: {post: "https://a.example/{{who}}", body: {who: "= who"}, save: found, on: {404: none}, failed: down}
  tell: {say: ["{{who}}: {{found.n}} {{contact.name}}", {image: "https://a.example/{{who}}.png", caption: "{{who}}"}]}
  later: {wait: 10m}
  again: {call: {flow: nama, save: {more: who}}, label: [twice]}
  sum: {say: {id: "{{who}} dan {{more}} {{hours.open}}", en: "{{who}} and {{more}}"}}
  until: {wait: {until: '= at(plus(now, "1d"), "09:00")'}}
  last: {say: "Selamat pagi {{contact.name}} {{conversation.labels}}", end: true}
  none: {say: "Tidak ada", end: true}
  down: {say: "Gagal {{who}}", go: look_again}
  look_again: {wait: 30s, note: "{{who}}"}
  person: {handoff: {team: sales, priority: high, say: Sebentar}}
"""
NAME = """flow: nama
triggers: [{keywords: [nama], interrupt: true, return: true}]
steps:
  ask:
    ask: {prompt: {id: Nama?, en: Name?}, save: who, burst: {last: 4s}, where: length(who) < 9,
          invalid: {then: pesan.none}, timeout: {after: 5m, go: quiet}}
  check: {http: {get: "https://a.example/n/{{who}}", save: found, on: {404: quiet}, failed: ask}}
  learned: {set: {contact.name: "{{who}}"}, say: "Baik {{contact.first_name}} {{old}}", wait: 20s}
  done: {end: true}
  quiet: {set: {contact.language: en, who: sunyi}, say: {id: Diam, en: Quiet}, end: true}
"""
HELP = """flow: bantu
triggers: [{keywords: [bantu], interrupt: true, return: true}, {keywords: [inggris]}, {event: outside_hours}]
steps:
  a: {set: {contact.language: en}, call: {flow: nama, save: {helped: who}}}
  b: {ask: {prompt: "{{helped}}? {{message.text}}", save: place, as: location, invalid: {retries: 1, then: c}}}
  c: {say: [{buttons: [{payload: PESAN, label: Pesan}], text: Ketuk}, "{{hours.open}} {{conversation.priority}}"]}
"""
HOURS = 'hours: shop\nzone: WIB\nopen: {mon-sun: "08:00-20:00"}\n'
WORDS = [*"pesan nama bantu inggris budi siti 1 2 halo menu".split(), "-6.2, 106.8", "panjang sekali ini", "budi lagi"]
OUTCOMES = [(200, {"n": 1}, ""), (200, None, ""), (404, {"why": "x"}, ""), (404, None, "json"), (0, None, "timeout")]


def written(cast: Cast, clock: Clock, dice: random.Random, under_way: list[int]) -> None:
    """Everybody writes, some several times, while the worker calls out."""
    for number in range(20):
        under_way += [call.id for call in http_calls.claim(5)] if dice.random() < 0.8 else []
        answered(clock, dice, under_way, len(under_way) // 4)
        fired(clock, dice, 0.4)
        for _ in range(dice.choice([0, 1, 1, 3])):
            payload = "PESAN" if dice.random() < 0.1 else None
            text, id_ = dice.choice(WORDS), f"wa-{dice.getrandbits(60)}"
            ours = dice.random() < 0.02
            kind, phone = dice.choice(["text", "text", "text", "image"]), f"+628{number // 2}"
            incoming = Incoming(
                address(number // 2),
                text,
                provider_id=id_,
                payload=payload,
                identities=(Identity("phone", phone),),
                from_business=ours,
                kind=kind,
            )
            if number % 2:  # the same person elsewhere
                incoming = Incoming(f"visitor-{number}", text, payload=payload, provider_id=id_)
            intake.receive(cast.webchat if number % 2 else cast.whapi, incoming)
            clock.forward(milliseconds=dice.choice([100, 900, 3000]))


def answered(clock: Clock, dice: random.Random, under_way: list[int], count: int) -> None:
    """Soon, late, in another order, or never."""
    dice.shuffle(under_way)
    for call in [under_way.pop() for _ in range(count)]:
        http_calls.record(call, *dice.choice(OUTCOMES))
        clock.forward(milliseconds=dice.choice([1, 10]))


def fired(clock: Clock, dice: random.Random, chance: float) -> None:
    due = timers.due(5000) if dice.random() < chance else []
    for timer in dice.sample(due, len(due)):
        timers.fire(timer)
        clock.forward(milliseconds=dice.choice([1, 10]))


def generated(cast: Cast, clock: Clock, dice: random.Random, rounds: int) -> None:
    """Timers come late, and in any order; people step in."""
    under_way: list[int] = []
    for _ in range(rounds):
        written(cast, clock, dice, under_way)
        answered(clock, dice, under_way, len(under_way) // 2)
        clock.forward(seconds=dice.choice([0, 2, 5, 20, 400, 4000, 50000]))
        fired(clock, dice, 0.8)
        there = db.session.query(Conversation).order_by(Conversation.id)
        for cid in dice.sample([row.public_id for row in there], 4):
            acted(cast, dice, cid)
            clock.forward(seconds=1)


def mixed(burst: str) -> dict[str, str | bytes]:
    files = publishing.files_in(ROOT / "flows")
    lifecycle = files["lifecycle.yaml"]
    assert isinstance(lifecycle, str)
    files["lifecycle.yaml"] = f"burst: {burst}\n{lifecycle}"
    return {**files, "pesan.yaml": ORDER, "nama.yaml": NAME, "bantu.yaml": HELP, "hours.yaml": HOURS}


@pytest.mark.parametrize(("burst", "seed"), [("each", 1), ("{merge: 3s}", 2), ("{last: 2s}", 3)])
def test_whatever_meets_replay_gives_the_recorded_answers(
    app: Flask, cast: Cast, clock: Clock, burst: str, seed: int
) -> None:
    publishing.publish(mixed(burst))
    generated(cast, clock, random.Random(seed), 10)
    ids = replaying.since(WEEK)
    records = list(recalling.records(sorted(ids)))
    happened = [past for record in records for past in record.past]
    kinds = [type(past.event) for past in happened]
    assert kinds.count(OutsideAnswered) > 10
    assert kinds.count(TimerFired) > 20
    assert sum(len(past.said) for past in happened) > 100
    assert [each for found in replaying.differences(publishing.newest(), ids, WEEK) for each in found] == []
    for record in records:
        (script,) = scripts({"tests/a.yaml": transcript(publishing.newest(), record, "recorded")})
        assert [str(each) for each in run(publishing.newest(), script).mismatches] == []
