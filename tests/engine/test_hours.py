"""Opening hours: what a table says of any moment agrees with looking at the clock minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roms.engine.flowfile import compile_release
from roms.engine.hours import ALL_DAY, DAY, FACTS, Holiday, Hours, always, closes_at, is_open, opens_at
from tests.engine.chat import Chat, flow_files, problems

HOUR = """hours: shop
zone: Asia/Jakarta
open: {mon-fri: "08:00-17:00", sat: ["08:00-12:00", "13:00-15:00"], minggu: tutup}
holidays: {2026-01-01: Tahun Baru, 2026-03-20: {name: Nyepi, open: "08:00-11:00"}}
"""
STEPS = """
a:
  branch:
    - {when: hours.open, go: b}
    - {otherwise: true, go: c}
b: {say: "Buka sampai {{hours.closes_at|time}}.", end: true}
c: {say: "{{hours.holiday|default:'Tutup'}}. Buka {{hours.opens_at|date}} pukul {{hours.opens_at|time}}."}
"""


def chat(hours=HOUR, steps=STEPS):
    return Chat(flow_files(steps) | {"hours.yaml": hours})


@pytest.mark.parametrize(
    ("wall", "said"),
    [
        ("2026-03-02 07:59", "Tutup. Buka Senin, 2 Maret 2026 pukul 08.00."),
        ("2026-03-02 08:00", "Buka sampai 17.00."),
        ("2026-03-02 16:59", "Buka sampai 17.00."),
        ("2026-03-02 17:00", "Tutup. Buka Selasa, 3 Maret 2026 pukul 08.00."),
        ("2026-03-07 12:30", "Tutup. Buka Sabtu, 7 Maret 2026 pukul 13.00."),
        ("2026-03-07 15:00", "Tutup. Buka Senin, 9 Maret 2026 pukul 08.00."),
        ("2026-01-01 10:00", "Tahun Baru. Buka Jumat, 2 Januari 2026 pukul 08.00."),
        ("2026-03-20 10:00", "Buka sampai 11.00."),
        ("2026-03-20 11:00", "Nyepi. Buka Sabtu, 21 Maret 2026 pukul 08.00."),
    ],
)
def test_a_flow_reads_whether_it_is_open_and_until_when(wall, said):
    talk = chat()
    talk.now = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)
    assert talk.says("x") == [said]


def test_past_midnight_the_evening_goes_on_also_into_a_holiday():
    text = 'hours: bar\nzone: WITA\nopen: {fri: "18.00 - 02.00"}\nholidays: {2026-03-07: Nyepi}\n'
    hours = compile_release(flow_files("a: {say: x}") | {"hours.yaml": text}).hours
    late = datetime(2026, 3, 7, 1, 59, tzinfo=ZoneInfo("Asia/Makassar"))
    assert is_open(hours, late)
    assert not is_open(hours, late + timedelta(minutes=1))
    assert FACTS["closes_at"](hours, late) == "2026-03-07T02:00"
    assert FACTS["holiday"](hours, late) == "Nyepi"
    assert FACTS["opens_at"](hours, late) == "2026-03-13T18:00"


def test_without_a_file_it_is_always_open_in_jakarta():
    release = compile_release(flow_files("a: {say: x}"))
    now = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert [read(release.hours, now) for read in FACTS.values()] == [True, None, None, None]
    assert str(release.hours.zone) == "Asia/Jakarta"


def test_who_opens_in_more_than_sixty_days_has_no_next_opening():
    hours = Hours(week=((),) * 7, holidays={date(2026, 5, 30): Holiday("x", ALL_DAY)})
    assert opens_at(hours, datetime(2026, 3, 1, tzinfo=UTC)) is None
    assert opens_at(hours, datetime(2026, 4, 1, tzinfo=UTC)) == datetime(2026, 5, 29, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code", "meant"),
    [
        ("¶hours: x\n", "shape-required", ""),
        ("hours: x\nzone: ¶Asia/Jakart\nopen: {mon: '8:00-9:00'}\n", "zone", "Asia/Jakarta"),
        ("hours: x\nopen: {¶mond: '8:00-9:00'}\n", "day", "mon"),
        ("hours: x\nopen: {mon-wed: closed, ¶tue: '8:00-9:00'}\n", "day-twice", ""),
        ("hours: x\nopen: {mon: ['8:00-9:00', ¶'9-17']}\n", "span", ""),
        ("hours: x\nopen: {mon: ¶'8:00-8:00'}\n", "span", ""),
        ("hours: x\nopen: {mon: ¶'8:00-24:01'}\n", "span", ""),
        ("hours: x\nopen: {mon: ¶'8:60-10:00'}\n", "span", ""),
        ("hours: x\nopen: {mon: '8:00-9:00'}\nholidays: {¶2026-02-31: x}\n", "holiday", ""),
        ("hours: x\nopen: {mon: '8:00-9:00'}\n¶holiday: {}\n", "shape-unknown", "holidays"),
    ],
)
def test_a_slip_in_the_hours_is_found_where_it_stands(text, code, meant):
    before = text[: text.index("¶")]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = problems(flow_files("a: {say: x}") | {"hours.yaml": text.replace("¶", "")})
    assert [(each.code, each.line, each.column, each.hint) for each in found] == [
        (code, *place, f"did you mean `{meant}`?" if meant else "")
    ]


MINUTES = st.integers(0, DAY - 1)
SPANS = st.lists(st.tuples(MINUTES, st.integers(1, DAY)).map(lambda each: (each[0], each[0] + each[1])), max_size=2)
# Jakarta never turns its clock, Lord Howe by half an hour, Santiago at midnight
ZONES = st.sampled_from(
    ["Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
)
TURNED = st.sampled_from([datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 11, 1),
                          datetime(2026, 4, 4), datetime(2026, 10, 3), datetime(2026, 9, 5)])  # fmt: skip
MOMENTS = st.builds(lambda day, minutes: day.replace(tzinfo=UTC) + timedelta(minutes=minutes), TURNED,
                    st.integers(-DAY, 2 * DAY))  # fmt: skip
TABLES = st.builds(
    lambda zone, week, holiday: Hours(ZoneInfo(zone), tuple(map(tuple, week)), holiday),
    ZONES,
    st.lists(SPANS, min_size=7, max_size=7),
    st.dictionaries(TURNED.map(datetime.date), st.builds(Holiday, st.just("x"), SPANS.map(tuple)), max_size=2),
)


def stepped(hours, now, wanted):
    """Look at the clock every minute, as the definition says."""
    moment = now.replace(second=0)
    for _ in range(5 * DAY):
        before, moment = is_open(hours, moment), moment + timedelta(minutes=1)
        if is_open(hours, moment) is wanted and before is not wanted:
            return moment
    return None


@settings(max_examples=60, deadline=None)
@given(TABLES, MOMENTS, st.integers(0, 59))
@example(Hours(ZoneInfo("America/Santiago"), (((0, 30),),) * 7), datetime(2026, 9, 5, 12, tzinfo=UTC), 0)
@example(Hours(ZoneInfo("Europe/Berlin"), (((150, 170),),) * 7), datetime(2026, 10, 25, 0, 40, tzinfo=UTC), 1)
@example(Hours(ZoneInfo("Europe/Berlin"), (((100, 150),),) * 7), datetime(2026, 3, 29, 0, 50, tzinfo=UTC), 1)
def test_the_next_opening_and_closing_agree_with_looking_every_minute(hours, now, seconds):
    now += timedelta(seconds=seconds)
    for found, wanted in ((opens_at(hours, now), True), (closes_at(hours, now), False)):
        seen = stepped(hours, now, wanted)
        assert found == seen if seen else found is None or found - now > timedelta(days=4)


def test_always_is_one_value():
    assert always() is always()


BERLIN = "hours: bar\nzone: Europe/Berlin\nopen: {mon-sun: 22:00-04:00}\n"


def moments(text, moment):
    """What a flow reads at this moment, in UTC: open, opens_at, closes_at."""
    hours = compile_release(flow_files("a: {say: x}") | {"hours.yaml": text}).hours
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return [FACTS[name](hours, now) for name in ("open", "opens_at", "closes_at")]


@pytest.mark.parametrize(
    ("moment", "read"),
    [  # the clock is turned on at 01:00 UTC: 02:00 to 03:00 is not on the wall
        ("2026-03-29T00:59", [True, "2026-03-29T22:00", "2026-03-29T04:00"]),
        ("2026-03-29T01:00", [True, "2026-03-29T22:00", "2026-03-29T04:00"]),
        ("2026-03-29T01:59", [True, "2026-03-29T22:00", "2026-03-29T04:00"]),
        ("2026-03-29T02:00", [False, "2026-03-29T22:00", "2026-03-30T04:00"]),
        # and back at 01:00 UTC in October: 02:00 to 03:00 is there twice
        ("2026-10-25T00:30", [True, "2026-10-25T22:00", "2026-10-25T04:00"]),
        ("2026-10-25T02:59", [True, "2026-10-25T22:00", "2026-10-25T04:00"]),
        ("2026-10-25T03:00", [False, "2026-10-25T22:00", "2026-10-26T04:00"]),
    ],
)
def test_r20_hours_past_midnight_hold_through_the_night_in_which_the_clock_is_turned(moment, read):
    assert moments(BERLIN, moment) == read


@pytest.mark.parametrize(
    ("moment", "is_open_then"),
    [
        *(("2026-03-29T01:14", False), ("2026-03-29T01:20", False)),  # 02:15 does not come that night
        *(("2026-10-25T00:20", True), ("2026-10-25T00:50", False)),  # 02:20 and 02:50, in summer time
        *(("2026-10-25T01:20", True), ("2026-10-25T01:50", False)),  # and again, in winter time
    ],
)
def test_r20_an_hour_that_is_left_out_or_comes_twice(moment, is_open_then):
    text = "hours: bar\nzone: Europe/Berlin\nopen: {mon-sun: '02:15-02:45'}\n"
    assert moments(text, moment)[0] is is_open_then


@pytest.mark.parametrize(("zone", "offset"), [("WIB", 7), ("WITA", 8), ("WIT", 9)])
@pytest.mark.parametrize("month", [1, 7])
def test_r20_the_three_zones_of_indonesia_never_turn_their_clocks(zone, offset, month):
    text = f"hours: toko\nzone: {zone}\nopen: {{mon-sun: 8:30-17:00}}\n"  # unquoted, as people write it
    opens = datetime(2026, month, 15, 8, 30) - timedelta(hours=offset)
    assert moments(text, opens.isoformat())[0]
    assert not moments(text, (opens - timedelta(minutes=1)).isoformat())[0]
    assert moments(text, (opens - timedelta(minutes=1)).isoformat())[1] == f"2026-{month:02}-15T08:30"


def test_r20_a_time_in_yaml_is_what_stands_there():
    """YAML 1.1 takes 17:00 for 1020 and 8:30 for 510."""
    steps = 'a: {set: {t: 17:00, u: 8:30, v: 08:30}, say: "{{t}} {{u}} {{v}}", end: true}'
    assert Chat(flow_files(steps)).says("x") == ["17:00 8:30 08:30"]
    (found,) = problems(flow_files("a: {say: x}") | {"hours.yaml": "hours: x\nopen: {mon: 17:00}\n"})
    assert (found.code, found.line, found.column) == ("span", 2, 13)
    assert "`17:00`" in str(found)
