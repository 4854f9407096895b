"""Flows made up at random that the checker has no error for: every control, in any order, leading anywhere it may."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from roms.engine.flow import Release
from roms.engine.flowfile import FlowErrors, compile_release
from tests.engine.chat import LIFECYCLE
from tests.engine.pictures import named_in

FLOWS = ("main", "one", "two")
VARIABLES = ("n", "m", "k")
TRIGGERS: dict[str, list[dict[str, Any]]] = {
    "main": [{"otherwise": True}],
    "one": [{"keywords": "satu", "interrupt": True, "return": True}, {"payload": "TAP", "keywords": "tap"}],
    "two": [{"keywords": "dua", "interrupt": True}, {"pattern": "(?P<k>[0-9]{3})"}],
}
MORE = [
    {"event": "outside_hours", "channels": "whapi"},
    {"event": ["conversation_started", "reopened"]},
    {"otherwise": True, "language": "en"},
    {"keywords": "tiga", "language": "id", "when": "hours.open"},
]
KINDS = st.sampled_from(
    [*"ask call go menu call ask branch ask wait http wait http end handoff close".split(), "", "", ""]
)
SAYINGS: list[Any] = [
    {"image": "media/a.png", "caption": "{{n}}"},
    {"document": "https://example.com/{{n}}.pdf", "name": "{{m}}.pdf"},
    {"location": {"latitude": -6.2, "longitude": 106.8, "name": "{{k}}"}},
    {"contact": {"name": "{{n}}", "phone": "+6281234567890"}},
    {"template": {"name": "hello", "language": "id", "parameters": ["{{n}}"]}, "text": "Halo {{n}}"},
    {"buttons": [{"payload": "TAP", "label": "Ya"}], "text": {"id": "Ketuk {{n}}", "en": "Tap {{n}}"}},
]
SETS: list[tuple[str, str]] = [
    ("contact.name", "{{message.text}}"),
    ("contact.language", "en"),
    ("contact.language", "id"),
    ("contact.language", "= lower(text(n))"),
]
HOURS = 'hours: shop\nopen: {mon-fri: "08:00-17:00"}\nholidays: {2026-03-20: Nyepi}\n'
Draw = st.DrawFn


@st.composite
def releases(draw: Draw, number: int = 7) -> Release:
    """A release of three flows; most of what would be an error is never made, the rest is thrown away."""
    sizes = {flow: draw(st.integers(2, 5)) for flow in FLOWS}
    files: dict[str, Any] = {"lifecycle.yaml": lifecycle(draw)}
    for place, flow in enumerate(FLOWS):
        steps = {f"s{at}": _step(draw, sizes, place, at) for at in range(sizes[flow])}
        steps["last"] = {"say": f"{flow} selesai"}
        triggers = [*TRIGGERS[flow], *(each for each in MORE if draw(st.integers(0, 5)) == 0)]
        files[f"{flow}.yaml"] = json.dumps({"flow": flow, "triggers": triggers, "steps": steps})
    if draw(st.booleans()):
        files["hours.yaml"] = HOURS
    files |= named_in(json.dumps(files))
    try:
        return compile_release(files, number)
    except FlowErrors as errors:
        wrong = {each.code for each in errors.problems if each.severity == "error"}
        assume(not wrong <= {"circle", "unknown-saved", "unknown-variable", "otherwise-twice"})
        raise


BURSTS = st.sampled_from(["each", "each", {"merge": "3s"}, {"last": "2s"}])


def lifecycle(draw: Draw) -> str:
    return f"burst: {json.dumps(draw(BURSTS))}\n{LIFECYCLE}"


def _step(draw: Draw, sizes: dict[str, int], flow: int, at: int) -> dict[str, Any]:
    step: dict[str, Any] = {}
    if draw(st.booleans()):
        step["say"] = f"{FLOWS[flow]} {at} {{{{{draw(st.sampled_from(VARIABLES))}}}}}"
    if draw(st.integers(0, 3)) == 0:
        step["say"] = [*([step["say"]] if "say" in step else []), draw(st.sampled_from(SAYINGS))]
    if draw(st.integers(0, 3)) == 0:
        value = draw(st.sampled_from(["x", 1, "= length(text(n))", "= length(text(k)) + 1"]))
        step["set"] = {draw(st.sampled_from(VARIABLES)): value}
    if draw(st.integers(0, 7)) == 0:
        step["set"] = step.get("set", {}) | dict([draw(st.sampled_from(SETS))])
    kind = draw(KINDS)
    make = {
        "http": _http,
        "ask": _ask,
        "menu": _menu,
        "branch": _branch,
        "go": _onward,
        "call": _call,
        "wait": _wait,
    }.get(kind)
    return step | ({kind: make(draw, sizes, flow, at) if make else True} if kind else {})


def _anywhere(draw: Draw, sizes: dict[str, int]) -> str:
    flow = draw(st.sampled_from(FLOWS))
    return f"{flow}.s{draw(st.integers(0, sizes[flow] - 1))}"


def _onward(draw: Draw, sizes: dict[str, int], flow: int, at: int) -> str:
    """A later step, so that nothing runs in a circle without a question."""
    if draw(st.booleans()) and at + 1 < sizes[FLOWS[flow]]:
        return f"s{draw(st.integers(at + 1, sizes[FLOWS[flow]] - 1))}"
    return f"{FLOWS[flow + 1]}.s0" if flow + 1 < len(FLOWS) else "last"


def _question(draw: Draw, sizes: dict[str, int]) -> dict[str, Any]:
    question: dict[str, Any] = {"prompt": "?", "save": draw(st.sampled_from(VARIABLES))}
    question["invalid"] = {"retries": draw(st.integers(0, 1)), "then": _anywhere(draw, sizes)}
    if draw(st.integers(0, 3)) == 0:
        question["timeout"] = {"after": "5m", "go": _anywhere(draw, sizes)}
    if draw(st.integers(0, 3)) == 0:
        question["burst"] = draw(BURSTS)
    return question


KINDS_OF_ANSWER = "text integer yes_no image file location date text integer".split()


def _ask(draw: Draw, sizes: dict[str, int], *_: int) -> dict[str, Any]:
    return _question(draw, sizes) | {"as": draw(st.sampled_from(KINDS_OF_ANSWER))}


def _menu(draw: Draw, sizes: dict[str, int], *_: int) -> dict[str, Any]:
    options = [{"key": key, "label": f"Pilihan {key}", "go": _anywhere(draw, sizes)} for key in (1, 2)]
    return _question(draw, sizes) | {"options": options}


def _branch(draw: Draw, sizes: dict[str, int], flow: int, at: int) -> list[dict[str, Any]]:
    when = draw(st.sampled_from(['message.text == "1"', 'message.text in ["2", "ya"]', "message.text != null"]))
    first = {"when": when, "go": _onward(draw, sizes, flow, at)}
    return [first, {"otherwise": True, "go": _onward(draw, sizes, flow, at)}]


def _wait(draw: Draw, *_: Any) -> str | dict[str, str]:
    """Also until what may be no moment at all, or over already."""
    return draw(
        st.sampled_from(["10m", "1h", {"until": '= plus(now, "20m")'}, {"until": "= n"}, {"until": "2025-01-01"}])
    )


def _http(draw: Draw, sizes: dict[str, int], flow: int, at: int) -> dict[str, Any]:
    onward = [_onward(draw, sizes, flow, at) for _ in range(3)]
    http: dict[str, Any] = {
        "failed": onward[0],
        "on": {404: onward[1], 200: onward[2]} if draw(st.booleans()) else {404: onward[1]},
    }
    http |= {"save": draw(st.sampled_from(VARIABLES))} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        return http | {"get": "https://a.example/{{n}}", "headers": {"X-A": "{{m}} {{secret.a}}"}}
    return http | {"post": "https://a.example/x", "body": {"a": ["{{n}}", "= k"], "b": "= m"}}


def _call(draw: Draw, sizes: dict[str, int], flow: int, _: int) -> dict[str, Any]:
    """Mostly of a later flow; of itself or an earlier one only where a question lies in between."""
    to = FLOWS[flow + 1] if flow + 1 < len(FLOWS) and draw(st.integers(0, 3)) else draw(st.sampled_from(FLOWS))
    given = {name: "x" for name in VARIABLES if draw(st.booleans())}
    save = {name: draw(st.sampled_from(VARIABLES)) for name in VARIABLES if draw(st.integers(0, 2)) == 0}
    return {"flow": to, **({"with": given} if given else {}), **({"save": save} if save else {})}
