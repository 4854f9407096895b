"""The expression language: what it computes, what it refuses, and what it can never reach."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roms.engine.expression import ExpressionError, compile_expression
from roms.engine.filters import FILTERS
from roms.engine.hours import Hours, always
from roms.engine.scope import Broken


@dataclass
class Known:
    variables: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    message: dict[str, Any] = field(default_factory=dict)
    lifecycle: dict[str, Any] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 21, 3, tzinfo=UTC)
    hours: Hours = field(default_factory=always)


KNOWN = Known(
    {"n": 5, "name": "Budi", "deep": {"a": [1, 2]}, "yes": True},
    {"contact": {"vip": True}},
    {"text": "Hai"},
    {"closed_for": 60.0, "only_thanks": True},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 / 2", 3.5), ("-n + 1", -4), ("2 - 1 - 1", 0), ("8 / 4 / 2", 1),
        ("n > 4 and not n > 5", True), ("n == 4 or n == 5", True), ("not yes or yes", True), ("n != 5", False),
        ("1 == true", False), ("missing == null", True), ("missing.part == null", True), ("name.upper == null", True),
        ('"a" < "b"', True), ("n >= 5", True), ("n <= 4.5", False), ('n in [1, "5", 5]', True), ("1 in deep.a", True),
        ('"ud" in name', True), ('"x" not in name', True), ("contact.vip", True), ("message.text == 'Hai'", True),
        ("closed_for < duration('1m1s')", True),
        ('only_thanks and closed_for > 0', True), ('matches(name, "^B")', True), ('matches(name, "^b")', False),
        ('contains("saya mau kopi susu", "Kopi Susu")', True), ('contains("kopinya", "kopi")', False),
        ('starts_with(name, "bu")', True), ('ends_with(name, "DI")', True), ("length(name) + length(deep.a)", 6),
        ('lower("ABC") + 1 == 2 or true', Broken), ('upper("a")', "A"), ('trim("  a   b ")', "a b"),
        ("known(name)", True),
        ("known(missing)", False), ('number("12") + number("0.5")', 12.5), ("round(2.5)", 3), ("round(-2.5)", -3),
        ("max(n, 7)", 7), ("min(n, 7)", 5), ("text(n)", "5"), ("text(2.0)", "2"), ('duration("1d2h")', 93600),
        ("missing > 1", Broken), ("missing + 1", Broken), ("n > name", Broken), ("yes > 0", Broken),
        ("1 / (n - 5)", Broken),
        ("1 in n", Broken), ("length(missing)", Broken), ('number("1e9")', Broken), ("upper(deep)", Broken),
    ],
)  # fmt: skip
def test_what_an_expression_is_worth(text, value):
    expression = compile_expression(text)
    if value is Broken:
        with pytest.raises(Broken):
            expression.value(KNOWN)
    else:
        assert expression.value(KNOWN) == value


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("", "expression-value", 0), ("1 +", "expression-value", 3), ("1 2", "expression-extra", 2),
        ("(1", "expression-needs", 2), ("n ; n", "expression-sign", 2), ("nmae(1)", "unknown-function", 0),
        ("length()", "function-values", 0), ("matches(n, n)", "pattern-written", 11),
        ("1 < 2 < 3", "expression-extra", 6),
        ('matches(n, "(")', "pattern", 11), ('duration("x")', "duration", 9), ("n = 1", "expression-equals", 2),
        ("(" * 40, "expression-deep", 31), ("1+" * 400 + "1", "expression-long", 0),
        ("n.__class__.", "expression-sign", 11),
        ("[1, 2", "expression-needs", 6), ("not", "expression-value", 3), ("lambda: 1", "expression-sign", 6),
    ],
)  # fmt: skip
def test_what_is_no_expression_says_where(text, code, offset):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert caught.value.code == code
    if code not in ("expression-deep", "expression-needs"):
        assert caught.value.offset == offset


class Secret:
    password = "hunter2"


@pytest.mark.parametrize(
    "name", ["it.password", "it.__class__", "contact.it.password", "message.it.password", "name.__len__"]
)
def test_no_attribute_of_an_object_is_ever_reached(name):
    scope = Known({"it": Secret(), "name": "x"}, {"contact": {"it": Secret()}}, {"it": Secret()})
    assert compile_expression(name).value(scope) is None


@given(st.text(alphabet="n1.\"'()[]+-*/<>=! andortinx,_", max_size=60))
def test_any_text_is_an_expression_or_a_mistake_and_any_value_or_broken(text):
    with suppress(ExpressionError, Broken):
        value = compile_expression(text).value(KNOWN)
        assert isinstance(value, (str, int, float, list, dict, type(None)))


HUGE = [10**4000, -(10**4000), 10**300, 1.7e308, 2**63]


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "sum_", ["n + 0.5", "n - 1.5", "n * n", "n / 3", "1.5 * n", "round(n)", "max(n, 1.5)", "n > 0.5"]
)
def test_a_number_of_another_system_may_be_of_any_size(number, sum_):
    with suppress(Broken):
        json.dumps(compile_expression(sum_).value(Known({"n": number})), allow_nan=False)
    for name in FILTERS:
        assert FILTERS[name](number, "") is not None
