"""`flask users …` and `flask teams …`: our people and teams, for those who have a shell and no browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import AppGroup

from roms.errors import NotFound, Problem, TeamUsed
from roms.models import Policy, Role, Sees
from roms.services import account_list, accounts, crew, crew_list
from roms.services import teams as teams_

users = AppGroup("users", help="The people who sign in.")
teams = AppGroup("teams", help="Teams: who takes what contacts want.")

A = TypeVar("A")
_ROLES = click.Choice([role.value for role in Role])
_LOGIN = click.argument("login")
_KEY = click.argument("key")


def told(act: Callable[[], A]) -> A:
    """What it gives; a person's mistake is one line and the exit code 1."""
    try:
        return act()
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem


def _id(login: str) -> int:
    return told(lambda: accounts.id_of(login))


def _team(key: str) -> int:
    found = next((team["id"] for team in crew_list.all_teams() if team["key"] == key.lower()), None)
    return told(lambda: _there(found, key))


def _there(found: int | None, key: str) -> int:
    if found is None:
        raise NotFound(f"there is no team {key!r}")
    return found


# --- people --------------------------------------------------------------------------------------------------------


@users.command("list")
def list_() -> None:
    """Everybody: login, role, on or off, open conversations of how many, teams, skills, name."""
    named = {team["id"]: team["key"] for team in crew_list.all_teams()}
    for row in crew_list.people():
        on = "on" if row["is_active"] else "off"
        room = f"{row['open']}/{row['capacity'] or '-'}"
        words = f"{','.join(named[team] for team in row['teams']) or '-'}  {','.join(row['skills']) or '-'}"
        click.echo(f"{row['login']:<20} {row['role']:<10} {on:<3} {room:>7}  {words}  {row['name']}")


@users.command("add")
@_LOGIN
@click.option("--name", required=True)
@click.option("--role", type=_ROLES, default=Role.AGENT.value)
@click.password_option(help="Asked for when it is not given.")
def add(login: str, name: str, role: str, password: str) -> None:
    """Let somebody sign in."""
    told(lambda: crew.add(None, crew.Newcomer(login, name, Role(role), password=password)))
    click.echo(f"{login} can sign in now")


@users.command("password")
@_LOGIN
@click.password_option()
def change_password(login: str, password: str) -> None:
    """Give somebody a new password; every browser of theirs is signed out."""
    user_id = _id(login)
    told(lambda: crew.reset_password(None, user_id, password))
    click.echo(f"{login} has a new password and is signed out everywhere")


@users.command("sign-out")
@_LOGIN
def sign_out(login: str) -> None:
    """Sign somebody out everywhere."""
    ended = crew.end_sessions(None, _id(login))
    click.echo(f"{login} is signed out of {ended} browsers")


@users.command("deactivate")
@_LOGIN
def deactivate(login: str) -> None:
    """Sign somebody out everywhere, for good; their open conversations go to others."""
    given = _changed(login, {"is_active": False})
    click.echo(f"{login} can no longer sign in; {given} conversations were given back")


@users.command("activate")
@_LOGIN
def activate(login: str) -> None:
    """Let somebody who was deactivated sign in again."""
    _changed(login, {"is_active": True})
    click.echo(f"{login} can sign in again")


@users.command("role")
@_LOGIN
@click.argument("role", type=_ROLES)
def role_(login: str, role: str) -> None:
    """Make somebody an admin, a supervisor or an agent."""
    _changed(login, {"role": Role(role)})
    click.echo(f"{login}: {role}")


@users.command("capacity")
@_LOGIN
@click.argument("count", type=click.IntRange(0, crew.MOST_AT_ONCE))
def capacity(login: str, count: int) -> None:
    """How many conversations somebody is given at once; 0: no limit."""
    _changed(login, {"capacity": count or None})
    click.echo(f"{login}: {count or 'no limit'}")


@users.command("skills")
@_LOGIN
@click.argument("skills", nargs=-1)
def skills_(login: str, skills: tuple[str, ...]) -> None:
    """What somebody can do, all of it: languages as codes (en), and subjects (billing). None: nothing special."""
    _changed(login, {"skills": list(skills)})
    click.echo(f"{login}: {', '.join(crew.normal_skills(skills)) or 'nothing special'}")


@users.command("sees")
@_LOGIN
@click.argument("sees", type=click.Choice([each.value for each in Sees]))
@click.option("--numbers/--no-numbers", default=None, help="Whether telephone numbers are shown in full.")
def sees_(login: str, sees: str, numbers: bool | None) -> None:
    """Which conversations an agent sees: their own, their teams', or all."""
    wanted: crew.Change = {"sees": Sees(sees)}
    if numbers is not None:
        wanted["sees_numbers"] = numbers
    _changed(login, wanted)
    click.echo(f"{login}: {sees}")


def _changed(login: str, wanted: crew.Change) -> int:
    user_id = _id(login)
    return told(lambda: crew.change(None, user_id, wanted))


# --- teams ---------------------------------------------------------------------------------------------------------


@teams.command("list")
def list_teams() -> None:
    """Every team: key, whose turn it is, on or off, members, name; and what flows name that nobody made."""
    logins = {row["id"]: row["login"] for row in crew_list.people()}
    for team in crew_list.all_teams():
        on = "on" if team["is_active"] else "off"
        members = ",".join(logins[each] for each in team["members"]) or "everybody"
        click.echo(f"{team['key']:<20} {team['policy']:<12} {on:<3} {members}  {team['name']}")
    for key in crew_list.unmade():
        click.echo(f"{key}: flows name it, and nobody made it: `flask teams add {key}`", err=True)


@teams.command("add")
@_KEY
@click.option("--name", help="As people read it; the key where none is given.")
@click.option("--policy", type=click.Choice([policy.value for policy in Policy]), default=Policy.ROUND_ROBIN.value)
def add_team(key: str, name: str | None, policy: str) -> None:
    """A new team, by the name that flows use."""
    team_id = told(lambda: teams_.add(None, key, name or key))
    teams_.change(None, team_id, {"policy": Policy(policy)})
    click.echo(f"{key} is there; without members everybody takes what it is given")


@teams.command("set")
@_KEY
@click.option("--name")
@click.option("--policy", type=click.Choice([policy.value for policy in Policy]))
@click.option(
    "--answer-within", type=click.IntRange(0), help="Minutes until the next one gets it; 0: as lifecycle.yaml."
)
@click.option("--on/--off", "is_active", default=None)
@click.option("--sure", is_flag=True, help="Also where flows or channels still name it.")
def set_team(
    key: str, name: str | None, policy: str | None, answer_within: int | None, is_active: bool | None, sure: bool
) -> None:
    """Change a team."""
    wanted: teams_.Change = {}
    if name is not None:
        wanted["name"] = name
    if policy is not None:
        wanted["policy"] = Policy(policy)
    if answer_within is not None:
        wanted["answer_within"] = answer_within * 60 or None
    if is_active is not None:
        wanted["is_active"] = is_active
    team_id = _team(key)
    try:
        told(lambda: teams_.change(None, team_id, wanted, sure))
    except click.ClickException as refused:
        _tell_where(refused)
        raise
    click.echo(f"{key} is changed")


def _tell_where(refused: click.ClickException) -> None:
    """The lines that still name a team."""
    if isinstance(refused.__cause__, TeamUsed):
        for use in refused.__cause__.data["flows"]:
            click.echo(f"{use['file']}:{use['line']}: {use['step']}", err=True)
        for name in refused.__cause__.data["channels"]:
            click.echo(f"channel {name}", err=True)


@teams.command("members")
@_KEY
@click.argument("logins", nargs=-1, metavar="[LOGIN]…")
@click.option("--remove", is_flag=True, help="Take them out instead of in.")
def members(key: str, logins: tuple[str, ...], remove: bool) -> None:
    """Take people into a team, or out; then, or without logins, who is in it."""
    team_id = _team(key)
    for user_id in [_id(login) for login in logins]:
        teams_.set_member(None, team_id, user_id, not remove)
    named = {row["id"]: row["login"] for row in crew_list.people()}
    click.echo(", ".join(named[each] for each in crew_list.team(team_id)["members"]) or "everybody")


@teams.command("default")
@click.argument("channel", type=int)
@click.argument("key", required=False)
def default(channel: int, key: str | None) -> None:
    """Give what comes in on a channel to this team, unless a flow names another; no key: to everybody."""
    team_id = _team(key) if key else None
    told(lambda: teams_.set_default(None, channel, team_id))
    click.echo(f"{told(lambda: account_list.one(channel))['name']}: {key or 'everybody'}")
