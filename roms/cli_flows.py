"""Commands for those who write flows: test them, replay the past with them, ask what was not understood, and why."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app

from roms.config import Config
from roms.engine import coverage as covered
from roms.engine import rehearsal, script
from roms.engine import replay as replayed
from roms.engine.flow import Release
from roms.engine.flowfile import FlowErrors, compile_release
from roms.engine.functions import duration
from roms.engine.scope import Broken
from roms.errors import Problem
from roms.services import explaining, publishing, recording, replaying, unmatched
from roms.web import i18n, whywords

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
TESTS = recording.FOLDER


class AuthorCommand(click.Command):
    """Mistakes in flows or tests are shown all at once, and the exit code tells."""

    broken = 1

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except FlowErrors as errors:
            for problem in errors.problems:
                click.echo(str(problem), err=True)
            sys.exit(self.broken)
        except Problem as problem:
            raise click.ClickException(str(problem)) from problem


@click.command("test", cls=AuthorCommand)
@click.argument("folder", type=FOLDER, required=False)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write the results as JUnit XML here.")
def test(folder: Path | None, junit: Path | None) -> None:
    """Run FOLDER/tests/*.yaml against the flows of FOLDER; the exit code is 1 when one fails."""
    folder = folder or flows_folder()
    release = compiled(folder)
    scripts = script.scripts({f"{TESTS}/{name}": text for name, text in publishing.texts_in(folder / TESTS).items()})
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


class Ago(click.ParamType[timedelta]):
    """A time back from now: `7d`, `12h`, `30m`."""

    name = "duration"

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None) -> timedelta:
        try:
            return timedelta(seconds=duration(value))
        except Broken as problem:
            self.fail(str(problem), param, context)


class ReplayCommand(AuthorCommand):
    """Here 1 means that something differs, so a draft that cannot be used is 2."""

    broken = 2


@click.command("replay", cls=ReplayCommand)
@click.option("--draft", type=FOLDER, required=True, help="The flows to try.")
@click.option("--since", "ago", type=Ago(), default="7d", help="How far back, e.g. 7d or 12h.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many conversations, the latest.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def replay(draft: Path, ago: timedelta, limit: int | None, as_json: bool) -> None:
    """Let recent conversations happen again with the draft, sending nothing, and show what would have gone otherwise.

    The exit code is 0 when nothing differs, 1 when something does, 2 when the draft is broken or an option is wrong.
    """
    release = compiled(draft)
    ids = replaying.since(ago, limit)
    found = [each for each in replaying.differences(release, ids, ago) if each]
    counted = replayed.summary(found)
    if as_json:
        turns = [dataclasses.asdict(one) | {"kind": one.kind} for each in found for one in each]
        told = {"conversations": len(ids), "differing": len(found), "summary": counted, "differences": turns}
        click.echo(json.dumps(told, default=str, ensure_ascii=False))
    else:
        for conversation in found:
            _show(conversation)
        for step, kind, count in counted:
            click.echo(f"{step or 'no step'}: {kind}: {count}")
        click.echo(f"{len(found)} of {len(ids)} conversations would go another way")
    sys.exit(1 if found else 0)


def _show(conversation: list[replayed.Difference]) -> None:
    """The first turn that goes another way, old beside new; what follows from it is only counted."""
    one = conversation[0]
    click.echo(f"{one.conversation}, turn {one.turn} ({one.at:%Y-%m-%d %H:%M}), on {one.heard[:80]!r}: {one.kind}")
    for sign, texts in (("-", one.old), ("+", one.new)):
        for text in texts or ("(nothing)",):
            click.echo(f"  {sign} {text.splitlines()[0][:110]}")
    if len(conversation) > 1:
        click.echo(f"  and {len(conversation) - 1} later turns")


@click.command("record", cls=AuthorCommand)
@click.argument("conversation")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to (default: the flows' tests).")
def record(conversation: str, output: Path | None) -> None:
    """Write CONVERSATION (its public id) as a flow test that passes on the newest release.

    The contact's name, phone numbers and e-mail addresses are replaced, and so is what agents wrote. Read it before
    you share it: an address in the middle of a sentence is beyond a program.
    """
    text = recording.as_test(conversation)
    output = output or flows_folder() / TESTS / recording.file_name(conversation)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    click.echo(str(output))


@click.command("unmatched", cls=AuthorCommand)
@click.option("--since", "ago", type=Ago(), default="7d", help="How far back, e.g. 7d or 12h.")
def unmatched_(ago: timedelta) -> None:
    """What contacts wrote that nothing took, grouped by likeness, the most frequent first."""
    groups = unmatched.groups(ago)
    for group in groups:
        others = f"   ({' · '.join(whywords.flat(other, 40) for other in group.others)})" if group.others else ""
        click.echo(f"{group.count:6}  {whywords.flat(group.example, 80)}{others}")
    click.echo(f"{sum(group.count for group in groups)} messages in {len(groups)} groups")


@click.command("why", cls=AuthorCommand)
@click.argument("message", type=int)
@click.option("--lang", type=click.Choice(i18n.LANGUAGES), default="en", help="The language of the explanation.")
def why(message: int, lang: str) -> None:
    """Tell where the bot's MESSAGE (its id in the database) comes from, or what became of a contact's."""
    for what, text in whywords.lines(explaining.explain(message), lang):
        click.echo(f"{what:9} {text}")


COMMANDS: tuple[click.Command, ...] = (test, record, replay, unmatched_, why)
