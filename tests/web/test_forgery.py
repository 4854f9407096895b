"""What a foreign page cannot do in a signed-in person's name, and who needs no sign-in at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.cast import PASSWORD
from tests.web.agent import token_in
from tests.web.conftest import Browser

# Pinned: whoever adds to these lists says why in the same change.
NO_TOKEN = {
    "/webhook/<kind>",  # providers prove themselves by a secret, and have no cookies
    "/webhook/<kind>/<key>",
    "/widget/api/session",  # visitors carry a bearer token, which no foreign page has
    "/widget/api/messages",
    "/widget/api/seen",
    "/widget/api/typing",
    "/widget/api/ticket",
}
PUBLIC = {"/static/<path:filename>", "/", "/shop", "/docs", "/docs/<name>", "/login", "/logout", "/live", "/ready"}
PUBLIC |= {
    "/webhook/<kind>",
    "/webhook/<kind>/<key>",
    "/widget",
    "/widget.js",
    "/media/<string(length=64):hash_>/<name>",
}
# Files of messages and of saved replies: who is not signed in is told,
# as of any file that is not theirs, that there is none.
PUBLIC |= {"/files/<file:public_id>/<name>", "/files/<file:public_id>/thumb", "/files/out/<token>/<name>"}
PUBLIC |= {"/api/saved/<int(max=2147483647):id_>/file"}
PUBLIC |= {"/files/contact/<int(max=2147483647):contact>/picture"}
ELSEWHERE = {"/metrics", "/ws/inbox", "/ws/widget", "/widget/api/messages"}  # loopback, ticket, bearer token
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
VALUES = {
    "<cid:cid>": "c1",
    "<cid:name>": "name",
    "<cid>": "c1",
    "<kind>": "whapi",
    "<name>": "flows",
    "<path:filename>": "x",
}
VALUES |= {"<string(length=64):hash_>": "0" * 64}
VALUES |= {"<file:public_id>": "0" * 32, "<token>": "x"}
VALUES |= {"<key>": "key"}
VALUES |= {"<any(claim, resume, reopen, wake):verb>": "claim"}


def addresses(app: Flask, methods: set[str]) -> Iterator[tuple[str, str, str]]:
    """(rule, method, address) of every route."""
    for rule in app.url_map.iter_rules():
        address = rule.rule
        for place, value in VALUES.items():
            address = address.replace(place, value)
        address = re.sub(r"<int[^>]*>", "1", address)
        assert "<" not in address, f"{rule.rule}: give its placeholder a value in VALUES"
        for method in (rule.methods or set()) & methods:
            yield rule.rule, method, address


def test_s04_every_unsafe_route_needs_the_token_but_the_pinned_ones(app: Flask, ani: Browser) -> None:
    open_ones = set()
    for rule, method, address in addresses(app, UNSAFE):
        answer = ani.ask(method, address, json={})
        if "bad_token" not in answer.text and 'class="status">400<' not in answer.text:
            open_ones.add(rule)
    assert open_ones == NO_TOKEN
    assert ani.get("/api/agents").status_code == 200, "signing out needs the token, too"


def test_s04_the_token_of_another_browser_does_not_help(app: Flask, ani: Browser) -> None:
    foreign = Browser(app)
    foreign.sign_in("budi")
    assert ani.post("/api/ticket", headers={"X-CSRFToken": foreign.csrf}).status_code == 400
    assert ani.post("/api/ticket").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8001", "null", "http://localhost.evil"])
def test_s04_a_foreign_origin_is_refused_even_with_the_token(origin: str, ani: Browser) -> None:
    answer = ani.post("/api/ticket", headers={"Origin": origin})
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not_allowed")


def test_s04_our_own_form_whose_page_sends_no_referrer_is_let_in(ani: Browser) -> None:
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert ani.post("/api/ticket", headers=own).status_code == 200
    assert ani.post("/api/ticket", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 200
    assert ani.post("/api/ticket", headers=own | {"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_every_route_is_closed_to_strangers_but_the_pinned_ones(app: Flask, browser: Browser) -> None:
    browser.csrf = ""
    found = set()
    for rule, method, address in addresses(app, {"GET"}):
        if rule not in ELSEWHERE:
            answer = browser.ask(method, address)
            refused = answer.status_code == 401 or answer.headers.get("Location", "").startswith("/login?")
            found |= set() if refused else {rule}
    assert found == PUBLIC - {"/logout"}


def test_s05_every_answer_carries_the_headers(app: Flask, ani: Browser) -> None:
    for rule, method, address in addresses(app, {"GET"}):
        if rule.startswith("/ws/"):
            continue
        answer = ani.ask(method, address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, rule
        assert "unsafe" not in policy, rule
        assert answer.headers["X-Content-Type-Options"] == "nosniff", rule
        assert answer.headers["Referrer-Policy"] == "no-referrer", rule
        assert ("frame-ancestors 'none'" in policy) == (rule != "/widget"), rule
        assert "Strict-Transport-Security" not in answer.headers, rule


def test_s05_a_nonce_is_used_once_and_by_the_page_it_came_with(ani: Browser) -> None:
    pages = [ani.get("/inbox") for _ in range(2)]
    nonces = [page.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0] for page in pages]
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0]}"' in pages[0].text


def test_s05_private_answers_are_kept_by_nobody(ani: Browser) -> None:
    for path in ("/inbox", "/api/agents", "/api/conversations", "/login", "/nowhere"):
        assert ani.get(path).headers["Cache-Control"] == "no-store", path


class TestBehindHttps:
    """The same house with a public address."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {
            "ROMS_INSTANCE": "production",
            "ROMS_PUBLIC_URL": "https://chat.example",
            "ROMS_WIDGET_ORIGINS": "https://shop.example",
            "ROMS_TRUSTED_PROXIES": "1",
        }

    def test_s03_cookies_are_secure_and_bound_to_the_host(self, browser: Browser) -> None:
        page = browser.get("/login", base_url="https://chat.example")
        (form,) = page.headers.getlist("Set-Cookie")
        assert form.startswith("__Host-roms-form=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(form.split("; "))
        assert "max-age=" in page.headers["Strict-Transport-Security"]
        entry = {"csrf_token": token_in(page.text), "login": "ani", "password": PASSWORD}
        answer = browser.ask("POST", "/login", data=entry, base_url="https://chat.example")
        (session,) = [line for line in answer.headers.getlist("Set-Cookie") if "roms=" in line]
        assert session.startswith("__Host-roms=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))

    def test_only_the_public_origin_is_ours(self, browser: Browser) -> None:
        there = {"base_url": "https://chat.example"}
        token = {"X-CSRFToken": token_in(browser.get("/login", **there).text)}
        for origin, status in (("https://chat.example", 303), ("http://127.0.0.1:8000", 403), ("null", 403)):
            answer = browser.ask("POST", "/logout", headers=token | {"Origin": origin}, **there)
            assert answer.status_code == status, origin
            token = {"X-CSRFToken": token_in(browser.get("/login", **there).text)}

    def test_the_trial_doors_are_shut(self, browser: Browser) -> None:
        assert browser.get("/").headers["Location"] == "/inbox"
        assert {browser.get(path).status_code for path in ("/shop", "/docs")} == {404}

    def test_only_the_named_shop_may_frame_the_chat(self, browser: Browser) -> None:
        policy = browser.get("/widget").headers["Content-Security-Policy"]
        assert "frame-ancestors https://shop.example 'self'" in policy
