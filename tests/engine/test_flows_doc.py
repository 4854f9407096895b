"""docs/flows.md is true: its examples compile, and everything there is has its heading."""

import re
from pathlib import Path

import pytest

from roms.engine.build import CONTROLS
from roms.engine.build_says import SAYINGS
from roms.engine.filters import FILTERS
from roms.engine.flowfile import compile_release
from roms.engine.functions import FUNCTIONS, PATTERN_FUNCTION, TIMELY
from roms.engine.media import split
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.table import ACTIONS, EVENTS
from tests.engine import pictures
from tests.engine.chat import LIFECYCLE, problems, shipped

DOC = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
REST = "flow: rest\ntriggers: [{otherwise: true}]\nsteps: {a: {say: Halo}}\n"


FILES = {"png": pictures.png(), "mp4": pictures.MP4, "mp3": pictures.MP3, "pdf": pictures.PDF, "webp": pictures.WEBP}


def media_of(example):
    """What the example takes from `media/`."""
    return {name: FILES[name.rpartition(".")[2]] for name in re.findall(r"media/[\w-]+\.\w+", example)}


def test_there_are_examples():
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.split("\n")[0] for each in EXAMPLES])
def test_every_example_compiles_as_it_stands(example):
    files = {"lifecycle.yaml": LIFECYCLE, "example.yaml": example}
    files |= media_of(example)
    if "otherwise: true}" in example or "- otherwise" not in example:
        files["rest.yaml"] = REST
    assert problems(files) == ()


HEADINGS = [
    *CONTROLS,
    *("say", "set", "label", "note"),
    *SAYINGS,
    *("keywords", "starts_with", "pattern", "payload", "otherwise", "when", "priority", "interrupt", "return"),
    *(f"Filter: {name}" for name in FILTERS),
    *(f"Function: {name}" for name in (*FUNCTIONS, *TIMELY, PATTERN_FUNCTION)),
    *(f"Event: {name}" for name in EVENTS),
    *(f"Action: {name}" for name in ACTIONS),
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_everything_there_is_has_a_heading(heading):
    assert f"\n### {heading}\n" in DOC


def test_every_function_and_filter_is_used_in_an_example_or_a_shipped_flow():
    everything = "\n".join([*EXAMPLES, *split(shipped())[0].values()])
    unused = {name for name in (*FUNCTIONS, *TIMELY, PATTERN_FUNCTION) if f"{name}(" not in everything}
    assert unused == set()


def test_the_example_of_more_than_text_passes():
    (example,) = re.findall(r"^```yaml-test\n(test: pictures.*?)^```", DOC, re.DOTALL | re.MULTILINE)
    flows = [each for each in EXAMPLES if each.startswith(("flow: catalog", "flow: delivery"))]
    files = {"lifecycle.yaml": LIFECYCLE, "rest.yaml": REST, "a.yaml": flows[0], "b.yaml": flows[1]}
    (test,) = scripts({"tests/doc.yaml": example})
    assert run(compile_release(files | media_of(flows[0])), test).mismatches == []
