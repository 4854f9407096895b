"""One play of the machine: the model beside the real thing, told of every step, compared with it after each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from roms.channels import ADAPTERS
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled, Transient
from roms.services import arrivals
from roms.services.outbox import Claimed
from tests.kit.bodies import Word, address, body
from tests.kit.invariants import Facts, broken_promises, gathered
from tests.kit.knocks import Promise
from tests.kit.stage import Stage
from tests.kit.talks import BOT, CLOSED, DAY, Said, Talk, raised

PEOPLE = ("6281200000001", "6281200000002", "6281200000003")
LEASE = timedelta(seconds=45)
STATUS = {"waits": "queued", "flies": "sending", "perhaps": "unknown"}
FAILED = {
    "throttled": lambda: Throttled("slow down", "429", 30.0),
    "transient": lambda: Transient("refused", "connect"),
    "broken": lambda: ChannelBroken("token", "190"),
    "permanent": lambda: Permanent("never", "131026"),
    "ambiguous": lambda: Ambiguous("no answer", "timeout"),
}


@dataclass(slots=True, eq=False)
class Flight:
    """A message in a worker's hands."""

    claimed: Claimed
    said: Said
    talk: Talk
    number: int  # of the try


@dataclass(slots=True)
class Spooled:
    """A webhook that waits for the database."""

    words: Sequence[Word]
    came_at: datetime


@dataclass(slots=True)
class Play:
    stage: Stage
    talks: dict[tuple[int, str], Talk] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    current: dict[int, Flight] = field(default_factory=dict)  # by message: whose word on it counts
    spool: dict[int, list[Spooled]] = field(default_factory=lambda: defaultdict(list))
    bodies: list[tuple[str, Sequence[Word]]] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)
    early: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rests: dict[int, datetime] = field(default_factory=dict)  # channels that asked for peace
    troubled: set[int] = field(default_factory=set)
    release: int = 1
    resent: int = 0
    number: int = 0
    reminded: list[Talk] = field(default_factory=list)  # the reminder must be there after this step

    @property
    def now(self) -> datetime:
        return self.stage.clock.now

    def count(self) -> int:
        self.number += 1
        return self.number

    # --- people -------------------------------------------------------------------------------------------------------

    def talk(self, kind: str, person: str) -> Talk:
        channel, where = self.stage.accounts[kind].channel_id, address(kind, person)
        if (channel, where) not in self.talks:
            window = ADAPTERS[kind].abilities.window
            self.talks[channel, where] = Talk(channel, where, ADAPTERS[kind].direct, window, since=self.now)
        return self.talks[channel, where]

    def word(self, kind: str, person: str, text: str, ours: bool = False) -> Word:
        """Something that was not said before."""
        number = self.count()
        id_ = f"SM{number:032x}" if kind == "twilio" else f"3EB0{number:028X}"
        return Word(id_, person, f"{text} {number}", self.now, ours)

    def knocks(self, kind: str, words: Sequence[Word], is_away: bool = False) -> None:
        """A webhook brings this."""
        account = self.stage.accounts[kind]
        done = arrivals.receive(account, body(kind, words))
        self.promised += [(account.channel_id, "out" if word.ours else "in", word.id) for word in words]
        if is_away or self.spool[account.channel_id]:
            assert done == {"spooled": len(words)}, done
            self.spool[account.channel_id].append(Spooled(words, self.now))
            return
        new = sum(self.told(kind, word) for word in words)
        assert (done["stored"], done["repeated"]) == (new, len(words) - new), (done, new)

    def told(self, kind: str, word: Word) -> bool:
        """The model hears it; whether it is new."""
        talk = self.talk(kind, word.person)
        if not word.ours:
            return talk.hears(word.id, word.text, self.release, self.now, word.at)
        if any(said.known_id == word.id for said in talk.out):
            return False
        talk.act("phone", self.now)
        talk.says("agent", {word.text}, self.now, "sent").known_id = word.id
        return True

    def replayed(self) -> None:
        """The spool has been emptied through the same door."""
        kinds = {account.channel_id: kind for kind, account in self.stage.accounts.items()}
        for channel in sorted(self.spool):
            for letter in self.spool.pop(channel):
                for word in letter.words:
                    self.told(kinds[channel], word)

    # --- workers ------------------------------------------------------------------------------------------------------

    def claims(self, channel: int, claimed: Sequence[Claimed]) -> None:
        """A worker has these now. It must have had the right to each."""
        assert not claimed or self.now >= self.rests.get(channel, self.now), "claimed while the channel rests"
        assert len({each.conversation_id for each in claimed}) == len(claimed), "two of one conversation at once"
        for each in claimed:
            talk, said = self.find(each.parcel.id)
            assert talk.next_to_go() is said, f"not its turn: {said} in {talk}"
            assert not (said.by == "bot" and said.outlived), f"the bot speaks after a person came: {said}"
            assert each.parcel.text in said.texts
            is_late = self.now - said.at >= DAY
            assert (each.refused is not None) == (is_late or talk.window_closed(self.now)), (each.refused, said)
            said.state, said.lease_ends = "flies", self.now + LEASE
            said.tries += 1
            self.flights.append(Flight(each, said, talk, said.tries))
            self.current[said.id] = self.flights[-1]

    def find(self, id_: int) -> tuple[Talk, Said]:
        return next((talk, said) for talk in self.talks.values() for said in talk.out if said.id == id_)

    def taken(self, flight: Flight) -> str:
        """The provider takes it: its id there."""
        said = flight.said
        id_ = f"p{said.id}-{len(said.taken)}"
        said.taken[id_] = (flight.number, flight.claimed.parcel.mark)
        assert len(said.taken) <= 1 + said.retries, f"sent too often: {said}"
        return id_

    def lands(self, flight: Flight, outcome: str | SendFailed) -> None:
        """The worker has written down what the provider said."""
        said, channel = flight.said, flight.talk.channel
        self._paced(channel, outcome, flight.claimed.refused is None)
        if self.current.get(said.id) is not flight or said.state not in ("flies", "perhaps"):
            return
        if isinstance(outcome, str):
            said.known_id = outcome
            said.state = raised("accepted", self.early.pop(outcome, []))
        elif said.state == "flies":
            said.state = self._failed(said, outcome)

    def _failed(self, said: Said, outcome: SendFailed) -> str:
        if isinstance(outcome, Ambiguous):
            return "perhaps"
        if isinstance(outcome, Permanent) or self.now - said.at >= DAY:
            return "failed"
        return "cancelled" if said.by == "bot" and said.outlived else "waits"

    def _paced(self, channel: int, outcome: str | SendFailed, was_asked: bool) -> None:
        if not was_asked:
            return
        if isinstance(outcome, Throttled):
            self.rests[channel] = self.now + timedelta(seconds=outcome.retry_after)
        elif isinstance(outcome, SendFailed):
            self.troubled.add(channel)
        elif channel in self.troubled:  # it is well again, and that ends its rest
            self.troubled.discard(channel)
            self.rests.pop(channel, None)

    def status(self, said: Said, provider_id: str, word: str, is_named: bool) -> None:
        """The provider said this of a message it took; `is_named`: with our mark on it."""
        if said.known_id == provider_id:
            said.state = raised(said.state, [word])
        elif is_named and not said.known_id and self._is_evidence(said, provider_id, word):
            said.known_id = provider_id
            said.state = raised("accepted", [word, *self.early.pop(provider_id, [])])
        else:
            self.early[provider_id].append(word)

    def _is_evidence(self, said: Said, provider_id: str, word: str) -> bool:
        """That an earlier try failed says nothing of this one; that it arrived does, also while another try waits."""
        if word == "failed":
            return said.state in ("flies", "perhaps") and said.taken[provider_id][0] == said.tries
        return said.state in ("flies", "perhaps") or (said.state == "waits" and said.tries > 0)

    def swept(self) -> None:
        for flight in self.current.values():
            said = flight.said
            if said.state == "flies" and said.lease_ends is not None and said.lease_ends < self.now:
                said.state = "perhaps"

    def passed(self) -> None:
        """Every timer that is due has fired."""
        self.reminded += [talk for talk in self.talks.values() if talk.passes(self.now)]

    # --- comparing ----------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """The database is what the model says, and nothing was promised that is not so."""
        facts = gathered()
        facts.promised, facts.resent = self.promised, self.resent
        unswept = "I5 nobody sends it"  # the ticker has not looked yet; the model knows when it must
        broken = [words for words in broken_promises(facts) if not words.startswith(unswept)]
        assert not broken, "\n".join(broken)
        of: dict[int, list] = defaultdict(list)
        for row in facts.messages:
            of[row.conversation_id].append(row)
        threads = {(row.channel_id, row.address): row for row in facts.conversations}
        assert set(threads) == {key for key, talk in self.talks.items() if talk.heard or talk.out}
        for key, thread in threads.items():
            self._compare(self.talks[key], thread, of[thread.id], facts)
        assert not self.reminded, f"never reminded: {self.reminded}"

    def _compare(self, talk: Talk, thread: object, rows: list, facts: Facts) -> None:
        assert thread.mode == talk.mode, (thread.mode, talk)  # type: ignore[attr-defined]
        assert [row.provider_id for row in rows if row.direction == "in"] == talk.heard, talk
        ours = [row for row in rows if row.direction == "out"]
        known = {said.id: said for said in talk.out if said.id}
        for place, row in enumerate(ours):
            if row.id not in known and row.sender == "bot" and row.text.startswith("Ingat"):
                self._reminder(talk, place, row.text, row.status)
        assert len(ours) == len(talk.out), ([row.text for row in ours], talk.out)
        for row, said in zip(ours, talk.out, strict=True):
            assert row.text in said.texts, (row.text, said)
            assert row.sender == said.by, (row.sender, said)
            assert said.id in (0, row.id), said
            said.id, said.seq = row.id, row.seq
            if said.state == "waits" and row.error_code == "too_old" and self.now - said.at >= DAY:
                said.state = "failed"  # its channel works again, and it had waited for more than a day
            assert row.status == STATUS.get(said.state, said.state), (row.status, said)
            assert (row.provider_id or "") == said.known_id, (row.provider_id, said)
        talk.settled()

    def _reminder(self, talk: Talk, place: int, text: str, status: str) -> None:
        """What a timer said: once for what was asked for at most, only where the bot speaks."""
        assert talk.mode == BOT or (talk.mode, talk.since) == (CLOSED, self.now), talk  # and then it was idle
        assert talk.reminders > 0, talk
        assert place == len(talk.out), talk
        talk.reminders -= 1
        state = "failed" if talk.window_closed(self.now) else ""
        assert (status == "failed") == (state == "failed"), (status, talk)
        talk.says("bot", {text}, self.now, state)
        if talk in self.reminded:
            self.reminded.remove(talk)
