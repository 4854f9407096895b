"""The contacts of a chaos run: each writes numbered texts, one after another, and hears what comes back."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_NUMBER = 6281100000001
SHARES = {"meta": 0.7, "twilio": 0.08, "whapi": 0.14, "waha": 0.08}  # of the contacts, by provider
TWO_OR_THREE, ASKS = 0.2, 0.01  # chances, each time somebody writes
UNANSWERED = 12  # so many of one contact may wait for an answer
FORGOTTEN = 90.0  # seconds after which nobody waits for an answer any more
QUIET = 2  # texts that are written while a person answers

Say = Callable[["Contact", str], str]  # the id at the provider
HasArrived = Callable[[str], bool]


@dataclass(slots=True)
class Contact:
    """mode: "bot", "asked" (for a person) or "person" (one has answered)."""

    key: str
    account: str
    mode: str = "bot"
    number: int = 0
    on_the_way: list[str] = field(default_factory=list)
    awaited: dict[str, float] = field(default_factory=dict)  # answer -> since when
    greeted: set[str] = field(default_factory=set)  # how people of ours began: once in vain is answered, too

    def may_write(self, has_arrived: HasArrived, now: float) -> bool:
        """One after another: what was written last is there, and not too much is unanswered."""
        self.on_the_way = [id_ for id_ in self.on_the_way if not has_arrived(id_)]
        if self.on_the_way or self.mode != "bot":
            return False
        if len(self.awaited) >= UNANSWERED:
            self.awaited = {text: since for text, since in self.awaited.items() if now - since < FORGOTTEN}
        return len(self.awaited) < UNANSWERED


class Crowd:
    """All of them, and the thread in which they write."""

    def __init__(self, say: Say, has_arrived: HasArrived, people: int, seed: str) -> None:
        self._say, self._has_arrived, self._random = say, has_arrived, random.Random(seed)
        self._lock = threading.Lock()
        accounts, shares = list(SHARES), list(SHARES.values())
        self.contacts = {
            (key, account): Contact(key, account)
            for key, account in (
                (str(FIRST_NUMBER + place), self._random.choices(accounts, shares)[0]) for place in range(people)
            )
        }
        self.rate = 0.0  # texts a second
        self._order = list(self.contacts.values())
        self.over = threading.Event()
        threading.Thread(target=self._write, name="crowd", daemon=True).start()

    def heard(self, key: str, account: str, text: str) -> None:
        """This came to a phone."""
        contact = self.contacts.get((key, account))
        if contact is None:
            return
        with self._lock:
            contact.awaited.pop(text, None)
            if text.startswith("agen ") and text not in contact.greeted:
                contact.mode = "person"
                contact.greeted.add(text)
                for _ in range(QUIET):
                    self._writes(contact, "diam")

    def freed(self, key: str, account: str) -> None:
        """The person has given this contact back to the bot."""
        with self._lock:
            self.contacts[key, account].mode = "bot"

    def _write(self) -> None:
        due = time.monotonic()
        while not self.over.wait(max(0.0, due - time.monotonic())):
            rate = self.rate  # which may be set to nothing at any moment
            if rate <= 0:
                due = time.monotonic() + 0.1
                continue
            due = max(due, time.monotonic() - 1.0) + self._somebody_writes(rate) / rate

    def _somebody_writes(self, rate: float) -> float:
        """How many were written; a while's worth when nobody may."""
        for _ in range(20):
            contact = self._random.choice(self._order)
            with self._lock:
                if contact.may_write(self._has_arrived, time.monotonic()):
                    return self._act(contact)
        return max(1.0, rate / 50)

    def _act(self, contact: Contact) -> int:
        dice = self._random.random()
        if dice < ASKS:
            contact.mode = "asked"
            contact.on_the_way = [self._say(contact, "orang")]
            return 1
        count = self._random.choice((2, 3)) if dice < ASKS + TWO_OR_THREE else 1
        for _ in range(count):
            self._writes(contact, "ping")
        return count

    def _writes(self, contact: Contact, word: str) -> None:
        contact.number += 1
        if word == "ping":
            contact.awaited[f"echo {contact.number}"] = time.monotonic()
        contact.on_the_way.append(self._say(contact, f"{word} {contact.number}"))
