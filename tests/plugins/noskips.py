"""A pytest plugin: with --no-skips a test that would be skipped fails, so that CI cannot pass by leaving tests out."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch; ./dev test sets it when CI=true."""
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failed test")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Skips of single tests, by mark or from inside; expected failures are not skips."""
    report = yield
    if item.config.getoption("--no-skips") and report.skipped and not hasattr(report, "wasxfail"):
        refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Skips of whole files."""
    report = yield
    if collector.config.getoption("--no-skips") and report.skipped:
        refuse(report)
    return report


def refuse(report: Any) -> None:
    """Turn a skip into a failure that still says the reason."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome, report.longrepr = "failed", f"skipped, and --no-skips allows none: {reason}"
