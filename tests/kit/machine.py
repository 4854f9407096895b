"""What can happen, in any order: the rules of the machine. test_machine.py plays it."""

from __future__ import annotations

import contextlib

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from roms import background, draining, queue
from roms.channels.items import Receipt
from roms.db import db
from roms.errors import Conflict, Problem, WindowClosed
from roms.models import Conversation
from roms.services import arrivals, handoff, outbox, receipts, replies, timers, webchat
from tests.kit.play import DAY, FAILED, PEOPLE, Flight, Play
from tests.kit.stage import KINDS, Stage
from tests.kit.talks import Talk

WORDS = ("satu", "satu", "tanya", "orang", "nanti")
JUMPS = (1, 20, 50, 400, 3600, 7 * 3600, 13 * 3600, 25 * 3600)
some = st.integers(0, 1_000_000)
kinds, people, words = st.sampled_from(KINDS), st.sampled_from(PEOPLE), st.sampled_from(WORDS)
knocks = st.tuples(st.sampled_from(KINDS[:4]), st.lists(st.tuples(people, words), min_size=1, max_size=3))
outcomes = st.sampled_from(["taken", "taken", "taken", "taken but silent", *FAILED])
statuses = st.sampled_from(["sent", "delivered", "read", "failed"])


class Machine(RuleBasedStateMachine):
    stage: Stage

    @initialize()
    def begins(self) -> None:
        self.stage.empty()
        self.play = Play(self.stage)
        self.play.release = self.stage.publish(1)

    @invariant()
    def is_as_it_must_be(self) -> None:
        if hasattr(self, "play"):
            self.play.compare()

    # --- people write ---

    def _webhook(self, kind: str, texts: list[tuple[str, str]]) -> list:
        single = kind in ("twilio", "waha")
        return [self.play.word(kind, person, text) for person, text in (texts[:1] if single else texts)]

    @rule(knock=knocks)
    def somebody_writes(self, knock: tuple) -> None:
        kind, texts = knock
        self.stage.clock.forward(seconds=1)
        brought = self._webhook(kind, texts)
        self.play.bodies.append((kind, brought))
        self.play.knocks(kind, brought)

    @rule(person=people, text=words, twice=st.booleans())
    def a_visitor_writes(self, person: str, text: str, twice: bool) -> None:
        self.stage.clock.forward(seconds=3)
        talk, number = self.play.talk("webchat", person), self.play.count()
        for is_again in (False, True)[: 1 + twice]:
            _, is_new = webchat.say(person, f"c-{number}", f"{text} {number}", None, "id")
            heard = talk.hears(
                f"{person}:c-{number}", f"{text} {number}", self.play.release, self.play.now, self.play.now
            )
            assert is_new == heard == (not is_again)

    @precondition(lambda self: self.play.bodies)
    @rule(which=some)
    def the_provider_repeats_itself(self, which: int) -> None:
        self.play.knocks(*self.play.bodies[which % len(self.play.bodies)])

    @rule(brought=st.lists(knocks, min_size=1, max_size=3))
    def the_database_is_away(self, brought: list) -> None:
        self.stage.clock.forward(seconds=1)
        made = [(kind, self._webhook(kind, texts)) for kind, texts in brought]
        self.play.bodies += made
        with self.stage.without_database():
            for kind, each in made:
                self.play.knocks(kind, each, is_away=True)
            arrivals.flush()

    @precondition(lambda self: any(self.play.spool.values()))
    @rule()
    def the_spool_is_flushed(self) -> None:
        for _ in range(200):  # the ticker comes again: who was in a hurry at a file just unlocked may have given up
            arrivals.flush()
            if arrivals.spool().is_empty():
                break
        assert arrivals.spool().is_empty()
        self.play.replayed()

    # --- we act ---

    def _one(self, which: int) -> Talk:
        return list(self.play.talks.values())[which % len(self.play.talks)]

    def _id(self, talk: Talk) -> str:
        db.session.rollback()
        found = db.session.query(Conversation.public_id).filter_by(channel_id=talk.channel, address=talk.address)
        return str(found.scalar() or "")

    def _holder(self, cid: str) -> int | None:
        """Who has it: a page shows that, and takes it over from them."""
        held: int | None = db.session.query(Conversation.assignee_id).filter_by(public_id=cid).scalar()
        return held

    @precondition(lambda self: self.play.talks)
    @rule(
        which=some,
        what=st.sampled_from(["claim", "assign", "transfer", "snooze", "release", "pause", "resume", "close"]),
        ani=st.booleans(),
    )
    def somebody_decides(self, which: int, what: str, ani: bool) -> None:
        talk, cast = self._one(which), self.stage.cast
        if not (cid := self._id(talk)):
            return
        gives = what in ("assign", "transfer")
        more = (cast.budi.id,) if gives else (self._holder(cid),) if what == "claim" else ()
        refused = False
        try:
            getattr(handoff, what)(cast.ani if ani and not gives else cast.admin, cid, *more)
        except Conflict:
            refused = True
        assert talk.act(what, self.play.now) != refused, (what, talk)

    @precondition(lambda self: self.play.talks)
    @rule(which=some, twice=st.booleans())
    def somebody_answers(self, which: int, twice: bool) -> None:
        talk, number = self._one(which), self.play.count()
        if not (cid := self._id(talk)):
            return
        if talk.window_closed(self.play.now):
            with contextlib.suppress(WindowClosed):
                replies.send(self.stage.cast.ani, cid, f"r-{number}", f"Ya {number}", seen=0, force=True)
                raise AssertionError(f"the window is closed: {talk}")
            return
        for is_again in (False, True)[: 1 + twice]:
            _, is_new = replies.send(self.stage.cast.ani, cid, f"r-{number}", f"Ya {number}", seen=0, force=True)
            assert is_new != is_again
        talk.act("reply", self.play.now)
        talk.says("agent", {f"Ya {number}"}, self.play.now)

    @rule(kind=st.sampled_from(["whapi", "waha"]), person=people)
    def somebody_answers_on_the_paired_phone(self, kind: str, person: str) -> None:
        self.stage.clock.forward(seconds=1)
        word = self.play.word(kind, person, "dari hp", ours=True)
        self.play.bodies.append((kind, [word]))
        self.play.knocks(kind, [word])

    @rule()
    def somebody_publishes(self) -> None:
        self.play.release = self.stage.publish(3 - self.play.release)

    @precondition(lambda self: any(self._lost()))
    @rule(which=some)
    def somebody_sends_it_again(self, which: int) -> None:
        lost = list(self._lost())
        talk, said = lost[which % len(lost)]
        is_late = self.play.now - said.at >= DAY or talk.window_closed(self.play.now)
        try:
            replies.retry(self.stage.cast.ani, self._id(talk), said.seq)
        except Problem:
            assert is_late, said
            return
        assert not is_late, said
        said.state, said.outlived, said.known_id = "waits", False, ""
        said.retries += 1
        self.play.resent += 1
        self.play.current.pop(said.id, None)

    def _lost(self):
        for talk in self.play.talks.values():
            yield from ((talk, said) for said in talk.out if said.state in ("failed", "perhaps") and said.id)

    # --- workers ---

    @rule(width=st.integers(1, 4))
    def a_worker_begins(self, width: int) -> None:
        channel = self.stage.job()
        if channel is not None:
            self.play.claims(channel, outbox.claim(channel, width))

    @precondition(lambda self: self.play.flights)
    @rule(which=some, outcome=outcomes)
    def a_worker_writes_down(self, which: int, outcome: str) -> None:
        self._land(self.play.flights.pop(which % len(self.play.flights)), outcome)

    def _land(self, flight: Flight, outcome: str) -> None:
        if flight.claimed.refused is not None:
            told = flight.claimed.refused
        elif outcome == "taken":
            told = self.play.taken(flight)
        elif outcome == "taken but silent":
            self.play.taken(flight)
            told = FAILED["ambiguous"]()
        else:
            told = FAILED[outcome]()
        draining._record(flight.talk.channel, [(flight.claimed, told)])
        self.play.lands(flight, told)
        channel = flight.talk.channel
        self.play.claims(channel, outbox.claim(channel, 1))

    @precondition(lambda self: self.play.flights)
    @rule(which=some, was_taken=st.booleans())
    def a_worker_is_killed(self, which: int, was_taken: bool) -> None:
        """Everything it had stays as it is until the lease is over."""
        flight = self.play.flights.pop(which % len(self.play.flights))
        if was_taken and flight.claimed.refused is None:
            self.play.taken(flight)

    @precondition(lambda self: any(self._taken()))
    @rule(which=some, word=statuses, is_named=st.booleans())
    def the_provider_tells(self, which: int, word: str, is_named: bool) -> None:
        told = list(self._taken())
        channel, said, provider_id = told[which % len(told)]
        mark = said.taken[provider_id][1] if is_named else ""
        receipts.record(channel, Receipt(provider_id, word, None, "1", "x", "permanent", mark=mark))
        self.play.status(said, provider_id, word, is_named)

    def _taken(self):
        for talk in self.play.talks.values():
            yield from ((talk.channel, said, id_) for said in talk.out for id_ in said.taken)

    # --- the world ---

    @rule()
    def redis_forgets_everything(self) -> None:
        self.stage.redis.flushall()

    @rule()
    def redis_goes_or_comes_back(self) -> None:
        self.stage.redis_away() if self.stage.is_redis_here else self.stage.redis_back()

    @rule(seconds=st.sampled_from(JUMPS))
    def time_passes(self, seconds: int) -> None:
        self.stage.clock.forward(seconds=seconds)
        if seconds > queue.DRAIN_WAITS:
            self.stage.forget_flags()

    @rule(twice=st.booleans())
    def the_ticker_looks(self, twice: bool) -> None:
        while due := timers.due():
            background.fire_timers()
            assert not (twice and any(timers.fire(each) for each in due)), "a timer fired twice"
        self.play.passed()
        background.sweep_outbox()
        self.play.swept()

    # --- the end ---

    def teardown(self) -> None:
        """All is well again: everything that was said comes to an end."""
        if not hasattr(self, "play"):
            return
        self.stage.redis_back()
        self.the_spool_is_flushed()
        self.play.compare()
        for _ in range(40):
            for flight in list(self.play.flights):
                self.play.flights.remove(flight)
                self._land(flight, "taken")
            if not any(said.is_open for talk in self.play.talks.values() for said in talk.out):
                break
            self.time_passes(16 * 60)
            self.the_ticker_looks(False)
            self.play.compare()
            while (channel := self.stage.job()) is not None:
                self.play.claims(channel, outbox.claim(channel, 16))
        self.play.compare()
        left = [said for talk in self.play.talks.values() for said in talk.out if said.is_open]
        assert not left, left
