"""The teams and labels that flows name: what there is of them, and the teams that must be there for flows to work."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from roms import clock
from roms.db import db, serialize, transaction
from roms.engine import flowfile, teams
from roms.engine.book import Known
from roms.engine.media import Files
from roms.models import Label, Release, Team
from roms.services import publishing


def known() -> Known:
    """What a checker may look for in this database."""
    labels = db.session.scalars(select(Label.key).where(Label.is_active))
    return Known(frozenset(db.session.scalars(select(Team.key).where(Team.is_active))), frozenset(labels))


def known_if_there() -> Known | None:
    """The same; None where files are looked at with no database at hand."""
    try:
        return known()
    except DBAPIError:
        db.session.rollback()
        return None


def of_files(files: Files) -> frozenset[str]:
    """Raises FlowErrors where the files are not sound for another reason."""
    return flowfile.compile_release(files).teams


def of_newest() -> frozenset[str]:
    """For whoever published before there were teams: the flows that are live name some, and nobody ever made them."""
    newest = db.session.scalar(select(func.max(Release.number)))
    release = publishing.usable(newest) if newest else None
    return release.teams if release else frozenset()


@transaction()
def have(names: Iterable[str]) -> list[str]:
    """Make those of these teams that are not there, with nobody in them: until somebody is, everybody may take what is
    theirs. The keys of those that were made."""
    there = set(db.session.scalars(select(Team.key)))
    spelled = {teams.spelled(key) for key in there}
    missing = sorted(name for name in set(names) if name not in there and name not in spelled)
    if missing:
        serialize("teams")
    for name in missing:
        db.session.add(Team(key=name, name=name.replace("_", " ").capitalize(), created_at=clock.now()))
    return missing
