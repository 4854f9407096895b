"""What changed, in words."""

import pytest

from roms.engine.compare import changes, text_diff
from tests.engine.chat import flow_files, shipped

ASK = (
    "a: {ask: {prompt: '?', save: n, where: n != 1, invalid: {then: p}, timeout: {after: 5m, go: p}}}\n"
    "p: {handoff: true}"
)


def said(old, new, **triggers):
    return [str(each) for each in changes(flow_files(old), flow_files(new, **triggers))]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("'?'", "'??'", "step main.a: text changed"),
        ("n != 1", "n != 2", "step main.a: condition changed"),
        ("after: 5m", "after: 6m", "step main.a: timeout changed"),
        ("go: p", "go: a", "step main.a: timeout changed"),
        ("then: p", "then: a", "step main.a: way changed"),
        ("then: p", "then: a, retries: 1", "step main.a: way, retries changed"),
        ("save: n", "save: n, as: integer", "step main.a: answer changed"),
        ("handoff: true", "close: true", "step main.p: handoff, close, handoff to close changed"),
        ("handoff: true", "handoff: {team: x}", "step main.p: handoff changed"),
    ],
)
def test_a_changed_step_is_told_in_words(old, new, words):
    assert said(ASK, ASK.replace(old, new)) == [words]


def test_added_removed_and_reordered_steps_and_triggers_are_told():
    assert said(ASK, ASK.replace("\np:", "\nb: {say: x}\np:")) == [
        "step main.a: following step changed",
        "step main.b: added",
    ]
    assert said("a: {say: x}\nb: {say: y}", "a: {say: x, end: true}")[1:] == ["step main.b: removed"]
    assert said(ASK, ASK, triggers="[{keywords: x}]") == ["flow main: triggers changed"]


def test_the_lifecycle_is_compared_too_and_equal_files_differ_in_nothing():
    files = shipped()
    other = {**files, "lifecycle.yaml": files["lifecycle.yaml"].replace("lifecycle: standard", "lifecycle: mine")}
    assert [str(each) for each in changes(files, other)] == ["flow lifecycle.yaml: lifecycle changed"]
    assert changes(files, files) == ()
    assert list(text_diff(files, files)) == []
    assert "+lifecycle: mine" in list(text_diff(files, other))


def test_files_that_cannot_be_read_are_no_error():
    assert changes({"a.yaml": "["}, {"b.yaml": "x"}) == ()
