"""Dates in a talk: read beside the time on the wall, kept through JSON, compared, and shown as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roms.engine import answers, dates
from roms.engine.expression import compile_expression
from roms.engine.hours import Hours, zone_named
from roms.engine.moments import date_shown, instant, time_shown
from roms.engine.scope import Broken
from tests.engine.chat import Chat, flow_files
from tests.engine.test_expressions import Known

FLOW = """
a: {ask: {prompt: "?", save: day, as: date, where: day > now, invalid: {say: no, then: c}}}
b: {say: {id: "{{day|date}} {{day|time}}", en: "{{day|date}} {{day|time}}"}, end: true}
c: {end: true}
"""


@pytest.mark.parametrize(
    ("language", "shown"), [("id", "Selasa, 3 Maret 2026 15.00"), ("en", "Tuesday, 3 March 2026 15:00")]
)
def test_a_day_is_kept_and_shown_in_the_language_of_the_text(language, shown):
    chat = Chat(flow_files(FLOW), language=language)
    chat.says("x")
    assert chat.says("kemarin") == ["no"]
    assert chat.says("besok jam 3") == [shown]


@pytest.mark.parametrize(
    ("where", "kept"), [("", "2026-03-03"), ("zone: America/New_York", "2026-03-02"), ("zone: WITA", "2026-03-03")]
)
def test_tomorrow_is_reckoned_where_the_workspace_is(where, kept):
    chat = Chat(flow_files(FLOW) | {"hours.yaml": f"hours: shop\n{where}\nopen: {{mon-sun: 00:00-24:00}}\n"})
    chat.now = datetime(2026, 3, 2, 2, tzinfo=UTC)
    chat.says("x")
    chat.says("besok")
    assert chat.last.session.variables["day"] == kept


HERE = {"now": datetime(2026, 3, 29, 10, tzinfo=UTC), "hours": Hours(ZoneInfo("Europe/Berlin"))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("now", "2026-03-29T12:00"), ('days_since("2026-03-01")', 28), ('days_since("2026-04-01")', -3),
        ('seconds_since("2026-03-29T00:00") == duration("11h")', True), ('seconds_since("2026-03-29") == 39600', True),
        ('"2026-03-29" < now', True), ('days_since("2026-03-28T23:59:00Z")', 1), ('days_since("soon")', Broken),
        ("days_since(missing)", Broken), ('seconds_since("2026-02-31")', Broken),
        ('seconds_since("2026-02-01T25:00")', Broken),
    ],
)  # fmt: skip
def test_time_is_compared_on_the_wall_and_clock_changes_count(text, value):
    expression = compile_expression(text)
    if value is Broken:
        with pytest.raises(Broken):
            expression.value(Known(**HERE))
    else:
        assert expression.value(Known(**HERE)) == value


@pytest.mark.parametrize(
    ("shown", "due"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59"),
        ("2026-03-29T02:30", "2026-03-29T01:30"),  # left out: half an hour after the clock was turned on
        ("2026-03-29T03:00", "2026-03-29T01:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # there twice: the first
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_r20_a_moment_on_the_wall_is_one_moment_also_where_the_clock_is_turned(shown, due):
    found = instant(Known(**HERE), shown, "wait")
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_what_is_no_moment_is_shown_as_it_is():
    assert [date_shown(each, "id") for each in ("soon", None, 3, "15:00")] == ["soon", None, 3, "15:00"]
    assert [time_shown(each, "id") for each in ("2026-03-01", "")] == ["2026-03-01", ""]
    assert zone_named("../../etc/passwd") is None


WORDS = "besok jam 3 17/8 setengah minggu depan juta 1,5 rb tgl des senin lagi 0 31 00:00 a in".split()
PIECES = st.lists(st.sampled_from(WORDS), max_size=6)


@given(st.text(max_size=60) | PIECES.map(" ".join), st.datetimes(datetime(1990, 1, 1), datetime(2150, 1, 1)))
def test_any_text_is_an_answer_or_none_and_never_an_error(text, now):
    for read in (answers.integer, answers.decimal, answers.money, answers.yes_no, answers.email):
        assert isinstance(read(text), (int, float, bool, str, type(None)))
    for read_at in dates.READ.values():
        assert isinstance(read_at(text, now), (str, type(None)))
