"""What flows may read of the world, as it is this moment."""

from __future__ import annotations

from typing import Any

from roms.services import hours
from roms.services.scene import Scene


def facts_of(scene: Scene) -> dict[str, Any]:
    """Of contact, channel, conversation and teams. Whose the conversation is, only clocks read: flows may not."""
    conversation, contact = scene.conversation, scene.conversation.contact
    return {
        "contact": {
            "name": contact.name,
            "first_name": contact.name.split(" ")[0] if contact.name else "",
            "phone": contact.phone or "",
            "language": contact.language or "id",
            "labels": tuple(contact.labels),
        },
        "channel": {"kind": scene.line.kind, "name": scene.line.name},
        "conversation": {
            "priority": conversation.priority,
            "labels": tuple(conversation.labels),
            "team": conversation.team,
        },
        "teams": hours.known(scene.line.id, scene.at),
    }
