"""Mistakes made on purpose: they are what they say, they are noticed, and one that is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import mutants
from bench.mutation import twigs
from bench.mutation.kinds import mutants as mistakes
from bench.mutation.sheet import Sheet
from bench.mutation.verdict import meaning
from roms.config import ROOT

FLOW = """\
flow: main
triggers:
  - otherwise: true
steps:
  ask:                    # a comment
    ask:
      prompt: Nama?
      save: name
      invalid: {retries: 3, then: person}
  thanks:
    say: Halo {{name}}
    go: bye
  person:
    handoff: true
  bye: {say: Dadah, end: true}
"""
LAST = "  person:\n    handoff: true\n  bye: {say: Dadah, end: true}"
SOME_TESTS = (
    "test: a name\nchat:\n  - customer: x\n  - bot: Nama?\n  - customer: Budi\n  - bot~: Halo\n  - bot: Dadah\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "main.yaml").write_text(FLOW)
    (tmp_path / "tests" / "main.yaml").write_text(SOME_TESTS)
    (tmp_path / "lifecycle.yaml").write_text((ROOT / "flows" / "lifecycle.yaml").read_text())
    return tmp_path


def found(*path: str | int) -> twigs.Twig:
    return next(each for each in twigs.grown(FLOW).walk() if each.path == path)


def test_our_flows_are_guarded(capsys: pytest.CaptureFixture[str]) -> None:
    """Sixty mistakes; the whole of them is the benchmark."""
    assert mutants.main(["--quick", "--goal"]) == 0
    assert "NOT EXPLAINED" not in capsys.readouterr().out


def test_a_mistake_that_nobody_noticed_is_named_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mutants.main(["--all", "--folder", str(folder)]) == 1
    errors = capsys.readouterr().err.splitlines()
    place = f"NOBODY NOTICED {folder.name}/main.yaml:9: change a retry limit: 3 is 4 (steps.ask.ask.invalid.retries)"
    assert place in errors
    assert not any("Dadah" in line for line in errors)


def test_the_same_seed_makes_the_same_mistakes(folder: Path) -> None:
    texts = [[str(each) for each in mutants.trials([folder], 30, seed)] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == 30


def test_a_text_is_edited_and_not_written_anew() -> None:
    assert twigs.without(FLOW, found("steps", "ask", "ask", "save")) == FLOW.replace("      save: name\n", "")
    assert twigs.without(FLOW, found("steps", "bye", "end")) == FLOW.replace(", end: true", "")
    assert twigs.without(FLOW, found("triggers", 0)) is None
    moved = twigs.swapped(FLOW, found("steps", "person"), found("steps", "bye"), keys=True)
    assert moved.endswith("    go: bye\n  bye: {say: Dadah, end: true}\n  person:\n    handoff: true\n")
    assert twigs.put(FLOW, found("steps", "thanks", "go"), "x") == FLOW.replace("go: bye", 'go: "x"')


def test_every_mistake_names_the_line_it_is_in() -> None:
    made = mistakes(Sheet.of("main.yaml", FLOW))
    assert len(made) > 20
    assert {"drop a go", "misspell a variable", "drop a step", "swap two steps"} <= {each.kind for each in made}
    for each in made:
        before, after = FLOW.splitlines(), [*each.text.splitlines(), ""]
        pairs = enumerate(zip(before, after, strict=False), start=1)
        assert abs(next(line for line, (old, new) in pairs if old != new) - each.line) <= 1, each


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (", end: true", "", True),
        ("    handoff: true\n", "    handoff: true\n    say: x\n", False),
        ("retries: 3, ", "retries: 2, ", False),
        ("      save: name\n", "      save: name\n      as: text\n", True),
        ("    go: bye\n", "    end: true\n", False),
        ("otherwise: true", "otherwise: true\n    priority: 0\n    interrupt: false", True),
        (LAST, "\n".join([LAST.splitlines()[2], *LAST.splitlines()[:2]]), True),
    ],
)
def test_what_changes_nothing_is_no_mistake(old: str, new: str, same: bool) -> None:
    assert old in FLOW
    assert (meaning("main.yaml", FLOW.replace(old, new)) == meaning("main.yaml", FLOW)) is same
