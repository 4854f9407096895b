"""Labels put on conversations, and taken off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from roms.channels.reading import printable
from roms.db import db, insert_once, table
from roms.errors import Invalid
from roms.models import ConversationLabel, Label
from roms.services.scene import Scene, add_history

LONGEST = 60
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


def offered(label: str, at: datetime) -> str:
    """A label that people may put on, in its one spelling."""
    label = " ".join(printable(label).split())
    if not label or len(label) > LONGEST:
        raise Invalid(f"a label has 1 to {LONGEST} characters", field="label")
    made = {"key": label, "colour": GREY, "is_vip": False, "is_active": True, "created_at": at}
    insert_once(table(Label), made, "key")
    return label


def take(scene: Scene, label: str, person: int) -> None:
    if label not in scene.conversation.labels:
        return
    scene.conversation.labels = [each for each in scene.conversation.labels if each != label]
    columns = table(ConversationLabel).c
    here = columns.conversation_id == scene.conversation.id, columns.label == label
    db.session.execute(delete(table(ConversationLabel)).where(*here))
    add_history(scene, "label", {"label": label, "removed": True}, person)
