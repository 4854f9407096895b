"""JSON as the database holds it says the same as JSON anywhere else."""

from __future__ import annotations

import json
import math

import pytest

from roms import jsontext


@pytest.mark.parametrize("value", [{}, {"a": [1, None, "é\n"], "b": {"c": 1.5}}, [1, {"a": 2}], "text", 7, None, True])
def test_what_is_written_reads_the_same_and_as_anybody_else_reads_it(value: object) -> None:
    assert jsontext.read(jsontext.write(value)) == value
    assert json.loads(jsontext.write(value)) == value


def test_what_somebody_wrote_by_hand_reads_as_well() -> None:
    assert jsontext.read(' {"a": 1}\n') == jsontext.read('{"a": 1}\n') == jsontext.read(b'{"a":1}') == {"a": 1}


@pytest.mark.parametrize("text", ["", "{", '{"a": 1} {', '{"a": 1}}', "[1] 2", b'{"a": "\xff"}'])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - both the decoder's own and that of bytes that are no text
        jsontext.read(text)


def test_a_number_without_end_is_written_as_none() -> None:
    assert jsontext.write({"a": [math.inf, 1.5], "b": math.nan}) == '{"a": [null, 1.5], "b": null}'
