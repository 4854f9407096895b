"""Who looks after what people working together share."""

from __future__ import annotations

from roms.errors import NotAllowed
from roms.services.actors import Actor


def require(actor: Actor) -> None:
    """NotAllowed for everybody but admins and supervisors."""
    if not actor.is_supervisor:
        raise NotAllowed("labels, saved replies and macros are looked after by admins and supervisors")
