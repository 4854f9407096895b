"""The expression language of `when`, `where` and `set`: a text becomes a small tree of functions, once.

or, and, not · == != < <= > >= in, not in · + - · * / · names, numbers, "texts", true, false, null, [lists], functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from roms.engine import operators
from roms.engine.functions import FUNCTIONS, PATTERN_FUNCTION, TIMELY, duration
from roms.engine.patterns import PatternError, compiled
from roms.engine.scope import Broken, Evaluate, reader

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d{1,15}(?:\.\d{1,15})?)(?![\w.])|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"""
    r"""|(?P<text>"[^"]*"|'[^']*')|(?P<sign>==|!=|<=|>=|[<>+\-*/(),\[\]]))"""
)
_WORDS = {"true": True, "false": False, "null": None}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not")
DEEPEST = 30
LONGEST = 500  # characters


class ExpressionError(ValueError):
    """The expression is not one; `offset` is where in the text, `code` which message explains it."""

    def __init__(self, code: str, offset: int, word: str = "", known: Sequence[str] = (), why: str = "") -> None:
        super().__init__(code)
        self.code, self.offset, self.word, self.known, self.why = code, offset, word, tuple(known), why


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and the names it reads, each with its place in the text."""

    text: str
    value: Evaluate
    names: tuple[tuple[str, int], ...] = ()
    asked: frozenset[str] = frozenset()  # variables that it asks `known(…)` of


def compile_expression(text: str) -> Expression:
    """Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError("expression-long", 0, why=str(LONGEST))
    parser = _Parser(text, _tokens(text))
    value = parser.either()
    if parser.kind != "end":
        raise ExpressionError("expression-extra", parser.offset, parser.word)
    return Expression(text, value, tuple(parser.names), frozenset(parser.asked))


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip()
            code = "expression-equals" if rest.startswith("=") else "expression-sign"
            raise ExpressionError(code, len(text) - len(rest), rest.split()[0][:20])
        kind = str(match.lastgroup)
        tokens.append((kind, match.group(kind), match.start(kind)))
        position = match.end()
    return [*tokens, ("end", "", end)]


@dataclass(slots=True)
class _Parser:
    """One method a level of binding, from the loosest to the tightest."""

    text: str
    tokens: list[tuple[str, str, int]]
    at: int = 0
    depth: int = 0
    names: list[tuple[str, int]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def word(self) -> str:
        return self.tokens[self.at][1]

    @property
    def offset(self) -> int:
        return self.tokens[self.at][2]

    def took(self, *words: str) -> str:
        """Step over one of these signs or words, if it stands here."""
        if self.kind in ("sign", "name") and self.word in words:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def need(self, sign: str) -> None:
        if not self.took(sign):
            raise ExpressionError("expression-needs", self.offset, self.word, why=sign)

    def deeper(self, parse: Callable[[], Evaluate]) -> Evaluate:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError("expression-deep", self.offset)
        value = parse()
        self.depth -= 1
        return value

    def either(self) -> Evaluate:
        value = self.both()
        while self.took("or"):
            value = operators.either(value, self.both())
        return value

    def both(self) -> Evaluate:
        value = self.negated()
        while self.took("and"):
            value = operators.both(value, self.negated())
        return value

    def negated(self) -> Evaluate:
        return operators.negated(self.deeper(self.negated)) if self.took("not") else self.compared()

    def compared(self) -> Evaluate:
        left = self.sum()
        sign = self.took(*_COMPARISONS)
        if sign == "not":
            self.need("in")
            sign = "not in"
        if not sign:
            return left
        return operators.compared(sign, left, self.sum())

    def sum(self) -> Evaluate:
        value = self.product()
        while sign := self.took("+", "-"):
            value = operators.calculated(sign, value, self.product())
        return value

    def product(self) -> Evaluate:
        value = self.single()
        while sign := self.took("*", "/"):
            value = operators.calculated(sign, value, self.single())
        return value

    def single(self) -> Evaluate:
        if self.took("-"):
            return operators.calculated("-", lambda _: 0, self.deeper(self.single))
        if self.took("("):
            value = self.deeper(self.either)
            self.need(")")
            return value
        if self.took("["):
            return operators.listed(self.arguments("]"))
        kind, word, offset = self.tokens[self.at]
        if kind in ("end", "sign") or word in ("and", "or", "not", "in"):
            raise ExpressionError("expression-value", offset, word)
        self.at += 1
        if kind == "name":
            return self.named(word, offset)
        constant: Any = word[1:-1] if kind == "text" else float(word) if "." in word else int(word)
        return lambda _: constant

    def named(self, word: str, offset: int) -> Evaluate:
        if word in _WORDS:
            constant = _WORDS[word]
            return lambda _: constant
        if self.took("("):
            return self.called(word, offset)
        self.names.append((word, offset))
        return reader(word)

    def arguments(self, closing: str) -> list[Evaluate]:
        values: list[Evaluate] = []
        while not self.took(closing):
            if values:
                self.need(",")
            values.append(self.deeper(self.either))
        return values

    def called(self, name: str, offset: int) -> Evaluate:
        first = self.tokens[self.at]
        if name == PATTERN_FUNCTION:
            return self.matched(offset)
        before = len(self.names)
        values = self.arguments(")")
        if name == "known":
            self.asked |= {read.partition(".")[0] for read, _ in self.names[before:]}
        known = {**FUNCTIONS, **TIMELY}
        if name not in known:
            raise ExpressionError("unknown-function", offset, name, [*known, PATTERN_FUNCTION])
        count, function = known[name]
        if len(values) != count:
            raise ExpressionError("function-values", offset, name, why=str(count))
        if name == "duration" and first[0] == "text":
            _check_duration(first)
        if name in ("plus", "minus") and self.tokens[self.at - 3][1] == "," and self.tokens[self.at - 2][0] == "text":
            _check_duration(self.tokens[self.at - 2])
        return (operators.called_now if name in TIMELY else operators.called)(function, values)

    def matched(self, offset: int) -> Evaluate:
        """`matches(text, "pattern")`: the pattern must be written out, so that it is compiled and proved beforehand."""
        value = self.deeper(self.either)
        self.need(",")
        kind, word, place = self.tokens[self.at]
        if kind != "text":
            raise ExpressionError("pattern-written", place, word)
        self.at += 1
        self.need(")")
        try:
            return operators.matched(compiled(word[1:-1]), value)
        except PatternError as problem:
            raise ExpressionError("pattern", place, word, why=str(problem)) from None


def _check_duration(token: tuple[str, str, int]) -> None:
    try:
        duration(token[1][1:-1])
    except Broken:
        raise ExpressionError("duration", token[2], token[1]) from None
