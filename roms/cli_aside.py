"""`flask aside …`: what came and could not be processed."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from roms.cli_channels import told
from roms.errors import Problem
from roms.services import aside

aside_ = AppGroup("aside", help="What came and could not be processed: it is kept, and tried again.")


@aside_.command("list")
@click.option("--channel", type=int, help="Only of this account's number.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
def list_(channel: int | None, limit: int) -> None:
    """What is not done, newest first: number, state, tries, when it came, channel, what it is, which error."""
    for row in aside.listed(channel, limit):
        where = f"  conversation {row['conversation']}" if row["conversation"] else ""
        what = f"{row['channel']['name']}: {row['kind']} {row['provider_id']}".rstrip()
        click.echo(
            f"{row['id']:>5}  {row['state']:<6} {row['tries']}  {row['came_at']}  {what}{where}  {row['failed']}"
        )
    left = aside.tally()
    click.echo(f"{left['trying']} tried again by themselves, {left['dead']} waiting for a person")


@aside_.command("retry")
@click.argument("number", type=int, required=False)
@click.option("--all", "all_", is_flag=True, help="Everything that is not done, oldest first.")
def retry(number: int | None, all_: bool) -> None:
    """Try it now; the exit code is 1 when something failed again."""
    if (number is None) is not all_:
        raise click.UsageError("give one NUMBER, or --all")
    if number is not None:
        raise SystemExit(_tried(told(lambda: aside.retry(number))))
    raise SystemExit(max((_tried_one(each) for each in aside.ids()), default=0))


def _tried_one(id_: int) -> int:
    """One of many: that another one cannot be tried is told and does not end it."""
    try:
        return _tried(aside.retry(id_))
    except Problem as problem:
        click.echo(f"{id_}: {problem}", err=True)
        return 1


def _tried(found: dict[str, object]) -> int:
    if found["failed"]:
        click.echo(f"{found['id']}: failed again: {found['failed']}", err=True)
        return 1
    click.echo(f"{found['id']}: {found['outcome']}")
    return 0


@aside_.command("drop")
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(number: int, yes: bool) -> None:
    """Forget it for good: it is lost then, and the log says so."""
    if not yes:
        click.confirm(f"{number} will be lost for good. Drop it?", abort=True)
    told(lambda: aside.drop(number))
    click.echo(f"{number} is dropped")
