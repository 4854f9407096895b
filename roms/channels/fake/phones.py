"""What is written on the pretended phones: a chat per person and account; and everything the box has taken."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from roms.channels.fake.model import Deed, Draft, File, Person, Taken
from roms.channels.fake.people import People, is_group

LINES_SHOWN = 200
DEEDS_KEPT = 10_000
TYPING_SECONDS = 25.0
SILENT = ("reaction", "edit", "delete")  # change another line instead of being one
STEPS = ("sent", "delivered", "read")  # of a line of ours, and it never goes back


@dataclass(slots=True)
class Line:
    """One message on a phone. `mine`: its owner wrote it; then status is sending, arrived, refused or untold: where
    the provider brings nobody such a thing."""

    id: str
    mine: bool
    text: str
    at: float
    status: str
    kind: str = "text"
    shown: dict[str, Any] = field(default_factory=dict)
    quotes: str = ""
    by: str = ""  # who wrote, in a group; "phone" for our own people on the paired phone
    forwarded: str = ""
    reactions: dict[str, str] = field(default_factory=dict)  # "us" or "them" -> emoji
    edited: bool = False
    deleted: bool = False


class Phones:
    """All of it behind one lock. `version` grows with every change."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.version = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        with self.changed:
            self.people = People()
            self._chats: dict[tuple[str, str], list[Line]] = {}
            self._lines: dict[str, Line] = {}
            self._places: dict[str, str] = {}  # in whose chat a line stands
            self._taken: dict[str, Taken] = {}
            self._accepted: list[dict[str, Any]] = []
            self._signals: list[dict[str, Any]] = []
            self._deeds: deque[tuple[str, Deed]] = deque(maxlen=DEEDS_KEPT)
            self._files: dict[str, File] = {}
            self._typing: dict[tuple[str, str], float] = {}
            self.touched()

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """Everything taken, in order."""
        with self.changed:
            return list(self._accepted)

    @property
    def signals(self) -> list[dict[str, Any]]:
        """Read marks and typing, in order."""
        with self.changed:
            return list(self._signals)

    @property
    def arrived(self) -> list[tuple[str, str]]:
        """(account, id) of every message that people wrote and ROMS answered with 2xx."""
        with self.changed:
            lines = [(account, line) for (_, account), chat in self._chats.items() for line in chat]
            return [(account, line.id) for account, line in lines if line.mine and line.status in ("arrived", "seen")]

    def find(self, name: str) -> Person | None:
        """The person an address is of."""
        with self.changed:
            return self.people.find(name)

    def add(self, name: str = "", number: str = "", hidden: bool = False) -> Person:
        """A further phone."""
        with self.changed:
            self.touched()
            return self.people.add(name, number, hidden)

    def rename(self, person: Person, change: Callable[[People], None]) -> None:
        """A person's number or id changes; the chats move along."""
        with self.changed:
            before = person.key
            change(self.people)
            for key, account in [key for key in self._chats if key[0] == before]:
                self._chats[person.key, account] = self._chats.pop((key, account))
                self._places |= {line.id: person.key for line in self._chats[person.key, account]}
            self.touched()

    def write(self, account: str, deed: Deed, shown: dict[str, Any]) -> None:
        """The owner of a phone does something: a line, or a change to one."""
        with self.changed:
            side = "us" if deed.by_business else "them"
            self.touched()
            self._deeds.append((account, deed))
            if deed.kind in SILENT:
                return self._change(deed.kind, str(deed.more["target"]), side, deed.text)
            if deed.kind.endswith("_changed"):
                return None
            status = "delivered" if deed.by_business else "sending"
            line = Line(deed.id, not deed.by_business, deed.text, deed.at, status, deed.kind, shown, deed.quotes)
            line.forwarded, line.by = deed.forwarded, "phone" if deed.by_business else ""
            key = deed.person.key
            if deed.group and (group := self.people.find(f"{deed.group}@g.us")):
                key, line.by = group.key, deed.person.name
            return self._append(key, account, line, deed.file)

    def accept(self, draft: Draft, message_id: str, path: str) -> Taken:
        """Take a message of ours."""
        with self.changed:
            taken = Taken(message_id, time.time(), draft)
            kind, status = draft.kind, "sent"
            if kind in SILENT:
                self._change(kind, draft.target, "us", draft.text)
            else:
                line = Line(message_id, False, draft.text, taken.at, status, kind, dict(draft.shown), draft.quotes)
                self._append(draft.person.key, draft.account, line, draft.file)
            self._taken[message_id] = taken
            self._typing.pop((draft.person.key, draft.account), None)
            entry = {"id": message_id, "to": draft.to, "text": draft.text, "at": taken.at, "path": path}
            entry |= {"provider": draft.account, "person": draft.person.key, "kind": kind, "quotes": draft.quotes}
            entry |= {"content": dict(draft.content), "body": draft.body}
            self._accepted.append({"number": len(self._accepted) + 1, **entry})
            self.touched()
            return taken

    def deeds(self, account: str) -> list[Deed]:
        """What people did on their phones towards this account, for the lists that a provider keeps."""
        with self.changed:
            return [deed for whose, deed in self._deeds if whose == account]

    def signal(self, account: str, person: Person, what: str, **more: Any) -> None:
        """A read mark or typing: kept in a list, and shown."""
        with self.changed:
            self._signals.append({"provider": account, "person": person.key, "what": what, **more})
            if what == "typing":
                self._typing[person.key, account] = time.monotonic() + TYPING_SECONDS
            elif what == "paused":
                self._typing.pop((person.key, account), None)
            else:
                for line in self._chats.get((person.key, account), []):
                    line.status = "seen" if line.mine and line.status == "arrived" else line.status
            self.touched()

    def taken(self, message_id: str) -> Taken | None:
        """A message of ours."""
        with self.changed:
            return self._taken.get(message_id)

    def line(self, message_id: str) -> Line | None:
        """A message of anybody's."""
        with self.changed:
            return self._lines.get(message_id)

    def person_of(self, message_id: str) -> Person | None:
        """In whose chat a message stands."""
        with self.changed:
            key = self._places.get(message_id)
            return None if key is None else self.people.find(key)

    def keep(self, file_id: str, file: File) -> None:
        """A file, by the id of its line or of its own."""
        with self.changed:
            self._files[file_id] = file

    def file_of(self, file_id: str) -> File | None:
        """The file of this id."""
        with self.changed:
            return self._files.get(file_id)

    def mark(self, line_id: str, status: str) -> None:
        """A line's status has changed; one that was read is not merely delivered again."""
        with self.changed:
            line = self._lines.get(line_id)
            if line and not _is_step_back(line.status, status):
                line.status = status
                self.touched()

    def look(self, name: str, account: str = "") -> list[Taken]:
        """Somebody opens this phone, or only the chat with one account: what was read by that, each once."""
        with self.changed:
            person = self.people.find(name) if name else None
            if not person:
                return []
            chats = [lines for key, lines in self._chats.items() if key[0] == person.key and account in ("", key[1])]
            fresh = [line for lines in chats for line in lines if not line.mine and line.status == "delivered"]
            for line in fresh:
                line.status = "read"
                self.touched()
            return [self._taken[line.id] for line in fresh if line.id in self._taken]

    def shown(self) -> dict[str, Any]:
        """Everything the page shows."""
        with self.changed:
            chats: dict[str, dict[str, list[Line]]] = {}
            for (key, account), lines in self._chats.items():
                chats.setdefault(key, {})[account] = lines
            phones = [self._phone(person, chats.get(person.key, {})) for person in self.people.all.values()]
            return {"version": self.version, "phones": phones}

    def said(self, person: Person, account: str) -> list[dict[str, Any]]:
        """What the page shows of one chat, the newest first."""
        with self.changed:
            return [asdict(line) for line in self._chats.get((person.key, account), [])[: -LINES_SHOWN - 1 : -1]]

    def wait_accepted(self, number: int, seconds: float) -> list[dict[str, Any]]:
        """Everything taken, as soon as it is so much or the time is over."""
        with self.changed:
            self.changed.wait_for(lambda: len(self._accepted) >= number, seconds)
            return list(self._accepted)

    def touched(self) -> None:
        """Something has changed."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def _phone(self, person: Person, said: dict[str, list[Line]]) -> dict[str, Any]:
        now = time.monotonic()
        chats = {
            account: {
                "lines": [asdict(line) for line in lines[-LINES_SHOWN:]],
                "typing": self._typing.get((person.key, account), 0.0) > now,
            }
            for account, lines in said.items()
        }
        return asdict(person) | {"key": person.key, "group": is_group(person), "chats": chats}

    def _append(self, key: str, account: str, line: Line, file: File | None) -> None:
        self._chats.setdefault((key, account), []).append(line)
        self._lines[line.id] = line
        self._places[line.id] = key
        if file:
            self._files[line.id] = file
        self.touched()

    def _change(self, kind: str, target: str, side: str, text: str) -> None:
        line = self._lines.get(target)
        if line is None:
            return
        if kind == "reaction":
            line.reactions = {who: sign for who, sign in (line.reactions | {side: text}).items() if sign}
        elif kind == "edit":
            line.text, line.edited = text, True
        else:
            line.text, line.shown, line.deleted = "", {}, True


def _is_step_back(old: str, new: str) -> bool:
    return old in STEPS and new in STEPS and STEPS.index(new) < STEPS.index(old)
