"""The checker proves that a lifecycle can hold what the product promises."""

import pytest

from tests.engine.chat import LIFECYCLE, codes, flow_files, problems

FILES = flow_files("a: {say: x, end: true}")


def changed(old, new):
    assert old in LIFECYCLE
    return {**FILES, "lifecycle.yaml": LIFECYCLE.replace(old, new, 1)}


CLOSED_ROWS = """        - {when: only_thanks and closed_for < duration("6h")}    # stored, silent
        - {to: BOT, do: [reopen, talk]}"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("      message_received:   {}\n", "", "mode-event"),
        ("      handoff_requested:  {to: AGENT, do: [queue]}", "      #", "mode-event"),
        ("      response_overdue:   {do: [reassign]}", "      #", "mode-event"),
        (CLOSED_ROWS, CLOSED_ROWS.splitlines()[0], "last-row"),
        ("{do: [wake, notify, start_response_clock]}", "{do: [talk]}", "talk-mode"),
        ("{do: [talk]}", "{to: PAUSED, do: [talk]}", "talk-mode"),
        ("{to: AGENT, do: [queue]}", "{to: AGENT, do: [send]}", "action-event"),
        ("{for: 12h, to: previous}", "{for: 12h, to: previous, do: [assign]}", "action-event"),
        ("{idle: 24h, to: CLOSED}", "{idle: 24h, to: PAUSED}", "after-circle"),
        ("{idle: 24h, to: CLOSED}", "{idle: 24h, to: BOT}", "after-circle"),
        ("{idle: 24h, to: CLOSED}", "{to: CLOSED}", "after-kind"),
        ("- {idle: 24h, to: CLOSED}", "- {idle: 24h, to: CLOSED}\n      - {idle: 1h, to: CLOSED}", "after-twice"),
        ('closed_for < duration("6h")', 'clsed_for < duration("6h")', "lifecycle-name"),
        ('closed_for < duration("6h")', 'closed_for < duration("6x")', "duration"),
        ("do: [wake, notify,", "do: [notify,", "snooze-wakes"),
        ("      woken:              {do: [wake]}", "      #", "snooze-wakes"),
        ("snoozed:            {do: [snooze]}", "snoozed: {to: PAUSED, do: [snooze]}", "snooze-mode"),
        (
            "      paused:             {to: PAUSED}",
            "      paused: {to: PAUSED}\n      snoozed: {do: [snooze]}",
            "snooze-mode",
        ),
        ("{do: [wake, transfer]}", "{do: [wake, snooze]}", "action-event"),
        ("initial: BOT", "initial: BOT\nclose_reasons: {Solved: x}", "shape-name"),
        ("initial: BOT", "initial: BOT\nclose_reasons: {}", "shape-empty"),
        ("initial: BOT", "initial: BOOT", "shape-choice"),
        ("{idle: 24h", "{idle: 24 hours", "duration"),
        ("do: [queue]", "do: [que]", "shape-choice"),
        ("  PAUSED:   ", "  PAUSD:   ", "shape-unknown"),
        ("      assigned: ", "      asigned: ", "shape-unknown"),
    ],
)
def test_an_unsound_lifecycle_is_refused(old, new, code):
    assert code in codes(changed(old, new))


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("      message_received:   {do: [talk]}", "      message_received:   {}", "talk"),
        ("do: [queue]", "do: []", "queue"),
        (
            "      agent_claimed:      {to: AGENT, do: [assign_actor]}",
            "      agent_claimed: {to: AGENT}",
            "assign_actor",
        ),
        ("{to: AGENT, do: [assign_actor, send]}", "{to: AGENT, do: [send]}", "assign_actor"),
        ("{do: [send, stop_response_clock, lock_owner]}", "{do: [stop_response_clock, lock_owner]}", "send"),
        ("{to: AGENT, do: [assign]}", "{to: AGENT}", "assign"),
        ("do: [wake, notify, start_response_clock]", "do: [wake, start_response_clock]", "notify"),
        ("do: [wake, notify, start_response_clock]", "do: [wake, notify]", "start_response_clock"),
        ("{to: AGENT, do: [transfer]}", "{to: AGENT}", "transfer"),
        ("{do: [snooze]}", "{}", "snooze"),
        ("woken:              {do: [wake]}", "woken: {}", "wake"),
        ("do: [reassign]", "do: []", "reassign"),
        ("do: [unassign]", "do: []", "unassign"),
        ("do: [reopen, talk]", "do: [reopen]", "talk"),
        ("do: [reopen, talk]", "do: [talk]", "reopen"),
        ("do: [reopen, assign_actor]", "do: [assign_actor]", "reopen"),
    ],
)
def test_a_row_that_leaves_undone_what_it_is_there_for_is_named(old, new, missing):
    (problem,) = problems(changed(old, new))
    assert (problem.code, problem.severity) == ("duty", "warning")
    assert f"without `{missing}`" in problem.message
    assert f"tanpa `{missing}`" in problem.message_id


def test_a_mode_nobody_can_leave_or_reach_is_named():
    stuck = LIFECYCLE[: LIFECYCLE.index("      agent_replied:      {to: AGENT, do: [reopen")]
    stuck = stuck.replace("        - {to: BOT, do: [reopen, talk]} ", "        - {}")
    found = problems({**FILES, "lifecycle.yaml": stuck})
    assert [each.message for each in found if each.code == "mode-stuck"] == [
        "from mode CLOSED there is no way to AGENT"
    ]
    unreached = LIFECYCLE.replace("paused:             {to: PAUSED}", "paused:             {}")
    assert "mode-unreachable" in codes({**FILES, "lifecycle.yaml": unreached})


def test_the_shipped_lifecycle_is_sound():
    assert problems(FILES) == ()


def test_without_a_lifecycle_nothing_is_published():
    files = {name: text for name, text in FILES.items() if name != "lifecycle.yaml"}
    assert codes(files) == ["lifecycle-missing"]
