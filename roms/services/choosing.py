"""Whose turn it is, as a pure function: the people as they are, what is wanted, and one of them, or why nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from roms.engine.types import JSON

LEAST_LOADED = "least_loaded"
RETURNING = "returning"  # who answered this contact last
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of those who could be asked. What somebody speaks is a skill like any other: "en" beside "billing"."""

    id: int
    open: int = 0  # conversations under way
    capacity: int | None = None  # at once; None: no limit
    since: datetime | None = None  # the last assignment
    skills: frozenset[str] = frozenset()
    is_here: bool = True

    @property
    def has_room(self) -> bool:
        return self.capacity is None or self.open < self.capacity


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the conversation asks of whoever gets it."""

    skill: str = ""
    language: str = ""
    last_agent: int | None = None
    tried: frozenset[int] = frozenset()  # had it already, or must not have it


@dataclass(frozen=True, slots=True)
class Choice:
    """This one, by which rule, and the facts that say why."""

    agent: int
    rule: str
    facts: JSON


@dataclass(frozen=True, slots=True)
class Nobody:
    """`why`: empty_team, nobody_present, nobody_skilled, all_tried or all_full."""

    why: str
    facts: JSON


def choose(policy: str, candidates: Sequence[Candidate], wanted: Wanted) -> Choice | Nobody:
    """Among those who are there and have room: who knows the contact, then who speaks their language, then by turn.

    A skill that somebody of these people has is needed, and waited for; one that none of them has is passed over.
    """
    is_known = any(wanted.skill in each.skills for each in candidates)
    here = [each for each in candidates if each.is_here]
    able = [each for each in here if not is_known or wanted.skill in each.skills]
    facts: JSON = {"among": len(candidates), "present": len(here)}
    if wanted.skill:
        facts |= {"skill": wanted.skill} if is_known else {"notes": ["no_such_skill"]}
    fresh = [each for each in able if each.id not in wanted.tried]
    free = [each for each in fresh if each.has_room]
    if not free:
        return Nobody(_why(candidates, here, able, fresh), facts)
    first = min(free, key=lambda each: _place(policy, each, wanted))
    facts |= {"open": first.open, "capacity": first.capacity}
    if wanted.language in first.skills:
        facts["language"] = wanted.language
    return Choice(first.id, RETURNING if first.id == wanted.last_agent else policy, facts)


def _why(*narrower: Sequence[Candidate]) -> str:
    """Which step left nobody."""
    words = ("empty_team", "nobody_present", "nobody_skilled", "all_tried")
    return next((why for why, left in zip(words, narrower, strict=True) if not left), "all_full")


def _place(policy: str, each: Candidate, wanted: Wanted) -> tuple[bool, bool, int, datetime, int]:
    """The smaller the earlier."""
    load = each.open if policy == LEAST_LOADED else 0
    return (
        each.id != wanted.last_agent,
        wanted.language not in each.skills,
        load,
        each.since or LONG_AGO,
        each.id,
    )
