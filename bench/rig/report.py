"""How a result is told: a table for people, one JSON object for programs, and the goals that were missed."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench.rig import machine


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; numbers stay numbers for JSON and are rounded for people."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[Any]] = field(default_factory=list)

    def text(self) -> str:
        cells = [list(self.columns), *([shown(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(_pad(row, widths)).rstrip() for row in cells]
        return "\n".join([self.title, *("  " + line for line in lines)])


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and what it should be: at most `limit`, or at least."""

    what: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def text(self) -> str:
        sign = "≥" if self.at_least else "≤"
        word = "met   " if self.is_met else "MISSED"
        return f"{word} {self.what}: {shown(self.measured)} (goal {sign} {shown(self.limit)})"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one benchmark found out."""

    name: str
    tables: list[Table]
    goals: list[Goal]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spread:
    """Several rounds of the same: the median, and how far they went apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{shown(self.median)} ({shown(self.low)}-{shown(self.high)})"


def parser(name: str, text: str) -> argparse.ArgumentParser:
    """The options every benchmark has."""
    made = argparse.ArgumentParser(
        prog=f"./dev bench {name}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    made.add_argument(
        "--goal", action="store_true", help="end with status 1 and name the shortfall when a goal is missed"
    )
    made.add_argument("--quick", action="store_true", help="a smoke run of seconds; its figures mean nothing")
    return made


def tell(report: Report, options: argparse.Namespace) -> int:
    """Print it; the exit status."""
    print(_json(report) if options.json else _text(report), flush=True)
    missed = [goal for goal in report.goals if not goal.is_met]
    if not (options.goal and missed):
        return 0
    for goal in missed:
        print(goal.text(), file=sys.stderr)
    return 1


def shown(value: Any) -> str:
    """A number as a person reads it: three figures that count."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _pad(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]


def _text(report: Report) -> str:
    parts = [f"{report.name} · {_date()} · {machine.shape()}"]
    parts += [table.text() for table in report.tables]
    if report.notes:
        parts.append("\n".join(report.notes))
    parts.append("\n".join(goal.text() for goal in report.goals))
    return "\n\n".join(parts)


def _json(report: Report) -> str:
    tables = [
        {"title": table.title, "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]}
        for table in report.tables
    ]
    goals = [asdict(goal) | {"met": goal.is_met} for goal in report.goals]
    whole = {"bench": report.name, "date": _date(), "machine": machine.shape(), "tables": tables, "goals": goals}
    return json.dumps(whole, ensure_ascii=False, default=_plain)


def _plain(value: object) -> Any:
    return asdict(value) if isinstance(value, Spread) else str(value)


def _date() -> str:
    return datetime.now(UTC).date().isoformat()
