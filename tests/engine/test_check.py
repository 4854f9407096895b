"""Every mistake an author makes is found, all at once, with its place and what was meant."""

import pytest

from roms.engine.flowfile import FlowErrors, compile_release
from tests.engine.chat import LIFECYCLE, Chat, codes, flow_files, problems

ASK = "a: {ask: {prompt: '?', save: n, invalid: {then: b}}}\nb: {end: true}\n"
MENU = "a: {menu: {prompt: '?', options: [%s], invalid: {then: b}}}\nb: {end: true}\n"

BROKEN = [
    ("a: {go: b}\n", "unknown-step", (4, 11)),
    ("a: {go: b.c}\n", "unknown-flow", (4, 11)),
    ("a: {go: a}\n", "circle", (4, 11)),
    ("a: {say: x}\nb: {say: y, go: a}\n", "circle", (5, 19)),
    ("a: {branch: [{when: 1 == 1, go: a}, {otherwise: true, go: b}]}\nb: {end: true}", "circle", (4, 35)),
    ("a: {branch: [{when: 1 == 1, go: b}]}\nb: {end: true}", "branch-otherwise", (4, 15)),
    ("a: {branch: [{otherwise: true, go: b}, {when: true, go: b}]}\nb: {end: true}", "branch-otherwise", (4, 16)),
    ("a: {go: b, end: true}\nb: {end: true}", "two-controls", (4, 14)),
    ("a: {ask: {prompt: '?', save: n}}", "shape-required", (4, 7)),
    ("a: {ask: {prompt: '?', save: n, invalid: {retries: 1}}}", "shape-required", (4, 35)),
    ("a: {ask: {prompt: '?', save: n, as: colour, invalid: {then: b}}}\nb: {end: true}", "shape-choice", (4, 39)),
    ("a: {ask: {prompt: '?', save: n, as: choice, invalid: {then: b}}}\nb: {end: true}", "shape-required", (4, 7)),
    ("a: {ask: {prompt: '?', save: n, choices: [x], invalid: {then: b}}}\nb: {end: true}", "shape-unknown", (4, 35)),
    ("a: {sya: halo}", "shape-unknown", (4, 7)),
    ("a: {say: [{imge: x.png}]}", "shape-unknown", (4, 14)),
    ("a: {say: ''}", "shape-empty", (4, 12)),
    ("a: {say: [1, [2]]}", "shape-type", (4, 16)),
    ("a: {end: yes}", "shape-type", (4, 12)),
    ("'a b': {end: true}", "shape-name", (4, 3)),
    ("a: {handoff: {priority: highest}}", "shape-choice", (4, 27)),
    (MENU % "{key: 1, label: A, go: b}, {key: 1, label: B, go: b}", "option-twice", (4, 70)),
    (MENU % "{key: 1, label: A, go: b, words: [x]}, {key: 2, label: B, words: [x], go: b}", "option-twice", (4, 103)),
    (ASK.replace("save: n", "save: n, timeout: {after: 30 m, go: b}"), "duration", (4, 52)),
    (ASK.replace("save: n", "save: n, where: n >"), "expression-value", (4, 45)),
    (ASK.replace("save: n", "save: n, where: lenght(n) > 1"), "unknown-function", (4, 42)),
    (ASK.replace("save: n", "save: n, where: m > 1"), "unknown-variable", (4, 42)),
    ("a: {say: 'Halo {{contact.name|titel}}', end: true}", "unknown-filter", (4, 33)),
    ("a: {say: 'Halo {{contact.name}', end: true}", "braces", (4, 18)),
    ("a: {say: 'Halo {{}}', end: true}", "hole", (4, 20)),
    ("a: {say: 'Halo {{nmae}}', end: true}", "unknown-variable", (4, 20)),
]


@pytest.mark.parametrize(("steps", "code", "place"), BROKEN)
def test_a_mistake_is_found_where_it_stands(steps, code, place):
    found = {each.code: (each.line, each.column) for each in reversed(problems(flow_files(steps)))}
    assert found.get(code) == place


def test_all_problems_come_at_once_in_both_languages_with_suggestions():
    steps = "a: {say: x, go: loction}\nb: {sya: y}\nlocation: {say: '{{contact.name|titel}}', end: true}\n"
    with pytest.raises(FlowErrors) as caught:
        compile_release(flow_files(steps, "[{keywords: [x]}]"))
    lines = str(caught.value).splitlines()
    assert "main.yaml:4:19: error: there is no step `loction` (did you mean `location`?)" in lines
    assert "main.yaml:5:7: error: `sya` is not known here (did you mean `say`?)" in lines
    assert "main.yaml:6:35: error: there is no filter `titel` (did you mean `title`?)" in lines
    first = caught.value.problems[0]
    assert first.message_id == "tidak ada langkah `loction`; mungkin maksudnya `location`?"
    assert (first.step, first.severity, first.hint) == ("a", "error", "did you mean `location`?")


def test_exactly_one_flow_takes_what_no_other_takes():
    assert codes(flow_files("a: {say: x, end: true}", "[{keywords: [x]}]")) == ["no-otherwise"]
    again = "flow: other\ntriggers: [{otherwise: true}]\nsteps: {a: {say: x, end: true}}\n"
    (problem,) = problems(flow_files("a: {say: x, end: true}", other=again))
    assert (problem.code, problem.file, problem.line) == ("two-otherwise", "other.yaml", 2)
    assert "main.yaml:2" in problem.message


def test_two_flows_of_one_name_are_refused():
    assert "flow-twice" in codes(
        flow_files("a: {say: x, end: true}", other="flow: main\nsteps: {a: {say: x, end: true}}\n")
    )


def test_what_cannot_be_reached_is_a_warning_and_is_kept_on_the_release():
    other = "flow: other\nsteps: {a: {say: x, end: true}}\n"
    files = flow_files("a: {say: x, end: true}\nlost: {end: true}", other=other)
    warnings = Chat(files).release.warnings
    assert [(each.code, each.severity) for each in warnings] == [("unreachable", "warning"), ("no-trigger", "warning")]


def test_a_missing_language_and_a_shadowed_keyword_are_warnings():
    other = "flow: other\ntriggers: [{keywords: [Halo]}]\nsteps: {a: {say: {id: x}, end: true}}\n"
    files = flow_files("a: {say: x, end: true}", "[{keywords: [halo]}, {otherwise: true}]", other=other)
    assert [each.code for each in Chat(files).release.warnings] == ["keyword-twice", "language"]


def test_return_needs_an_interrupt():
    files = flow_files("a: {say: x, end: true}", "[{keywords: [x], return: true}, {otherwise: true}]")
    assert codes(files) == ["return-alone"]


def test_a_file_that_cannot_be_read_hides_no_mistake_of_another():
    files = {"lifecycle.yaml": LIFECYCLE, "a.yaml": "a: [", "b.yaml": "flow: b\nsteps: {a: {go: x}}\n"}
    assert codes(files) == ["yaml", "unknown-step"]


def test_what_leads_into_a_file_that_cannot_be_read_is_no_mistake_of_its_own():
    files = {
        "lifecycle.yaml": LIFECYCLE,
        "a.yaml": "flow: shop\nsteps: [",
        "b.yaml": "flow: b\nsteps: {a: {go: shop.x}}\n",
    }
    assert codes(files) == ["yaml"]
    assert codes(files | {"a.yaml": "flow: other\nsteps: ["}) == ["yaml", "unknown-flow"]


def test_a_timeout_and_a_way_out_may_lead_into_another_flow():
    other = "flow: other\nsteps: {bye: {handoff: true}}\n"
    assert (
        codes(flow_files(ASK.replace("{end: true}", "{say: y}").replace("then: b", "then: other.bye"), other=other))
        == []
    )


@pytest.mark.parametrize("text", ["[]", "hello", "1", "flow: x", "steps: {}", "flow: [x]\nsteps: {a: {end: true}}",
                                  "flow: x\nsteps: [a]", "flow: x\ntriggers: {}\nsteps: {a: {end: true}}",
                                  "flow: x\nsteps: {a: }", "flow: x\ntitle: []\nsteps: {a: {end: true}}"])  # fmt: skip
def test_any_other_shape_is_a_problem_and_no_crash(text):
    assert problems({"lifecycle.yaml": LIFECYCLE, "x.yaml": text})
    assert problems({"lifecycle.yaml": text})


def test_the_same_files_give_the_same_hash_and_others_another():
    files = flow_files(ASK)
    one, again = compile_release(files), compile_release(dict(reversed(files.items())), 3)
    assert one.hash == again.hash
    assert one.hash != compile_release(flow_files(ASK + "\nc: {end: true}")).hash


def test_a_key_that_nobody_knows_hides_nothing_else():
    flow = "a: {say: '{{contact.nmae}}', sya: x, go: nowhere}\n"
    flow += "b: {ask: {prompt: '?', save: n, retires: 1, invalid: {then: gone}}}"
    assert sorted(codes(flow_files(flow))) == ["shape-unknown"] * 2 + ["unknown-fact"] + ["unknown-step"] * 2
