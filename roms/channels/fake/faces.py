"""Pictures of the pretended people: their initials on a colour of their own."""

from __future__ import annotations

import hashlib

from roms.channels.fake.drawing import Colour, png
from roms.channels.fake.model import Person
from roms.channels.fake.people import is_group

NONE = "none"
SIDE, DOT = 96, 9
LETTERS = (  # rows of three dots each, top first, A to Z
    "757 656 34443 66566 747 744 3553 5575 727 1152 5565 4447 577 577 2552 6564 2556 6565 3416 7222 5557 5552 5577 5255"
    " 5222 7247"
).split()


def url(person: Person, base: str) -> str:
    """Where it is; "" for groups and for who has none."""
    if is_group(person) or person.picture == NONE:
        return ""
    return f"{base}/_faces/{person.number or person.user_id}?v={_shades(person).hex()[:8]}"


def drawn(person: Person) -> bytes:
    """A PNG; nothing of it depends on when it is drawn."""
    red, green, blue, *_rest = _shades(person)
    ground: Colour = (red // 2 + 30, green // 2 + 30, blue // 2 + 30)
    initials = [word[0].upper() for word in person.name.split() if word[:1].isascii() and word[:1].isalpha()][:2]

    def paint(x: int, y: int) -> Colour:
        column, row = (x - 12) // DOT, (y - 24) // DOT
        place, dot = divmod(column, 4)
        if not (0 <= place < len(initials) and 0 <= row < 5 and dot < 3):
            return ground
        rows = LETTERS[ord(initials[place]) - ord("A")]
        bits = int(rows[row * len(rows) // 5])
        return (255, 255, 255) if bits >> (2 - dot) & 1 else ground

    return png(SIDE, SIDE, paint)


def _shades(person: Person) -> bytes:
    return hashlib.sha256(f"{person.name} {person.number or person.user_id} {person.picture}".encode()).digest()
