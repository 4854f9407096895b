"""JSON as the database holds it says the same as JSON anywhere else."""

from __future__ import annotations

import json
import math
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roms import jsontext

TEXT = st.text(st.characters())  # half characters as well
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


class Colour(StrEnum):
    RED = "red"


@given(VALUES)
def test_what_is_written_reads_the_same_here_and_anywhere(value: Any) -> None:
    written = jsontext.write(value)
    assert jsontext.read(written) == json.loads(written) == value
    assert jsontext.read(json.dumps(value)) == value


@given(VALUES)
def test_a_float_stays_a_float_and_a_whole_number_one(value: Any) -> None:
    assert repr(jsontext.read(jsontext.write(value))) == repr(json.loads(json.dumps(value)))


def test_what_somebody_wrote_by_hand_reads_as_well() -> None:
    assert jsontext.read(' {"a": 1}\n') == jsontext.read(b'{"a":1}') == {"a": 1}


@pytest.mark.parametrize("text", ["", "{", '{"a": 1} {', '{"a": 1}}', "[1] 2", b'{"a": "\xff"}'])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - both the reader's own and that of bytes that are no text
        jsontext.read(text)


def test_nesting_that_the_reader_refuses_is_read_all_the_same() -> None:
    deep: Any = 1
    for _ in range(400):
        deep = {"a": [deep]}
    assert jsontext.read(jsontext.write(deep)) == deep


@pytest.mark.parametrize("more", ["", "\ud800"])
def test_a_number_without_end_is_written_as_none(more: str) -> None:
    written = jsontext.write({"a": [math.inf, 1.5], "b": math.nan, "c": more})
    assert jsontext.read(written) == {"a": [None, 1.5], "b": None, "c": more}


def test_a_word_of_ours_and_a_tuple_are_written_as_what_they_stand_for() -> None:
    assert json.loads(jsontext.write({"colour": Colour.RED, "all": (Colour.RED,)})) == {"colour": "red", "all": ["red"]}


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        jsontext.write({"a": object()})
