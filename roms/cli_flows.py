"""Commands for those who write flows: test them, replay the past with them, ask what was not understood, and why."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app

from roms.config import Config
from roms.engine import coverage as covered
from roms.engine import rehearsal, script
from roms.engine.flow import Release
from roms.engine.flowfile import FlowErrors, compile_release
from roms.services import publishing

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
TESTS = "tests"  # the folder beside the flows


class AuthorCommand(click.Command):
    """Mistakes in flows or tests are shown all at once, and the exit code is 1."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except FlowErrors as errors:
            for problem in errors.problems:
                click.echo(str(problem), err=True)
            sys.exit(1)


@click.command("test", cls=AuthorCommand)
@click.argument("folder", type=FOLDER, required=False)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write the results as JUnit XML here.")
def test(folder: Path | None, junit: Path | None) -> None:
    """Run FOLDER/tests/*.yaml against the flows of FOLDER; the exit code is 1 when one fails."""
    folder = folder or flows_folder()
    release = compiled(folder)
    scripts = script.scripts({f"{TESTS}/{name}": text for name, text in publishing.files_in(folder / TESTS).items()})
    results = rehearsal.run_all(release, scripts)
    if junit:
        junit.write_text(covered.junit(results), encoding="utf-8")
    failed = [result for result in results if result.mismatches]
    for result in failed:
        click.echo(f"FAILED {result.script.name}", err=True)
        for mismatch in result.mismatches:
            click.echo(f"  {mismatch}", err=True)
    walk = covered.coverage(release, (place for result in results for place in result.walked))
    for each in walk.unwalked:
        click.echo(str(each))
    click.echo(f"steps {walk.steps_walked} of {walk.steps}, ways between them {walk.edges_walked} of {walk.edges}")
    click.echo(f"{len(results) - len(failed)} of {len(results)} tests passed")
    if failed or not results:
        sys.exit(1)


def compiled(folder: Path) -> Release:
    return compile_release(publishing.files_in(folder))


def flows_folder() -> Path:
    config: Config = current_app.extensions["roms.config"]
    return config.flows


COMMANDS: tuple[click.Command, ...] = (test,)
