"""A conversation on a real database, with its ledger, to be damaged or driven."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from roms.db import db
from tests.kit import ledger
from tests.kit.knocks import Knocks, listening


@pytest.fixture
def knocks(app: Flask) -> Iterator[Knocks]:
    """What was answered 2xx since the beginning of the ledger."""
    with ledger.kept(db.engine), listening(app) as heard:
        yield heard
        db.session.remove()
