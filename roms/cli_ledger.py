"""`flask ledger`: what came and what became of it, for terminals and watchmen; `flask mend …`: what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
from flask.cli import AppGroup

from roms.engine.types import JSON
from roms.errors import Problem
from roms.services import journal, mending, standing

COLUMNS = (
    *("received", "stored", "repeated", "receipts", "aside", "spooled"),
    *("answers", "handed_over", "delivered", "failed_out", "unknown", "missing"),
)
HEADS = {"handed_over": "handed", "failed_out": "failed"}

mend = AppGroup("mend", help="Do something about what waits; each says what came of it.")


@click.command("ledger")
@click.option("--days", "count", type=click.IntRange(1, journal.MOST_DAYS), default=journal.DAYS, show_default=True)
@click.option("--channel", type=int, help="Only this account's number.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def ledger(count: int, channel: int | None, as_json: bool) -> None:
    """What came, what became of it, and what waits. The exit code is 1 when something is missing or stuck."""
    days, now = journal.days(count, channel), standing.now(is_server=False)
    stuck = standing.is_stuck(now)
    whole = journal.is_whole(days)
    if as_json:
        click.echo(
            json.dumps({"ok": whole and not stuck, "stuck": stuck, "days": days, "now": now}, ensure_ascii=False)
        )
    else:
        _table(days)
        for line in stuck:
            click.echo(f"! {line}")
        click.echo("everything that came is stored" if whole else "something is missing: see the column `missing`")
    raise SystemExit(0 if whole and not stuck else 1)


def _table(days: list[JSON]) -> None:
    click.echo("  ".join(["day       ", *(f"{HEADS.get(name, name):>9}" for name in COLUMNS), "channel"]))
    for row in days:
        figures = {**row, "missing": row["missing"] + row["letters_lost"] + row["unprocessed"]}
        told = [f"{figures[name]:>9}" for name in COLUMNS]
        note = "  (not counted)" if row["verdict"] == "uncounted" else ""
        click.echo("  ".join([row["day"], *told, f"{row['channel']['id']} {row['channel']['name']}{note}"]))


@mend.command("wake")
@click.argument("number", type=int, required=False)
def wake(number: int | None) -> None:
    """Try everything that waits on this account (or all) now, also where a provider is left alone after failures."""
    for channel_id in [number] if number is not None else mending.channel_ids():
        done = _told(lambda id_=channel_id: mending.hurry(id_))  # type: ignore[misc]
        asked = f"its provider asked to be left alone until {done['rests_until']}"
        click.echo(f"channel {channel_id}: {asked if done['rests_until'] else str(done['tried']) + ' tried now'}")


@mend.command("replay")
def replay() -> None:
    """Take in what waits in the spool; the exit code is 1 while something is left."""
    done = _told(mending.replay)
    click.echo(f"{done['replayed']} taken in, {done['left']} left")
    raise SystemExit(1 if done["left"] else 0)


@mend.command("timers")
def fire() -> None:
    """Let the timers happen whose time has come; the exit code is 1 when one failed."""
    done = _told(mending.fire)
    click.echo(f"{done['fired']} happened, {done['failed']} failed")
    raise SystemExit(1 if done["failed"] else 0)


@mend.command("resend")
@click.argument("message_id", type=int)
def resend(message_id: int) -> None:
    """Send a message again that failed, or of which nobody knows whether it arrived: then it may arrive twice."""
    _told(lambda: mending.resend(mending.someone(), message_id))
    click.echo(f"message {message_id} is queued again")


@mend.command("check")
@click.argument("message_id", type=int)
def check(message_id: int) -> None:
    """Ask the provider what became of a message of which nobody knows; the answer is shown in its thread."""
    done = _told(lambda: mending.check(mending.someone(), message_id))
    click.echo("its provider is asked" if done["checked"] == "asking" else "its provider cannot be asked")


@mend.command("known")
@click.argument("number", type=int)
@click.argument("day")
def known(number: int, day: str) -> None:
    """What is missing of this account and day (2026-11-21) has a reason: do not report it any more."""
    done = _told(lambda: journal.write_off(number, day))
    click.echo(f"{done['messages']} messages and {done['letters']} webhooks are noted as known")


def _told(act: Callable[[], JSON]) -> JSON:
    try:
        return act()
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
