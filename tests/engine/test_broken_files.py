"""Every kind of mistake is found where it stands, and nothing is found where nothing is wrong."""

import time

import pytest

from roms.engine.advice import _BY_CODE, advice
from roms.engine.flowfile import compile_release
from roms.engine.messages import MESSAGES
from tests.engine.broken import BROKEN
from tests.engine.chat import LIFECYCLE, flow_files, problems, shipped
from tests.engine.pictures import named_in


def written(source, triggers):
    """The file without its mark, and the line and column of the mark."""
    triggers = triggers or "[{otherwise: true}]"
    text = source if source.startswith(("flow:", "¶#")) else flow_files(source, triggers)["main.yaml"]
    before = text[: text.index("¶")]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    return {"lifecycle.yaml": LIFECYCLE, "main.yaml": text.replace("¶", ""), **named_in(text.replace("¶", ""))}, place


@pytest.mark.parametrize("entry", BROKEN, ids=[f"{number}-{entry[0]}" for number, entry in enumerate(BROKEN)])
def test_a_broken_file_has_exactly_this_finding(entry):
    code, source, triggers, more = (*entry, *(None, "")[len(entry) - 2 :])
    files, place = written(source, triggers)
    found = [(each.code, each.line, each.column) for each in problems(files) if each.code not in more]
    assert found == [(code, *place)]


def test_the_table_is_large_and_every_entry_differs():
    assert len({(entry[0], entry[1], entry[2:]) for entry in BROKEN}) == len(BROKEN) >= 80


SOUND = [
    "a: {ask: {prompt: '?', save: n, invalid: {then: p}}}\nb: {say: '{{n}}', end: true}\np: {handoff: true}",
    "a: {branch: [{when: known(n), go: b}, {otherwise: true, go: c}]}\nb: {say: '{{n}}', end: true}\n"
    "c: {set: {n: 1}, say: x, end: true}",
    "a: {set: {n: 1, m: = n + 1}, say: '{{m}}'}\nb: {say: '{{n}}'}",
    "a: {say: \"{{n|default:'x'}}\"}\nb: {set: {n: 1}}",
    "a: {ask: {prompt: '?', save: n, as: integer, where: n > 1, invalid: {then: p}, timeout: {after: 5m, go: c}}}\n"
    "b: {say: x, end: true}\nc: {label: gone, end: true}\np: {handoff: true}",
    "a: {menu: {prompt: '?', options: [{key: 1, label: A, words: [cs], go: p}], save: n, invalid: {then: a}}}\n"
    "p: {handoff: true}",
    "a: {close: true}",
    "a: {say: x}\nb: {wait: 2h}\nc: {say: y}",
    "a: {http: {get: 'https://a.example/{{contact.phone}}', save: n, on: {404: c}, failed: p}}\n"
    "b: {say: '{{n.x}}', end: true}\nc: {say: 'none {{n.why}}', end: true}\np: {handoff: true}",
    "a: {http: {get: 'http://127.0.0.1:9000?x={{contact.name}}', failed: p}}\nb: {say: x, end: true}\n"
    "p: {handoff: true}",
    "a: {http: {get: 'https://[::1]:9000/', failed: p, headers: {X-Key: '{{secret.a}}{{secret.b}}'}}}\n"
    "b: {say: x, end: true}\np: {handoff: true}",
    "a: {ask: {prompt: '?', save: day, as: date, invalid: {then: p}}}\n"
    "b: {say: ok, wait: {until: \"= at(day, '09:00')\"}}\nc: {say: '{{day}}', end: true}\np: {handoff: true}",
    "a: {ask: {prompt: '?', save: n, invalid: {then: b}}}\nb: {wait: 2h}\nc: {say: x}\nd: {handoff: true}",
    "a: {ask: {prompt: '?', save: n, burst: {merge: 60s}, invalid: {then: p}}}\nb: {say: x, end: true}\n"
    "p: {handoff: true}",
    "a: {call: {flow: main.c, with: {x: 1}, save: {n: m}}}\nb: {say: '{{n}}', end: true}\n"
    "c: {set: {m: = x + 1}, end: true}",
    "a: {set: {n: 1}}\nb: {set: {m: = n * 2}}\n"
    "c: {branch: [{when: m > 1, go: d}, {otherwise: true, go: d}]}\nd: {say: x}",
    "a: {ask: {prompt: '?', save: n, invalid: {then: a}}}\nb: {say: x}\nc: {go: d}\nd: {handoff: true}",
]  # fmt: skip


@pytest.mark.parametrize("steps", SOUND)
def test_a_sound_file_has_no_finding(steps):
    assert problems(flow_files(steps)) == ()


def test_the_shipped_flows_have_no_finding():
    assert problems(shipped()) == ()


def test_a_person_is_reached_over_another_flow_and_over_an_interrupt():
    ask = "a: {ask: {prompt: '?', save: n, invalid: {then: b}}}\nb: {say: x}"
    help_ = "flow: help\ntriggers: [{keywords: tolong, interrupt: true}]\nsteps: {p: {handoff: true}}\n"
    desk = help_.replace(", interrupt: true", "")
    assert [each.code for each in problems(flow_files(ask))] == ["no-person"]
    assert problems(flow_files(ask, help=help_)) == ()
    assert problems(flow_files(ask, help=desk)) == ()  # the flow ends, and the next message may be `tolong`
    assert problems(flow_files(ask.replace("b: {say: x}", "b: {go: help.p}"), help=desk)) == ()


def test_a_keyword_is_shadowed_only_where_it_can_never_be_heard():
    def found(*triggers):
        return [
            each.code for each in problems(flow_files("a: {say: x}", f"[{{otherwise: true}}, {', '.join(triggers)}]"))
        ]

    assert found("{keywords: x, when: contact.name}", "{keywords: x}") == []
    assert found("{keywords: x, priority: 1}", "{keywords: x, interrupt: true}") == []
    assert found("{keywords: x, priority: 1, interrupt: true}", "{keywords: x}") == ["keyword-twice"]


def test_every_finding_says_why_and_what_to_do_in_both_languages():
    assert set(_BY_CODE) <= set(MESSAGES)
    for code in MESSAGES:
        assert len(set(advice(code))) == 2
        assert all(each.endswith((".", "`.")) for each in advice(code)), code


def test_a_finding_is_told_in_indonesian():
    (finding,) = problems(flow_files("a: {go: aa}"))
    assert finding.told("id").splitlines() == [
        "main.yaml:4:11: kesalahan: tidak ada langkah `aa`; mungkin maksudnya `a`?",
        "    langkah a: Percakapan akan putus di sini; perbaiki namanya, atau tulis yang belum ada.",
    ]
    assert finding.told("en").startswith(
        "main.yaml:4:11: error: there is no step `aa` (did you mean `a`?)\n    step a: The talk would break"
    )


def thousand(flows=10, steps=100):
    """Questions, branches, texts and variables, leading into each other."""
    files = {"lifecycle.yaml": LIFECYCLE}
    for flow in range(flows):
        lines = [
            f"flow: f{flow}",
            f"triggers: [{'{otherwise: true}' if flow == 0 else f'{{keywords: kata{flow}}}'}]",
            "steps:",
        ]
        for n in range(steps - 1):
            lines.append(f"  s{n}:\n    set: {{v{n}: 1}}\n    say: {{id: 'Halo {{{{contact.name}}}} {n}', en: Hi}}")
            if n % 3 == 0:
                lines.append(
                    f"    ask: {{prompt: '{{{{v{n}}}}}?', save: x{n}, where: length(x{n}) > 1, invalid: {{then: end}}}}"
                )
        lines.append("  end: {handoff: true}\n")
        files[f"f{flow}.yaml"] = "\n".join(lines)
    return files


def seconds(files):
    """Of our own work, the best of three."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        release = compile_release(files)
        best = min(best, time.process_time() - begin)
    return release, best


def test_ten_times_the_steps_take_about_ten_times_as_long():
    """A thousand of them take about half a second on our two cores."""
    few, short = seconds(thousand(flows=2, steps=50))
    many, long = seconds(thousand())
    assert (len(few.steps), len(many.steps), many.warnings) == (100, 1000, ())
    assert long < 30 * short, f"{long:.2f} s and {short:.2f} s"
