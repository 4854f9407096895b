"""The course in docs/flows.md comes out as it says, for somebody who follows it word for word."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms.config import ROOT
from roms.db import db, writing
from roms.engine import rehearsal, script
from roms.engine.coverage import coverage
from roms.engine.flowfile import compile_release
from roms.models import Label
from roms.services import publishing, teams_named
from tests import course
from tests.cast import Cast, say
from tests.conftest import Clock

TEXT = course.PAGE.read_text(encoding="utf-8")
PARTS = course.lessons(TEXT)
LESSONS = [part for part in PARTS if part.title.startswith("Lesson ")]
Follow = Callable[[course.Lesson], list[str]]


def there_are(teams: list[str], labels: list[str]) -> None:
    """What the page's flows name, and its reader made before."""
    teams_named.have(teams)
    with writing():
        there = set(db.session.scalars(select(Label.key)))
        for key in sorted(set(labels) - there):
            db.session.add(Label(key=key, colour="grey", created_at=datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.fixture
def desk(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> course.Desk:
    (tmp_path / "flows").symlink_to(ROOT / "flows")
    with app.app_context():
        there_are(re.findall(r"team: ([\w-]+)", TEXT), re.findall(r"label: \[?([\w-]+)", TEXT))
    monkeypatch.chdir(tmp_path)
    return course.Desk(tmp_path, app.test_cli_runner())


@pytest.fixture
def follow(clock: Clock, desk: course.Desk, cast: Cast, client: FlaskClient) -> Follow:
    """Everything before a lesson is saved, in it every command is typed; what comes out otherwise is told."""

    def through(lesson: course.Lesson) -> list[str]:
        for before in PARTS[: PARTS.index(lesson)]:
            for block in before.blocks:
                desk.prepare(block)
        found, undo = [], None
        for block in lesson.blocks:
            if block.kind == "yaml":
                saved = desk.save(block)
                undo = saved if block.is_wrong else None
            elif block.kind == "chat":
                for line in block.text.splitlines():
                    say(client, line)
            else:
                found += desk.follow(block)
                if undo:
                    undo()
                undo = None
        return found

    return through


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lesson", PARTS, ids=lambda lesson: lesson.title)
def test_what_is_typed_comes_out_as_the_page_says(follow: Follow, desk: course.Desk, lesson: course.Lesson) -> None:
    assert "\n".join(follow(lesson)) == ""
    if lesson in LESSONS:
        in_the_end_all_is_well(desk.place / "bakery")


def in_the_end_all_is_well(folder: Path) -> None:
    """No finding, every test passes, and no step is left that none of them enters."""
    release = compile_release(publishing.files_in(folder))
    assert release.warnings == ()
    results = rehearsal.run_all(release, script.scripts(publishing.texts_in(folder / "tests")))
    assert [str(each) for result in results for each in result.mismatches] == []
    walked = coverage(release, (place for result in results for place in result.walked))
    assert walked.steps_walked == walked.steps


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_every_lesson_has_a_flow_a_test_something_to_try_and_a_mistake(lesson: course.Lesson) -> None:
    kinds = [(block.kind, block.is_wrong, "/tests/" in block.file) for block in lesson.blocks]
    assert ("yaml", False, False) in kinds
    assert ("yaml", False, True) in kinds
    mistake = next(number for number, kind in enumerate(kinds) if kind[1])
    assert kinds[mistake + 1][0] == "console"
    assert any(re.search("error:|warning:|FAILED", block.text) for block in lesson.blocks if block.kind == "console")


def test_there_are_ten_lessons_and_no_block_that_nothing_looks_at() -> None:
    assert len(LESSONS) == 10
    fences = re.findall(r"^```\S.*$", TEXT, re.MULTILINE)
    blocks = [block for part in PARTS for block in part.blocks]
    assert len(fences) == len(blocks)
    assert {block.kind for block in blocks} == {"yaml", "console", "chat"}
    assert all(block.file.startswith("bakery/") for block in blocks if block.kind == "yaml")


def test_an_output_is_compared_line_by_line_and_only_an_ellipsis_stands_for_anything() -> None:
    assert course.fits("a\nb", "a\nb\n")
    assert course.fits("…\nb", "a\na\nb\n")
    assert course.fits("at … h", "at 10 h\n")
    assert not course.fits("a\nb", "a\n")
    assert not course.fits("a", "a\nb\n")
    assert not course.fits("", "a\n")
    assert not course.fits("at … h", "at 10 m\n")


def test_a_part_takes_the_place_of_what_begins_alike() -> None:
    text = "steps:\n  a:\n    say: x\n  b: {say: y}\n"
    assert course.changed(text, "  a: {say: z}\n") == "steps:\n  a: {say: z}\n  b: {say: y}\n"
    with pytest.raises(AssertionError, match="not once"):
        course.changed(text, "  c: {say: z}\n")
