"""Documentation that is not so is a defect: every setting, command, event, effect and error has its place."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from flask import Flask

from roms.channels import failures
from roms.config import PROCESS_SETTINGS, ROOT, SETTINGS
from roms.engine import effects, events
from roms.errors import Problem

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])


def page(name: str) -> str:
    return (DOCS / name).read_text()


@pytest.mark.parametrize("setting", sorted({**SETTINGS, **PROCESS_SETTINGS}))
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in page("operations.md")


@pytest.mark.parametrize("kind", [*events.Event.__args__, *effects.Effect.__args__], ids=lambda kind: kind.__name__)
def test_every_event_and_effect_is_documented(kind: type) -> None:
    assert f"`{kind.__name__}`" in page("architecture.md")


def problems(kind: type[Problem] = Problem) -> list[type[Problem]]:
    return [kind, *(below for child in kind.__subclasses__() for below in problems(child))]


def test_every_error_code_is_documented() -> None:
    assert failures.Forbidden in problems()
    missing = [kind.code for kind in problems() if f"`{kind.code}`" not in page("operations.md")]
    assert missing == []


def test_every_command_is_documented(app: Flask) -> None:
    def names(group: click.Group, before: str) -> list[str]:
        found = []
        for name, command in group.commands.items():
            whole = f"{before} {name}"
            found += names(command, whole) if isinstance(command, click.Group) else [whole]
        return found

    ours = [command for command in names(app.cli, "flask") if not command.startswith("flask db")]
    assert "flask flows publish" in ours
    missing = [command for command in ours if command not in page("operations.md")]
    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), f"{target} is not there"


def anchors(path: Path) -> set[str]:
    """What a heading is called in an address, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_into_a_page_lead_to_a_heading(path: Path) -> None:
    for file, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", path.read_text()):
        assert heading in anchors(path.parent / file if file else path), f"{file}#{heading} is not there"
