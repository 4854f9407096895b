"""A disk without a free byte under the database: the provider is asked to come again, and nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from roms.db import db
from tests.cast import messages, whapi_body
from tests.web.conftest import Browser
from tests.web.invariants import check_nothing_half_stored


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """SQLite can be told how large its file may become."""
    return sqlite_only


@pytest.fixture
def full(browser: Browser) -> list[int]:
    """While there is something in this list, no page is added to the file."""
    said: list[int] = []

    @event.listens_for(db.engine, "checkout")
    def on_checkout(connection: object, _record: object, _proxy: object) -> None:
        pages = 1 if said else 2**30
        connection.execute(f"PRAGMA max_page_count={pages}").close()  # type: ignore[attr-defined]

    return said


def test_r11_a_full_disk_is_503_and_what_came_meanwhile_is_there_once_afterwards(
    browser: Browser, full: list[int]
) -> None:
    knocks = [whapi_body("x" * 20_000, f"62812000000{number:02}") for number in range(6)]
    full.append(1)
    refused = [browser.ask("POST", "/webhook/whapi", json=body).status_code for body in knocks]
    assert refused[-1] == 503, refused
    assert set(refused) <= {200, 503}
    full.clear()
    assert {browser.ask("POST", "/webhook/whapi", json=body).status_code for body in knocks} == {200}
    for number in range(6):
        said = [each for each in messages(f"62812000000{number:02}") if each.sender == "contact"]
        assert len(said) == 1
    check_nothing_half_stored()
