"""The author's commands, as they are typed."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

from flask import Flask

from roms.config import ROOT


def test_the_shipped_flows_are_tested_with_one_command(app: Flask, tmp_path: Path) -> None:
    done = app.test_cli_runner().invoke(args=["flows", "test", "--junit", str(tmp_path / "junit.xml")])
    assert done.exit_code == 0, done.output
    assert "not walked" not in done.output
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert suite.get("failures") == "0"
    assert f"{suite.get('tests')} of {suite.get('tests')} tests passed" in done.output


def test_a_failing_test_and_an_unwalked_step_are_named(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder)
    shutil.rmtree(folder / "tests")
    (folder / "tests").mkdir()
    (folder / "tests" / "one.yaml").write_text("test: wrong\nchat:\n  - customer: urgent\n  - mode: BOT\n")
    done = app.test_cli_runner().invoke(args=["flows", "test", str(folder)])
    assert done.exit_code == 1
    assert "tests/one.yaml:4: expected mode BOT" in done.output
    assert "order.yaml:9: not walked: step order.number" in done.output
    assert "0 of 1 tests passed" in done.output


def test_a_test_that_cannot_be_read_is_a_failure_with_its_line(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder)
    (folder / "tests" / "one.yaml").write_text("test: wrong\nchat: [{custom: x}]\n")
    done = app.test_cli_runner().invoke(args=["flows", "test", str(folder)])
    assert done.exit_code == 1
    assert "tests/one.yaml:2:9: error" in done.output


def test_a_check_finds_mistakes_and_speaks_of_no_publishing(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder)
    (folder / "order.yaml").write_text("flow: order\nsteps:\n  a:\n\tsay: x\n")
    checked = app.test_cli_runner().invoke(args=["flows", "check", str(folder)])
    assert checked.exit_code == 1
    assert "order.yaml:4:1: error: a Tab begins here" in checked.output
    assert "there is no flow `order`" not in checked.output
    assert "published" not in checked.output
    refused = app.test_cli_runner().invoke(args=["flows", "publish", str(folder)])
    assert "nothing was published" in refused.output
