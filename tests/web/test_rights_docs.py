"""The table of who may ask for which address is written by a program, so that it is so."""

from __future__ import annotations

import pytest
from flask import Flask

from tools import rights


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """Addresses do not depend on it."""
    return sqlite_only


def test_the_table_of_addresses_is_as_the_application_has_it(app: Flask) -> None:
    page = rights.PAGE.read_text()
    assert page == rights.written(page, app), "write it anew: python -m tools.rights"
