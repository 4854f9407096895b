"""What every process writes down about itself: that it lives and gets on, and what it counted at the door."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime


class Heartbeat(Model):
    """One part of one process: when it last got through its round, and when the process last said so."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    instance: Mapped[str] = mapped_column(String(80), primary_key=True)  # host and process
    round_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime] = mapped_column(UTCDateTime)  # old: the process is gone, or stands still as a whole
    every: Mapped[int] = mapped_column()  # seconds between two rounds when all is well
    is_over: Mapped[bool] = mapped_column(default=False)  # it was asked to end, and did


class ChannelTally(Model):
    """What one process counted of a channel in a quarter of an hour: absolute numbers, which may be written twice.

    Nobody else writes this row, so no two processes ever wait for each other because something is counted.
    """

    __tablename__ = "channel_tally"

    channel_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)  # counted even if it goes
    slot: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)  # its beginning; every zone's midnight is one
    source: Mapped[str] = mapped_column(String(24), primary_key=True)  # the process
    received: Mapped[int] = mapped_column(default=0)  # items that came through the door: the sum of the next seven
    fresh: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    receipts: Mapped[int] = mapped_column(default=0)
    others: Mapped[int] = mapped_column(default=0)  # edits, signs, names, states of the account
    skipped: Mapped[int] = mapped_column(default=0)
    aside: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)  # answered 503: the provider comes again
    spooled: Mapped[int] = mapped_column(default=0)
    stored: Mapped[int] = mapped_column(default=0)  # rows of contacts' messages committed, by their created_at
    processed: Mapped[int] = mapped_column(default=0)  # of these, those that the lifecycle has decided about
    letters: Mapped[int] = mapped_column(default=0)  # webhooks that went into the spool
    replayed: Mapped[int] = mapped_column(default=0)  # of these, those that came out again
    written_off: Mapped[int] = mapped_column(default=0)  # messages that are missing, and a person knows why
