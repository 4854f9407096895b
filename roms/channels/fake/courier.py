"""Brings webhooks to ROMS as the providers do: in order, again and again until there is a 2xx, or badly when told."""

from __future__ import annotations

import http.client
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from roms.channels.fake.faults import Fault
from roms.channels.fake.model import Doc, Letter

Told = Callable[[bool], None]
Parcel = tuple[Doc, Told | None]
TRIES = 6
FIRST_PAUSE = 0.2  # seconds; it doubles with every try
PATIENCE = 1.0  # seconds that something held back waits for company
HERE = ("127.0.0.1", "localhost", "::1")


def is_here(url: str) -> bool:
    """Whether an address is this very machine: nothing of the box goes anywhere else."""
    try:
        return urlsplit(url).hostname in HERE
    except ValueError:
        return False


class Courier:
    """One thread for one provider's webhooks, begun with the first of them. Without an address it carries nothing."""

    def __init__(
        self,
        webhook: str,
        seal: Callable[[Sequence[Doc], str], Letter],
        fault: Callable[[], Fault],
        batches: bool,
    ) -> None:
        self.webhook = webhook
        self._seal, self._fault, self._batches = seal, fault, batches
        self._bag: queue.Queue[Parcel | None] = queue.Queue()
        self._stopping = threading.Event()
        self._begun = threading.Lock()
        self._thread: threading.Thread | None = None
        # No proxy of the environment: this goes to the same machine.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def stop(self) -> None:
        """Carry nothing more; what is not delivered yet is lost."""
        self._stopping.set()
        self._bag.put(None)
        if self._thread:
            self._thread.join(timeout=5)

    def later(self, doc: Doc, told: Told | None = None) -> None:
        """Post it in its turn; `told` hears whether it was taken."""
        with self._begun:
            if self._thread is None:
                self._thread = threading.Thread(target=self._carry, name="box-courier", daemon=True)
                self._thread.start()
        self._bag.put((doc, told))

    def settled(self, seconds: float) -> bool:
        """Wait until all that was to be posted has been, or given up; False: the time was over first."""
        with self._bag.all_tasks_done:
            return self._bag.all_tasks_done.wait_for(lambda: not self._bag.unfinished_tasks, seconds)

    def now(self, *docs: Doc) -> bool:
        """Post it once, before anything else; whether it was taken."""
        url = docs[0].url or self.webhook
        if not url:
            return False
        letter = self._seal(docs, url)
        request = urllib.request.Request(url, letter.body, dict(letter.headers), method="POST")
        try:
            with self._open(request, timeout=15) as answer:
                return 200 <= int(answer.status) < 300
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return False
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def _carry(self) -> None:
        while (parcel := self._bag.get()) and not self._stopping.is_set():
            fault = self._fault()
            self._stopping.wait(fault.delay_ms / 1000)
            if fault.hold:
                company = self._wait()
                self._bring([company] if company else [], fault)
                self._bring([parcel], fault)
            elif fault.batch > 1:
                self._bring([parcel, *self._gather(fault.batch - 1)], fault)
            else:
                self._bring([parcel], fault)

    def _wait(self) -> Parcel | None:
        try:
            return self._bag.get(timeout=PATIENCE)
        except queue.Empty:
            return None

    def _gather(self, number: int) -> list[Parcel]:
        found: list[Parcel] = []
        while len(found) < number and (parcel := self._wait()):
            found.append(parcel)
        return found

    def _bring(self, parcels: list[Parcel], fault: Fault) -> None:
        together = [parcels] if self._batches else [[parcel] for parcel in parcels]
        for some in together:
            if not some:
                continue
            docs = [doc for doc, _ in some]
            taken = False if fault.drop else self._insist(docs, 1 + fault.repeat)
            for _, told in some:
                if told:
                    told(taken)
                self._bag.task_done()

    def _insist(self, docs: list[Doc], copies: int) -> bool:
        if not (docs[0].url or self.webhook):
            return False
        for attempt in range(TRIES):
            if attempt and self._stopping.wait(FIRST_PAUSE * 2**attempt / 2):
                return False
            if self._copies(docs, copies):
                return True
        return False

    def _copies(self, docs: list[Doc], copies: int) -> bool:
        if copies == 1:
            return self.now(*docs)
        with ThreadPoolExecutor(copies) as pool:
            return all(list(pool.map(lambda _: self.now(*docs), range(copies))))
