"""Every address we have, with things in it that nobody would type: an honest answer, never a 500."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from roms.services import accounts
from tests.cast import PASSWORD, Cast, conversation, say
from tests.web.conftest import Browser

ODD = ("\x00", "a\x00b", "\ufffd", "..", "%", "' OR 1=1 --", "9" * 30, "x" * 3000, "\u202e", "-1", "é/../x")
ASKED = ("q", "before", "after", "seq", "since", "limit", "format", "next", "lang", "status", "mode", "cursor", "label")
SOCKETS = ("/ws", "/live")


def addresses(rule: Rule, cid: str) -> list[str]:
    """This rule with each odd thing in each of its places, and then as it is with odd questions."""
    found = []
    for odd in ODD:
        asked = "&".join(f"{name}={quote(odd, safe='')}" for name in ASKED)
        path = re.sub("<[^>]*>", lambda _, odd=odd: quote(odd, safe=""), rule.rule)  # type: ignore[misc]
        found += [f"{path}?{asked}", f"{rule.rule.replace('<cid:cid>', cid).partition('<')[0]}?{asked}"]
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_is_a_500(method: str, app: Flask, browser: Browser, people: Cast) -> None:
    say(app.test_client(), "halo")
    accounts.set_password(people.admin.id, PASSWORD)
    browser.sign_in("admin")
    cid = conversation().public_id
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    tried = 0
    for rule in rules:
        if rule.rule.startswith(SOCKETS) or rule.endpoint.endswith("logout"):
            continue
        for address in dict.fromkeys(addresses(rule, cid)):
            answer = browser.ask(
                method, address, json={"q": "\x00"} if method == "POST" else None, headers={"X-CSRFToken": browser.csrf}
            )
            assert answer.status_code < 500 or answer.status_code == 503, (address, answer.text[:300])
            tried += 1
    assert tried > 300
