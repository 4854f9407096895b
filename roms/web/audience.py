"""One change, as each of those who sit at the live hub may hear it: whole, without numbers, as gone, or not at all.

Every variant is made at most once, and only when somebody here is to have it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from roms.engine.types import JSON
from roms.services import access, masking
from roms.services.actors import Actor
from roms.web.line import frame


@dataclass(frozen=True)
class Told:
    """A frame for agents: `header` as frames.header makes it, `body` what those who may see the conversation get."""

    header: JSON
    body: bytes

    def to(self, actor: Actor) -> bytes:
        """What goes to this person, b"" for nothing."""
        if not self.body:
            return b""
        if "u" in self.header:  # about one of us, and about no conversation
            return self._whole if actor.is_supervisor or actor.id == self.header["u"] else b""
        if may_see(actor, self.header.get("of")):
            return self._whole if actor.sees_numbers else self._masked
        return self._gone if may_see(actor, self.header.get("was")) else b""

    @property
    def to_all(self) -> bytes | None:
        """What goes to everybody who sees all, with numbers; None: each of them is to be asked for."""
        return None if not self.body or "u" in self.header else self._whole

    @cached_property
    def _whole(self) -> bytes:
        return frame(self.body)

    @cached_property
    def _masked(self) -> bytes:
        return packed(masking.masked(json.loads(self.body)))

    @cached_property
    def _gone(self) -> bytes:
        return packed({"t": "gone", "c": self.header["c"], "s": self.header["s"]})


@dataclass(frozen=True)
class Moved(Told):
    """That something moved, without what. Whose it was before nobody knows now: who may not see it is told to look at
    what is theirs, and not which conversation it was."""

    def to(self, actor: Actor) -> bytes:
        return super().to(actor) or LOOK


def may_see(actor: Actor, whose: list[Any] | None) -> bool:
    """`whose`: assignee and team. Where a frame does not say, only who sees all may."""
    assignee, team = whose or (None, None)
    return access.may_see(actor, assignee, team)


def packed(fact: JSON) -> bytes:
    return frame(json.dumps(fact, ensure_ascii=False, separators=(",", ":")).encode())


LOOK = packed({"t": "moved"})
RIGHTS = packed({"t": "rights"})  # what this person may see has changed: the page begins anew
