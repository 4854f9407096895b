"""Who is acting: plain values, because no database object may outlive its transaction."""

from __future__ import annotations

from dataclasses import dataclass

from roms.models import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person."""

    id: int
    name: str
    login: str
    role: Role
    language: str
    session_id: int = 0

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN
