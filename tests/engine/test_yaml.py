"""Hostile and mistaken YAML is answered at once, with line and column; plain words stay words."""

import time

import pytest

from roms.engine.problems import Problem
from roms.engine.yamltext import Document, read
from tests.engine.chat import codes, flow_files, problems

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = [
    ("alias bomb", BOMB, "yaml-anchor", (1, 4)),
    ("alias", "a: 1\nb: *a\n", "yaml-alias", (2, 4)),
    ("merge key", "a: 1\n<<: {b: 2}\n", "yaml-merge", (2, 1)),
    ("python tag", "a: !!python/object/apply:os.system ['echo']\n", "yaml-tag", (1, 4)),
    ("own tag", "a:\n  b: !secret x\n", "yaml-tag", (2, 6)),
    ("duplicate key", "a: 1\nb: 2\na: 3\n", "yaml-twice", (3, 1)),
    ("two documents", "a: 1\n---\nb: 2\n", "yaml-documents", (2, 1)),
    ("depth in brackets", "a: " + "[" * 100_000, "yaml-depth", (1, 23)),
    ("depth in braces", "{a: " * 5_000, "yaml-depth", (1, 81)),
    ("depth by indent", "".join(" " * i + "a:\n" for i in range(400)), "yaml-depth", (21, 21)),
    ("too many values", "a: [" + "1," * 60_000 + "]", "yaml-nodes", (1, 39_999)),
    ("too large", "a: " + "x" * 300_000, "yaml-size", (1, 1)),
    ("a list as a key", "? [a]\n: 1\n", "yaml-key", (1, 3)),
    ("empty", "", "yaml-empty", (1, 1)),
    ("only a comment", "# nothing\n", "yaml-empty", (1, 1)),
    ("NUL", "a: 1\nb: \x00", "yaml-character", (2, 4)),
    ("half a character", "a: 1\nb: x\ud83d", "yaml-character", (2, 5)),
    ("open bracket", "a: [1, 2\nb: 3\n", "yaml-open", (1, 4)),
    ("tab", "a:\n\t- x\n", "yaml-tab", (2, 1)),
    ("open quote", "a: 'x\nb: 2\n", "yaml-open", (1, 4)),
    ("many open quotes", "a: " + "\"' " * 60_000, "yaml-after", (1, 8)),
    ("many question marks", "? " * 100_000, "yaml-depth", (1, 41)),
    ("many dashes", "- " * 100_000, "yaml-depth", (1, 41)),
    ("many colons", "a: " + ": " * 100_000, "yaml-colon", (1, 4)),
    ("many directives", "%A x\n" * 30_000, "yaml", None),
    ("one long comment", "#" * 250_000, "yaml-empty", (1, 1)),
]


@pytest.mark.parametrize(("name", "text", "code", "place"), HOSTILE, ids=[each[0] for each in HOSTILE])
def test_hostile_yaml_is_refused_at_once_with_its_place(name, text, code, place):
    began = time.process_time()
    problem = read("x.yaml", text)
    spent = time.process_time() - began
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert spent < 0.2
    if place:
        assert (problem.line, problem.column) == place


@pytest.mark.parametrize("filler", ["{{", "}}", "{{a}}", "{{a|", '{{a|default:"', "{", "( ", "= "])
def test_a_text_full_of_openings_takes_no_long_time(filler):
    text = filler * (100_000 // len(filler))
    began = time.process_time()
    problems(flow_files(f"a: {{set: {{n: '= {text}'}}, end: true}}\nb:\n  say: |-\n    {text}\n  end: true"))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("on", "on"), ("17:00", "17:00"), ("08123", "08123"), ("+62812", "+62812"), ("1_000", "1_000"),
     ("2026-01-01", "2026-01-01"), ("0x10", "0x10"), ("1e9", "1e9"), (".5", ".5"), ("12", 12), ("-3", -3),
      ("1.50", 1.5),
     ("true", True), ("False", False), ("~", None), ("", None), ("=", "="), ("9" * 40, "9" * 40), (".inf", ".inf"),
     ("'12'", "12"), ('"true"', "true")],
)  # fmt: skip
def test_plain_scalars_are_text_unless_they_are_plainly_something_else(text, value):
    document = read("x.yaml", f"a: {text}\n")
    assert isinstance(document, Document)
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


def test_keys_are_always_text():
    document = read("x.yaml", "on: 1\n1: 2\ntrue: 3\n")
    assert isinstance(document, Document)
    assert list(document.data) == ["on", "1", "true"]


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(", "a{2000}", "*"])
def test_a_pattern_that_could_run_wild_is_refused(pattern):
    assert "pattern" in codes(flow_files("a: {end: true}", f"[{{pattern: '{pattern}'}}, {{otherwise: true}}]"))


def test_an_evil_pattern_runs_in_linear_time():
    from tests.engine.chat import Chat

    chat = Chat(flow_files("a: {say: x, end: true}", "[{pattern: '(a+)+$'}, {otherwise: true}]"))
    began = time.process_time()
    chat.says("a" * 10_000 + "!")
    assert time.process_time() - began < 0.05
