"""The checker looks through calls: in at one step and out at the same."""

# ruff: noqa: E501  (one entry a line reads as a table)

import pytest

from tests.engine.chat import Chat, codes, flow_files, problems

SILENT = "flow: sub\nsteps: {a: {label: x}}\n"
SPEAKS = "flow: sub\nsteps: {a: {say: x}}\n"
ASKS = "flow: sub\nsteps: {a: {ask: {prompt: '?', save: n, invalid: {then: b}}}, b: {label: x, end: true}, p: {handoff: true}}\n"
NEVER = "flow: sub\nsteps: {a: {handoff: true}}\n"
NEEDS = "flow: sub\nsteps: {a: {say: '{{n}}', set: {m: 1}}}\n"


@pytest.mark.parametrize(
    ("main", "sub", "found"),
    [
        ("a: {call: {flow: sub}}\nb: {label: y, end: true}", SPEAKS, []),
        ("a: {call: {flow: sub}}", SPEAKS, []),
        ("a: {call: {flow: sub}}", SILENT, ["silence"]),
        ("a: {call: {flow: sub}}\nb: {label: y, end: true}", SILENT, ["silence"]),
        ("a: {call: {flow: sub}}\nb: {say: y, end: true}", SILENT, []),
        ("a: {say: x, call: {flow: sub}}\nb: {label: y, end: true}", SILENT, []),
        ("a: {call: {flow: sub}}\nb: {say: y, end: true}", NEVER, ["unreachable"]),
        ("a: {call: {flow: sub, with: {n: 1}, save: {m: m}}}\nb: {say: '{{m}}'}", NEEDS, []),
        ("a: {set: {n: 1}, call: {flow: sub}}\nb: {say: y}", NEEDS, ["unset"]),
        ("a: {set: {m: 1}, call: {flow: sub, with: {n: 1}, save: {k: m}}}\nb: {say: '{{m}}{{k}}'}", NEEDS, []),
        ("a: {call: {flow: sub.b}}\nb: {say: y}", SPEAKS, ["unknown-step", "no-trigger"]),
        ("a: {call: {flow: sub, save: {k: kk}}}\nb: {say: y}", SPEAKS, ["unknown-saved"]),
        ("a: {call: {flow: sub, with: {kk: 1}, save: {k: kk}}}\nb: {say: '{{k}}'}", SPEAKS, []),
        ("a: {call: {flow: sub}}\nb: {go: a}", ASKS, ["no-way-out"]),
        ("a: {call: {flow: sub}}\nb: {say: y}", ASKS.replace(", p: {handoff: true}", ""), ["no-person"]),
        ("a: {call: {flow: sub}}\nb: {handoff: true}", ASKS.replace(", p: {handoff: true}", ""), []),
        ("a: {call: {flow: sub}}\nb: {go: a}", SPEAKS, ["circle"]),
        ("a: {call: {flow: sub}}\nb: {say: y}", "flow: sub\nsteps: {a: {say: x, call: {flow: main}}}\n", ["unreachable", "circle"]),
    ],
)  # fmt: skip
def test_the_checker_looks_through_calls(main, sub, found):
    kept = [code for code in codes(flow_files(main, sub=sub)) if code != "unreachable" or code in found]
    assert kept == found


def test_no_way_leads_into_a_sub_flow_by_one_call_and_out_by_another():
    """`one` asks for ever, but its sub-flow is also called by a flow that ends with a person."""
    one = "flow: one\ntriggers: [{keywords: satu}]\nsteps: {a: {ask: {prompt: '?', save: n, invalid: {then: b}}}, b: {call: {flow: sub}}, c: {go: a}}\n"
    files = flow_files("a: {call: {flow: sub}}\nb: {handoff: true}", one=one, sub=SPEAKS)
    assert [(each.code, each.file) for each in problems(files)] == [("no-way-out", "one.yaml")]
    both = flow_files("a: {call: {flow: sub}}\nb: {say: y, call: {flow: sub}}\nc: {say: z}", sub=SPEAKS)
    assert problems(both) == ()


def test_flows_that_call_each_other_with_a_question_in_between_are_sound():
    first = "a: {ask: {prompt: '?', save: n, invalid: {then: p}}}\nb: {branch: [{when: n == '1', go: c}, {otherwise: true, go: d}]}\n"
    first += "c: {call: {flow: sub, with: {n: '{{n}}'}, save: {m: m}}}\nd: {say: x, end: true}\np: {handoff: true}"
    sub = "flow: sub\nsteps: {a: {ask: {prompt: '{{n}}?', save: m, invalid: {then: main.p}}}, b: {call: {flow: main}}, c: {say: '{{m}}'}}\n"
    assert problems(flow_files(first, sub=sub)) == ()
    chat = Chat(flow_files(first, sub=sub))
    assert [chat.says(text) for text in ("x", "1", "2", "3")] == [["?"], ["1?"], ["?"], ["x", "2", "x"]]


def test_a_finding_about_a_call_is_told_in_both_languages():
    files = flow_files("a: {call: {flow: sub, save: {k: mm}}}\nb: {say: y}", sub=NEEDS.replace("{{n}}", "x"))
    (finding,) = problems(files)
    assert finding.told("en").splitlines() == [
        "main.yaml:4:35: error: nothing in the flow `sub` sets `mm` (did you mean `m`?)",
        "    step a: It would always be empty; correct the name, or set it in that flow.",
    ]
    assert "tidak ada yang mengisi `mm` di alur `sub`" in finding.told("id")
