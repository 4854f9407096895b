"""Who is acting: plain values, because no database object may outlive its transaction."""

from __future__ import annotations

from dataclasses import dataclass

from roms.models import Role, Sees


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, with what they may see; services/access.py has the rule."""

    id: int
    name: str
    login: str
    role: Role
    language: str
    session_id: int = 0
    sees: Sees = Sees.ALL
    teams: frozenset[str] = frozenset()  # keys of those they are in; known only where `sees` asks for them
    sees_numbers: bool = True

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_supervisor(self) -> bool:
        """Whether they see to the work of others: supervisors and admins."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)
