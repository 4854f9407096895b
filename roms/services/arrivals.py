"""What a provider brought becomes rows: the one door for webhooks, at once or out of the spool.

While the database is away a webhook goes into the spool, and so does every later one of the same channel until the
spool has nothing of that channel left: so the order is kept and nobody who knocks waits for a replay.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from roms import clock, crash
from roms.channels import ADAPTERS
from roms.channels.base import Account
from roms.channels.items import Incoming, Item
from roms.db import db, hurried
from roms.errors import NotReady, Problem
from roms.services import channels, door, outages, stumbles, tallies, traffic
from roms.services.door import FAILURES, Stumble
from roms.spool import Damaged, Letter, Spool, Unwritable, named_at

log = logging.getLogger(__name__)

PATIENCE = 0.4  # seconds that a webhook waits for a lock, its own turn and then the file's: less than 1 s together
ANSWER = 0.6  # seconds that it waits for any word of the server: longer than for a lock, of which the server tells
FLUSH_FOR = 2.0  # seconds at a time: the ticker has other things to do
TOGETHER = 100  # webhooks of a channel are replayed in as few transactions as they take


def spool() -> Spool:
    config = channels.config()
    return Spool(config.spool, config.credentials_keys)


# --- a webhook comes ---------------------------------------------------------------------------------------------


def receive(account: Account, body: bytes) -> Counter[str]:
    """What became of everything in a body that was proven to be the provider's: stored, set aside, or spooled.

    "failed" in it: something could be kept nowhere, and the provider is to come again.
    """
    letter = Letter(account.channel_id, account.kind, clock.now(), body)
    items, unread = _parsed(account, body)
    if not spool().is_waiting(account.channel_id):
        try:
            with hurried(PATIENCE, ANSWER):
                done = _taken(account, letter, items, unread)
                traffic.heard(account.channel_id)
        except SQLAlchemyError as error:
            if not outages.is_one(error):
                raise
            log.warning("the database does not take a %s webhook (%s): it is spooled", account.kind, type(error))
            db.session.rollback()
        else:
            return done
    try:
        tallies.spooled(account.channel_id, named_at(spool().put(letter)))
    except Unwritable as error:
        tallies.came(account.channel_id, {"failed": len(items) + len(unread)})
        log.error("a %s webhook could be kept nowhere: %s", account.kind, error)
        raise NotReady("neither the database nor the spool takes anything now; try again") from error
    return Counter(spooled=len(items) + len(unread))


def _parsed(account: Account, body: bytes) -> tuple[list[Item], list[Stumble]]:
    """What the body brings; or, where our own reading of it breaks, that. What is no webhook is a Problem."""
    try:
        return list(ADAPTERS[account.kind].parse(account, body)), []
    except Problem:
        raise
    except FAILURES as error:
        log.exception("a %s webhook could not be read", account.kind)
        return [], [Stumble(error)]


def _taken(account: Account, letter: Letter, items: list[Item], unread: list[Stumble]) -> Counter[str]:
    """Store what can be, and set aside what we stumble over: nothing holds up what comes after it."""
    came = door.handled(account, items)
    done, found = came.done, unread or came.stumbles
    kept = _kept(account, letter, found)
    done["failed"], done["aside"] = len(found) - kept, kept
    return +done


def _kept(account: Account, letter: Letter, found: list[Stumble]) -> int:
    return stumbles.keep(account, letter.came_at, letter.body, found) if found else 0


# --- the database is back ----------------------------------------------------------------------------------------


def flush() -> None:
    """Replay what waits, for a moment, until the database fails: each channel's oldest first, and some of each channel
    in turn, so that a busy one, or one of whose threads somebody holds, keeps no other waiting."""
    with spool().alone() as is_mine:
        until = time.monotonic() + FLUSH_FOR
        queues = [iter(spool().waiting(channel_id)) for channel_id in spool().channels()] if is_mine else []
        try:
            with hurried(PATIENCE):
                while queues:
                    queues = [each for each in queues if _goes_on(each, until)]
                    if time.monotonic() > until:
                        return
        except SQLAlchemyError as error:
            if not outages.is_one(error):
                raise
            db.session.rollback()


def _goes_on(waiting: Iterator[Path], until: float) -> bool:
    try:
        return _are_next_replayed(waiting)
    except SQLAlchemyError as error:
        if not outages.is_held(error) or time.monotonic() > until:
            raise
        db.session.rollback()
        return False


def _are_next_replayed(waiting: Iterator[Path]) -> bool:
    """Whether more may follow; the database's own failures are raised."""
    paths = list(itertools.islice(waiting, TOGETHER))
    letters = {path: letter for path in paths if (letter := _opened(path)) is not None}
    if letters:
        stored = dict(zip(letters, _stored(list(letters.values())), strict=True))
        _done([(path, letter) for path, letter in letters.items() if stored[path]])
        for path in (path for path in letters if not stored[path]):
            spool().set_aside(path)
    return bool(paths)


def _opened(path: Path) -> Letter | None:
    """None: it is gone, or was damaged and is out of the way."""
    try:
        return spool().opened(path)
    except FileNotFoundError:
        return None
    except Damaged as error:
        log.error("a file of the spool is damaged: %s", error)
        spool().set_aside(path)
        return None


def _done(letters: Sequence[tuple[Path, Letter]]) -> None:
    """The database has them, and the journal is told before their files go."""
    crash.point("replayed")
    tallies.replayed([(letter.channel_id, named_at(path)) for path, letter in letters])
    for path, _ in letters:
        spool().done(path)


def _stored(letters: Sequence[Letter]) -> list[bool]:
    """Of each of these, all of one channel, whether the database has it now, be it set aside. If not, it is no
    webhook, it has no channel any more, or no room there."""
    try:
        account = channels.line(letters[0].channel_id).account
    except Problem:
        log.exception("%s spooled webhooks could not be replayed", len(letters))
        return [False] * len(letters)
    read = [_read(account, letter) for letter in letters]
    came = door.handled(account, [item for items, _ in read for item in items])
    return [_is_settled(account, *each, came.stumbles) for each in zip(letters, read, strict=True)]


def _read(account: Account, letter: Letter) -> tuple[list[Item], list[Stumble] | None]:
    """What it brings, whose messages came when it did. None: it is no webhook."""
    try:
        items, unread = _parsed(account, letter.body)
    except Problem:
        log.exception("a spooled %s webhook could not be replayed", letter.kind)
        return [], None
    return [replace(item, came_at=letter.came_at) if isinstance(item, Incoming) else item for item in items], unread


def _is_settled(
    account: Account, letter: Letter, read: tuple[list[Item], list[Stumble] | None], found: Sequence[Stumble]
) -> bool:
    items, unread = read
    if unread is None:
        return False
    places = {id(item): place for place, item in enumerate(items)}
    mine = unread or [replace(each, place=places[id(each.item)]) for each in found if id(each.item) in places]
    try:
        return _kept(account, letter, mine) == len(mine)
    except FAILURES as error:
        if outages.is_one(error):
            raise
        log.exception("a spooled %s webhook could not be set aside", letter.kind)
        return False
