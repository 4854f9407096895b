"""docs/flows-reference.md is true: its examples compile, and everything there is has its heading."""

import functools
import re
from pathlib import Path

import pytest

from roms.engine import answers, attachments, dates, hours
from roms.engine.build import CONTROLS
from roms.engine.build_says import SAYINGS
from roms.engine.coverage import coverage
from roms.engine.filters import FILTERS
from roms.engine.flowfile import compile_release
from roms.engine.functions import FUNCTIONS, PATTERN_FUNCTION, TIMELY
from roms.engine.media import split
from roms.engine.occasions import OCCASIONS
from roms.engine.rehearsal import EXPECTS, HAPPENS, run
from roms.engine.script import scripts
from roms.engine.table import ACTIONS, EVENTS
from tests.engine import pictures
from tests.engine.chat import LIFECYCLE, problems, shipped

DOC = (Path(__file__).parents[2] / "docs" / "flows-reference.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
TESTS = re.findall(r"^```yaml-test\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
REST = "flow: rest\ntriggers: [{otherwise: true}]\nsteps: {a: {say: Halo}}\n"


def partners(example):
    """Examples that it calls, or that call it."""
    names = {each: each.partition("\n")[0].removeprefix("flow: ") for each in EXAMPLES}
    called = {each: set(re.findall(r"^      flow: (\w+)", each, re.MULTILINE)) for each in EXAMPLES}
    return [each for each in EXAMPLES if names[each] in called[example] or names[example] in called[each]]


FILES = {"png": pictures.png(), "mp4": pictures.MP4, "mp3": pictures.MP3, "pdf": pictures.PDF, "webp": pictures.WEBP}


def media_of(example):
    """What the example takes from `media/`."""
    return {name: FILES[name.rpartition(".")[2]] for name in re.findall(r"media/[\w-]+\.\w+", example)}


def test_there_are_examples():
    assert len(EXAMPLES) >= 20
    assert len(TESTS) >= 20


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.split("\n")[0] for each in EXAMPLES])
def test_every_example_compiles_as_it_stands(example):
    files = {"lifecycle.yaml": LIFECYCLE, "example.yaml": example}
    files |= {f"partner{number}.yaml": each for number, each in enumerate(partners(example))}
    for each in (example, *partners(example)):
        files |= media_of(each)
    if "otherwise: true}" in example or "- otherwise" not in example:
        files["rest.yaml"] = REST
    assert problems(files) == ()


LINES = [*HAPPENS, *EXPECTS, "http"]
HEADINGS = [
    *CONTROLS,
    *("say", "set", "label", "note", "burst"),
    *SAYINGS,
    *("keywords", "starts_with", "pattern", "payload", "otherwise", "when", "priority", "interrupt", "return"),
    *("event", "channels", "language", *(f"event: {name}" for name in OCCASIONS)),
    *(f"hours.{name}" for name in hours.FACTS),
    *(f"Filter: {name}" for name in FILTERS),
    *(f"Function: {name}" for name in (*FUNCTIONS, *TIMELY, PATTERN_FUNCTION)),
    *(f"Event: {name}" for name in EVENTS),
    *(f"Action: {name}" for name in ACTIONS),
    *(f"Test line: {kind}" for kind in LINES),
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_everything_there_is_has_a_heading(heading):
    assert f"\n### {heading}\n" in DOC


def test_every_function_and_filter_is_used_in_an_example_or_a_shipped_flow():
    everything = "\n".join([*EXAMPLES, *split(shipped())[0].values()])
    unused = {name for name in (*FUNCTIONS, *TIMELY, PATTERN_FUNCTION) if f"{name}(" not in everything}
    assert unused == set()


@pytest.mark.parametrize("form", [*answers.READ, *dates.READ, *attachments.READ, "choice"])
def test_every_form_of_an_answer_is_told_and_used_in_an_example(form):
    assert f"- `as: {form}`" in DOC
    assert f"as: {form}" in "\n".join(EXAMPLES) or form == "text"


@pytest.mark.parametrize("kind", LINES)
def test_every_line_of_a_flow_test_is_used_on_the_page(kind):
    assert re.search(rf"^ +- {re.escape(kind)}: ", "\n".join(TESTS), re.MULTILINE)


def test_every_filter_is_used_in_an_example():
    unused = {name for name in FILTERS if not re.search(rf"\|{name}\b", "\n".join(EXAMPLES))}
    assert unused == set()


@functools.cache
def page():
    """All flows of the page are one release."""
    flows = [each for each in EXAMPLES if each.startswith("flow:")]
    files = {"lifecycle.yaml": LIFECYCLE, **{f"{number:02}.yaml": flow for number, flow in enumerate(flows)}}
    (files["hours.yaml"],) = re.findall(r"^```yaml-hours\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
    for flow in flows:
        files |= media_of(flow)
    assert problems(files) == ()
    return compile_release(files)


@pytest.mark.parametrize("test", TESTS)
def test_every_test_on_the_page_passes_with_the_flows_on_the_page(test):
    for script in scripts({"tests/page.yaml": test}):
        assert run(page(), script).mismatches == []


def test_the_tests_on_the_page_enter_every_step_of_its_flows():
    played = [run(page(), script) for test in TESTS for script in scripts({"tests/page.yaml": test})]
    walked = coverage(page(), (place for result in played for place in result.walked))
    assert [str(each) for each in walked.unwalked if " step " in str(each)] == []


def test_every_block_of_the_page_is_one_of_those_looked_at():
    fences = re.findall(r"^```(\S+)$", DOC, re.MULTILINE)
    assert fences.count("yaml") == len(EXAMPLES)
    assert set(fences) <= {"yaml", "yaml-test", "yaml-hours", "console"}
