"""Flows with one mistake each: how many of them do the checker and the flow tests notice?

Every flows folder is taken that has tests: flows/ and each of flows/examples/. A mistake is an edit of one file as a
person might make it: a forgotten `go`, two swapped targets, a condition the wrong way round, a misspelled variable.
What does not change what the file says is no mistake and is not counted. Survivors that are known stand in
bench/survivors.yaml with their reason; any other makes the command end with status 1.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from bench.mutation.sheet import Mutant
from bench.mutation.verdict import CHECKER, EQUIVALENT, SURVIVED, TESTS, Folder
from bench.rig import report
from bench.rig.report import Goal, Report, Table
from tools.places import ROOT

KNOWN = ROOT / "bench" / "survivors.yaml"
COUNT, QUICK, SEED = 400, 60, 1
LEAST_CAUGHT = 95.0
COLUMNS = ("kind", "made", "no change", "checker", "tests", "survived", "caught %")


@dataclass(frozen=True, slots=True)
class Tried:
    """A mistake, where, and who noticed."""

    folder: str
    mutant: Mutant
    verdict: str

    @property
    def file(self) -> str:
        return f"{self.folder}/{self.mutant.file}"

    def __str__(self) -> str:
        mutant = self.mutant
        return f"{self.file}:{mutant.line}: {mutant.kind}: {mutant.what} ({mutant.where})"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = report.parser("mutants", __doc__ or "")
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many mistakes ({COUNT})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"which ones ({SEED})")
    parser.add_argument("--all", action="store_true", help="every mistake that can be made")
    parser.add_argument("--folder", type=Path, action="append", help="flows with their tests (instead of ours)")
    options = parser.parse_args(arguments)
    count = None if options.all else QUICK if options.quick else options.count
    tried = list(trials(options.folder or folders(), count, options.seed))
    known = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    status = report.tell(told(tried, known), options)
    unexplained = [one for one in tried if one.verdict == SURVIVED and reason(one, known) is None]
    for one in unexplained:
        print(f"NOBODY NOTICED {one}", file=sys.stderr)
    stale = stale_lines(tried, known) if options.all and not options.folder else []
    for line in stale:
        print(f"EXPLAINS NOTHING {line}", file=sys.stderr)
    return 1 if unexplained or stale else status


def folders() -> list[Path]:
    examples = ROOT / "flows" / "examples"
    return [ROOT / "flows", *sorted(path.parent for path in examples.glob("*/lifecycle.yaml"))]


def trials(paths: Iterable[Path], count: int | None, seed: int) -> Iterator[Tried]:
    """Mistakes of every kind in turn. A file that is word for word one of another folder is tried there only."""
    seen: set[str] = set()
    mutants: list[tuple[Folder, Mutant]] = []
    for path in paths:
        folder = Folder(path, name_of(path))
        mutants += [(folder, each) for each in folder.mutants(seen)]
    for folder, mutant in mutants if count is None else chosen(mutants, count, seed):
        yield Tried(folder.name, mutant, folder.verdict(mutant))


def name_of(path: Path) -> str:
    whole = path.resolve()
    return str(whole.relative_to(ROOT)) if whole.is_relative_to(ROOT) else whole.name


def chosen(mutants: list[tuple[Folder, Mutant]], count: int, seed: int) -> list[tuple[Folder, Mutant]]:
    """So many, of every kind as many as of any other while there are any, in the order of the files."""
    dice = random.Random(seed)
    ranked = [(dice.random(), number) for number in range(len(mutants))]
    so_far: Counter[str] = Counter()
    order = []
    for chance, number in sorted(ranked):
        kind = mutants[number][1].kind
        so_far[kind] += 1
        order.append((so_far[kind], chance, number))
    return [mutants[number] for number in sorted(number for _, _, number in sorted(order)[:count])]


def told(tried: list[Tried], known: list[dict[str, str]]) -> Report:
    kinds: dict[str, Counter[str]] = {}
    for one in tried:
        kinds.setdefault(one.mutant.kind, Counter())[one.verdict] += 1
    table = Table("Mistakes by kind", COLUMNS)
    table.rows.extend(_row(kind, kinds[kind]) for kind in sorted(kinds))
    table.rows.append(_row("all", sum(kinds.values(), Counter())))
    survivors = Table("What nobody noticed", ("where and what",))
    left = [one for one in tried if one.verdict == SURVIVED]
    survivors.rows.extend((f"{one}: {reason(one, known) or 'NOT EXPLAINED'}",) for one in left)
    caught = float(table.rows[-1][-1] or 0)
    return Report("mutants", [table, survivors], [Goal("mistakes caught, %", caught, LEAST_CAUGHT, at_least=True)])


def _row(kind: str, counts: Counter[str]) -> tuple[str | int | float | None, ...]:
    noticed, survived = counts[CHECKER] + counts[TESTS], counts[SURVIVED]
    score = 100 * noticed / (noticed + survived) if noticed + survived else None
    return kind, counts.total(), counts[EQUIVALENT], counts[CHECKER], counts[TESTS], survived, score


def reason(one: Tried, known: list[dict[str, str]]) -> str | None:
    """Why this survivor is none to worry about."""
    return next((line["why"] for line in known if explains(line, one)), None)


def explains(line: dict[str, str], one: Tried) -> bool:
    facts = {"kind": one.mutant.kind, "file": one.file, "where": one.mutant.where, "what": one.mutant.what}
    return all(fnmatchcase(value, line[name]) for name, value in facts.items())


def stale_lines(tried: list[Tried], known: list[dict[str, str]]) -> list[dict[str, str]]:
    survivors = [one for one in tried if one.verdict == SURVIVED]
    return [line for line in known if not any(explains(line, one) for one in survivors)]


if __name__ == "__main__":
    sys.exit(main())
