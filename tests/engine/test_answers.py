"""Answers the way people write them."""

from datetime import datetime

import pytest

from roms.engine import answers, dates
from tests.engine import answer_table

TABLES = {
    kind: getattr(answer_table, kind.upper()) for kind in ("integer", "decimal", "money", "yes_no", "email", "phone")
}
CASES = [(kind, typed, meant) for kind, table in TABLES.items() for typed, meant in table]


@pytest.mark.parametrize(("kind", "typed", "meant"), CASES)
def test_an_answer_is_understood_as_it_was_meant_or_not_at_all(kind, typed, meant):
    understood = answers.READ[kind](typed)
    assert understood == meant
    assert type(understood) is type(meant)


SATURDAY = datetime(2026, 11, 21, 10)


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [(kind, *each) for kind, table in (("date", answer_table.DATE), ("time", answer_table.TIME)) for each in table],
)
def test_a_day_and_a_time_are_understood_whole_or_not_at_all(kind, typed, meant):
    assert dates.READ[kind](typed, SATURDAY) == meant
