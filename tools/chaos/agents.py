"""Agents of a chaos run: signed in over HTTP, each takes conversations over, answers, listens, and gives them back."""

from __future__ import annotations

import random
import re
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx

from tools.chaos.world import World

ENOUGH = 90.0  # seconds after which an agent lets a conversation be
AGAIN = 0.2  # seconds between two tries, as a person's browser makes them
RESEND_AFTER = 3.0  # seconds for which "unknown" is left to be settled by itself
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"|csrf-token" content="([^"]+)"|"csrf": ?"([^"]+)"')
Facts = dict[str, Any]


@dataclass(slots=True)
class Book:
    """What all agents know of what they did."""

    takeovers: list[Facts] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)  # texts, each said once
    resent: int = 0
    troubles: list[str] = field(default_factory=list)


class Stuck(Exception):
    """It did not come to an end in time, or the run is over."""


class Agent:
    """One person with a browser."""

    def __init__(self, world: World, login: str, book: Book, seed: str) -> None:
        self._world, self._login, self._book = world, login, book
        self._dice = random.Random(f"{seed}/{login}")
        self._http = httpx.Client(base_url=world.web, timeout=5)
        self._csrf: dict[str, str] = {}
        self._said = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name=login, daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Begin nothing new, and finish what is under way."""
        self._over.set()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._http.close()

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                for conversation in self._waiting():
                    self._serve(conversation)
            except Stuck as stuck:
                self._book.troubles.append(f"{self._login}: {stuck}")
            self._over.wait(self._dice.uniform(0.2, 1.0))

    def _waiting(self) -> list[Facts]:
        """What is mine; now and then somebody the bot is talking with is taken over."""
        mine = self._asks("GET", "/api/conversations?view=mine&limit=5")["items"]
        if mine or self._dice.random() > 0.3 or self._over.is_set():
            return list(mine)
        bots = self._asks("GET", "/api/conversations?view=bot&limit=20")["items"]
        return [self._dice.choice(bots)] if bots else []

    def _serve(self, conversation: Facts) -> None:
        path, account = f"/api/conversations/{conversation['id']}", conversation["channel"]["kind"]
        key = (conversation["contact"]["phone"] or "").lstrip("+")
        if account not in ("meta", "twilio", "whapi", "waha") or not key.startswith("62811"):
            return
        limit = time.monotonic() + ENOUGH
        if self._claimed(path, limit):
            takeover: Facts = {"key": key, "account": account, "claimed": time.time(), "freed": None}
            self._book.takeovers.append(takeover)
            first = self._says(path, f"agen {self._login}", limit)
            self._hears(path, first, limit)
            self._says(path, f"selesai {self._login}", limit)
            takeover["freed"] = time.time()
            self._until_mode(path, "release", "BOT", limit)
            self._world.witness.do("freed", key=key, account=account)

    def _claimed(self, path: str, limit: float) -> bool:
        return self._until_mode(path, "claim", "AGENT", limit)

    def _until_mode(self, path: str, verb: str, mode: str, limit: float) -> bool:
        """The same wish, until it is so; a lost answer is found out by looking."""
        while time.monotonic() < limit:
            answer = self._once("POST", f"{path}/{verb}", {})
            if answer is not None and answer.status_code == 200:
                return True
            if self._asks("GET", path)["conversation"]["mode"] == mode:
                return True
            time.sleep(AGAIN)
        raise Stuck(f"{verb} of {path}")

    def _says(self, path: str, words: str, limit: float) -> int:
        """One text, once: its number in the conversation."""
        self._said += 1
        text = f"{words} {self._said}"
        self._book.replies.append(text)
        said = {"client_id": f"chaos-{self._login}-{self._said:06}", "text": text, "seen": 0, "force": True}
        while time.monotonic() < limit:
            answer = self._once("POST", f"{path}/messages", said)
            if answer is not None and answer.status_code in (200, 201):
                return int(next(e["seq"] for e in self._entries(path) if e.get("text") == text))
            time.sleep(AGAIN)
        raise Stuck(f"saying something in {path}")

    def _entries(self, path: str) -> list[Facts]:
        entries: list[Facts] = self._asks("GET", path)["entries"]
        return [entry for entry in entries if entry["type"] == "message"]

    def _hears(self, path: str, seq: int, limit: float) -> None:
        """Until the contact has answered twice; what may not have arrived is sent again, as a person would."""
        begun = time.monotonic()
        while time.monotonic() < limit:
            entries = self._entries(path)
            heard = [e for e in entries if e["seq"] > seq and str(e.get("text")).startswith("diam")]
            if len(heard) >= 2:
                return
            own = next((e for e in entries if e["seq"] == seq), None)
            if own and own["status"] in ("unknown", "failed") and time.monotonic() - begun > RESEND_AFTER:
                answer = self._once("POST", f"{path}/retry", {"seq": seq})
                if answer is None or answer.status_code < 300:
                    self._book.resent += 1
                begun = time.monotonic()
            time.sleep(AGAIN)
        raise Stuck(f"listening to {path}")

    def _asks(self, method: str, path: str) -> Facts:
        """An answer, however often one must ask."""
        limit = time.monotonic() + ENOUGH
        while time.monotonic() < limit:
            answer = self._once(method, path, None)
            if answer is not None and answer.status_code == 200:
                return dict(answer.json())
            time.sleep(AGAIN)
        raise Stuck(f"asking {path}")

    def _once(self, method: str, path: str, body: Facts | None) -> httpx.Response | None:
        try:
            if not self._csrf:
                self._sign_in()
            answer = self._http.request(method, path, json=body, headers=self._csrf)
            if answer.status_code in (400, 401):
                self._csrf = {}
            return answer
        except (httpx.HTTPError, LookupError):
            return None

    def _sign_in(self) -> None:
        form = {"login": self._login, "password": self._world.logins[self._login]}
        form["csrf_token"] = _token(self._http.get("/login").text)
        self._http.post("/login", data=form)
        self._csrf = {"X-CSRFToken": _token(self._http.get("/inbox").text)}


def _token(page: str) -> str:
    """The token of a page of ours. LookupError: it is another page."""
    found = TOKEN.search(page)
    if found is None:
        raise LookupError("a page without a token")
    return unescape(found[1] or found[2] or found[3])
