"""`flask hours import-holidays`: fill opening hours with the days on which people are free."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from roms.errors import Problem
from roms.services import holidays, hours_editing

hours = AppGroup("hours", help="When teams are there.")


@hours.command("import-holidays")
@click.argument("name")
@click.option("--year", type=int, help="The national holidays of Indonesia of this year.")
@click.option("--leave", is_flag=True, help="With the joint leave (cuti bersama).")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or iCalendar.")
def import_holidays(name: str, year: int | None, leave: bool, path: Path | None) -> None:
    """Add holidays to the opening hours called NAME; days that are named there already stay as they are."""
    if (year is None) == (path is None):
        raise click.UsageError("give either --year or --file")
    try:
        text = path.read_text(encoding="utf-8-sig") if path else ""
        days = holidays.of_file(text) if path else holidays.of_year(year or 0, leave)
        added = hours_editing.add_holidays(None, hours_editing.named(name), days)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path} is no text in UTF-8") from error
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{added} of {len(days)} days are new")
