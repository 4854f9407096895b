"""A disk without a free byte under the database: nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from roms.db import db
from roms.services import arrivals
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


@pytest.mark.parametrize("has_spool", [True, False])
def test_r11_a_full_disk_loses_nothing_and_what_came_meanwhile_is_there_once_afterwards(
    has_spool: bool, browser: Browser, full: list[int]
) -> None:
    """A spool on another disk takes it; where that is full too, the provider is told to come again."""
    folder = arrivals.spool().folder
    if not has_spool:
        folder.write_text("no folder, so nothing can be put there")
    knocks = [whapi_body("x" * 20_000, f"62812000000{number:02}") for number in range(6)]
    full.append(1)
    told = [browser.ask("POST", "/webhook/whapi", json=body).status_code for body in knocks]
    assert told[-1] == (200 if has_spool else 503), told
    full.clear()
    arrivals.flush()
    assert {browser.ask("POST", "/webhook/whapi", json=body).status_code for body in knocks} == {200}
    assert arrivals.spool().depth() == 0
    for number in range(6):
        said = [each for each in messages(f"62812000000{number:02}") if each.sender == "contact"]
        assert len(said) == 1
    check_nothing_half_stored()
