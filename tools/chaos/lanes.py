"""How the box of a chaos run brings webhooks: many at once, each contact's in order, again and again until a 2xx.

A lane is one connection that is kept open. What waits for it goes together into one request where the provider does so,
and nothing of a contact overtakes another thing of the same one, as long as ROMS is the one that is slow.
"""

from __future__ import annotations

import http.client
import queue
import random
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from urllib.parse import urlsplit

from roms.channels.fake.courier import Told
from roms.channels.fake.model import Doc, Letter

WHOSE: ContextVar[str] = ContextVar("whose", default="")  # the person that what is posted is about
TOGETHER = 25  # things in one request at most
PATIENCE = 10.0  # seconds for an answer: what providers wait
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5  # seconds between tries; providers take minutes, a run has none
REPEATED = 0.02  # of the requests come again although they were answered well

Parcel = tuple[Doc, Told | None]


class Line:
    """One connection to ROMS, made again when it broke."""

    def __init__(self) -> None:
        self._connection: http.client.HTTPConnection | None = None

    def post(self, url: str, letter: Letter) -> int:
        """The status of the answer; 0 when there was none."""
        address = urlsplit(url)
        if self._connection is None:
            self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
        try:
            path = address.path + (f"?{address.query}" if address.query else "")
            self._connection.request("POST", path, letter.body, dict(letter.headers))
            answer = self._connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            return 0


class Lanes:
    """Takes the place of the box's courier for one provider."""

    def __init__(
        self, webhook: str, seal: Callable[[Sequence[Doc], str], Letter], batches: bool, lanes: int, seed: str
    ) -> None:
        self.webhook = webhook
        self.posted = self.answered = self.repeated = 0
        self.refusals: dict[int, int] = {}  # by status, 0: no answer
        self._seal, self._batches, self._random = seal, batches, random.Random(seed)
        self._bags: list[queue.Queue[Parcel | None]] = [queue.Queue() for _ in range(lanes)]
        self._again: queue.Queue[tuple[float, str, Letter] | None] = queue.Queue()
        self._stopping = threading.Event()
        for bag in self._bags:
            threading.Thread(target=self._carry, args=(bag,), name="lane", daemon=True).start()
        threading.Thread(target=self._repeat, name="repeats", daemon=True).start()

    def later(self, doc: Doc, told: Told | None = None) -> None:
        """Post it in the turn of the person it is about; `told` hears when it was taken."""
        self._bags[zlib.crc32(WHOSE.get().encode()) % len(self._bags)].put((doc, told))

    def now(self, *docs: Doc) -> bool:
        """Post it once, before anything else; whether it was taken."""
        url = docs[0].url or self.webhook
        return 200 <= Line().post(url, self._seal(docs, url)) < 300

    def insist(self, *docs: Doc) -> None:
        """Post it until it is taken, before anything else."""
        while not self.now(*docs) and not self._stopping.wait(FIRST_PAUSE):
            continue

    def settled(self, seconds: float) -> bool:
        """Wait until all that was to be posted has been; False: the time was over first."""
        limit = time.monotonic() + seconds
        while any(bag.unfinished_tasks for bag in self._bags) and time.monotonic() < limit:
            time.sleep(0.02)
        return not any(bag.unfinished_tasks for bag in self._bags)

    @property
    def waiting(self) -> int:
        """What is not posted yet."""
        return sum(bag.unfinished_tasks for bag in self._bags)

    def stop(self) -> None:
        """Post nothing more."""
        self._stopping.set()
        for bag in self._bags:
            bag.put(None)
        self._again.put(None)

    def _carry(self, bag: queue.Queue[Parcel | None]) -> None:
        line = Line()
        while (parcel := bag.get()) and not self._stopping.is_set():
            parcels = [parcel, *(self._more(bag) if self._batches else [])]
            if self._brought(line, [doc for doc, _ in parcels]):
                for _, told in parcels:
                    if told:
                        told(True)
            for _ in parcels:
                bag.task_done()

    def _more(self, bag: queue.Queue[Parcel | None]) -> list[Parcel]:
        found: list[Parcel] = []
        while len(found) < TOGETHER - 1:
            try:
                parcel = bag.get_nowait()
            except queue.Empty:
                break
            if parcel is None:
                bag.put(None)
                break
            found.append(parcel)
        return found

    def _brought(self, line: Line, docs: Sequence[Doc]) -> bool:
        url, pause = docs[0].url or self.webhook, FIRST_PAUSE
        letter = self._seal(docs, url)
        while not self._stopping.is_set():
            self.posted += 1
            status = line.post(url, letter)
            if 200 <= status < 300:
                self.answered += 1
                if self._random.random() < REPEATED:
                    self._again.put((time.monotonic() + self._random.uniform(0, 2), url, letter))
                return True
            self.refusals[status] = self.refusals.get(status, 0) + 1
            self._stopping.wait(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        return False

    def _repeat(self) -> None:
        line = Line()
        while (again := self._again.get()) and not self._stopping.is_set():
            at, url, letter = again
            self._stopping.wait(max(0.0, at - time.monotonic()))
            self.repeated += 1
            line.post(url, letter)
