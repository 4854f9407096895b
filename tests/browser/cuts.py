"""Cuts between browsers and the server, and what happens there meanwhile: chosen by chance, repeated by a seed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import redis
from playwright.sync_api import CDPSession, Page

from tests.browser.stage import Stage, until
from tools.places import redis_socket
from tools.tcpcut import Cut

SOON = 0.3  # seconds in which a browser notices and begins to do something about it
LONG = 16.0  # longer than a browser waits for a pong or an answer


class Happenings:
    """Things that happen to a WhatsApp thread, to a visitor's, and around both."""

    def __init__(self, stage: Stage, number: str, chat: str, visitors: str, chance: random.Random) -> None:
        self.stage, self.number, self.chance = stage, number, chance
        self.chat, self.visitors = chat, visitors
        self.count = 0
        self.said: list[str] = []

    def go(self, times: int) -> None:
        """So many of them."""
        usual = (self.word, self.answer, self.look, self.note, self.stranger, self.pause, self.assign, self.close)
        later = (self.edit, self.react, self.take_back, self.to_bot, self.read)
        for _ in range(times):
            self.count += 1
            self.chance.choices((*usual, *later), (8, 7, 3, 3, 2, 1, 2, 1, 3, 3, 1, 1, 1))[0]()

    def some(self) -> str:
        """One of the two conversations."""
        return self.chance.choice([self.chat, self.visitors])

    def does(self, kind: str, **more: str) -> str:
        return self.stage.does("whapi", kind, self.number, **more)

    def word(self) -> None:
        self.said.append(self.does("text", text=f"kata ke-{self.count}"))

    def answer(self) -> None:
        self.stage.people["budi"].reply(self.some(), f"jawaban ke-{self.count}")

    def look(self) -> None:
        self.stage.look(self.number)

    def note(self) -> None:
        self.stage.people["budi"].act(self.some(), "notes", text=f"catatan ke-{self.count}")

    def stranger(self) -> None:
        words = self.chance.choice(["halo", "urgent", "cs"])  # a menu, a label and a handoff, a handoff
        self.stage.whatsapp(self.stage.number(), words, name=f"Orang lain {self.count}")

    def pause(self) -> None:
        self.both("pause", "resume")

    def close(self) -> None:
        """For a moment; taken up again whether it rests by then, asks how it was, or was written to meanwhile."""
        self.both("close", "claim")

    def to_bot(self) -> None:
        self.both("release", "claim")

    def both(self, *verbs: str) -> None:
        conversation = self.some()
        for verb in verbs:
            self.stage.people["budi"].act(conversation, verb)

    def assign(self) -> None:
        """By somebody who may give away what is not theirs."""
        whom = self.chance.choice(self.stage.agents())
        self.stage.admin.act(self.some(), "assign", agent=whom.id)

    def edit(self) -> None:
        if self.said:
            self.does("edit", target=self.chance.choice(self.said), text=f"diubah {self.count}")

    def react(self) -> None:
        if self.said:
            self.does("reaction", target=self.chance.choice(self.said), emoji=self.chance.choice("👍🙏😀"))

    def take_back(self) -> None:
        if self.said:
            self.does("delete", target=self.said.pop(self.chance.randrange(len(self.said))))

    def read(self) -> None:
        budi = self.stage.people["budi"]
        path = f"/api/conversations/{self.chat}/read"
        budi.http.post(path, json={"seq": 10**6}, headers=budi.csrf).raise_for_status()


class Cuts:
    """Every way to come apart; each lets things happen and then heals."""

    QUICK = ("refuse", "reset", "hole", "lost", "delay", "in_frame", "in_answer", "ticket", "bus", "offline", "asleep")
    SLOW = ("restart", "killed", "long_hole")

    def __init__(self, stage: Stage, line: Cut, pages: list[Page], happenings: Happenings) -> None:
        self.stage, self.line, self.pages, self.happenings = stage, line, pages, happenings
        self.chance = happenings.chance
        self.sessions: list[CDPSession] = [page.context.new_cdp_session(page) for page in pages]

    def make(self, kind: str) -> None:
        """Cut, let a few things happen, heal."""
        getattr(self, kind)(lambda: self.happenings.go(self.chance.randint(1, 4)))
        self.line.set()

    def refuse(self, meanwhile: Callable[[], None]) -> None:
        self.line.set(refuse=True)
        meanwhile()

    def reset(self, meanwhile: Callable[[], None]) -> None:
        self.line.reset()
        meanwhile()

    def hole(self, meanwhile: Callable[[], None]) -> None:
        self.line.set(black_hole=True)
        meanwhile()

    def lost(self, meanwhile: Callable[[], None]) -> None:
        """What was under way never comes."""
        self.hole(meanwhile)
        self.line.reset()

    def long_hole(self, meanwhile: Callable[[], None]) -> None:
        """Until the browsers find out by themselves."""
        self.hole(meanwhile)
        self.wait(LONG)

    def delay(self, meanwhile: Callable[[], None]) -> None:
        self.line.set(delay=self.chance.uniform(0.05, 0.5))
        meanwhile()

    def in_frame(self, meanwhile: Callable[[], None]) -> None:
        """In the middle of what the sockets are told."""
        self.line.set(cut_in=self.chance.randint(1, 4000))
        meanwhile()

    def in_answer(self, meanwhile: Callable[[], None]) -> None:
        """In the middle of whatever is fetched after the break."""
        self.line.reset()
        self.line.set(cut_in=self.chance.randint(100, 20_000))
        meanwhile()
        self.wait(SOON * self.chance.randint(1, 4))

    def ticket(self, meanwhile: Callable[[], None]) -> None:
        """The ticket is used up and the socket never opens."""
        self.line.set(break_on=b"GET /ws/")
        self.line.reset()
        meanwhile()
        self.wait(SOON * 3)

    def bus(self, meanwhile: Callable[[], None]) -> None:
        """Redis forgets who listens."""
        with redis.Redis(unix_socket_path=str(redis_socket(self.stage.data))) as client:
            client.client_kill_filter(_type="pubsub")
        meanwhile()

    def offline(self, meanwhile: Callable[[], None]) -> None:
        """The browser knows; the line may break as well."""
        for page in self.pages:
            page.context.set_offline(True)
        self.line.set(refuse=self.chance.random() < 0.5)
        meanwhile()
        for page in self.pages:
            page.context.set_offline(False)

    def asleep(self, meanwhile: Callable[[], None]) -> None:
        """Timers stand still; the line may die meanwhile."""
        self._life("frozen")
        if self.chance.random() < 0.5:
            self.line.reset()
        meanwhile()
        self._life("active")

    def _life(self, state: str) -> None:
        for session in self.sessions:
            session.send("Page.setWebLifecycleState", {"state": state})

    def restart(self, meanwhile: Callable[[], None]) -> None:
        """A new worker takes over from the old one, as in an upgrade."""
        meanwhile()
        old = worker_of(self.stage)
        os.kill(web_of(self.stage), signal.SIGHUP)
        until(lambda: worker_of(self.stage) not in (0, old), "a new worker", 30)
        self._answers()
        meanwhile()

    def killed(self, meanwhile: Callable[[], None]) -> None:
        meanwhile()
        os.kill(worker_of(self.stage), signal.SIGKILL)
        self._answers()
        meanwhile()

    def _answers(self) -> None:
        until(self._is_up, "the server answers", 30)

    def _is_up(self) -> bool:
        try:
            return httpx.get(f"{self.stage.url}/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def wait(self, seconds: float) -> None:
        """Meanwhile the browsers' events are heard."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            self.pages[0].wait_for_timeout(left * 1000)


def children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text().split()] if path.exists() else []


def web_of(stage: Stage) -> int:
    """gunicorn's first process."""
    mine = children(stage.instance.process.pid)
    return next(each for each in mine if b"gunicorn" in Path(f"/proc/{each}/cmdline").read_bytes())


def worker_of(stage: Stage) -> int:
    """The newest of its workers; 0 while there is none."""
    return max(children(web_of(stage)), default=0)
