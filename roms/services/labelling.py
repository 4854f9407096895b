"""Labels put on conversations, and taken off."""

from __future__ import annotations

from sqlalchemy import delete

from roms.db import db, insert_once, table
from roms.models import ConversationLabel, Label
from roms.services.scene import Scene, add_history

GREY = "grey"  # of a label that nobody made


def put(scene: Scene, label: str, person: int | None = None) -> None:
    """Once; `person` is who did it, None for a flow."""
    if label in scene.conversation.labels:
        return
    made = {"key": label, "colour": GREY, "is_vip": False, "is_active": True, "created_at": scene.at}
    insert_once(table(Label), made, "key")
    scene.conversation.labels = [*scene.conversation.labels, label]
    row = {"conversation_id": scene.conversation.id, "label": label}
    insert_once(table(ConversationLabel), row, "conversation_id", "label", asking="label")
    add_history(scene, "label", {"label": label}, scene.actor if person is None else person)


def take(scene: Scene, label: str, person: int) -> None:
    if label not in scene.conversation.labels:
        return
    scene.conversation.labels = [each for each in scene.conversation.labels if each != label]
    columns = table(ConversationLabel).c
    here = columns.conversation_id == scene.conversation.id, columns.label == label
    db.session.execute(delete(table(ConversationLabel)).where(*here))
    add_history(scene, "label", {"label": label, "removed": True}, person)
