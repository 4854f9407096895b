"""A flow asks another system: noted with the turn that asks, and made by a worker after the commit."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from roms.db import after_commit
from roms.engine import effects
from roms.engine.outside import GRACE
from roms.services import signals
from roms.services.scene import Scene


def call_out(scene: Scene, effect: effects.CallOut, _: Mapping[str, Any]) -> None:
    if scene.line.abilities.typing:
        after_commit(functools.partial(signals.bot_thinks, scene.conversation.id))
    scene.calls.append(
        {
            "conversation_id": scene.conversation.id,
            "turn": effect.turn,
            "method": effect.method,
            "url": effect.url,
            "headers": [[name, list(parts)] for name, parts in effect.headers],
            "body": effect.body,
            "timeout": effect.timeout,
            "created_at": scene.at,
            "expires_at": scene.at + timedelta(seconds=GRACE),
        }
    )
