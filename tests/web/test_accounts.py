"""Signing in: guessing is slow and counted, sessions end when they must."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from roms.db import db
from roms.models import LoginAttempt, LoginSession, User
from roms.services import accounts, crew
from tests.cast import PASSWORD, Cast
from tests.conftest import Clock
from tests.web.conftest import Browser


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was really checked."""
    checked: list[str] = []
    check = accounts._matches
    monkeypatch.setattr(accounts, "_matches", lambda stored, given: (checked.append(given), check(stored, given))[1])
    return checked


def test_s02_the_hash_is_argon2id_in_the_recommended_profile(real_passwords: None, people: Cast) -> None:
    stored = db.session.scalar(select(User.password_hash).filter_by(login="ani"))
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_s02_an_old_hash_is_renewed_at_the_next_sign_in(real_passwords: None, browser: Browser, people: Cast) -> None:
    from argon2 import PasswordHasher

    user = db.session.scalars(select(User).filter_by(login="ani")).one()
    user.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    db.session.commit()
    browser.sign_in()
    db.session.refresh(user)
    assert "m=19456,t=2,p=1" in user.password_hash


def test_s02_the_sixth_try_is_refused_before_any_hash_even_with_the_right_password(
    browser: Browser, hashes: list[str]
) -> None:
    answers = [browser.sign_in(password=f"guess {number}").status_code for number in range(5)]
    assert answers == [401] * 5
    sixth = browser.sign_in()
    assert sixth.status_code == 429
    assert 0 < int(sixth.headers["Retry-After"]) <= 901
    assert len(hashes) == 5


def test_s02_one_address_cannot_try_one_login_after_another(browser: Browser, hashes: list[str]) -> None:
    for number in range(5):
        browser.sign_in(login=f"nobody{number}", password="guess")
    forged = {"X-Forwarded-For": "203.0.113.9"}
    browser.csrf = ""
    assert browser.sign_in().status_code == 429
    assert browser.ask("POST", "/login", headers=forged, data={}).status_code == 400
    assert len(hashes) == 5


def test_s02_of_thirty_guesses_at_once_five_are_checked(app: Flask, people: Cast, hashes: list[str]) -> None:
    def guess(number: int) -> str:
        with app.app_context():
            try:
                accounts.sign_in("ani", f"guess {number}", f"192.0.2.{number}")
            except (accounts.WrongPassword, accounts.TooMany) as problem:
                return problem.code
        return "in"

    with ThreadPoolExecutor(10) as threads:
        told = list(threads.map(guess, range(30)))
    assert (told.count("wrong_password"), told.count("too_many")) == (5, 25)
    assert len(hashes) == 5


def test_s02_after_a_quarter_of_an_hour_one_may_try_again(browser: Browser, clock: Clock) -> None:
    for _ in range(5):
        browser.sign_in(password="guess")
    clock.forward(minutes=15, seconds=1)
    assert browser.sign_in().status_code == 303


def test_s02_signing_in_forgets_the_failed_tries_of_that_login(browser: Browser) -> None:
    for _ in range(4):
        browser.sign_in(password="guess")
    assert browser.sign_in().status_code == 303
    assert db.session.scalars(select(LoginAttempt).filter_by(key="login:ani")).all() == []


def test_s02_an_unknown_login_takes_about_the_same_time(real_passwords: None, app: Flask, people: Cast) -> None:
    def seconds(login: str, number: int) -> float:
        began = time.thread_time()  # our own work, however busy the machine is
        with pytest.raises(accounts.WrongPassword):
            accounts.sign_in(login, "guess", f"192.0.2.{number}")
        return time.thread_time() - began

    seconds("warm-up", 0)
    pairs = [(seconds("ani", number), seconds("nobody", 100 + number)) for number in range(1, 6)]
    known, unknown = (min(column) for column in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_s02_both_are_told_the_same(app: Flask, people: Cast) -> None:
    pages = []
    for login in ("budi", "nono"):
        page = Browser(app).sign_in(login=login, password="guess")
        assert page.status_code == 401
        pages.append(page.text.replace(login, ""))
    pages = [re.sub(r'(value|nonce)="[^"]*"', "", page) for page in pages]
    assert pages[0] == pages[1]


def test_s03_the_cookie_holds_a_token_and_the_database_its_hash(browser: Browser) -> None:
    cookie = browser.sign_in().headers.getlist("Set-Cookie")
    (session,) = [line for line in cookie if line.startswith("roms=")]
    token = session.split(";")[0].removeprefix("roms=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    stored = db.session.scalars(select(LoginSession.token_hash)).all()
    assert stored == [accounts.hash_token(token)]
    assert len(token) >= 43


def test_s03_a_cookie_planted_before_the_sign_in_opens_nothing(browser: Browser) -> None:
    browser.client.set_cookie("roms", "planted")
    browser.sign_in()
    cookie = browser.client.get_cookie("roms")
    assert cookie is not None
    assert cookie.value != "planted"
    browser.client.set_cookie("roms", "planted")
    assert browser.get("/api/agents").status_code == 401


def test_s03_twelve_idle_hours_end_a_session_and_work_keeps_it(browser: Browser, clock: Clock) -> None:
    browser.sign_in()
    for _ in range(3):
        clock.forward(hours=11)
        assert browser.get("/api/agents").status_code == 200
    clock.forward(hours=12, seconds=1)
    assert browser.get("/api/agents").status_code == 401


def test_s03_after_seven_days_even_a_busy_session_ends(browser: Browser, clock: Clock) -> None:
    browser.sign_in()
    for _ in range(16):
        clock.forward(hours=10)
        assert browser.get("/api/agents").status_code == 200
    clock.forward(hours=10)
    assert browser.get("/api/agents").status_code == 401


def test_s03_signing_out_ends_this_session_only(app: Flask, ani: Browser) -> None:
    other = Browser(app)
    other.sign_in()
    token = ani.client.get_cookie("roms")
    assert token is not None
    assert ani.post("/logout").status_code == 303
    ani.client.set_cookie("roms", token.value)
    assert ani.get("/api/agents").status_code == 401
    assert other.get("/api/agents").status_code == 200


@pytest.mark.parametrize("how", ["password", "deactivation"])
def test_s03_a_new_password_or_a_deactivation_ends_all_sessions(how: str, ani: Browser, people: Cast) -> None:
    if how == "password":
        accounts.set_password(people.ani.id, "another one entirely")
    else:
        crew.change(None, people.ani.id, {"is_active": False})
    assert ani.get("/api/agents").status_code == 401
    assert ani.sign_in().status_code == 401
