"""What must be true of every conversation, said more simply than the code says it: the model of test_machine.py.

It knows nothing of rows, leases or epochs: who wrote what, who may speak, what must be said because of it, what became
of what was said. Everything is told by the machine; nothing is read from the database but the ids of what we say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

BOT, AGENT, PAUSED, CLOSED = "BOT", "AGENT", "PAUSED", "CLOSED"
DAY = timedelta(hours=24)
PAUSE_ENDS = timedelta(hours=12)
REMIND_AFTER = timedelta(minutes=5)
TOO_LATE = timedelta(days=8)
RANK = ("waits", "flies", "perhaps", "accepted", "sent", "failed", "delivered", "read")
# What the person does: where it is refused, and what it makes of the conversation ("" for what it was before).
ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "claim": ((), AGENT),
    "assign": ((), AGENT),
    "transfer": ((), AGENT),
    "snooze": ((BOT, PAUSED, CLOSED), AGENT),
    "reply": ((), AGENT),
    "phone": ((), AGENT),
    "release": ((BOT,), BOT),
    "pause": ((PAUSED, CLOSED), PAUSED),
    "resume": ((BOT, AGENT, CLOSED), ""),
    "close": ((CLOSED,), CLOSED),
}


@dataclass(slots=True)
class Said:
    """One thing that we say, and where it is. `texts`: what it may read, where two releases may be speaking."""

    by: str
    texts: frozenset[str]
    at: datetime
    id: int = 0  # of its row, once it has been seen there
    seq: int = 0
    state: str = "waits"
    outlived: bool = False  # a person has acted since
    lease_ends: datetime | None = None
    tries: int = 0
    taken: dict[str, tuple[int, str]] = field(
        default_factory=dict
    )  # by the provider's id: which try, and our mark on it
    known_id: str = ""  # which of them we were told
    retries: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in ("waits", "flies")


@dataclass(slots=True)
class Talk:
    """One person on one channel."""

    channel: int
    address: str
    is_direct: bool  # has no provider
    window: timedelta | None
    mode: str = BOT
    before: str = BOT
    since: datetime = datetime.min
    heard_at: datetime | None = None  # when they wrote last
    moved_at: datetime | None = None  # when that was answered, which may be later
    heard: list[str] = field(default_factory=list)  # the provider's ids, in the order they came
    out: list[Said] = field(default_factory=list)
    asked: frozenset[int] = frozenset()  # a question waits, of this release (or one of these)
    pinned: int = 0  # the release of a reminder that may be still to come
    remind_at: datetime | None = None  # when it must be said, as long as nothing else happens
    reminders: int = 0  # how many may still be said

    def window_closed(self, now: datetime, margin: timedelta = timedelta()) -> bool:
        """Whether WhatsApp takes only templates; `margin` for who asks on the edge."""
        return self.window is not None and (self.heard_at is None or now >= self.heard_at + self.window - margin)

    def hears(self, id_: str, text: str, newest: int, now: datetime, written: datetime) -> bool:
        """They wrote this; False where they had before."""
        if id_ in self.heard:
            return False
        self.heard.append(id_)
        self.remind_at = None
        self.heard_at = max(self.heard_at or written, written)
        if now - written > TOO_LATE:
            return True
        self.moved_at = now
        if self.mode in (AGENT, PAUSED):
            return True
        if self.mode == CLOSED:
            self._becomes(BOT, now)
        self._answers(text, newest, now)
        return True

    def _answers(self, text: str, newest: int, now: datetime) -> None:
        speaking = frozenset({newest, self.pinned} - {0})
        if self.asked:
            self._bot_says(now, self.asked, "Halo{0} {1}", text)
            self.asked = frozenset()
        elif text.startswith("tanya"):
            self._bot_says(now, speaking, "Nama{0} {1}?", text)
            self.asked = speaking
        elif text.startswith("orang"):
            self._bot_says(now, speaking, "Sebentar{0}", text)
            self._becomes(AGENT, now)
        elif text.startswith("nanti"):
            self._bot_says(now, speaking, "Tunggu{0} {1}", text)
            self.remind_at = None if self.reminders else now + REMIND_AFTER
            self.pinned, self.reminders = self.pinned or newest, self.reminders + 1
        else:
            self._bot_says(now, speaking, "A{0} {1}", text)
            self._bot_says(now, speaking, "B{0} {1}", text)

    def _bot_says(self, now: datetime, releases: frozenset[int], words: str, text: str) -> None:
        state = "failed" if self.window_closed(now) else ""  # it came out of the spool after a day
        self.says("bot", {words.format(release, text) for release in releases}, now, state)

    def says(self, by: str, texts: set[str], now: datetime, state: str = "") -> Said:
        said = Said(by, frozenset(texts), now, state=state or ("sent" if self.is_direct else "waits"))
        self.out.append(said)
        return said

    def act(self, what: str, now: datetime) -> bool:
        """A person does this; False where it must be refused."""
        refused, to = ACTS[what]
        if self.mode in refused:
            return False
        if what == "snooze":  # nobody takes anything over
            return True
        self.remind_at = None
        for said in self.out:
            if said.by == "bot":
                said.outlived = True
                said.state = "cancelled" if said.state == "waits" else said.state
        self._becomes(to or self.before, now)
        return True

    def _becomes(self, mode: str, now: datetime) -> None:
        if mode == self.mode:
            return
        if mode in (AGENT, CLOSED):
            self.asked, self.pinned = frozenset(), 0
        self.before, self.mode, self.since = self.mode, mode, now

    def passes(self, now: datetime) -> bool:
        """The clock went on and every timer that is due has fired; whether a reminder must have been said."""
        is_reminded = self.remind_at is not None and now >= self.remind_at
        self.remind_at = None if is_reminded else self.remind_at
        if self.mode == PAUSED and now >= self.since + PAUSE_ENDS:
            self._becomes(self.before, now)
        if self.mode == BOT and now >= max(self.since, self.moved_at or self.since) + DAY:
            self._becomes(CLOSED, now)
        return is_reminded

    def settled(self) -> None:
        """Nothing of this step is still to be seen: what a person or the end took away is never said."""
        if self.mode in (AGENT, CLOSED):
            self.reminders = 0

    def next_to_go(self) -> Said | None:
        """Only this one may be handed to the provider: everything before it is settled."""
        first = next((said for said in self.out if said.is_open), None)
        return first if first is not None and first.state == "waits" else None


def raised(state: str, words: Sequence[str]) -> str:
    """What a message comes to that the provider says all this of, in whatever order."""
    return max([state, *words], key=RANK.index)
