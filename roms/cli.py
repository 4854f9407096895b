"""Commands for operators and authors: `flask setup`, `flask flows …`, `flask users …`."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from roms import cli_aside, cli_channels, cli_crew, cli_flows, cli_hours, cli_ledger, cli_releases
from roms.config import ROOT, Config
from roms.db import db
from roms.engine.flowfile import FlowErrors, compile_release
from roms.services import http_calls, publishing, setup, teams_named

flows = AppGroup("flows", help="Check and publish what the bot says.")

_LANG = click.option("--lang", type=click.Choice(["en", "id"]), default="en", help="The language of the findings.")


def init_app(app: Flask) -> None:
    if os.environ.get("FLASK_RUN_FROM_CLI"):  # only commands migrate; the servers are spared a third of a second
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    for command in (*cli_flows.COMMANDS, *cli_releases.COMMANDS):
        flows.add_command(command)
    ours = (cli_channels.channels, cli_aside.aside_, cli_ledger.ledger, cli_ledger.mend, cli_hours.hours, prepare)
    for command in (flows, cli_crew.users, cli_crew.teams, *ours):
        app.cli.add_command(command)


@click.command("setup")
def prepare() -> None:
    """Migrate the database and make whatever a new instance needs; safe to run again. Prints one line of JSON."""
    from flask_migrate import upgrade

    upgrade(directory=str(ROOT / "migrations"))
    made = setup.prepare()
    files = publishing.files_in(_config().flows)
    teams_named.have(teams_named.of_newest() if publishing.any_() else teams_named.of_files(files))
    number, is_new = publishing.first(files)
    created = [dataclasses.asdict(person) for person in made]
    click.echo(json.dumps({"created": created, "release": number, "published": is_new}))


@flows.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@_LANG
def check(folder: Path | None, lang: str) -> None:
    """Look for mistakes; the exit code is 1 when there are any."""
    try:
        release = compile_release(publishing.files_in(folder or _config().flows), known=teams_named.known_if_there())
    except FlowErrors as errors:
        cli_releases.refuse(errors, lang, after="")
    for warning in (*release.warnings, *http_calls.lacking(release)):
        click.echo(warning.told(lang), err=True)
    click.echo("tidak ada kesalahan" if lang == "id" else "no errors")


def _config() -> Config:
    config: Config = current_app.extensions["roms.config"]
    return config
