"""What becomes of people mid-flow when a release is published that changes the step on which they stand."""

from __future__ import annotations

from collections.abc import Sequence

from roms import clock
from roms.db import transaction
from roms.engine.events import ReleaseChanged
from roms.models import Conversation
from roms.services import channels, releases
from roms.services.runner import advance
from roms.services.scene import add_history, finish, scene_of

PLANS = ("stay", "move", "handoff")
BATCH = 50  # conversations locked at once: a customer who writes meanwhile waits for no more than these


def carry_out(plan: str) -> int:
    """Move everybody whose step the newest release changed or lost, or hand them to people; how many they were."""
    number, files = releases.files_of()
    people = releases.standing()
    people = {where: ids for where, ids in people.items() if where[0] != number}
    wanted = releases.affected(files, people)
    ids = sorted({cid for where in wanted for cid in people[where]})
    return sum(_batch(plan, ids[at : at + BATCH], frozenset(wanted), number) for at in range(0, len(ids), BATCH))


@transaction()
def _batch(plan: str, ids: Sequence[int], wanted: frozenset[releases.Standing], number: int) -> int:
    """Who has moved on since we looked is left alone."""
    at, scenes = clock.now(), []
    for conversation in Conversation.all_locked(ids).values():
        where = next((each for each in releases.stands(conversation.state) if each in wanted), None)
        if where is None:
            continue
        scene = scene_of(conversation, channels.line(conversation.channel_id), at)
        step = f"{where[1].flow}.{where[1].step}"
        add_history(scene, "release", {"plan": plan, "from": where[0], "to": number, "step": step})
        advance(scene, ReleaseChanged(plan))
        scenes.append(scene)
    finish(*scenes)
    return len(scenes)
