"""One running instance as those around it know it: contacts on WhatsApp, the provider's dial, agents, visitors."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from tests.cast import whapi_body
from tests.dev.instance import Instance
from tests.web.agent import Visitor, token_in

TITLE = "  logins, shown only this once"
LONGEST = 15.0  # seconds; a loaded machine answers late, a broken program never
STARTED = 100.0  # seconds, within a test's own limit


class Person:
    """An agent's login, and what they may do without a browser."""

    def __init__(self, url: str, name: str, login: str, password: str) -> None:
        self.url, self.name, self.login, self.password = url, name, login, password
        self.http = httpx.Client(base_url=url, timeout=LONGEST)
        form = {"login": login, "password": password, "csrf_token": token_in(self.http.get("/login").text)}
        assert self.http.post("/login", data=form).status_code == 303
        self.csrf = {"X-CSRFToken": token_in(self.http.get("/inbox").text)}
        self.id = int(next(one["id"] for one in self.get("/api/agents")["agents"] if one["name"] == name))

    def cookies(self, url: str) -> list[dict[str, str]]:
        """The session, for a browser at this address."""
        return [{"name": name, "value": value, "url": url} for name, value in self.http.cookies.items()]

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        return self.http.post(path, json=body or {}, headers=self.csrf).raise_for_status().json()

    def act(self, conversation: str, verb: str, **more: Any) -> dict[str, Any]:
        if verb == "claim":  # from whoever has it, as a page does that shows who that is
            more = {"from": self.get(f"/api/conversations/{conversation}")["conversation"]["assignee"]} | more
        done: dict[str, Any] = self.post(f"/api/conversations/{conversation}/{verb}", more)
        return done

    def reply(self, conversation: str, text: str) -> None:
        """Answer, having seen everything."""
        seen = self.get(f"/api/conversations/{conversation}")["conversation"]["seq"]
        self.act(conversation, "messages", client_id=f"{self.login}-{time.monotonic_ns()}", text=text, seen=seen)


class Stage:
    """`./dev run` with empty data, and everybody who has to do with it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.instance = Instance(data)
        assert self.instance.says("ready", STARTED), self.instance.output
        self.url = f"http://127.0.0.1:{self.instance.port}"
        self.fake = f"http://127.0.0.1:{self.instance.port + 1}"
        self.http = httpx.Client(timeout=LONGEST)
        self.people = {login: Person(self.url, name, login, word) for name, login, word in self._logins()}
        self._numbers = itertools.count(6281100000001)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for person in self.people.values():
            person.http.close()
        self.http.close()
        self.instance.__exit__()

    def _logins(self) -> list[tuple[str, str, str]]:
        """Name, login and password from the table that is printed once."""
        lines = self.instance.lines
        rows = lines[lines.index(TITLE) + 2 :]
        cells = [row.split() for row in rows[: rows.index("")]]
        return [(" ".join(row[1:-2]), row[-2], row[-1]) for row in cells]

    @property
    def admin(self) -> Person:
        return self.people["admin"]

    def agents(self) -> list[Person]:
        """The two who take turns."""
        return [self.people["ani"], self.people["budi"]]

    def number(self) -> str:
        """A telephone that nobody has written from."""
        return str(next(self._numbers))

    def whatsapp(self, number: str, *texts: str, name: str = "Siti Aminah") -> str:
        """A contact writes on WhatsApp, all in one webhook; the conversation's id."""
        items = [whapi_body(text, number, from_name=name)["messages"][0] for text in texts]
        body = {"messages": items, "event": {"type": "messages", "event": "post"}}
        self.http.post(f"{self.url}/webhook/whapi", json=body).raise_for_status()
        until(lambda: self._found(number), "the conversation is there")  # a busy server stores it a little later
        return str(self.summary(number)["id"])

    def summary(self, number: str) -> dict[str, Any]:
        """The conversation with this number as the list shows it."""
        found: dict[str, Any] = self._found(number)[0]
        return found

    def _found(self, q: str) -> list[Any]:
        items = [self.admin.get(f"/api/conversations?view={view}&q={q}")["items"] for view in ("all", "closed")]
        return [item for some in items for item in some]

    def newest(self) -> str:
        """The conversation in which something happened last."""
        return str(self.admin.get("/api/conversations?view=all&limit=1")["items"][0]["id"])

    def handed_over(self, number: str, name: str) -> tuple[Person, str]:
        """A contact who asked for a person: who got it, and the conversation's id."""
        conversation = self.whatsapp(number, "halo", "cs", name=name)
        return self.assignee(conversation), conversation

    def assignee(self, conversation: str) -> Person:
        """Whose turn it was."""
        held = self.admin.get(f"/api/conversations/{conversation}")["conversation"]["assignee"]
        return next(person for person in self.agents() if person.id == held)

    def visitor(self) -> Visitor:
        """Somebody in the web chat, without a browser."""
        return Visitor(self.url)

    def dial(self, number: str, **fault: Any) -> None:
        """The provider shall misbehave with what is sent to this number."""
        self.http.post(f"{self.fake}/_faults", json=fault | {"to": number}).raise_for_status()

    def known(self, name: str = "Rudi") -> str:
        """The number of somebody whom the box has a phone for, with every provider."""
        number = self.number()
        self.http.post(f"{self.fake}/_phones", json={"number": number, "name": name}).raise_for_status()
        return number

    def does(self, account: str, kind: str, number: str, **more: Any) -> str:
        """What a customer does on the phone, at one of the four accounts; its id there."""
        body = {"person": number, "account": account, "kind": kind} | more
        return str(self.http.post(f"{self.fake}/_send", json=body).raise_for_status().json()["id"])

    def agents_own(self, account: str, number: str, person: Person, text: str = "cs", **more: Any) -> tuple[str, str]:
        """A customer of this account writes and the agent takes over; the conversation, and what was written."""
        said = self.does(account, "text", number, text=text, **more)
        until(lambda: self._found(number), "the conversation is there")
        conversation = str(self.summary(number)["id"])
        person.act(conversation, "claim")
        return conversation, said

    def leave_window(self, conversation: str, hours: float) -> None:
        """So much is left of the window by the server's word, and no browser is told."""
        until = datetime.now(UTC) + timedelta(hours=hours)
        with sqlite3.connect(self.data / "roms.db", timeout=LONGEST) as database:
            values = f"{until:%Y-%m-%d %H:%M:%S.%f}", conversation
            database.execute("UPDATE conversation SET window_until = ? WHERE public_id = ?", values)
        database.close()

    def taken(self, number: str, *kinds: str) -> list[dict[str, Any]]:
        """What a provider took for this number, of these kinds."""
        accepted = self.http.get(f"{self.fake}/_accepted").json()["accepted"]
        mine = (one for one in accepted if number in (one["person"], one["to"].split("@")[0].lstrip("+")))
        return [one for one in mine if not kinds or one["kind"] in kinds]

    def signals(self, number: str) -> list[dict[str, Any]]:
        """What was shown to this number without a message: ticks that turn blue, typing."""
        shown = self.http.get(f"{self.fake}/_signals").json()["signals"]
        return [one for one in shown if number in str(one)]

    def look(self, number: str) -> None:
        """The contact takes the phone into the hand and reads."""
        self.http.post(f"{self.fake}/_look", json={"open": f"{number}@s.whatsapp.net"}).raise_for_status()

    def sent_to(self, number: str) -> list[str]:
        """What the provider took for this number."""
        accepted = self.http.get(f"{self.fake}/_accepted").json()["accepted"]
        return [taken["text"] for taken in accepted if taken["to"].startswith(number)]

    def forget_tries(self) -> None:
        """Sign-ins that failed lock this machine's address for a quarter of an hour; others want to come in too."""
        with sqlite3.connect(self.data / "roms.db", timeout=LONGEST) as database:
            database.execute("DELETE FROM login_attempt")
        database.close()


def until(true: Callable[[], object], what: str, seconds: float = LONGEST) -> None:
    """Wait for something outside of the browser."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, what
        time.sleep(0.05)
