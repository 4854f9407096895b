"""Every benchmark runs, checks what it measures, and tells it: a smoke run each, whose figures mean nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from bench.rig.report import Goal, Report, Spread, parser, percentile, shown, tell
from bench.send import check
from roms.channels import ADAPTERS
from roms.config import ROOT

KIND = "postgresql" if os.environ.get("DATABASE_URL_TEST") else "sqlite"


def run(name: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"bench.{name}", "--quick", *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)


def told(name: str, *more: str) -> dict[str, Any]:
    done = run(name, "--json", *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows(result: dict[str, Any], table: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result["tables"][table]["rows"]
    return found


def test_inbound_counts_one_commit_one_round_trip_and_no_job_while_a_drain_waits():
    result = told("inbound", "--database", KIND)
    in_menu, unawake = rows(result, 1)[:2]
    assert (in_menu["commits"], in_menu["redis"], in_menu["enqueues"], unawake["enqueues"]) == (1, 1, 0, 1)
    assert 0 < in_menu["statements"] <= 8
    assert {row["side"] for row in rows(result, 2)} == {"F", "H", "ROMS"}


def test_live_brings_every_message_to_the_agents_screen():
    result = told("live", "--database", KIND)
    assert [(row["side"], row["missing"]) for row in rows(result, 0)] == [("floor", 0), ("ROMS", 0)]
    assert [row["sockets"] for row in rows(result, 1)] == [1, 1, 10, 10]


def test_send_sends_everything_once_and_in_order():
    result = told("send", "--database", KIND)
    assert [row["in order"] for row in rows(result, 0)] == ["yes"] * 4


def test_adapters_understands_every_message_of_every_provider():
    result = told("adapters", "--database", KIND)
    assert {row["provider"] for row in rows(result, 0)} == set(ADAPTERS) - {"webchat"}
    assert [row["people"] for row in rows(result, 1)] == ["known, in the menu", "new"]


def test_assign_hands_over_looks_and_gives_out_whatever_waits():
    result = told("assign", "--database", KIND)
    found = [(row["wait"], row["handoffs/s"] > 0, row["given/s"] > 0) for row in rows(result, 0)]
    assert found == [(size, True, True) for size in (20, 60, 200, 20)]


def test_timers_fire_and_every_countdown_moves_its_conversation_on():
    row = rows(told("timers", "--database", KIND), 0)[0]
    assert row["fired"] == row["moved on"] > 0


def test_what_arrives_twice_or_out_of_order_ends_the_run():
    check("good", [(1.0, "a", "message 0"), (2.0, "b", "message 0"), (3.0, "a", "message 1")], 3)
    for bad in (["message 1", "message 0"], ["message 0", "message 0"], ["message 0"]):
        with pytest.raises(SystemExit, match="lost, doubled or disordered"):
            check("bad", [(1.0, "a", text) for text in bad], 2)


def test_engine_answers_the_dialogue_and_prints_a_table():
    done = run("engine")
    assert done.returncode == 0, done.stderr
    assert "floor: dict table" in done.stdout
    assert "floor ÷ ROMS" in done.stdout


def test_a_missed_goal_is_named_and_ends_with_status_1(capsys: pytest.CaptureFixture[str]):
    report = Report("some", [], [Goal("CPU × H", 1.5, 1.3), Goal("messages/s", 90.0, 80.0, at_least=True)])
    options = parser("some", "").parse_args(["--goal"])
    assert tell(report, options) == 1
    assert capsys.readouterr().err == "MISSED CPU × H: 1.50 (goal ≤ 1.30)\n"


def test_without_goal_a_missed_one_is_only_told(capsys: pytest.CaptureFixture[str]):
    assert tell(Report("some", [], [Goal("x", 2.0, 1.0)]), parser("some", "").parse_args([])) == 0
    assert "MISSED x" in capsys.readouterr().out


def test_figures_are_told_with_what_counts():
    assert str(Spread.of([3.0, 1.0, 2.0])) == "2.00 (1.00-3.00)"
    assert [shown(value) for value in (1234.5, 12.34, 0.5, None)] == ["1,234", "12.3", "0.50", "–"]
    assert percentile(list(range(100)), 0.95) == 95
