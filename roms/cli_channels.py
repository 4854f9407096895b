"""`flask channels …`: accounts at providers, for those who have a shell and no browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import AppGroup

from roms import secretbox
from roms.channels import ADAPTERS
from roms.errors import Problem
from roms.services import account_list, account_setup

channels = AppGroup("channels", help="Accounts at the providers, and the key of their credentials.")

A = TypeVar("A")
_VALUES = click.argument("values", nargs=-1, metavar="[FIELD=VALUE]…")


@channels.command("list")
def list_() -> None:
    """Every account: number, kind, state, whether it is on, name."""
    for row in account_list.listing():
        on = "on" if row["is_enabled"] else "off"
        wrong = f"  needs attention: {row['attention']}" if row["attention"] else ""
        click.echo(f"{row['id']:>4}  {row['kind']:<8} {row['state']:<13} {on:<4} {row['name']}{wrong}")


@channels.command("add")
@click.argument("kind", type=click.Choice(sorted(kind for kind, adapter in ADAPTERS.items() if not adapter.direct)))
@click.argument("name")
@_VALUES
def add(kind: str, name: str, values: tuple[str, ...]) -> None:
    """Set an account up. Secrets are asked for, so that they are in no history; FIELD=VALUE gives the rest."""
    given = _read(values)
    for field in ADAPTERS[kind].fields:
        if field.name not in given and not field.made_by_us and (field.required and not field.default):
            given[field.name] = click.prompt(field.name, hide_input=field.secret)
    channel_id, made = told(lambda: account_setup.add(None, kind, name, given))
    click.echo(f"channel {channel_id}: {account_list.one(channel_id)['webhook']}")
    _show(made)


@channels.command("set")
@click.argument("number", type=int)
@_VALUES
@click.option("--name")
@click.option("--on/--off", "is_enabled", default=None)
@click.option("--make", multiple=True, metavar="FIELD", help="Make this secret of ours anew and print it.")
def set_(
    number: int, values: tuple[str, ...], name: str | None, is_enabled: bool | None, make: tuple[str, ...]
) -> None:
    """Change an account. `FIELD=-` asks for the value without showing it."""
    wanted = account_setup.Change(name, _read(values), is_enabled, make)
    _show(told(lambda: account_setup.change(None, number, wanted)))
    click.echo(f"channel {number} is changed")


@channels.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Forget an account that was never used; switch any other off with `flask channels set NUMBER --off`."""
    told(lambda: account_setup.remove(None, number))
    click.echo(f"channel {number} is removed")


@channels.command("new-key")
def new_key() -> None:
    """Print a new key for ROMS_CREDENTIALS_KEY; nothing is changed."""
    click.echo(secretbox.new_key())


@channels.command("rotate-key")
def rotate_key() -> None:
    """Seal all credentials anew under the first key, so that the others can be taken away."""
    count, shut = told(account_setup.rotate)
    click.echo(f"{count} sealed anew")
    for name in shut:
        click.echo(f"{name}: its credentials were sealed under a key that is not there; enter them again", err=True)
    raise SystemExit(1 if shut else 0)


def _read(values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in values:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.UsageError(f"{each!r} is not FIELD=VALUE")
        found[name] = click.prompt(name, hide_input=True) if value == "-" else value
    return found


def told(act: Callable[[], A]) -> A:
    try:
        return act()
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem


def _show(made: dict[str, str]) -> None:
    for name, value in made.items():
        click.echo(f"{name}: {value}    (shown this once)")
