"""Every address we have, with things in it that nobody would type: an honest answer, never a 500."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from roms.services import accounts
from tests.cast import PASSWORD, Cast, conversation, say
from tests.web.conftest import Browser

ODD = ("\x00", "a\x00b", "\ufffd", "..", "%", "' OR 1=1 --", "9" * 30, "x" * 3000, "\u202e", "-1", "é/../x")
NOBODY = 2147483647  # no account is connected or logged out by this
SOCKETS = ("/ws", "/live")
EVERYWHERE = {"lang", "language", "csrf_token"}  # read in one place for all addresses


class Asked(ImmutableMultiDict[str, str]):
    """A question that knows which of its names somebody wanted to read, whether or not they were in it."""

    read: set[str]

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)


@pytest.fixture
def read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that were read in questions so far."""
    found: set[str] = set()
    monkeypatch.setattr(Asked, "read", found, raising=False)
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Asked)
    return found


def places(rule: Rule) -> list[str]:
    """This rule with each odd thing in each of its places."""
    return [re.sub("<[^>]*>", lambda _, odd=odd: quote(odd, safe=""), rule.rule) for odd in ODD]  # type: ignore[misc]


def questions(names: set[str]) -> Iterator[str]:
    """Each of these names with each odd thing, one at a time: a refused one would hide the next."""
    for name in sorted(names):
        for odd in ODD:
            yield f"{name}={quote(odd, safe='')}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_is_a_500(method: str, app: Flask, browser: Browser, people: Cast, read: set[str]) -> None:
    def ask(address: str) -> None:
        body = {"q": "\x00"} if method == "POST" else None
        answer = browser.ask(method, address, json=body, headers={"X-CSRFToken": browser.csrf})
        assert answer.status_code < 500 or answer.status_code == 503, (address, answer.text[:300])

    say(app.test_client(), "halo")
    accounts.set_password(people.admin.id, PASSWORD)
    browser.sign_in("admin")
    cid = conversation().public_id
    asked, known = 0, set[str]()
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.rule.startswith(SOCKETS) or rule.rule == "/logout":
            continue
        whole = rule.rule.replace("<cid:cid>", cid)
        whole = re.sub("<int[^>]*>", str(NOBODY), whole.replace("<int:contact>", "1"))
        read.clear()
        for address in dict.fromkeys([*places(rule), whole]):
            ask(address)
            asked += 1
        for question in questions(read - (known & EVERYWHERE)):
            ask(f"{whole}?{question}")
            asked += 1
        known |= read
    assert asked > 300
    assert browser.get("/api/warnings").status_code == 200, "it was asked as somebody who is signed in"
    if method == "GET":
        assert {"q", "before", "after", "since", "limit", "next", "lang"} <= known, sorted(known)
