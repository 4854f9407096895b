"""Who looks after what people working together share."""

from __future__ import annotations

from roms.errors import NotAllowed
from roms.models import Role
from roms.services.actors import Actor


def may_edit(actor: Actor) -> bool:
    return actor.role in (Role.ADMIN, Role.SUPERVISOR)


def require(actor: Actor) -> None:
    """NotAllowed for everybody but admins and supervisors."""
    if not may_edit(actor):
        raise NotAllowed("labels, saved replies and macros are looked after by admins and supervisors")
