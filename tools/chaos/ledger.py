"""What became of every single message of a chaos run, and what must not have become of any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tools.chaos.rows import Evidence, Facts, Key

TAKEN = ("accepted", "sent", "delivered", "read")
IN_FLIGHT = 4.0  # seconds that a line which is cut, or a worker that is stopped, may hold up what was under way


@dataclass(slots=True)
class Fault:
    """Something that must not be: what, and of which contact and number."""

    what: str  # lost, doubled, reordered, spoke or stuck
    words: str
    key: Key
    number: str = ""


@dataclass(slots=True)
class Ledger:
    """The sums, and everything that is wrong."""

    sums: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)  # how each send that was unknown once was settled

    def of(self, what: str) -> int:
        """How many are wrong in this way."""
        return sum(fault.what == what for fault in self.faults)


def made(evidence: Evidence, takeovers: list[Facts]) -> Ledger:
    """The whole ledger."""
    ledger = Ledger()
    for check in (_came, _answers, _to_a_person, _went, _order_in, _order_out, _nowhere):
        ledger.faults += check(evidence)
    ledger.faults += _spoke(evidence, takeovers)
    ledger.unknown = _unknown(evidence)
    ledger.sums = _sums(evidence)
    return ledger


def _came(evidence: Evidence) -> Iterator[Fault]:
    """What we answered with 2xx is there, once. What waits in the spool is only counted: its ids are sealed."""
    lost = []
    for each in evidence.written:
        key, count = (each["key"], each["account"]), len(evidence.stored(each["account"], each["id"]))
        number = each["text"].split()[-1]
        if count > 1:
            yield Fault("doubled", f"{each['text']!r} is stored {count} times", key, number)
        if count == 0 and each["taken_at"]:
            lost.append(Fault("lost", f"{each['text']!r} was answered 2xx and is not stored", key, number))
    yield from lost[: max(0, len(lost) - evidence.spooled - evidence.aside)]


def _people(evidence: Evidence) -> Iterator[tuple[Key, list[Any]]]:
    for key, thread in evidence.threads.items():
        yield key, evidence.rows.get(thread, [])


def _with_bot(evidence: Evidence) -> Iterator[tuple[Key, Any, list[Any]]]:
    """Every numbered text that the bot had to answer, and the rows of its answers."""
    for key, rows in _people(evidence):
        answers: dict[str, list[Any]] = {}
        for row in rows:
            if str(row.direction) == "out" and row.text.startswith("echo "):
                answers.setdefault(row.text[5:], []).append(row)
        for row in rows:
            if str(row.direction) == "in" and row.text.startswith("ping "):
                yield key, row, answers.get(row.text[5:], [])


def _answers(evidence: Evidence) -> Iterator[Fault]:
    """Each text is answered exactly once, unless a person had taken over before it came."""
    away = _times_of_people(evidence)
    for key, row, answers in _with_bot(evidence):
        number = row.text[5:]
        if len(answers) > 1:
            yield Fault("doubled", f"{row.text!r} was answered {len(answers)} times", key, number)
        is_away = _is_with_person(row, away)
        if not answers and not is_away:
            yield Fault("lost", f"{row.text!r} was never answered", key, number)
        if answers and is_away:
            yield Fault("spoke", f"{row.text!r} came to a person and the bot answered", key, number)


def _to_a_person(evidence: Evidence) -> Iterator[Fault]:
    """What was written to a person the bot does not answer, unless it came when the bot had the conversation again."""
    bots = {(key, f"aneh: {row.text}") for key, row in _given_back(evidence)}
    for key, rows in _people(evidence):
        for row in rows:
            if str(row.direction) == "out" and row.text.startswith("aneh") and (key, row.text) not in bots:
                yield Fault("spoke", f"the bot said {row.text!r} to a person's contact", key, row.text.split()[-1])


def _given_back(evidence: Evidence) -> Iterator[tuple[Key, Any]]:
    """The texts written to a person that were stored when nobody had the conversation: they had lain in the spool."""
    away = _times_of_people(evidence)
    for key, rows in _people(evidence):
        for row in rows:
            if str(row.direction) == "in" and row.text.startswith("diam ") and not _is_with_person(row, away):
                yield key, row


def _is_with_person(row: Any, away: dict[int, list[tuple[int, int]]]) -> bool:
    return any(begin < row.seq < end for begin, end in away.get(row.conversation_id, []))


def _times_of_people(evidence: Evidence) -> dict[int, list[tuple[int, int]]]:
    """The numbers between which a person had a conversation, as its history tells."""
    found: dict[int, list[tuple[int, int]]] = {}
    begun: dict[int, int] = {}
    for row in sorted(evidence.facts.history, key=lambda row: (row.conversation_id, row.seq)):
        if row.event == "mode":
            to = str((row.data or {}).get("to") or "")
            if to == "AGENT":
                begun.setdefault(row.conversation_id, row.seq)
            elif row.conversation_id in begun:
                found.setdefault(row.conversation_id, []).append((begun.pop(row.conversation_id), row.seq))
    for thread, seq in begun.items():
        found.setdefault(thread, []).append((seq, 1 << 60))
    return found


def _went(evidence: Evidence) -> Iterator[Fault]:
    """What we say was taken was taken, once; what we say was not was not; and nothing waits any more."""
    for key, rows in _people(evidence):
        for row in rows:
            if str(row.direction) != "out" or str(row.sender) not in ("bot", "agent"):
                continue
            number, status = row.text.split()[-1], str(row.status)
            if row.text == "sebentar":
                continue
            count = len(evidence.takings(key, row.text))
            if count > 1 and not evidence.was_sent_again(row):
                yield Fault("doubled", f"{row.text!r} was handed over {count} times", key, number)
            if count == 0 and status in TAKEN:
                yield Fault("lost", f"{row.text!r} is {status} and the box never took it", key, number)
            if count and status in ("cancelled", "failed"):
                yield Fault("spoke", f"{row.text!r} is {status} and the box took it", key, number)
            if status in ("queued", "sending"):
                yield Fault("stuck", f"{row.text!r} is still {status}", key, number)


def _order_in(evidence: Evidence) -> Iterator[Fault]:
    """Stored as they were written."""
    for key, rows in _people(evidence):
        texts = [row.text for row in rows if str(row.direction) == "in" and row.text.startswith(("ping ", "diam "))]
        for before, after in pairwise(texts):
            if int(after.split()[1]) < int(before.split()[1]):
                yield Fault("reordered", f"{after!r} is stored behind {before!r}", key, after.split()[1])


def _order_out(evidence: Evidence) -> Iterator[Fault]:
    """Handed over as they were said; what a person sent again stands aside."""
    for key, rows in _people(evidence):
        places = {row.text: row for row in rows if str(row.direction) == "out" and row.text != "sebentar"}
        first = {text: evidence.takings(key, text)[0]["at"] for text in places if evidence.takings(key, text)}
        kept = [text for text in first if not evidence.was_sent_again(places[text])]
        ordered = sorted(kept, key=lambda text: first[text])
        for before, after in pairwise(ordered):
            if places[after].seq < places[before].seq:
                yield Fault("reordered", f"{after!r} was handed over after {before!r}", key, after.split()[-1])


def _nowhere(evidence: Evidence) -> Iterator[Fault]:
    """The box took nothing that we do not know of."""
    for (contact, account, text), takings in evidence.said.items():
        thread = evidence.threads.get((contact, account), 0)
        if all(row.text != text for row in evidence.rows.get(thread, []) if str(row.direction) == "out"):
            yield Fault(
                "doubled", f"the box took {text!r} {len(takings)} times and we never said it", (contact, account)
            )


def _spoke(evidence: Evidence, takeovers: list[Facts]) -> Iterator[Fault]:
    """By the box's own clock: between a takeover and its end the bot said nothing."""
    by_person: dict[Key, list[Facts]] = {}
    for each in evidence.sent:
        if not each["text"].startswith(("agen ", "selesai ")):
            by_person.setdefault((each["key"], each["account"]), []).append(each)
    for takeover in takeovers:
        key = takeover["key"], takeover["account"]
        for each in by_person.get(key, []):
            if takeover["claimed"] + IN_FLIGHT < each["came"] < (takeover["freed"] or 0):
                yield Fault("spoke", f"{each['text']!r} came {each['came'] - takeover['claimed']:.1f} s after", key)


def _unknown(evidence: Evidence) -> Counter[str]:
    """How sends of which nobody knew the outcome were settled."""
    found: Counter[str] = Counter()
    keys = {thread: key for key, thread in evidence.threads.items()}
    for row in evidence.facts.rows():
        steps = evidence.facts.steps.get(row.id, [])
        if not any(line.now == "unknown" for line in steps) or row.conversation_id not in keys:
            continue
        arrived = bool(evidence.takings(keys[row.conversation_id], row.text))
        if evidence.was_sent_again(row):
            found["sent again by a person"] += 1
        elif str(row.status) in TAKEN:
            found["settled by the provider's word"] += 1
        elif str(row.status) == "unknown":
            found["open, had arrived" if arrived else "open, had not arrived"] += 1
        else:
            found[f"became {row.status}"] += 1
    return found


def _sums(evidence: Evidence) -> dict[str, int]:
    rows = [row for rows in evidence.rows.values() for row in rows]
    out = [row for row in rows if str(row.direction) == "out" and str(row.sender) in ("bot", "agent")]
    statuses = Counter(str(row.status) for row in out)
    answered = sum(bool(answers) for _, _, answers in _with_bot(evidence))
    return {
        "received": sum(bool(each["taken_at"]) for each in evidence.written),
        "stored": sum(str(row.direction) == "in" for row in rows),
        "answered": answered,
        "given_back": sum(1 for _ in _given_back(evidence)),
        "said": len(out),
        "handed": len(evidence.sent),
        "confirmed": statuses["delivered"] + statuses["read"],
        "cancelled": statuses["cancelled"],
        "failed": statuses["failed"],
        "unknown": statuses["unknown"],
        "spooled": evidence.spooled,
        "aside": evidence.aside,
        "repeated": sum(lane["repeated"] for lane in evidence.lanes.values()),
        "refused": sum(sum(lane["refusals"].values()) for lane in evidence.lanes.values()),
    }
