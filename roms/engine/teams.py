"""What the engine is told of the teams: which hours each keeps, and within what time it answers.

Handed in with the facts, because a release does not know who works when. What a team does not say for itself, the
release says: its hours.yaml, and the `response_within` of its lifecycle.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from roms.engine.hours import Hours, after
from roms.engine.value import value


@value
class Rota:
    """How one team works."""

    hours: Hours | None = None  # None: as hours.yaml says
    answer_within: int | None = None  # seconds of its hours; None: as lifecycle.yaml says


NOTHING = Rota()
OWN = ""  # where the team stands that the channel belongs to, if it does to one


def spelled(key: str) -> str:
    """A team's key as an expression can write it: `front desk` is `teams.front_desk`."""
    return re.sub(r"\W", "_", key)


def by_name(teams: Mapping[str, Rota]) -> dict[str, Rota]:
    """The same teams, to be found under their key and as expressions spell it."""
    return {**{spelled(key): rota for key, rota in teams.items()}, **teams}


def of_talk(facts: Mapping[str, Any]) -> Any:
    """Whose conversation it is: the team it was handed to, "" for the channel's own."""
    return (facts.get("conversation") or {}).get("team") or OWN


def rota(facts: Mapping[str, Any], team: Any) -> Rota:
    found = (facts.get("teams") or {}).get(team)
    return found if isinstance(found, Rota) else NOTHING


def answer_by(facts: Mapping[str, Any], team: Any, usual: Hours, within: int, now: datetime) -> datetime:
    """When this team must have answered what is asked now; `usual` and `within` are the release's."""
    own = rota(facts, team)
    return after(own.hours or usual, now, within if own.answer_within is None else own.answer_within)
