"""Pictures of the pretended people: their initials on a colour of their own."""

from __future__ import annotations

import hashlib

from roms.channels.fake.drawing import Colour, png
from roms.channels.fake.model import Person
from roms.channels.fake.people import is_group

NONE = "none"
SIDE, DOT = 96, 9
LETTERS = (  # five rows of three dots each, top first, A to Z
    "25755 65656 34443 65556 74647 74644 34553 55755 72227 11152 55655 44447 57755 75555 25552 65644 25563 65655 34216"
    " 72222 55557 55552 55775 55255 55222 71247"
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
    left, top = (SIDE - (4 * len(initials) - 1) * DOT) // 2, (SIDE - 5 * DOT) // 2

    def paint(x: int, y: int) -> Colour:
        column, row = (x - left) // DOT, (y - top) // DOT
        place, dot = divmod(column, 4)
        if not (0 <= place < len(initials) and 0 <= row < 5 and dot < 3):
            return ground
        bits = int(LETTERS[ord(initials[place]) - ord("A")][row])
        return (255, 255, 255) if bits >> (2 - dot) & 1 else ground

    return png(SIDE, SIDE, paint)


def _shades(person: Person) -> bytes:
    return hashlib.sha256(f"{person.name} {person.number or person.user_id} {person.picture}".encode()).digest()
