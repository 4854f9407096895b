"""What is surely set where it is read, on every way; and what is longer than a channel or the lifecycle allows."""

from __future__ import annotations

from collections.abc import Mapping

from roms.engine.book import Book, Edge, Read
from roms.engine.flow import Ask, Menu, Timeout
from roms.engine.scope import FACTS
from roms.engine.table import Lifecycle
from roms.engine.types import Mode, Place

BUTTONS, LONGEST_BUTTON = 3, 20
ROWS, LONGEST_ROW = 10, 24
WINDOW = 24 * 3600  # seconds after a contact's message in which WhatsApp takes free text

Known = Mapping[Place, frozenset[str]]


def unset(book: Book) -> None:
    """A variable that some way to its reader never sets."""
    known = _surely_set(book)
    seen: set[tuple[Place, str]] = set()
    for read in book.reads:
        root = read.name.partition(".")[0]
        if not read.needed or root not in book.written or root in (*FACTS, "message") or read.path[0] != "steps":
            continue
        place = Place(read.flow, str(read.path[1]))
        have = known.get(place)
        if have is None or (place, root) in seen or root in have or root in _set_before(book, place, read):
            continue
        seen.add((place, root))
        book.warn(read.spot, "unset", word=root)


def needs(book: Book) -> dict[Place, frozenset[str]]:
    """The variables that each step cannot do without, unless it sets them itself before."""
    found: dict[Place, set[str]] = {}
    for read in book.reads:
        root = read.name.partition(".")[0]
        if not read.needed or root not in book.written or root in (*FACTS, "message") or read.path[0] != "steps":
            continue
        place = Place(read.flow, str(read.path[1]))
        if place in book.built and root not in _set_before(book, place, read):
            found.setdefault(place, set()).add(root)
    return {place: frozenset(names) for place, names in found.items()}


def _set_before(book: Book, place: Place, read: Read) -> set[str]:
    """What the step itself has set by then; `where` reads the answer as if it had been taken."""
    step, part = book.built[place], read.path[2:4]
    names = [name for name, _ in step.sets]
    if part[0] == "set":
        return set(names[: names.index(str(part[1]))])
    if part == ("ask", "where") and isinstance(step.control, Ask):
        names.append(step.control.save)
    return set(names)


def _surely_set(book: Book) -> Known:
    """For every step that is reached: what is set on all ways to it. Each talk begins with nothing."""
    onward: dict[Place, list[Edge]] = {}
    for edge in book.edges:
        onward.setdefault(edge.source, []).append(edge)
    known: dict[Place, frozenset[str]] = {}
    waiting: dict[Place, None] = {}  # each place once, in order: what comes to it meanwhile is taken together

    def reach(place: Place, have: frozenset[str]) -> None:
        merged = have & known[place] if place in known else have
        if place in book.built and known.get(place) != merged:
            known[place] = merged
            waiting[place] = None

    for start in book.starts:
        reach(start.place, frozenset(start.gives))
    while waiting:
        place = next(iter(waiting))
        del waiting[place]
        own = known[place] | {name for name, _ in book.built[place].sets}
        for edge in onward.get(place, ()):
            reach(edge.target, _carried(book, edge, own))
    return known


def _carried(book: Book, edge: Edge, have: frozenset[str]) -> frozenset[str]:
    """A sub-flow knows only what it is given; whoever called it may lose what it did not set."""
    if edge.way == "call":
        return frozenset(edge.gives)
    lost = book.backs[edge.source].lost if edge.way == "back" else frozenset()
    return (have - lost) | set(edge.gives)


def limits(book: Book, lifecycle: Lifecycle | None) -> None:
    """What a provider would cut, and timeouts that never come or come too late."""
    for choices, spots in book.offered:
        count = len(choices.all)
        if count > ROWS:
            book.warn(spots[ROWS], "options-many", word=str(count), most=ROWS)
        most = LONGEST_BUTTON if count <= BUTTONS else LONGEST_ROW
        for choice, spot in zip(choices.all, spots, strict=True):
            longest = max(sum(map(len, template.pieces)) for template in choice.label.templates)
            if longest > most:
                book.warn(spot, "label-long", word=choice.key, length=longest, most=most)
    idle = [after.seconds for after in lifecycle.after[Mode.BOT] if after.kind == "idle"] if lifecycle else []
    for place, step in book.built.items():
        if isinstance(step.control, (Menu, Ask)) and step.control.timeout:
            _timeout(book, place, step.control.timeout, min(idle, default=0))


def _timeout(book: Book, place: Place, timeout: Timeout, idle: int) -> None:
    spot = book.timeouts[place]
    if not timeout.after:
        book.add(spot, "timeout-zero")
    elif idle and timeout.after >= idle:
        book.warn(spot, "timeout-late", most=f"{idle // 60} min")
    elif timeout.after >= WINDOW:
        book.warn(spot, "window")
