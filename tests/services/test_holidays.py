"""Days off: ours are the decree's, and files of others are read as people write them, or refused with the line."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roms.errors import Invalid
from roms.services import holidays


def test_2026_is_as_the_joint_decree_has_it() -> None:
    """SKB 3 Menteri No. 1497/2025, 2/2025 and 5/2025: 17 national holidays and 8 days of joint leave."""
    kinds = Counter(day.kind for day in holidays.of_year(2026, with_leave=True))
    assert kinds == {"holiday": 17, "leave": 8}
    dates = {day.date for day in holidays.of_year(2026, with_leave=False)}
    assert {date(2026, 3, 21), date(2026, 3, 22), date(2026, 5, 31), date(2026, 8, 25)} <= dates
    assert date(2026, 3, 20) not in dates
    assert not [day for day in holidays.of_year(2026, with_leave=True) if day.certainty == "estimate"]


def test_2027_says_what_is_only_reckoned() -> None:
    sure = {day.date for day in holidays.of_year(2027, with_leave=True) if day.certainty == "fixed"}
    days = [(1, 1), (3, 26), (3, 28), (5, 1), (5, 6), (6, 1), (8, 17), (12, 25)]
    assert sure == {date(2027, month, day) for month, day in days}


def test_every_day_is_there_once_and_in_order() -> None:
    dates = [day.date for day in holidays.indonesian()]
    assert dates == sorted(set(dates))
    assert holidays.years() == [2026, 2027]


def test_a_year_that_is_not_known_is_said() -> None:
    with pytest.raises(Invalid, match="2019"):
        holidays.of_year(2019, with_leave=True)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-25,Natal\n2026-12-31,Akhir tahun",
        "date,name\r\n2026-12-25,Natal\r\n\r\n2026-12-31, Akhir  tahun ,ignored\r\n",
        "\ufeffTanggal;Nama\n25/12/2026;Natal\n31/12/2026;Akhir tahun\n",
        "# ours\n2026-12-31\tAkhir tahun\n25.12.2026\tNatal",
        'date,name\n2026-12-25,"Natal"\n2026-12-31,Akhir tahun',
    ],
)
def test_a_list_of_dates_and_names(text: str) -> None:
    assert [(str(day.date), day.name) for day in holidays.of_file(text)] == [
        ("2026-12-25", "Natal"),
        ("2026-12-31", "Akhir tahun"),
    ]


CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260321\r
DTEND;VALUE=DATE:20260323\r
SUMMARY:Idul Fitri\\, hari raya yang panjang nam\r
 anya\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20261225T000000Z\r
SUMMARY;LANGUAGE=id:Natal\r
END:VEVENT\r
END:VCALENDAR\r
"""


FORMS = [CALENDAR, "\ufeff" + CALENDAR.replace("\r\n", "\n"), CALENDAR.replace("T000000Z", "")]


@pytest.mark.parametrize("text", FORMS)
def test_a_calendar_gives_each_of_its_days(text: str) -> None:
    found = holidays.of_file(text)
    assert [str(day.date) for day in found] == ["2026-03-21", "2026-03-22", "2026-12-25"]
    assert found[0].name.lower() == "idul fitri, hari raya yang panjang namanya"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no day"),
        ("date,name\n", "no day"),
        ("2026-12-25,Natal\n2026-02-30,Nope", "line 2"),
        ("2026-12-25,Natal\nsoon,Nope", "line 2"),
        ("2026-12-25,Natal\n2026-12-26", "line 2"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", "no day or no name: x"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT", "no day or no name"),
        ("2026-12-25,Natal\n" * 401, "more than 400"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        holidays.of_file(text)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: "BEGIN:VCALENDAR\n" + raw.decode("latin-1")))
def test_no_file_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert holidays.of_file(text)
