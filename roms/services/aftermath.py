"""What follows from messages that failed for good, besides their saying so; however we were told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from roms.channels.failures import NeedsTemplate, OptedOut
from roms.models import Status
from roms.services import consent, reactions, refusals
from roms.services.scene import Scene

GONE = (Status.FAILED, Status.CANCELLED)


def of(scene: Scene, rows: Sequence[Mapping[str, Any]]) -> None:
    """A sign that never arrived is taken off again; who wants no such messages is sent no advertising any more; and
    where the provider says that the window is closed, it is. The caller has given the conversation a new number."""
    failed = [row for row in rows if row["status"] in GONE]
    reactions.take_back(scene, failed)
    conversation = scene.conversation
    if any(row["error_class"] == NeedsTemplate.error_class for row in failed):
        conversation.window_until = conversation.window_until and min(conversation.window_until, scene.at)
    told = [row["error_code"] for row in failed if row["error_class"] == OptedOut.error_class]
    if code := next((code for code in told if code != refusals.UNWANTED), ""):
        consent.change(scene, consent.Word(True, "refused", code, scene.at))
