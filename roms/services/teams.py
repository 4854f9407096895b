"""Teams as admins make and change them: who is in them, how they take turns, which channels are theirs."""

from __future__ import annotations

import re
from typing import Any, TypedDict

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from roms import clock
from roms.db import db, insert_once, table
from roms.engine.flow import Handoff, Release, Step
from roms.engine.types import JSON
from roms.errors import Invalid, NotFound, NotReady, TeamUsed
from roms.models import Channel, Conversation, Hours, Policy, Team, TeamMember, User
from roms.services import account_states, channels, crew, publishing

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,78}")
LONGEST_WAIT = 7 * 24 * 3600  # seconds; whoever is answered later than that is not


class Change(TypedDict, total=False):
    """What is to become of a team; what is not named stays as it is."""

    name: str
    policy: Policy
    answer_within: int | None
    hours_id: int | None
    is_active: bool


def add(by: int | None, key: str, name: str) -> int:
    """A new team; its id. Without members everybody may take what it is given."""
    key, name = key.strip(), crew.named(name)
    key = key if key in named_in_flows() else key.lower()
    if not KEY.fullmatch(key) and key not in named_in_flows():
        raise Invalid("key: a to z, digits and - only", field="key", problem="shape")
    try:
        with crew.changing(by):
            row = Team(key=key, name=name, created_at=clock.now())
            db.session.add(row)
            db.session.flush()
            crew.remember(by, "team_added", team=key)
            return row.id
    except IntegrityError as error:
        raise Invalid("key: another team has it", field="key", problem="taken") from error


def change(by: int | None, team_id: int, wanted: Change, is_sure: bool = False) -> None:
    """Change a team. TeamUsed, with where, when it is to be put out of use while flows or channels name it."""
    with crew.changing(by):
        row = _locked(team_id)
        if wanted.get("is_active") is False and row.is_active and not is_sure:
            _unused(row)
        before = _shown(row)
        _put(row, wanted)
        after = _shown(row)
        if changes := {name: [before[name], after[name]] for name in after if after[name] != before[name]}:
            crew.remember(by, "team_changed", team=row.key, **changes)


def set_member(by: int | None, team_id: int, user_id: int, is_in: bool) -> None:
    """Have somebody in a team, or not; saying so twice is saying so once."""
    with crew.changing(by):
        row = _locked(team_id)
        if db.session.scalar(select(User.id).filter_by(id=user_id)) is None:
            raise NotFound("there is no such person")
        there = select(TeamMember.user_id).filter_by(team_id=team_id, user_id=user_id)
        if (db.session.scalar(there) is not None) == is_in:
            return
        if is_in:
            values = {"team_id": team_id, "user_id": user_id}
            insert_once(table(TeamMember), values, "team_id", "user_id", asking="user_id")
        else:
            db.session.execute(delete(TeamMember).filter_by(team_id=team_id, user_id=user_id))
        crew.remember(by, "member_added" if is_in else "member_removed", team=row.key, person=user_id)


def set_default(by: int | None, channel_id: int, team_id: int | None) -> None:
    """What comes in on this channel is this team's, unless a flow says another; None: everybody's."""
    with crew.changing(by):
        name = _locked(team_id).name if team_id is not None else ""
        row = db.session.scalars(select(Channel).filter_by(id=channel_id).with_for_update()).one_or_none()
        if row is None:
            raise NotFound("there is no such channel")
        if row.default_team_id != team_id:
            row.default_team_id = team_id
            channels.touch(row)
            account_states.remember(row, "team" if team_id else "no_team", by, name=name)


# --- the rules -----------------------------------------------------------------------------------------------------


def _locked(team_id: int) -> Team:
    afresh = select(Team).filter_by(id=team_id).with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(afresh).one_or_none()
    if row is None:
        raise NotFound("there is no such team")
    return row


def _put(row: Team, wanted: Change) -> None:
    within, hours = wanted.get("answer_within"), wanted.get("hours_id")
    if within is not None and not 60 <= within <= LONGEST_WAIT:
        raise Invalid("answer_within: a minute to a week", field="answer_within", problem="shape")
    if hours is not None and db.session.scalar(select(Hours.id).filter_by(id=hours)) is None:
        raise Invalid("hours_id: there are no such hours", field="hours_id", problem="gone")
    given: dict[str, Any] = dict(wanted)
    if "name" in given:
        given["name"] = crew.named(given["name"])
    for name, value in given.items():
        setattr(row, name, value)
    db.session.flush()


def _shown(row: Team) -> JSON:
    plain = {name: getattr(row, name) for name in ("name", "answer_within", "hours_id", "is_active")}
    return {**plain, "policy": row.policy.value}


def _unused(row: Team) -> None:
    steps = named_in_flows().get(row.key, [])
    lines = list(db.session.scalars(select(Channel.name).filter_by(default_team_id=row.id).order_by(Channel.id)))
    if steps or lines:
        raise TeamUsed(team=row.key, flows=steps, channels=lines, waiting=_waiting(row.key))


def _waiting(key: str) -> int:
    """Conversations of this team that nobody has yet."""
    wait = select(func.count()).select_from(Conversation)
    return db.session.scalar(wait.where(Conversation.team == key, Conversation.queued_at.is_not(None))) or 0


def named_in_flows() -> dict[str, list[JSON]]:
    """Team -> where the newest release hands over to it; nothing where nothing was published yet."""
    try:
        release = publishing.newest()
    except NotReady:
        return {}
    found: dict[str, list[JSON]] = {}
    for place, step in release.steps.items():
        if isinstance(step.control, Handoff) and step.control.team:
            told = {
                "file": step.file,
                "line": _line(release, step, step.control.team),
                "step": f"{place.flow}.{place.step}",
            }
            found.setdefault(step.control.team, []).append(told)
    return found


def _line(release: Release, step: Step, team: str) -> int:
    """Where in its file the step names the team: the first such line from the step's own on."""
    names = re.compile(rf"""\bteam:\s*["']?{re.escape(team)}\b""")
    lines = release.files.get(step.file, "").splitlines()
    below = (number for number, text in enumerate(lines, 1) if number >= step.line and names.search(text))
    return next(below, step.line)
