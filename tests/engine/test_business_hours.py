"""A clock that runs only while it is open, laid beside one that is counted minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from roms.engine.hours import ALL_DAY, DAY, Holiday, Hours, after, always, is_open, rests

MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
SHOP = Hours(
    ZoneInfo("Asia/Jakarta"), (((480, 720), (780, 1020)),) * 5 + ((), ()), {date(2026, 3, 4): Holiday("Nyepi")}
)
BERLIN = Hours(ZoneInfo("Europe/Berlin"), (((22 * 60, 28 * 60),),) * 7)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe")
SPAN = st.tuples(st.integers(0, 95), st.integers(1, 95)).map(lambda pair: (pair[0] * 15, (pair[0] + pair[1]) * 15))
DAY_OF = st.lists(SPAN.filter(lambda span: span[0] < DAY), max_size=3).map(tuple)


@st.composite
def weeks(draw):
    """Any week, also past midnight and overlapping, with a holiday or two near the night the clock is turned."""
    closed = {date(2026, 3, 29) + timedelta(days=n): Holiday("x", spans) for n, spans in draw(HOLIDAYS).items()}
    return Hours(ZoneInfo(draw(st.sampled_from(ZONES))), tuple(draw(DAY_OF) for _ in range(7)), closed)


HOLIDAYS = st.dictionaries(st.integers(-2, 4), DAY_OF, max_size=2)
MOMENTS = st.sampled_from([datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC), MONDAY])


def counted(hours, now, seconds):
    """The same, by looking at every second of the wall's minutes; None where it takes longer than a week."""
    left, moment = seconds, now
    while moment < now + timedelta(days=7):
        step = min(60 - moment.second, left) if is_open(hours, moment) else 60 - moment.second
        if is_open(hours, moment):
            left -= step
        moment += timedelta(seconds=step)
        if left == 0:
            return moment
    return None


@settings(max_examples=60, deadline=None)
@given(weeks(), MOMENTS, st.integers(0, 3 * DAY * 60), st.integers(1, 900 * 60))
@example(BERLIN, datetime(2026, 3, 28, tzinfo=UTC), 90_000, 9_000)
@example(BERLIN, datetime(2026, 10, 24, tzinfo=UTC), 90_000, 9_000)
def test_the_clock_agrees_with_counting(hours, day, later, seconds):
    now = day + timedelta(seconds=later)
    expected = counted(hours, now, seconds)
    if expected is not None:
        assert after(hours, now, seconds) == expected


@settings(max_examples=40, deadline=None)
@given(weeks(), MOMENTS, st.integers(0, DAY * 60), st.integers(0, 40_000), st.integers(0, 40_000))
def test_waiting_twice_is_waiting_for_both_and_never_back_in_time(hours, day, later, first, second):
    now = day + timedelta(seconds=later)
    half = after(hours, now, first)
    assert half >= now + timedelta(seconds=first)
    if half < now + timedelta(days=20) and any(hours.week):
        assert after(hours, half, second) == after(hours, now, first + second) or not first


@settings(max_examples=40, deadline=None)
@given(weeks(), MOMENTS, st.integers(0, DAY * 60))
def test_the_rests_are_just_when_it_is_closed(hours, day, later):
    assume(any(hours.week))  # where it never opens again plain time counts, and nothing rests
    start = (day + timedelta(seconds=later)).replace(second=0)
    end = start + timedelta(days=3)
    found = rests(hours, start, end)
    for minutes in range(0, 3 * DAY, 7):
        moment = start + minutes * MINUTE
        assert is_open(hours, moment) is not any(begin <= moment < until for begin, until in found)


@pytest.mark.parametrize(
    ("wall", "seconds", "expected"),
    [
        ("2026-03-02 08:00:07", 600, "2026-03-02 08:10:07"),
        ("2026-03-02 11:55:30", 600, "2026-03-02 13:05:30"),  # over the break
        ("2026-03-02 16:59:59", 2, "2026-03-03 08:00:01"),
        ("2026-03-02 16:50:00", 600, "2026-03-02 17:00:00"),  # the last moment counts
        ("2026-03-03 16:55:00", 600, "2026-03-05 08:05:00"),  # over a holiday
        ("2026-03-06 20:00:00", 60, "2026-03-09 08:01:00"),  # over the weekend
        ("2026-03-02 12:30:00", 0, "2026-03-02 13:00:00"),  # closed: not before it opens
    ],
)
def test_ten_minutes_of_opening_hours(wall, seconds, expected):
    moment, due = (datetime.fromisoformat(each).replace(tzinfo=SHOP.zone) for each in (wall, expected))
    assert after(SHOP, moment, seconds) == due


def test_who_never_opens_is_waited_for_in_plain_time():
    never = Hours(week=((),) * 7)
    assert after(never, MONDAY, 600) == MONDAY + timedelta(minutes=10)
    assert rests(never, MONDAY, MONDAY + timedelta(hours=1)) == ()


def test_who_opens_once_more_counts_that_and_then_plain_time():
    once = Hours(ZoneInfo("UTC"), ((),) * 7, {date(2026, 3, 3): Holiday("x", ((600, 605),))})
    assert after(once, MONDAY, 400) == datetime(2026, 3, 3, 10, 6, 40, tzinfo=UTC)


def test_who_is_always_open_has_no_rests():
    assert after(always(), MONDAY, 90) == MONDAY + timedelta(seconds=90)
    assert rests(Hours(week=(ALL_DAY,) * 7), MONDAY, MONDAY + timedelta(days=9)) == ()
