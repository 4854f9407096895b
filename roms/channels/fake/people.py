"""The pretended people, by every name a provider may know them by."""

from __future__ import annotations

import hashlib
import itertools
import re

from roms.channels.fake.model import Person

NAMES = ("Budi Santoso", "Siti Rahmawati", "Dewi Lestari", "Agus Prasetyo", "Rina Wulandari", "Joko Susilo")
FIRST_NUMBER = 6280000001001  # of the freephone range: nobody's mobile phone
GROUP = "120363000000000001"
GROUP_NAME = "Pelanggan Toko Kita"
USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
DIGITS = re.compile(r"\d{5,20}")


class People:
    """Who there is. Whoever calls holds the lock of Phones."""

    def __init__(self) -> None:
        self.all: dict[str, Person] = {}  # by key, in the order they came

    def find(self, name: str) -> Person | None:
        """The person an address is of, whichever provider's it is; a number nobody has becomes somebody's.

        None for what is no address at all.
        """
        bare = name.removeprefix("whatsapp:").removeprefix("+")
        bare, _, domain = bare.partition("@")
        bare = bare.partition(":")[0]
        known = self.all.get(bare)
        if known is not None and bare in self._names(known, domain):
            return known  # at once, however many there are
        for person in self.all.values():
            if bare and bare in self._names(person, domain):
                return person
        if domain == "g.us" and re.fullmatch(r"[\d-]{5,40}", bare):
            return self._keep(Person(GROUP_NAME, "", f"{bare}@g.us", bare))
        if domain == "lid" and DIGITS.fullmatch(bare):
            return self._keep(Person(f"~{bare[-4:]}", "", f"ID.{bare}", bare, hidden=True))
        if USER_ID.fullmatch(bare):
            return self._keep(Person(f"~{bare[-4:]}", "", bare, re.sub(r"\D", "", bare) or "1", hidden=True))
        if domain in ("", "s.whatsapp.net", "c.us") and DIGITS.fullmatch(bare):
            return self._keep(somebody(bare, f"+{bare}"))
        return None

    def add(self, name: str = "", number: str = "", hidden: bool = False) -> Person:
        """A further person; without a number the next free one. `hidden` ones do not tell it."""
        if not number:
            free = (str(FIRST_NUMBER + step) for step in itertools.count())
            number = next(one for one in free if one not in self.all)
        known = self.all.get(number)
        person = known or self._keep(somebody(number, name or NAMES[len(self.all) % len(NAMES)]))
        person.name, person.hidden = name or person.name, hidden or person.hidden
        if person.hidden and not person.username:
            person.username = re.sub(r"[^a-z0-9]+", ".", person.name.lower()).strip(".") + ".contoh"
        return person

    def moved(self, person: Person, number: str = "", user_id: str = "") -> None:
        """A person has another number, or another user id, from now on."""
        self.all.pop(person.key, None)
        person.number, person.user_id = number or person.number, user_id or person.user_id
        self.all[person.key] = person

    def _keep(self, person: Person) -> Person:
        return self.all.setdefault(person.key, person)

    def _names(self, person: Person, domain: str) -> tuple[str, ...]:
        if domain == "lid":
            return (person.lid,)
        if domain == "g.us":
            return (person.user_id.partition("@")[0],) if person.user_id.endswith("@g.us") else ()
        return (person.number, person.user_id, person.user_id.partition("@")[0])


def somebody(number: str, name: str) -> Person:
    """A person with a number; the ids that hide it are the same every time."""
    digits = int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**14
    return Person(name, number, f"ID.10{digits:014d}", f"1{digits:014d}")


def is_group(person: Person) -> bool:
    """Whether this is not one person but a group."""
    return person.user_id.endswith("@g.us")
