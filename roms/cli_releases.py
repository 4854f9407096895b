"""`flask flows list|publish|push|pull|diff|rollback`: what is live, what was, and the way between folder and system."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app

from roms.engine import compare
from roms.engine.flowfile import FlowErrors, release_hash
from roms.engine.media import Files
from roms.errors import Problem
from roms.services import moving, publishing, releases, teams_named

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_COMMENT = click.option("--comment", default="", help="What changed, for those who come after you.")
_PEOPLE = click.option("--people", type=click.Choice(moving.PLANS), default="stay", show_default=True,
                       help="What becomes of those who stand on a step that changed.")  # fmt: skip
_LANG = click.option("--lang", type=click.Choice(["en", "id"]), default="en", help="The language of the findings.")


def here() -> Path:
    """The flows folder of the settings."""
    folder: Path = current_app.extensions["roms.config"].flows
    return folder


def refuse(errors: FlowErrors, lang: str = "en", after: str = "nothing was published; what was live goes on") -> None:
    for problem in errors.problems:
        click.echo(problem.told(lang), err=True)
    if after:
        click.echo(after, err=True)
    sys.exit(1)


@click.command("publish")
@click.argument("folder", type=_FOLDER, required=False)
@_COMMENT
@_PEOPLE
@_LANG
def publish(folder: Path | None, comment: str, people: str, lang: str) -> None:
    """Make the files of FOLDER (default: the settings' flows folder) what new talks begin with."""
    _publish(publishing.files_in(folder or here()), comment, people, lang)


@click.command("push")
@click.argument("folder", type=_FOLDER)
@_COMMENT
@_PEOPLE
@_LANG
def push(folder: Path, comment: str, people: str, lang: str) -> None:
    """The same as publish: from a folder into the running system, with the same hash."""
    _publish(publishing.files_in(folder), comment, people, lang)


@click.command("rollback")
@click.argument("number", type=int)
@_PEOPLE
def rollback(number: int, people: str) -> None:
    """Publish the files of release NUMBER again, as a new release."""
    try:
        _, files = releases.files_of(number)
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    _publish(files, f"back to release {number}", people, "en", is_known=False)


def _publish(files: Files, comment: str, people: str, lang: str, is_known: bool = True) -> None:
    """What was live once may be so again whatever became of its teams; what is new must name those there are."""
    standing = releases.standing()
    affected = releases.affected(files, standing)
    try:
        number, is_new = publishing.publish(files, comment, known=teams_named.known() if is_known else None)
    except FlowErrors as errors:
        refuse(errors, lang)
    if not is_new:
        click.echo(f"nothing has changed since release {number}")
        return
    for line in releases.report(dict.fromkeys(affected.values()), standing):
        click.echo(line)
    click.echo(f"release {number} is live")
    if people != "stay":
        done = moving.carry_out(people)
        click.echo(f"{done} {'moved to it' if people == 'move' else 'handed to a person'}")
    elif affected:
        click.echo("they stay on theirs until their talk ends")


@click.command("list")
def list_() -> None:
    """Every release, newest first: the first one is live."""
    for each in releases.listed():
        by = f" by {each.by}" if each.by else ""
        people = f" · {each.people} in it" if each.people else ""
        click.echo(
            f"{each.number:>4}  {each.hash[:12]}  {each.at:%Y-%m-%d %H:%M} UTC{by}{people}  {each.comment}".rstrip()
        )


@click.command("diff")
@click.argument("old", metavar="[A]", required=False)
@click.argument("new", metavar="[B]", required=False)
def diff(old: str | None, new: str | None) -> None:
    """From A (default: what is live) to B (default: the settings' flows folder); each a release number or a folder."""
    before: Files = _files(old) if old else releases.files_of()[1]
    after: Files = _files(new) if new else publishing.files_in(here())
    for line in compare.text_diff(before, after):
        click.echo(line)
    for line in releases.report(compare.changes(before, after), releases.standing()):
        click.echo(line)


def _files(name: str) -> Files:
    if not name.isdigit():
        folder = Path(name)
        if not folder.is_dir():
            raise click.ClickException(f"{name} is neither a release number nor a folder")
        return publishing.files_in(folder)
    try:
        return releases.files_of(int(name))[1]
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem


@click.command("pull")
@click.argument("words", nargs=-1, required=True, metavar="[NUMBER] FOLDER")
def pull(words: tuple[str, ...]) -> None:
    """Write the files of a release (default: what is live) into FOLDER."""
    *number, folder = words
    if len(number) > 1 or (number and not number[0].isdigit()):
        raise click.UsageError("write: flask flows pull [NUMBER] FOLDER")
    try:
        taken, files = releases.files_of(int(number[0]) if number else None)
        releases.write(files, Path(folder))
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"release {taken} is in {folder}, {release_hash(files)[:12]}")


COMMANDS = (publish, push, rollback, list_, diff, pull)
