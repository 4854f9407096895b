"""A folder for what providers brought while the database could not take it: sealed, in the order it came.

One file for each webhook, in a folder for each channel; its name sorts by the moment it came. A file is there whole or
not at all (written beside, synced, renamed, the folder synced), and only its owner can read it. Nothing here knows of a
database.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from roms import clock, crash, secretbox

log = logging.getLogger(__name__)

BROKEN = "broken"  # what cannot be replayed; kept for a person to look at
ACCOUNTS = "accounts"  # the sealed copy of what our accounts at providers know
LOCK = "lock"
DRAFT = ".draft-"
STALE = 60.0  # seconds after which a draft is one whose writer died
NANO = 1_000_000_000

_naming = threading.Lock()
_numbers = itertools.count()
_newest: dict[Path, int] = {}  # by folder, the moment in the name of what was written last


class Damaged(Exception):
    """A file of the spool that cannot be read back."""


class Unwritable(Exception):
    """The spool takes nothing: the message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One webhook that waits: its body, proven to be the provider's, and when it came."""

    channel_id: int
    kind: str
    came_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder, and the keys that seal what lies in it (the first) or open it (any)."""

    folder: Path
    keys: Sequence[str] = field(repr=False)

    def prepare(self) -> None:
        """Make the folder and write in it; Unwritable says in a sentence why that cannot be."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.folder / f"{DRAFT}{os.getpid()}-probe"
            _write(probe, b"x")
            probe.unlink()
            for draft in self.folder.glob(f"**/{DRAFT}*"):
                if clock.now().timestamp() - draft.stat().st_mtime > STALE:
                    draft.unlink(missing_ok=True)
        except OSError as error:
            raise Unwritable(f"ROMS_SPOOL: {self.folder} cannot be written: {error.strerror}") from error

    def put(self, letter: Letter) -> Path:
        """Keep it until the database is back. When this returns, a power cut does not lose it."""
        head = {"channel": letter.channel_id, "kind": letter.kind, "at": letter.came_at.isoformat()}
        place = self._of(letter.channel_id)
        with _naming:
            name = f"{_next_moment(place):020}-{os.getpid():08}-{next(_numbers):08}"
        self._keep(place / name, json.dumps(head).encode() + b"\n" + letter.body)
        return place / name

    def waiting(self, channel_id: int) -> list[Path]:
        """What waits for this channel, oldest first."""
        return [Path(entry) for entry in sorted(_letters(self._of(channel_id)))]

    def is_waiting(self, channel_id: int) -> bool:
        return next(_letters(self._of(channel_id)), None) is not None

    def is_empty(self) -> bool:
        return not any(map(self.is_waiting, self.channels()))

    def channels(self) -> list[int]:
        """The channels for which something may wait."""
        try:
            return sorted(int(name) for name in os.listdir(self.folder) if name.isdigit())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def opened(self, path: Path) -> Letter:
        """What is in this file; Damaged where it is not as we left it."""
        try:
            head, _, body = secretbox.opened_bytes(self.keys, path.read_bytes()).partition(b"\n")
            facts = json.loads(head)
            return Letter(facts["channel"], facts["kind"], datetime.fromisoformat(facts["at"]), body)
        except FileNotFoundError:
            raise
        except (OSError, secretbox.Sealed, ValueError, KeyError, TypeError) as error:
            raise Damaged(f"{path.name}: {type(error).__name__}") from error

    def done(self, path: Path) -> None:
        """Its contents are in the database, committed."""
        path.unlink(missing_ok=True)

    def set_aside(self, path: Path) -> None:
        """It cannot be replayed: out of the way of what came after it, and kept."""
        aside = self.folder / BROKEN
        aside.mkdir(mode=0o700, exist_ok=True)
        path.replace(aside / f"{path.parent.name}-{path.name}")
        _sync(aside)
        log.error("a webhook of channel %s was set aside as %s: see %s", path.parent.name, path.name, aside)

    def depth(self) -> int:
        """How many wait, of all channels."""
        return sum(1 for channel_id in self.channels() for _ in _letters(self._of(channel_id)))

    def broken(self) -> int:
        return sum(1 for _ in _letters(self.folder / BROKEN))

    def moments(self) -> Iterator[tuple[int, datetime]]:
        """Channel and moment of everything that lies here, waiting or set aside."""
        for channel_id in self.channels():
            yield from ((channel_id, named_at(Path(path))) for path in _letters(self._of(channel_id)))
        for path in map(Path, _letters(self.folder / BROKEN)):
            channel, _, name = path.name.partition("-")
            if channel.isdigit() and name.partition("-")[0].isdigit():  # a person may have put other things there
                yield int(channel), named_at(path.with_name(name))

    def oldest(self) -> float:
        """Seconds for which the oldest has waited; 0 where none waits."""
        oldest = (min(_letters(self._of(channel_id)), default=None) for channel_id in self.channels())
        began = min((int(Path(path).name.partition("-")[0]) for path in oldest if path is not None), default=None)
        return 0.0 if began is None else max(0.0, (_nanoseconds() - began) / NANO)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else replays now, in whatever process; who has this keeps the others out."""
        if not self.folder.is_dir():
            yield False
            return
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    def keep_accounts(self, copy: bytes) -> None:
        """What a process needs that starts while the database is away."""
        self._keep(self.folder / ACCOUNTS, copy)

    def accounts(self) -> bytes | None:
        """The same; None where there is none that we can open."""
        try:
            return secretbox.opened_bytes(self.keys, (self.folder / ACCOUNTS).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, secretbox.Sealed) as error:
            log.error("the copy of the accounts in %s cannot be read: %s", self.folder, type(error).__name__)
            return None

    def _of(self, channel_id: int) -> Path:
        return self.folder / str(channel_id)

    def _keep(self, place: Path, contents: bytes) -> None:
        draft = place.with_name(f"{DRAFT}{os.getpid()}-{threading.get_ident()}-{place.name}")
        try:
            is_new = not place.parent.is_dir()
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_new:
                _sync(place.parent.parent)
            _write(draft, secretbox.sealed_bytes(self.keys, contents))
            crash.point("spool_before_rename")
            draft.replace(place)
            _sync(place.parent)
            crash.point("spool_kept")
        except secretbox.Sealed as error:
            raise Unwritable(str(error)) from error
        except OSError as error:
            if draft.exists():
                draft.unlink()
            raise Unwritable(f"the spool cannot be written: {error.strerror}") from error


def named_at(path: Path) -> datetime:
    """The moment that a letter is named after."""
    return datetime.fromtimestamp(int(path.name.partition("-")[0]) / NANO, UTC)


def _nanoseconds() -> int:
    return int(clock.now().timestamp() * NANO)


def _next_moment(folder: Path) -> int:
    """Now; or, where the clock was put back, just after what was written last: the order is that of the names."""
    if folder not in _newest:
        names = (path.rpartition("/")[2] for path in _letters(folder))
        _newest[folder] = max((int(name.partition("-")[0]) for name in names), default=0)
    _newest[folder] = max(_nanoseconds(), _newest[folder] + 1)
    return _newest[folder]


def _letters(folder: Path) -> Iterator[str]:
    """The paths of whole files in a folder, in no order."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    yield entry.path
    except (FileNotFoundError, NotADirectoryError):
        return


def _write(path: Path, contents: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(contents)
        file.flush()
        crash.point("spool_before_sync")
        os.fsync(handle)


def _sync(folder: Path) -> None:
    """Have a name survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
