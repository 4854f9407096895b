"""Our own messages as the provider shows them: proof that it has them, and never a reply on the paired phone.

A gateway tells of every message of the number it is linked to, ours too. One whose id we know says nothing new.
"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from sqlalchemy import select

from roms import clock
from roms.channels.alike import alike
from roms.channels.items import Echo, Incoming
from roms.db import db, serialize, transaction
from roms.models import Conversation, Direction, Message
from roms.services import channels, evidence, parcels, receipts
from roms.services.scene import Scene, finish, scene_of

LATEST = timedelta(hours=1)  # so long a gateway may have kept it before it went out


def heard(channel_id: int, echo: Echo) -> None:
    """Whichever message it is of those that have no id yet, it is there."""
    named = select(Message.id).filter_by(channel_id=channel_id, direction=Direction.OUT, provider_id=echo.provider_id)
    if db.session.scalar(named) is None:
        _heard(channel_id, echo)


@transaction()
def _heard(channel_id: int, echo: Echo) -> None:
    serialize(receipts.key(channel_id, echo.provider_id))
    conversation = Conversation.at(channel_id, echo.address)
    if conversation is not None and not evidence.taken(channel_id, [echo.provider_id]):
        scene = scene_of(conversation, channels.line(channel_id), clock.now())
        _take_in(scene, echo)
        finish(scene)


def is_own(scene: Scene, incoming: Incoming) -> bool:
    """Whether what the provider does not tell the writer of is one of ours, and so no reply on the paired phone."""
    caption = str(incoming.extra.get("caption") or "")
    words = incoming.address, incoming.provider_id or "", incoming.kind, incoming.text, caption, incoming.at
    return incoming.unsure and _take_in(scene, Echo(*words))


def _take_in(scene: Scene, echo: Echo) -> bool:
    """Whether any message of ours that has no id yet says just this. Where one does, this is it; which of several it is
    an echo does not tell, a look at the provider's list may."""
    at = min(echo.at or scene.at, scene.at)
    fits = [
        row
        for row in evidence.lost(scene, at - LATEST, at + evidence.CLOCKS)
        if alike(parcels.made(scene.line, SimpleNamespace(**row), echo.address), echo.kind, echo.text, echo.caption)
    ]
    if len(fits) == 1:
        evidence.found(scene, fits[0], echo.provider_id)
    return bool(fits)
