"""docs/promises.md is true: every promise is there, every test that it names is collected and runs where it says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from roms.config import ROOT

PROMISED = {f"I{n}" for n in range(1, 13)} | {f"R-{n:02}" for n in range(1, 42)} | {"L-01", "L-04", "L-06", "F-02"}
PROMISED |= {"S-08", "S-09", "S-10", "U-04", "U-10", "U-12", "U-18", "U-23"}
UNPROVEN = {"R-34"}  # there is nothing to prove it with yet: whoever builds it names its test there
NAMED = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
Rows = Mapping[str, tuple[list[str], str]]  # id -> tests, databases


def rows() -> Rows:
    lines = (ROOT / "docs" / "promises.md").read_text().splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [FILRSU]-?\d", line)
    ]
    assert len(cells) == len({row[0] for row in cells}), "a promise stands there twice"
    assert all(len(row) == 5 for row in cells)
    return {row[0]: (NAMED.findall(row[3]), row[4]) for row in cells}


def test_every_promise_is_there_with_its_tests() -> None:
    found = rows()
    assert set(found) == PROMISED
    assert {id_ for id_, (tests, _) in found.items() if not tests} == UNPROVEN


def test_every_named_test_is_collected_and_runs_on_the_databases_named(request: pytest.FixtureRequest) -> None:
    wanted = {test for tests, _ in rows().values() for test in tests}
    collected = {item.nodeid for item in request.session.items}
    if missing := {test.partition("::")[0] for test in wanted - {plain(id_) for id_ in collected}}:
        collected |= collected_in(missing)
    variants: dict[str, set[str]] = {}
    for id_ in collected:
        variants.setdefault(plain(id_), set()).add(id_.partition("[")[2])
    assert sorted(wanted - set(variants)) == []
    for id_, (tests, databases) in rows().items():
        assert databases in ("both", "one", "–"), id_
        kinds = {kind for test in tests for kind in ("sqlite", "postgres") if has(variants[test], kind)}
        assert databases != "both" or not tests or kinds == {"sqlite", "postgres"}, (id_, kinds)


def has(variants: set[str], kind: str) -> bool:
    return any(kind in re.split(r"[-\]]", variant) for variant in variants)


def plain(id_: str) -> str:
    """Without parameters, and without the class it is in."""
    path, *_, name = id_.partition("[")[0].split("::")
    return f"{path}::{name}"


def collected_in(files: set[str]) -> set[str]:
    """What pytest finds in these, where this run did not look at all of them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *sorted(files)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    return {line for line in run.stdout.splitlines() if "::" in line}
