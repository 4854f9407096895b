"""The pins: whole, hashed, the same for running and testing, and bound to no machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text()))


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_hashes_and_no_file_names_a_host(name: str) -> None:
    content = (ROOT / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", content, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(name)) > (10 if "bench" in name else 50)
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"://|--index|--find-links|@ ?file", content) == []


def test_the_tests_run_with_what_production_runs_with() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize("name", FILES)
def test_what_is_asked_for_is_pinned(name: str) -> None:
    asked = (ROOT / name.replace(".txt", ".in")).read_text()
    pinned = pins(name)
    for package, version in re.findall(r"^([a-z0-9][a-z0-9-]*)(?:\[\w+\])?(?:==([^\s;]+))?", asked, re.MULTILINE):
        assert package in pinned
        assert version in ("", pinned[package]), package


def test_debians_python_gets_what_only_it_needs() -> None:
    assert "async-timeout" in pins("requirements.txt")  # redis asks for it below Python 3.11.3; Debian 12 has 3.11.2
