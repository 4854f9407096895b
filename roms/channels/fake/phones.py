"""The pretended people: their phones, what is written on them, and everything the fake has taken."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from roms.channels.fake import contents, shapes

NAMES = ("Budi Santoso", "Siti Rahmawati", "Dewi Lestari", "Agus Prasetyo", "Rina Wulandari", "Joko Susilo")
FIRST_NUMBER = 6280000001001  # of the freephone range: nobody's mobile phone
LINES_SHOWN = 200
OPEN_SECONDS = 2.0  # a page that has not asked for so long is closed


@dataclass(slots=True)
class Line:
    """One message on a phone. `mine`: its owner wrote it; then status is sending, arrived or refused."""

    id: str
    mine: bool
    text: str
    at: float
    status: str
    kind: str = "text"
    shown: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Phone:
    """One person's phone with its one chat, the one with us."""

    address: str
    name: str
    lines: list[Line] = field(default_factory=list)
    looked_at: float = -OPEN_SECONDS

    @property
    def is_open(self) -> bool:
        """Whether somebody looks at it in the page just now."""
        return time.monotonic() - self.looked_at < OPEN_SECONDS


class Phones:
    """All of it behind one lock. `version` grows with every change."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        with self.changed:
            self.version = getattr(self, "version", 0) + 1
            self._phones: dict[str, Phone] = {}
            self._accepted: list[dict[str, Any]] = []
            self._files: dict[str, contents.File] = {}

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """Everything taken, in order."""
        with self.changed:
            return list(self._accepted)

    def add(self, name: str = "", number: str = "") -> Phone:
        """A further phone; without a number the next free one."""
        with self.changed:
            free = (str(FIRST_NUMBER + step) for step in range(len(self._phones) + 1))
            number = number or next(one for one in free if shapes.address_of(one) not in self._phones)
            return self._phone(shapes.address_of(number), name or NAMES[len(self._phones) % len(NAMES)])

    def write(self, address: str, name: str, text: str) -> tuple[Line, str]:
        """The owner of a phone writes; the line and the name to send with it."""
        with self.changed:
            phone = self._phone(address, name)
            line = self._append(phone, Line(shapes.new_id(), True, text, time.time(), "sending"))
            return line, phone.name

    def accept(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take a message of ours; what was taken."""
        with self.changed:
            phone = self._phone(shapes.address_of(body["to"]), "")
            kind = contents.kind_of(path)
            text, (shown, file) = contents.words_of(kind, body), contents.shown(kind, body)
            line = self._append(phone, Line(shapes.new_id("p."), False, text, time.time(), "sent", kind, shown))
            if file:
                self._files[line.id] = file
            taken = {"id": line.id, "to": phone.address, "text": line.text, "at": line.at, "path": path, "body": body}
            self._accepted.append({"number": len(self._accepted) + 1, **taken})
            return taken

    def file_of(self, line_id: str) -> contents.File:
        """Type and bytes of the file that came with this line."""
        with self.changed:
            return self._files.get(line_id, ("", b""))

    def mark(self, line_id: str, status: str) -> None:
        """A line's status has changed."""
        with self.changed:
            for phone in self._phones.values():
                for line in phone.lines:
                    if line.id == line_id:
                        line.status = status
                        self._touched()

    def look(self, address: str) -> list[Line]:
        """Somebody looks at this phone: the lines read by that, each once."""
        with self.changed:
            phone = self._phones.get(address)
            if not phone:
                return []
            phone.looked_at = time.monotonic()
            fresh = [line for line in phone.lines if not line.mine and line.status == "delivered"]
            for line in fresh:
                line.status = "read"
                self._touched()
            return fresh

    def shown(self) -> dict[str, Any]:
        """Everything the page shows."""
        with self.changed:
            phones = [
                {"address": phone.address, "name": phone.name, "lines": [asdict(x) for x in phone.lines[-LINES_SHOWN:]]}
                for phone in self._phones.values()
            ]
            return {"version": self.version, "phones": phones}

    def wait_accepted(self, number: int, seconds: float) -> list[dict[str, Any]]:
        """Everything taken, as soon as it is so much or the time is over."""
        with self.changed:
            self.changed.wait_for(lambda: len(self._accepted) >= number, seconds)
            return list(self._accepted)

    def _phone(self, address: str, name: str) -> Phone:
        if address not in self._phones:
            self._phones[address] = Phone(address, name or f"+{address.partition('@')[0]}")
            self._touched()
        elif name and name != self._phones[address].name:
            self._phones[address].name = name
            self._touched()
        return self._phones[address]

    def _append(self, phone: Phone, line: Line) -> Line:
        phone.lines.append(line)
        self._touched()
        return line

    def _touched(self) -> None:
        self.version += 1
        self.changed.notify_all()
