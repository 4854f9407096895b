"""ROMS itself: a release, the session as the webhook stores it, and why each message was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bench.peers.loop import HERE, Turn
from roms import jsontext
from roms.engine import lifecycle, session
from roms.engine.effects import SendMessage
from roms.engine.events import MessageReceived
from roms.engine.flow import Release
from roms.engine.flowfile import compile_release
from tools.places import ROOT

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = {"contact": {"language": "en"}, "channel": {}, "conversation": {}}


def make(_data: dict[str, Any]) -> tuple[str, Turn]:
    return talking(compile_release(files(), 1))


def files() -> dict[str, str]:
    return {
        "dialogue.yaml": (HERE / "dialogue.yaml").read_text(encoding="utf-8"),
        "lifecycle.yaml": (ROOT / "flows" / "lifecycle.yaml").read_text(encoding="utf-8"),
    }


def talking(release: Release) -> tuple[str, Turn]:
    """A fresh session of this release, and its turn."""

    def turn(stored: str, text: str) -> tuple[str, list[str]]:
        before = session.load(jsontext.read(stored), FACTS)
        decision = lifecycle.decide(release, before, MessageReceived(text), NOON)
        said = [effect.text for effect in decision.effects if isinstance(effect, SendMessage)]
        return jsontext.write(session.dump(decision.session)), said

    return jsontext.write(session.dump(lifecycle.begin(release, NOON, FACTS))), turn
