"""Releases: a whole set of flow files, published at once, compiled once per process, kept for ever."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from roms import clock
from roms.db import db, serialize, transaction
from roms.engine import flowfile
from roms.engine.book import Known
from roms.engine.flow import Release as Compiled
from roms.engine.media import FOLDER, Files
from roms.errors import NotReady
from roms.models import Release
from roms.moments import once
from roms.services import media

log = logging.getLogger(__name__)

COMPILING = threading.Lock()  # after a start everybody asks at the same moment


@transaction()
def first(files: Files) -> tuple[int, bool]:
    """Publish these files if nothing ever was; return the newest number and whether it is theirs."""
    number = db.session.scalar(select(func.max(Release.number)))
    return (number, False) if number else _publish(files, "first release", None)


def any_() -> bool:
    """Whether anything ever was."""
    return db.session.scalar(select(func.max(Release.number))) is not None


@transaction()
def publish(files: Files, comment: str = "", by: int | None = None, known: Known | None = None) -> tuple[int, bool]:
    """Make these files what new talks begin with; return the number and whether anything changed.

    Raises FlowErrors with every problem of the files; then the old release goes on. With `known` a team that is not
    there is one.
    """
    return _publish(files, comment, by, known)


def files_in(folder: Path) -> dict[str, str | bytes]:
    """The files of a release in a folder, as compile_release wants them: flows with their text, `media/*` with their
    bytes. Tests are not among them."""
    found = sorted(path for path in (folder / FOLDER).glob("*") if path.is_file() and path.name[0] != ".")
    return {**texts_in(folder), **{FOLDER + path.name: path.read_bytes() for path in found}}


def texts_in(folder: Path) -> dict[str, str]:
    """The YAML files right in a folder: name -> text."""
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    return {path.name: path.read_text(encoding="utf-8") for path in found}


def _publish(files: Files, comment: str, by: int | None, known: Known | None = None) -> tuple[int, bool]:
    flowfile.compile_release(files, known=known)
    serialize("publish")
    newest = db.session.scalars(select(Release).order_by(Release.number.desc()).limit(1)).first()
    hash_ = flowfile.release_hash(files)
    if newest is not None and newest.hash == hash_:
        return newest.number, False
    number = 1 if newest is None else newest.number + 1
    texts = {name: text for name, text in files.items() if isinstance(text, str)}
    row = Release(number=number, hash=hash_, files=texts, media=media.keep(files), comment=comment, published_by=by)
    row.published_at = clock.now()
    db.session.add(row)
    return number, True


def newest() -> Compiled:
    """What a talk that begins now begins with: the newest release that this version of the program understands."""
    return once("newest release", _newest)


def _newest() -> Compiled:
    number = db.session.scalar(select(func.max(Release.number)))
    if number is None:
        raise NotReady("no flow has been published yet: run `flask flows publish`")
    found = usable(number)
    if found is None:
        older = db.session.scalars(
            select(Release.number).filter(Release.number < number).order_by(Release.number.desc())
        )
        found = next((each for each in map(usable, older) if each), None)
    if found is None:
        raise NotReady("no release can be compiled: run `flask flows check` and `flask flows publish`")
    return found


def usable(number: int) -> Compiled | None:
    """The compiled release of this number, compiled at most once per process; None when it is gone or too old."""
    compiled: dict[int, Compiled | None] = current_app.extensions.setdefault("roms.releases", {})
    if number not in compiled:
        row = db.session.execute(select(Release.files, Release.media).filter_by(number=number)).one_or_none()
        if row is None:
            return None
        with COMPILING:
            if number not in compiled:
                compiled[number] = _compiled(row.files, row.media, number)
    return compiled[number]


def _compiled(files: Any, named: Any, number: int) -> Compiled | None:
    try:
        texts = {name: str(text) for name, text in dict(files).items()}
        return flowfile.compile_release({**texts, **media.described(dict(named))}, number)
    except (flowfile.FlowErrors, TypeError, ValueError) as error:
        log.error("release %s cannot be compiled any more: %s", number, error)
        return None


def pinned(state: Any) -> Compiled | None:
    """The release a conversation stands in, or the newest when it stands in none; None when its own is lost."""
    number = state.get("release", 0) if isinstance(state, Mapping) else None
    if type(number) is not int:
        return None
    return usable(number) if number else newest()


def of_state(state: Any) -> Compiled:
    """The release a conversation stands in, or the newest when it stands in none that can be read."""
    return pinned(state) or newest()
