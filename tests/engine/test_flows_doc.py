"""docs/flows.md is true: its examples compile, and everything there is has its heading."""

import re
from pathlib import Path

import pytest

from roms.engine import hours
from roms.engine.build import CONTROLS
from roms.engine.filters import FILTERS
from roms.engine.flowfile import compile_release
from roms.engine.functions import FUNCTIONS, PATTERN_FUNCTION, TIMELY
from roms.engine.occasions import OCCASIONS
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.table import ACTIONS, EVENTS
from tests.engine.chat import LIFECYCLE, problems, shipped

DOC = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
REST = "flow: rest\ntriggers: [{otherwise: true}]\nsteps: {a: {say: Halo}}\n"


def test_there_are_examples():
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.split("\n")[0] for each in EXAMPLES])
def test_every_example_compiles_as_it_stands(example):
    files = {"lifecycle.yaml": LIFECYCLE, "example.yaml": example}
    if "otherwise: true}" in example or "- otherwise" not in example:
        files["rest.yaml"] = REST
    assert problems(files) == ()


def played_sections():
    """The sections that show a flow and a test of it, perhaps with opening hours."""
    for section in re.split(r"^#{2,3} ", DOC, flags=re.MULTILINE):
        blocks = dict(re.findall(r"^```(yaml|yaml-test|yaml-hours)\n(.*?)^```", section, re.DOTALL | re.MULTILINE))
        if {"yaml", "yaml-test"} <= set(blocks):
            yield section.partition("\n")[0], blocks


PLAYED = dict(played_sections())


@pytest.mark.parametrize("section", PLAYED)
def test_the_test_beside_an_example_passes(section):
    blocks = PLAYED[section]
    files = {"lifecycle.yaml": LIFECYCLE, "example.yaml": blocks["yaml"], "rest.yaml": REST}
    files |= {"hours.yaml": blocks["yaml-hours"]} if "yaml-hours" in blocks else {}
    for test in scripts({"tests/doc.yaml": blocks["yaml-test"]}):
        assert run(compile_release(files), test).mismatches == []


def test_opening_hours_and_the_language_are_played():
    assert {"set", "Opening hours"} <= set(PLAYED)


HEADINGS = [
    *CONTROLS,
    *("say", "set", "label", "note"),
    *("keywords", "starts_with", "pattern", "payload", "otherwise", "when", "priority", "interrupt", "return"),
    *("event", "channels", "language", *(f"event: {name}" for name in OCCASIONS)),
    *(f"hours.{name}" for name in hours.FACTS),
    *(f"Filter: {name}" for name in FILTERS),
    *(f"Function: {name}" for name in (*FUNCTIONS, *TIMELY, PATTERN_FUNCTION)),
    *(f"Event: {name}" for name in EVENTS),
    *(f"Action: {name}" for name in ACTIONS),
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_everything_there_is_has_a_heading(heading):
    assert f"\n### {heading}\n" in DOC


def test_every_function_and_filter_is_used_in_an_example_or_a_shipped_flow():
    everything = "\n".join([*EXAMPLES, *shipped().values()])
    unused = {name for name in (*FUNCTIONS, *TIMELY, PATTERN_FUNCTION) if f"{name}(" not in everything}
    assert unused == set()
