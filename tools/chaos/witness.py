"""The outside of a chaos run, as a process of its own that nobody kills: providers and contacts.

It obeys lines of JSON, `{"do": name, …}`, and answers each with one. What it has seen is written to a file at the end:
that is what the ledger trusts.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from roms.channels.fake import Box
from roms.channels.fake.dialects import DIALECTS
from roms.channels.fake.model import Draft, Taken
from roms.channels.fake.phones import Phones
from tools.chaos.crowd import Contact, Crowd
from tools.chaos.lanes import WHOSE, Lanes
from tools.chaos.troubles import Troubles

LANES = {"meta": 4, "twilio": 2, "whapi": 2, "waha": 2}
PROBE = 6281900000001  # the first number of those who ask whether ROMS is well again
Facts = dict[str, Any]


class Noting(Phones):
    """Phones that remember when each text was taken by ROMS."""

    def __init__(self) -> None:
        self.taken_at: dict[str, float] = {}
        super().__init__()

    def mark(self, line_id: str, status: str) -> None:
        """A line's status has changed."""
        if status == "arrived":
            self.taken_at.setdefault(line_id, time.time())
        super().mark(line_id, status)


class Witness(Box):
    """The box, with lanes for couriers and troubles by chance, and everything noted."""

    def __init__(self, web: str, port: int, seed: str, people: int) -> None:
        super().__init__(web, port)
        self.phones = self._phones = Noting()
        self.faults = self._troubles = Troubles(f"{seed}/troubles")
        self.limits.enforced = False
        self.lanes = {kind: self._lanes(kind, f"{web}/webhook/{kind}", seed) for kind in DIALECTS}
        self.couriers = dict(self.lanes)  # type: ignore[arg-type]  # they stand in for couriers
        self.written: list[Facts] = []
        self.sent: list[Facts] = []
        self._probes: dict[int, tuple[str, float]] = {}
        self._answered: dict[str, float] = {}
        self.crowd = Crowd(self._say, lambda id_: id_ in self._phones.taken_at, people, f"{seed}/crowd")

    def _lanes(self, kind: str, url: str, seed: str) -> Lanes:
        dialect = DIALECTS[kind]
        return Lanes(url, lambda docs, to: dialect.seal(self, docs, to), dialect.batches, LANES[kind], f"{seed}/{kind}")

    def _say(self, contact: Contact, text: str) -> str:
        WHOSE.set(contact.key)
        id_ = self.say(contact.key, text, account=contact.account)
        facts = {"id": id_, "key": contact.key, "account": contact.account, "text": text, "at": time.time()}
        self.written.append(facts)
        return id_

    def accept(self, draft: Draft, path: str) -> Taken:
        """Take a message of ours, and note it."""
        taken = super().accept(draft, path)
        facts: Facts = {"id": taken.id, "key": draft.person.key, "account": draft.account, "text": draft.text}
        self.sent.append(facts | {"came": self._troubles.begun.at, "at": taken.at, "kind": draft.kind})
        self._answered.setdefault(draft.person.key, time.monotonic())
        self.crowd.heard(draft.person.key, draft.account, draft.text)
        return taken

    def tell(self, taken: Taken, word: str, code: int = 0) -> None:
        """Post the provider's word in the turn of the person it is about."""
        WHOSE.set(taken.draft.person.key)
        super().tell(taken, word, code)

    # --- what it is told to do ---

    def load(self, order: Facts) -> Facts:
        """So many texts a second from now on."""
        self.crowd.rate = float(order["rate"])
        return {}

    def trouble(self, order: Facts) -> Facts:
        """This chance of going wrong for every send."""
        self._troubles.bad = float(order["chance"])
        return {}

    def freed(self, order: Facts) -> Facts:
        """A contact is the bot's again."""
        self.crowd.freed(order["key"], order["account"])
        return {}

    def probe(self, order: Facts) -> Facts:
        """Somebody who never wrote writes now, until it is taken."""
        number = len(self._probes)
        contact = Contact(str(PROBE + number), order["account"])
        self._probes[number] = contact.key, time.monotonic()
        threading.Thread(target=self._say, args=(contact, "ping 1"), daemon=True).start()
        return {"number": number}

    def probed(self, order: Facts) -> Facts:
        """Seconds until this probe was answered; null: not yet."""
        key, begun = self._probes[order["number"]]
        at = self._answered.get(key)
        return {"seconds": None if at is None else at - begun}

    def counts(self, _order: Facts) -> Facts:
        """How far it is."""
        behind = sum(lanes.waiting for lanes in self.lanes.values())
        return {"written": len(self.written), "sent": len(self.sent), "behind": behind}

    def diary(self, order: Facts) -> Facts:
        """Write everything that was seen into this file."""
        lanes = {
            kind: {name: getattr(each, name) for name in ("posted", "answered", "repeated", "refusals")}
            for kind, each in self.lanes.items()
        }
        written = [{**each, "taken_at": self._phones.taken_at.get(each["id"])} for each in self.written]
        everything = {"written": written, "sent": self.sent, "lanes": lanes, "troubles": self._troubles.happened}
        Path(order["path"]).write_text(json.dumps(everything))
        return {}


ORDERS: dict[str, Callable[[Witness, Facts], Facts]] = {
    "load": Witness.load,
    "trouble": Witness.trouble,
    "freed": Witness.freed,
    "probe": Witness.probe,
    "probed": Witness.probed,
    "counts": Witness.counts,
    "diary": Witness.diary,
}


def main() -> None:
    """Serve until standard input ends, which also happens when the run dies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--web", required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--people", type=int, required=True)
    options = parser.parse_args()
    with Witness(options.web, 0, options.seed, options.people) as witness:
        print(json.dumps({"port": witness.port}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            print(json.dumps(ORDERS[order["do"]](witness, order)), flush=True)
        witness.crowd.over.set()


if __name__ == "__main__":
    main()
