"""Answers the way people write them."""

import pytest

from roms.engine import answers


@pytest.mark.parametrize(
    ("typed", "number"),
    [("3", 3), (" 3 ", 3), ("3 pcs", 3), ("beli 12 ya", 12), ("1.000", 1000), ("1,000,000", 1000000), ("-4", -4),
     ("tiga", 3),
     ("Ten", 10), ("3.", 3), ("1,5", None), ("3 atau 4", None), ("", None), ("banyak", None), ("9" * 30, None),
     ("1" + ".000" * 9, None), ("²", None), ("٣", None)],
)  # fmt: skip
def test_whole_numbers(typed, number):
    assert answers.integer(typed) == number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ya", True), ("Iya kak", True), ("YES!", True), ("ok boleh", True), ("betul", True), ("y", True),
     ("tidak", False),
     ("nggak", False), ("gak mau", False), ("no", False), ("belum", False), ("ya tidak", None), ("mungkin", None),
     ("", None), ("ya saya mau pesan kopi", None), ("kak", None)],
)  # fmt: skip
def test_yes_and_no(typed, meant):
    assert answers.yes_no(typed) is meant


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0812-3456-7890", "+6281234567890"), ("+62 812 3456 7890", "+6281234567890"), ("6281234567890", "+6281234567890"),
     ("+65 6123 4567", "+6561234567"), ("123", None), ("telepon saja", None), ("0" * 60, None), ("", None)],
)  # fmt: skip
def test_phone_numbers(typed, number):
    assert answers.phone(typed) == number
