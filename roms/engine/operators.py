"""What the signs of the expression language do, as functions that make functions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from roms.engine.patterns import occurs
from roms.engine.scope import Broken, Evaluate, Scope, is_number, shown

LARGEST = 1e15  # beyond it a loop of multiplications would eat the machine

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def either(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda scope: bool(left(scope)) or bool(right(scope))


def both(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda scope: bool(left(scope)) and bool(right(scope))


def negated(value: Evaluate) -> Evaluate:
    return lambda scope: not value(scope)


def listed(values: Sequence[Evaluate]) -> Evaluate:
    return lambda scope: [value(scope) for value in values]


def called(function: Callable[..., Any], values: Sequence[Evaluate]) -> Evaluate:
    return lambda scope: function(*[value(scope) for value in values])


def called_now(function: Callable[..., Any], values: Sequence[Evaluate]) -> Evaluate:
    """A function that also needs to know what time it is, and where."""
    return lambda scope: function(scope, *[value(scope) for value in values])


def matched(pattern: Any, value: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> bool:
        text = value(scope)
        if text is None:
            raise Broken("matches() needs a text, but there is no value")
        return occurs(pattern, shown(text))

    return evaluate


def compared(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    """Equality takes anything; order needs two numbers or two texts; `in` a list or a text on the right."""
    if sign == "==":
        return lambda scope: same(left(scope), right(scope))
    if sign == "!=":
        return lambda scope: not same(left(scope), right(scope))
    if sign == "in":
        return lambda scope: _inside(left(scope), right(scope))
    if sign == "not in":
        return lambda scope: not _inside(left(scope), right(scope))
    order = _ORDER[sign]

    def evaluate(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        if (is_number(one) and is_number(other)) or (isinstance(one, str) and isinstance(other, str)):
            return order(one, other)
        raise Broken(f"{one!r:.40} {sign} {other!r:.40} cannot be compared")

    return evaluate


def same(one: object, other: object) -> bool:
    """true is not 1 here."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _inside(part: object, whole: object) -> bool:
    if isinstance(whole, (list, tuple)):
        return any(same(part, each) for each in whole)
    if isinstance(whole, str) and isinstance(part, str):
        return part in whole
    raise Broken(f"nothing can be looked up in {whole!r:.40}")


def calculated(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    calculate = _ARITHMETIC[sign]

    def evaluate(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        if not is_number(one) or not is_number(other):
            raise Broken(f"{one!r:.40} {sign} {other!r:.40}: both must be numbers")
        if sign == "/" and other == 0:
            raise Broken(f"{one} / 0 has no answer")
        if abs(one) > LARGEST or abs(other) > LARGEST or abs(result := calculate(one, other)) > LARGEST:
            raise Broken("a number has grown too large")
        return result

    return evaluate
