"""A ledger that cannot find a fault proves nothing: each kind is made once, in what a small run left behind."""

from __future__ import annotations

from types import SimpleNamespace as Row
from typing import Any

from tools.chaos import ledger
from tools.chaos.rows import Evidence

SOMEBODY = ("6281100000001", "meta")


def inbound(id_: int, seq: int, text: str) -> Row:
    return Row(id=id_, seq=seq, text=text, direction="in", sender="contact", status="received", conversation_id=1,
               channel_id=1, provider_id=f"in-{id_}")  # fmt: skip


def outbound(id_: int, seq: int, text: str, sender: str = "bot", status: str = "delivered") -> Row:
    return Row(id=id_, seq=seq, text=text, direction="out", sender=sender, status=status, conversation_id=1,
               channel_id=1, provider_id=f"out-{id_}")  # fmt: skip


def written(id_: int, text: str) -> dict[str, Any]:
    return {
        "id": f"in-{id_}",
        "key": SOMEBODY[0],
        "account": SOMEBODY[1],
        "text": text,
        "at": id_,
        "taken_at": id_ + 0.5,
    }


def taken(text: str, at: float) -> dict[str, Any]:
    return {"id": text, "key": SOMEBODY[0], "account": SOMEBODY[1], "text": text, "came": at, "at": at, "kind": "text"}


class Run:
    """Two texts and their answers, all well; a test changes something."""

    def __init__(self) -> None:
        self.rows = [
            inbound(1, 1, "ping 1"),
            outbound(2, 2, "echo 1"),
            inbound(3, 3, "ping 2"),
            outbound(4, 4, "echo 2"),
        ]
        self.written = [written(1, "ping 1"), written(3, "ping 2")]
        self.sent = [taken("echo 1", 1.0), taken("echo 2", 2.0)]
        self.history: list[Any] = []
        self.takeovers: list[dict[str, Any]] = []

    def faults(self) -> set[str]:
        facts: Any = Row(messages=self.rows, history=self.history, kinds={1: "meta"}, steps={})
        facts.rows = lambda: [row for row in self.rows if row.direction == "out"]
        found = Evidence(self.written, self.sent, {}, {}, facts)
        found.threads, found.rows = {SOMEBODY: 1}, {1: sorted(self.rows, key=lambda row: row.seq)}
        for row in self.rows:
            if row.direction == "in":
                found.inbound.setdefault(("meta", row.provider_id), []).append(row)
        for each in self.sent:
            found.said.setdefault((*SOMEBODY, each["text"]), []).append(each)
        return {fault.what for fault in ledger.made(found, self.takeovers).faults}

    def person_has_it(self, begin: int, end: int) -> None:
        for seq, to in ((begin, "AGENT"), (end, "BOT")):
            self.history.append(Row(conversation_id=1, seq=seq, event="mode", data={"to": to}))


def test_all_well_is_no_fault() -> None:
    assert Run().faults() == set()


def test_what_was_answered_2xx_and_is_not_there_is_lost() -> None:
    run = Run()
    run.written.append(written(9, "ping 3"))
    assert run.faults() == {"lost"}


def test_an_answer_that_was_never_said_or_never_taken_is_lost() -> None:
    unsaid, untaken = Run(), Run()
    del unsaid.rows[3], unsaid.sent[1]
    del untaken.sent[1]
    assert unsaid.faults() == untaken.faults() == {"lost"}


def test_twice_is_doubled() -> None:
    stored, said, handed, unknown = Run(), Run(), Run(), Run()
    stored.rows.append(Row(**{**vars(stored.rows[0]), "id": 9, "seq": 9}))
    said.rows.append(outbound(9, 9, "echo 2"))
    handed.sent.append(taken("echo 2", 3.0))
    unknown.sent.append(taken("echo 77", 3.0))
    for run in (stored, said, handed, unknown):
        assert "doubled" in run.faults()


def test_the_wrong_order_is_noticed_on_either_side() -> None:
    came, went = Run(), Run()
    came.rows[0].seq, came.rows[2].seq = 3, 1
    went.sent[0]["at"] = 9.0
    assert came.faults() == went.faults() == {"reordered"}


def test_a_bot_that_speaks_to_a_persons_contact_is_noticed() -> None:
    answered, by_clock, strange = Run(), Run(), Run()
    answered.person_has_it(2, 9)
    by_clock.takeovers.append({"key": SOMEBODY[0], "account": "meta", "claimed": -9.0, "freed": 9.0})
    strange.rows.append(outbound(9, 9, "aneh: diam 5"))
    strange.sent.append(taken("aneh: diam 5", 3.0))
    for run in (answered, by_clock, strange):
        assert run.faults() == {"spoke"}


def test_what_came_when_the_person_had_given_back_is_the_bots_to_answer() -> None:
    late, early = Run(), Run()
    for run, seq in ((late, 9), (early, 6)):
        run.person_has_it(5, 8)
        run.rows += [inbound(8, seq, "diam 5"), outbound(9, 10, "aneh: diam 5")]
        run.written.append(written(8, "diam 5"))
        run.sent.append(taken("aneh: diam 5", 30.0))
    assert late.faults() == set()
    assert early.faults() == {"spoke"}


def test_what_a_person_has_needs_no_answer_of_the_bot() -> None:
    run = Run()
    run.person_has_it(2, 9)
    run.rows[1:] = [run.rows[1], run.rows[2]]
    del run.sent[1]
    assert run.faults() == set()


def test_what_still_waits_at_the_end_is_stuck() -> None:
    run = Run()
    run.rows[3].status = "queued"
    assert "stuck" in run.faults()
