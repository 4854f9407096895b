"""What was published: looked at, compared, taken out again, and who stands where in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from roms.db import db
from roms.engine import compare
from roms.engine.compare import Change
from roms.engine.media import FOLDER, NAME, Files, Media
from roms.engine.types import Mode, Place
from roms.errors import Conflict, NotFound
from roms.models import Conversation, Release, User
from roms.services import media, publishing

Standing = tuple[int, Place]  # release number, and the waiting question or a step that called its flow


@dataclass(frozen=True, slots=True)
class Listed:
    """One release, as a list shows it."""

    number: int
    hash: str
    comment: str
    by: str
    at: datetime
    people: int


def listed() -> list[Listed]:
    """Every release, newest first, with how many people stand in it."""
    people = Counter(number for number, _ in {(number, cid) for (number, _), ids in standing().items() for cid in ids})
    rows = select(Release.number, Release.hash, Release.comment, Release.published_at, User.login)
    rows = rows.outerjoin(User, User.id == Release.published_by).order_by(Release.number.desc())
    return [
        Listed(row.number, row.hash, row.comment, row.login or "", row.published_at, people[row.number])
        for row in db.session.execute(rows)
    ]


def files_of(number: int | None = None) -> tuple[int, dict[str, str | Media]]:
    """The files of this release, or of the newest, with its number."""
    if number is None:
        number = db.session.scalar(select(func.max(Release.number)))
    row = db.session.execute(select(Release.files, Release.media).filter_by(number=number)).one_or_none()
    if number is None or row is None:
        raise NotFound(f"there is no release {number}" if number else "nothing was ever published")
    return number, {**{name: str(text) for name, text in dict(row.files).items()}, **media.described(row.media)}


def standing() -> dict[Standing, list[int]]:
    """Conversations at a waiting question, by release and step; also by each step that waits for a sub-flow's end."""
    found: dict[Standing, list[int]] = {}
    talking = select(Conversation.id, Conversation.state).where(Conversation.mode.in_((Mode.BOT, Mode.PAUSED)))
    for cid, state in db.session.execute(talking.execution_options(yield_per=1000)):
        for where in stands(state):
            found.setdefault(where, []).append(cid)
    return found


def stands(state: Any) -> tuple[Standing, ...]:
    """Where a conversation with this session stands: at its question, then at the steps that called sub-flows; nowhere
    when no question waits, or nobody can tell."""
    if not isinstance(state, Mapping):
        return ()
    number, place, calls = state.get("release"), state.get("place"), state.get("calls")
    if type(number) is not int or not isinstance(place, str):
        return ()
    callers = [each.get("place") for each in calls if isinstance(each, Mapping)] if isinstance(calls, list) else []
    parted = [each.partition(".") for each in dict.fromkeys((place, *callers)) if isinstance(each, str)]
    return tuple((number, Place(flow, step)) for flow, _, step in parted)


def affected(new: Files, people: Mapping[Standing, list[int]]) -> dict[Standing, Change]:
    """Of the steps on which people stand, those that the new files change or no longer have."""
    found: dict[Standing, Change] = {}
    for number in sorted({number for number, _ in people}):
        try:
            _, old = files_of(number)
        except NotFound:
            found |= {(n, place): Change(place, "removed") for n, place in people if n == number}
        else:
            changed = {change.place: change for change in compare.changes(old, new)}
            found |= {(n, place): changed[place] for n, place in people if n == number and place in changed}
    return found


def report(changes: Iterable[Change], people: Mapping[Standing, list[int]]) -> list[str]:
    """Each change with how many people stand there, in whichever release."""
    count = Counter(place for (_, place), ids in people.items() for _ in ids)
    return [f"{change}{_people(count[change.place])}" for change in changes]


def _people(count: int) -> str:
    return f"; {count} {'person stands' if count == 1 else 'people stand'} there" if count else ""


def write(files: Files, folder: Path) -> None:
    """The files of a release into a folder, so that the folder has the same hash. Raises Conflict, and writes nothing,
    where it holds flow files that the release does not have: they are somebody's work."""
    wrong = [name for name in files if not _may_be_written(name)]
    there = set(publishing.files_in(folder))
    if wrong or there - set(files):
        names = ", ".join(sorted([*wrong, *(there - set(files))]))
        raise Conflict(f"nothing was written; these files stand in the way: {names}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(_bytes(value))


def _bytes(value: str | bytes | Media) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else media.found(value.hash)[1]


def _may_be_written(name: str) -> bool:
    if name.startswith(FOLDER):
        return NAME.fullmatch(name) is not None
    return Path(name).name == name and name.endswith((".yaml", ".yml"))
