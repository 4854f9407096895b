"""Slips in what is written inside of values: conditions, variables, and the texts that are said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.mutation.sheet import Mutant, Sheet
from bench.mutation.twigs import Twig, put, source, substituted, swapped

TEXTS = ("say", "prompt", "label", "note", "caption")
CONDITIONS = ("when", "where")
OPERATORS = {"==": "!=", "!=": "==", "<=": "<", ">=": ">", "<": "<=", ">": ">=", " and ": " or ", " or ": " and "}
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>| and | or ")
_READ = re.compile(r"\{\{\s*([a-z]\w*)")
_FILTER = re.compile(r"""\|\s*\w+(?::(?:"[^"]*"|'[^']*'))?""")
_VARIABLE = re.compile(r"(?<![\w.\"'])([a-z]\w*)(?![\w(])")
_HOUR = re.compile(r"\d\d(?=:\d\d)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
_WORDS_OF_EXPRESSIONS = frozenset("and or not in true false null".split())


def is_text(twig: Twig) -> bool:
    """Something that is said, shown or noted: in one language or more, alone or in a list."""
    return twig.scalar is not None and any(name in TEXTS for name in twig.path[-3:]) and "vars" not in twig.path


def is_expression(twig: Twig) -> bool:
    return bool(twig.scalar) and (twig.name in CONDITIONS or str(twig.scalar).startswith("="))


def conditions_broken(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.named(*CONDITIONS):
        if twig.scalar:
            yield from sheet.mutant(
                "negate a condition", twig, f"not `{twig.scalar}`", put(sheet.text, twig, f"not ({twig.scalar})")
            )
            yield from sheet.mutant(
                "loosen a condition", twig, f"true, not `{twig.scalar}`", put(sheet.text, twig, "true")
            )


def operators_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in filter(is_expression, sheet.root.walk()):
        for match in _OPERATOR.finditer(source(sheet.text, twig)):
            new = OPERATORS[match[0]]
            what = f"`{match[0].strip()}` is `{new.strip()}` in `{twig.scalar}`"
            yield from sheet.mutant("change a sign", twig, what, substituted(sheet.text, twig, match.span(), new))


def numbers_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in filter(is_expression, sheet.root.walk()):
        for match in _NUMBER.finditer(source(sheet.text, twig)):
            new = str(int(match[0]) + 1)
            what = f"{match[0]} is {new} in `{twig.scalar}`"
            yield from sheet.mutant("change a number", twig, what, substituted(sheet.text, twig, match.span(), new))


def variables_misspelled(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.root.walk():
        if twig.scalar is None or twig.path[:1] != ("steps",):
            continue
        if twig.name == "save" or twig.path[-2:-1] == ("save",):
            new = f"{twig.scalar}x"
            yield from sheet.mutant(
                "misspell a variable", twig, f"`{twig.scalar}` is `{new}`", put(sheet.text, twig, new)
            )
        found = (_VARIABLE if is_expression(twig) else _READ).finditer(source(sheet.text, twig))
        for name, span in {match[1]: match.span(1) for match in found if match[1] not in _WORDS_OF_EXPRESSIONS}.items():
            text = substituted(sheet.text, twig, span, name + "x")
            yield from sheet.mutant("misspell a variable", twig, f"`{name}` is `{name}x`", text)


def texts_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in filter(is_text, sheet.root.walk()):
        labels = twig.path[0] == "steps" and len(twig.path) > 2 and twig.path[2] == "label"
        kind = "change a label" if labels else "change a text"
        yield from sheet.mutant(kind, twig, f"`{_brief(twig)}` is `Kelinci.`", put(sheet.text, twig, "Kelinci."))


def holes_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in filter(is_text, sheet.root.walk()):
        written = source(sheet.text, twig)
        for match in re.finditer(r"\{\{[^{}]*\}\}", written):
            what = f"`{match[0]}` dropped from `{_brief(twig)}`"
            yield from sheet.mutant("drop a hole", twig, what, substituted(sheet.text, twig, match.span(), ""))
            for bar in _FILTER.finditer(written, match.start(), match.end()):
                what = f"`{bar[0]}` dropped from `{_brief(twig)}`"
                yield from sheet.mutant("drop a filter", twig, what, substituted(sheet.text, twig, bar.span(), ""))


def languages_swapped(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.root.walk():
        one, other = twig.child("id"), twig.child("en")
        if one and other and one.scalar is not None and other.scalar is not None and twig.path[0] == "steps":
            text = swapped(sheet.text, *sorted((one, other), key=lambda each: each.start))
            yield from sheet.mutant("swap the languages", twig, f"`{_brief(one)}` is English", text)


def _brief(twig: Twig) -> str:
    line = " ".join(str(twig.scalar).split())
    return line if len(line) <= 40 else line[:39] + "…"


def hours_changed(sheet: Sheet) -> Iterator[Mutant]:
    """Opening hours: an hour later."""
    for twig in sheet.root.walk():
        if twig.scalar is not None and twig.path[:1] in (("open",), ("holidays",)):
            for match in _HOUR.finditer(source(sheet.text, twig)):
                new = f"{int(match[0]) + 1:02}"
                text = substituted(sheet.text, twig, match.span(), new)
                yield from sheet.mutant("change an hour", twig, f"{match[0]} is {new} in `{twig.scalar}`", text)


KINDS = (
    hours_changed,
    conditions_broken,
    operators_changed,
    numbers_changed,
    variables_misspelled,
    texts_changed,
    holes_changed,
    languages_swapped,
)
