"""The words that always reach a person: alone, or wrapped in the courtesies people put around them."""

from __future__ import annotations

from roms.engine.flow import Ask, Menu, Person, Step

WORDS = ("agen", "agent", "cs", "admin", "human", "manusia", "operator", "0")
COURTESIES = frozenset(
    """
    tolong mohon minta mau ingin pengen saya aku bisa boleh butuh perlu bicara ngobrol chat hubungi hubungkan sambungkan
    panggil panggilkan langsung lewat dengan sama ke nya dong deh ya kak min gan sis pak bu mas mbak
    please pls i want need would like to talk speak with a an the can could me my is there real
    """.split()
)


def wanted(person: Person, words: list[str], waiting: Step | None) -> bool:
    """Does this message ask for a person? `Nama saya Budi Admin` does not, `tolong admin dong` does.

    A waiting menu that offers the word itself takes it, and a question for a number takes a number.
    """
    if person.words.isdisjoint(words):
        return False
    rest = [word for word in words if word not in COURTESIES or word in person.words]
    if len(rest) != 1 or rest[0] not in person.words or (rest[0].isdigit() and len(words) > 1):
        return False
    control = waiting.control if waiting else None
    if isinstance(control, Menu) and control.choices:
        return rest[0] not in control.choices.by_phrase
    return not (isinstance(control, Ask) and control.kind == "integer" and rest[0].isdigit())
