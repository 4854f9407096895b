"""What came and what became of it, by channel and day: what was counted against the rows that are there (ADR 0011)."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, extract, func, select

from roms import clock
from roms.db import db, table, transaction
from roms.engine.hours import always
from roms.engine.types import JSON
from roms.errors import Invalid, NotFound, NotReady
from roms.models import Channel, ChannelTally, Conversation, Direction, History, Message, Sender, Status
from roms.services import arrivals, publishing, tallies

DAYS = 14
MOST_DAYS = 60  # as cleaning.py keeps them
REMEMBERED = 60.0  # seconds: a day that is over changes seldom
BY_PEOPLE = "people"  # the source of what was written off
SUMMED = tuple(name for name in tallies.COUNTS if name not in ("fresh", "written_off"))
OUT: Mapping[Status, str] = {
    Status.QUEUED: "waiting",
    Status.SENDING: "waiting",
    Status.ACCEPTED: "sent",
    Status.SENT: "sent",
    Status.DELIVERED: "delivered",
    Status.READ: "delivered",
    Status.FAILED: "failed_out",
    Status.UNKNOWN: "unknown",
    Status.CANCELLED: "cancelled",
}
FIGURES = (*SUMMED, "rows", "answers", "handed_over", *dict.fromkeys(OUT.values()))

Slot = int  # seconds since 1970, whole quarters of an hour


@dataclass(slots=True)
class Page:
    """One channel on one day."""

    figures: Counter[str] = field(default_factory=Counter)
    stored: Counter[Slot] = field(default_factory=Counter)  # as counted, less what was written off
    kept: Counter[Slot] = field(default_factory=Counter)  # rows that are there

    @property
    def missing(self) -> dict[Slot, int]:
        """Quarter by quarter, so that what a killed process did not count hides no loss of another hour."""
        return {slot: count - self.kept[slot] for slot, count in self.stored.items() if count > self.kept[slot]}


def zone() -> tzinfo:
    """The team's: that of the opening hours which are live."""
    try:
        return publishing.newest().hours.zone
    except NotReady:
        return always().zone


def days(count: int = DAYS, channel_id: int | None = None) -> list[JSON]:
    """Every day and channel on which anything happened, newest first, each with its verdict."""
    here = zone()
    today = clock.now().astimezone(here).date()
    names = {row.id: row.name for row in db.session.execute(select(Channel.id, Channel.name).order_by(Channel.id))}
    lost = _by_day(_lost_letters(), here)
    told = []
    for back in range(count):
        day = today - timedelta(days=back)
        pages = _pages(day, here, is_over=back > 0)
        for id_ in names:
            if channel_id in (None, id_) and (id_ in pages or lost[id_, day]):
                told.append(_told(day, id_, names[id_], pages.get(id_, Page()), lost[id_, day]))
    return told


def _told(day: date, id_: int, name: str, page: Page, letters: int) -> JSON:
    missing = sum(page.missing.values())
    figures = {each: page.figures[each] for each in FIGURES}
    unprocessed = max(0, figures["stored"] - figures["processed"])
    counted = bool(figures["received"] or figures["stored"])
    verdict = "missing" if missing or letters or unprocessed else "whole" if counted else "uncounted"
    found: JSON = {"day": day.isoformat(), "channel": {"id": id_, "name": name}, **figures}
    found["in_spool"] = max(0, figures["letters"] - figures["replayed"] - letters)
    return found | {"missing": missing, "letters_lost": letters, "unprocessed": unprocessed, "verdict": verdict}


def _by_day(lost: Mapping[tuple[int, datetime], int], here: tzinfo) -> Counter[tuple[int, date]]:
    found: Counter[tuple[int, date]] = Counter()
    for (id_, slot), count in lost.items():
        found[id_, slot.astimezone(here).date()] += count
    return found


def bounds(day: date, here: tzinfo) -> tuple[datetime, datetime]:
    """When it began and ended; 23 or 25 hours apart where clocks are changed."""
    first, last = (datetime(each.year, each.month, each.day, tzinfo=here) for each in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), last.astimezone(UTC)


# --- figures of a day ----------------------------------------------------------------------------------------------


def _pages(day: date, here: tzinfo, is_over: bool) -> dict[int, Page]:
    """By channel; of a day that is over, as they were a moment ago."""
    known = current_app.extensions.setdefault("roms.journal", {})
    key = (day, str(here))
    if is_over and key in known and monotonic() - known[key][0] < REMEMBERED:
        return dict(known[key][1])
    pages: dict[int, Page] = defaultdict(Page)
    begin, end = bounds(day, here)
    _add_counts(pages, begin, end)  # first: whatever is counted by now has its row by now
    _add_rows(pages, begin, end)
    if is_over:
        known[key] = (monotonic(), dict(pages))
        for old in [each for each in known if monotonic() - known[each][0] > REMEMBERED]:
            del known[old]
    return dict(pages)


def _add_counts(pages: dict[int, Page], begin: datetime, end: datetime) -> None:
    columns = table(ChannelTally).c
    sums = select(columns.channel_id, columns.slot, *(func.sum(columns[name]).label(name) for name in tallies.COUNTS))
    within = sums.where(columns.slot >= begin, columns.slot < end).group_by(columns.channel_id, columns.slot)
    for row in db.session.execute(within).mappings():
        page = pages[row["channel_id"]]
        page.figures.update({name: int(row[name]) for name in SUMMED})
        page.stored[int(row["slot"].timestamp())] += int(row["stored"]) - int(row["written_off"])


def _add_rows(pages: dict[int, Page], begin: datetime, end: datetime) -> None:
    columns = table(Message).c
    within = columns.created_at >= begin, columns.created_at < end
    came = columns.direction == Direction.IN, columns.provider_id.is_not(None)
    slot = _slot(columns.created_at)
    kept = select(columns.channel_id, slot.label("slot"), func.count().label("n")).where(*within, *came)
    for row in db.session.execute(kept.group_by(columns.channel_id, slot)):
        pages[row.channel_id].kept[int(row.slot)] += row.n
        pages[row.channel_id].figures["rows"] += row.n
    went = select(columns.channel_id, columns.sender, columns.status, func.count().label("n"))
    went = went.where(*within, columns.direction == Direction.OUT)
    for row in db.session.execute(went.group_by(columns.channel_id, columns.sender, columns.status)):
        figures = pages[row.channel_id].figures
        figures[OUT[row.status]] += row.n
        figures["answers"] += row.n if row.sender is Sender.BOT else 0
    passed = select(Conversation.channel_id, func.count().label("n")).select_from(History)
    passed = passed.join(Conversation, Conversation.id == History.conversation_id)
    passed = passed.where(History.event == "handoff", History.at >= begin, History.at < end)
    for row in db.session.execute(passed.group_by(Conversation.channel_id)):
        pages[row.channel_id].figures["handed_over"] += row.n


def _slot(moment: ColumnElement[datetime]) -> ColumnElement[Any]:
    """The beginning of its quarter of an hour, in the same words for both databases."""
    seconds = extract("epoch", moment)
    return seconds - seconds % int(tallies.SLOT.total_seconds())


# --- the spool -----------------------------------------------------------------------------------------------------


def _lost_letters() -> dict[tuple[int, datetime], int]:
    """Webhooks that went into the spool, did not come out and are not there: by channel and quarter of an hour.

    Looked for twice: one that leaves the spool while we look is missed once.
    """
    lost = _not_there()
    again = _not_there() if lost else {}
    return {key: min(count, again[key]) for key, count in lost.items() if key in again}


def _not_there() -> dict[tuple[int, datetime], int]:
    columns = table(ChannelTally).c
    left = func.sum(columns.letters - columns.replayed)
    sums = select(columns.channel_id, columns.slot, left.label("n")).group_by(columns.channel_id, columns.slot)
    away = {(row.channel_id, row.slot): int(row.n) for row in db.session.execute(sums.having(left > 0))}
    there = Counter((id_, tallies.slot_of(at)) for id_, at in arrivals.spool().moments()) if away else Counter()
    return {key: count - there[key] for key, count in away.items() if count > there[key]}


# --- a person knows why --------------------------------------------------------------------------------------------


def write_off(channel_id: int, day: str) -> JSON:
    """What is missing of this day is known: it is not asked for any more. How much that was."""
    here = zone()
    try:
        begin, end = bounds(date.fromisoformat(day), here)
    except (ValueError, OverflowError):
        raise Invalid("a day is written as 2026-11-21", field="day") from None
    if db.session.scalar(select(Channel.id).filter_by(id=channel_id)) is None:
        raise NotFound("there is no such channel")
    page = _pages(date.fromisoformat(day), here, is_over=False).get(channel_id, Page())
    gone = {datetime.fromtimestamp(slot, UTC): {"written_off": count} for slot, count in page.missing.items()}
    letters = {slot: n for (id_, slot), n in _lost_letters().items() if id_ == channel_id and begin <= slot < end}
    for slot, count in letters.items():
        gone.setdefault(slot, {})["replayed"] = count
    _write_off(channel_id, gone)
    current_app.extensions.pop("roms.journal", None)
    return {"messages": sum(page.missing.values()), "letters": sum(letters.values())}


@transaction()
def _write_off(channel_id: int, gone: Mapping[datetime, Mapping[str, int]]) -> None:
    tallies.put(channel_id, f"{BY_PEOPLE}-{secrets.token_hex(6)}", gone)


def is_whole(told: Iterable[JSON]) -> bool:
    return all(each["verdict"] != "missing" for each in told)
